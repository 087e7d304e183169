//! One run of a lane: from fresh clients, round after round, to the first trouble that they do not survive.
//!
//! What is done in a round is the lane's own; which partitions it has is `assignment`'s.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::BorrowedMessage;

use super::batch::Work;
use super::measures::Phase;
use super::report::LaneReport;
use super::settings::LaneSettings;
use super::transaction::Writer;
use super::{Lane, metadata};
use crate::config::service::Kafka;
use crate::kafka::clients::context::{Change, Membership};
use crate::kafka::clients::settings::{self, Member};
use crate::kafka::errors::trouble::Trouble;
use crate::kafka::failpoint::{Point, pass};
use crate::kafka::journal::reader::Journal;
use crate::kafka::stages::stage::Stage;
use crate::kafka::topics::topic::name;

/// How long to wait for a record before looking around.
const IDLE: Duration = Duration::from_millis(100);

/// How long leaving the group may take; librdkafka waits for a coordinator that does not answer.
const FAREWELL: Duration = Duration::from_secs(20);

/// How often the stage is asked what is due.
const TICK: Duration = Duration::from_secs(1);

/// How often it is worked out what is overdue: every hard case is looked at.
const STANDING: Duration = Duration::from_secs(10);

/// What every run of a lane is given.
pub(super) struct LaneContext<'a> {
    pub(super) settings: &'a LaneSettings,
    pub(super) member: &'a Member,
    pub(super) stop: &'a AtomicBool,
    pub(super) report: &'a LaneReport,
}

/// Runs a lane once. Returns when told to stop, or with the trouble that ended it.
pub(super) fn run_once<S: Stage>(context: &LaneContext<'_>, stage: S) -> Result<(), Trouble> {
    let settings = context.settings;
    let (kafka, run) = (&settings.kafka, &settings.run);
    let writer = Writer::new(kafka, settings::producer(kafka, run, context.member)?, run, context.report)?;
    tracing::debug!(target: "kafka", "the producer is ready");
    let topic = settings.journal.map(|topic| name(&settings.topics, topic));
    let journal = topic.map(|topic| Journal::new(kafka, &settings.group, topic)).transpose()?;
    let consumer = join(kafka, &settings::consumer(kafka, run, context.member, journal.is_some())?, &settings.inputs)?;
    let work = Work::new(stage, settings, context.stop, context.report);
    let now = Instant::now();
    let mut lane = Lane {
        settings,
        writer,
        journal,
        work,
        released: Vec::new(),
        next_tick: now,
        next_standing: now,
        waits_for_rules: false,
        aborts_in_a_row: 0,
    };
    let rules = lane.work.stage.rules();
    context.report.measure(|measures| (measures.rules, measures.phase) = (rules, Phase::Joining));
    let result = lane.run(&consumer);
    context.report.update(|counts| counts.partitions = 0);
    context.report.measure(|measures| measures.partitions.clear());
    if result.is_ok() {
        context.report.set_done();
    }
    context.report.excuse(FAREWELL);
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
            self.look(consumer);
            if self.follow_rules(consumer)? {
                self.tick(consumer)?;
                self.resume(consumer)?;
                self.wake(consumer)?;
            }
            match consumer.poll(IDLE) {
                None => (),
                Some(Ok(first)) => self.process(consumer, first)?,
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

    /// Notes what the clients tell of themselves, and now and then what is overdue.
    fn look(&mut self, consumer: &BaseConsumer<Membership>) {
        let now = (self.settings.clock)();
        for (place, told) in [consumer.context().health.told.take(), self.writer.told()].into_iter().enumerate() {
            if let Some(told) = told {
                self.work.report.measure(|measures| measures.client(place, told, now));
            }
        }
        if self.journal.is_some() && Instant::now() >= self.next_standing {
            self.next_standing = Instant::now() + STANDING;
            let standing = self.work.stage.standing(Some(now));
            self.work.report.measure(|measures| measures.standing = standing);
        }
    }

    /// Takes records in, beginning with `first`, as one transaction.
    fn process(&mut self, consumer: &BaseConsumer<Membership>, first: BorrowedMessage<'_>) -> Result<(), Trouble> {
        pass(Point::AfterPoll);
        self.work.stage.begin();
        self.transact(consumer, |work, transaction| work.fill(consumer, transaction, first)).map(drop)
    }

    /// Asks the stage what is due without a record, at most once a second and only where it has caught up.
    fn tick(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        let Some(journal) = self.journal.as_ref().filter(|_| Instant::now() >= self.next_tick) else { return Ok(()) };
        journal.serve();
        self.next_tick = Instant::now() + TICK;
        // As whom to commit: before anything is worked out, so that nobody commits what another member was asked.
        let group = metadata(consumer)?;
        let now = (self.settings.clock)();
        let work = &mut self.work;
        work.stage.begin();
        for position in work.positions.all().iter().filter(|position| position.caught_up) {
            work.stage.tick(position.partition, now, &mut work.outbox);
        }
        work.stage.journal(&mut work.outbox);
        work.record_rules();
        if work.outbox.is_empty() {
            work.stage.committed();
            return Ok(());
        }
        self.transact_as(consumer, &group, |work, transaction| work.write(transaction)).map(drop)
    }

    /// Reads topics on whose pause is over.
    fn resume(&mut self, consumer: &BaseConsumer<Membership>) -> Result<(), Trouble> {
        // Without partitions, or about to get others: what is assigned next is read on then.
        let settled = !self.work.positions.all().is_empty() && !consumer.context().has_changes();
        if self.end_pauses() && settled { self.read_on(consumer) } else { Ok(()) }
    }
}
