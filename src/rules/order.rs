//! The order in which signals are evaluated: none before what it refers to, directly or through a condition.

use crate::problem::Reporter;
use crate::signals::{Declared, Ref, Refers, SignalId};

/// The order of all signals of `declared`, given what `signals` and `conditions` refer to; `None` if there is a circle.
pub(super) fn of(declared: &Declared, signals: &[&Refers], conditions: &[&Refers], reporter: &Reporter) -> Option<Vec<SignalId>> {
    let mut ordering = Ordering { declared, signals, conditions, reporter, state: vec![Visit::Ahead; signals.len()], order: Vec::new() };
    (0..signals.len()).try_for_each(|id| ordering.visit(id))?;
    Some(ordering.order)
}

struct Ordering<'a> {
    declared: &'a Declared,
    signals: &'a [&'a Refers],
    conditions: &'a [&'a Refers],
    reporter: &'a Reporter,
    state: Vec<Visit>,
    order: Vec<SignalId>,
}

#[derive(Clone, Copy)]
enum Visit {
    Ahead,
    Under,
    Done,
}

impl Ordering<'_> {
    fn visit(&mut self, id: usize) -> Option<()> {
        match self.state[id] {
            Visit::Done => return Some(()),
            Visit::Under => {
                let name = &self.declared.signals[id];
                self.reporter.error(&name.spot, format!("the signal `{}` refers to itself in a circle", name.value));
                return None;
            }
            Visit::Ahead => self.state[id] = Visit::Under,
        }
        for other in self.needed_by(id) {
            self.visit(other)?;
        }
        self.state[id] = Visit::Done;
        self.order.push(SignalId::try_from(id).ok()?);
        Some(())
    }

    /// The signals that signal `id` refers to.
    fn needed_by(&self, id: usize) -> Vec<usize> {
        let through = |name: &Ref| match name {
            Ref::Condition(number) => self.conditions.get(usize::from(*number)).map_or(Vec::new(), |refers| refers.names.clone()),
            other => vec![*other],
        };
        let names = self.signals[id].names.iter().flat_map(through);
        names.filter_map(|name| if let Ref::Signal(other) = name { Some(usize::from(other)) } else { None }).collect()
    }
}
