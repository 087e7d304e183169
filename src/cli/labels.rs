//! Verdicts against labels that people gave: counts, precision, recall, with intervals.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::{Stop, input};
use crate::record::TriageRecord;
use crate::rules::Rules;

/// One label.
#[derive(Debug, Deserialize)]
struct Label {
    post_id: String,
    class: Classes,
    #[serde(default = "yes")]
    sure: bool,
    /// Names of signals and conditions of the post itself; `null`: not judged.
    #[serde(flatten)]
    flags: BTreeMap<String, Option<bool>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Classes {
    One(String),
    Several(Vec<String>),
}

impl Classes {
    fn names(&self) -> &[String] {
        match self {
            Classes::One(name) => std::slice::from_ref(name),
            Classes::Several(names) => names,
        }
    }
}

fn yes() -> bool {
    true
}

/// Labels by post.
#[derive(Debug)]
pub struct Labels(FxHashMap<String, Label>);

impl Labels {
    /// Reads `path`. Labels that their authors were not sure of are left out.
    pub fn read(path: &Path) -> Result<Self, Stop> {
        let mut labels = FxHashMap::default();
        for (number, line) in (1..).zip(input::lines(path)?) {
            let label: Label = serde_json::from_str(&line).map_err(|error| {
                Stop::usage(format!("{}:{number}: not a label: {error}; a label has post_id and class", path.display()))
            })?;
            if label.sure {
                labels.insert(label.post_id.clone(), label);
            }
        }
        Ok(Labels(labels))
    }

    /// Begins to compare.
    pub fn compare(self, rules: &Rules) -> Comparison {
        let flags = self.0.values().flat_map(|label| label.flags.keys().cloned());
        let is_known = |name: &String| rules.signal_named(name).is_some() || rules.condition_named(name).is_some();
        let (known, unknown): (Vec<String>, Vec<String>) = flags.partition(is_known);
        let flags = known.into_iter().map(|name| (name, Counts::default())).collect();
        let mut unknown = unknown;
        unknown.sort_unstable();
        unknown.dedup();
        Comparison { labels: self.0, classes: BTreeMap::new(), flags, mistakes: Vec::new(), unknown }
    }
}

/// Verdicts compared so far.
#[derive(Debug)]
pub struct Comparison {
    labels: FxHashMap<String, Label>,
    classes: BTreeMap<String, ByClass>,
    flags: BTreeMap<String, Counts>,
    mistakes: Vec<Mistake>,
    unknown: Vec<String>,
}

/// What became of the posts with one label.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ByClass {
    posts: usize,
    /// Their class is (one of) the labelled.
    right: usize,
    /// They are not in the agents' or the team leaders' queue.
    left: usize,
    /// They left it, and not as part of a series.
    silenced: usize,
}

/// A signal or condition against its labels.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Counts {
    both: usize,
    only_ours: usize,
    only_labelled: usize,
    neither: usize,
}

/// A post that was decided otherwise than labelled.
#[derive(Debug, Clone, Serialize)]
pub struct Mistake {
    post_id: String,
    what: String,
    labelled: String,
    decided: String,
    because: String,
    /// A customer was silenced: the worst kind.
    severe: bool,
}

/// The comparison, finished.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    classes: BTreeMap<String, ByClass>,
    flags: BTreeMap<String, Counts>,
    mistakes: Vec<Mistake>,
    more_mistakes: usize,
    /// Flags in the labels that no signal or condition is called.
    unknown_flags: Vec<String>,
    /// Labels without a verdict.
    missing: usize,
}

impl Comparison {
    /// Compares one verdict.
    pub fn add(&mut self, verdict: &TriageRecord<'_>) {
        let Some(label) = self.labels.remove(verdict.post_id) else { return };
        let names = label.class.names();
        let right = names.iter().any(|name| name == verdict.class);
        let left = matches!(verdict.route, "oot" | "skipped");
        let needs_answer = names.iter().any(|name| matches!(name.as_str(), "normal" | "multi" | "hard_complaint"));
        let silenced = left && verdict.class != "multi";
        let row = self.classes.entry(names.join("|")).or_default();
        row.posts += 1;
        row.right += usize::from(right);
        row.left += usize::from(left);
        row.silenced += usize::from(silenced);
        if !right && (left == needs_answer) {
            let decided = format!("{} -> {}", verdict.class, verdict.route);
            self.mistakes.push(mistake(verdict, "class", names.join("|"), decided, silenced && needs_answer));
        }
        for (name, expected) in &label.flags {
            let (Some(expected), Some(counts)) = (expected, self.flags.get_mut(name)) else { continue };
            let ours = says(verdict, name);
            counts.add(ours, *expected);
            if ours != *expected {
                self.mistakes.push(mistake(verdict, name, expected.to_string(), ours.to_string(), false));
            }
        }
    }

    /// The comparison with at most `mistakes` of its mistakes, the worst first.
    pub fn report(self, mistakes: usize) -> Report {
        let Comparison { labels, classes, flags, mistakes: mut all, unknown } = self;
        all.sort_by_key(|mistake| (!mistake.severe, mistake.what != "class"));
        let more_mistakes = all.len().saturating_sub(mistakes);
        all.truncate(mistakes);
        Report { classes, flags, mistakes: all, more_mistakes, unknown_flags: unknown, missing: labels.len() }
    }
}

/// Whether the verdict says `name` of the post itself.
fn says(verdict: &TriageRecord<'_>, name: &str) -> bool {
    let condition = |piece: &&crate::signals::Evidence<'_>| piece.met && piece.condition.as_deref() == Some(name);
    verdict.signals.contains(&name) || verdict.evidence.iter().any(|piece| condition(&piece))
}

fn mistake(verdict: &TriageRecord<'_>, what: &str, labelled: String, decided: String, severe: bool) -> Mistake {
    let reasons = verdict.evidence.iter().filter(|piece| piece.met).filter_map(|piece| piece.entry.as_deref().or(piece.signal.as_deref()));
    let because = reasons.take(4).collect::<Vec<_>>().join(", ");
    Mistake { post_id: verdict.post_id.to_owned(), what: what.to_owned(), labelled, decided, because, severe }
}

impl Counts {
    fn add(&mut self, ours: bool, labelled: bool) {
        match (ours, labelled) {
            (true, true) => self.both += 1,
            (true, false) => self.only_ours += 1,
            (false, true) => self.only_labelled += 1,
            (false, false) => self.neither += 1,
        }
    }

    fn f1(&self) -> f64 {
        ratio(2 * self.both, 2 * self.both + self.only_ours + self.only_labelled)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of labelled posts")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// `part` of `whole` with the 95 % Wilson interval.
#[expect(clippy::cast_precision_loss, reason = "counts of labelled posts")]
fn share(part: usize, whole: usize) -> String {
    const Z: f64 = 1.96;
    if whole == 0 {
        return "-".to_owned();
    }
    let (n, p) = (whole as f64, ratio(part, whole));
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    format!("{p:.3} [{:.3}, {:.3}] {part}/{whole}", ((middle - reach) / scale).max(0.0), ((middle + reach) / scale).min(1.0))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<18} {:>6}  {:<32} {:<32} {:>8}", "label", "posts", "class as labelled", "left the agents' queue", "silenced")?;
        for (name, row) in &self.classes {
            let (right, left) = (share(row.right, row.posts), share(row.left, row.posts));
            writeln!(f, "{name:<18} {:>6}  {right:<32} {left:<32} {:>8}", row.posts, row.silenced)?;
        }
        writeln!(f, "(silenced: left the queue otherwise than as part of a series; in brackets 95 % intervals)\n")?;
        writeln!(f, "{:<18} {:<32} {:<32} {:>6}", "flag", "precision", "recall", "F1")?;
        for (name, counts) in &self.flags {
            let precision = share(counts.both, counts.both + counts.only_ours);
            let recall = share(counts.both, counts.both + counts.only_labelled);
            writeln!(f, "{name:<18} {precision:<32} {recall:<32} {:>6.3}", counts.f1())?;
        }
        if !self.mistakes.is_empty() {
            writeln!(f, "\n{:<26} {:<14} {:<14} {:<24} because", "mistake", "of", "labelled", "decided")?;
        }
        for mistake in &self.mistakes {
            let Mistake { post_id, what, labelled, decided, because, .. } = mistake;
            writeln!(f, "{post_id:<26} {what:<14} {labelled:<14} {decided:<24} {because}")?;
        }
        if self.more_mistakes > 0 {
            writeln!(f, "and {} more", self.more_mistakes)?;
        }
        if self.missing > 0 {
            writeln!(f, "{} labels have no verdict", self.missing)?;
        }
        if !self.unknown_flags.is_empty() {
            writeln!(f, "no signal or condition is called {}", self.unknown_flags.join(", "))?;
        }
        Ok(())
    }
}
