//! What a step writes, and how the record it answers arrived.

use super::{EscalationRecord, TriageRecord};
use crate::post::Millis;

/// Where a post goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// `agents`: somebody must look at the post.
    Agents,
    /// Out of topic: needs no answer.
    Oot,
    /// To a team leader.
    Escalations,
    /// Aside, with a reason.
    Skipped,
}

impl Destination {
    /// Returns the name in records and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Destination::Agents => "agents",
            Destination::Oot => "oot",
            Destination::Escalations => "escalations",
            Destination::Skipped => "skipped",
        }
    }
}

/// How an input arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Whose state it concerns.
    pub customer: &'a str,
    /// Timestamp of the record: the time that decisions go by.
    pub at: Millis,
    /// `topic/partition/offset` of the record.
    pub source: &'a str,
    /// Records show the text of the post, and evidence quotes it.
    pub with_text: bool,
    /// Evidence speaks of every condition, not only of those that are met or close.
    pub every_condition: bool,
}

/// A record to be written.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every output is a verdict; boxing it would cost every post an allocation")]
pub enum Output<'a> {
    /// The verdict on a post, to the agents, out of topic or aside.
    Triage(Destination, TriageRecord<'a>),
    /// A step in the life of an escalation, to the team leaders.
    Escalation(EscalationRecord<'a>),
    /// An input that means nothing here.
    DeadLetter {
        /// Short name of the reason.
        code: &'static str,
        /// What is wrong and what to do.
        message: &'static str,
    },
}

impl<'a> Output<'a> {
    /// Returns the verdict in it, if it is one.
    pub fn verdict(&self) -> Option<&TriageRecord<'a>> {
        match self {
            Output::Triage(_, record) => Some(record),
            Output::Escalation(record) => record.triage.as_ref(),
            Output::DeadLetter { .. } => None,
        }
    }
}
