//! The names of the headers that records have, each once. The stages beside this file write them, but for [`REPLAYED`]
//! and [`ATTEMPT`];
//! whoever reads an output looks for these.

/// The format of a raw record, as its feed says it.
pub const FORMAT: &str = "format";

/// Where an output's input stands, as `topic/partition/offset`: of canonical records and of verdicts.
pub const SOURCE: &str = "triage.source";

/// When what an output tells of was due, in milliseconds since the epoch: in place of [`SOURCE`] on what the wall clock brings
/// about.
pub const TICK: &str = "triage.tick";

/// Which of the records of one input a canonical record is, as `number/of`.
pub const ITEM: &str = "triage.item";

/// Where a dead letter that was fed in again stands, as `topic/partition/offset`; written by the replay.
pub const REPLAYED: &str = "triage.replayed";

/// How often it was fed in again; written by the replay.
pub const ATTEMPT: &str = "triage.attempt";

/// The stage that could not use the input; this and all below: of dead letters.
pub const ERROR_STAGE: &str = "triage.error.stage";
/// Why, as a short name.
pub const ERROR_CODE: &str = "triage.error.code";
/// Why, as a sentence without any text of the input.
pub const ERROR_MESSAGE: &str = "triage.error.message";
/// The topic of the input that could not be used.
pub const SOURCE_TOPIC: &str = "triage.source.topic";
/// The partition of that input.
pub const SOURCE_PARTITION: &str = "triage.source.partition";
/// The offset of that input.
pub const SOURCE_OFFSET: &str = "triage.source.offset";
/// The timestamp of that input, in milliseconds since the epoch.
pub const SOURCE_TIMESTAMP: &str = "triage.source.timestamp";
/// The version of this program.
pub const VERSION: &str = "triage.version";
/// The short hash of the rules in use; empty where there are none.
pub const RULES: &str = "triage.rules";

/// Returns whether a header of a dead letter is ours: it says why the letter is one, and is no part of the input.
pub(in crate::kafka) fn says_why(name: &str) -> bool {
    name.starts_with("triage.error.") || name.starts_with("triage.source.") || matches!(name, VERSION | RULES)
}
