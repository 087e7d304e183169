//! What must be looked at for one post, in an order in which no signal comes before what it refers to.
//!
//! Most signals look for phrases, and most posts have phrases of a few groups only; most of the others follow from
//! signals that are not there. What can find nothing needs no look, and what can decide nothing ([`super::relevance`]) needs none either.

use smallvec::SmallVec;

use super::needs::Needs;
use super::{Builtin, Ref, Signal, SignalId};
use crate::text::bits::lowest;
use crate::text::{Bytes, GroupSet, HitsByGroup};

/// Places in the order of the signals, as bits.
pub(super) type Places = SmallVec<[u64; 8]>;

/// Returns those of so many signals that `marked` gives.
pub(super) fn places(signals: usize, marked: impl Iterator<Item = usize>) -> Places {
    let mut places = Places::from_elem(0, signals.div_ceil(64));
    marked.for_each(|place| set(&mut places, place));
    places
}

/// For each of many things the places that wait for it: only the words that have any.
#[derive(Debug, Default)]
struct Waiting(Vec<SmallVec<[(u16, u64); 2]>>);

impl Waiting {
    fn new(things: usize) -> Self {
        Waiting(vec![SmallVec::new(); things])
    }

    fn of(&self, thing: usize) -> &[(u16, u64)] {
        self.0.get(thing).map(SmallVec::as_slice).unwrap_or_default()
    }

    fn add(&mut self, thing: usize, place: usize) {
        if let Some(places) = self.0.get_mut(thing) {
            add(places, place);
        }
    }

    /// Lets `place` wait for all that `other` waits for.
    fn add_all(&mut self, place: usize, other: usize) {
        let (at, bit) = word_and_bit(other);
        let waits = |places: &&mut SmallVec<_>| places.iter().any(|&(word, bits)| word == at && bits & bit != 0);
        self.0.iter_mut().filter(waits).for_each(|places| add(places, place));
    }
}

fn add(places: &mut SmallVec<[(u16, u64); 2]>, place: usize) {
    let (at, bit) = word_and_bit(place);
    match places.iter_mut().find(|(word, _)| *word == at) {
        Some((_, bits)) => *bits |= bit,
        None => places.push((at, bit)),
    }
}

fn word_and_bit(place: usize) -> (u16, u64) {
    (u16::try_from(place / 64).unwrap_or(u16::MAX), 1 << (place % 64))
}

/// What must be there for a signal to find anything.
#[derive(Debug)]
pub(super) enum Awaits<'s> {
    /// Nothing: it is looked at for every post.
    Nothing,
    /// What a regular expression needs of the text.
    Text(&'s Needs),
    /// An entry of one of these groups, one of these names, or what the signal that it goes on from waits for.
    Any { groups: Option<&'s GroupSet>, names: Vec<Ref>, base: Option<SignalId> },
}

/// The order of the signals, and what each of them waits for.
#[derive(Debug, Default)]
pub struct Agenda {
    order: Vec<SignalId>,
    always: Places,
    by_group: Waiting,
    by_signal: Waiting,
    by_fact: Waiting,
    /// Places of expressions, and what they need of the text.
    by_text: Vec<(usize, Needs)>,
    all: Places,
}

impl Agenda {
    /// Returns the agenda for `signals` in this `order`, over so many groups of entries.
    pub fn new(signals: &[Signal], order: Vec<SignalId>, groups: usize) -> Self {
        let width = order.len().div_ceil(64);
        let (by_group, by_signal, by_fact) = (Waiting::new(groups), Waiting::new(signals.len()), Waiting::new(Builtin::ALL.len()));
        let always = SmallVec::from_elem(0, width);
        let all = places(order.len(), 0..order.len());
        let mut agenda = Agenda { always, by_group, by_signal, by_fact, by_text: Vec::new(), order, all };
        for place in 0..agenda.order.len() {
            let signal = signals.get(usize::from(agenda.order[place]));
            match signal.map_or(Awaits::Nothing, |signal| signal.kind.awaits()) {
                Awaits::Nothing => set(&mut agenda.always, place),
                Awaits::Text(needs) => agenda.by_text.push((place, needs.clone())),
                Awaits::Any { groups, names, base } => {
                    groups.iter().flat_map(|groups| groups.iter()).for_each(|group| agenda.by_group.add(usize::from(group), place));
                    agenda.await_names(place, &names);
                    base.into_iter().for_each(|base| agenda.await_the_same(place, base));
                }
            }
        }
        agenda
    }

    fn await_names(&mut self, place: usize, names: &[Ref]) {
        for name in names {
            match *name {
                Ref::Signal(id) => self.by_signal.add(usize::from(id), place),
                Ref::Builtin(fact) => self.by_fact.add(fact as usize, place),
                Ref::Condition(_) => {}
            }
        }
    }

    /// Lets the signal at `place` wait for all that `base`, earlier in the order, waits for.
    fn await_the_same(&mut self, place: usize, base: SignalId) {
        let Some(base) = self.order.iter().position(|id| *id == base) else { return };
        [&mut self.by_group, &mut self.by_signal, &mut self.by_fact].into_iter().for_each(|waiting| waiting.add_all(place, base));
        if has(&self.always, base) {
            set(&mut self.always, place);
        }
    }

    /// The signals to look at for a post with entries of these groups and the bytes `present` in its text, before anything
    /// is known to hold.
    pub fn open(&self, hits: &HitsByGroup, present: &Bytes) -> Open<'_> {
        let mut open = Open { agenda: self, relevant: &self.all, places: self.always.clone(), word: 0 };
        hits.groups().for_each(|group| open.add(self.by_group.of(usize::from(group))));
        let needed = self.by_text.iter().filter(|(_, needs)| needs.are_met(present));
        needed.for_each(|&(place, _)| set(&mut open.places, place));
        open
    }
}

fn set(places: &mut [u64], place: usize) {
    places[place / 64] |= 1 << (place % 64);
}

fn has(places: &[u64], place: usize) -> bool {
    places[place / 64] & (1 << (place % 64)) != 0
}

/// What is still to be looked at for one post.
#[derive(Debug)]
pub struct Open<'a> {
    agenda: &'a Agenda,
    relevant: &'a Places,
    places: Places,
    /// The first word of `places` that has a bit, if any has.
    word: usize,
}

impl<'a> Open<'a> {
    /// Leaves out what is not among the `relevant` places.
    pub(super) fn leave_out_all_but(&mut self, relevant: &'a Places) {
        self.relevant = relevant;
    }

    /// The next signal in the order; it is not there a second time.
    pub fn take(&mut self) -> Option<SignalId> {
        while let Some(bits) = self.places.get_mut(self.word) {
            let relevant = self.relevant.get(self.word).copied().unwrap_or(0);
            if let Some(bit) = lowest(*bits & relevant) {
                *bits &= !(1 << bit);
                return self.agenda.order.get(self.word * 64 + bit).copied();
            }
            self.word += 1;
        }
        None
    }

    /// `name` holds: what waits for it must be looked at. It stands later in the order than what is taken already.
    pub fn note(&mut self, name: Ref) {
        match name {
            Ref::Signal(id) => self.add(self.agenda.by_signal.of(usize::from(id))),
            Ref::Builtin(fact) => self.add(self.agenda.by_fact.of(fact as usize)),
            Ref::Condition(_) => {}
        }
    }

    fn add(&mut self, places: &[(u16, u64)]) {
        for &(word, bits) in places {
            if let Some(open) = self.places.get_mut(usize::from(word)) {
                *open |= bits;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kind::derived::Derived;
    use super::super::kind::phrases::Phrases;
    use super::super::{Expression, Kind, Test};
    use super::*;
    use crate::text::Hit;

    fn derived(when: Expression) -> Kind {
        Kind::Derived(Derived { test: Test::of(&when, &[]), when, leaves: vec![] })
    }

    /// Signals 0 to 2 look for phrases of the group of that number; 3 and 4 follow from others; the rest hold always.
    fn signals() -> Vec<Signal> {
        let name = |name| Expression::Name(name);
        let kind = |id: u16| match id {
            0..=2 => Kind::Phrases(Phrases { groups: [id].into_iter().collect(), requires: vec![], voided_by: vec![] }),
            3 => derived(Expression::All(vec![name(Ref::Signal(1)), Expression::None(vec![name(Ref::Signal(2))])])),
            4 => derived(Expression::Any(vec![name(Ref::Signal(3)), name(Ref::Builtin(Builtin::IsReply))])),
            _ => derived(Expression::None(vec![name(Ref::Signal(0))])),
        };
        (0..70).map(|id| Signal { name: String::new(), clause: None, kind: kind(id), at: crate::problem::Spot::whole("rules") }).collect()
    }

    fn check(groups: &[u16], holds: &[Ref], expected: &[SignalId]) {
        let hits: Vec<Hit> = groups.iter().map(|&group| Hit { entry: 0, group, first: 0, end: 1 }).collect();
        let agenda = Agenda::new(&signals(), (0..70).collect(), 3);
        let mut by_group = HitsByGroup::default();
        by_group.fill(&hits);
        let mut open = agenda.open(&by_group, &Bytes::default());
        holds.iter().filter(|name| matches!(name, Ref::Builtin(_))).for_each(|&name| open.note(name));
        let mut taken = Vec::new();
        while let Some(id) = open.take() {
            taken.push(id);
            if holds.contains(&Ref::Signal(id)) {
                open.note(Ref::Signal(id));
            }
        }
        let expected: Vec<SignalId> = expected.iter().copied().chain(5..70).collect();
        assert_eq!(taken, expected, "{groups:?} {holds:?}");
    }

    #[test]
    fn what_can_find_nothing_is_not_looked_at() {
        check(&[], &[], &[]);
        check(&[2, 0, 2], &[], &[0, 2]);
        check(&[1], &[], &[1]);
        check(&[1], &[Ref::Signal(1)], &[1, 3]);
        check(&[1], &[Ref::Signal(1), Ref::Signal(3)], &[1, 3, 4]);
        check(&[2], &[Ref::Signal(2), Ref::Builtin(Builtin::IsReply)], &[2, 4]);
    }
}
