//! `[run]` and `[output]`: how the program runs and what it writes.

use std::num::NonZeroU32;

use super::super::reader::{DAY, MINUTE, SECOND, Table, Value, show_duration};
use crate::problem::Problem;

/// How the program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// `group`: name of the consumer groups and of the journal's owner; who shares it shares the work. Default `triage`.
    pub group: String,
    /// `instance`: name of this process within the group, stable over restarts and used by no other process. Default none:
    /// after a crash its partitions wait for `session_timeout`.
    pub instance: Option<String>,
    /// `lanes`: threads that work side by side, 1 to 64. Default 1.
    pub lanes: usize,
    /// `stage`: which of the stages run in this process. Default both.
    pub stages: Stages,
    /// `start`: where a group that has never run begins. Default none: it refuses to.
    pub start: Start,
    /// `batch`: records of one transaction at most, 1 to 100,000. Default 10,000.
    pub batch: usize,
    /// `transaction_interval`: longest time a transaction collects records, in milliseconds, 1 ms to 1 m; more where they have
    /// waited for long already. Default 100 ms.
    pub transaction_interval: i64,
    /// `transaction_timeout`: when the brokers give up a transaction whose process has died, in milliseconds, 1 s to 15 m.
    /// Default 5 s. At least twice the interval.
    pub transaction_timeout: i64,
    /// `session_timeout`: when the brokers give the partitions of a silent process to others, in milliseconds, 6 s to 30 m.
    /// Default 6 s.
    pub session_timeout: i64,
    /// `log_format`. Default text.
    pub log_format: LogFormat,
    /// How fast a lane works through what lies behind. Default: as fast as it can.
    pub catch_up: Option<CatchUp>,
}

/// How fast a lane works through old records; a live one waits for nothing but what is before it in its own partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUp {
    /// `catch_up_rate`: old records a second and lane, 1 to 1,000,000.
    pub rate: NonZeroU32,
    /// `live_within`: records that are not older are live, in milliseconds, 1 s to 1 d. Default 1 m.
    pub live_within: i64,
}

/// The stages that this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stages {
    /// `both`: ingest and triage, and outages where they are on.
    Both,
    /// `ingest`: reads the feeds and fills the inbox.
    Ingest,
    /// `triage`: judges what is in the inbox.
    Triage,
    /// `outages`: makes outages of complaints by area.
    Outages,
}

/// Where a group without committed offsets begins to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// `none`: refuse to start without committed offsets.
    None,
    /// `earliest`: with the oldest record.
    Earliest,
    /// `latest`: with what arrives from now on.
    Latest,
}

/// How the log is written, on standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// `text`: for people.
    Text,
    /// `json`: one object a line.
    Json,
}

/// What records hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// `text`: whether records carry the text of the post. Default full.
    pub text: OutputText,
}

/// Whether records and the journal hold what customers wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputText {
    /// `full`: a desk needs no join.
    Full,
    /// `none`: records name the post only.
    None,
}

impl Run {
    pub(super) fn read(table: Table<'_>) -> Run {
        let timeout = table.optional("transaction_timeout");
        let (rate, within) = (table.optional("catch_up_rate"), table.optional("live_within"));
        let live_within = within.duration(SECOND..=DAY).unwrap_or(MINUTE);
        let catch_up = rate.integer(1..=1_000_000).and_then(NonZeroU32::new).map(|rate| CatchUp { rate, live_within });
        let run = Run {
            group: name(&table.optional("group")).unwrap_or_else(|| "triage".to_owned()),
            instance: name(&table.optional("instance")),
            lanes: table.optional("lanes").integer(1..=64).unwrap_or(1),
            stages: table
                .optional("stage")
                .one_of(&[("both", Stages::Both), ("ingest", Stages::Ingest), ("triage", Stages::Triage), ("outages", Stages::Outages)])
                .unwrap_or(Stages::Both),
            start: table
                .optional("start")
                .one_of(&[("none", Start::None), ("earliest", Start::Earliest), ("latest", Start::Latest)])
                .unwrap_or(Start::None),
            batch: table.optional("batch").integer(1..=100_000).unwrap_or(10_000),
            transaction_interval: table.optional("transaction_interval").duration(1..=MINUTE).unwrap_or(100),
            transaction_timeout: timeout.duration(SECOND..=15 * MINUTE).unwrap_or(5 * SECOND),
            session_timeout: table.optional("session_timeout").duration(6 * SECOND..=30 * MINUTE).unwrap_or(6 * SECOND),
            log_format: table
                .optional("log_format")
                .one_of(&[("text", LogFormat::Text), ("json", LogFormat::Json)])
                .unwrap_or(LogFormat::Text),
            catch_up,
        };
        let least = 2 * run.transaction_interval;
        if run.transaction_timeout < least {
            let spot = if timeout.is_present() { timeout.spot() } else { table.optional("transaction_interval").spot() };
            let problem = Problem::error(&spot, "`transaction_timeout` must be at least twice `transaction_interval`");
            table.reporter().report(problem.hint(format!("raise it to {} or shorten the interval", show_duration(least))));
        }
        table.finish();
        run
    }
}

impl Output {
    pub(super) fn read(table: Table<'_>) -> Output {
        let text = table.optional("text").one_of(&[("full", OutputText::Full), ("none", OutputText::None)]);
        table.finish();
        Output { text: text.unwrap_or(OutputText::Full) }
    }
}

/// Returns a name that can be part of a `transactional.id`.
fn name(value: &Value<'_>) -> Option<String> {
    let text = value.string()?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if (1..=100).contains(&text.len()) && text.chars().all(allowed) {
        return Some(text);
    }
    let problem = Problem::error(&value.spot(), format!("`{text}` cannot be a name"));
    value.reporter().report(problem.hint("use up to 100 of A-Z, a-z, 0-9, `.`, `_` and `-`"));
    None
}
