//! Why the service or a command cannot do its work, in sentences for an operator. A refusal ends the process; everything
//! else is tried again.

use rdkafka::error::KafkaError;
use thiserror::Error;

/// What keeps the service from running.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Settings that no client can be made of.
    #[error("{0}")]
    Settings(String),
    /// No broker answers.
    #[error("kafka: no broker of `{brokers}` can be used: {reason}")]
    Unreachable {
        /// Their addresses as configured, with commas between.
        brokers: String,
        /// The client's last word.
        reason: String,
    },
    /// The brokers do not let us in, or are not who we think.
    #[error("kafka: no broker of `{brokers}` can be used: {reason}")]
    NotLetIn {
        /// Their addresses as configured, with commas between.
        brokers: String,
        /// What a broker said, or what is wrong with its certificate.
        reason: String,
    },
    /// Topics that are missing or of a wrong shape.
    #[error("kafka: {0}; `triage topics create` makes what is missing")]
    Topics(String),
    /// Topics that are missing and that we cannot make with a token for a login.
    #[error(
        "kafka: missing: {0}; with OAUTHBEARER they cannot be made here: make them with Kafka's own tools, or log in with SCRAM for this once"
    )]
    NoAdministrator(String),
    /// The group has never read this topic and nobody has said where to begin.
    #[error(
        "kafka: group `{group}` has no committed offset for {topic} and no start is set: say `start = \"earliest\"` or `\"latest\"` for the first run"
    )]
    NoStart {
        /// The consumer group of the stage.
        group: String,
        /// The topic that it is to read.
        topic: String,
    },
    /// Records were deleted before they were read.
    #[error(
        "kafka: group `{group}` wants to go on at offset {offset} of {topic}/{partition}, but the broker has {oldest} to {end} only: \
         set the group's offsets by hand once it is clear what was lost"
    )]
    OffsetGone {
        /// The consumer group of the stage.
        group: String,
        /// The topic that it reads.
        topic: String,
        /// The partition that it cannot go on with.
        partition: i32,
        /// Where the group stands.
        offset: i64,
        /// The oldest offset the broker has.
        oldest: i64,
        /// Where the partition ends.
        end: i64,
    },
    /// The journal belongs to another group.
    #[error("kafka: the journal {journal} belongs to group `{owner}`, not to `{group}`: give each group a journal of its own")]
    OtherGroup {
        /// The topic of the journal.
        journal: String,
        /// The group that has begun it.
        owner: String,
        /// The group that wants to use it.
        group: String,
    },
    /// The inbox has another number of partitions than the journal was written for.
    #[error(
        "kafka: {inbox} has {now} partitions, but the journal {journal} was written for {then}: customers would change partitions away from \
         their state; README, \"An inbox that has grown\", says how to go on"
    )]
    PartitionCount {
        /// The topic of the inbox.
        inbox: String,
        /// The topic of the journal.
        journal: String,
        /// Partitions of the inbox now.
        now: i32,
        /// Partitions of the inbox when the journal was begun.
        then: i32,
    },
    /// A record of the journal that this version cannot read.
    #[error("kafka: {journal}/{partition} holds a record that cannot be read: {reason}; use the version that wrote it")]
    Journal {
        /// The topic of the journal.
        journal: String,
        /// The partition that the record lies in.
        partition: i32,
        /// What is wrong with the record.
        reason: String,
    },
    /// A topic that could not be read to its end.
    #[error("kafka: {topic} cannot be read to its end: {reason}; run the command again")]
    Unreadable {
        /// The topic that was to be read.
        topic: String,
        /// What kept it from being read.
        reason: String,
    },
    /// Dead letters that could not be fed in again.
    #[error("kafka: the dead letters were not replayed: {0}; run the command again, nothing is sent twice")]
    Replay(String),
    /// A request that a command wanted to write.
    #[error("kafka: {topic} did not take the request: {reason}; run the command again")]
    NotWritten {
        /// The topic.
        topic: String,
        /// What happened.
        reason: String,
    },
    /// The group has accepted other rules than those in use here, and the time to follow is over.
    #[error(
        "kafka: group `{group}` has accepted the rules {theirs}, and this process still has {ours}: bring it the same rules, or start it with \
         `--accept-rules {ours}` to bring its own into use for the whole group"
    )]
    RulesReplaced {
        /// The consumer group of the stage.
        group: String,
        /// Hash of the rules in use here.
        ours: String,
        /// Hash of those that the group has accepted.
        theirs: String,
    },
    /// The brokers do not allow what the service needs.
    #[error(
        "kafka: not allowed to {doing}: {reason}; `triage topics check` tries each right, `triage topics acls` prints those that are needed"
    )]
    NotAllowed {
        /// What was not allowed.
        doing: String,
        /// The broker's word.
        reason: String,
    },
    /// Another process runs under our name.
    #[error("kafka: fenced twice within a minute: another process runs as instance `{instance}`; give each process a name of its own")]
    Fenced {
        /// The name of this process, as configured.
        instance: String,
    },
}

impl Refusal {
    /// Returns why no client can be made. The value of a property may be a secret: only its name is said.
    pub(in crate::kafka) fn unusable(error: &KafkaError) -> Self {
        Refusal::Settings(match error {
            KafkaError::ClientConfig(_, reason, name, _) => format!("kafka: {reason} (property `{name}`)"),
            other => format!("kafka: {other}"),
        })
    }

    /// Returns the exit code of the process: 78 for invalid configuration, 77 for what waiting cannot mend, else 69.
    pub fn exit_code(&self) -> u8 {
        match self {
            Refusal::Settings(_) => 78,
            Refusal::RulesReplaced { .. }
            | Refusal::NotAllowed { .. }
            | Refusal::NotLetIn { .. }
            | Refusal::OtherGroup { .. }
            | Refusal::PartitionCount { .. }
            | Refusal::Journal { .. } => 77,
            _ => 69,
        }
    }
}
