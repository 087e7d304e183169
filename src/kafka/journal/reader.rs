//! Reads the state of partitions back from the journal.
//!
//! The order is what makes it exact: the committed offset first (the caller's), then the journal's end with open
//! transactions counted, then everything up to there once those transactions are decided. Whatever a former owner had
//! under way is by then either in or void.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};

use crate::config::service::Kafka;

use crate::kafka::clients::context::{Plain, serve};
use crate::kafka::clients::settings::{self, Isolation};
use crate::kafka::errors::recovery::{Call, Recovery, recovery};
use crate::kafka::errors::trouble::{Trouble, persist};

/// How long one question to a broker may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long questions are repeated. Longer than a broker needs to end an abandoned transaction.
const PERSISTENCE: Duration = Duration::from_secs(60);

/// Pause while somebody else's transaction is open.
const PAUSE: Duration = Duration::from_millis(20);

/// So many records are read before the caller is asked again whether to go on.
const RECORDS_PER_QUESTION: u32 = 1_000;

/// The journal of a lane.
pub(in crate::kafka) struct Journal<'a> {
    kafka: &'a Kafka,
    group: &'a str,
    pub(in crate::kafka) topic: &'a str,
    /// Sees records of open transactions too.
    probe: BaseConsumer<Plain>,
}

impl<'a> Journal<'a> {
    pub(in crate::kafka) fn new(kafka: &'a Kafka, group: &'a str, topic: &'a str) -> Result<Self, Trouble> {
        Ok(Journal { kafka, group, topic, probe: reader(kafka, group, Isolation::Uncommitted)? })
    }

    /// Polls the client that asks for ends, and must be called now and then: one that is not polled keeps a token that has
    /// ended, and all its log lines.
    pub(in crate::kafka) fn serve(&self) {
        drop(serve(&self.probe));
    }

    /// Returns where `partition` ends, records of open transactions included; `beat` is called while the broker does
    /// not say.
    pub(in crate::kafka) fn end(&self, partition: i32, mut beat: impl FnMut()) -> Result<i64, Trouble> {
        let ask = || {
            drop(serve(&self.probe));
            self.probe.fetch_watermarks(self.topic, partition, PATIENCE)
        };
        let between = || {
            beat();
            thread::sleep(PAUSE);
        };
        persist("find the end of the journal", PERSISTENCE, between, ask).map(|(_, end)| end).map_err(Trouble::outside)
    }

    /// Returns where `partition` ends if no transaction is open in it; waits about `patience` for that, else `None`.
    pub(in crate::kafka) fn quiet_end(
        &self,
        committed: &BaseConsumer<impl rdkafka::consumer::ConsumerContext>,
        partition: i32,
        patience: Duration,
    ) -> Option<i64> {
        let begun = Instant::now();
        loop {
            drop(serve(&self.probe));
            let (_, end) = self.probe.fetch_watermarks(self.topic, partition, patience).ok()?;
            let (_, stable) = committed.fetch_watermarks(self.topic, partition, patience).ok()?;
            if stable == end {
                return Some(end);
            }
            if begun.elapsed() >= patience {
                return None;
            }
            thread::sleep(PAUSE);
        }
    }

    /// Hands over every record of `partitions` up to the ends they have now. `go_on` is asked all the time and may end
    /// it early, which gives `false`.
    pub(in crate::kafka) fn read(
        &self,
        partitions: &[i32],
        mut go_on: impl FnMut() -> bool,
        mut each: impl FnMut(i32, &[u8], Option<&[u8]>) -> Result<(), Trouble>,
    ) -> Result<bool, Trouble> {
        let mut ends = BTreeMap::new();
        for &partition in partitions {
            ends.insert(
                partition,
                self.end(partition, || {
                    let _ = go_on();
                })?,
            );
        }
        let reader = reader(self.kafka, self.group, Isolation::Committed)?;
        let mut unread = TopicPartitionList::new();
        for (&partition, &end) in &ends {
            match self.settled(&reader, partition, end, &mut go_on)? {
                None => return Ok(false),
                Some(true) => (),
                Some(false) => unread.add_partition_offset(self.topic, partition, Offset::Beginning).map_err(|error| failed(&error))?,
            }
        }
        reader.assign(&unread).map_err(|error| failed(&error))?;
        let mut left: BTreeSet<i32> = unread.elements().iter().map(|element| element.partition()).collect();
        let mut since_asked = 0;
        while !left.is_empty() {
            if since_asked == 0 && !go_on() {
                return Ok(false);
            }
            since_asked = (since_asked + 1) % RECORDS_PER_QUESTION;
            match reader.poll(Duration::from_millis(100)) {
                None => since_asked = 0,
                Some(Ok(message)) => each(message.partition(), message.key().unwrap_or_default(), message.payload())?,
                // All transactions below the end are decided, so the first end that is reported is not before it.
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(left.remove(&partition)),
                Some(Err(error)) if recovery(Call::Other, &error) == Recovery::Retry => (),
                Some(Err(error)) => return Err(failed(&error)),
            }
        }
        Ok(true)
    }

    /// Waits until every transaction below `end` is committed or aborted; then tells whether the partition is empty.
    /// `None`: `go_on` said no.
    fn settled(
        &self,
        reader: &BaseConsumer<Plain>,
        partition: i32,
        end: i64,
        go_on: &mut impl FnMut() -> bool,
    ) -> Result<Option<bool>, Trouble> {
        let begun = Instant::now();
        loop {
            if !go_on() {
                return Ok(None);
            }
            let ask = || {
                drop(serve(reader));
                reader.fetch_watermarks(self.topic, partition, PATIENCE)
            };
            let between = || {
                let _ = go_on();
                thread::sleep(PAUSE);
            };
            let (low, stable) = persist("read the journal", PERSISTENCE, between, ask).map_err(Trouble::outside)?;
            if stable >= end {
                return Ok(Some(low >= stable));
            }
            if begun.elapsed() >= PERSISTENCE {
                return Err(Trouble::restart("a transaction stays open in the journal"));
            }
            thread::sleep(PAUSE);
        }
    }
}

fn reader(kafka: &Kafka, group: &str, isolation: Isolation) -> Result<BaseConsumer<Plain>, Trouble> {
    let made = settings::reader(kafka, group, isolation)?.create_with_context(Plain::new(kafka));
    made.map_err(|error| Trouble::restart(format!("create a reader of the journal: {error}")))
}

fn failed(error: &KafkaError) -> Trouble {
    Trouble::of(Call::Other, "read the journal", error).outside()
}
