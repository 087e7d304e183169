//! Near misses: entries of which all stands in a text but one class, and the word that stands in its place.
//!
//! Reads patterns as the walk over a text does. Guards are not asked: whether a word mends anything shows when it is tried.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use crate::config::lexicon::{Lexicon, Part};
use crate::config::reader::Source;
use crate::problem::Reporter;
use crate::rules::Rules;
use crate::text::{EntryId, Facts, Sightings, WordId};

/// One step through an entry.
#[derive(Debug, Clone)]
enum Step {
    Word(WordId),
    Class(WordId, Box<str>),
    Gap(usize),
}

/// The entries that may be missed by one class, each in every order it may have.
#[derive(Debug)]
pub struct NearMisses {
    entries: Vec<(EntryId, Vec<Step>)>,
}

/// A word that would complete an entry as a member of a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NearMiss {
    /// The token that the word is.
    pub token: usize,
    pub class: Box<str>,
    pub entry: EntryId,
    /// Words that gaps pass over.
    pub skipped: usize,
}

impl NearMisses {
    /// Returns the entries of the groups that `counts` takes which name a class beside something else.
    pub fn new(rules: &Rules, counts: impl Fn(usize) -> bool) -> Self {
        let known = (1..rules.vocabulary.size()).filter_map(|number| WordId::try_from(number).ok());
        let numbers: FxHashMap<&str, WordId> = known.filter_map(|number| Some((rules.vocabulary.spelling(number)?, number))).collect();
        let counted = rules.book.entries().filter(|(_, info)| !info.exclude && counts(usize::from(info.group)));
        let entries = counted.flat_map(|(entry, info)| orders(&info.text, &numbers).into_iter().map(move |steps| (entry, steps)));
        NearMisses { entries: entries.collect() }
    }

    /// Returns what is missed in `facts`, of which `seen` was seen, by one of the `free` tokens.
    pub fn of(&self, facts: &Facts, seen: Sightings<'_>, free: &[usize]) -> BTreeSet<NearMiss> {
        let mut found = BTreeSet::new();
        for (entry, steps) in &self.entries {
            for at in 0..facts.words {
                Walk { facts, seen, free, steps, entry: *entry, found: &mut found, skipped: 0 }.go(at, 0, None);
            }
        }
        found
    }
}

/// The steps of an entry, in both orders if its halves may change places; none if no class can be what is missing.
fn orders(text: &str, numbers: &FxHashMap<&str, WordId>) -> Vec<Vec<Step>> {
    let source = Source::new("", &format!("#@group one\n{text}"));
    let lexicon = Lexicon::parse([&source], &Reporter::default());
    let Some(entry) = lexicon.groups.first().and_then(|group| group.entries.first()) else { return Vec::new() };
    let orders = entry.phrase.pattern.orders().filter_map(|parts| parts.into_iter().map(|part| step(part, numbers)).collect());
    orders.filter(|steps: &Vec<Step>| can_be_missed(steps)).collect()
}

fn can_be_missed(steps: &[Step]) -> bool {
    let classes = steps.iter().filter(|step| matches!(step, Step::Class(..))).count();
    let words = steps.iter().filter(|step| !matches!(step, Step::Gap(_))).count();
    classes > 0 && words > 1
}

fn step(part: &Part, numbers: &FxHashMap<&str, WordId>) -> Option<Step> {
    let number = |name: &str| numbers.get(name).copied();
    match part {
        Part::Gap(most) => Some(Step::Gap(usize::from(*most))),
        Part::Class(name) => Some(Step::Class(number(&format!("{{{name}}}"))?, name.as_str().into())),
        Part::Root(root) => number(&format!("~{root}")).map(Step::Word),
        Part::Word(word) => number(&word.to_lowercase().replace("tag:", "#")).map(Step::Word),
    }
}

/// The ways of one entry through a text that begin at one token.
struct Walk<'w> {
    facts: &'w Facts,
    seen: Sightings<'w>,
    free: &'w [usize],
    steps: &'w [Step],
    entry: EntryId,
    found: &'w mut BTreeSet<NearMiss>,
    /// Words that gaps have passed over so far.
    skipped: usize,
}

impl Walk<'_> {
    /// The tokens up to `at` have led to the step `next`; `filled` is the one that stands for a class.
    fn go(&mut self, at: usize, next: usize, filled: Option<(usize, &str)>) {
        let steps = self.steps;
        let Some(step) = steps.get(next) else {
            self.found.extend(filled.map(|(token, class)| NearMiss {
                token,
                class: class.into(),
                entry: self.entry,
                skipped: self.skipped,
            }));
            return;
        };
        if at >= self.facts.words {
            return;
        }
        match step {
            Step::Gap(most) => self.leap(at, next, *most, filled),
            Step::Word(wanted) => self.word(at, next, *wanted, filled),
            Step::Class(wanted, class) => {
                self.word(at, next, *wanted, filled);
                if filled.is_none() && self.free.contains(&at) {
                    self.go(at + 1, next + 1, Some((at, class)));
                }
            }
        }
    }

    fn word(&mut self, at: usize, next: usize, wanted: WordId, filled: Option<(usize, &str)>) {
        let ends: Vec<usize> = self.seen.beginning_at(at).filter(|(symbol, _)| *symbol == wanted).map(|(_, end)| end).collect();
        for end in ends {
            self.go(end, next + 1, filled);
        }
    }

    fn leap(&mut self, at: usize, next: usize, most: usize, filled: Option<(usize, &str)>) {
        let sentence = |token: usize| self.facts.tokens.get(token).map(|token| token.sentence);
        let own = sentence(at.saturating_sub(1));
        let reach = (0..=most).take_while(|skipped| sentence(at + skipped) == own).count();
        for skipped in 0..reach {
            self.skipped += skipped;
            self.go(at + skipped, next + 1, filled);
            self.skipped -= skipped;
        }
    }
}
