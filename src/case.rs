//! Life of a case: the posts that count in it, what the ticketing side reports, what is due when.
//!
//! Reminders, which the wall clock brings about, belong here too.

mod answer;
mod clock;
mod count;
mod desk;
mod end;
mod event;
mod forget;
pub mod handoff;
mod hint;
mod letter;
mod overridden;
mod reopen;
mod returned;
mod silence;
mod subject;
mod summary;
#[cfg(test)]
mod tests;

use self::clock::let_pass;
pub use self::clock::{Tick, callback_missed, clocks, due, overdue, remind};
pub use self::count::{CaseChange, count, is_hard};
pub use self::event::{Applied, apply};
pub use self::hint::note_hints;
pub use self::letter::complete;
pub use self::overridden::with_agents;
pub use self::silence::{end_silences, hush, hush_due, silence_due};

use crate::author::Case;
use crate::post::Platform;
use crate::record::{Arrival, Background, ESCALATION_SCHEMA, EscalationRecord, EscalationType};
use crate::rules::Rules;

/// `<customer>:<first post>`.
pub fn id(customer: &str, case: &Case) -> String {
    format!("{customer}:{}", case.id)
}

/// The record of a step in the life of `case`, with everything that the case itself tells.
pub fn escalation<'a>(rules: &'a Rules, case: &Case, kind: EscalationType, arrival: &Arrival<'a>) -> EscalationRecord<'a> {
    let case_id = id(arrival.customer, case);
    // What can come once more when the case is opened again is another step then.
    let again = case.reopened_at.filter(|_| kind.is_end()).map(|at| format!(":{}", at.get())).unwrap_or_default();
    EscalationRecord {
        schema: ESCALATION_SCHEMA,
        id: format!("{case_id}:{}{again}", kind.name()),
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
        tl_missing: false,
        links: case.links.iter().map(|link| link.url.to_string()).collect(),
        hints: case.hints.iter().map(|hint| hint.to_string()).collect(),
        coordinated_with: Vec::new(),
        desk_note: None,
        missed: None,
        clocks: clocks(rules, case, arrival.at).filter(|_| !kind.is_end()),
        summary: None,
        group: None,
        silenced: None,
        triage: None,
        rules: &rules.hash,
        source: Some(arrival.source).filter(|source| !source.is_empty()),
        background: background(case),
    }
}

fn background(case: &Case) -> Background {
    Background {
        first_at: Some(case.first_at),
        last_at: Some(case.last_at),
        steps: case.steps.iter().map(|step| (step.kind.to_string(), step.at)).collect(),
        silence: None,
    }
}

/// The platform that a customer's key names; `None` where whoever wrote the inbox has keys of his own.
fn platform_of(customer: &str) -> Option<Platform> {
    let (name, _) = customer.split_once(':')?;
    Platform::ALL.into_iter().find(|platform| platform.name() == name)
}
