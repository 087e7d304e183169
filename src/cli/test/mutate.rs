//! `triage test --mutate`: does a test notice when the rules are changed a little?
//!
//! Each change is compiled as if somebody had saved it and run through the same step as any test. A phrase that stands
//! in no post of the tests needs no run: nobody can miss it.

mod edit;
mod guard;
mod line;
mod phrase;
mod report;
#[cfg(test)]
mod tests;
mod words;

use std::path::Path;

use serde::Serialize;

use super::document::RuleTest;
use super::occurrence::Occurrences;
use super::run_one;
use crate::cli::cores::on_all_cores;
use crate::config::reader::{Folder, Overrides};
use crate::problem::{Reporter, Spot};
use crate::rules::{self, Rules};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Numbers and durations that something is held against, one step up and down
    Thresholds,
    /// Parts of expressions, relations between phrases, switches
    Conditions,
    /// What signals add to scores, one step up and down
    Weights,
    /// Entries of lexicons
    Phrases,
    /// What must stand near entries, or must not: each guard left out
    Guards,
    /// Members of classes
    Members,
    /// Roots, each standing for the bare word only
    Roots,
}

impl Sort {
    /// All, in the order of the report.
    pub const ALL: [Sort; 7] = [Sort::Thresholds, Sort::Conditions, Sort::Weights, Sort::Phrases, Sort::Guards, Sort::Members, Sort::Roots];

    /// Returns whether a change of that sort must be noticed: words and weights are tuned on many posts, not by single
    /// ones.
    fn must_be_noticed(self) -> bool {
        matches!(self, Sort::Thresholds | Sort::Conditions | Sort::Guards)
    }
}

/// A change that no test notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Survivor {
    pub sort: Sort,
    #[serde(flatten)]
    pub at: Spot,
    /// The change in words.
    pub what: String,
    /// Tests that it could have changed.
    pub tests: usize,
}

/// How the changes of one sort fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Changes that give usable rules.
    pub changes: usize,
    /// A test fails.
    pub noticed: usize,
    /// No test fails.
    pub survive: usize,
    /// Changes among those that survive which concern no post of any test.
    pub concern_no_test: usize,
}

/// What the changes showed.
#[derive(Debug, Serialize)]
pub struct Survey {
    /// For each sort that was asked for.
    pub tallies: Vec<(Sort, Tally)>,
    /// Changes that no test notices, in the order of sort and place.
    pub survivors: Vec<Survivor>,
}

impl Survey {
    /// Returns whether every change that must be noticed is.
    pub fn is_clean(&self) -> bool {
        !self.survivors.iter().any(|survivor| survivor.sort.must_be_noticed())
    }

    fn add(&mut self, sort: Sort, fates: Vec<(Spot, String, Fate)>) {
        let mut tally = Tally::default();
        for (at, what, fate) in fates {
            match fate {
                Fate::Impossible => continue,
                Fate::Noticed => tally.noticed += 1,
                Fate::Survives { tests } => {
                    tally.survive += 1;
                    tally.concern_no_test += usize::from(tests == 0);
                    self.survivors.push(Survivor { sort, at, what, tests });
                }
            }
            tally.changes += 1;
        }
        self.tallies.push((sort, tally));
    }
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It gives no usable rules.
    Impossible,
    /// A test fails.
    Noticed,
    /// No test of so many fails.
    Survives { tests: usize },
}

/// Changes the rules in `folder` in every way of these `sorts`.
pub fn survey(folder: &Path, rules: &Rules, tests: &[RuleTest], sorts: &[Sort]) -> Survey {
    let folder = Folder::new(folder);
    let mut survey = Survey { tallies: Vec::new(), survivors: Vec::new() };
    let source = folder.read("rules.toml", None, &Reporter::default());
    let edits = source.as_ref().map(|source| edit::all(source, rules)).unwrap_or_default();
    let text = source.map(|source| source.text().to_string()).unwrap_or_default();
    for sort in Sort::ALL.into_iter().filter(|sort| sorts.contains(sort)) {
        let fates = match sort {
            Sort::Phrases => phrase::fates(&folder, rules, tests, &Occurrences::of(rules, tests)),
            Sort::Guards => guard::fates(&folder, rules, tests),
            Sort::Members => line::fates(&folder, tests, words::without_members(rules, tests)),
            Sort::Roots => line::fates(&folder, tests, words::bare_roots(rules, tests)),
            Sort::Thresholds | Sort::Conditions | Sort::Weights => by_edits(&folder, tests, sort, &edits, &text),
        };
        survey.add(sort, fates);
    }
    survey
}

/// What became of each change: its place, the change in words, its fate.
type Fates = Vec<(Spot, String, Fate)>;

/// Returns what became of the `edits` of `sort` to the main document, which says `text`.
fn by_edits(folder: &Folder, tests: &[RuleTest], sort: Sort, edits: &[edit::Edit], text: &str) -> Fates {
    let edits: Vec<&edit::Edit> = edits.iter().filter(|edit| edit.sort == sort).collect();
    let fates = on_all_cores(&edits, || (), |(), edit| with_edit(&folder.edited("rules.toml", &edit.apply(text)), tests.iter()));
    edits.iter().zip(fates).map(|(edit, fate)| (edit.at.clone(), edit.what.clone(), fate)).collect()
}

/// Returns what `tests` say to the rules in `folder`.
fn with_edit<'t>(folder: &Folder, tests: impl Iterator<Item = &'t RuleTest>) -> Fate {
    match rules::compile_changed(folder, Overrides::default(), &Reporter::default()) {
        Some(mut rules) => with_rules(&mut rules, tests),
        None => Fate::Impossible,
    }
}

/// Returns what `tests` say to `rules`; the first that fails is enough.
fn with_rules<'t>(rules: &mut Rules, tests: impl Iterator<Item = &'t RuleTest>) -> Fate {
    let mut ran = 0;
    for test in tests {
        ran += 1;
        if !run_one(rules, test).failures.is_empty() {
            return Fate::Noticed;
        }
    }
    Fate::Survives { tests: ran }
}
