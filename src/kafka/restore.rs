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
use serde::{Deserialize, Serialize};

use crate::config::service::Kafka;

use super::client::{Plain, serve};
use super::error::{Call, Outcome, outcome};
use super::refusal::Refusal;
use super::settings::{self, Isolation};
use super::trouble::{Trouble, persist};

/// Key of the record that says whose journal this is, in each partition. No customer's key begins like that.
pub(super) const META_KEY: &[u8] = b"\0meta";

/// How long one question to a broker may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long questions are repeated. Longer than a broker needs to end an abandoned transaction.
const PERSISTENCE: Duration = Duration::from_secs(60);

/// Pause while somebody else's transaction is open.
const PAUSE: Duration = Duration::from_millis(20);

/// So many records are read before the caller is asked again whether to go on.
const RECORDS_PER_QUESTION: u32 = 1_000;

/// Whose journal it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    /// The consumer group that writes it.
    pub(super) group: String,
    /// Partitions of the inbox when it was begun.
    pub(super) partitions: i32,
}

impl Meta {
    /// Whether the journal is the one that `self` describes.
    pub(super) fn check(&self, found: &Meta, inbox: &str, journal: &str) -> Result<(), Refusal> {
        if found.group != self.group {
            return Err(Refusal::OtherGroup { journal: journal.into(), owner: found.group.clone(), group: self.group.clone() });
        }
        if found.partitions != self.partitions {
            let (now, then) = (self.partitions, found.partitions);
            return Err(Refusal::PartitionCount { inbox: inbox.into(), journal: journal.into(), now, then });
        }
        Ok(())
    }
}

/// The journal of a lane.
pub(super) struct Journal<'a> {
    kafka: &'a Kafka,
    group: &'a str,
    pub(super) topic: &'a str,
    /// Sees records of open transactions too.
    probe: BaseConsumer<Plain>,
}

impl<'a> Journal<'a> {
    pub(super) fn new(kafka: &'a Kafka, group: &'a str, topic: &'a str) -> Result<Self, Trouble> {
        Ok(Journal { kafka, group, topic, probe: reader(kafka, group, Isolation::Uncommitted)? })
    }

    /// To be called now and then: a client that is not polled keeps a token that has ended, and all its log lines.
    pub(super) fn serve(&self) {
        serve(&self.probe);
    }

    /// Where `partition` ends, records of open transactions included; `beat` is called while the broker does not say.
    pub(super) fn end(&self, partition: i32, mut beat: impl FnMut()) -> Result<i64, Trouble> {
        let ask = || {
            serve(&self.probe);
            self.probe.fetch_watermarks(self.topic, partition, PATIENCE)
        };
        let between = || {
            beat();
            thread::sleep(PAUSE);
        };
        persist("find the end of the journal", PERSISTENCE, between, ask).map(|(_, end)| end).map_err(Trouble::outside)
    }

    /// Where `partition` ends if no transaction is open in it; waits `patience` for that.
    pub(super) fn quiet_end(
        &self,
        committed: &BaseConsumer<impl rdkafka::consumer::ConsumerContext>,
        partition: i32,
        patience: Duration,
    ) -> Option<i64> {
        let begun = Instant::now();
        loop {
            serve(&self.probe);
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
    pub(super) fn read(
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
                Some(Err(error)) if outcome(Call::Other, &error) == Outcome::Retry => (),
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
                serve(reader);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_group_and_another_count_are_refused() {
        let ours = Meta { group: "a".into(), partitions: 4 };
        let check = |group: &str, partitions: i32, part: &str| {
            let found = Meta { group: group.into(), partitions };
            let said = ours.check(&found, "inbox", "state").map_err(|refusal| refusal.to_string()).err().unwrap_or_default();
            assert!(said.contains(part) && said.is_empty() == part.is_empty(), "{said}");
        };
        check("a", 4, "");
        check("b", 4, "belongs to group `b`, not to `a`");
        check("a", 3, "inbox has 4 partitions, but the journal state was written for 3");
    }
}
