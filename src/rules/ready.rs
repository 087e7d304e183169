//! Expressions made ready to be tested for every post, once everything that they refer to has been read.

use super::{Class, Condition, leaves};
use crate::signals::{Expression, Kind, Ref, Signal, Test};

/// Resolves what expressions refer to, once all of them have been read.
pub(super) fn make_ready(signals: &mut [Signal], conditions: &mut [Condition], classes: &mut [Class]) {
    let whens: Vec<Expression> = conditions.iter().map(|condition| condition.when.clone()).collect();
    for signal in signals.iter_mut() {
        if let Kind::Derived(derived) = &mut signal.kind {
            derived.test = Test::of(&derived.when, &whens);
        }
    }
    for condition in conditions {
        let when = &condition.when;
        condition.leaves = leaves(when, signals);
        condition.conjuncts = conjuncts(when).into_iter().map(|part| (Test::of(part, &whens), leaves(part, signals))).collect();
        condition.test = Test::of(when, &whens);
        condition.partly = Test::of(&when.partly(), &whens);
        let named = &mut condition.named;
        when.names(&mut |name, speaks_for| {
            if let (Ref::Signal(id), true) = (name, speaks_for) {
                named.push(id);
            }
        });
    }
    for class in classes {
        class.leaves = class.when.as_ref().map(|when| leaves(when, signals)).unwrap_or_default();
        class.test = class.when.as_ref().map(|when| Test::of(when, &whens));
    }
}

/// Returns what must all hold for `when` to hold.
fn conjuncts(when: &Expression) -> Vec<&Expression> {
    match when {
        Expression::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}
