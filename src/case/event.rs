//! What the ticketing side reports about a case (D67, D68).

use super::{escalation, handoff, id, is_hard};
use crate::author::{AuthorState, Case, Remembered};
use crate::post::{CaseEvent, CaseEventKind, HandoffStep, Millis, Platform};
use crate::record::{Arrival, Destination, EscalationRecord, EscalationType, Output, PostView, RETURNED, Skip, TriageRecord, UNREAD};
use crate::rules::Rules;
use crate::signals::{Kind, PastPost};

/// What became of a case event.
#[derive(Debug, Default)]
pub struct Applied<'a> {
    /// What it makes known: the record that answers it first.
    pub outputs: Vec<Output<'a>>,
    /// An earlier event had to be forgotten for it before its time.
    pub forgot: bool,
}

/// Counts `event` in the customer's state and says what became of it.
pub fn apply<'a>(rules: &'a Rules, state: &mut AuthorState, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> Applied<'a> {
    if state.knows_event(&event.event_id) {
        let outputs = vec![Output::Triage(Destination::Skipped, duplicate(rules, event, arrival))];
        return Applied { outputs, forgot: false };
    }
    if let CaseEventKind::Handoff(step) = event.event {
        return step_of_handoff(rules, state, event, step, arrival);
    }
    let returned = event.event == CaseEventKind::Returned;
    let known = concerns(state, event, arrival) || (returned && remembers(state, event));
    if !known {
        let message = "the case event names a case that is not open; check its case_id and customer, or whether the case was closed before";
        return Applied { outputs: vec![Output::DeadLetter { code: "unknown_case", message }], forgot: false };
    }
    let forgot = state.note_event(&event.event_id, arrival.at);
    let alone = Case::begin(event.post_id.as_deref().unwrap_or_default(), event.at);
    if let Some(case) = &mut state.case {
        note_desk(case, event);
    }
    let case = state.case.as_ref().unwrap_or(&alone);
    let mut outputs = vec![Output::Escalation(record(rules, case, event, arrival))];
    match event.event {
        CaseEventKind::Resolved => {
            if case.hard && !event.callback_refused {
                outputs.push(Output::Escalation(escalation(rules, case, EscalationType::CallbackOnClose, arrival)));
            }
            outputs.extend(settle(rules, state, event.at, arrival));
        }
        CaseEventKind::Dismissed => outputs.extend(settle(rules, state, event.at, arrival)),
        CaseEventKind::Returned => outputs.push(Output::Triage(Destination::Agents, agents_copy(rules, event, arrival))),
        CaseEventKind::TlAssigned
        | CaseEventKind::Acknowledged
        | CaseEventKind::Progress
        | CaseEventKind::CallbackDone
        | CaseEventKind::Reopened
        | CaseEventKind::Handoff(_) => {}
    }
    Applied { outputs, forgot }
}

/// A step of a hand-off, which has no case (D105).
fn step_of_handoff<'a>(
    rules: &'a Rules,
    state: &mut AuthorState,
    event: &'a CaseEvent<'a>,
    step: HandoffStep,
    arrival: &Arrival<'a>,
) -> Applied<'a> {
    let Some(answer) = handoff::apply(rules, state, event, step, arrival) else {
        let message =
            "the case event names a hand-off that is not known; check its case_id and customer, or whether it has been kept long enough";
        return Applied { outputs: vec![Output::DeadLetter { code: "unknown_handoff", message }], forgot: false };
    };
    let forgot = state.note_event(&event.event_id, arrival.at);
    Applied { outputs: vec![answer], forgot }
}

/// Whether the event is about the open case.
fn concerns(state: &AuthorState, event: &CaseEvent<'_>, arrival: &Arrival<'_>) -> bool {
    state.case.as_ref().is_some_and(|case| event.case_id.is_empty() || *event.case_id == *id(arrival.customer, case))
}

fn remembers(state: &AuthorState, event: &CaseEvent<'_>) -> bool {
    event.post_id.as_ref().is_some_and(|post| state.posts.iter().any(|known| *known.id == **post))
}

fn note_desk(case: &mut Case, event: &CaseEvent<'_>) {
    let text = |text: &Option<crate::post::Str<'_>>| text.as_ref().and_then(|text| text.non_blank()).map(Into::into);
    case.tl_name = text(&event.tl_name).or(case.tl_name.take());
    case.pic_tiket = text(&event.pic_tiket).or(case.pic_tiket.take());
    case.unit_eta = event.unit_eta.or(case.unit_eta);
    if event.event == CaseEventKind::CallbackDone {
        case.last_callback = Some(event.at);
    }
}

fn record<'a>(rules: &'a Rules, case: &Case, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> EscalationRecord<'a> {
    let kind = match event.event {
        CaseEventKind::TlAssigned => EscalationType::TlAssigned,
        CaseEventKind::Acknowledged => EscalationType::Acknowledged,
        // A step of a hand-off is answered elsewhere.
        CaseEventKind::Progress | CaseEventKind::Handoff(_) => EscalationType::Progress,
        CaseEventKind::CallbackDone => EscalationType::CallbackDone,
        CaseEventKind::Resolved => EscalationType::Resolved,
        CaseEventKind::Reopened => EscalationType::Reopened,
        CaseEventKind::Dismissed => EscalationType::Dismissed,
        CaseEventKind::Returned => EscalationType::Returned,
    };
    let record = escalation(rules, case, kind, arrival);
    EscalationRecord {
        id: format!("{}:{}:{}", record.case_id, kind.name(), &*event.event_id),
        at: event.at,
        coordinated_with: event.coordinated_with.iter().map(|unit| unit.to_string()).collect(),
        desk_note: event.note.as_deref(),
        ..record
    }
}

/// Ends what was written up to `at`. Posts written later that were judged already form a new case (D67).
fn settle<'a>(rules: &'a Rules, state: &mut AuthorState, at: Millis, arrival: &Arrival<'a>) -> Option<Output<'a>> {
    let ended = at.min(arrival.at.plus(rules.limits.max_future_skew));
    state.ended = Some(state.ended.map_or(ended, |earlier| earlier.max(ended)));
    if state.series.as_ref().is_some_and(|series| series.first_at <= ended) {
        state.series = None;
    }
    let old = state.case.take()?;
    let later: Vec<&Remembered> = state.posts.iter().filter(|post| post.feeds && !post.deleted && post.at > ended).collect();
    let first = later.iter().min_by_key(|post| post.at)?;
    let mut case = Case { hard: false, opened_at: None, id: first.id.clone(), first_at: first.at, ..old };
    let is_later = |id: &str| later.iter().any(|post| *post.id == *id);
    case.keep_posts(is_later);
    case.posts.retain(|post| is_later(post));
    drop_broken_bursts(rules, &mut case, &later, platform_of(arrival.customer));
    case.hard = is_hard(rules, &case);
    if case.hard {
        case.opened_at = Some(arrival.at);
    }
    let opened = case.hard.then(|| Output::Escalation(escalation(rules, &case, EscalationType::Opened, arrival)));
    state.case = Some(case);
    opened
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

/// The platform that a customer's key names; `None` where whoever wrote the inbox has keys of his own.
fn platform_of(customer: &str) -> Option<Platform> {
    let (name, _) = customer.split_once(':')?;
    Platform::ALL.into_iter().find(|platform| platform.name() == name)
}

/// A report that came twice.
fn duplicate<'a>(rules: &'a Rules, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> TriageRecord<'a> {
    TriageRecord {
        class: UNREAD,
        route: Destination::Skipped.name(),
        reason: Some(Skip::Duplicate.name()),
        ..about(rules, event, &event.event_id, arrival)
    }
}

/// The agents' copy of a post that was routed wrongly. Its text is not remembered.
fn agents_copy<'a>(rules: &'a Rules, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> TriageRecord<'a> {
    let post = PostView { text: None, url: None, handle: None, name: None, created_at: None };
    let post_id = event.post_id.as_deref().unwrap_or_default();
    TriageRecord {
        class: rules.rest(),
        route: Destination::Agents.name(),
        reason: Some(RETURNED),
        post: Some(post),
        ..about(rules, event, post_id, arrival)
    }
}

fn about<'a>(rules: &'a Rules, event: &'a CaseEvent<'a>, post_id: &'a str, arrival: &Arrival<'a>) -> TriageRecord<'a> {
    let platform = platform_of(arrival.customer).unwrap_or_default();
    TriageRecord::undecided(post_id, platform, event.at, &rules.hash, arrival)
}
