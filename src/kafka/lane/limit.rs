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

/// The topics of a lane.
#[derive(Debug, Default)]
pub(super) struct Limits {
    limit: Option<DeadLetterLimit>,
    topics: BTreeMap<String, Watch>,
}

#[derive(Debug, Default)]
struct Watch {
    window: Window,
    paused_until: Option<Instant>,
}

impl Limits {
    /// Begins with no record read; `limit` holds for each topic, `None`: there is none.
    pub(super) fn new(limit: Option<DeadLetterLimit>) -> Self {
        Limits { limit, topics: BTreeMap::new() }
    }

    /// Notes that the open transaction has read a record of `topic`. Returns the limit if it is reached: from `now` on the
    /// topic is paused, and the transaction must be aborted.
    pub(super) fn note(&mut self, topic: &str, unreadable: bool, now: Instant) -> Option<DeadLetterLimit> {
        let limit = self.limit?;
        if !self.topics.contains_key(topic) {
            self.topics.insert(topic.to_owned(), Watch::default());
        }
        let watch = self.topics.get_mut(topic)?;
        if watch.window.push(unreadable, limit.of) < limit.records {
            return None;
        }
        *watch = Watch { window: Window::default(), paused_until: Some(now + millis(limit.pause)) };
        Some(limit)
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
        self.topics.values_mut().for_each(|watch| watch.window.committed(limit.of));
    }

    /// Makes what the open transaction has counted void.
    pub(super) fn aborted(&mut self) {
        self.topics.values_mut().for_each(|watch| watch.window.aborted());
    }
}

/// The last records of a topic: which of them could not be read.
#[derive(Debug, Default)]
struct Window {
    committed: VecDeque<bool>,
    committed_bad: usize,
    /// Read by the open transaction.
    open: Vec<bool>,
    /// Among the last ones, those of the open transaction included.
    bad: usize,
}

impl Window {
    /// Adds a record. Returns how many of the last `of` could not be read.
    fn push(&mut self, bad: bool, of: usize) -> usize {
        self.open.push(bad);
        self.bad += usize::from(bad);
        let before = self.committed.len();
        if let Some(leaves) = (before + self.open.len()).checked_sub(of + 1) {
            let bad = if leaves < before { self.committed[leaves] } else { self.open[leaves - before] };
            self.bad -= usize::from(bad);
        }
        self.bad
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
        (0..count).find(|_| limits.note("t", bad, now).is_some()).unwrap_or(count)
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
