//! Labelled posts as what a score sees of them: how many entries of each group, which signals, which word sequences.

use std::collections::BTreeMap;
use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::super::Stop;
use super::super::labels::{Labels, says};
use super::model::{self, Column, Fitted};
use crate::config::points::Points;
use crate::post::Input;
use crate::record::Output;
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;
use crate::signals::kind::score::Score;
use crate::signals::{Kind, Ref, Signal, SignalId, What};
use crate::text::{EntryId, GroupId};

/// Words of a sequence at most.
const LONGEST: usize = 3;
/// Word sequences that are looked at.
const MOST_GRAMS: usize = 5_000;
/// How strongly weights are held to what is written.
const RIDGE: f64 = 2.0;
/// The same for new phrases: little, so that of those that always stand together one is taken up and not all by halves.
const SLIGHT: f64 = 0.1;
/// How much a new phrase must be worth to be taken up at all.
const LASSO: f64 = 1.5;

/// What a score adds up.
#[derive(Debug, Clone, PartialEq)]
pub enum Feature {
    /// Different entries of a group.
    Group(GroupId),
    /// A signal or fact, by its name.
    Name(String),
    /// A word sequence that is in no list of the score.
    Gram(String),
}

#[derive(Debug)]
pub struct Examples {
    pub score: String,
    /// What it is to tell.
    pub target: String,
    /// What each column stands for.
    pub features: Vec<Feature>,
    /// The weight that is written, or 0.
    pub columns: Vec<Column>,
    /// What the labels say.
    pub targets: Vec<bool>,
    /// What the score as written says.
    pub by_score: Vec<bool>,
    /// What all rules as written say.
    pub by_rules: Vec<bool>,
    /// A number for the customer.
    pub customers: Vec<u64>,
    pub threshold: f64,
    /// Scores that go on with the sum of this one, with their thresholds.
    pub followers: Vec<(String, f64)>,
}

struct Seen {
    target: bool,
    by_score: bool,
    by_rules: bool,
    customer: u64,
    counts: BTreeMap<usize, f32>,
    grams: FxHashSet<String>,
}

impl Examples {
    /// Returns the labelled posts among `inputs`, judged in their order. Word sequences must come from `least`
    /// customers.
    pub fn gather(rules: &Rules, score: &str, target: &str, labels: &Labels, inputs: &[Recorded<'_>], least: usize) -> Result<Self, Stop> {
        let id = rules.signal_named(score);
        let Some((id, Kind::Score(kind))) = id.map(|id| (id, &rules.signal(id).kind)) else {
            return Err(Stop::usage(format!("there is no score called `{score}`; scores are {}", scores(rules))));
        };
        let groups: Vec<usize> = (0..kind.groups.len()).filter(|&group| kind.groups[group] != Points::NONE).collect();
        let mut replay = Replay::with_moot();
        let mut seen = Vec::new();
        for recorded in inputs {
            seen.extend(look(&mut replay, rules, (id, kind, &groups), recorded, labels, target));
        }
        if seen.iter().filter(|post| post.target).count() < 5 || seen.iter().filter(|post| !post.target).count() < 5 {
            return Err(Stop::usage(format!(
                "too few posts are labelled as {target} and as something else: at least five of each are needed"
            )));
        }
        let mut features: Vec<Feature> =
            groups.iter().map(|&group| Feature::Group(GroupId::try_from(group).unwrap_or(GroupId::MAX))).collect();
        features.extend(kind.names.iter().map(|&(name, _)| Feature::Name(name_of(rules, name))));
        let written = groups.iter().map(|&group| kind.groups[group]).chain(kind.names.iter().map(|&(_, weight)| weight));
        let mut columns: Vec<Column> = written.map(|weight| Column::known(f64::from(weight.value()), RIDGE)).collect();
        for (row, post) in (0..).zip(&seen) {
            post.counts.iter().for_each(|(&column, &value)| columns[column].rows.push((row, value)));
        }
        for (gram, rows) in frequent(&seen, &listed(rules, &groups), least) {
            features.push(Feature::Gram(gram));
            columns.push(Column { rows: rows.into_iter().map(|row| (row, 1.0)).collect(), ..Column::new(SLIGHT, LASSO) });
        }
        Ok(Examples {
            score: score.to_owned(),
            target: target.to_owned(),
            features,
            columns,
            targets: seen.iter().map(|post| post.target).collect(),
            by_score: seen.iter().map(|post| post.by_score).collect(),
            by_rules: seen.iter().map(|post| post.by_rules).collect(),
            customers: seen.iter().map(|post| post.customer).collect(),
            threshold: f64::from(kind.threshold.value()),
            followers: followers(rules, id),
        })
    }

    /// Learns from the posts that `takes` takes, with new phrases or without.
    pub fn fit(&self, takes: impl Fn(usize) -> bool, grams: bool) -> Fitted {
        let used: Vec<bool> = (0..self.targets.len()).map(takes).collect();
        let columns = self.features.iter().take_while(|feature| grams || !matches!(feature, Feature::Gram(_))).count();
        model::fit(&self.columns[..columns], &self.targets, &used, -self.threshold)
    }
}

fn followers(rules: &Rules, id: SignalId) -> Vec<(String, f64)> {
    let threshold = |signal: &Signal| match &signal.kind {
        Kind::Score(score) if score.of == Some(id) => Some((signal.name.clone(), f64::from(score.threshold.value()))),
        _ => None,
    };
    rules.signals.iter().filter_map(threshold).collect()
}

fn scores(rules: &Rules) -> String {
    let scores = rules.signals.iter().filter(|signal| matches!(signal.kind, Kind::Score(_)));
    scores.map(|signal| signal.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn name_of(rules: &Rules, name: Ref) -> String {
    match name {
        Ref::Signal(id) => rules.signal(id).name.clone(),
        Ref::Builtin(fact) => fact.name().to_owned(),
        Ref::Condition(number) => {
            rules.conditions.get(usize::from(number)).map(|condition| format!("conditions.{}", condition.name)).unwrap_or_default()
        }
    }
}

/// Judges an input and looks at what the score saw in it, if it is a labelled post that was read.
fn look(
    replay: &mut Replay,
    rules: &Rules,
    (id, kind, groups): (SignalId, &Score, &[usize]),
    recorded: &Recorded<'_>,
    labels: &Labels,
    target: &str,
) -> Option<Seen> {
    let by_rules = {
        let outputs = replay.step(rules, recorded);
        let verdict = outputs.first().and_then(Output::verdict)?;
        verdict.class == target || says(verdict, target)
    };
    let Input::Post(post) = &recorded.input else { return None };
    let wanted = labels.tells(&post.post_id, target)?;
    let findings = replay.workspace().findings()?;
    let mut counts = BTreeMap::new();
    let mut counted: FxHashSet<EntryId> = FxHashSet::default();
    for trace in findings.traces(id) {
        let What::Entry(entry) = trace.what else { continue };
        let group = usize::from(rules.book.entry(entry).group);
        if let (true, Ok(column)) = (counted.insert(entry), groups.binary_search(&group)) {
            *counts.entry(column).or_insert(0.0) += 1.0;
        }
    }
    for (place, &(name, _)) in kind.names.iter().enumerate() {
        if findings.names.has(name) {
            counts.insert(groups.len() + place, 1.0);
        }
    }
    let mut hasher = FxHasher::default();
    hasher.write(recorded.customer.as_str().as_bytes());
    Some(Seen { target: wanted, by_score: findings.met(id), by_rules, customer: hasher.finish() >> 32, counts, grams: grams(&post.text) })
}

/// Entries that the score knows already.
fn listed(rules: &Rules, groups: &[usize]) -> FxHashSet<String> {
    let entries = (0..rules.book.len()).filter_map(|entry| EntryId::try_from(entry).ok()).map(|entry| rules.book.entry(entry));
    entries.filter(|info| groups.binary_search(&usize::from(info.group)).is_ok()).map(|info| info.text.to_lowercase()).collect()
}

/// Sequences from enough customers and the posts they stand in, in alphabetical order.
fn frequent(seen: &[Seen], listed: &FxHashSet<String>, least: usize) -> Vec<(String, Vec<u32>)> {
    let mut rows: FxHashMap<&str, Vec<u32>> = FxHashMap::default();
    for (row, post) in (0..).zip(seen) {
        post.grams.iter().for_each(|gram| rows.entry(gram).or_default().push(row));
    }
    let customers = |rows: &[u32]| rows.iter().map(|&row| seen[row as usize].customer).collect::<FxHashSet<_>>().len();
    let enough = rows.into_iter().filter(|(gram, rows)| rows.len() >= least && !listed.contains(*gram) && customers(rows) >= least);
    let mut enough: Vec<(String, Vec<u32>)> = enough.map(|(gram, rows)| (gram.to_owned(), rows)).collect();
    enough.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then_with(|| a.0.cmp(&b.0)));
    enough.truncate(MOST_GRAMS);
    enough.sort();
    enough
}

/// Sequences of words that stand side by side; no accounts, tags, links or numbers.
fn grams(text: &str) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    let mut words: Vec<String> = Vec::new();
    for piece in text.split_whitespace() {
        if piece.starts_with(['@', '#']) || piece.contains("://") || piece.chars().any(|c| c.is_ascii_digit()) {
            words.clear();
            continue;
        }
        for part in piece.split_inclusive(|c: char| !c.is_alphanumeric()) {
            let word: String = part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            if !word.is_empty() {
                words.push(word);
                for length in 1..=LONGEST.min(words.len()) {
                    found.insert(words[words.len() - length..].join(" "));
                }
            }
            if part.ends_with(|c: char| !c.is_alphanumeric()) {
                words.clear();
            }
        }
    }
    found.retain(|gram| gram.chars().count() > 2);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_stay_within_what_belongs_together() {
        let check = |text: &str, expected: &[&str]| {
            let mut found: Vec<String> = grams(text).into_iter().collect();
            found.sort();
            assert_eq!(found, expected, "{text}");
        };
        check("Yuk Nonton, seru", &["nonton", "seru", "yuk", "yuk nonton"]);
        check("@akun halo #tag dunia", &["dunia", "halo"]);
        check("paket 50 ribu https://contoh.example/a", &["paket", "ribu"]);
        check("satu dua tiga", &["dua", "dua tiga", "satu", "satu dua", "satu dua tiga", "tiga"]);
    }
}
