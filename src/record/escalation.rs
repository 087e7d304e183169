//! `telkomcare.escalation.v1`: what a team leader is told about a hard complaint.

use schemars::JsonSchema;
use serde::Serialize;

use super::TriageRecord;
use crate::post::Millis;
use crate::signals::Evidence;

/// The `schema` of an escalation record.
pub const ESCALATION_SCHEMA: &str = "telkomcare.escalation.v1";

/// One step in the life of an escalation.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct EscalationRecord<'a> {
    /// The name of the record: `telkomcare.escalation.v1`.
    pub schema: &'static str,
    /// The same for the same step however often it is computed: readers drop what they have seen.
    pub id: String,
    /// What happened to the escalation.
    #[serde(rename = "type")]
    pub kind: EscalationType,
    /// `<customer>:<id of the first post of the case>`; readers compare it, and do not take it apart.
    pub case_id: String,
    /// `<platform>:<id>` of the customer whose case it is.
    pub customer: &'a str,
    /// When the case became hard: the time of that record.
    pub opened_at: Option<Millis>,
    /// When this step happened.
    pub at: Millis,
    /// Conditions met so far, sorted.
    pub conditions: Vec<String>,
    /// Why, post by post.
    pub evidence: Vec<Evidence<'a>>,
    /// Posts of the case, the latest last.
    pub posts: Vec<String>,
    /// Earlier verdicts that this one replaces, as `post@version`.
    pub supersedes: Vec<String>,
    /// Who has to know (W-10 5.2).
    pub notify: &'a [String],
    /// Team leader who has the case.
    pub tl_name: Option<String>,
    /// Owner of the ticket.
    pub pic_tiket: Option<String>,
    /// The step needs the name of a team leader in the case, and there is none.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tl_missing: bool,
    /// Where people can see posts of the case, as far as that is known, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// What posts of the case hint at, for the ticket: `lapul_candidate`, or a signal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Desks that were asked, as the event said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coordinated_with: Vec<String>,
    /// What the desk wrote, as the event said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk_note: Option<&'a str>,
    /// Of a reminder: how many were due before it and were not sent, because nothing ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<u64>,
    /// What is due when.
    pub clocks: Option<Clocks>,
    /// What a team leader reads: what happened, why, since when, what is due. Words of the configuration.
    pub summary: Option<String>,
    /// Of a follow-up: the `id` of the first of those that came within a minute; readers tell of a group once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Nobody need be told of it now: a silence holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub silenced: Option<Silenced>,
    /// The verdict on the post that brought this about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub triage: Option<TriageRecord<'a>>,
    /// Hash of the rules that decided.
    pub rules: &'a str,
    /// `topic/partition/offset` of the inbox record; `null` where the wall clock brought it about.
    pub source: Option<&'a str>,
    /// What else the summary tells; not written.
    #[serde(skip)]
    pub background: Background,
}

/// A silence that holds a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Silenced {
    /// What it is called in `silences.toml`; of several, the one that lasts longest.
    pub by: String,
    /// Its last moment, as far as it is known now.
    pub until: Millis,
}

/// What is known of a case and stands in no field of its records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Background {
    /// When its first post was written.
    pub first_at: Option<Millis>,
    /// When its newest post was.
    pub last_at: Option<Millis>,
    /// What the desk did, by name of the event, in the order of time.
    pub steps: Vec<(String, Millis)>,
    /// The silence that has ended.
    pub silence: Option<String>,
}

/// What is due when, by analogy with the inbound desk (D33).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Clocks {
    /// The next look at the progress.
    pub monitor_due: Option<Millis>,
    /// The next call back.
    pub callback_due: Option<Millis>,
    /// The sentence they come from.
    pub basis: String,
}

/// What happened to an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EscalationType {
    /// A case became hard.
    Opened,
    /// A further post of a hard case.
    Followup,
    /// A further post that adds a condition.
    ConditionAdded,
    /// A team leader took it.
    TlAssigned,
    /// The team leader has seen it.
    Acknowledged,
    /// The unit works on it.
    Progress,
    /// The customer was called.
    CallbackDone,
    /// The problem is solved.
    Resolved,
    /// It was not solved after all.
    Reopened,
    /// The escalation was a mistake.
    Dismissed,
    /// A post was routed wrongly.
    Returned,
    /// Nothing happened for too long.
    Expired,
    /// It was closed: the customer has to be called.
    CallbackOnClose,
    /// The customer was forgotten at his wish, and his case with him.
    Forgotten,
    /// Nobody has it yet.
    ReminderAssignTl,
    /// Somebody has to look at the progress.
    ReminderMonitor,
    /// The customer has to be called.
    ReminderCallback,
    /// A silence that held it has ended.
    SilenceEnded,
}

impl EscalationType {
    /// All of them, in the order of a case's life.
    pub const ALL: [EscalationType; 18] = [
        EscalationType::Opened,
        EscalationType::Followup,
        EscalationType::ConditionAdded,
        EscalationType::TlAssigned,
        EscalationType::Acknowledged,
        EscalationType::Progress,
        EscalationType::CallbackDone,
        EscalationType::Resolved,
        EscalationType::Reopened,
        EscalationType::Dismissed,
        EscalationType::Returned,
        EscalationType::Expired,
        EscalationType::CallbackOnClose,
        EscalationType::Forgotten,
        EscalationType::ReminderAssignTl,
        EscalationType::ReminderMonitor,
        EscalationType::ReminderCallback,
        EscalationType::SilenceEnded,
    ];

    /// Returns whether it says that the case is over: the clocks stand still afterwards.
    pub fn is_end(self) -> bool {
        use EscalationType::{CallbackOnClose, Dismissed, Expired, Resolved};
        matches!(self, Resolved | Dismissed | Expired | CallbackOnClose)
    }

    /// Returns the name in records and ids.
    pub fn name(self) -> &'static str {
        match self {
            EscalationType::Opened => "opened",
            EscalationType::Followup => "followup",
            EscalationType::ConditionAdded => "condition_added",
            EscalationType::TlAssigned => "tl_assigned",
            EscalationType::Acknowledged => "acknowledged",
            EscalationType::Progress => "progress",
            EscalationType::CallbackDone => "callback_done",
            EscalationType::Resolved => "resolved",
            EscalationType::Reopened => "reopened",
            EscalationType::Dismissed => "dismissed",
            EscalationType::Returned => "returned",
            EscalationType::Expired => "expired",
            EscalationType::CallbackOnClose => "callback_on_close",
            EscalationType::Forgotten => "forgotten",
            EscalationType::ReminderAssignTl => "reminder_assign_tl",
            EscalationType::ReminderMonitor => "reminder_monitor",
            EscalationType::ReminderCallback => "reminder_callback",
            EscalationType::SilenceEnded => "silence_ended",
        }
    }
}
