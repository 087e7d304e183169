//! Life of a case: the posts that count in it, what the ticketing side reports, what is due when.
//!
//! Reminders, which the wall clock brings about, belong here too: the step takes them as a further kind of input.

mod count;
mod event;
pub mod handoff;

pub use self::count::{CaseChange, count, is_hard};
pub use self::event::{Applied, apply};

use crate::author::Case;
use crate::post::Millis;
use crate::record::{Arrival, Clocks, ESCALATION_SCHEMA, EscalationRecord, EscalationType};
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
        clocks: clocks(rules, case, arrival.at),
        triage: None,
        rules: &rules.hash,
        source: arrival.source,
    }
}

/// What is due next: a look every interval since the opening, a call back an interval after the last one or when the
/// unit said it would be done (W-10 5.2).
fn clocks(rules: &Rules, case: &Case, now: Millis) -> Option<Clocks> {
    let settings = rules.escalation.clocks.as_ref()?;
    let opened_at = case.opened_at.filter(|_| case.hard)?;
    let intervals = now.since(opened_at).max(0) / settings.monitor + 1;
    let unit_eta = case.unit_eta.filter(|eta| *eta > now);
    let callback_due = unit_eta.unwrap_or_else(|| case.last_callback.unwrap_or(opened_at).plus(settings.callback));
    Some(Clocks {
        monitor_due: Some(opened_at.plus(intervals * settings.monitor)),
        callback_due: Some(callback_due),
        basis: settings.basis.clone(),
    })
}
