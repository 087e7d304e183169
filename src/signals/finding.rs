//! What signals say of a post: how much of each there is, and the places in the text that decided it.
//!
//! One buffer for all signals of a post, and then for the next post. Knows no kind of signal.

use smallvec::SmallVec;

use super::names::NameSet;
use super::{Names, Place, Ref, SignalId, Trace, What};
use crate::config::points::Points;
use crate::text::{EntryId, WordId};

/// What a signal says of one post.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Finding {
    /// The signal is there.
    pub met: bool,
    /// How much of it was found, in the unit of the kind (entries, share of letters, posts, points).
    pub value: f32,
    /// How much it takes.
    pub threshold: f32,
    traces: (u32, u32),
}

/// How much of a signal there is in a post: what looking at it gives, beside the places that were noted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    /// The signal is there.
    pub met: bool,
    /// How much of it was found, in the unit of the kind.
    pub value: f32,
    /// How much it takes.
    pub threshold: f32,
}

impl Measure {
    /// Makes the measure of what is there from `threshold` on, inclusive.
    pub(super) fn reaching(value: f32, threshold: f32) -> Self {
        Measure { met: value >= threshold, value, threshold }
    }

    /// Makes the measure of what is there from `least` different ones on.
    pub(super) fn counting(found: usize, least: u16) -> Self {
        Measure::reaching(f32::from(u16::try_from(found).unwrap_or(u16::MAX)), f32::from(least))
    }

    /// Makes the measure of what is there or not: one of one, or none.
    pub(super) fn one(is_there: bool) -> Self {
        Measure::counting(usize::from(is_there), 1)
    }
}

/// Findings of all signals for one post. Reused from post to post.
#[derive(Debug, Default)]
pub struct Findings {
    /// The signals that are there, and the facts that hold.
    pub names: Names,
    /// By number of the signal, with the round in which it was looked at: those of earlier ones are not wiped out.
    findings: Vec<(u32, Finding)>,
    /// Which post this is; 0: none.
    round: u32,
    traces: Vec<Trace>,
    seen: Seen,
}

/// Entries that a signal has counted already: a question asked for every hit, so it must not cost a search.
#[derive(Debug, Default)]
struct Seen {
    /// By entry: the round in which it was counted last.
    rounds: Vec<u32>,
    round: u32,
    /// Members of classes, where each counts for itself: a text has few.
    members: SmallVec<[(EntryId, WordId); 16]>,
}

impl Seen {
    /// Forgets what was counted.
    fn clear(&mut self) {
        self.members.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.rounds.clear();
            self.round = 1;
        }
    }

    /// Counts an entry, or a member of the class that it is; `true` if it was not counted before.
    fn insert(&mut self, (entry, member): (EntryId, WordId)) -> bool {
        if member != 0 {
            let is_new = !self.members.contains(&(entry, member));
            if is_new {
                self.members.push((entry, member));
            }
            return is_new;
        }
        let entry = entry as usize;
        if self.rounds.len() <= entry {
            self.rounds.resize(entry + 1, 0);
        }
        std::mem::replace(&mut self.rounds[entry], self.round) != self.round
    }
}

impl Findings {
    /// Forgets the last post and makes room for `signals` findings, which say that there is nothing of any of them.
    pub fn reset(&mut self, signals: usize) {
        self.names.clear(signals);
        self.findings.resize(signals, (0, Finding::default()));
        self.traces.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.findings.fill((0, Finding::default()));
            self.round = 1;
        }
    }

    /// Returns whether there are no findings: nothing has been looked at.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// Returns the finding of signal `id`; of one that is not there, that nothing was found.
    pub fn get(&self, id: SignalId) -> Finding {
        let nothing = Finding { threshold: 1.0, ..Finding::default() };
        let found = self.findings.get(usize::from(id)).filter(|(round, _)| *round == self.round);
        found.map_or(nothing, |(_, finding)| *finding)
    }

    /// Returns whether signal `id` is there.
    pub fn met(&self, id: SignalId) -> bool {
        self.names.has(Ref::Signal(id))
    }

    /// Returns the things that signal `id` found, met or not, in the order in which it noted them.
    pub fn traces(&self, id: SignalId) -> &[Trace] {
        let (start, end) = self.get(id).traces;
        self.traces.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Notes one thing that the signal being looked at has found.
    pub(super) fn note(&mut self, what: What, place: Place) {
        self.note_weighed(what, place, 1.0);
    }

    /// Notes one thing that contributes `weight`.
    pub(super) fn note_weighed(&mut self, what: What, place: Place, weight: f32) {
        self.traces.push(Trace { what, place, weight });
    }

    /// Notes those of `traces`, in the order of `set`, whose names hold, and returns what they add.
    pub(super) fn note_names(&mut self, set: &NameSet, traces: &[(Trace, Points)]) -> Points {
        let found = set.found_in(&self.names).filter_map(|place| traces.get(place));
        let noted = &mut self.traces;
        found
            .map(|&(trace, weight)| {
                noted.push(trace);
                weight
            })
            .sum()
    }

    /// Returns how many things all signals so far have noted.
    pub(super) fn noted(&self) -> usize {
        self.traces.len()
    }

    /// Begins to count entries for the signal being looked at.
    pub(super) fn begin_counting(&mut self) {
        self.seen.clear();
    }

    /// Counts an entry, or a member of the class that it is; `true` if it was not counted before.
    pub(super) fn counts_first(&mut self, counted: (EntryId, WordId)) -> bool {
        self.seen.insert(counted)
    }

    /// Writes down what signal `id` has come to, which has noted everything from the thing numbered `from` on.
    pub(super) fn set(&mut self, id: SignalId, measure: Measure, from: usize) {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let traces = (number(from), number(self.noted()));
        let Measure { met, value, threshold } = measure;
        if let Some(finding) = self.findings.get_mut(usize::from(id)) {
            *finding = (self.round, Finding { met, value, threshold, traces });
        }
        if met {
            self.names.set(Ref::Signal(id), true);
        }
    }
}
