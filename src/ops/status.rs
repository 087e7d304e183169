//! A snapshot as one document: what `GET /status` answers and `triage status` shows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::health::{Health, State};
use super::metrics::share;
use super::snapshot::{LaneSnapshot, Snapshot};
use crate::kafka::{OVERDUE, Phase};
use crate::post::Millis;

/// How a running program is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// What its clock says.
    pub now: Millis,
    /// How it is.
    pub state: State,
    /// Why it is not ready.
    pub reasons: Vec<String>,
    /// Short hash of the rules that the next transactions use.
    pub rules: String,
    /// That of the rules that are only tried.
    pub shadow: Option<String>,
    /// What is read again, by what: `rules`, `shadow`, `silences`.
    pub reloads: BTreeMap<String, Reload>,
    /// How many silences are in the document.
    pub silences: usize,
    /// The lanes, stage by stage.
    pub lanes: Vec<Lane>,
    /// By topic, the share of the last records that could not be used.
    pub dead_letter_share: BTreeMap<String, f64>,
    /// Customers and cases of this process.
    pub cases: Cases,
    /// Lines of the log that could not be written in time.
    pub log_lines_dropped: u64,
}

/// What became of something that was read again last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reload {
    /// `accepted`, `unchanged`, `refused` or `errors`.
    pub result: String,
    /// When.
    pub at: Millis,
}

/// A lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// `ingest`, `triage` or `outages`.
    pub stage: String,
    /// `joining`, `restoring`, `running` or `failing`.
    pub phase: String,
    /// Why it failed last, while it begins anew.
    pub trouble: Option<String>,
    /// Short hash of the rules of its last transaction.
    pub rules: String,
    /// Records that it has not taken in.
    pub lag: i64,
    /// For how many seconds the oldest of them has been waiting.
    pub lag_seconds: f64,
    /// When it committed last.
    pub last_commit: Option<Millis>,
    /// Records taken in.
    pub records: u64,
    /// Transactions that were committed.
    pub transactions: u64,
    /// Those that were aborted.
    pub aborted: u64,
    /// Times that it failed and began anew.
    pub restarts: u64,
    /// Topics that it does not read because too much of them cannot be used.
    pub paused: u64,
    /// How long it took last to read the state of its partitions back, in seconds.
    pub restore_seconds: Option<f64>,
    /// Records that the restore under way has read.
    pub restoring: u64,
    /// Its partitions.
    pub partitions: Vec<Partition>,
}

/// A partition of a lane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Partition {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The next offset to be read, as committed.
    pub next: i64,
    /// Records that were not taken in; `null` before the broker has said so.
    pub lag: Option<i64>,
}

/// Customers and cases.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cases {
    /// Customers of whom something is remembered.
    pub customers: u64,
    /// Cases that are open.
    pub open: u64,
    /// Hard cases in which something should have been done: `assign_tl`, `callback`.
    pub overdue: BTreeMap<String, u64>,
}

impl Status {
    /// Tells it of `snapshot`.
    pub fn of(snapshot: &Snapshot) -> Self {
        let Health { state, reasons } = Health::of(snapshot);
        let last = snapshot.reloads.last.iter();
        let reloads = last.map(|(set, (outcome, at))| ((*set).to_owned(), Reload { result: outcome.name().to_owned(), at: *at }));
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            now: snapshot.now,
            state,
            reasons,
            rules: snapshot.rules.clone(),
            shadow: snapshot.shadow.clone(),
            reloads: reloads.collect(),
            silences: snapshot.silences,
            lanes: snapshot.lanes.iter().map(|lane| Lane::of(lane, snapshot.now)).collect(),
            dead_letter_share: shares(snapshot),
            cases: Cases::of(snapshot),
            log_lines_dropped: snapshot.dropped,
        }
    }
}

fn shares(snapshot: &Snapshot) -> BTreeMap<String, f64> {
    let mut topics: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for (topic, records, unusable) in snapshot.lanes.iter().flat_map(|lane| lane.measures.shares()) {
        let known = topics.entry(topic).or_default();
        (known.0, known.1) = (known.0 + records, known.1 + unusable);
    }
    topics.into_iter().map(|(topic, (records, unusable))| (topic.to_owned(), share(records, unusable))).collect()
}

impl Cases {
    fn of(snapshot: &Snapshot) -> Self {
        let mut cases = Cases::default();
        for standing in snapshot.lanes.iter().map(|lane| lane.measures.standing) {
            cases.customers += standing.customers;
            cases.open += standing.open_cases;
            for (kind, number) in OVERDUE.into_iter().zip(standing.overdue) {
                *cases.overdue.entry(kind.to_owned()).or_default() += number;
            }
        }
        cases
    }
}

impl Lane {
    fn of(lane: &LaneSnapshot, now: Millis) -> Self {
        let (counts, measures, (lag, lag_seconds)) = (&lane.counts, &lane.measures, lane.lag(now));
        let partition = |partition: &crate::kafka::PartitionMeasure| Partition {
            topic: partition.topic.clone(),
            partition: partition.partition,
            next: partition.next,
            lag: partition.lag(),
        };
        let phase = match measures.phase {
            Phase::Joining => "joining",
            Phase::Restoring => "restoring",
            Phase::Running => "running",
            Phase::Failing => "failing",
        };
        Lane {
            stage: lane.stage.to_owned(),
            phase: phase.to_owned(),
            trouble: measures.trouble.clone(),
            rules: measures.rules.clone(),
            lag,
            lag_seconds,
            last_commit: measures.last_commit,
            records: counts.records,
            transactions: counts.committed,
            aborted: counts.aborted,
            restarts: counts.restarts,
            paused: counts.paused,
            restore_seconds: measures.restore.map(|restore| restore.as_secs_f64()),
            restoring: measures.restoring,
            partitions: measures.partitions.iter().map(partition).collect(),
        }
    }
}
