//! Ends a case by a report: what was written up to its time is settled, and what was written later and judged already forms
//! a case of its own (D67, D73).

use super::{escalation, is_hard, platform_of};
use crate::author::{AuthorState, Case, Outcome, Remembered};
use crate::post::{CaseEvent, Millis, Platform};
use crate::record::{Arrival, EscalationType, Output};
use crate::rules::{Hint, Rules};
use crate::signals::{Kind, PastPost};

/// Ends the open case as `event` reports it; returns what is told of the case that is open afterwards, if it is hard.
pub(super) fn end<'a>(
    rules: &'a Rules,
    state: &mut AuthorState,
    event: &CaseEvent<'_>,
    outcome: Outcome,
    arrival: &Arrival<'a>,
) -> Option<Output<'a>> {
    let old = state.case.take()?;
    // A case did not end before it began: the clock of whoever reports that is wrong.
    let ended = super::desk::believed(rules, event, arrival).max(old.first_at);
    let settled = state.settled_until().map_or(ended, |earlier| earlier.max(ended));
    state.ended = Some(settled);
    if state.series.as_ref().is_some_and(|series| series.first_at <= settled) {
        state.series = None;
    }
    let next = rest(rules, state, &old, settled, arrival);
    // It is remembered from when that became known: the clock of whoever reported it may be years slow.
    let until = rules.limits.reopen_within.map(|memory| ended.max(arrival.at).plus(memory));
    state.note_closed(old, ended, outcome, until);
    let opened = next.as_ref().filter(|case| case.hard).map(|case| escalation(rules, case, EscalationType::Opened, arrival));
    state.case = next;
    opened.map(Output::Escalation)
}

/// The case that the posts of `old` form which were written after `settled`; `None` if there are none. What the desk has
/// said and done was about the old one.
fn rest(rules: &Rules, state: &AuthorState, old: &Case, settled: Millis, arrival: &Arrival<'_>) -> Option<Case> {
    // The first post of a case that has ended, sent again without its date, begins no other one of its name (D74).
    let names_ended = |post: &Remembered| old.is_first(&post.id) || state.has_closed(&post.id);
    let is_later = |post: &&Remembered| post.feeds && !post.deleted && post.at > settled && !names_ended(post);
    let later: Vec<&Remembered> = state.posts.iter().filter(is_later).collect();
    let first = later.iter().min_by_key(|post| post.at)?;
    let mut case = Case {
        last_at: later.iter().map(|post| post.at).max().unwrap_or(first.at),
        complaints: old.complaints.clone(),
        conditions: old.conditions.clone(),
        posts: old.posts.clone(),
        conversations: old.conversations.clone(),
        links: old.links.clone(),
        holds: old.holds.clone(),
        ..Case::begin(&first.id, first.at)
    };
    let is_later = |id: &str| later.iter().any(|post| *post.id == *id);
    case.keep_posts(is_later);
    case.posts.retain(|post| is_later(post));
    case.links.retain(|link| is_later(&link.post));
    drop_broken_bursts(rules, &mut case, &later, platform_of(arrival.customer));
    case.hard = is_hard(rules, &case);
    case.opened_at = case.hard.then_some(arrival.at);
    if !case.complaints.is_empty() && rules.escalation.hints.contains(&Hint::RepeatReport) {
        case.add_hint(Hint::REPEAT_REPORT);
    }
    Some(case)
}

/// A burst that began before the end is none any more unless enough of its posts remain, within the window of the
/// customer's own channel.
fn drop_broken_bursts(rules: &Rules, case: &mut Case, later: &[&Remembered], platform: Option<Platform>) {
    let burst_of = |name: &str| {
        let condition = rules.condition_named(name)?;
        condition.leaves.iter().find_map(|&leaf| if let Kind::Burst(burst) = &rules.signal(leaf).kind { Some(burst) } else { None })
    };
    let mut past: Vec<PastPost> = later.iter().map(|post| PastPost { at: post.at, complaint: post.complaint }).collect();
    past.sort_by_key(|post| post.at);
    case.conditions.retain(|condition| burst_of(&condition.name).is_none_or(|burst| burst.remains(&past, platform)));
}
