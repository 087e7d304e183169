//! Entries that another one of their group finds anyway: the other stands within every text that the entry finds.

use rustc_hash::{FxHashMap, FxHashSet};

use super::phrases::{counts_by_number, is_looked_at_alone};
use super::reach::Trial;
use super::variants;
use crate::problem::{Problem, Reporter};
use crate::rules::Rules;
use crate::text::{EntryId, GroupId, Hit};

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    // Said already.
    let repeated: FxHashSet<EntryId> = rules.book.repeated().into_iter().map(|(entry, _)| entry).collect();
    let mut groups: FxHashMap<GroupId, Option<Places>> = FxHashMap::default();
    let mut trial = Trial::new(rules);
    let mut covering: FxHashMap<EntryId, EntryId> = FxHashMap::default();
    for (id, entry) in rules.book.entries().filter(|(id, entry)| !entry.exclude && !repeated.contains(id)) {
        if let Some(places) = *groups.entry(entry.group).or_insert_with(|| places(rules, entry.group))
            && let Some(other) = covering_entry(rules, &mut trial, id, places, &repeated)
        {
            covering.insert(id, other);
        }
    }
    for (id, entry) in rules.book.entries() {
        // Of two that find the same, the later one is named.
        let Some(&other) = covering.get(&id).filter(|other| covering.get(other) != Some(&id) || **other < id) else { continue };
        let other = rules.book.entry(other);
        let what = format!("`{}` finds nothing that `{}` at {} does not find", entry.text, other.text, other.at);
        reporter.report(Problem::warning(&entry.at, what).hint("remove one of the two"));
    }
}

/// Where an entry that covers another one may begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Places {
    /// With it: somebody looks at what stands before.
    First,
    Any,
}

/// `None`: entries of the group are counted one by one, or somebody looks at what stands behind them.
fn places(rules: &Rules, group: GroupId) -> Option<Places> {
    if counts_by_number(rules, group) || !is_looked_at_alone(rules, group, true) {
        return None;
    }
    Some(if is_looked_at_alone(rules, group, false) { Places::Any } else { Places::First })
}

/// Returns the entry that stands within `id` in every text that has `id`.
fn covering_entry(rules: &Rules, trial: &mut Trial<'_>, id: EntryId, places: Places, repeated: &FxHashSet<EntryId>) -> Option<EntryId> {
    let mut left: Option<Vec<EntryId>> = None;
    variants::all(&rules.book.entry(id).text, &rules.book, |text| {
        trial.read(text);
        let of_entry = trial.hits.iter().find(|hit| hit.entry == id);
        if let Some(hit) = of_entry {
            let covers = |other: &&Hit| !repeated.contains(&other.entry) && covers(rules, other, hit, places);
            let now = || trial.hits.iter().filter(covers).map(|other| other.entry);
            left = Some(match left.take() {
                None => now().collect(),
                Some(before) => before.into_iter().filter(|known| now().any(|other| other == *known)).collect(),
            });
        }
        left.as_ref().is_none_or(|left| !left.is_empty())
    });
    left?.first().copied()
}

/// Returns whether `other` counts wherever `hit` does, as far as this text shows: it stands within it and is not
/// guarded, or is guarded alike and begins with it, and ends with it where the end is looked for.
fn covers(rules: &Rules, other: &Hit, hit: &Hit, places: Places) -> bool {
    let book = &rules.book;
    let guarded = book.guards_of(other.entry).next().is_some();
    let alike = || other.first == hit.first && book.guards_of(other.entry).eq(book.guards_of(hit.entry));
    other.entry != hit.entry
        && other.group == hit.group
        && !book.entry(other.entry).exclude
        && other.first >= hit.first
        && other.end <= hit.end
        && (places == Places::Any || other.first == hit.first)
        && (!guarded || alike())
        && (other.end == hit.end || !book.looks_for_edge(other.entry))
}
