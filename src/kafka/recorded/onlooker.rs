//! Reads topics as they are at one moment, for the commands that look on while the service runs or stands: joins no
//! group, commits nothing itself, and stops where the topics ended when it was asked.
//!
//! Knows nothing of what the records mean.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::{Offset, TopicPartitionList};

use crate::config::service::Kafka;
use crate::post::Millis;

use crate::kafka::clients::context::{Plain, serve};
use crate::kafka::clients::settings::{self, Isolation};
use crate::kafka::errors::recovery::{Call, Recovery, not_allowed, offset_gone, recovery};
use crate::kafka::errors::refusal::Refusal;

/// How long one question to a broker may take.
const QUESTION: Duration = Duration::from_secs(2);

/// How long a question is repeated.
const PERSISTENCE: Duration = Duration::from_secs(15);

/// How long a topic may yield nothing before its end. Longer than a broker needs to end an abandoned transaction of the
/// default length.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pause between two questions.
const PAUSE: Duration = Duration::from_millis(20);

/// What a group has committed for a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Committed {
    pub(in crate::kafka) offset: i64,
    /// What was noted with it.
    pub(in crate::kafka) note: String,
}

/// A reader that leaves no trace.
pub(in crate::kafka) struct Onlooker<'a> {
    kafka: &'a Kafka,
    /// Sees what was committed.
    reader: BaseConsumer<Plain>,
    /// Sees records of open transactions too.
    probe: BaseConsumer<Plain>,
    /// That the group is not ours to ask of. It is said once, whatever is asked then; what topics hold needs no group.
    group_refused: OnceLock<KafkaError>,
}

impl<'a> Onlooker<'a> {
    /// Looks on `group`, without joining it.
    pub(in crate::kafka) fn new(kafka: &'a Kafka, group: &str) -> Result<Self, Refusal> {
        let make = |isolation| -> Result<BaseConsumer<Plain>, Refusal> {
            let made = settings::reader(kafka, group, isolation)?.create_with_context(Plain::new(kafka));
            made.map_err(|error| Refusal::unusable(&error))
        };
        Ok(Onlooker { kafka, reader: make(Isolation::Committed)?, probe: make(Isolation::Uncommitted)?, group_refused: OnceLock::new() })
    }

    /// Returns as whom to commit offsets of the group in a transaction: nobody, which is allowed while the group has no
    /// members. `None`: the client does not know its group.
    pub(in crate::kafka) fn nobody(&self) -> Option<ConsumerGroupMetadata> {
        self.reader.group_metadata()
    }

    /// Returns how many partitions `topic` has.
    pub(in crate::kafka) fn partitions(&self, topic: &str) -> Result<i32, Refusal> {
        let metadata = self.ask(&self.reader, |reader| reader.fetch_metadata(Some(topic), QUESTION))?;
        let found = metadata.topics().iter().find(|found| found.name() == topic);
        if found.and_then(|found| found.error()).is_some_and(|error| not_allowed(error.into())) {
            return Err(Refusal::NotAllowed { doing: format!("see topic {topic}"), reason: "the brokers refuse to tell of it".to_owned() });
        }
        let count = found.map_or(0, |found| found.partitions().len());
        if count == 0 {
            return Err(Refusal::Topics(format!("{topic} does not exist")));
        }
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Returns the oldest offset of a partition and its end, records of open transactions included.
    pub(in crate::kafka) fn bounds(&self, topic: &str, partition: i32) -> Result<Range<i64>, Refusal> {
        self.ask(&self.probe, |probe| probe.fetch_watermarks(topic, partition, QUESTION)).map(|(low, end)| low..end)
    }

    /// Returns the same up to the first transaction that is still open.
    pub(in crate::kafka) fn settled_bounds(&self, topic: &str, partition: i32) -> Result<Range<i64>, Refusal> {
        self.ask(&self.reader, |reader| reader.fetch_watermarks(topic, partition, QUESTION)).map(|(low, end)| low..end)
    }

    /// Returns the first offset of a partition whose record is of `at` or later, the end of the partition where there
    /// is none.
    pub(in crate::kafka) fn offset_at(&self, topic: &str, partition: i32, at: Millis) -> Result<i64, Refusal> {
        let mut asked = TopicPartitionList::new();
        let added = asked.add_partition_offset(topic, partition, Offset::Offset(at.get().max(0)));
        added.map_err(|error| self.failed(topic, &error))?;
        let answer = self.ask(&self.reader, |reader| reader.offsets_for_times(asked.clone(), QUESTION))?;
        match answer.find_partition(topic, partition).map(|found| found.offset()) {
            Some(Offset::Offset(offset)) => Ok(offset),
            _ => Ok(self.bounds(topic, partition)?.end),
        }
    }

    /// Returns what the group has committed for each partition of `topic`, no transaction being open that may change it;
    /// `None` where it has committed nothing.
    pub(in crate::kafka) fn committed(&self, topic: &str) -> Result<Vec<Option<Committed>>, Refusal> {
        self.committed_as(&self.reader, topic)
    }

    /// Returns the same as far as it is certain now, whatever is open: a transaction of a process that was killed may stay open for
    /// long.
    pub(in crate::kafka) fn committed_so_far(&self, topic: &str) -> Result<Vec<Option<Committed>>, Refusal> {
        self.committed_as(&self.probe, topic)
    }

    fn committed_as(&self, client: &BaseConsumer<Plain>, topic: &str) -> Result<Vec<Option<Committed>>, Refusal> {
        let count = self.partitions(topic)?;
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(topic, 0, count - 1);
        let answer = self.ask(client, |client| {
            if let Some(error) = self.group_refused.get() {
                return Err(error.clone());
            }
            let answer = client.committed_offsets(asked.clone(), QUESTION)?;
            answer.elements().iter().try_for_each(|element| element.error())?;
            Ok(answer)
        })?;
        let of = |partition| {
            let found = answer.find_partition(topic, partition)?;
            let Offset::Offset(offset) = found.offset() else { return None };
            Some(Committed { offset, note: found.metadata().to_owned() })
        };
        Ok((0..count).map(of).collect())
    }

    /// Hands over the records of `topic` in these partitions and ranges, in the order of each partition.
    pub(in crate::kafka) fn read<E: From<Refusal>>(
        &self,
        topic: &str,
        wanted: &[(i32, Range<i64>)],
        mut each: impl FnMut(&BorrowedMessage<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut unread = BTreeMap::new();
        let mut assignment = TopicPartitionList::new();
        for (partition, range) in wanted.iter().filter(|(_, range)| !range.is_empty()) {
            self.settled(topic, *partition, range.end)?;
            let added = assignment.add_partition_offset(topic, *partition, Offset::Offset(range.start));
            added.map_err(|error| self.failed(topic, &error))?;
            unread.insert(*partition, range.end);
        }
        self.reader.assign(&assignment).map_err(|error| self.failed(topic, &error))?;
        let mut moved = Instant::now();
        while !unread.is_empty() {
            match self.reader.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    moved = Instant::now();
                    let Some(&end) = unread.get(&message.partition()) else { continue };
                    if message.offset() < end {
                        each(&message)?;
                    }
                    if message.offset() + 1 >= end {
                        unread.remove(&message.partition());
                    }
                }
                Some(Err(error)) if self.is_of_group(&error) => (),
                // All transactions below the end are decided, so an end that is reported is not before it.
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(unread.remove(&partition)),
                Some(Err(error)) if recovery(Call::Other, &error) != Recovery::Retry => return Err(self.failed(topic, &error).into()),
                Some(Err(error)) if moved.elapsed() > PATIENCE => return Err(self.failed(topic, &error).into()),
                None if moved.elapsed() > PATIENCE => {
                    let reason = format!("nothing more came within {} s", PATIENCE.as_secs());
                    return Err(Refusal::Unreadable { topic: topic.to_owned(), reason }.into());
                }
                Some(Err(_)) | None => (),
            }
        }
        self.reader.unassign().map_err(|error| self.failed(topic, &error).into())
    }

    /// Waits until every transaction below `end` is committed or aborted.
    fn settled(&self, topic: &str, partition: i32, end: i64) -> Result<(), Refusal> {
        let begun = Instant::now();
        while self.ask(&self.reader, |reader| reader.fetch_watermarks(topic, partition, QUESTION))?.1 < end {
            if begun.elapsed() >= PATIENCE {
                let reason = format!("a transaction stays open in partition {partition}");
                return Err(Refusal::Unreadable { topic: topic.to_owned(), reason });
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// Repeats a question while that may help.
    fn ask<T>(&self, client: &BaseConsumer<Plain>, question: impl Fn(&BaseConsumer<Plain>) -> KafkaResult<T>) -> Result<T, Refusal> {
        let begun = Instant::now();
        loop {
            // That something is not allowed may come by itself; whoever asks of such a group waits for its coordinator for ever.
            let said = serve(client).filter(|error| error.rdkafka_error_code().is_some_and(not_allowed));
            if let Some(error) = said.filter(|error| !self.is_of_group(error)) {
                return Err(not_allowed_to("ask", &error));
            }
            match question(client) {
                Ok(answer) => return Ok(answer),
                Err(error) if recovery(Call::Other, &error) == Recovery::Retry && begun.elapsed() < PERSISTENCE => thread::sleep(PAUSE),
                Err(error) if error.rdkafka_error_code().is_some_and(not_allowed) => return Err(not_allowed_to("ask", &error)),
                Err(error) => return Err(client.context().health.refusal(&self.kafka.brokers, &error)),
            }
        }
    }

    /// Tries whether the records of `topic` may be read, of which none is taken.
    pub(in crate::kafka) fn may_read(&self, topic: &str) -> Result<(), Refusal> {
        self.partitions(topic)?;
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(topic, 0, Offset::End).map_err(|error| self.failed(topic, &error))?;
        self.reader.assign(&assignment).map_err(|error| self.failed(topic, &error))?;
        let begun = Instant::now();
        let answer = loop {
            match self.reader.poll(Duration::from_millis(100)) {
                Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => break Ok(()),
                Some(Err(error)) if self.is_of_group(&error) => (),
                Some(Err(error)) if recovery(Call::Other, &error) != Recovery::Retry => break Err(self.failed(topic, &error)),
                _ if begun.elapsed() > PERSISTENCE => {
                    let reason = format!("no answer within {} s", PERSISTENCE.as_secs());
                    break Err(Refusal::Unreadable { topic: topic.to_owned(), reason });
                }
                Some(Err(_)) | None => (),
            }
        };
        self.reader.unassign().map_err(|error| self.failed(topic, &error))?;
        answer
    }

    /// Whether `error` is that the group is not ours to ask of, which is kept for when somebody does.
    fn is_of_group(&self, error: &KafkaError) -> bool {
        let is = error.rdkafka_error_code() == Some(RDKafkaErrorCode::GroupAuthorizationFailed);
        if is {
            // The first one is as good as any other.
            drop(self.group_refused.set(error.clone()));
        }
        is
    }

    fn failed(&self, topic: &str, error: &KafkaError) -> Refusal {
        if error.rdkafka_error_code().is_some_and(not_allowed) {
            return not_allowed_to(&format!("read topic {topic}"), error);
        }
        let reason = if offset_gone(error) { "records were deleted while they were read".to_owned() } else { error.to_string() };
        Refusal::Unreadable { topic: topic.to_owned(), reason }
    }
}

fn not_allowed_to(doing: &str, error: &KafkaError) -> Refusal {
    Refusal::NotAllowed { doing: doing.to_owned(), reason: error.to_string() }
}

/// Returns the first header `name` of `message`; `None` where there is none, or its value is no text.
pub(in crate::kafka) fn header<'m>(message: &'m BorrowedMessage<'_>, name: &str) -> Option<&'m str> {
    let found = message.headers()?.iter().find(|header| header.key == name)?;
    std::str::from_utf8(found.value?).ok()
}
