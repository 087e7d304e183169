//! Entries that do nothing, or that work against each other.

use crate::config::points::Points;
use crate::problem::{Problem, Reporter};
use crate::rules::Rules;
use crate::signals::kind::mentions::Whom;
use crate::signals::kind::phrases::Phrases;
use crate::signals::{Kind, Side, Signal, SignalId, odd_in_handle};
use crate::text::{EntryId, GroupId};

/// Letters of a handle on any platform.
const MAX_HANDLE: usize = 30;

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    superfluous(rules, reporter);
    contradictions(rules, reporter);
    rules.signals.iter().for_each(|signal| own_accounts(rules, signal, reporter));
    rules.book.entries().for_each(|(id, _)| handle(rules, id, reporter));
}

/// An entry that is there twice.
fn superfluous(rules: &Rules, reporter: &Reporter) {
    for (entry, other) in rules.book.repeated() {
        let (entry, other) = (rules.book.entry(entry), rules.book.entry(other));
        let what = format!("`{}` is the same as `{}` at {} once both are normalised", entry.text, other.text, other.at);
        reporter.report(Problem::warning(&entry.at, what).hint("remove one of the two"));
    }
}

/// Returns the signals over phrases that look at `group`.
fn readers(rules: &Rules, group: GroupId) -> impl Iterator<Item = &Phrases> {
    let phrases = rules.signals.iter().filter_map(|signal| if let Kind::Phrases(phrases) = &signal.kind { Some(phrases) } else { None });
    phrases.filter(move |phrases| phrases.looks_for(group))
}

/// Returns whether somebody counts how many entries of `group` there are, or looks for the longest.
pub(super) fn counts_by_number(rules: &Rules, group: GroupId) -> bool {
    rules.signals.iter().any(|signal| match &signal.kind {
        Kind::Score(score) => score.groups.get(usize::from(group)).is_some_and(|weight| *weight != Points::NONE),
        Kind::Continuation(continuation) => continuation.subjects.get(usize::from(group)).is_some_and(Option::is_some),
        _ => false,
    })
}

/// Returns whether nobody asks for places around entries of `group`, which differ with their first and last words;
/// `before`: but for those before the first.
pub(super) fn is_looked_at_alone(rules: &Rules, group: GroupId, before: bool) -> bool {
    let relations_of =
        |phrases: &Phrases| phrases.requires.iter().chain(&phrases.voided_by).all(|relation| before && relation.side == Side::Before);
    let ids: Vec<SignalId> = (0..).zip(&rules.signals).filter(|(_, signal)| looks_at(signal, group)).map(|(id, _)| id).collect();
    let named_near = rules.signals.iter().any(|signal| match &signal.kind {
        Kind::Phrases(phrases) => phrases.requires.iter().chain(&phrases.voided_by).any(|relation| ids.contains(&relation.signal)),
        Kind::Mentions(mentions) => mentions.not_overlapping.is_some_and(|id| ids.contains(&id)),
        _ => false,
    });
    readers(rules, group).all(relations_of) && !named_near && readers(rules, group).next().is_some()
}

fn looks_at(signal: &Signal, group: GroupId) -> bool {
    matches!(&signal.kind, Kind::Phrases(phrases) if phrases.looks_for(group))
}

/// An entry of a list that voids itself, because the list that voids it holds it too.
fn contradictions(rules: &Rules, reporter: &Reporter) {
    for signal in &rules.signals {
        let Kind::Phrases(phrases) = &signal.kind else { continue };
        for relation in phrases.voided_by.iter().filter(|relation| relation.side == Side::Either) {
            let voiding = rules.signal(relation.signal);
            for (entry, other) in shared(rules, signal, voiding) {
                let (entry, other) = (rules.book.entry(entry), rules.book.entry(other));
                let what = format!(
                    "`{}` never counts for `{}`: `{}` voids it and holds it too, at {}",
                    entry.text, signal.name, voiding.name, other.at
                );
                reporter.report(Problem::warning(&entry.at, what).hint("remove it from one of the two lists"));
            }
        }
    }
}

/// Entries of `a` with the same words as one of `b`.
fn shared(rules: &Rules, a: &Signal, b: &Signal) -> Vec<(EntryId, EntryId)> {
    let of = |signal: &Signal, entry: EntryId| !rules.book.entry(entry).exclude && looks_at(signal, rules.book.group_of(entry));
    let mut found = Vec::new();
    for entries in rules.book.same_words() {
        let pair = entries.iter().find(|entry| of(a, **entry)).zip(entries.iter().find(|entry| of(b, **entry)));
        found.extend(pair.map(|(a, b)| (*a, *b)));
    }
    (0..).zip(0..rules.book.len()).map(|(id, _)| id).filter(|id| of(a, *id) && of(b, *id)).for_each(|id| found.push((id, id)));
    found
}

/// An account of ours in a list of others: as a mention it is ours, so the entry only misleads.
fn own_accounts(rules: &Rules, signal: &Signal, reporter: &Reporter) {
    let listed = match &signal.kind {
        Kind::Mentions(mentions) => match &mentions.whom {
            Whom::Listed(handles) => handles,
            Whom::Own | Whom::Others => return,
        },
        Kind::Profile(profile) => &profile.handles,
        _ => return,
    };
    let mut ours: Vec<&str> = listed.iter().map(|handle| &**handle).filter(|handle| rules.own.has_handle(handle)).collect();
    ours.sort_unstable();
    for handle in ours {
        let what = format!("`@{handle}` is an account of ours and on the list of `{}`", signal.name);
        reporter.report(Problem::warning(&signal.at, what).hint("remove it from one of the two lists"));
    }
}

fn handle(rules: &Rules, id: EntryId, reporter: &Reporter) {
    let entry = rules.book.entry(id);
    let Some(handle) = entry.text.strip_prefix('@').filter(|handle| !handle.contains(' ')) else { return };
    let name = handle.trim_end_matches('*');
    let what = match odd_in_handle(name) {
        Some(odd) => format!("no account is called `@{handle}`: `{odd}` cannot stand in a handle"),
        None if name.len() > MAX_HANDLE => format!("no account is called `@{handle}`: a handle has at most {MAX_HANDLE} letters"),
        None => return,
    };
    reporter.report(Problem::warning(&entry.at, what).hint("write it as it stands in posts: letters, digits, `_` and `.`"));
}
