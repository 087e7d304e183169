//! Guards: what must stand near an entry, or must not, for it to count; or that the text begins or ends there.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Edition, EntryId, Hit, PhraseBook};
use crate::config::lexicon::{GuardRange, Scope, Side};
use crate::problem::Spot;
use crate::text::Facts;

/// Number of what a guard looks for.
pub(super) type PatternId = u16;

/// A guard, its patterns being numbers.
#[derive(Debug, Clone)]
pub(super) struct CompiledGuard {
    pub(super) wanted: bool,
    pub(super) look: Look,
    pub(super) except: Option<Look>,
    pub(super) line: GuardLine,
}

/// A guard as it is written: for one entry, or once for a whole group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GuardLine {
    /// Its own line, or that of its entry.
    pub at: Spot,
    /// The guard as its line has it.
    pub text: Arc<str>,
}

/// A guard that is out of the book for a while.
#[derive(Debug)]
pub struct GuardsTakenOut(Vec<(EntryId, Box<[CompiledGuard]>)>);

/// What is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// `None`: the edge of the part of the text.
    pub(super) pattern: Option<PatternId>,
    pub(super) place: GuardRange,
}

/// An entry that stands in the text and does not count, because of a guard.
#[derive(Debug, Clone)]
pub struct Miss {
    /// The entry and its place.
    pub hit: Hit,
    /// The guard, as written.
    pub guard: Arc<str>,
    /// The guard looks for something that is missing; else for something that is there.
    pub wanted: bool,
    /// Where that is, first token and one past the last; for a missing one the nearest that is too far away, if any.
    pub place: Option<(u32, u32)>,
}

/// Where the patterns of guards stand, each from the last place to the first.
#[derive(Debug, Default)]
pub(super) struct Marks {
    places: Vec<Vec<(u32, u32)>>,
    /// The patterns that stand somewhere: few of them all do.
    standing: Vec<PatternId>,
}

impl Marks {
    pub(super) fn clear(&mut self, patterns: usize) {
        for pattern in self.standing.drain(..) {
            self.places[usize::from(pattern)].clear();
        }
        self.places.resize_with(patterns, Vec::new);
    }

    pub(super) fn add(&mut self, pattern: PatternId, first: u32, end: u32) {
        let Some(places) = self.places.get_mut(usize::from(pattern)) else { return };
        if places.is_empty() {
            self.standing.push(pattern);
        }
        places.push((first, end));
    }

    fn of(&self, pattern: PatternId) -> &[(u32, u32)] {
        self.places.get(usize::from(pattern)).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns those of `guards` that say no to `hit`, each with the place that decided it if there is one.
    pub(super) fn refusals<'g>(
        &self,
        guards: &'g [CompiledGuard],
        facts: &Facts,
        hit: &Hit,
    ) -> impl Iterator<Item = (&'g CompiledGuard, Option<(u32, u32)>)> {
        guards.iter().filter_map(|guard| {
            if guard.except.is_some_and(|except| self.find(except, facts, hit).is_some()) {
                return None;
            }
            match (self.find(guard.look, facts, hit), guard.wanted) {
                (Some(_), true) | (None, false) => None,
                (Some(place), false) => Some((guard, Some(place))),
                (None, true) => Some((guard, None)),
            }
        })
    }

    /// Returns a place where `look` is satisfied for `hit`; `None`: nowhere.
    fn find(&self, look: Look, facts: &Facts, hit: &Hit) -> Option<(u32, u32)> {
        let around = Around { place: look.place, facts, first: hit.first, end: hit.end };
        let Some(pattern) = look.pattern else { return around.edge().then_some((hit.first, hit.end)) };
        let places = self.of(pattern);
        if places.is_empty() {
            return None;
        }
        let before = places.partition_point(|&(first, _)| first >= around.first);
        let after = places.partition_point(|&(first, _)| first >= around.end);
        let within = || places[after..before].iter();
        match look.place.side {
            Side::Before => around.before(&places[before..]),
            Side::After => around.after(&places[..after]),
            Side::Between => within().find(|&&(first, end)| first > around.first && end < around.end).copied(),
            Side::Near => {
                let overlapping = || places[before..].iter().take(MAX_SCAN).find(|&&(_, end)| end > around.first);
                let inside = within().next().or_else(overlapping).copied();
                inside.or_else(|| around.before(&places[before..])).or_else(|| around.after(&places[..after]))
            }
        }
    }

    /// Returns where the pattern of a refusal stands nearest to `hit`.
    pub(super) fn nearest(&self, pattern: PatternId, hit: &Hit) -> Option<(u32, u32)> {
        self.of(pattern).iter().min_by_key(|(first, _)| first.abs_diff(hit.first)).copied()
    }
}

/// Places before an entry that are looked at when nearer ones do not fit: they overlap it.
const MAX_SCAN: usize = 16;

/// The surroundings of an entry.
struct Around<'a> {
    place: GuardRange,
    facts: &'a Facts,
    first: u32,
    end: u32,
}

impl Around<'_> {
    /// Returns the nearest of `places`, which go from the nearest to the farthest, that ends before the entry and fits.
    fn before(&self, places: &[(u32, u32)]) -> Option<(u32, u32)> {
        let fits =
            |&&(_, end): &&(u32, u32)| end <= self.first && self.near(self.first - end) && self.together(end.saturating_sub(1), self.first);
        places.iter().take(MAX_SCAN).find(fits).copied()
    }

    /// Returns the nearest of `places`, which go from the farthest to the nearest, that begins behind the entry and
    /// fits.
    fn after(&self, places: &[(u32, u32)]) -> Option<(u32, u32)> {
        let fits = |&&(first, _): &&(u32, u32)| {
            first >= self.end && self.near(first - self.end) && self.together(self.end.saturating_sub(1), first)
        };
        places.iter().rev().take(MAX_SCAN).find(fits).copied()
    }

    /// Returns whether the part of the text begins so near before the entry, or ends so near behind it. The accounts that a
    /// text begins with are no words of it.
    fn edge(&self) -> bool {
        let last = self.end.saturating_sub(1);
        // No more words are looked at than may stand there: a text may be long and have the entry at every word.
        let within = self.place.within.map_or(1, usize::from);
        let words = match self.place.side {
            Side::After => (self.end..).take(within).take_while(|&at| (at as usize) < self.facts.words && self.together(last, at)).count(),
            _ => (self.facts.leading()..self.first).rev().take(within).take_while(|&at| self.together(at, self.first)).count(),
        };
        words < within
    }

    fn near(&self, between: u32) -> bool {
        self.place.within.is_none_or(|within| between < u32::from(within))
    }

    /// Returns whether the tokens `a` and `b` stand in the same part of the text.
    fn together(&self, a: u32, b: u32) -> bool {
        let (Some(a), Some(b)) = (self.facts.tokens.get(a as usize), self.facts.tokens.get(b as usize)) else { return false };
        a.in_subject == b.in_subject
            && match self.place.scope {
                Scope::Clause => a.clause == b.clause,
                Scope::Sentence => a.sentence == b.sentence,
                Scope::Post => true,
            }
    }
}

impl PhraseBook {
    /// Returns all guards as written, each once.
    pub fn guard_lines(&self) -> Vec<GuardLine> {
        let mut seen = FxHashSet::default();
        let lines = self.guards.iter().flatten().map(|guard| &guard.line);
        lines.filter(|line| seen.insert(*line)).cloned().collect()
    }

    /// Returns the guards of an entry as written, and whether what they look for must stand there; else it must not.
    pub fn guard_lines_of(&self, id: EntryId) -> impl Iterator<Item = (&GuardLine, bool)> {
        self.guards.get(id as usize).into_iter().flatten().map(|guard| (&guard.line, guard.wanted))
    }

    /// Returns whether a guard of the entry looks for the beginning or the end, which a text that says just the entry always has.
    pub fn looks_for_edge(&self, id: EntryId) -> bool {
        self.guards.get(id as usize).into_iter().flatten().any(|guard| guard.look.pattern.is_none())
    }

    /// Takes the guard out of all its entries, as if it were not written, until [`PhraseBook::put_back_guard`].
    pub fn take_out_guard(&mut self, line: &GuardLine) -> GuardsTakenOut {
        self.edition = Edition::default();
        let mut taken = Vec::new();
        for (entry, guards) in (0..).zip(&mut self.guards) {
            if guards.iter().any(|guard| guard.line == *line) {
                let left = guards.iter().filter(|guard| guard.line != *line).cloned().collect();
                taken.push((entry, std::mem::replace(guards, left)));
            }
        }
        GuardsTakenOut(taken)
    }

    /// Puts the guard back where [`PhraseBook::take_out_guard`] has taken it from.
    pub fn put_back_guard(&mut self, taken: GuardsTakenOut) {
        self.edition = Edition::default();
        for (entry, guards) in taken.0 {
            if let Some(place) = self.guards.get_mut(entry as usize) {
                *place = guards;
            }
        }
    }
}
