//! What the ticketing side reports about a case (D67, D68), from whatever clock and in whatever order (D71).
//!
//! Every report becomes one record, or a dead letter that says why it cannot be used.

use super::answer::{duplicate, record};
use super::end::end;
use super::forget::forget;
use super::reopen::reopen;
use super::returned::returned;
use super::subject::{self, Subject};
use super::{desk, escalation, handoff};
use crate::author::{AuthorState, Outcome};
use crate::post::{CaseEvent, CaseEventKind, HandoffStep};
use crate::record::{Arrival, Destination, EscalationType, Output};
use crate::rules::Rules;

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
    if event.event == CaseEventKind::Forget {
        return Applied { outputs: vec![forget(rules, state, event, arrival)], forgot: false };
    }
    if state.knows_event(&event.event_id) {
        let outputs = vec![Output::Triage(Destination::Skipped, duplicate(rules, event, arrival))];
        return Applied { outputs, forgot: false };
    }
    if let CaseEventKind::Handoff(step) = event.event {
        return step_of_handoff(rules, state, event, step, arrival);
    }
    let subject = match subject::of(state, event, arrival) {
        Ok(subject) => subject,
        Err(letter) => return Applied { outputs: vec![letter.into()], forgot: false },
    };
    let forgot = state.note_event(&event.event_id, arrival.at);
    let outputs = match subject {
        Subject::Post(post) => returned(rules, state, post, event, arrival),
        Subject::Closed(place) => reopen(rules, state, place, event, arrival),
        Subject::Open => about_open(rules, state, event, arrival),
    };
    Applied { outputs, forgot }
}

/// Counts an event about the open case.
fn about_open<'a>(rules: &'a Rules, state: &mut AuthorState, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> Vec<Output<'a>> {
    let Some(case) = &mut state.case else { return Vec::new() };
    desk::note(rules, case, event, desk::believed(rules, event, arrival));
    let mut outputs = vec![Output::Escalation(record(rules, case, event, arrival))];
    match event.event {
        CaseEventKind::Resolved => {
            if case.hard && !event.callback_refused {
                outputs.push(Output::Escalation(escalation(rules, case, EscalationType::CallbackOnClose, arrival)));
            }
            outputs.extend(end(rules, state, event, Outcome::Resolved, arrival));
        }
        CaseEventKind::Dismissed => outputs.extend(end(rules, state, event, Outcome::Dismissed, arrival)),
        CaseEventKind::TlAssigned
        | CaseEventKind::Acknowledged
        | CaseEventKind::Progress
        | CaseEventKind::CallbackDone
        | CaseEventKind::Reopened
        | CaseEventKind::Returned
        | CaseEventKind::Forget
        | CaseEventKind::Handoff(_) => {}
    }
    outputs
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
