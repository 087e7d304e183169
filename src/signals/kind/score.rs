//! A weighted sum of phrases and other signals against a threshold: what no single word decides.
//!
//! It stays readable: each entry and each signal has its own weight in the configuration, and what adds most is the
//! evidence.

use crate::config::lexicon::Weight;
use crate::config::points::Points;
use crate::config::reader::{Table, Value};
use crate::problem::Spotted;
use crate::signals::agenda::Awaits;
use crate::signals::names::NameSet;
use crate::signals::{Findings, History, Measure, Place, Ref, Scope, SignalId, Trace, View, What};
use crate::text::GroupSet;

/// A signal over a sum of weights.
#[derive(Debug)]
pub struct Score {
    /// The sum it takes, inclusive.
    pub threshold: Points,
    /// Another score, whose sum is added: one list of weights for several thresholds.
    pub of: Option<SignalId>,
    /// For each group of the book: what each different entry of it adds.
    pub groups: Box<[Points]>,
    /// The groups that add something.
    adding: GroupSet,
    /// What each name adds where it holds, in the order of `named`.
    pub names: Vec<(Ref, Points)>,
    named: NameSet,
    /// What is noted of each name, in the same order.
    traces: Box<[(Trace, Points)]>,
}

impl Score {
    /// What takes more than nothing needs something that adds.
    pub(super) fn awaits(&self) -> Awaits<'_> {
        if self.threshold <= Points::NONE {
            return Awaits::Nothing;
        }
        Awaits::Any { groups: Some(&self.adding), names: self.names.iter().map(|(name, _)| *name).collect(), base: self.of }
    }

    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let mut sum = Points::NONE;
        if let Some(base) = self.of {
            let weight = findings.get(base).value;
            sum += Points::of_value(weight);
            findings.note_weighed(What::Signal(base), Place::Elsewhere, weight);
        }
        findings.begin_counting();
        for hit in view.by_group.of(&self.adding, view.hits) {
            let weight = self.groups.get(usize::from(hit.group)).copied().unwrap_or_default();
            if findings.counts_first(view.book.counted_as(hit, view.facts)) {
                sum += weight;
                findings.note_weighed(What::Entry(hit.entry), Place::Tokens(hit.first, hit.end), weight.value());
            }
        }
        sum += findings.note_names(&self.named, &self.traces);
        Measure::reaching(sum.value(), self.threshold.value())
    }
}

impl Score {
    /// Reads `threshold`, `of`, lists with numeric weights by `file`, `groups`, `files`, and `signals`, a table of
    /// names and their weights.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let threshold = points(&table.required("threshold"));
        let of = table.optional("of").spotted_string().and_then(|name| scope.score(&name));
        let listed = table.has("file") || table.has("files");
        let loaded = if listed { scope.lexicons.groups(table, |weight| matches!(weight, Weight::Score(_))) } else { Vec::new() };
        let mut groups = vec![Points::NONE; scope.lexicons.group_count()];
        for group in &loaded {
            if let (Weight::Score(weight), Some(place)) = (group.weight, groups.get_mut(usize::from(group.id))) {
                *place = weight;
            }
        }
        let mut names = Vec::new();
        for (name, weight) in table.optional("signals").table().iter().flat_map(Table::entries) {
            if let (Some(found), Some(weight)) = (scope.name(&Spotted { value: name.value, spot: name.spot }), points(&weight)) {
                names.push((found, weight));
            }
        }
        let adding = (0..).zip(&groups).filter(|(_, weight)| **weight != Points::NONE).map(|(group, _)| group).collect();
        let named = NameSet::new(&mut names);
        let traces = names.iter().filter_map(|&(name, weight)| Some((trace(name, weight)?, weight))).collect();
        Some(Score { threshold: threshold?, of, groups: groups.into(), adding, names, named, traces })
    }
}

/// What is noted where `name` holds; `None` for a condition, which never does.
fn trace(name: Ref, weight: Points) -> Option<Trace> {
    let what = match name {
        Ref::Signal(id) => What::Signal(id),
        Ref::Builtin(fact) => What::Fact(fact.name()),
        Ref::Condition(_) => return None,
    };
    Some(Trace { what, place: Place::Elsewhere, weight: weight.value() })
}

/// Returns the points that are written; `None` if they are none, which is reported.
fn points(written: &Value<'_>) -> Option<Points> {
    let number = written.number(-1_000.0..=1_000.0)?;
    Points::written(number).or_else(|| {
        let what = format!("{number} is finer than a hundredth: write at most two digits behind the point");
        written.reporter().error(&written.spot(), what);
        None
    })
}
