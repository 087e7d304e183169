//! The order of the stages, and nothing else: one record and the customer's state become records.
//!
//! A fold: the same inputs with the same times give the same outputs and the same state, whatever the clock says.

use std::borrow::Cow;

use crate::author::{Acquaintance, AuthorState, Remembered, SeriesMemory};
use crate::case;
use crate::post::{CaseEvent, EventKind, Millis, Platform, Post, repair};
use crate::record::{Arrival, Output};
use crate::route::{self, Remarks};
use crate::rules::Rules;
use crate::verdict::{Candidate, Verdict, Workspace};

/// What a step can be given. (The wall clock will be a third kind, for reminders.)
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    /// A post, whosever it is.
    Post(Box<Post<'a>>),
    /// A report of the ticketing side.
    CaseEvent(Box<CaseEvent<'a>>),
}

/// One step of the fold. The first output is the terminal record of the input; what follows are additional ones.
pub fn step<'a>(
    work: &mut Workspace,
    rules: &'a Rules,
    state: &mut AuthorState,
    input: &'a Input<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    if !arrival.with_text
        && let Some(case) = &mut state.case
    {
        case.drop_quotes();
    }
    let expired = case::forget(rules, state, arrival);
    state.last_record = state.last_record.max(arrival.at);
    state.forget_old_ids(arrival.at);
    let mut outputs = match input {
        Input::Post(post) => post_step(work, rules, state, post, arrival),
        Input::CaseEvent(event) => case::apply(work, rules, state, event, arrival),
    };
    outputs.extend(expired);
    outputs
}

fn post_step<'a>(
    work: &mut Workspace,
    rules: &'a Rules,
    state: &mut AuthorState,
    post: &'a Post<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let future = post.created_at > arrival.at.plus(rules.limits.max_future_skew);
    let stale = is_stale_mail(rules, post, arrival.at);
    let claimed = if future || stale { arrival.at } else { post.created_at };
    let acquaintance = state.acquaintance(post);
    let mut remarks = Remarks { event_time: claimed, future, late: stale, ..Remarks::default() };
    if let Some(reason) = skip_unread(work, rules, state, post, acquaintance, claimed, arrival) {
        return vec![route::skipped(rules, post, reason, arrival, remarks)];
    }
    let newest = state.newest.unwrap_or(claimed);
    remarks.late |= newest.since(claimed) > rules.limits.allowed_lateness;
    let expired = case::expire_idle(rules, state, claimed, arrival);
    state.newest = Some(newest.max(claimed));
    let place = if let Acquaintance::Version(place) = acquaintance { Some(place) } else { None };
    let known_before = place.map(|place| take_back(state, place, post, &mut remarks)).unwrap_or_default();
    let written_at = place.and_then(|place| state.posts.get(place)).map_or(claimed, |first| first.at);
    let eligible = may_count(rules, state, written_at);
    remarks.no_case = !eligible;
    let candidate = Candidate { post, written_at, eligible, every_condition: arrival.every_condition, quotes: arrival.with_text };
    let verdict = work.judge(rules, state, &candidate, &known_before);
    if verdict.outcome.becomes_hard
        && let Some(case) = &mut state.case
    {
        case.opened_at = Some(arrival.at);
    }
    let forgot = remember(state, post, &verdict, place, written_at, arrival.at);
    let mut outputs = vec![route::terminal(rules, state, post, verdict, arrival, remarks)];
    work.note_forgotten(forgot);
    outputs.extend(expired);
    outputs
}

/// A mail that claims to be much older than its record: the clock of its sender is wrong or it lay about for days. It
/// counts from when it came (D13).
fn is_stale_mail(rules: &Rules, post: &Post<'_>, arrived: Millis) -> bool {
    let oldest = rules.limits.max_mail_age.filter(|_| post.platform == Platform::Email);
    oldest.is_some_and(|oldest| arrived.since(post.created_at) > oldest)
}

/// Skips that need no reading, in this order (D5); what must be remembered of them is.
fn skip_unread(
    work: &mut Workspace,
    rules: &Rules,
    state: &mut AuthorState,
    post: &Post<'_>,
    acquaintance: Acquaintance,
    at: Millis,
    arrival: &Arrival<'_>,
) -> Option<&'static str> {
    match post.event_kind {
        EventKind::Delete => return Some(delete(state, post)),
        EventKind::Engagement => return Some("engagement"),
        EventKind::Create | EventKind::Edit | EventKind::Unknown if acquaintance == Acquaintance::Duplicate => return Some("duplicate"),
        EventKind::Create | EventKind::Edit | EventKind::Unknown => {}
    }
    let reason = if rules.own.wrote(post) {
        state.note_reply(at);
        "own_post"
    } else if post.auto_reply {
        "auto_reply"
    } else if post.is_repost {
        "repost"
    } else {
        return None;
    };
    if acquaintance == Acquaintance::New {
        let by_brand = reason == "own_post";
        work.note_forgotten(state.remember(Remembered { by_brand, ..Remembered::of(post, at, arrival.at) }));
    }
    Some(reason)
}

/// A post was taken away: its quotations go, its conditions stay (D9).
fn delete(state: &mut AuthorState, post: &Post<'_>) -> &'static str {
    if let Some(case) = &mut state.case {
        case.blank_quotes(&post.post_id);
    }
    let known = state.posts.iter_mut().find(|known| *known.id == *post.post_id);
    match known {
        Some(known) if known.deleted => "duplicate",
        Some(known) => {
            known.deleted = true;
            "delete"
        }
        None => "delete",
    }
}

/// Takes back what the earlier version of an edited post contributed; the conditions that the case had before.
fn take_back(state: &mut AuthorState, place: usize, post: &Post<'_>, remarks: &mut Remarks) -> Vec<String> {
    let Some(earlier) = state.posts.get(place) else { return Vec::new() };
    remarks.version = Some(earlier.name_of_next(post));
    let version = earlier.version.as_deref().unwrap_or(&earlier.id);
    remarks.supersedes.push(format!("{}@{version}", earlier.id));
    let Some(case) = &mut state.case else { return Vec::new() };
    let before = case.condition_names().map(str::to_owned).collect();
    case.take_back(&earlier.id);
    before
}

/// Whether a post written at `at` can count: what is settled stays settled, and what is much older than the case is
/// no part of it (D64, D67).
fn may_count(rules: &Rules, state: &AuthorState, at: Millis) -> bool {
    let too_old = state.case.as_ref().is_some_and(|case| case.first_at.since(at) > rules.limits.idle_ttl);
    !state.is_settled(at) && !too_old
}

/// Remembers the post, or the newer version of it, and its place in the newest series (D55). Whether another one was
/// forgotten for it.
fn remember(state: &mut AuthorState, post: &Post<'_>, verdict: &Verdict<'_>, place: Option<usize>, at: Millis, seen: Millis) -> bool {
    let fed = verdict.outcome.fed;
    let mut entry = Remembered::of(post, at, seen);
    entry.feeds = fed;
    entry.addressed = verdict.addressed && !fed;
    entry.complaint = fed && verdict.complaint;
    let forgot = match place.and_then(|place| state.posts.get_mut(place)) {
        Some(known) => {
            entry.follow(known);
            *known = entry;
            false
        }
        None => state.remember(entry),
    };
    let id = &*post.post_id;
    if fed && !state.posts.iter().any(|known| *known.id == *id && known.in_series) {
        extend_series(state, post, verdict, at);
    }
    forgot
}

/// The post goes on with the newest series, or begins one.
fn extend_series(state: &mut AuthorState, post: &Post<'_>, verdict: &Verdict<'_>, at: Millis) {
    let id = &*post.post_id;
    let older = state.series.as_ref().is_some_and(|series| at < series.first_at);
    match &mut state.series {
        Some(series) if verdict.joins => {
            series.add_content(&verdict.subjects, &verdict.words);
            series.answered = false;
            state.posts.iter_mut().filter(|known| *known.id == *id).for_each(|known| known.in_series = true);
        }
        _ if older => {}
        _ => {
            let parent = post.parent_id.as_ref().and_then(|parent| parent.non_blank()).map(Into::into);
            let mut series = SeriesMemory { anchor: id.into(), first_at: at, parent, ..SeriesMemory::default() };
            series.add_content(&verdict.subjects, &verdict.words);
            state.begin_series(series);
        }
    }
}

/// Reads an inbox record; one that half a character has spoilt is mended (D12).
pub fn read(record: &[u8]) -> Result<Input<'_>, Cow<'static, str>> {
    read_whole(record).or_else(|reason| {
        let whole = repair::mended(record).ok_or_else(|| reason.clone())?;
        match read_whole(&whole)? {
            Input::Post(post) => repair::post(*post).map(Box::new).map(Input::Post),
            Input::CaseEvent(event) => repair::case_event(*event).map(Box::new).map(Input::CaseEvent),
        }
        .ok_or(reason)
    })
}

fn read_whole(bytes: &[u8]) -> Result<Input<'_>, Cow<'static, str>> {
    #[derive(serde::Deserialize)]
    struct Schema<'a> {
        #[serde(borrow, default)]
        schema: crate::post::Str<'a>,
    }
    let reason = |error: serde_json::Error| -> Cow<'static, str> {
        format!("the record is not one of ours: unreadable at line {}, column {}", error.line(), error.column()).into()
    };
    let post = parse::<Post<'_>>(bytes);
    match post {
        Ok(post) if *post.schema == *crate::post::POST_SCHEMA => Ok(Input::Post(Box::new(post))),
        other => {
            let schema: Schema<'_> = parse(bytes).map_err(reason)?;
            match &*schema.schema {
                crate::post::CASE_EVENT_SCHEMA => parse(bytes).map(|event| Input::CaseEvent(Box::new(event))).map_err(reason),
                crate::post::POST_SCHEMA => Err(other.err().map_or("".into(), reason)),
                _ => Err("the field `schema` names neither a post nor a case event".into()),
            }
        }
    }
}

/// Text that is checked as a whole need not be checked string by string.
fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> serde_json::Result<T> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    }
}

#[cfg(test)]
mod tests;
