//! What went in and what came of it, record by record: an account that must add up.

use std::collections::BTreeMap;

use serde::Serialize;

use super::broker::Seen;
use crate::kafka::{Topic, headers};
use crate::record::UNREAD;

const PRESENT: u8 = 1;
/// It became what it should become: an inbox record, or a verdict.
const PASSED: u8 = 2;
/// It became a dead letter.
const DEAD: u8 = 4;

/// Most unaccounted records that are named.
const MOST_NAMED: usize = 20;

/// A byte of marks for each record, by `topic/partition` and offset.
#[derive(Default)]
struct Marks(BTreeMap<String, Vec<u8>>);

impl Marks {
    /// Marks the record at `place` (`topic/partition/offset`); tells how it was marked before.
    fn set(&mut self, place: &str, mark: u8) -> u8 {
        let Some((partition, offset)) = place.rsplit_once('/') else { return 0 };
        let Ok(offset) = offset.parse::<usize>() else { return 0 };
        if !self.0.contains_key(partition) {
            self.0.insert(partition.to_owned(), Vec::new());
        }
        let Some(marks) = self.0.get_mut(partition) else { return 0 };
        if marks.len() <= offset {
            marks.resize(offset + 1, 0);
        }
        let before = marks[offset];
        marks[offset] |= mark;
        before
    }

    fn count(&self, wanted: impl Fn(u8) -> bool) -> u64 {
        self.0.values().flatten().filter(|&&marks| wanted(marks)).count() as u64
    }

    /// Records that came to nothing, or that came of nothing.
    fn odd(&self) -> impl Iterator<Item = String> {
        let is_odd = |marks: u8| marks != 0 && (marks & PRESENT == 0 || marks & (PASSED | DEAD) == 0);
        let of_partition = move |(partition, marks): (&String, &Vec<u8>)| {
            let odd = (0..).zip(marks).filter(|&(_, &marks)| is_odd(marks));
            odd.map(|(offset, _): (u64, _)| format!("{partition}/{offset}")).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(of_partition)
    }
}

#[derive(Default)]
pub(super) struct Ledger {
    raw: Marks,
    inbox: Marks,
    fed: BTreeMap<String, u64>,
    last_fed: String,
    raw_settled: u64,
    inbox_open: i64,
    seen: [u64; Topic::ALL.len()],
    terminal: BTreeMap<&'static str, u64>,
    additional: BTreeMap<&'static str, u64>,
    dead: BTreeMap<String, u64>,
    classes: BTreeMap<String, u64>,
}

/// The account in numbers.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) raw_records: u64,
    /// Of these, such as became canonical records.
    pub(super) raw_read: u64,
    /// Of these, such as became a dead letter and nothing else.
    pub(super) raw_dead_letters: u64,
    pub(super) inbox_records: u64,
    /// Of these, such as ended on each topic.
    pub(super) terminal: BTreeMap<&'static str, u64>,
    /// Records beyond the one that ends each canonical record.
    pub(super) additional: BTreeMap<&'static str, u64>,
    /// All dead letters by code.
    pub(super) dead_letters: BTreeMap<String, u64>,
    /// Verdicts by class; of skipped posts by reason.
    pub(super) classes: BTreeMap<String, u64>,
    /// Records that came to nothing or of nothing, as `topic/partition/offset`.
    pub(super) unaccounted: Vec<String>,
}

impl Ledger {
    /// A record was fed to the only partition of `topic`.
    pub(super) fn fed(&mut self, topic: &str) {
        let offset = self.fed.entry(topic.to_owned()).or_default();
        self.raw.set(&format!("{topic}/0/{offset}"), PRESENT);
        *offset += 1;
        topic.clone_into(&mut self.last_fed);
    }

    pub(super) fn raw_records(&self) -> u64 {
        self.fed.values().sum()
    }

    /// Returns whether the last record fed went to `case_events`.
    pub(super) fn last_was_case_event(&self, case_events: &str) -> bool {
        self.last_fed == case_events
    }

    /// Records under way, raw or canonical.
    pub(super) fn open_records(&self) -> u64 {
        self.raw_records().saturating_sub(self.raw_settled) + self.inbox_open.unsigned_abs()
    }

    /// Records seen on `topic`.
    pub(super) fn seen_on(&self, topic: Topic) -> u64 {
        self.seen[topic as usize]
    }

    /// A record came out.
    pub(super) fn seen(&mut self, seen: &Seen) {
        self.seen[seen.topic as usize] += 1;
        match seen.topic {
            Topic::Inbox => {
                self.settle_raw(seen.header(headers::SOURCE), PASSED);
                self.inbox.set(&seen.place, PRESENT);
                self.inbox_open += 1;
            }
            Topic::DeadLetters => self.dead_letter(seen),
            topic => {
                let first = self.end(seen.header(headers::SOURCE), topic, PASSED);
                if first {
                    *self.classes.entry(class(&seen.value)).or_default() += 1;
                }
            }
        }
    }

    fn dead_letter(&mut self, seen: &Seen) {
        *self.dead.entry(seen.header(headers::ERROR_CODE).to_owned()).or_default() += 1;
        let [topic, partition, offset] =
            [headers::SOURCE_TOPIC, headers::SOURCE_PARTITION, headers::SOURCE_OFFSET].map(|name| seen.header(name));
        let source = format!("{topic}/{partition}/{offset}");
        if seen.header(headers::ERROR_STAGE) == "ingest" {
            self.settle_raw(&source, DEAD);
        } else {
            self.end(&source, Topic::DeadLetters, DEAD);
        }
    }

    fn settle_raw(&mut self, source: &str, mark: u8) {
        if self.raw.set(source, mark) & (PASSED | DEAD) == 0 {
            self.raw_settled += 1;
        }
    }

    /// Notes that the canonical record at `source` has a record on `topic`, and returns whether it is the first.
    fn end(&mut self, source: &str, topic: Topic, mark: u8) -> bool {
        let first = self.inbox.set(source, mark) & (PASSED | DEAD) == 0;
        let counts = if first { &mut self.terminal } else { &mut self.additional };
        *counts.entry(topic.label()).or_default() += 1;
        self.inbox_open -= i64::from(first);
        first
    }

    /// Returns the account so far.
    pub(super) fn summary(&self) -> Summary {
        let mut terminal = self.terminal.clone();
        for topic in [Topic::Agents, Topic::Oot, Topic::Escalations, Topic::Skipped] {
            terminal.entry(topic.label()).or_default();
        }
        Summary {
            raw_records: self.raw_records(),
            raw_read: self.raw.count(|marks| marks & PASSED != 0),
            raw_dead_letters: self.raw.count(|marks| marks & (PASSED | DEAD) == DEAD),
            inbox_records: self.inbox.count(|marks| marks & PRESENT != 0),
            terminal,
            additional: self.additional.clone(),
            dead_letters: self.dead.clone(),
            classes: self.classes.clone(),
            unaccounted: self.raw.odd().chain(self.inbox.odd()).take(MOST_NAMED).collect(),
        }
    }
}

/// Returns the class of a verdict, `skipped: reason`, or `case event` for a record without a verdict.
fn class(value: &[u8]) -> String {
    let record: serde_json::Value = serde_json::from_slice(value).unwrap_or_default();
    let verdict = if record["triage"].is_object() { &record["triage"] } else { &record };
    match (verdict["class"].as_str(), verdict["reason"].as_str()) {
        (Some(UNREAD), Some(reason)) => format!("{UNREAD}: {reason}"),
        (Some(class), _) if !class.is_empty() => class.to_owned(),
        _ => "case event".to_owned(),
    }
}
