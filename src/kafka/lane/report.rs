//! What a lane has done, for summaries and the watchdog.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::measures::Measures;
use crate::kafka::topics::topic::Topic;

/// Numbers of one lane. Those of a transaction are added only once it is committed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Inputs taken in by committed transactions.
    pub records: u64,
    /// Records written by committed transactions, in the order of [`Topic::ALL`].
    pub written: [u64; Topic::ALL.len()],
    /// Posts and case events forgotten before their time, because a customer had more of them than are remembered.
    pub forgotten_early: u64,
    /// Posts of which the feed says what no one here knows (`unknown_event_kind`).
    pub unknown_kinds: u64,
    /// Records for team leaders that a silence holds.
    pub silenced: u64,
    /// Transactions that were committed, those without an input included.
    pub committed: u64,
    /// Transactions that were aborted; what they read is read again.
    pub aborted: u64,
    /// Partitions whose state was restored from the journal.
    pub restored_partitions: u64,
    /// Records of the journal read for that.
    pub restored_records: u64,
    /// Partitions that came back unchanged, so that nothing had to be restored.
    pub kept_partitions: u64,
    /// Times the lane was thrown away and begun anew.
    pub restarts: u64,
    /// Partitions that the group has given right now.
    pub partitions: u64,
    /// Topics that are not read right now because too much of them cannot be read.
    pub paused: u64,
}

impl Counts {
    /// Returns how many records were written to `topic`.
    pub fn written_to(&self, topic: Topic) -> u64 {
        self.written[topic as usize]
    }

    /// Adds other numbers to these: of a transaction, or of another lane.
    pub fn add(&mut self, other: &Counts) {
        self.records += other.records;
        for (total, more) in self.written.iter_mut().zip(other.written) {
            *total += more;
        }
        self.forgotten_early += other.forgotten_early;
        self.unknown_kinds += other.unknown_kinds;
        self.silenced += other.silenced;
        self.committed += other.committed;
        self.aborted += other.aborted;
        self.restored_partitions += other.restored_partitions;
        self.restored_records += other.restored_records;
        self.kept_partitions += other.kept_partitions;
        self.restarts += other.restarts;
        self.partitions += other.partitions;
        self.paused += other.paused;
    }
}

/// One lane as others see it.
#[derive(Debug)]
pub struct LaneReport {
    counts: Mutex<Counts>,
    measures: Mutex<Measures>,
    begun: Instant,
    /// Milliseconds from `begun` to the last sign of life, or to the time until which none is expected.
    beat: AtomicU64,
    /// Nothing is left to be committed; only the group must still be left.
    done: AtomicBool,
    /// The last transaction met something that is not allowed, whether or not the lane has begun anew since.
    denied: AtomicBool,
}

impl Default for LaneReport {
    fn default() -> Self {
        LaneReport {
            counts: Mutex::default(),
            measures: Mutex::default(),
            begun: Instant::now(),
            beat: AtomicU64::new(0),
            done: AtomicBool::new(false),
            denied: AtomicBool::new(false),
        }
    }
}

impl LaneReport {
    /// Returns the numbers so far.
    pub fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns what was measured so far.
    pub fn measures(&self) -> Measures {
        self.measures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn measure(&self, change: impl FnOnce(&mut Measures)) {
        change(&mut self.measures.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Returns how long the lane has given no sign of life, time for which it is excused left out.
    pub fn silence(&self) -> Duration {
        self.begun.elapsed().saturating_sub(Duration::from_millis(self.beat.load(Ordering::Relaxed)))
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    pub(super) fn is_done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }

    /// Notes that the lane has committed its last.
    pub(super) fn set_done(&self) {
        self.done.store(true, Ordering::Relaxed);
    }

    /// Notes that something is not allowed. Returns whether the last transaction has met that too.
    pub(super) fn denied_again(&self) -> bool {
        self.denied.swap(true, Ordering::Relaxed)
    }

    /// Notes that a transaction was committed: everything in it was allowed.
    pub(super) fn allowed(&self) {
        self.denied.store(false, Ordering::Relaxed);
    }

    /// Gives a sign of life.
    pub(super) fn beat(&self) {
        self.excuse(Duration::ZERO);
    }

    /// Gives a sign of life, and says that there may be none for so long: a call begins that ends only with an answer.
    pub(super) fn excuse(&self, absence: Duration) {
        let millis = u64::try_from((self.begun.elapsed() + absence).as_millis()).unwrap_or(u64::MAX);
        self.beat.store(millis, Ordering::Relaxed);
    }

    /// Forgives a silence that the lane is not to blame for.
    pub(super) fn forgive(&self) {
        if !self.silence().is_zero() {
            self.beat();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excused_lane_is_not_silent_before_its_time() {
        let report = LaneReport::default();
        report.excuse(Duration::from_secs(60));
        report.forgive();
        assert_eq!(report.silence(), Duration::ZERO);
        let report = LaneReport { begun: Instant::now() - Duration::from_secs(60), ..LaneReport::default() };
        assert!(report.silence() >= Duration::from_secs(60));
        report.forgive();
        assert!(report.silence() < Duration::from_secs(60));
    }
}
