//! What a lane does inside one transaction: take records in, hand them to the stage, write what they become.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Message};

use crate::config::reader::show_duration;

use super::client::Membership;
use super::error::{Call, Outcome, offset_gone, outcome};
use super::failpoint::{HELD_OPEN, Point, asked, pass};
use super::lane::LaneSettings;
use super::limit::Limits;
use super::positions::Positions;
use super::report::{Counts, LaneReport};
use super::settings::millis;
use super::stage::{Inbound, Outbox, Outgoing, Stage, dead_letter};
use super::topics::Topic;
use super::transaction::{NO_INPUT, Transaction};
use super::trouble::Trouble;

/// A transaction with nothing more to do waits until it is this old: few posts share its cost otherwise.
const SHORTEST: Duration = Duration::from_millis(10);

/// Records are handed to the client in bursts at least this far apart, more than its `linger.ms`: it sends them partition
/// by partition, and small requests cost the brokers more than the records in them. Never before the last burst has been
/// delivered: a client that has five messages to one partition under way and more to send spins until it is answered.
const BURST: Duration = Duration::from_millis(25);

/// Bytes in waiting that make a burst due at once.
const BURST_BYTES: usize = 4 << 20;

/// What a lane works on.
pub(super) struct Work<'a, S> {
    pub(super) stage: S,
    settings: &'a LaneSettings,
    pub(super) stop: &'a AtomicBool,
    pub(super) report: &'a LaneReport,
    pub(super) positions: Positions,
    pub(super) suspects: Suspects,
    pub(super) limits: Limits,
    pub(super) outbox: Outbox,
    batch: Batch,
}

/// What the open transaction has done so far.
#[derive(Default)]
struct Batch {
    /// Its inputs: number of the position, offset.
    inputs: Vec<(usize, i64)>,
    /// The input of each record in the outbox.
    origins: Vec<usize>,
    /// Bytes in the outbox.
    waiting: usize,
    counts: Counts,
}

impl<'a, S: Stage> Work<'a, S> {
    pub(super) fn new(stage: S, settings: &'a LaneSettings, stop: &'a AtomicBool, report: &'a LaneReport) -> Self {
        let (positions, suspects, outbox, batch) = Default::default();
        let limits = Limits::new(settings.limit);
        Work { stage, settings, stop, report, positions, suspects, limits, outbox, batch }
    }

    /// Takes records in, beginning with `first`, until the transaction should end; then writes the journal.
    pub(super) fn fill(
        &mut self,
        consumer: &BaseConsumer<Membership>,
        transaction: &Transaction<'_, '_>,
        first: &BorrowedMessage<'_>,
    ) -> Result<(), Trouble> {
        let begun = Instant::now();
        let interval = millis(self.settings.run.transaction_interval);
        let (shortest, longest) = if asked(Point::OpenBatch) { (HELD_OPEN, HELD_OPEN) } else { (SHORTEST.min(interval), interval) };
        let most = self.suspects.most_inputs(self.settings.run.batch);
        let mut next_burst = BURST;
        self.take(first)?;
        loop {
            self.report.beat();
            transaction.check()?;
            let age = begun.elapsed();
            let full = self.batch.inputs.len() >= most || age >= longest;
            if consumer.context().has_changes() {
                pass(Point::ChangeInBatch);
                break;
            }
            if full || self.stop.load(Ordering::Relaxed) {
                break;
            }
            if (age >= next_burst || self.batch.waiting >= BURST_BYTES) && transaction.is_delivered() {
                self.write(transaction)?;
                next_burst = age + BURST;
            }
            let wait = shortest.saturating_sub(age);
            match consumer.poll(wait) {
                Some(Ok(message)) => self.take(&message)?,
                Some(Err(error)) => self.consumer_error(&error)?,
                None if wait.is_zero() => break,
                None => (),
            }
        }
        self.stage.journal(&mut self.outbox);
        transaction.drain()?;
        self.write(transaction)
    }

    /// Writes what is in the outbox. What no input was noted for comes from none.
    pub(super) fn write(&mut self, transaction: &Transaction<'_, '_>) -> Result<(), Trouble> {
        let origins = self.batch.origins.drain(..).chain(std::iter::repeat(NO_INPUT));
        for (record, input) in self.outbox.records.drain(..).zip(origins) {
            transaction.send(&self.settings.topics, &record, input)?;
            self.batch.counts.written[record.to as usize] += 1;
        }
        self.batch.waiting = 0;
        Ok(())
    }

    fn take(&mut self, message: &BorrowedMessage<'_>) -> Result<(), Trouble> {
        let record = Inbound::new(message);
        let position = self.positions.advance(record.topic, record.partition, record.offset);
        let position =
            position.ok_or_else(|| Trouble::restart(format!("{} is not the next record of a partition of ours", record.source())))?;
        let input = self.batch.inputs.len();
        self.batch.inputs.push((position, message.offset()));
        self.batch.counts.records += 1;
        match self.suspects.letter(&self.stage, &record) {
            Some(letter) => self.outbox.push(letter),
            None => self.stage.process(&record, &mut self.outbox),
        }
        self.batch.counts.forgotten_early += std::mem::take(&mut self.outbox.forgotten_early);
        self.batch.counts.unknown_kinds += std::mem::take(&mut self.outbox.unknown_kinds);
        let new = &self.outbox.records[self.batch.origins.len()..];
        self.batch.waiting += new.iter().map(|record| record.value.as_ref().map_or(0, Vec::len)).sum::<usize>();
        self.batch.origins.resize(self.outbox.records.len(), input);
        self.check_limit(&record)
    }

    /// Ends the transaction if too many of the last records of this topic could not be read.
    fn check_limit(&mut self, record: &Inbound<'_>) -> Result<(), Trouble> {
        let unreadable = std::mem::take(&mut self.outbox.unreadable);
        let Some(limit) = self.limits.note(record.topic, unreadable, Instant::now()) else { return Ok(()) };
        tracing::error!(
            target: "kafka",
            at = record.source(),
            "{} of the last {} records of {} cannot be read: it is not read on for {}, then tried again; `triage dead-letters list` says \
             what is wrong; mend the feed, or raise [ingest.dead_letter_limit] and restart to let them become dead letters",
            limit.records,
            limit.of,
            record.topic,
            show_duration(limit.pause)
        );
        Err(Trouble::Abort("too many records cannot be read".to_owned()))
    }

    /// Notes that an end was reached; tells what other errors of the consumer mean.
    pub(super) fn consumer_error(&mut self, error: &KafkaError) -> Result<(), Trouble> {
        match error {
            KafkaError::PartitionEOF(partition) => self.positions.caught_up(*partition),
            error if offset_gone(error) => return Err(Trouble::restart(format!("read: {error}"))),
            error if outcome(Call::Other, error) == Outcome::Retry => tracing::debug!(target: "kafka", %error, "the consumer goes on"),
            error => return Err(Trouble::of(Call::Other, "read", error)),
        }
        Ok(())
    }

    /// The transaction was committed.
    pub(super) fn commit(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        self.stage.commit();
        self.positions.commit();
        self.suspects.passed(&self.positions);
        self.limits.commit();
        self.report.update(|counts| {
            counts.add(&batch.counts);
            counts.committed += 1;
        });
    }

    /// The transaction was aborted; `refused` are the inputs whose records no broker will take.
    pub(super) fn rollback(&mut self, refused: &[usize]) {
        let batch = std::mem::take(&mut self.batch);
        self.outbox.records.clear();
        self.outbox.unreadable = false;
        self.stage.rollback();
        self.positions.rollback();
        self.limits.rollback();
        let name = |&(position, offset): &(usize, i64)| {
            let position = &self.positions.all()[position];
            (position.topic.clone(), position.partition, offset)
        };
        self.suspects.accuse(batch.inputs.len(), refused, |input| batch.inputs.get(input).map(name));
        let paused = self.limits.paused() as u64;
        self.report.update(|counts| (counts.aborted, counts.paused) = (counts.aborted + 1, paused));
    }
}

type InputId = (String, i32, i64);

/// Inputs of which a broker refused what they became. A broker refuses whole batches, so the inputs of the aborted
/// transaction are tried one by one until the guilty one is found; it becomes a dead letter, and if not even that is
/// taken, a dead letter without the bytes.
#[derive(Default)]
pub(super) struct Suspects {
    guilty: HashMap<InputId, u32>,
    /// So many inputs still get a transaction of their own.
    one_by_one: usize,
}

impl Suspects {
    fn most_inputs(&self, most: usize) -> usize {
        if self.one_by_one > 0 { 1 } else { most }
    }

    /// What to write instead of asking the stage.
    fn letter(&self, stage: &dyn Stage, record: &Inbound<'_>) -> Option<Outgoing> {
        if self.guilty.is_empty() {
            return None;
        }
        let strikes = *self.guilty.get(&(record.topic.to_owned(), record.partition, record.offset))?;
        let bytes = record.value.map_or(0, <[u8]>::len);
        let mut letter = dead_letter(
            stage.name(),
            &stage.rules(),
            record,
            "not_writable",
            &format!("the broker refuses what this record ({bytes} bytes) becomes"),
        );
        // Its own timestamp may be what the broker does not like.
        letter.timestamp = None;
        if strikes > 1 {
            letter.value = None;
            letter.headers.retain(|(name, _)| name.starts_with("triage."));
        }
        debug_assert_eq!(letter.to, Topic::DeadLetters);
        Some(letter)
    }

    fn accuse(&mut self, inputs: usize, refused: &[usize], name: impl Fn(usize) -> Option<InputId>) {
        let Some(&first) = refused.first() else { return };
        let guilty = match inputs {
            1 => Some(0),
            _ => (first != NO_INPUT && refused.iter().all(|&input| input == first)).then_some(first),
        };
        match guilty.and_then(name) {
            Some(id) => {
                tracing::error!(target: "kafka", topic = id.0, partition = id.1, offset = id.2, "the broker refuses what a record becomes: dead letter");
                *self.guilty.entry(id).or_default() += 1;
            }
            None => self.one_by_one = inputs,
        }
    }

    /// A transaction was committed, which brought the lane to `positions`.
    fn passed(&mut self, positions: &Positions) {
        self.one_by_one = self.one_by_one.saturating_sub(1);
        if !self.guilty.is_empty() {
            self.guilty.retain(|(topic, partition, offset), _| {
                positions
                    .all()
                    .iter()
                    .any(|position| position.partition == *partition && position.topic == *topic && position.next <= *offset)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_traced_to_one_input() {
        let check = |inputs: usize, refused: &[usize], guilty: Option<i64>, one_by_one: usize| {
            let mut suspects = Suspects::default();
            suspects.accuse(inputs, refused, |input| Some(("t".into(), 0, input as i64)));
            assert_eq!(suspects.guilty.keys().map(|id| id.2).next(), guilty, "{inputs} {refused:?}");
            assert_eq!(suspects.one_by_one, one_by_one, "{inputs} {refused:?}");
        };
        check(9, &[], None, 0);
        check(9, &[4, 4], Some(4), 0);
        check(9, &[4, 5], None, 9);
        check(9, &[NO_INPUT], None, 9);
        check(1, &[NO_INPUT], Some(0), 0);
        check(0, &[NO_INPUT], None, 0);
    }

    #[test]
    fn the_guilty_are_remembered_until_they_are_passed() {
        let mut suspects = Suspects::default();
        suspects.accuse(1, &[0], |_| Some(("t".into(), 0, 7)));
        let mut positions = Positions::new([(("t".to_owned(), 0), 7)]);
        suspects.passed(&positions);
        assert_eq!(suspects.guilty.len(), 1);
        positions.advance("t", 0, 7);
        positions.commit();
        suspects.passed(&positions);
        assert!(suspects.guilty.is_empty());
    }
}
