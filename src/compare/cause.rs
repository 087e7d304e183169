//! What is responsible for a flip: the signals that one rule set meets and the other does not, with the entries of
//! lexicons behind them; where there are none, the case or the classes themselves.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{DecisionSummary, Of, Shift, Side};
use crate::post::Post;
use crate::rules::Rules;
use crate::signals::{Expression, Kind, Ref, SignalId};

/// What is responsible for a flip.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Cause {
    /// A signal that decides is met by one of the two only.
    Signal {
        /// Name of the signal in `rules.toml`.
        signal: String,
        /// Conditions that are met by one of the two only and stand on it.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<String>,
        /// By the first rule set; absent if it has no such signal.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Measure>,
        /// By the second rule set; absent if it has no such signal.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Measure>,
        /// What counts in one of the two only, or counts differently.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        entries: Vec<EntryChange>,
    },
    /// One of the two skips the post unread.
    Unread {
        /// The reason on the record.
        reason: String,
    },
    /// The post is the same to both, but an earlier one of the customer was not: the conditions of the case differ.
    Case,
    /// Signals and case are the same: what follows from them differs.
    Rules {
        /// What is written otherwise, as `hard.when`, `classes.promo`, `case`; empty where that cannot be told apart.
        differ: Vec<String>,
    },
}

/// What a signal measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measure {
    /// The signal holds.
    pub met: bool,
    /// How much was found.
    pub value: f32,
    /// How much it takes.
    pub threshold: f32,
}

/// An entry that counts differently.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EntryChange {
    /// The entry, account or signal as it is written.
    pub entry: String,
    /// `file:line:column`, for an entry of a lexicon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// In which of the two it counts.
    pub change: Change,
    /// What it contributes in the first rule set; 0: nothing.
    pub before: f32,
    /// What it contributes in the second; 0: nothing.
    pub after: f32,
}

/// How an entry counts differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It counts in the second rule set only.
    Gained,
    /// It counts in the first rule set only.
    Lost,
    /// It counts in both, with another weight.
    Weight,
}

/// Returns the causes of the change from `before` to `after` and of `shifts`, most telling first.
pub(super) fn find(
    first: &Side<'_>,
    second: &Side<'_>,
    post: &Post<'_>,
    before: &DecisionSummary,
    after: &DecisionSummary,
    shifts: &[Shift],
) -> Vec<Cause> {
    let read = |side: &Side<'_>| side.replay.workspace().findings().is_some();
    if read(first) != read(second) {
        let aside = if read(first) { after } else { before };
        return vec![Cause::Unread { reason: aside.reason.clone().unwrap_or_default() }];
    }
    let mut names = deciding(first.rules);
    names.extend(deciding(second.rules));
    for rules in [first.rules, second.rules] {
        let shifted = shifts.iter().filter(|shift| shift.what.of == Of::Signal).filter_map(|shift| rules.signal_named(&shift.what.name));
        names.extend(behind(rules, shifted));
    }
    let mut causes: Vec<Cause> = names.into_iter().filter_map(|name| of_signal(first, second, post, name)).collect();
    causes.sort_by_key(|cause| !matches!(cause, Cause::Signal { conditions, .. } if !conditions.is_empty()));
    if causes.is_empty() {
        let same_case = before.conditions == after.conditions;
        causes.push(if same_case { Cause::Rules { differ: definitions(first.rules, second.rules) } } else { Cause::Case });
    }
    causes
}

/// Returns what is defined otherwise beside signals. Expressions can be compared where names have the same numbers.
fn definitions(first: &Rules, second: &Rules) -> Vec<String> {
    let names = |rules: &Rules| -> Vec<String> {
        let signals = rules.signals.iter().map(|signal| &signal.name);
        signals.chain(rules.conditions.iter().map(|condition| &condition.name)).cloned().collect()
    };
    let mut differ = Vec::new();
    if first.limits != second.limits {
        differ.push("the limits in case and time".to_owned());
    }
    if first.hard.watch_at != second.hard.watch_at {
        differ.push("hard.watch_at".to_owned());
    }
    let (ours, theirs) = (names(first), names(second));
    if ours != theirs {
        let only = ours.iter().filter(|name| !theirs.contains(name)).chain(theirs.iter().filter(|name| !ours.contains(name)));
        differ.extend(only.cloned());
        return differ;
    }
    if first.hard.when != second.hard.when {
        differ.push("hard.when".to_owned());
    }
    let conditions = first.conditions.iter().zip(&second.conditions).filter(|(one, other)| one.when != other.when);
    differ.extend(conditions.map(|(condition, _)| format!("conditions.{}", condition.name)));
    differ.extend(first.signals.iter().zip(&second.signals).filter_map(|(one, other)| match (&one.kind, &other.kind) {
        (Kind::Derived(ours), Kind::Derived(theirs)) if ours.when != theirs.when => Some(format!("signals.{}", one.name)),
        _ => None,
    }));
    let order = |rules: &Rules| rules.classes.iter().map(|class| class.name.clone()).collect::<Vec<_>>();
    if order(first) != order(second) {
        differ.push("the order of the classes".to_owned());
        return differ;
    }
    let changed = first.classes.iter().zip(&second.classes);
    let changed = changed.filter(|(one, other)| (&one.when, one.route, one.feeds) != (&other.when, other.route, other.feeds));
    differ.extend(changed.map(|(class, _)| format!("classes.{}", class.name)));
    differ
}

/// Returns the signals that `ids` stand on, for or against; a signal that follows from no other stands on itself.
fn behind(rules: &Rules, ids: impl Iterator<Item = SignalId>) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    ids.for_each(|id| add_leaves(&Expression::Name(Ref::Signal(id)), rules, &mut found));
    found.into_iter().map(|id| rules.signal(id).name.as_str()).collect()
}

/// Returns the signals that conditions and classes stand on, for or against.
fn deciding(rules: &Rules) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let conditions = rules.conditions.iter().map(|condition| &condition.when);
    for expression in rules.classes.iter().filter_map(|class| class.when.as_ref()).chain(conditions) {
        add_leaves(expression, rules, &mut found);
    }
    found.into_iter().map(|id| rules.signal(id).name.as_str()).collect()
}

fn add_leaves(expression: &Expression, rules: &Rules, found: &mut BTreeSet<SignalId>) {
    expression.names(&mut |name, _| {
        let Ref::Signal(id) = name else { return };
        match &rules.signal(id).kind {
            // Signals that refer to each other in a circle do not compile.
            Kind::Derived(inner) => add_leaves(&inner.when, rules, found),
            _ => drop(found.insert(id)),
        }
    });
}

fn of_signal(first: &Side<'_>, second: &Side<'_>, post: &Post<'_>, name: &str) -> Option<Cause> {
    let (before, after) = (measure(first, name), measure(second, name));
    let met = |measure: Option<Measure>| measure.is_some_and(|measure| measure.met);
    if met(before) == met(after) {
        return None;
    }
    let mut entries: BTreeMap<String, EntryChange> = BTreeMap::new();
    for (entry, place, weight) in entries_of(first, post, name) {
        let change = entries.entry(entry.clone()).or_insert(EntryChange { entry, place, change: Change::Lost, before: 0.0, after: 0.0 });
        change.before = weight;
    }
    for (entry, place, weight) in entries_of(second, post, name) {
        let change = entries.entry(entry.clone()).or_insert(EntryChange { entry, place, change: Change::Gained, before: 0.0, after: 0.0 });
        if change.before != 0.0 {
            change.change = Change::Weight;
        }
        change.after = weight;
    }
    let entries = entries.into_values().filter(|change| change.before.to_bits() != change.after.to_bits()).collect();
    Some(Cause::Signal { signal: name.to_owned(), conditions: conditions(first, second, name), before, after, entries })
}

fn measure(side: &Side<'_>, name: &str) -> Option<Measure> {
    let id = side.rules.signal_named(name)?;
    let finding = side.replay.workspace().findings()?.get(id);
    Some(Measure { met: finding.met, value: finding.value, threshold: finding.threshold })
}

/// Returns what signal `name` counted: as written, where, how much.
fn entries_of(side: &Side<'_>, post: &Post<'_>, name: &str) -> Vec<(String, Option<String>, f32)> {
    let Some(id) = side.rules.signal_named(name) else { return Vec::new() };
    let pieces = side.replay.workspace().pieces(side.rules, post, id);
    let entries = pieces.filter(|piece| !piece.measured).filter_map(|piece| {
        let counted = piece.counted.map(|id| side.rules.signal(id).name.clone());
        let text = counted.or_else(|| piece.evidence.entry.as_deref().map(str::to_owned))?;
        let place = piece.entry.map(|entry| side.rules.book.entry(entry).at.to_string());
        Some((text, place, piece.weight))
    });
    entries.collect()
}

/// Conditions that stand on signal `name` and are met by one of the two only.
fn conditions(first: &Side<'_>, second: &Side<'_>, name: &str) -> Vec<String> {
    let met = |side: &Side<'_>| -> BTreeSet<String> {
        let (Some(id), Some(findings)) = (side.rules.signal_named(name), side.replay.workspace().findings()) else {
            return BTreeSet::new();
        };
        let standing = side.rules.conditions.iter().filter(|condition| condition.leaves.contains(&id));
        standing.filter(|condition| condition.test.holds(&findings.names)).map(|condition| condition.name.clone()).collect()
    };
    met(first).symmetric_difference(&met(second)).cloned().collect()
}
