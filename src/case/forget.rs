//! What a customer's wish to be forgotten does (UU PDP): nothing of him is left in the state (D108).

use super::{escalation, id};
use crate::author::{AuthorState, Case};
use crate::post::CaseEvent;
use crate::record::{Arrival, EscalationRecord, EscalationType, Output};
use crate::rules::Rules;

/// Empties the customer's state, of which the journal then keeps a tombstone, and says so with a record that repeats
/// nothing of what he wrote. A repeated event finds nothing and says the same.
pub(super) fn forget<'a>(rules: &'a Rules, state: &mut AuthorState, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> Output<'a> {
    let old = std::mem::take(state).case;
    let case_id = old.as_ref().map_or_else(String::new, |case| id(arrival.customer, case));
    let nothing = Case { tl_name: old.and_then(|case| case.tl_name), ..Case::begin("", event.at) };
    Output::Escalation(EscalationRecord {
        id: format!("{}:forgotten:{}", arrival.customer, &*event.event_id),
        case_id,
        at: event.at,
        desk_note: event.note.as_deref(),
        ..escalation(rules, &nothing, EscalationType::Forgotten, arrival)
    })
}
