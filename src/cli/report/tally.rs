//! Right and wrong verdicts by what they rest on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::super::labels::{Labels, share};
use super::Verdict;
use crate::record::Skip;
use crate::rules::Rules;
use crate::text::EntryId;

#[derive(Debug, Default)]
pub struct Tally {
    seen: BTreeSet<String>,
    classes: BTreeMap<String, Counts>,
    conditions: BTreeMap<String, Counts>,
    /// By entry and signal.
    phrases: BTreeMap<(String, String), Counts>,
    days: BTreeMap<(String, String), Counts>,
}

/// Of one class, condition or phrase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
struct Counts {
    verdicts: usize,
    /// Of them: somebody has looked at.
    reviewed: usize,
    /// Of those: corrected.
    wrong: usize,
}

impl Counts {
    fn add(&mut self, right: Option<bool>) {
        self.verdicts += 1;
        self.reviewed += usize::from(right.is_some());
        self.wrong += usize::from(right == Some(false));
    }

    fn row(&self, name: &str) -> String {
        let Counts { verdicts, reviewed, wrong } = self;
        format!("{name:<52} {verdicts:>9} {reviewed:>9} {wrong:>7}  {}\n", share(reviewed - wrong, *reviewed))
    }

    /// Wrong verdicts that muting it could mend, right ones that it could cost taken off.
    fn gain(&self) -> isize {
        let signed = |number: usize| isize::try_from(number).unwrap_or(isize::MAX);
        signed(self.wrong) - signed(self.reviewed - self.wrong)
    }
}

impl Tally {
    /// Counts a verdict; of several on one post the first.
    pub fn add(&mut self, verdict: &Verdict, labels: &Labels) {
        if verdict.reason.as_deref() == Some(Skip::Duplicate.name()) || !self.seen.insert(verdict.post_id.clone()) {
            return;
        }
        let right = labels.tells(&verdict.post_id, &verdict.class);
        self.classes.entry(verdict.class.clone()).or_default().add(right);
        let day = verdict.event_time.get(..10).unwrap_or_default().to_owned();
        self.days.entry((day, verdict.class.clone())).or_default().add(right);
        let met = || verdict.evidence.iter().filter(|piece| piece.met);
        let conditions: BTreeSet<&String> = met().filter_map(|piece| piece.condition.as_ref()).collect();
        for condition in conditions {
            self.conditions.entry(condition.clone()).or_default().add(right);
        }
        let phrases: BTreeSet<(&String, &String)> =
            met().filter_map(|piece| Some((piece.entry.as_ref()?, piece.signal.as_ref()?))).collect();
        for (entry, signal) in phrases {
            self.phrases.entry((entry.clone(), signal.clone())).or_default().add(right);
        }
    }

    pub fn report(self, rules: &Rules) -> Finished {
        let mut phrases: Vec<Phrase> = self
            .phrases
            .into_iter()
            .map(|((entry, signal), counts)| Phrase { place: place(rules, &entry), entry, signal, counts })
            .collect();
        phrases.sort_by_key(|phrase| (-phrase.counts.gain(), std::cmp::Reverse(phrase.counts.verdicts)));
        let days = self.days.into_iter().map(|((day, class), counts)| Day { day, class, counts }).collect();
        Finished { classes: self.classes, conditions: self.conditions, days, phrases }
    }
}

/// Returns where an entry is written, if a list holds it.
fn place(rules: &Rules, entry: &str) -> Option<String> {
    let entries = (0..rules.book.len()).filter_map(|id| EntryId::try_from(id).ok()).map(|id| rules.book.entry(id));
    let spot = entries.into_iter().find(|info| *info.text == *entry).map(|info| &info.at)?;
    let file = Path::new(&*spot.file).file_name()?.to_string_lossy().into_owned();
    Some(format!("{file}:{}", spot.line))
}

#[derive(Debug, Serialize)]
pub struct Finished {
    classes: BTreeMap<String, Counts>,
    conditions: BTreeMap<String, Counts>,
    days: Vec<Day>,
    /// What to mute first comes first.
    phrases: Vec<Phrase>,
}

#[derive(Debug, Serialize)]
struct Day {
    day: String,
    class: String,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Debug, Serialize)]
struct Phrase {
    entry: String,
    signal: String,
    /// `file:line`, for an entry of a list.
    place: Option<String>,
    #[serde(flatten)]
    counts: Counts,
}

impl Finished {
    /// Returns the report for people, with `top` phrases.
    pub fn show(&self, top: usize) -> String {
        let mut out = String::new();
        let head = |name: &str| format!("{name:<52} {:>9} {:>9} {:>7}  precision of the reviewed\n", "verdicts", "reviewed", "wrong");
        for (name, table) in [("class", &self.classes), ("condition", &self.conditions)] {
            out.push_str(&head(name));
            table.iter().for_each(|(name, counts)| out.push_str(&counts.row(name)));
            out.push('\n');
        }
        out.push_str(&head("day and class"));
        self.days.iter().for_each(|day| out.push_str(&day.counts.row(&format!("{} {}", day.day, day.class))));
        out.push('\n');
        out.push_str(&head("to mute first"));
        let mute = self.phrases.iter().filter(|phrase| phrase.counts.wrong > 0);
        for phrase in mute.take(top) {
            let place = phrase.place.as_ref().map(|place| format!(" {place}")).unwrap_or_default();
            out.push_str(&phrase.counts.row(&format!("{} ({}){place}", phrase.entry, phrase.signal)));
        }
        out
    }
}
