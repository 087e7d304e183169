//! `triage test --coverage`: what of the rules no test exercises.
//!
//! A signal and a condition are exercised if they were met in one post and not met in another; a class if it won; a
//! threshold if values on both sides of it were seen; a phrase if a signal that was met rests on it, or if it masked its
//! words.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use serde::Serialize;

use super::document::RuleTest;
use super::occurrence::{Occurrences, bare_name};
use crate::cli::count;
use crate::problem::Spot;
use crate::replay::Replay;
use crate::rules::Rules;
use crate::signals::{Kind, What};
use crate::text::EntryId;

/// What no test exercises, and how much there is.
#[derive(Debug, Default, Serialize)]
pub struct Coverage {
    /// Signals, helpers included.
    pub signals: Part,
    /// The conditions of a hard complaint.
    pub conditions: Part,
    pub classes: Part,
    pub thresholds: Part,
    pub phrases: Part,
    /// The same by file: entries, exercised ones.
    pub phrases_by_file: BTreeMap<String, (usize, usize)>,
}

/// One kind of thing.
#[derive(Debug, Default, Serialize)]
pub struct Part {
    /// How many there are.
    pub all: usize,
    /// Those that no test exercises.
    pub missing: Vec<Missing>,
}

/// Something that no test exercises.
#[derive(Debug, Serialize)]
pub struct Missing {
    /// Where it is written.
    #[serde(flatten)]
    pub at: Spot,
    /// What it is, and what was not seen of it.
    pub what: String,
}

/// What was seen of a signal or a condition.
#[derive(Debug, Clone, Copy)]
struct Seen {
    met: bool,
    unmet: bool,
    /// The value nearest to the threshold at which it was met, and at which it was not.
    nearest: [Option<f32>; 2],
}

/// What was seen of the rules.
struct Watch {
    signals: Vec<Seen>,
    conditions: Vec<Seen>,
    classes: Vec<bool>,
    entries: FxHashSet<EntryId>,
}

/// Runs `tests` and looks at what they exercise of `rules`.
pub fn of(rules: &mut Rules, tests: &[RuleTest]) -> Coverage {
    let unseen = Seen { met: false, unmet: false, nearest: [None; 2] };
    let mut watch = Watch {
        signals: vec![unseen; rules.signals.len()],
        conditions: vec![unseen; rules.conditions.len()],
        classes: vec![false; rules.classes.len()],
        entries: FxHashSet::default(),
    };
    for test in tests {
        test.lend_to(rules);
        let mut replay = Replay::default();
        replay.every_condition = true;
        for step in &test.steps {
            replay.step(rules, &step.recorded);
            watch.look(rules, &replay);
            step.looks.iter().for_each(|look| drop(look.run(&mut replay, rules)));
        }
    }
    watch.coverage(rules, &Occurrences::of(rules, tests))
}

impl Watch {
    fn look(&mut self, rules: &Rules, replay: &Replay) {
        let work = replay.workspace();
        let (Some(decision), Some(findings)) = (work.classification(), work.findings()) else { return };
        self.classes[decision.class] = true;
        for (seen, condition) in self.conditions.iter_mut().zip(&rules.conditions) {
            let met = condition.test.holds(&decision.before);
            seen.met |= met;
            seen.unmet |= !met;
        }
        for (id, seen) in (0..).zip(&mut self.signals) {
            let finding = findings.get(id);
            seen.note(finding.met, finding.value, finding.threshold);
            if finding.met {
                let entries = findings.traces(id).iter().filter_map(|trace| match trace.what {
                    What::Entry(entry) | What::ProfileEntry(entry) => Some(entry),
                    _ => None,
                });
                self.entries.extend(entries);
            }
        }
    }

    fn coverage(&self, rules: &Rules, occurrences: &Occurrences) -> Coverage {
        let mut coverage = Coverage::default();
        for (seen, signal) in self.signals.iter().zip(&rules.signals) {
            coverage.signals.add(&signal.at, seen.missing().map(|missing| format!("signal {} {missing}", signal.name)));
            if has_threshold(&signal.kind) {
                let missing = seen.side_missing().map(|side| format!("threshold of {}: no value {side} it", signal.name));
                coverage.thresholds.add(&signal.at, missing);
            }
        }
        for (seen, condition) in self.conditions.iter().zip(&rules.conditions) {
            coverage.conditions.add(&condition.at, seen.missing().map(|missing| format!("condition {} {missing}", condition.name)));
        }
        for (won, class) in self.classes.iter().zip(&rules.classes) {
            coverage.classes.add(&class.at, (!won).then(|| format!("class {} never wins", class.name)));
        }
        for (id, info) in rules.book.entries() {
            let by_name = info.exclude || bare_name(&info.text).is_some();
            let exercised = self.entries.contains(&id) || by_name && !occurrences.tests(id).is_empty();
            coverage.phrases.add(&info.at, (!exercised).then(|| format!("phrase `{}`", info.text)));
            let file = coverage.phrases_by_file.entry(info.at.file.to_string()).or_default();
            file.0 += 1;
            file.1 += usize::from(exercised);
        }
        coverage
    }
}

impl Seen {
    fn note(&mut self, met: bool, value: f32, threshold: f32) {
        self.met |= met;
        self.unmet |= !met;
        let nearest = &mut self.nearest[usize::from(!met)];
        let known = value != 0.0 || met;
        if known && nearest.is_none_or(|nearest| (value - threshold).abs() < (nearest - threshold).abs()) {
            *nearest = Some(value);
        }
    }

    fn missing(&self) -> Option<&'static str> {
        match (self.met, self.unmet) {
            (true, true) => None,
            (false, _) => Some("is never met"),
            (true, false) => Some("is always met"),
        }
    }

    fn side_missing(&self) -> Option<&'static str> {
        match self.nearest {
            [Some(_), Some(_)] => None,
            [None, _] => Some("reached"),
            [Some(_), None] => Some("known that missed"),
        }
    }
}

/// Returns whether the value of such a signal is held against a number.
fn has_threshold(kind: &Kind) -> bool {
    match kind {
        Kind::Capitals(_) | Kind::Burst(_) | Kind::Continuation(_) | Kind::Score(_) | Kind::Profile(_) => true,
        Kind::Mentions(mentions) => mentions.min > 1,
        Kind::Phrases(_) | Kind::Hashtags(_) | Kind::Pattern(_) | Kind::Part(_) | Kind::Campaign(_) | Kind::Derived(_) => false,
    }
}

impl Part {
    fn add(&mut self, at: &Spot, missing: Option<String>) {
        self.all += 1;
        self.missing.extend(missing.map(|what| Missing { at: at.clone(), what }));
    }
}

impl Coverage {
    /// Returns whether everything but phrases is exercised.
    pub fn is_complete(&self) -> bool {
        [&self.signals, &self.conditions, &self.classes, &self.thresholds].iter().all(|part| part.missing.is_empty())
    }

    /// Returns at most `most` findings of each kind, and the counts.
    pub fn render(&self, most: usize) -> String {
        let mut out = String::new();
        let parts = [
            ("signals", &self.signals),
            ("conditions", &self.conditions),
            ("classes", &self.classes),
            ("thresholds", &self.thresholds),
            ("phrases", &self.phrases),
        ];
        for (_, part) in parts {
            part.missing.iter().take(most).for_each(|missing| out.push_str(&format!("{}: not exercised: {}\n", missing.at, missing.what)));
            if part.missing.len() > most {
                out.push_str(&format!("and {} more; --list N shows more\n", part.missing.len() - most));
            }
        }
        for (file, (all, exercised)) in &self.phrases_by_file {
            out.push_str(&format!("{file}: {exercised} of {}\n", count(*all, "phrase")));
        }
        for (name, part) in parts {
            out.push_str(&format!("{name}: {} of {} exercised\n", part.all - part.missing.len(), part.all));
        }
        out
    }
}
