//! What a step writes, and where it goes.

use super::{EscalationRecord, HandoffRecord, TriageRecord};

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
    /// All of them.
    pub const ALL: [Destination; 4] = [Destination::Agents, Destination::Oot, Destination::Escalations, Destination::Skipped];

    /// Whether nobody looks at what goes there.
    pub fn is_unseen(self) -> bool {
        matches!(self, Destination::Oot | Destination::Skipped)
    }

    /// The destination called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Destination::ALL.into_iter().find(|destination| destination.name() == name)
    }

    /// The name in records and in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Destination::Agents => "agents",
            Destination::Oot => "oot",
            Destination::Escalations => "escalations",
            Destination::Skipped => "skipped",
        }
    }
}

/// A record to be written.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every output is a verdict; boxing it would cost every post an allocation")]
pub enum Output<'a> {
    /// The verdict on a post, to the agents, out of topic or aside.
    Triage(Destination, TriageRecord<'a>),
    /// A step in the life of an escalation, to the team leaders.
    Escalation(EscalationRecord<'a>),
    /// A step of a hand-off, to the desk of CT-0 and PRANPC.
    Handoff(Box<HandoffRecord<'a>>),
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
            Output::Handoff(_) | Output::DeadLetter { .. } => None,
        }
    }
}
