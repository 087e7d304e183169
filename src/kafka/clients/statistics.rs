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
    /// Where the last record of each partition ends for a reader of what is committed.
    pub ends: Vec<(String, i32, i64)>,
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

/// Where the last record of a partition ends; `None`: not known yet. Behind it there may be marks of transactions, which never
/// reach a lane: once they have been fetched, the end is that of the last record that was handed over.
fn end(partition: &Partition) -> Option<i64> {
    let all_handed_over = partition.fetchq_cnt == 0 && partition.next_offset >= partition.ls_offset;
    match partition.ls_offset {
        ..0 => None,
        _ if all_handed_over => Some(partition.app_offset.max(0)),
        end => Some(end),
    }
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
        let check = |ls_offset: i64, next_offset: i64, app_offset: i64, fetchq_cnt: i64, expected: Option<i64>| {
            let partition = Partition { ls_offset, next_offset, app_offset, fetchq_cnt, ..Partition::default() };
            assert_eq!(end(&partition), expected, "{ls_offset} {next_offset} {app_offset} {fetchq_cnt}");
        };
        check(-1_001, -1_001, -1_001, 0, None);
        check(9, 5, 5, 0, Some(9));
        check(9, 9, 5, 3, Some(9));
        check(9, 9, 8, 0, Some(8));
        check(9, 9, -1_001, 0, Some(0));
    }
}
