//! The order in which signals are evaluated: none before what it refers to, directly or through a condition.

use crate::problem::Reporter;
use crate::signals::{Declared, Ref, Refers, SignalId};

/// For each signal those that it refers to, given what `signals` and `conditions` refer to.
pub(super) fn needed(signals: &[&Refers], conditions: &[&Refers]) -> Vec<Vec<SignalId>> {
    signals.iter().map(|refers| signals_of(refers, conditions)).collect()
}

/// The signals that `refers` names, directly or through one of `conditions`.
pub(super) fn signals_of(refers: &Refers, conditions: &[&Refers]) -> Vec<SignalId> {
    let through = |name: &Ref| match name {
        Ref::Condition(number) => conditions.get(usize::from(*number)).map_or(Vec::new(), |refers| refers.names.clone()),
        other => vec![*other],
    };
    let names = refers.names.iter().flat_map(through);
    names.filter_map(|name| if let Ref::Signal(other) = name { Some(other) } else { None }).collect()
}

/// The order of all signals of `declared`, given which each of them has `needed`; `None` if there is a circle.
pub(super) fn of(declared: &Declared, needed: &[Vec<SignalId>], reporter: &Reporter) -> Option<Vec<SignalId>> {
    let mut ordering = Ordering { declared, needed, reporter, state: vec![Visit::Ahead; needed.len()], order: Vec::new() };
    (0..needed.len()).try_for_each(|id| ordering.visit(id))?;
    Some(ordering.order)
}

struct Ordering<'a> {
    declared: &'a Declared,
    needed: &'a [Vec<SignalId>],
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
        for &other in &self.needed[id] {
            self.visit(usize::from(other))?;
        }
        self.state[id] = Visit::Done;
        self.order.push(SignalId::try_from(id).ok()?);
        Some(())
    }
}
