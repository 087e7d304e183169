//! What a lane measures, for dashboards and whoever asks how it is: what its committed transactions have decided, how long
//! things took, how far behind it is. Knows neither HTTP nor how metrics are written.
//!
//! What a transaction has counted comes in only once it is committed (D112). How many numbers there are depends on the
//! configuration and the partitions, never on customers.

use std::time::Duration;

use super::positions::Positions;
use crate::kafka::clients::statistics::ClientStatistics;
use crate::kafka::stages::stage::Standing;
use crate::kafka::stages::tally::{Named, Tally};
use crate::post::Millis;

/// So many records of a topic say what share of it cannot be read; older ones fade.
const SHARE_OF: u64 = 1_000;

/// The first bounds of [`Histogram`]s, in seconds: of one post, of a transaction, from a raw record to its verdict.
const STEP: Bounds = [0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1];
const TRANSACTION: Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
const LATENCY: Bounds = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0, 3_600.0];

/// Upper bounds of the cells of a histogram, in seconds.
pub type Bounds = [f64; 12];

/// Durations, by how long they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Upper bounds, inclusive.
    pub bounds: &'static Bounds,
    /// How many durations are in each cell; those beyond the last bound at the end.
    pub cells: [u64; 13],
    /// All of them together, in seconds.
    pub sum: f64,
}

impl Histogram {
    fn new(bounds: &'static Bounds) -> Self {
        Histogram { bounds, cells: [0; 13], sum: 0.0 }
    }

    /// For the time that one record takes.
    pub(super) fn of_steps() -> Self {
        Histogram::new(&STEP)
    }

    /// Adds a duration.
    pub(super) fn note(&mut self, seconds: f64) {
        let cell = self.bounds.iter().position(|bound| seconds <= *bound).unwrap_or(self.bounds.len());
        self.cells[cell] += 1;
        self.sum += seconds;
    }

    /// Adds those of another with the same bounds.
    pub fn merge(&mut self, other: &Histogram) {
        self.cells.iter_mut().zip(other.cells).for_each(|(mine, theirs)| *mine += theirs);
        self.sum += other.sum;
    }
}

/// What a lane is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Phase {
    /// Has no partitions yet, and has never asked for their state.
    #[default]
    Joining,
    /// Reads the state of its partitions back.
    Restoring,
    /// Reads what its partitions bring, none of them being a possibility too.
    Running,
    /// Has failed and begins anew, again and again until it works.
    Failing,
}

/// A partition as the lane sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionMeasure {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The next offset to be read, as committed.
    pub next: i64,
    /// Where it ends for a reader of what is committed, as the client said last.
    pub end: Option<i64>,
    /// The timestamp of the last record that was taken in.
    newest: Option<Millis>,
    /// When the lane last stood at the end.
    level_at: Option<Millis>,
    /// When it was assigned.
    since: Millis,
}

impl PartitionMeasure {
    /// Returns how many records have not been taken in; `None` before the broker has said where it ends. Those of
    /// aborted transactions count too, as long as they have not been fetched.
    pub fn lag(&self) -> Option<i64> {
        Some((self.end? - self.next).max(0))
    }

    /// Returns for how long, in seconds at `now`, the oldest of them has been waiting, as far as can be told: not longer
    /// than the lane has been behind, nor than since the record before it (D114).
    pub fn lag_seconds(&self, now: Millis) -> f64 {
        if self.lag().unwrap_or(0) == 0 {
            return 0.0;
        }
        let behind = self.level_at.map(|at| now.since(at));
        let record = self.newest.map(|at| now.since(at));
        let waiting = [behind, record].into_iter().flatten().min().unwrap_or_else(|| now.since(self.since));
        seconds(waiting)
    }

    fn look(&mut self, now: Millis) {
        if self.lag() == Some(0) {
            self.level_at = Some(now);
        }
    }
}

/// The share of the last records of a topic that could not be read or used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Share {
    topic: String,
    records: u64,
    unusable: u64,
}

/// Everything measured.
#[derive(Debug, Clone)]
pub struct Measures {
    /// What it is doing.
    pub phase: Phase,
    /// Why it failed last, while it begins anew.
    pub trouble: Option<String>,
    /// What its committed transactions have decided.
    pub tally: Tally,
    /// Records taken in by committed transactions, by topic.
    pub consumed: Named,
    /// How long committed transactions took, from the first record to the commit.
    pub transactions: Histogram,
    /// How long the stage took for one record.
    pub steps: Histogram,
    /// From the time of the raw record to the commit of its verdict; only of the stage that judges.
    pub latencies: Histogram,
    /// Its partitions.
    pub partitions: Vec<PartitionMeasure>,
    /// By topic, what could not be read.
    shares: Vec<Share>,
    /// Short hash of the rules of its last transaction; before, those it begins with.
    pub rules: String,
    /// When it committed last.
    pub last_commit: Option<Millis>,
    /// Times that the group has given it partitions.
    pub rebalances: u64,
    /// How long the last restore took.
    pub restore: Option<Duration>,
    /// Records of the journal that the restore under way has read.
    pub restoring: u64,
    /// What is remembered of customers, and what is open.
    pub standing: Standing,
    /// What librdkafka says of its consumer and of its producer.
    pub clients: [Option<ClientStatistics>; 2],
}

impl Default for Measures {
    fn default() -> Self {
        let (phase, trouble, tally, consumed, partitions, shares, rules, last_commit, rebalances) = Default::default();
        let (restore, restoring, standing, clients) = Default::default();
        let [transactions, steps, latencies] = [&TRANSACTION, &STEP, &LATENCY].map(Histogram::new);
        Measures {
            phase,
            trouble,
            tally,
            consumed,
            transactions,
            steps,
            latencies,
            partitions,
            shares,
            rules,
            last_commit,
            rebalances,
            restore,
            restoring,
            standing,
            clients,
        }
    }
}

/// The inputs of a transaction: number of the partition, timestamp.
pub(super) type Taken<'a> = &'a mut dyn Iterator<Item = (usize, Millis)>;

impl Measures {
    /// Notes which partitions the lane has at `now`.
    pub(super) fn assigned(&mut self, positions: &Positions, now: Millis) {
        let measure = |position: &super::positions::Position| PartitionMeasure {
            topic: position.topic.clone(),
            partition: position.partition,
            next: position.next,
            end: None,
            newest: None,
            level_at: None,
            since: now,
        };
        self.partitions = positions.all().iter().map(measure).collect();
        (self.phase, self.trouble) = (Phase::Running, None);
    }

    /// Notes that a transaction was committed at `now` that took `inputs` in and brought the lane to `positions`.
    /// `judged`: its inputs have got their verdicts.
    pub(super) fn committed(&mut self, inputs: Taken<'_>, positions: &Positions, now: Millis, judged: bool) {
        for (place, at) in inputs {
            if judged {
                self.latencies.note(seconds(now.since(at)));
            }
            let Some(partition) = self.partitions.get_mut(place) else { continue };
            partition.newest = Some(at);
            self.consumed.add(&partition.topic, 1);
        }
        for (partition, position) in self.partitions.iter_mut().zip(positions.all()) {
            partition.next = position.next;
            partition.look(now);
        }
        self.last_commit = Some(now);
    }

    /// Notes that records were read, by number of their partitions, and that some could not be used, in a transaction that may
    /// have been aborted.
    pub(super) fn read(&mut self, inputs: &mut dyn Iterator<Item = usize>, unusable: &[usize]) {
        for (place, bad) in inputs.map(|place| (place, 0)).chain(unusable.iter().map(|&place| (place, 1))) {
            let Some(partition) = self.partitions.get(place) else { continue };
            let known = self.shares.iter().position(|share| share.topic == partition.topic).unwrap_or_else(|| {
                self.shares.push(Share { topic: partition.topic.clone(), ..Share::default() });
                self.shares.len() - 1
            });
            let share = &mut self.shares[known];
            (share.records, share.unusable) = (share.records + 1 - bad, share.unusable + bad);
            if share.records >= 2 * SHARE_OF {
                (share.records, share.unusable) = (share.records / 2, share.unusable / 2);
            }
        }
    }

    /// Notes what a client says at `now`, no transaction being open; the consumer's tells where partitions end.
    pub(super) fn client(&mut self, place: usize, statistics: ClientStatistics, now: Millis) {
        for partition in &mut self.partitions {
            let end = statistics.ends.iter().find(|(topic, number, _)| *number == partition.partition && *topic == partition.topic);
            if let Some((.., end)) = end {
                partition.end = Some(end.unwrap_or(partition.next));
                partition.look(now);
            }
        }
        self.clients[place] = Some(statistics);
    }

    /// Returns, by topic, how many of the last records were read and how many of them could not be used.
    pub fn shares(&self) -> impl Iterator<Item = (&str, u64, u64)> {
        self.shares.iter().map(|share| (share.topic.as_str(), share.records, share.unusable))
    }

    /// Returns whether the consumer reaches no broker; `false` before it has said anything. It always has a connection: a
    /// producer with nothing to do may have none.
    pub fn is_cut_off(&self) -> bool {
        self.clients[0].as_ref().is_some_and(|consumer| consumer.brokers_up == 0)
    }
}

fn seconds(millis: i64) -> f64 {
    millis.max(0) as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Millis {
        Millis::new(millis)
    }

    #[test]
    fn a_lane_is_behind_for_as_long_as_the_oldest_record_waits() {
        let check = |end: Option<i64>, newest: Option<i64>, level: Option<i64>, lag: Option<i64>, seconds: f64| {
            let (newest, level_at) = (newest.map(at), level.map(at));
            let measure = PartitionMeasure { topic: "t".into(), partition: 0, next: 10, end, newest, level_at, since: at(1_000) };
            assert_eq!((measure.lag(), measure.lag_seconds(at(61_000))), (lag, seconds), "{end:?} {newest:?} {level:?}");
        };
        check(None, None, None, None, 0.0);
        check(Some(10), None, None, Some(0), 0.0);
        check(Some(9), Some(1_000), None, Some(0), 0.0);
        check(Some(15), None, None, Some(5), 60.0);
        check(Some(15), Some(31_000), None, Some(5), 30.0);
        check(Some(15), Some(-9_000_000), Some(56_000), Some(5), 5.0);
        check(Some(15), Some(60_000), Some(1_000), Some(5), 1.0);
    }

    #[test]
    fn of_shares_only_the_last_records_count() {
        let positions = Positions::new([(("t".to_owned(), 0), 0), (("u".to_owned(), 0), 0)]);
        let mut measures = Measures::default();
        measures.assigned(&positions, at(0));
        measures.read(&mut std::iter::repeat_n(0, 1_999), &[0; 1_999]);
        measures.read(&mut std::iter::repeat_n(1, 10), &[1]);
        assert_eq!(measures.shares().collect::<Vec<_>>(), [("t", 1_999, 1_999), ("u", 10, 1)]);
        (0..10).for_each(|_| measures.read(&mut std::iter::repeat_n(0, 1_000), &[]));
        let (_, records, unusable) = measures.shares().next().unwrap();
        assert!(unusable < records / 500, "{unusable} of {records}");
    }

    #[test]
    fn what_a_transaction_took_in_counts_by_topic() {
        let mut positions = Positions::new([(("t".to_owned(), 0), 5), (("t".to_owned(), 1), 0)]);
        let mut measures = Measures::default();
        measures.assigned(&positions, at(0));
        positions.advance("t", 0, 5);
        positions.committed();
        measures.committed(&mut [(0, at(900)), (1, at(500))].into_iter(), &positions, at(1_000), true);
        assert_eq!((measures.consumed.get("t"), measures.last_commit), (2, Some(at(1_000))));
        assert_eq!((measures.latencies.cells[2], measures.latencies.cells[4], measures.latencies.sum), (1, 1, 0.6));
        let ends = vec![("t".to_owned(), 0, Some(8)), ("t".to_owned(), 1, None), ("t".to_owned(), 2, Some(9))];
        measures.client(0, ClientStatistics { ends, ..ClientStatistics::default() }, at(2_000));
        assert_eq!(measures.partitions.iter().map(PartitionMeasure::lag).collect::<Vec<_>>(), [Some(2), Some(0)]);
    }
}
