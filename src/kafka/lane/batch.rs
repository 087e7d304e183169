//! What a lane does inside one transaction: take records in, hand them to the stage, write what they become.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;

use crate::config::reader::show_duration;

use super::consents::Consents;
use super::limit::Limits;
use super::measures::Histogram;
use super::pace::{self, Pace};
use super::positions::Positions;
use super::report::{Counts, LaneReport};
use super::settings::LaneSettings;
use super::suspects::Suspects;
use super::transaction::{NO_INPUT, Transaction};
use crate::kafka::clients::context::Membership;
use crate::kafka::clients::settings::millis;
use crate::kafka::errors::recovery::{Call, Recovery, offset_gone, recovery};
use crate::kafka::errors::trouble::Trouble;
use crate::kafka::failpoint::{HELD_OPEN, Point, asked, pass};
use crate::kafka::stages::outbox::Outbox;
use crate::kafka::stages::record::Inbound;
use crate::kafka::stages::stage::{Reader, Stage};
use crate::kafka::topics::topic::Topic;
use crate::post::Millis;

/// A transaction with nothing more to do waits until it is this old: few posts share its cost otherwise.
const SHORTEST: Duration = Duration::from_millis(10);

/// Records are handed to the client together, at least this far apart, more than its `linger.ms`: it sends them partition
/// by partition, and small requests cost the brokers more than the records in them. Never before the last ones have been
/// delivered: a client that has five messages to one partition under way and more to send spins until it is answered.
const HANDOVER_INTERVAL: Duration = Duration::from_millis(25);

/// Bytes in waiting that make a handover due at once.
const HANDOVER_BYTES: usize = 4 << 20;

/// Records that are read together before the first of them is processed; where more have been fetched, another thread reads
/// further ones meanwhile. A few only where tests end the process in the middle: what they feed it comes in small helpings.
const TOGETHER: usize = if cfg!(feature = "failpoints") { 2 } else { 32 };

/// So many times as many may wait to be processed: enough to bridge costly records, and moments at which either thread has no
/// processor.
const AHEAD: usize = 8;

/// Records that are taken in at once, at most, and the bytes from which on it is enough: only between two such helpings is the
/// transaction looked after, and at the beginning of each the lane waits for what is read first.
const AT_ONCE: usize = 1024;
const AT_ONCE_BYTES: usize = 1 << 20;

/// What a lane works on, whatever its run has for clients: the stage, where it stands, what it has to say.
pub(super) struct Work<'a, S> {
    pub(super) stage: S,
    pub(super) settings: &'a LaneSettings,
    pub(super) stop: &'a AtomicBool,
    pub(super) report: &'a LaneReport,
    pub(super) positions: Positions,
    pub(super) suspects: Suspects,
    pub(super) limits: Limits,
    pub(super) pace: Pace,
    pub(super) consents: Consents,
    pub(super) outbox: Outbox,
    batch: Batch,
}

/// Records and what was read of each of them.
struct ReadTogether<'t, 'r, R: Reader> {
    records: &'t [Inbound<'r>],
    read: Vec<R::Read<'r>>,
    /// The seconds that it took for each, on average.
    each: f64,
}

impl<'t, 'r, R: Reader> ReadTogether<'t, 'r, R> {
    fn new(reader: &mut R, records: &'t [Inbound<'r>]) -> Self {
        let begun = Instant::now();
        let read = reader.read(records);
        assert_eq!(read.len(), records.len(), "none is passed over");
        ReadTogether { records, read, each: begun.elapsed().as_secs_f64() / records.len() as f64 }
    }
}

/// What the open transaction has done so far.
struct Batch {
    /// Its inputs: number of the position, offset.
    inputs: Vec<(usize, i64)>,
    /// The input of each record in the outbox.
    origins: Vec<usize>,
    counts: Counts,
    /// The timestamps of its inputs.
    times: Vec<Millis>,
    /// The latest of them.
    newest: Millis,
    /// Of inputs that could not be used, the numbers of their positions.
    unusable: Vec<usize>,
    steps: Histogram,
}

impl Default for Batch {
    fn default() -> Self {
        let (inputs, origins, counts, times, unusable) = Default::default();
        Batch { inputs, origins, counts, times, newest: Millis::new(i64::MIN), unusable, steps: Histogram::of_steps() }
    }
}

impl<'a, S: Stage> Work<'a, S> {
    pub(super) fn new(stage: S, settings: &'a LaneSettings, stop: &'a AtomicBool, report: &'a LaneReport) -> Self {
        let (positions, suspects, consents, outbox, batch) = Default::default();
        let (limits, pace) = (Limits::new(settings.limit), Pace::new(settings.run.catch_up));
        Work { stage, settings, stop, report, positions, suspects, limits, pace, consents, outbox, batch }
    }

    /// Takes records in, beginning with `first`, until the transaction should end; then writes the journal.
    pub(super) fn fill(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        transaction: &Transaction<'_, '_>,
        first: BorrowedMessage<'_>,
    ) -> Result<(), Trouble> {
        let begun = Instant::now();
        let held = asked(Point::OpenBatch);
        let shortest = if held { HELD_OPEN } else { SHORTEST.min(millis(self.settings.run.transaction_interval)) };
        let most = self.suspects.most_inputs(self.settings.run.batch);
        let mut next_handover = HANDOVER_INTERVAL;
        self.take(consumer, first, most)?;
        loop {
            self.report.beat();
            transaction.check()?;
            let age = begun.elapsed();
            let may_last = if held { HELD_OPEN } else { self.may_last() };
            let full = self.batch.inputs.len() >= most || age >= may_last;
            if consumer.context().has_changes() {
                pass(Point::ChangeInBatch);
                break;
            }
            if full || self.stop.load(Ordering::Relaxed) {
                break;
            }
            if (age >= next_handover || self.outbox.bytes() >= HANDOVER_BYTES) && transaction.is_delivered() {
                self.write(transaction)?;
                next_handover = age + HANDOVER_INTERVAL;
            }
            let wait = shortest.saturating_sub(age);
            match consumer.poll(wait) {
                Some(Ok(message)) => self.take(consumer, message, most - self.batch.inputs.len())?,
                Some(Err(error)) => self.consumer_error(&error)?,
                None if wait.is_zero() => break,
                None => (),
            }
        }
        self.stage.journal(&mut self.outbox);
        self.record_rules();
        transaction.drain()?;
        self.write(transaction)
    }

    /// Returns how long the transaction may last, from what it has read so far. Ingest keeps to the interval: all its lanes write
    /// to the same partitions, and a long transaction of one holds up what the others have written behind it.
    fn may_last(&self) -> Duration {
        let judges = self.settings.journal == Some(Topic::Journal);
        let age = if judges { (self.settings.clock)().get().saturating_sub(self.batch.newest.get()) } else { 0 };
        pace::longest_transaction(&self.settings.run, age)
    }

    /// Writes what is in the outbox. What no input was noted for comes from none.
    pub(super) fn write(&mut self, transaction: &Transaction<'_, '_>) -> Result<(), Trouble> {
        let origins = self.batch.origins.drain(..).chain(std::iter::repeat(NO_INPUT));
        let written = self.outbox.records().zip(origins).try_for_each(|(record, input)| {
            transaction.send(&self.settings.topics, &record, input)?;
            self.batch.counts.written[record.to as usize] += 1;
            Ok(())
        });
        self.outbox.clear();
        written
    }

    /// Takes `first` in, and with it what has been fetched behind it already, up to `most` records.
    fn take<'c>(&mut self, consumer: &'c BaseConsumer<Membership>, first: BorrowedMessage<'c>, most: usize) -> Result<(), Trouble> {
        let (messages, error) = self.gather(consumer, first, most);
        let records: Vec<Inbound<'_>> = messages.iter().map(Inbound::new).collect();
        let mut reader = self.stage.lend_reader();
        let done = if S::Reader::WORTH_A_THREAD && records.len() > TOGETHER {
            self.process_while_reading(consumer, &mut reader, &records)
        } else {
            self.process(consumer, ReadTogether::new(&mut reader, &records))
        };
        self.stage.take_back(reader);
        // Some errors are told once only: one that the consumer does not survive is never left out for an abort.
        error.map_or(Ok(()), |error| self.consumer_error(&error)).and(done)
    }

    /// Processes `records` while another thread reads those behind the ones at hand: text is most of what a record costs, and it
    /// is read from nothing but its bytes and the rules.
    fn process_while_reading(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        reader: &mut S::Reader,
        records: &[Inbound<'_>],
    ) -> Result<(), Trouble> {
        std::thread::scope(|scope| {
            let (sender, read) = mpsc::sync_channel(AHEAD);
            let read_all = move || {
                let mut all = records.chunks(TOGETHER).map(|some| ReadTogether::new(reader, some));
                // Nobody waits for the rest of a transaction that has failed.
                let _ = all.try_for_each(|some| sender.send(some));
            };
            let thread = std::thread::Builder::new().name("read".to_owned()).spawn_scoped(scope, read_all);
            thread.map_err(|error| Trouble::restart(format!("start a thread that reads records: {error}")))?;
            read.iter().try_for_each(|some| self.process(consumer, some))
        })
    }

    /// Returns `first` and what can be had behind it without waiting, up to `most` records, with the error that came instead of
    /// a further one. Where partitions may have to rest, the next record is asked for only when this one has been counted.
    fn gather<'c>(
        &self,
        consumer: &'c BaseConsumer<Membership>,
        first: BorrowedMessage<'c>,
        most: usize,
    ) -> (Vec<BorrowedMessage<'c>>, Option<KafkaError>) {
        let most = if self.pace.is_limited() { 1 } else { most.min(AT_ONCE) };
        let mut bytes = first.payload_len();
        let mut messages = vec![first];
        while messages.len() < most && bytes < AT_ONCE_BYTES && !consumer.context().has_changes() {
            match consumer.poll(Duration::ZERO) {
                Some(Ok(message)) => {
                    bytes += message.payload_len();
                    messages.push(message);
                }
                Some(Err(error)) => return (messages, Some(error)),
                None => break,
            }
        }
        (messages, None)
    }

    /// Hands records to the stage, with what was read of them.
    fn process(&mut self, consumer: &BaseConsumer<Membership>, together: ReadTogether<'_, '_, S::Reader>) -> Result<(), Trouble> {
        self.report.beat();
        let ReadTogether { records, read, each } = together;
        let mut begun = Instant::now();
        for (record, read) in records.iter().zip(read) {
            self.process_one(consumer, record, read)?;
            let ended = Instant::now();
            self.batch.steps.note(each + (ended - begun).as_secs_f64());
            self.check_limit(record, ended)?;
            begun = ended;
        }
        Ok(())
    }

    /// Hands `record` to the stage, with what was read of it.
    fn process_one<'r>(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        record: &Inbound<'r>,
        read: <S::Reader as Reader>::Read<'r>,
    ) -> Result<(), Trouble> {
        let position = self.positions.advance(record.topic, record.partition, record.offset);
        let position =
            position.ok_or_else(|| Trouble::restart(format!("{} is not the next record of a partition of ours", record.source())))?;
        let input = self.batch.inputs.len();
        self.batch.inputs.push((position, record.offset));
        self.batch.counts.records += 1;
        self.batch.times.push(record.timestamp);
        self.batch.newest = self.batch.newest.max(record.timestamp);
        if !self.suspects.reject(&self.stage, record, &mut self.outbox) {
            self.stage.process(record, read, &mut self.outbox);
        }
        if std::mem::take(&mut self.outbox.tally.unusable) > 0 {
            self.batch.unusable.push(position);
        }
        self.batch.counts.forgotten_early += std::mem::take(&mut self.outbox.forgotten_early);
        self.batch.counts.unknown_kinds += std::mem::take(&mut self.outbox.unknown_kinds);
        self.batch.counts.silenced += std::mem::take(&mut self.outbox.silenced);
        self.batch.origins.resize(self.outbox.len(), input);
        if self.pace.note(position, record.timestamp, self.settings.clock) {
            let resting = self.pace.rest();
            let paused = self.positions.some(&resting).and_then(|partitions| consumer.pause(&partitions));
            paused.map_err(|error| Trouble::restart(format!("let partitions rest: {error}")))?;
        }
        Ok(())
    }

    /// Ends the transaction, at `now`, if too many of the last records of this topic could not be read.
    fn check_limit(&mut self, record: &Inbound<'_>, now: Instant) -> Result<(), Trouble> {
        let unreadable = std::mem::take(&mut self.outbox.unreadable);
        let Some(reached) = self.limits.note(record, unreadable, now) else { return Ok(()) };
        let limit = reached.limit;
        tracing::error!(
            target: "kafka",
            codes = reached.codes(),
            first = reached.first,
            last = %record.source(),
            "{} of the last {} records of {} cannot be read: it is not read on for {}, then tried again from where it was; \
             `triage explain --from {}` says what is wrong with the last of them; mend the feed, or raise [ingest.dead_letter_limit] and \
             restart to let them become dead letters",
            limit.records,
            limit.of,
            record.topic,
            show_duration(limit.pause),
            record.source()
        );
        Err(Trouble::Abort("too many records cannot be read".to_owned()))
    }

    /// Notes that the end of a partition was reached. Of other errors of the consumer returns those that it does not survive.
    pub(super) fn consumer_error(&mut self, error: &KafkaError) -> Result<(), Trouble> {
        match error {
            KafkaError::PartitionEOF(partition) => self.positions.caught_up(*partition),
            error if offset_gone(error) => return Err(Trouble::restart(format!("read: {error}"))),
            error if recovery(Call::Other, error) == Recovery::Retry => tracing::debug!(target: "kafka", %error, "the consumer goes on"),
            error => return Err(Trouble::of(Call::Other, "read", error)),
        }
        Ok(())
    }

    /// Makes what the transaction has done certain: it was committed, after so long.
    pub(super) fn committed(&mut self, duration: Duration) {
        let batch = std::mem::take(&mut self.batch);
        self.stage.committed();
        self.positions.committed();
        self.suspects.passed(&self.positions);
        self.limits.committed();
        if self.consents.committed()
            && let Some(accepted) = &self.settings.accepted
        {
            accepted.recorded();
        }
        self.measure(&batch, duration);
        self.outbox.tally.reset();
        self.report.update(|counts| {
            counts.add(&batch.counts);
            counts.committed += 1;
        });
    }

    /// Adds what a committed transaction has done to what is measured.
    fn measure(&mut self, batch: &Batch, duration: Duration) {
        let (now, judged) = ((self.settings.clock)(), self.settings.journal == Some(Topic::Journal));
        let (standing, rules) = (self.stage.standing(None), self.stage.rules());
        self.report.measure(|measures| {
            let mut inputs = batch.inputs.iter().zip(&batch.times).map(|(&(position, _), &at)| (position, at));
            measures.committed(&mut inputs, &self.positions, now, judged);
            measures.read(&mut batch.inputs.iter().map(|input| input.0), &batch.unusable);
            measures.tally.merge(&self.outbox.tally);
            if judged {
                measures.steps.merge(&batch.steps);
            }
            measures.transactions.note(duration.as_secs_f64());
            (measures.standing, measures.rules) = (standing, rules);
        });
    }

    /// Makes what the transaction has done void: it was aborted. `refused` are the inputs whose records no broker will take.
    pub(super) fn aborted(&mut self, refused: &[usize]) {
        let batch = std::mem::take(&mut self.batch);
        self.outbox.clear();
        self.outbox.tally.reset();
        self.outbox.unreadable = None;
        self.report.measure(|measures| measures.read(&mut batch.inputs.iter().map(|input| input.0), &batch.unusable));
        self.stage.aborted();
        self.positions.aborted();
        self.limits.aborted();
        self.consents.aborted();
        let name = |&(position, offset): &(usize, i64)| {
            let position = &self.positions.all()[position];
            (position.topic.clone(), position.partition, offset)
        };
        self.suspects.accuse(batch.inputs.len(), refused, |input| batch.inputs.get(input).map(name));
        let paused = self.limits.paused() as u64;
        self.report.update(|counts| (counts.aborted, counts.paused) = (counts.aborted + 1, paused));
    }
}
