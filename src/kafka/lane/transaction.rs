//! The transactional producer of a lane, and the one transaction it may have open.
//!
//! A [`Transaction`] borrows the [`Writer`], so two at once do not compile; commit and abort consume it, and one that is
//! dropped is aborted.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, TopicPartitionList};

use crate::config::service::{Kafka, Run, Topics};

use super::report::LaneReport;
use crate::kafka::clients::context::Deliveries;
use crate::kafka::clients::settings::{RETRY_BACKOFF_MS, millis};
use crate::kafka::clients::statistics::ClientStatistics;
use crate::kafka::errors::recovery::{Call, Recovery, never_accepted, not_allowed, recovery};
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::errors::trouble::{Trouble, persist};
use crate::kafka::failpoint::{Point, pass};
use crate::kafka::stages::outbox::Outgoing;
use crate::kafka::topics::topic::name;

/// A request that was answered only after so long may have been sent twice.
const SUSPICIOUS: Duration = Duration::from_millis(RETRY_BACKOFF_MS as u64 * 8 / 10);

/// A producer of which only a connection broke, while no answer took long, is replaced at most this often: one that must
/// try brokers which are away begins with broken connections.
const SHORTEST_LIFE: Duration = Duration::from_secs(3);

/// How long the first contact with the brokers is tried, in slices.
const INITIAL_PATIENCE: Duration = Duration::from_secs(20);
const INITIAL_SLICE: Duration = Duration::from_secs(2);

/// How long the answer to a commit or abort is awaited before the watchdog is told that there is life.
const END_SLICE: Duration = Duration::from_secs(1);

/// How long sending offsets may take. librdkafka gives up after the timeout only between two answers: once the offsets are
/// on their way to the group's coordinator, the call ends when a broker is there again, however long that takes.
const OFFSETS_PATIENCE: Duration = Duration::from_secs(120);

/// Pause between two looks at what is still under way. librdkafka's own flush looks every 100 ms.
const LOOK: Duration = Duration::from_micros(200);

/// The number of an input that is none: records of the journal, reminders.
pub(in crate::kafka) const NO_INPUT: usize = usize::MAX;

/// The producer of a lane.
pub(in crate::kafka) struct Writer<'a> {
    kafka: &'a Kafka,
    config: ClientConfig,
    /// How long a transaction may be open.
    timeout: Duration,
    report: &'a LaneReport,
    producer: ThreadedProducer<Deliveries>,
    made: Instant,
    suspicious: bool,
}

impl<'a> Writer<'a> {
    /// Makes the producer; ends whatever a former one of the same name has left open.
    pub(in crate::kafka) fn new(kafka: &'a Kafka, config: ClientConfig, run: &Run, report: &'a LaneReport) -> Result<Self, Trouble> {
        let timeout = millis(run.transaction_timeout);
        let producer = make(kafka, &config, timeout, report)?;
        Ok(Writer { kafka, config, timeout, report, producer, made: Instant::now(), suspicious: false })
    }

    /// Returns what the producer tells of itself, if it has since this was asked last.
    pub(super) fn told(&self) -> Option<ClientStatistics> {
        self.producer.client().context().health.told.take()
    }

    /// Begins a transaction, with a fresh producer if a request of the last one may still be under way: librdkafka
    /// cannot tell the broker which of two transactions the late request to end one was meant for.
    pub(in crate::kafka) fn begin(&mut self) -> Result<Transaction<'_, 'a>, Trouble> {
        let disturbed = self.producer.client().context().disturbed() && self.made.elapsed() >= SHORTEST_LIFE;
        if self.suspicious || disturbed {
            tracing::info!(target: "kafka", "replacing the producer after a slow or disturbed transaction");
            self.producer = make(self.kafka, &self.config, self.timeout, self.report)?;
            self.made = Instant::now();
            self.suspicious = false;
        }
        self.begin_as_made()
    }

    /// Begins a transaction with the producer as it is, whatever happened: if another of the same name has been made
    /// since, the transaction fails.
    pub(in crate::kafka) fn begin_as_made(&mut self) -> Result<Transaction<'_, 'a>, Trouble> {
        self.producer.client().context().take_failures();
        self.producer.begin_transaction().map_err(|error| Trouble::of(Call::Other, "begin a transaction", &error).outside())?;
        Ok(Transaction { writer: self, open: true })
    }
}

fn make(kafka: &Kafka, config: &ClientConfig, timeout: Duration, report: &LaneReport) -> Result<ThreadedProducer<Deliveries>, Trouble> {
    let producer: ThreadedProducer<Deliveries> =
        config.create_with_context(Deliveries::new(kafka)).map_err(|error| Trouble::restart(format!("create a producer: {error}")))?;
    // Waits for an open transaction of the same name to end; repeated so that the watchdog sees life.
    persist("get a transactional id", INITIAL_PATIENCE.max(4 * timeout), || report.beat(), || producer.init_transactions(INITIAL_SLICE))
        .map_err(Trouble::outside)?;
    Ok(producer)
}

/// An open transaction: records are sent in it, then it is committed or aborted.
pub(in crate::kafka) struct Transaction<'w, 'a> {
    writer: &'w mut Writer<'a>,
    open: bool,
}

impl Transaction<'_, '_> {
    fn producer(&self) -> &ThreadedProducer<Deliveries> {
        &self.writer.producer
    }

    fn deliveries(&self) -> &Deliveries {
        self.producer().client().context()
    }

    /// Writes `record`, which comes from the `input`th input of this transaction.
    pub(in crate::kafka) fn send(&self, topics: &Topics, record: &Outgoing<'_>, input: usize) -> Result<(), Trouble> {
        self.send_to(name(topics, record.to), record, input)
    }

    /// Writes `record` to `topic`, whatever it says of its destination.
    pub(in crate::kafka) fn send_to(&self, topic: &str, record: &Outgoing<'_>, input: usize) -> Result<(), Trouble> {
        pass(Point::MidProduce);
        let mut message = BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, input);
        message.partition = record.partition;
        message.key = record.key;
        message.payload = record.value;
        message.timestamp = record.timestamp.map(|at| at.get());
        message.headers = headers(record);
        let begun = Instant::now();
        loop {
            let Err((error, returned)) = self.producer().send(message) else { return Ok(()) };
            if error.rdkafka_error_code().is_some_and(never_accepted) {
                return Err(Trouble::NeverAccepted(input));
            }
            // The queue is full: wait for the broker to take some of it.
            if recovery(Call::Other, &error) != Recovery::Retry || begun.elapsed() >= self.writer.timeout {
                return Err(Trouble::of(Call::Other, "write a record", &error));
            }
            self.writer.report.beat();
            thread::sleep(LOOK);
            message = returned;
        }
    }

    /// Returns an error as soon as a record of this transaction was not delivered.
    pub(in crate::kafka) fn check(&self) -> Result<(), Trouble> {
        match self.deliveries().forbidden() {
            Some(topic) => {
                Err(Refusal::NotAllowed { doing: format!("write to topic {topic}"), reason: "the brokers refuse its records".to_owned() }
                    .into())
            }
            None if self.deliveries().failed() => Err(Trouble::Abort("a record was not delivered".into())),
            None => Ok(()),
        }
    }

    /// Returns what is not allowed in this transaction, which will be aborted, if anything is. What the client has met it keeps to
    /// itself until it is asked for more: for sending `offsets`.
    pub(in crate::kafka) fn obstacle(&self, offsets: &TopicPartitionList, group: &ConsumerGroupMetadata) -> Option<KafkaError> {
        self.writer.report.excuse(OFFSETS_PATIENCE);
        let asked = self.producer().send_offsets_to_transaction(offsets, group, END_SLICE);
        self.writer.report.beat();
        asked.err().filter(|error| error.rdkafka_error_code().is_some_and(not_allowed))
    }

    /// Commits everything written together with `offsets`, as the member of the group that `group` was taken from.
    /// Aborts if that is impossible.
    pub(in crate::kafka) fn commit(mut self, offsets: &TopicPartitionList, group: &ConsumerGroupMetadata) -> Result<(), Aborted> {
        self.try_commit(offsets, group).map_err(|trouble| {
            let trouble = self.behind(trouble, offsets, group);
            self.abort(trouble)
        })
    }

    /// Returns `trouble`, or what is not allowed if that is behind it. Only the second time in a row it is for good: brokers that
    /// begin may not know all rights yet.
    pub(in crate::kafka) fn behind(&self, trouble: Trouble, offsets: &TopicPartitionList, group: &ConsumerGroupMetadata) -> Trouble {
        let denial = match trouble {
            Trouble::Abort(reason) => match self.obstacle(offsets, group) {
                Some(error) => Trouble::of(Call::Other, "write in a transaction", &error),
                None => return Trouble::Abort(reason),
            },
            Trouble::Refuse(Refusal::NotAllowed { .. }) => trouble,
            other => return other,
        };
        match denial {
            Trouble::Refuse(refusal) if !self.writer.report.denied_again() => Trouble::Abort(refusal.to_string()),
            denial => denial,
        }
    }

    fn try_commit(&mut self, offsets: &TopicPartitionList, group: &ConsumerGroupMetadata) -> Result<(), Trouble> {
        let (report, timeout) = (self.writer.report, self.writer.timeout);
        // Only then are the offsets sent: while the broker still completes the transaction before this one it refuses both,
        // and librdkafka repeats the records' request after 20 ms, but that of the offsets after its long pause.
        self.drain_asking(|| self.obstacle(offsets, group))?;
        pass(Point::BeforeOffsets);
        let begun = Instant::now();
        report.excuse(OFFSETS_PATIENCE);
        let again = || report.excuse(OFFSETS_PATIENCE);
        let sent = persist("send offsets", timeout, again, || self.producer().send_offsets_to_transaction(offsets, group, timeout));
        report.beat();
        // Late offsets are as bad as a late end: they would be those of the next transaction.
        self.writer.suspicious |= begun.elapsed() >= SUSPICIOUS;
        sent?;
        pass(Point::AfterOffsets);
        pass(Point::DuringCommit);
        self.end("commit", |producer, slice| producer.commit_transaction(slice))?;
        pass(Point::AfterCommit);
        Ok(())
    }

    /// Aborts because of `trouble`, which may turn out to be worse.
    pub(in crate::kafka) fn abort(mut self, trouble: Trouble) -> Aborted {
        if !matches!(trouble, Trouble::Abort(_) | Trouble::NeverAccepted(_)) {
            return Aborted { trouble, refused: Vec::new() };
        }
        if let Err(worse) = self.end("abort", |producer, slice| producer.abort_transaction(slice)) {
            // It would wait as long once more when dropped.
            self.open = false;
            return Aborted { trouble: worse.outside(), refused: Vec::new() };
        }
        let failures = self.deliveries().take_failures();
        let refused = failures.into_iter().filter(|&(_, code)| never_accepted(code)).map(|(input, _)| input).collect();
        Aborted { trouble, refused }
    }

    /// Commits or aborts, in slices: librdkafka goes on with a call that is repeated, and a broker that is away must not
    /// look like a lane that stands still. Without an answer for long the lane begins anew.
    fn end(&mut self, doing: &str, call: impl Fn(&ThreadedProducer<Deliveries>, Duration) -> KafkaResult<()>) -> Result<(), Trouble> {
        let begun = Instant::now();
        let result = loop {
            self.writer.report.beat();
            let result = call(self.producer(), END_SLICE);
            let unanswered = result.as_ref().is_err_and(|error| recovery(Call::Other, error) == Recovery::Retry);
            if !unanswered || begun.elapsed() >= 2 * self.writer.timeout {
                break result;
            }
        };
        self.writer.report.beat();
        self.writer.suspicious |= begun.elapsed() >= SUSPICIOUS;
        match result {
            Ok(()) => {
                self.open = false;
                Ok(())
            }
            Err(error) => Err(Trouble::of(Call::End, doing, &error)),
        }
    }

    /// Returns whether the broker has everything that was written so far.
    pub(in crate::kafka) fn is_delivered(&self) -> bool {
        self.producer().in_flight_count() == 0
    }

    /// Waits until the broker has everything. The commit would wait too, but in steps of 100 ms.
    pub(in crate::kafka) fn drain(&self) -> Result<(), Trouble> {
        self.drain_asking(|| None)
    }

    /// The same; records that are not allowed wait without a word, so `obstacle` is asked now and then what is in the way.
    fn drain_asking(&self, obstacle: impl Fn() -> Option<KafkaError>) -> Result<(), Trouble> {
        let begun = Instant::now();
        let mut asked = begun;
        while !self.is_delivered() {
            self.check()?;
            if begun.elapsed() >= self.writer.timeout {
                return Err(Trouble::Abort("the broker did not take the records in time".into()));
            }
            if asked.elapsed() >= SUSPICIOUS {
                if obstacle().is_some() {
                    return Err(Trouble::Abort("records are not allowed".into()));
                }
                asked = Instant::now();
            }
            self.writer.report.beat();
            thread::sleep(LOOK);
        }
        self.check()
    }
}

/// A transaction that did not happen.
pub(in crate::kafka) struct Aborted {
    /// Why it did not, or what went wrong while it was aborted.
    pub(in crate::kafka) trouble: Trouble,
    /// Inputs, by number, that had a record which no broker will ever take. Of a batch that the broker refused as a
    /// whole the others are named too.
    pub(in crate::kafka) refused: Vec<usize>,
}

impl Drop for Transaction<'_, '_> {
    fn drop(&mut self) {
        if self.open
            && let Err(error) = self.producer().abort_transaction(self.writer.timeout)
        {
            tracing::warn!(target: "kafka", %error, "could not abort a transaction: the broker will");
        }
    }
}

fn headers(record: &Outgoing<'_>) -> Option<OwnedHeaders> {
    let headers = record.headers();
    let empty = (headers.len() > 0).then(|| OwnedHeaders::new_with_capacity(headers.len()))?;
    Some(headers.fold(empty, |all, (key, value)| all.insert(Header { key, value })))
}
