//! Expressions made ready to be tested for every post, once everything that they refer to has been read.

use super::{Class, Condition, Escalation, Hint, leaves};
use crate::signals::kind::derived::Derived;
use crate::signals::{Expression, Kind, Ref, Signal, SignalId, Test, Uses};

/// Resolves what expressions refer to, once all of them have been read.
pub(super) fn make_ready(signals: &mut [Signal], conditions: &mut [Condition], classes: &mut [Class]) {
    let whens: Vec<Expression> = conditions.iter().map(|condition| condition.when.clone()).collect();
    for at in 0..signals.len() {
        let Kind::Derived(Derived { when, .. }) = &signals[at].kind else { continue };
        let (test, leaves) = (Test::of(when, &whens), leaves(when, signals));
        if let Kind::Derived(derived) = &mut signals[at].kind {
            (derived.test, derived.leaves) = (test, leaves);
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

/// Returns what signals are looked at for: beside those that are `told` whatever decides them, what records name, what a case is
/// told with, what decides on classes. `refers`: by signal, those that it refers to.
pub(super) fn uses(
    (told, refers): (Vec<SignalId>, Vec<Vec<SignalId>>),
    signals: &[Signal],
    classes: &[Class],
    escalation: Option<&Escalation>,
) -> Uses {
    let hints = escalation.iter().flat_map(|escalation| &escalation.hints);
    let hinted = hints.filter_map(|hint| if let Hint::Signal(id, _) = hint { Some(*id) } else { None });
    // What goes on with a series is remembered, whatever the signal is called.
    let is_recorded = |signal: &Signal| !signal.is_helper() || matches!(signal.kind, Kind::Continuation(_));
    let recorded = (0..).zip(signals).filter(|(_, signal)| is_recorded(signal)).map(|(id, _)| id);
    let names = recorded.chain(hinted).map(|id| Expression::Name(Ref::Signal(id)));
    let decide = names.chain(classes.iter().filter_map(|class| class.when.clone())).collect();
    Uses { told, decide, refers }
}

/// Returns what must all hold for `when` to hold.
fn conjuncts(when: &Expression) -> Vec<&Expression> {
    match when {
        Expression::All(parts) => parts.iter().flat_map(conjuncts).collect(),
        other => vec![other],
    }
}
