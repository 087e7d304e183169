//! Life of a case: the posts that count in it, what the ticketing side reports, what is due when.
//!
//! Reminders, which the wall clock brings about, belong here too.

mod clock;
mod count;
mod event;

pub use self::clock::{Tick, due, let_pass, remind};
pub use self::count::{CaseChange, count, is_hard};
pub use self::event::{Applied, apply};

use crate::author::Case;
use crate::record::{Arrival, ESCALATION_SCHEMA, EscalationRecord, EscalationType};
use crate::rules::Rules;

/// `<customer>:<first post>`.
pub fn id(customer: &str, case: &Case) -> String {
    format!("{customer}:{}", case.id)
}

/// The record of a step in the life of `case`, with everything that the case itself tells.
pub fn escalation<'a>(rules: &'a Rules, case: &Case, kind: EscalationType, arrival: &Arrival<'a>) -> EscalationRecord<'a> {
    let case_id = id(arrival.customer, case);
    EscalationRecord {
        schema: ESCALATION_SCHEMA,
        id: format!("{case_id}:{}", kind.name()),
        kind,
        case_id,
        customer: arrival.customer,
        opened_at: case.opened_at,
        at: arrival.at,
        conditions: case.condition_names().map(str::to_owned).collect(),
        evidence: case.conditions.iter().flat_map(|condition| condition.evidence.iter().map(|reason| reason.piece.clone())).collect(),
        posts: case.posts.iter().map(|post| post.to_string()).collect(),
        supersedes: Vec::new(),
        notify: &rules.escalation.notify,
        tl_name: case.tl_name.as_deref().map(str::to_owned),
        pic_tiket: case.pic_tiket.as_deref().map(str::to_owned),
        coordinated_with: Vec::new(),
        desk_note: None,
        missed: None,
        clocks: clock::clocks(rules, case, arrival.at).filter(|_| !kind.stops_clocks()),
        triage: None,
        rules: &rules.hash,
        source: Some(arrival.source).filter(|source| !source.is_empty()),
    }
}
