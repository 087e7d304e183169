//! Which records end their input. Each inbox record has exactly one such record; reports about a case that come with it
//! (`expired`, `callback_on_close`, reminders, ends of silences, a case that opens anew, the agents' copy of a returned post) are
//! additional, and so is a hand-off beside its mail.
//!
//! Told from the record alone, because topics hold records of all versions. Knows no topic and no header.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Destination, EscalationType, SUBMITTED};

/// `reason` of the agents' copy of a post that was routed wrongly.
pub const RETURNED: &str = "returned";

/// As much of a record as tells.
#[derive(Deserialize)]
struct Peek {
    #[serde(rename = "type", default)]
    kind: Option<String>,
    #[serde(default)]
    step: Option<String>,
    #[serde(default)]
    triage: Option<IgnoredAny>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    post: Option<PeekPost>,
}

#[derive(Deserialize)]
struct PeekPost {
    #[serde(default)]
    created_at: Option<IgnoredAny>,
}

/// Returns whether the record `value` on `destination` is the one that ends its input. What cannot be read counts as
/// such: one too many is noticed, one overlooked is not.
pub fn ends_its_input(destination: Destination, value: &[u8]) -> bool {
    match destination {
        Destination::Oot | Destination::Skipped => true,
        Destination::Agents => !peek(value).is_some_and(|record| is_copy(&record)),
        Destination::Escalations => peek(value).is_none_or(|record| record.triage.is_some() || !is_additional(&record)),
    }
}

/// The same of a record of a hand-off: a step ends the event that reports it, the hand-off itself stands beside its mail.
pub fn handoff_ends_its_input(value: &[u8]) -> bool {
    peek(value).is_none_or(|record| record.step.as_deref() != Some(SUBMITTED))
}

fn peek(value: &[u8]) -> Option<Peek> {
    serde_json::from_slice(value).ok()
}

/// Returns whether it is the agents' copy of a post. A copy shows a post of which nothing is remembered; every other
/// verdict knows when its post was written. The reason alone does not tell: the rules may give any.
fn is_copy(record: &Peek) -> bool {
    record.reason.as_deref() == Some(RETURNED) && record.post.as_ref().is_some_and(|post| post.created_at.is_none())
}

fn is_additional(record: &Peek) -> bool {
    let additional = [
        EscalationType::Opened,
        EscalationType::CallbackOnClose,
        EscalationType::Expired,
        EscalationType::ReminderAssignTl,
        EscalationType::ReminderMonitor,
        EscalationType::ReminderCallback,
        EscalationType::SilenceEnded,
    ];
    additional.iter().any(|kind| record.kind.as_deref() == Some(kind.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_record_ends_its_input_and_reports_beside_it_do_not() {
        let check = |destination: Destination, value: &str, ends: bool| {
            assert_eq!(ends_its_input(destination, value.as_bytes()), ends, "{value}");
        };
        check(Destination::Skipped, "{}", true);
        check(Destination::Oot, r#"{"reason":"returned"}"#, true);
        check(Destination::Agents, r#"{"reason":null,"post":{"created_at":null}}"#, true);
        check(Destination::Agents, r#"{"reason":"returned","post":{"created_at":"2026-01-01T00:00:00.000Z"}}"#, true);
        check(Destination::Agents, r#"{"reason":"returned","post":{"text":null,"created_at":null}}"#, false);
        check(Destination::Escalations, r#"{"type":"opened","triage":{"class":"hard_complaint"}}"#, true);
        check(Destination::Escalations, r#"{"type":"opened","triage":null}"#, false);
        check(Destination::Escalations, r#"{"type":"expired"}"#, false);
        check(Destination::Escalations, r#"{"type":"callback_on_close"}"#, false);
        check(Destination::Escalations, r#"{"type":"reminder_monitor"}"#, false);
        check(Destination::Escalations, r#"{"type":"silence_ended"}"#, false);
        check(Destination::Escalations, r#"{"type":"resolved"}"#, true);
        check(Destination::Escalations, "not ours", true);
        assert!(!handoff_ends_its_input(br#"{"step":"submitted"}"#));
        assert!(handoff_ends_its_input(br#"{"step":"sent"}"#) && handoff_ends_its_input(b"not ours"));
    }
}
