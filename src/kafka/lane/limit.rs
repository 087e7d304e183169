//! The limit on dead letters: when too many of the last records of a topic cannot be read, the topic is not read on for
//! a while, instead of being drained into dead letters.
//!
//! Each lane counts the records of its own partitions. What an open transaction has counted is void if it is aborted,
//! as the one that reaches the limit is. After a pause it is counted anew, as after a restart: whether to go on is
//! decided by what comes then. Knows no client; what a record could not be read for is the stage's business.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use crate::config::service::DeadLetterLimit;

use crate::kafka::clients::settings::millis;
use crate::kafka::stages::record::Inbound;

/// The topics of a lane.
#[derive(Debug, Default)]
pub(super) struct Limits {
    limit: Option<DeadLetterLimit>,
    topics: BTreeMap<String, Watch>,
}

#[derive(Debug, Default)]
struct Watch {
    window: Window,
    /// The place of the first record of the open transaction that could not be read.
    first: Option<String>,
    paused_until: Option<Instant>,
}

/// A limit that is reached, and what is told of it.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) limit: DeadLetterLimit,
    /// So many of the last records could not be read for the reason of each code.
    counts: BTreeMap<&'static str, usize>,
    /// The place of the first that the transaction has read.
    pub(super) first: String,
}

impl Reached {
    /// Returns the codes, each with its number.
    pub(super) fn codes(&self) -> String {
        self.counts.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", ")
    }
}

impl Limits {
    /// Begins with no record read; `limit` holds for each topic, `None`: there is none.
    pub(super) fn new(limit: Option<DeadLetterLimit>) -> Self {
        Limits { limit, topics: BTreeMap::new() }
    }

    /// Notes that the open transaction has read `record`, which was `unreadable` for the reason of that code. Returns what is to
    /// be told if the limit is reached: from `now` on the topic is paused, and the transaction must be aborted.
    pub(super) fn note(&mut self, record: &Inbound<'_>, unreadable: Option<&'static str>, now: Instant) -> Option<Reached> {
        let limit = self.limit?;
        let topic = record.topic;
        if !self.topics.contains_key(topic) {
            self.topics.insert(topic.to_owned(), Watch::default());
        }
        let watch = self.topics.get_mut(topic)?;
        if unreadable.is_some() && watch.first.is_none() {
            watch.first = Some(record.source().to_string());
        }
        if watch.window.push(unreadable, limit.of) < limit.records {
            return None;
        }
        let full = std::mem::take(watch);
        watch.paused_until = Some(now + millis(limit.pause));
        Some(Reached { limit, counts: full.window.counts(limit.of), first: full.first.unwrap_or_default() })
    }

    /// Returns whether `topic` is not to be read.
    pub(super) fn is_paused(&self, topic: &str) -> bool {
        self.topics.get(topic).is_some_and(|watch| watch.paused_until.is_some())
    }

    /// Returns how many topics are not to be read.
    pub(super) fn paused(&self) -> usize {
        self.topics.values().filter(|watch| watch.paused_until.is_some()).count()
    }

    /// Ends the pauses that are over at `now`. Returns their topics.
    pub(super) fn resume(&mut self, now: Instant) -> Vec<String> {
        let over = self.topics.iter_mut().filter(|(_, watch)| watch.paused_until.is_some_and(|until| until <= now));
        over.map(|(topic, watch)| {
            watch.paused_until = None;
            topic.clone()
        })
        .collect()
    }

    /// Makes what the open transaction has counted certain.
    pub(super) fn committed(&mut self) {
        let Some(limit) = self.limit else { return };
        self.topics.values_mut().for_each(|watch| {
            watch.window.committed(limit.of);
            watch.first = None;
        });
    }

    /// Makes what the open transaction has counted void.
    pub(super) fn aborted(&mut self) {
        self.topics.values_mut().for_each(|watch| {
            watch.window.aborted();
            watch.first = None;
        });
    }
}

/// The last records of a topic: which of them could not be read, and why.
#[derive(Debug, Default)]
struct Window {
    committed: VecDeque<Option<&'static str>>,
    committed_bad: usize,
    /// Read by the open transaction.
    open: Vec<Option<&'static str>>,
    /// Among the last ones, those of the open transaction included.
    bad: usize,
}

impl Window {
    /// Adds a record. Returns how many of the last `of` could not be read.
    fn push(&mut self, bad: Option<&'static str>, of: usize) -> usize {
        self.open.push(bad);
        self.bad += usize::from(bad.is_some());
        let before = self.committed.len();
        if let Some(leaves) = (before + self.open.len()).checked_sub(of + 1) {
            let bad = if leaves < before { self.committed[leaves] } else { self.open[leaves - before] };
            self.bad -= usize::from(bad.is_some());
        }
        self.bad
    }

    /// Returns why the last `of` could not be read: so many for the reason of each code.
    fn counts(&self, of: usize) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        let last = self.open.iter().rev().chain(self.committed.iter().rev()).take(of);
        last.flatten().for_each(|code| *counts.entry(*code).or_default() += 1);
        counts
    }

    fn committed(&mut self, of: usize) {
        self.committed.extend(self.open.drain(..));
        self.committed.drain(..self.committed.len().saturating_sub(of));
        self.committed_bad = self.bad;
    }

    fn aborted(&mut self) {
        self.open.clear();
        self.bad = self.committed_bad;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const LIMIT: DeadLetterLimit = DeadLetterLimit { records: 10, of: 20, pause: 1_000 };

    fn note(limits: &mut Limits, count: usize, bad: bool, now: Instant) -> usize {
        (0..count).find(|&offset| note_one(limits, offset, bad.then_some("bad_json"), now).is_some()).unwrap_or(count)
    }

    fn note_one(limits: &mut Limits, offset: usize, code: Option<&'static str>, now: Instant) -> Option<Reached> {
        limits.note(&Inbound::plain("t", i64::try_from(offset).unwrap(), None, None, &[]), code, now)
    }

    #[test]
    fn a_few_bad_records_are_too_few_and_good_ones_outweigh_them() {
        let now = Instant::now();
        let mut limits = Limits::new(Some(LIMIT));
        assert_eq!(note(&mut limits, 9, true, now), 9, "few in all");
        assert_eq!(note(&mut limits, 15, false, now), 15);
        // Of the last 20, five are still bad.
        assert_eq!(note(&mut limits, 3, true, now), 3);
        limits.committed();
        assert_eq!(note(&mut limits, 20, false, now), 20);
        limits.committed();
        assert_eq!(note(&mut limits, 30, true, now), 9, "the tenth is too many");
        assert!(limits.is_paused("t") && !limits.is_paused("u"));
        let mut none = Limits::new(None);
        assert_eq!(note(&mut none, 1_000, true, now), 1_000);
    }

    #[test]
    fn an_aborted_transaction_has_counted_nothing() {
        let now = Instant::now();
        let mut limits = Limits::new(Some(LIMIT));
        for _ in 0..5 {
            assert_eq!(note(&mut limits, 9, true, now), 9);
            limits.aborted();
        }
        assert_eq!(note(&mut limits, 5, true, now), 5);
        limits.committed();
        assert_eq!(note(&mut limits, 4, true, now), 4);
        limits.aborted();
        assert_eq!(note(&mut limits, 9, true, now), 4, "five are committed, the fifth more is too many");
    }

    #[test]
    fn what_is_told_counts_the_reasons_and_names_a_place() {
        let now = Instant::now();
        let mut limits = Limits::new(Some(LIMIT));
        let bad = |limits: &mut Limits, offset: usize, code| note_one(limits, offset, Some(code), now);
        assert!((0..4).all(|offset| bad(&mut limits, offset, "bad_time").is_none()));
        limits.committed();
        assert!(note_one(&mut limits, 4, None, now).is_none());
        assert!((5..10).all(|offset| bad(&mut limits, offset, "bad_json").is_none()));
        let reached = bad(&mut limits, 10, "bad_json").expect("the limit");
        assert_eq!((reached.codes().as_str(), reached.first.as_str()), ("bad_json 6, bad_time 4", "t/0/5"));
    }

    #[test]
    fn a_pause_ends_and_counts_anew() {
        let now = Instant::now();
        let mut limits = Limits::new(Some(LIMIT));
        assert_eq!(note(&mut limits, 10, true, now), 9);
        limits.aborted();
        assert_eq!((limits.paused(), limits.resume(now)), (1, vec![]));
        assert_eq!(limits.resume(now + Duration::from_secs(1)), ["t"]);
        assert_eq!((limits.paused(), note(&mut limits, 9, true, now)), (0, 9));
    }
}
