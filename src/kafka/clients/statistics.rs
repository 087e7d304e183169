//! What of librdkafka's statistics matters: where partitions end, whether brokers can be reached and how long their answers
//! take, how much waits in its queues. They come every few seconds, by a callback that only notes them.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rdkafka::statistics::{Partition, Statistics};

/// How often clients of lanes tell, in milliseconds.
pub(in crate::kafka) const INTERVAL_MS: &str = "2000";

/// What a client told last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ClientStatistics {
    /// Brokers with a connection.
    pub brokers_up: usize,
    /// The mean time of an answer in the last interval, of the slowest broker, in seconds.
    pub round_trip: f64,
    /// Records that wait: to be sent, or, fetched, to be taken in.
    pub queued: u64,
    /// Where each partition ends for a reader of what is committed; `None`: everything up to there has been handed over.
    pub ends: Vec<(String, i32, Option<i64>)>,
}

impl ClientStatistics {
    fn of(statistics: &Statistics) -> Self {
        let brokers = statistics.brokers.values();
        let trips = brokers.clone().filter_map(|broker| broker.rtt.as_ref()).map(|window| window.avg);
        let partitions = || statistics.topics.values().flat_map(|topic| topic.partitions.values().map(move |partition| (topic, partition)));
        // All partitions of a consumer have the same queue.
        let fetched = partitions().map(|(_, partition)| partition.fetchq_cnt).max().unwrap_or(0);
        let ends = partitions().filter_map(|(topic, partition)| Some((topic.topic.clone(), partition.partition, end(partition)?)));
        ClientStatistics {
            brokers_up: brokers.filter(|broker| broker.state == "UP").count(),
            round_trip: trips.max().unwrap_or(0) as f64 / 1e6,
            queued: statistics.msg_cnt + u64::try_from(fetched).unwrap_or(0),
            ends: ends.collect(),
        }
    }
}

/// Where a partition ends, unless it has not told yet. The marks of transactions never reach a lane and yet have offsets: what
/// the client has handed over counts them, so only it can say that nothing is left.
fn end(partition: &Partition) -> Option<Option<i64>> {
    let end = Some(partition.ls_offset).filter(|end| *end >= 0)?;
    Some(Some(end).filter(|end| partition.app_offset < *end))
}

/// Where they are left for the lane.
#[derive(Debug, Default)]
pub(in crate::kafka) struct Told {
    last: Mutex<Option<ClientStatistics>>,
    anew: AtomicBool,
}

impl Told {
    /// Notes what the client tells.
    pub(super) fn note(&self, statistics: &Statistics) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(ClientStatistics::of(statistics));
        self.anew.store(true, Ordering::Relaxed);
    }

    /// Returns what was told since the last time that this was asked.
    pub(in crate::kafka) fn take(&self) -> Option<ClientStatistics> {
        if !self.anew.swap(false, Ordering::Relaxed) {
            return None;
        }
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_transactions_are_no_records() {
        let check = |ls_offset: i64, app_offset: i64, expected: Option<Option<i64>>| {
            let partition = Partition { ls_offset, app_offset, ..Partition::default() };
            assert_eq!(end(&partition), expected, "{ls_offset} {app_offset}");
        };
        check(-1_001, -1_001, None);
        check(9, -1_001, Some(Some(9)));
        check(9, 8, Some(Some(9)));
        check(9, 9, Some(None));
    }
}
