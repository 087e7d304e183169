//! What the ticketing side reports about a customer's case.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::str::{Str, null_as_default};
use super::{CustomerKey, HandoffStep, Millis, lenient};

/// The `schema` of a case event.
pub const CASE_EVENT_SCHEMA: &str = "telkomcare.case_event.v1";

/// One step in the life of a case, reported from outside.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseEvent<'a> {
    /// The name of the record: `telkomcare.case_event.v1`.
    #[serde(borrow, default)]
    pub schema: Str<'a>,
    /// Id of the report; a repeated id is a duplicate.
    pub event_id: Str<'a>,
    /// `<customer>:<first post>`, as our own records name it.
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub case_id: Str<'a>,
    /// What is reported of the case.
    pub event: CaseEventKind,
    /// The customer; where absent it is taken from `case_id`.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub customer: Option<Str<'a>>,
    /// The post that an agent sends back (`returned`).
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub post_id: Option<Str<'a>>,
    /// Team leader who has the case.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub tl_name: Option<Str<'a>>,
    /// Owner of the ticket.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub pic_tiket: Option<Str<'a>>,
    /// Agent who reports it, as the desk names agents.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub agent: Option<Str<'a>>,
    /// When the unit expects to be done.
    #[serde(default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub unit_eta: Option<Millis>,
    /// Units that were asked before a call back.
    #[serde(borrow, default, deserialize_with = "lenient::or_default", skip_serializing_if = "Vec::is_empty")]
    pub coordinated_with: Vec<Str<'a>>,
    /// The customer does not want to be called.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub callback_refused: bool,
    /// The text of that post, where whoever sends it back has it.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub text: Option<Str<'a>>,
    /// Free text of the desk.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub note: Option<Str<'a>>,
    /// When it happened; `resolved` and `dismissed` end what was written up to then.
    pub at: Millis,
}

impl CaseEvent<'_> {
    /// Returns the same event, independent of the record it was read from.
    pub fn into_owned(self) -> CaseEvent<'static> {
        CaseEvent {
            schema: self.schema.into_owned(),
            event_id: self.event_id.into_owned(),
            case_id: self.case_id.into_owned(),
            event: self.event,
            customer: self.customer.map(Str::into_owned),
            post_id: self.post_id.map(Str::into_owned),
            tl_name: self.tl_name.map(Str::into_owned),
            pic_tiket: self.pic_tiket.map(Str::into_owned),
            agent: self.agent.map(Str::into_owned),
            unit_eta: self.unit_eta,
            coordinated_with: self.coordinated_with.into_iter().map(Str::into_owned).collect(),
            callback_refused: self.callback_refused,
            text: self.text.map(Str::into_owned),
            note: self.note.map(Str::into_owned),
            at: self.at,
        }
    }

    /// Returns the customer whose case it is: named outright, else `case_id` up to its last colon.
    pub fn customer(&self) -> Option<CustomerKey> {
        let key = match self.customer.as_ref().and_then(|customer| customer.non_blank()) {
            Some(customer) => customer,
            None => self.case_id.non_blank()?.rsplit_once(':')?.0,
        };
        key.contains(':').then(|| CustomerKey::from(key.to_owned()))
    }
}

/// What the ticketing side reports of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseEventKind {
    /// A team leader took the case.
    TlAssigned,
    /// The team leader has seen the case.
    Acknowledged,
    /// The unit works on it.
    #[default]
    Progress,
    /// The customer was called.
    CallbackDone,
    /// The problem is solved.
    Resolved,
    /// It was not solved after all.
    Reopened,
    /// The escalation was a mistake.
    Dismissed,
    /// A post was routed wrongly and an agent sends it back.
    Returned,
    /// The customer asks for everything about him to be deleted; the event needs no case.
    Forget,
    /// A step of a hand-off, which has no case.
    #[serde(untagged)]
    Handoff(HandoffStep),
}

impl CaseEventKind {
    /// Those that are about a case, or send a post of it back.
    pub const ALL: [CaseEventKind; 8] = [
        CaseEventKind::TlAssigned,
        CaseEventKind::Acknowledged,
        CaseEventKind::Progress,
        CaseEventKind::CallbackDone,
        CaseEventKind::Resolved,
        CaseEventKind::Reopened,
        CaseEventKind::Dismissed,
        CaseEventKind::Returned,
    ];

    /// Returns the name in records.
    pub fn name(self) -> &'static str {
        match self {
            CaseEventKind::TlAssigned => "tl_assigned",
            CaseEventKind::Acknowledged => "acknowledged",
            CaseEventKind::Progress => "progress",
            CaseEventKind::CallbackDone => "callback_done",
            CaseEventKind::Resolved => "resolved",
            CaseEventKind::Reopened => "reopened",
            CaseEventKind::Dismissed => "dismissed",
            CaseEventKind::Returned => "returned",
            CaseEventKind::Forget => "forget",
            CaseEventKind::Handoff(step) => step.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customer_is_named_or_taken_from_the_case() {
        let check = |customer: Option<&'static str>, case_id: &'static str, key: Option<&str>| {
            let event = CaseEvent { customer: customer.map(Into::into), case_id: case_id.into(), ..CaseEvent::default() };
            assert_eq!(event.customer().as_ref().map(CustomerKey::as_str), key);
        };
        check(Some("x:1"), "x:2:9", Some("x:1"));
        check(None, "x:2:9", Some("x:2"));
        check(None, "email:a@b.co:<m@id>", Some("email:a@b.co"));
        check(None, "", None);
        check(Some(" "), "9", None);
    }
}
