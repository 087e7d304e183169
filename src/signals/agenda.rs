//! What must be looked at for one post, in an order in which no signal comes before what it refers to.
//!
//! Most signals look for phrases, and most posts have phrases of a few groups only: the others need no look.

use smallvec::SmallVec;

use super::bits::ones;
use super::{Signal, SignalId};
use crate::text::Hit;

/// Places in the order, as bits.
type Places = SmallVec<[u64; 4]>;

/// The order of the signals, and which of them a group of entries concerns.
#[derive(Debug, Default)]
pub struct Agenda {
    order: Vec<SignalId>,
    always: Places,
    by_group: Vec<Places>,
}

impl Agenda {
    /// Returns the agenda for `signals` in this `order`, over so many groups of entries.
    pub fn new(signals: &[Signal], order: Vec<SignalId>, groups: usize) -> Self {
        let none: Places = SmallVec::from_elem(0, order.len().div_ceil(64));
        let mut agenda = Agenda { always: none.clone(), by_group: vec![none; groups], order };
        for (place, id) in agenda.order.iter().enumerate() {
            let add = |places: &mut Places| places[place / 64] |= 1 << (place % 64);
            match signals.get(usize::from(*id)).and_then(|signal| signal.kind.groups()) {
                Some(groups) => {
                    let of_group = agenda.by_group.iter_mut().enumerate();
                    let concerned = of_group.filter(|(group, _)| groups.get(*group) == Some(&true));
                    concerned.for_each(|(_, places)| add(places));
                }
                None => add(&mut agenda.always),
            }
        }
        agenda
    }

    /// Returns the signals to look at for a post with these `hits`, in order.
    pub fn signals(&self, hits: &[Hit]) -> impl Iterator<Item = SignalId> {
        let mut open = self.always.clone();
        for concerned in hits.iter().filter_map(|hit| self.by_group.get(usize::from(hit.group))) {
            open.iter_mut().zip(concerned).for_each(|(open, concerned)| *open |= concerned);
        }
        let places = open.into_iter().enumerate().flat_map(|(word, bits)| ones(bits).map(move |bit| word * 64 + bit));
        places.filter_map(|place| self.order.get(place).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::derived::Derived;
    use super::super::kind::phrases::Phrases;
    use super::super::{Expression, Kind, Test};
    use super::*;

    #[test]
    fn phrases_are_looked_at_where_their_groups_stand() {
        let never = Expression::Any(vec![]);
        let derived = |_| Kind::Derived(Derived { test: Test::of(&never, &[]), when: never.clone() });
        let phrases = |group: usize| {
            let groups = (0..3).map(|other| other == group).collect();
            Kind::Phrases(Phrases { groups, requires: vec![], voided_by: vec![] })
        };
        let kind = |id: usize| if id < 3 { phrases(id) } else { derived(id) };
        let signal = |id: usize| Signal { name: String::new(), clause: None, kind: kind(id), at: crate::problem::Spot::whole("rules") };
        let signals: Vec<Signal> = (0..70).map(signal).collect();
        let agenda = Agenda::new(&signals, (0..70).rev().collect(), 3);
        let check = |groups: &[u16], looked_at: &[u16]| {
            let hits: Vec<Hit> = groups.iter().map(|&group| Hit { entry: 0, group, first: 0, end: 1 }).collect();
            let signals: Vec<SignalId> = agenda.signals(&hits).collect();
            let expected: Vec<SignalId> = (3..70).rev().chain(looked_at.iter().copied()).collect();
            assert_eq!(signals, expected, "{groups:?}");
        };
        check(&[], &[]);
        check(&[1], &[1]);
        check(&[0, 2, 2], &[2, 0]);
    }
}
