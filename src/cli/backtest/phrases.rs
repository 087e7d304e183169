//! `--phrases`: how often each entry of the lexicons was found, counted and decisive.

use std::fmt;

use serde::Serialize;

use crate::config::points::Points;
use crate::engine::Workspace;
use crate::rules::Rules;
use crate::signals::{Findings, Kind, SignalId, What};
use crate::text::EntryId;

#[derive(Debug, Clone, Default)]
pub struct Usage(Vec<Counts>);

/// In how many posts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// It stands in the text, or in the profile and is one that profile signals look for.
    pub found: usize,
    /// A signal counted it.
    pub counted: usize,
    /// A signal that the class, the complaint or a condition of the post stands on would not be met without it.
    pub decided: usize,
}

impl Usage {
    /// Begins to count for the entries of `rules`.
    pub fn new(rules: &Rules) -> Self {
        Usage(vec![Counts::default(); rules.book.len()])
    }

    /// Counts the entries of the post that was judged last, whose class is called `class`.
    pub fn add(&mut self, rules: &Rules, work: &Workspace, class: &str) {
        let Some(findings) = work.findings() else { return };
        let mut found: Vec<EntryId> = work.entries().collect();
        found.sort_unstable();
        found.dedup();
        found.iter().for_each(|&entry| self.of(entry).found += 1);
        let (mut counted, mut decided) = (Vec::new(), Vec::new());
        for id in (0..).take(rules.signals.len()) {
            let entries = entries(findings, id);
            if findings.met(id) && matters(rules, findings, class, id) {
                decided.extend(entries.iter().copied().filter(|&entry| decides(rules, findings, id, entry)));
            }
            counted.extend(entries);
        }
        for (mut entries, place) in [(counted, 0), (decided, 1)] {
            entries.sort_unstable();
            entries.dedup();
            for entry in entries {
                let counts = self.of(entry);
                *(if place == 0 { &mut counts.counted } else { &mut counts.decided }) += 1;
            }
        }
    }

    fn of(&mut self, entry: EntryId) -> &mut Counts {
        &mut self.0[entry as usize]
    }

    /// Adds the counts of other posts.
    pub fn merge(&mut self, other: &Usage) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            mine.found += theirs.found;
            mine.counted += theirs.counted;
            mine.decided += theirs.decided;
        }
    }

    pub fn report(&self, rules: &Rules) -> PhraseReport {
        let all = (0..).zip(&self.0).filter(|(entry, _)| !rules.book.entry(*entry).exclude);
        let rows = all.map(|(entry, counts)| {
            let info = rules.book.entry(entry);
            Row { entry: info.text.to_string(), place: info.at.to_string(), counts: *counts }
        });
        let (mut found, unused): (Vec<Row>, Vec<Row>) = rows.partition(|row| row.counts.found > 0);
        found.sort_by_key(|row| std::cmp::Reverse((row.counts.decided, row.counts.counted, row.counts.found)));
        PhraseReport { found, never: unused.into_iter().map(|row| Never { entry: row.entry, place: row.place }).collect() }
    }
}

fn entries(findings: &Findings, id: SignalId) -> Vec<EntryId> {
    let entry = |what| if let What::Entry(entry) | What::ProfileEntry(entry) = what { Some(entry) } else { None };
    let mut entries: Vec<EntryId> = findings.traces(id).iter().filter_map(|trace| entry(trace.what)).collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// Returns whether the class, the complaint or a condition that the post meets stands on signal `id`.
fn matters(rules: &Rules, findings: &Findings, class: &str, id: SignalId) -> bool {
    let of_class = rules.classes.iter().any(|one| one.name == class && one.leaves.contains(&id));
    let of_complaint = findings.met(rules.complaint) && rules.complaint_leaves.contains(&id);
    let met = || rules.conditions.iter().filter(|condition| condition.test.holds(&findings.names));
    of_class || of_complaint || met().any(|condition| condition.leaves.contains(&id))
}

/// Returns whether signal `id`, which is met, would not be without `entry`.
fn decides(rules: &Rules, findings: &Findings, id: SignalId, entry: EntryId) -> bool {
    let finding = findings.get(id);
    let others: Vec<EntryId> = entries(findings, id).into_iter().filter(|&other| other != entry).collect();
    match &rules.signal(id).kind {
        Kind::Score(_) => {
            let weight = findings.traces(id).iter().find(|trace| trace.what == What::Entry(entry)).map_or(0.0, |trace| trace.weight);
            Points::of_value(finding.value) - Points::of_value(weight) < Points::of_value(finding.threshold)
        }
        _ => others.is_empty(),
    }
}

/// All entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhraseReport {
    /// Those found, the most decisive first.
    found: Vec<Row>,
    /// Those that stand in no post.
    never: Vec<Never>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Row {
    entry: String,
    place: String,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Never {
    entry: String,
    place: String,
}

impl fmt::Display for PhraseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>8} {:>8} {:>8}  phrase", "found", "counted", "decided")?;
        for Row { entry, place, counts } in &self.found {
            writeln!(f, "{:>8} {:>8} {:>8}  {entry:<32} {place}", counts.found, counts.counted, counts.decided)?;
        }
        writeln!(f, "\n{} phrases were never found:", self.never.len())?;
        self.never.iter().try_for_each(|Never { entry, place }| writeln!(f, "  {entry:<32} {place}"))
    }
}
