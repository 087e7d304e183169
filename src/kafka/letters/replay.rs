//! Feeds dead letters in again: to the topic and partition they came from, with the bytes, key, timestamp and headers
//! they had then, and one header more that says which letter it was.
//!
//! Who replays is told by one transactional id for each group: a second process ends the first one's transaction before
//! it reads what was done, so the two cannot send the same letter.

use std::collections::{BTreeMap, BTreeSet};

use rdkafka::message::BorrowedMessage;
use rdkafka::{Offset, TopicPartitionList};
use serde::Serialize;

use super::progress::{Done, Progress};
use super::{Letter, Selection, done, group};
use crate::config::service::Service;
use crate::kafka::clients::settings::{self, Member};
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::errors::trouble::Trouble;
use crate::kafka::lane::report::LaneReport;
use crate::kafka::lane::transaction::{NO_INPUT, Transaction, Writer};
use crate::kafka::recorded::onlooker::Onlooker;
use crate::kafka::stages::headers::{ATTEMPT, REPLAYED, says_why};
use crate::kafka::stages::outbox::Outbox;
use crate::kafka::stages::record::Inbound;
use crate::kafka::topics::topic::Topic;

/// The one transaction may take longer than one of the service.
const TRANSACTION_TIMEOUT: i64 = 60_000;

/// What was fed in again, or would be.
#[derive(Debug, Default, Serialize)]
pub struct Resent {
    /// Letters sent, by the topic they went to.
    pub sent: BTreeMap<String, u64>,
    /// The letters, the first of them.
    pub letters: Vec<Letter>,
    /// Selected, but sent before.
    pub before: u64,
    /// Selected, but beyond the limit.
    pub left: u64,
    /// Selected, but fed in again so often without success that it is of no use.
    pub worn: u64,
    /// Selected, but without bytes: there was nothing in them, or no broker took them.
    pub empty: u64,
    /// Selected, but from a topic that this configuration does not read.
    pub foreign: u64,
    /// Of those sent, batches of which parts could be read: these come in again too.
    pub batches: u64,
}

impl Resent {
    /// Returns how many letters were sent, to whatever topic.
    pub fn total(&self) -> u64 {
        self.sent.values().sum()
    }
}

/// Most letters that are named in a [`Resent`].
const MOST_NAMED: usize = 20;

/// How much is fed in again.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Letters at most.
    pub letters: usize,
    /// Letters that were fed in again so often are left where they are (D128).
    pub attempts: u32,
}

/// Feeds in again what `selection` takes and was not fed in before, within `limits`; `send`: or only says what it would do.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used, a topic is missing, or somebody else replays at the same time.
pub fn replay(service: &Service, selection: &Selection, limits: Limits, send: bool) -> Result<Resent, Refusal> {
    let group = group(service);
    let onlooker = Onlooker::new(&service.kafka, &group)?;
    onlooker.partitions(&service.topics.dead_letters)?;
    let report = LaneReport::default();
    let mut run = service.run.clone();
    run.transaction_timeout = run.transaction_timeout.max(TRANSACTION_TIMEOUT);
    let member = Member { transactional_id: group.clone(), instance: None, group };
    // Before anything is read: from here on nobody else can replay.
    let writer = if send {
        Some(Writer::new(&service.kafka, settings::producer_to_feeds(&service.kafka, &run, &member)?, &run, &report))
    } else {
        None
    };
    let writer = writer.transpose().map_err(refusal)?;
    let plan = Plan::make(service, &onlooker, selection, limits)?;
    if let Some(mut writer) = writer.filter(|_| plan.replay.total() > 0) {
        plan.carry_out(service, &onlooker, &mut writer).map_err(refusal)?;
    }
    Ok(plan.replay)
}

fn refusal(trouble: Trouble) -> Refusal {
    match trouble {
        Trouble::Refuse(refusal) => refusal,
        Trouble::Abort(reason) | Trouble::Restart { reason, fenced: false } => Refusal::Replay(reason),
        Trouble::Restart { fenced: true, .. } => Refusal::Replay("somebody else has begun to replay".to_owned()),
        Trouble::NeverAccepted(_) => Refusal::Replay("the broker refuses a record as too large".to_owned()),
    }
}

/// What to send, and what to commit with it.
struct Plan {
    replay: Resent,
    /// The letters to send: by partition, their offsets.
    chosen: BTreeMap<i32, BTreeSet<i64>>,
    offsets: TopicPartitionList,
    /// Partitions of the topics that letters go to.
    partitions: BTreeMap<String, i32>,
}

impl Plan {
    fn make(service: &Service, onlooker: &Onlooker<'_>, selection: &Selection, limits: Limits) -> Result<Plan, Refusal> {
        let topics = &service.topics;
        let mut partitions = BTreeMap::new();
        for topic in topics.posts.iter().chain([&topics.case_events, &topics.inbox]) {
            partitions.insert(topic.clone(), onlooker.partitions(topic)?);
        }
        let mut plan = Plan { replay: Resent::default(), chosen: BTreeMap::new(), offsets: TopicPartitionList::new(), partitions };
        let topic = &topics.dead_letters;
        for (partition, done) in (0..).zip(done(onlooker, topic)?) {
            let there = onlooker.bounds(topic, partition)?;
            let mut progress = Progress::new(done.below.clamp(there.start, there.end));
            onlooker.read(topic, &[(partition, done.below.max(there.start)..there.end)], |message| {
                let letter = Letter::read(message);
                let offset = letter.offset;
                let sent = plan.consider(letter, selection, &done, limits);
                progress.pass(offset, sent || done.contains(offset));
                Ok::<(), Refusal>(())
            })?;
            // What lies below is passed over without being read.
            plan.commit(topic, partition, &progress)?;
        }
        Ok(plan)
    }

    /// Counts `letter` where it belongs, and chooses it if it is to be sent. Returns whether it is.
    fn consider(&mut self, letter: Letter, selection: &Selection, done: &Done, limits: Limits) -> bool {
        if !selection.takes(&letter) {
            return false;
        }
        let source = letter.source.as_ref().filter(|source| self.partitions.contains_key(&source.topic));
        let count = match source {
            _ if done.contains(letter.offset) => &mut self.replay.before,
            None => &mut self.replay.foreign,
            Some(_) if letter.bytes.is_none() => &mut self.replay.empty,
            Some(_) if letter.attempts >= limits.attempts => &mut self.replay.worn,
            Some(_) if self.replay.sent.values().sum::<u64>() >= limits.letters as u64 => &mut self.replay.left,
            Some(source) => {
                *self.replay.sent.entry(source.topic.clone()).or_default() += 1;
                self.chosen.entry(letter.partition).or_default().insert(letter.offset);
                self.replay.batches += u64::from(letter.code == "bad_items");
                if self.replay.letters.len() < MOST_NAMED {
                    self.replay.letters.push(letter);
                }
                return true;
            }
        };
        *count += 1;
        false
    }

    fn commit(&mut self, topic: &str, partition: i32, progress: &Progress) -> Result<(), Refusal> {
        if !self.chosen.contains_key(&partition) {
            return Ok(());
        }
        let (offset, note) = progress.to_commit().ok_or_else(|| {
            let reason = format!("too many letters of partition {partition} are left between those sent to be remembered");
            Refusal::Replay(format!("{reason}: take fewer with --limit, or send what lies between them first"))
        })?;
        let added = self.offsets.add_partition_offset(topic, partition, Offset::Offset(offset));
        added.map_err(|error| Refusal::Replay(error.to_string()))?;
        if let (Some(mut element), false) = (self.offsets.find_partition(topic, partition), note.is_empty()) {
            element.set_metadata(&note);
        }
        Ok(())
    }

    /// Sends what was chosen and commits that it was, in one transaction.
    fn carry_out(&self, service: &Service, onlooker: &Onlooker<'_>, writer: &mut Writer<'_>) -> Result<(), Trouble> {
        let group = onlooker.nobody().ok_or_else(|| Trouble::restart("the group is not known"))?;
        // A fresh producer would take the place of one that has replayed since, with a plan that knows nothing of it.
        let transaction = writer.begin_as_made()?;
        let aborted = match self.send(service, onlooker, &transaction) {
            Ok(()) => match transaction.commit(&self.offsets, &group) {
                Ok(()) => return Ok(()),
                Err(aborted) => aborted,
            },
            Err(trouble) => transaction.abort(trouble),
        };
        Err(if aborted.refused.is_empty() { aborted.trouble } else { Trouble::NeverAccepted(NO_INPUT) })
    }

    fn send(&self, service: &Service, onlooker: &Onlooker<'_>, transaction: &Transaction<'_, '_>) -> Result<(), Trouble> {
        let topic = &service.topics.dead_letters;
        let mut out = Outbox::default();
        for (&partition, chosen) in &self.chosen {
            let (Some(first), Some(last)) = (chosen.first(), chosen.last()) else { continue };
            let mut found = 0;
            onlooker.read(topic, &[(partition, *first..last + 1)], |message| {
                let letter = Letter::read(message);
                let Some(source) = letter.source.as_ref().filter(|_| chosen.contains(&letter.offset)) else { return Ok(()) };
                found += 1;
                // A topic that has shrunk since shares records out by key.
                let partition =
                    Some(source.partition).filter(|partition| self.partitions.get(&source.topic).is_some_and(|count| partition < count));
                transaction.check()?;
                out.clear();
                add_as_it_was(message, &letter, partition, &mut out);
                out.records().try_for_each(|record| transaction.send_to(&source.topic, &record, NO_INPUT))
            })?;
            if found != chosen.len() {
                return Err(Trouble::Abort("dead letters were deleted while they were read".to_owned()));
            }
        }
        Ok(())
    }
}

/// Adds the record that `letter` was.
fn add_as_it_was(message: &BorrowedMessage<'_>, letter: &Letter, partition: Option<i32>, out: &mut Outbox) {
    let record = Inbound::new(message);
    // Where it goes is said when it is sent: feeds are no topics of ours.
    out.push(Topic::Inbox)
        .partition(partition)
        .key(record.key)
        .value(record.value)
        .headers_of(&record, |name| !says_why(name) && name != REPLAYED && name != ATTEMPT)
        .header(REPLAYED, record.source())
        .header(ATTEMPT, letter.attempts + 1)
        .at(letter.at);
}
