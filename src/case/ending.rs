//! When a case is over without anybody saying so, and when a whole state counts as forgotten.

use super::escalation;
use crate::author::{AuthorState, ID_MEMORY};
use crate::post::Millis;
use crate::record::{Arrival, EscalationType, Output};
use crate::rules::Rules;

/// Empties a state whose last record lies further back than the longest memory that applies to it (D66). A hard
/// case does not go silently.
pub fn forget<'a>(rules: &'a Rules, state: &mut AuthorState, arrival: &Arrival<'a>) -> Option<Output<'a>> {
    if arrival.at.since(state.last_record) <= memory(rules, state) {
        return None;
    }
    let expired = expired(rules, state, arrival);
    *state = AuthorState::default();
    expired
}

/// How long `state` is remembered after its last record, in milliseconds.
fn memory(rules: &Rules, state: &AuthorState) -> i64 {
    let case = state.case.as_ref().map(|case| if case.hard { rules.limits.hard_ttl } else { rules.limits.idle_ttl });
    ID_MEMORY.max(case.unwrap_or(0))
}

/// Ends the open case if the customer's next post, written at `at`, comes too long after its last one, or if an
/// ordinary case has become too old (D27).
pub fn expire_idle<'a>(rules: &'a Rules, state: &mut AuthorState, at: Millis, arrival: &Arrival<'a>) -> Option<Output<'a>> {
    let case = state.case.as_ref()?;
    if state.newest.is_some_and(|newest| at <= newest) {
        return None;
    }
    let idle = at.since(case.last_at);
    let over = if case.hard {
        idle > rules.limits.hard_ttl
    } else {
        idle > rules.limits.idle_ttl || at.since(case.first_at) > rules.limits.max_age
    };
    if !over {
        return None;
    }
    let expired = expired(rules, state, arrival);
    state.case = None;
    expired
}

fn expired<'a>(rules: &'a Rules, state: &AuthorState, arrival: &Arrival<'a>) -> Option<Output<'a>> {
    let case = state.case.as_ref().filter(|case| case.hard)?;
    Some(Output::Escalation(escalation(rules, case, EscalationType::Expired, arrival)))
}
