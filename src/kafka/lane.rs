//! A lane: one thread that owns one consumer, one transactional producer and the states of its partitions. Nothing is
//! shared with other lanes.
//!
//! It knows no rule and no format: that is the [`Stage`]'s.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::{ClientConfig, TopicPartitionList};

use crate::config::service::{DeadLetterLimit, Kafka, Run, Service, Topics};
use crate::post::Millis;

use super::assignment::Left;
use super::batch::Work;
use super::client::{Change, Membership};
use super::error::Call;
use super::failpoint::{Point, pass};
use super::report::LaneReport;
use super::restore::Journal;
use super::settings::{self, Member, millis};
use super::stage::Stage;
use super::transaction::{Transaction, Writer};
use super::trouble::Trouble;

/// How long to wait for a record before looking around.
const IDLE: Duration = Duration::from_millis(100);

/// How long going back may take: nobody is asked but the client itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long leaving the group may take; librdkafka waits for a coordinator that does not answer.
const FAREWELL: Duration = Duration::from_secs(20);

/// How often the stage is asked what is due.
const TICK: Duration = Duration::from_secs(1);

/// What the lanes of a stage have in common.
#[derive(Debug, Clone)]
pub struct LaneSettings {
    /// How to reach the brokers.
    pub kafka: Kafka,
    /// How the topics are called.
    pub topics: Topics,
    /// How the program runs.
    pub run: Run,
    /// The consumer group of the stage.
    pub group: String,
    /// The topics read.
    pub inputs: Vec<String>,
    /// Whether the stage keeps state: then it reads the inbox only, and the journal is written and restored.
    pub journaled: bool,
    /// When a topic is not read on because too much of it cannot be read.
    pub limit: Option<DeadLetterLimit>,
    /// The wall clock.
    pub clock: fn() -> Millis,
}

impl LaneSettings {
    /// For the stage that reads the feeds and fills the inbox.
    pub fn ingest(service: &Service, clock: fn() -> Millis) -> Self {
        let mut inputs = service.topics.posts.clone();
        inputs.push(service.topics.case_events.clone());
        let settings = LaneSettings::new(service, "ingest", inputs, false, clock);
        LaneSettings { limit: service.ingest.dead_letter_limit, ..settings }
    }

    /// For the stage that judges what is in the inbox.
    pub fn triage(service: &Service, clock: fn() -> Millis) -> Self {
        LaneSettings::new(service, "triage", vec![service.topics.inbox.clone()], true, clock)
    }

    fn new(service: &Service, stage: &str, inputs: Vec<String>, journaled: bool, clock: fn() -> Millis) -> Self {
        let group = format!("{}-{stage}", service.run.group);
        let Service { kafka, topics, run, .. } = service.clone();
        LaneSettings { kafka, topics, run, group, inputs, journaled, limit: None, clock }
    }
}

/// One life of a lane, from fresh clients to the first trouble that they do not survive.
pub(super) struct Lane<'a, S> {
    pub(super) settings: &'a LaneSettings,
    pub(super) writer: Writer<'a>,
    pub(super) journal: Option<Journal<'a>>,
    pub(super) work: Work<'a, S>,
    pub(super) left: Vec<Left>,
    next_tick: Instant,
    aborts_in_a_row: u32,
}

/// What a lane is born with.
pub(super) struct Birth<'a> {
    pub(super) settings: &'a LaneSettings,
    pub(super) member: &'a Member,
    pub(super) stop: &'a AtomicBool,
    pub(super) report: &'a LaneReport,
}

/// Runs one life of a lane. Returns when told to stop, or with the trouble that ended it.
pub(super) fn live<S: Stage>(birth: &Birth<'_>, stage: S) -> Result<(), Trouble> {
    let settings = birth.settings;
    let (kafka, run) = (&settings.kafka, &settings.run);
    let writer = Writer::new(kafka, settings::producer(kafka, run, birth.member)?, run, birth.report)?;
    tracing::debug!(target: "kafka", "the producer is ready");
    let journal = if settings.journaled { Some(Journal::new(kafka, &settings.group, &settings.topics.state)?) } else { None };
    let consumer = join(kafka, &settings::consumer(kafka, run, birth.member, settings.journaled)?, &settings.inputs)?;
    let work = Work::new(stage, settings, birth.stop, birth.report);
    let mut lane = Lane { settings, writer, journal, work, left: Vec::new(), next_tick: Instant::now(), aborts_in_a_row: 0 };
    let result = lane.run(&consumer);
    birth.report.update(|counts| counts.partitions = 0);
    if result.is_ok() {
        birth.report.set_done();
    }
    birth.report.excuse(FAREWELL);
    leave(consumer);
    result
}

fn join(kafka: &Kafka, config: &ClientConfig, topics: &[String]) -> Result<BaseConsumer<Membership>, Trouble> {
    let consumer: BaseConsumer<Membership> =
        config.create_with_context(Membership::new(kafka)).map_err(|error| Trouble::restart(format!("create a consumer: {error}")))?;
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    consumer.subscribe(&topics).map_err(|error| Trouble::restart(format!("subscribe: {error}")))?;
    Ok(consumer)
}

/// Leaves the group. A consumer that is dropped gives its partitions back, which it must be allowed to from inside; what
/// the group has asked before is answered here. Nothing is answered twice: librdkafka drops the second answer of a group
/// that has been left, and whoever gave it waits for ever.
fn leave(consumer: BaseConsumer<Membership>) {
    let unanswered = consumer.context().has_changes();
    consumer.context().close();
    if unanswered && let Err(error) = consumer.unassign() {
        tracing::warn!(target: "kafka", %error, "could not give up partitions");
    }
}

impl<S: Stage> Lane<'_, S> {
    fn run(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        loop {
            self.work.report.beat();
            while let Some(change) = consumer.context().next_change() {
                tracing::debug!(target: "kafka", ?change, "the group has changed");
                match change {
                    Change::Assigned(partitions) => self.assigned(consumer, &partitions)?,
                    Change::Revoked { lost } => self.revoked(consumer, lost)?,
                }
            }
            if self.work.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            self.tick(consumer)?;
            self.resume(consumer)?;
            match consumer.poll(IDLE) {
                None => (),
                Some(Ok(first)) => self.process(consumer, &first)?,
                Some(Err(error)) => self.work.consumer_error(&error).or_else(|trouble| match trouble {
                    Trouble::Abort(reason) => {
                        tracing::info!(target: "kafka", reason, "nothing to abort");
                        Ok(())
                    }
                    worse => Err(worse),
                })?,
            }
        }
    }

    /// One transaction of records, beginning with `first`.
    fn process(&mut self, consumer: &BaseConsumer<Membership>, first: &BorrowedMessage<'_>) -> Result<(), Trouble> {
        pass(Point::AfterPoll);
        self.work.stage.begin();
        self.transact(consumer, |work, transaction| work.fill(consumer, transaction, first)).map(drop)
    }

    /// Asks the stage what is due without a record, at most once a second and only where it has caught up.
    fn tick(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        let Some(journal) = self.journal.as_ref().filter(|_| Instant::now() >= self.next_tick) else { return Ok(()) };
        journal.serve();
        self.next_tick = Instant::now() + TICK;
        let now = (self.settings.clock)();
        let work = &mut self.work;
        work.stage.begin();
        for position in work.positions.all().iter().filter(|position| position.caught_up) {
            work.stage.tick(position.partition, now, &mut work.outbox);
        }
        work.stage.journal(&mut work.outbox);
        if work.outbox.records.is_empty() {
            work.stage.commit();
            return Ok(());
        }
        self.transact(consumer, |work, transaction| work.write(transaction)).map(drop)
    }

    /// Reads topics on whose pause is over.
    fn resume(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        // Without partitions, or about to get others: what is assigned next is read on then.
        let settled = !self.work.positions.all().is_empty() && !consumer.context().has_changes();
        if self.end_pauses() && settled { self.read_on(consumer) } else { Ok(()) }
    }

    /// Ends the pauses that are over; whether there were any.
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
    pub(super) fn transact(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        what: impl FnOnce(&mut Work<'_, S>, &Transaction<'_, '_>) -> Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        let group = metadata(consumer)?;
        let transaction = self.writer.begin()?;
        let begun = Instant::now();
        let aborted = match what(&mut self.work, &transaction) {
            Ok(()) => {
                let offsets = self.work.positions.to_commit().map_err(|error| Trouble::of(Call::Other, "commit", &error).outside())?;
                match transaction.commit(&offsets, &group) {
                    Ok(()) => {
                        self.work.commit();
                        self.aborts_in_a_row = 0;
                        return Ok(true);
                    }
                    Err(aborted) => aborted,
                }
            }
            Err(trouble) => transaction.abort(trouble),
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
        self.work.rollback(refused);
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

    /// Back to where the last commit ended; what was fetched meanwhile is dropped. Not by a new assignment: if the group
    /// takes partitions back, or pauses end, before librdkafka has stopped those that it replaces, it stops them twice,
    /// and an assertion of its own ends the process.
    fn go_back(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        if self.work.limits.paused() > 0 {
            self.end_pauses();
            return self.read_on(consumer);
        }
        let offsets = self.work.positions.to_assign(|_| true);
        let failed = |error: KafkaError| Trouble::restart(format!("go back: {error}"));
        let found = offsets.and_then(|offsets| consumer.seek_partitions(offsets, PATIENCE)).map_err(failed)?;
        found.elements().iter().try_for_each(|element| element.error()).map_err(failed)
    }

    /// Reads on where the last commit ended, but for topics that are paused; what was fetched meanwhile is dropped.
    pub(super) fn read_on(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        let limits = &self.work.limits;
        let offsets = self.work.positions.to_assign(|topic| !limits.is_paused(topic)).and_then(|offsets| consumer.assign(&offsets));
        offsets.map_err(|error| Trouble::of(Call::Other, "assign", &error).outside())
    }
}

/// As whom to commit.
fn metadata(consumer: &BaseConsumer<Membership>) -> Result<ConsumerGroupMetadata, Trouble> {
    consumer.group_metadata().ok_or_else(|| Trouble::restart("the consumer has no group"))
}

/// No partition at all: the group is answered, and nothing is fetched.
pub(super) fn nothing() -> TopicPartitionList {
    TopicPartitionList::new()
}
