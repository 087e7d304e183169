//! Opens a case again that had ended, with its conditions and its clocks (D74).
//!
//! What the customer has written since belongs to it, too: the desk says that the matter was not over.

use super::answer::record;
use super::overridden::with_agents;
use super::{desk, escalation, is_hard, let_pass};
use crate::author::AuthorState;
use crate::post::CaseEvent;
use crate::record::{Arrival, EscalationRecord, EscalationType, Output};
use crate::rules::Rules;

/// Opens the ended case at `place`, as `event` reports it. The open case, which is no hard complaint, becomes part of it.
pub(super) fn reopen<'a>(
    rules: &'a Rules,
    state: &mut AuthorState,
    place: usize,
    event: &'a CaseEvent<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let closed = state.closed.remove(place);
    if state.ended == Some(closed.at) {
        state.ended = None;
        state.ended = state.settled_until();
    }
    let mut case = closed.case;
    desk::note(rules, &mut case, event, desk::believed(rules, event, arrival).max(closed.at));
    let was_hard = case.hard;
    let_pass(rules, &mut case, arrival.at);
    let since = state.case.take();
    let supersedes = since.as_ref().filter(|_| was_hard).map(|since| with_agents(state, since, "")).unwrap_or_default();
    if let Some(since) = since {
        case.take_in(since, rules.escalation.links);
    }
    let answer = EscalationRecord { supersedes, ..record(rules, &case, event, arrival) };
    let mut outputs = vec![Output::Escalation(answer)];
    case.hard |= is_hard(rules, &case);
    if case.hard && !was_hard {
        case.opened_at = Some(arrival.at);
        let supersedes = with_agents(state, &case, "");
        let opened = EscalationRecord { supersedes, ..escalation(rules, &case, EscalationType::Opened, arrival) };
        outputs.push(Output::Escalation(opened));
    }
    state.case = Some(case);
    outputs
}
