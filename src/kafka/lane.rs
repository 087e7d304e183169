//! A lane: one thread that owns one consumer, one transactional producer and the states of its partitions. Nothing is
//! shared with other lanes. Where many records wait, a second thread reads their text ahead of it and owns nothing: what a
//! lane remembers, writes and commits is touched by one thread only.
//!
//! Here is what a lane has and its one movement: do something in a transaction, or go back to where it was before.
//! Around it, from the outside in: [`supervisor`] runs lanes and begins them anew, [`run`] is one such run,
//! [`assignment`] and [`restore`] take partitions in, [`follow`] sees to the rules that may judge them, [`pace`] to how fast
//! what lies behind is read, [`batch`] fills a transaction, [`transaction`] writes it.
//!
//! It knows no rule and no format: that is the [`Stage`]'s.

mod assignment;
mod batch;
mod consents;
mod follow;
mod limit;
pub(super) mod measures;
mod pace;
mod positions;
pub(super) mod report;
mod restore;
mod run;
pub(super) mod settings;
pub(super) mod supervisor;
mod suspects;
pub(super) mod transaction;

use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, KafkaResult};

use self::batch::Work;
use self::settings::LaneSettings;
use self::transaction::{Transaction, Writer};
use super::clients::context::Membership;
use super::clients::settings::millis;
use super::errors::recovery::Call;
use super::errors::trouble::Trouble;
use super::journal::reader::Journal;
use super::stages::stage::Stage;

/// How long going back may take: nobody is asked but the client itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// One run of a lane, from fresh clients to the first trouble that they do not survive.
struct Lane<'a, S> {
    settings: &'a LaneSettings,
    writer: Writer<'a>,
    journal: Option<Journal<'a>>,
    work: Work<'a, S>,
    released: Vec<Released>,
    next_tick: Instant,
    next_standing: Instant,
    /// Partitions are ours that other rules have judged than those in use.
    waits_for_rules: bool,
    aborts_in_a_row: u32,
}

/// A partition that was given up with its state still in memory.
#[derive(Debug, PartialEq, Eq)]
struct Released {
    partition: i32,
    /// The committed offset then.
    next: i64,
    /// The end of the journal then, no transaction being open.
    journal_end: i64,
}

impl<S: Stage> Lane<'_, S> {
    /// Ends the pauses that are over. Returns whether there were any.
    fn end_pauses(&mut self) -> bool {
        let resumed = self.work.limits.resume(Instant::now());
        if resumed.is_empty() {
            return false;
        }
        let paused = self.work.limits.paused() as u64;
        self.work.report.update(|counts| counts.paused = paused);
        tracing::info!(target: "kafka", topics = resumed.join(", "), "reading on after too many unreadable records");
        true
    }

    /// Does `what` in one transaction together with the offsets it reaches. The group's metadata is that of the
    /// beginning: a batch of an older assignment is refused by the broker. Tells whether it was committed; if not, the
    /// lane is back where it was before.
    fn transact(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        what: impl FnOnce(&mut Work<'_, S>, &Transaction<'_, '_>) -> Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        let group = metadata(consumer)?;
        self.transact_as(consumer, &group, what)
    }

    /// The same as the member of the group that `group` was taken from.
    fn transact_as(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        group: &ConsumerGroupMetadata,
        what: impl FnOnce(&mut Work<'_, S>, &Transaction<'_, '_>) -> Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        let transaction = self.writer.begin()?;
        let begun = Instant::now();
        let aborted = match what(&mut self.work, &transaction) {
            Ok(()) => {
                let offsets = self
                    .work
                    .positions
                    .to_commit(&self.work.consents)
                    .map_err(|error| Trouble::of(Call::Other, "commit", &error).outside())?;
                match transaction.commit(&offsets, group) {
                    Ok(()) => {
                        self.work.committed(begun.elapsed());
                        self.aborts_in_a_row = 0;
                        self.work.report.allowed();
                        return Ok(true);
                    }
                    Err(aborted) => aborted,
                }
            }
            Err(trouble) => {
                let trouble = match self.work.positions.to_commit(&self.work.consents) {
                    Ok(offsets) => transaction.behind(trouble, &offsets, group),
                    Err(_) => trouble,
                };
                transaction.abort(trouble)
            }
        };
        let (reason, refused) = match aborted.trouble {
            Trouble::Abort(reason) => (reason, aborted.refused),
            Trouble::NeverAccepted(input) => ("a record is too large".to_owned(), vec![input]),
            worse if begun.elapsed() >= millis(self.settings.run.transaction_timeout) => return Err(worse.of_old_transaction()),
            worse => return Err(worse),
        };
        self.rewind(consumer, &reason, &refused).map(|()| false)
    }

    fn rewind(&mut self, consumer: &BaseConsumer<Membership>, reason: &str, refused: &[usize]) -> Result<(), Trouble> {
        tracing::warn!(target: "kafka", stage = self.work.stage.name(), reason, "transaction aborted");
        self.work.aborted(refused);
        self.aborts_in_a_row += 1;
        // Several in a row: do not hammer a broker in trouble.
        if self.aborts_in_a_row > 2 {
            std::thread::sleep(Duration::from_millis(50 << self.aborts_in_a_row.min(5)));
        }
        if consumer.context().has_changes() {
            // The partitions are about to be given up or given anew.
            return Ok(());
        }
        self.go_back(consumer)
    }

    /// Goes back to where the last commit ended; what was fetched meanwhile is dropped. Not by a new assignment: if the group
    /// takes partitions back, or pauses end, before librdkafka has stopped those that it replaces, it stops them twice,
    /// and an assertion of its own ends the process.
    fn go_back(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        if self.work.limits.paused() > 0 {
            self.end_pauses();
            return self.read_on(consumer);
        }
        self.rouse(consumer)?;
        seek(consumer, self.work.positions.to_assign(|_| true))
    }

    /// Ends the rest of all partitions. The client must be told before they are given up or assigned anew: it remembers for a
    /// partition that it rests, whoever has it meanwhile. What it goes on with is void: an offset must be named next.
    fn rouse(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        let resting = self.work.pace.forget();
        if resting.is_empty() {
            return Ok(());
        }
        self.work.positions.some(&resting).and_then(|partitions| consumer.resume(&partitions)).map_err(|error| failed(&error))
    }

    /// Reads on where the last commit ended in partitions that have rested long enough.
    fn wake(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        if consumer.context().has_changes() {
            return Ok(());
        }
        let awake = self.work.pace.awake();
        if awake.is_empty() {
            return Ok(());
        }
        let partitions = self.work.positions.some(&awake).map_err(|error| failed(&error))?;
        consumer.resume(&partitions).map_err(|error| failed(&error))?;
        seek(consumer, Ok(partitions))
    }

    /// Reads on where the last commit ended, but for topics that are paused; what was fetched meanwhile is dropped.
    fn read_on(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        self.rouse(consumer)?;
        let limits = &self.work.limits;
        let offsets = self.work.positions.to_assign(|topic| !limits.is_paused(topic)).and_then(|offsets| consumer.assign(&offsets));
        offsets.map_err(|error| Trouble::of(Call::Other, "assign", &error).outside())
    }
}

fn seek(consumer: &BaseConsumer<Membership>, offsets: KafkaResult<TopicPartitionList>) -> Result<(), Trouble> {
    let found = offsets.and_then(|offsets| consumer.seek_partitions(offsets, PATIENCE)).map_err(|error| failed(&error))?;
    found.elements().iter().try_for_each(|element| element.error()).map_err(|error| failed(&error))
}

fn failed(error: &KafkaError) -> Trouble {
    Trouble::restart(format!("go back: {error}"))
}

/// Returns as whom to commit: the group's member as it is now.
fn metadata(consumer: &BaseConsumer<Membership>) -> Result<ConsumerGroupMetadata, Trouble> {
    consumer.group_metadata().ok_or_else(|| Trouble::restart("the consumer has no group"))
}

/// Returns a list of no partition at all: with it the group is answered, and nothing is fetched.
fn nothing() -> TopicPartitionList {
    TopicPartitionList::new()
}
