//! Verdicts against labels that people gave: counts, precision, recall, with intervals.

mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

pub use self::report::{Report, share};
use super::{Stop, input};
use crate::compare::leaves_the_queue;
use crate::record::TriageRecord;
use crate::rules::Rules;

#[derive(Debug, Deserialize)]
struct Label {
    post_id: String,
    /// `None`: not judged.
    class: Option<Classes>,
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

impl Label {
    /// Returns the classes of which any is right; none if the class was not judged.
    fn names(&self) -> &[String] {
        match &self.class {
            None => &[],
            Some(Classes::One(name)) => std::slice::from_ref(name),
            Some(Classes::Several(names)) => names,
        }
    }
}

fn yes() -> bool {
    true
}

#[derive(Debug, Default)]
pub struct Labels {
    by_post: FxHashMap<String, Label>,
    /// Flags that a label judges.
    flags: FxHashSet<String>,
}

impl Labels {
    /// Reads `path`. Labels that their authors were not sure of are left out.
    pub fn read(path: &Path) -> Result<Self, Stop> {
        let mut labels = Labels::default();
        for (number, line) in (1..).zip(input::lines(path)?) {
            labels.insert(&line).map_err(|error| {
                let hint = input::not_a_line(&line).map_or_else(|| "a label has post_id, and a class or flags".to_owned(), str::to_owned);
                Stop::usage(format!("{}:{number}: not a label: {error}; {hint}", path.display()))
            })?;
        }
        Ok(labels)
    }

    /// Adds the label in one JSON document; one that its author was not sure of is left out.
    pub fn insert(&mut self, document: &str) -> Result<(), serde_json::Error> {
        let label: Label = serde_json::from_str(document)?;
        if label.sure {
            self.flags.extend(label.flags.keys().cloned());
            self.by_post.insert(label.post_id.clone(), label);
        }
        Ok(())
    }

    /// Adds `more`, which win over what is there.
    pub fn add(&mut self, more: Labels) {
        self.by_post.extend(more.by_post);
        self.flags.extend(more.flags);
    }

    /// Returns whether the post is labelled as `name`, a flag or a class; `None`: it is not labelled, or that was not
    /// judged.
    pub fn tells(&self, post_id: &str, name: &str) -> Option<bool> {
        let label = self.by_post.get(post_id)?;
        match label.flags.get(name) {
            Some(flag) => *flag,
            None if self.flags.contains(name) || label.class.is_none() => None,
            None => Some(label.names().iter().any(|class| class == name)),
        }
    }

    /// Returns the classes that the post may have; none if that was not judged.
    pub fn classes(&self, post_id: &str) -> &[String] {
        self.by_post.get(post_id).map(Label::names).unwrap_or_default()
    }

    /// Returns what `verdict` says otherwise than the label of its post: `class`, and flags that `knows` knows.
    pub fn mistakes(&self, verdict: &TriageRecord<'_>, knows: impl Fn(&str) -> bool) -> BTreeSet<String> {
        let Some(label) = self.by_post.get(verdict.post_id) else { return BTreeSet::new() };
        let flags = label.flags.iter().filter(|(name, _)| knows(name));
        let mut wrong: BTreeSet<String> =
            flags.filter(|(name, flag)| flag.is_some_and(|flag| flag != says(verdict, name))).map(|(name, _)| name.clone()).collect();
        if !label.names().is_empty() && label.names().iter().all(|name| name != verdict.class) {
            wrong.insert("class".to_owned());
        }
        wrong
    }

    pub fn compare(&self, rules: &Rules) -> Comparison<'_> {
        let flags = self.by_post.values().flat_map(|label| label.flags.keys());
        let is_known = |name: &&String| rules.signal_named(name).is_some() || rules.condition_named(name).is_some();
        let (known, unknown): (BTreeSet<&String>, BTreeSet<&String>) = flags.partition(is_known);
        let flags = known.into_iter().map(|name| (name.clone(), Counts::default())).collect();
        let unknown = unknown.into_iter().cloned().collect();
        Comparison {
            labels: self,
            seen: FxHashSet::default(),
            rows: BTreeMap::new(),
            classes: BTreeMap::new(),
            confusion: BTreeMap::new(),
            flags,
            mistakes: Vec::new(),
            unknown,
            counted: rules.classes.iter().filter(|class| class.feeds).map(|class| class.name.clone()).collect(),
        }
    }
}

/// Verdicts compared so far.
#[derive(Debug)]
pub struct Comparison<'l> {
    labels: &'l Labels,
    /// Posts that were compared: the first verdict of each counts.
    seen: FxHashSet<&'l str>,
    rows: BTreeMap<String, ByLabel>,
    classes: BTreeMap<String, Counts>,
    confusion: BTreeMap<String, BTreeMap<String, usize>>,
    flags: BTreeMap<String, Counts>,
    mistakes: Vec<Mistake>,
    unknown: Vec<String>,
    /// Classes whose posts are counted in the case: these are answered, by themselves or with the first of a series.
    counted: FxHashSet<String>,
}

/// What became of the posts with one label.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ByLabel {
    posts: usize,
    /// Their class is (one of) the labelled.
    right: usize,
    /// They are not in the agents' or the team leaders' queue.
    left: usize,
    /// They left it, and not as part of a series.
    silenced: usize,
}

/// A class, signal or condition against its labels.
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
    /// Its place in the input.
    #[serde(skip)]
    at: usize,
}

impl<'l> Comparison<'l> {
    /// Compares one verdict, on input number `at`.
    pub fn add(&mut self, at: usize, verdict: &TriageRecord<'_>) {
        let Some((id, label)) = self.labels.by_post.get_key_value(verdict.post_id) else { return };
        if !self.seen.insert(id.as_str()) {
            return;
        }
        if label.class.is_some() {
            self.compare_class(at, label.names(), verdict);
        }
        for (name, expected) in &label.flags {
            let (Some(expected), Some(counts)) = (expected, self.flags.get_mut(name)) else { continue };
            let ours = says(verdict, name);
            counts.add(ours, *expected);
            if ours != *expected {
                self.mistakes.push(mistake(at, verdict, name, expected.to_string(), ours.to_string()));
            }
        }
    }

    fn compare_class(&mut self, at: usize, names: &[String], verdict: &TriageRecord<'_>) {
        let right = names.iter().any(|name| name == verdict.class);
        let left = leaves_the_queue(verdict.route);
        let needs_answer = names.iter().any(|name| self.counted.contains(name));
        let silenced = left && !self.counted.contains(verdict.class);
        let row = self.rows.entry(names.join("|")).or_default();
        row.posts += 1;
        row.right += usize::from(right);
        row.left += usize::from(left);
        row.silenced += usize::from(silenced);
        self.add_class(names, verdict.class, right);
        if !right && (left == needs_answer) {
            let decided = format!("{} -> {}", verdict.class, verdict.route);
            self.mistakes.push(Mistake { severe: silenced && needs_answer, ..mistake(at, verdict, "class", names.join("|"), decided) });
        }
    }

    /// Of several labelled classes any is right: the others are not missed then.
    fn add_class(&mut self, labelled: &[String], decided: &str, right: bool) {
        *self.confusion.entry(labelled.join("|")).or_default().entry(decided.to_owned()).or_default() += 1;
        self.classes.entry(decided.to_owned()).or_default().add(true, right);
        for name in labelled.iter().filter(|_| !right) {
            self.classes.entry(name.clone()).or_default().add(false, true);
        }
    }

    /// Adds what was compared elsewhere.
    pub fn merge(&mut self, other: Comparison<'l>) {
        self.seen.extend(other.seen);
        for (name, theirs) in other.rows {
            let row = self.rows.entry(name).or_default();
            row.posts += theirs.posts;
            row.right += theirs.right;
            row.left += theirs.left;
            row.silenced += theirs.silenced;
        }
        for (name, theirs) in other.classes {
            self.classes.entry(name).or_default().merge(theirs);
        }
        for (name, theirs) in other.flags {
            self.flags.entry(name).or_default().merge(theirs);
        }
        for (labelled, row) in other.confusion {
            let mine = self.confusion.entry(labelled).or_default();
            row.into_iter().for_each(|(decided, number)| *mine.entry(decided).or_default() += number);
        }
        self.mistakes.extend(other.mistakes);
    }

    /// Returns the comparison with at most `mistakes` of its mistakes, the worst first.
    pub fn report(mut self, mistakes: usize) -> Report {
        self.mistakes.sort_by_key(|mistake| (!mistake.severe, mistake.what != "class", mistake.at));
        let more_mistakes = self.mistakes.len().saturating_sub(mistakes);
        self.mistakes.truncate(mistakes);
        Report {
            classes: self.rows,
            by_class: self.classes,
            confusion: self.confusion,
            flags: self.flags,
            mistakes: self.mistakes,
            more_mistakes,
            unknown_flags: self.unknown,
            missing: self.labels.by_post.len() - self.seen.len(),
        }
    }
}

/// Returns whether the verdict says `name` of the post itself.
pub fn says(verdict: &TriageRecord<'_>, name: &str) -> bool {
    let condition = |piece: &&crate::signals::Evidence<'_>| piece.met && piece.condition.as_deref() == Some(name);
    verdict.signals.contains(&name) || verdict.evidence.iter().any(|piece| condition(&piece))
}

fn mistake(at: usize, verdict: &TriageRecord<'_>, what: &str, labelled: String, decided: String) -> Mistake {
    let reasons = verdict.evidence.iter().filter(|piece| piece.met).filter_map(|piece| piece.entry.as_deref().or(piece.signal.as_deref()));
    let because = reasons.take(4).collect::<Vec<_>>().join(", ");
    Mistake { post_id: verdict.post_id.to_owned(), what: what.to_owned(), labelled, decided, because, severe: false, at }
}

impl Counts {
    pub(super) fn add(&mut self, ours: bool, labelled: bool) {
        match (ours, labelled) {
            (true, true) => self.both += 1,
            (true, false) => self.only_ours += 1,
            (false, true) => self.only_labelled += 1,
            (false, false) => self.neither += 1,
        }
    }

    fn merge(&mut self, other: Counts) {
        self.both += other.both;
        self.only_ours += other.only_ours;
        self.only_labelled += other.only_labelled;
        self.neither += other.neither;
    }
}
