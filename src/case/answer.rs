//! The records that answer a case event: that of the type of its name, and the one that says it came before.

use super::{escalation, platform_of};
use crate::author::Case;
use crate::post::{CaseEvent, CaseEventKind};
use crate::record::{Arrival, Destination, EscalationRecord, EscalationType, Skip, TriageRecord, UNREAD};
use crate::rules::Rules;

/// The record that answers `event`, which is about `case`.
pub(super) fn record<'a>(rules: &'a Rules, case: &Case, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> EscalationRecord<'a> {
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
        CaseEventKind::Forget => EscalationType::Forgotten,
    };
    let needs_name = matches!(event.event, CaseEventKind::TlAssigned | CaseEventKind::Progress);
    let record = escalation(rules, case, kind, arrival);
    EscalationRecord {
        id: format!("{}:{}:{}", record.case_id, kind.name(), &*event.event_id),
        at: event.at,
        tl_missing: needs_name && record.tl_name.is_none(),
        coordinated_with: event.coordinated_with.iter().map(|unit| unit.to_string()).collect(),
        desk_note: event.note.as_deref(),
        ..record
    }
}

/// The record that answers a report that came before.
pub(super) fn duplicate<'a>(rules: &'a Rules, event: &'a CaseEvent<'a>, arrival: &Arrival<'a>) -> TriageRecord<'a> {
    TriageRecord {
        class: UNREAD,
        route: Destination::Skipped.name(),
        reason: Some(Skip::Duplicate.name()),
        ..about(rules, event, &event.event_id, arrival)
    }
}

/// A record about `post_id` that an event brings about.
pub(super) fn about<'a>(rules: &'a Rules, event: &CaseEvent<'_>, post_id: &'a str, arrival: &Arrival<'a>) -> TriageRecord<'a> {
    let platform = platform_of(arrival.customer).unwrap_or_default();
    TriageRecord::undecided(post_id, platform, event.at, &rules.hash, arrival)
}
