//! A post that was routed wrongly and that an agent sends back: the agents get a copy (D76).

use super::answer::{about, record};
use super::id;
use crate::author::{AuthorState, Case};
use crate::post::CaseEvent;
use crate::record::{Arrival, Destination, EscalationRecord, Output, PostView, RETURNED, TriageRecord};
use crate::rules::Rules;

/// What is told of `post`, which is sent back: with the open case, unless the event or the post belongs to one that has
/// ended; by itself where there is none.
pub(super) fn returned<'a>(
    rules: &'a Rules,
    state: &AuthorState,
    post: &'a str,
    event: &'a CaseEvent<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let is_meant = |case: &Case| *event.case_id == *id(arrival.customer, case) || case.posts.iter().any(|known| *known == post);
    let open = state.case.as_ref();
    let closed = state.closed.iter().map(|closed| &closed.case).rfind(|case| is_meant(case)).filter(|_| !open.is_some_and(is_meant));
    let answer = match (closed, open) {
        (Some(case), _) => EscalationRecord { clocks: None, ..record(rules, case, event, arrival) },
        (None, Some(case)) => record(rules, case, event, arrival),
        (None, None) => record(rules, &Case::begin(post, event.at), event, arrival),
    };
    vec![Output::Escalation(answer), Output::Triage(Destination::Agents, agents_copy(rules, event, post, arrival))]
}

/// The copy of `post`. Its text is not remembered: the event may carry it.
fn agents_copy<'a>(rules: &'a Rules, event: &'a CaseEvent<'a>, post: &'a str, arrival: &Arrival<'a>) -> TriageRecord<'a> {
    let text = event.text.as_deref().filter(|_| arrival.with_text);
    let view = PostView { text, url: None, handle: None, name: None, created_at: None };
    TriageRecord {
        class: rules.rest(),
        route: Destination::Agents.name(),
        reason: Some(RETURNED),
        post: Some(view),
        ..about(rules, event, post, arrival)
    }
}
