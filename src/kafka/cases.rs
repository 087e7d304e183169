//! Cases as the journal has them, for the commands that look on, and the request to forget a customer.
//!
//! Looking leaves no trace: no group is joined and nothing is committed. Forgetting is a case event like any other: the
//! lane that owns the customer carries it out, behind whose back nothing is changed. Decides nothing about cases.

use std::collections::BTreeMap;
use std::ops::Range;

use rdkafka::TopicPartitionList;
use rdkafka::message::{BorrowedMessage, Message};
use serde::Serialize;
use serde_json::Value;

use super::clients::settings::{self, Member};
use super::errors::refusal::Refusal;
use super::errors::trouble::Trouble;
use super::journal::owner::META_KEY;
use super::lane::report::LaneReport;
use super::lane::transaction::{NO_INPUT, Transaction, Writer};
use super::recorded::coordinates::Coordinates;
use super::recorded::onlooker::Onlooker;
use super::stages::outbox::Outbox;
use super::topics::admin::Admin;
use super::topics::topic::{Topic, name};
use crate::author::{AuthorState, Head};
use crate::config::service::{Service, Topics};
use crate::post::{CASE_EVENT_SCHEMA, CaseEvent, CaseEventKind, Millis};

/// A customer of whom a case is open.
#[derive(Debug, Clone)]
pub struct Customer {
    /// `<platform>:<id>`.
    pub key: String,
    /// Where the journal says so.
    pub place: Coordinates,
    /// What it says.
    pub state: AuthorState,
}

/// A record on the escalations topic.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    /// Where it stands.
    pub place: Coordinates,
    /// What it says.
    pub record: Value,
}

/// What a topic still holds of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The topic.
    pub topic: String,
    /// Its records of the customer; `None` where records are not keyed by customer, so that nobody can tell.
    pub records: Option<u64>,
    /// From then on the broker has deleted the last of them; `None` where no time does that.
    pub until: Option<Millis>,
}

/// Returns the customers of whom `wanted` says so, by key; states without a case are not asked about.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used, the journal is missing or holds a record that cannot be read.
pub fn customers(service: &Service, wanted: impl Fn(&str, &AuthorState) -> bool) -> Result<Vec<Customer>, Refusal> {
    let topic = &service.topics.state;
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    let mut found: BTreeMap<(i32, Vec<u8>), Customer> = BTreeMap::new();
    onlooker.read(topic, &whole(&onlooker, topic)?, |message| {
        let key = (message.partition(), message.key().unwrap_or_default().to_vec());
        let customer = remembered(topic, message)?.filter(|customer| wanted(&customer.key, &customer.state));
        match customer {
            Some(customer) => drop(found.insert(key, customer)),
            None => drop(found.remove(&key)),
        }
        Ok::<(), Refusal>(())
    })?;
    let mut customers: Vec<Customer> = found.into_values().collect();
    customers.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(customers)
}

/// The customer of a journal record, if he has a case.
fn remembered(topic: &str, message: &BorrowedMessage<'_>) -> Result<Option<Customer>, Refusal> {
    let record = message.payload().unwrap_or_default();
    let has_none = Head::of(record).is_some_and(|head| head.needed_for.is_some());
    if record.is_empty() || has_none || message.key() == Some(META_KEY) {
        return Ok(None);
    }
    let unreadable = |error: String| Refusal::Journal { journal: topic.to_owned(), partition: message.partition(), reason: error };
    let state = AuthorState::decode(record).map_err(|error| unreadable(error.to_string()))?;
    let key = String::from_utf8_lossy(message.key().unwrap_or_default()).into_owned();
    let place = place(topic, message);
    Ok(state.case.is_some().then_some(Customer { key, place, state }))
}

/// Returns what was told of the case `case_id`, the oldest first.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used or the topic is missing.
pub fn told(service: &Service, case_id: &str) -> Result<Vec<Told>, Refusal> {
    let topic = &service.topics.escalations;
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    let mut told = Vec::new();
    onlooker.read(topic, &whole(&onlooker, topic)?, |message| {
        let record = message.payload().and_then(|value| serde_json::from_slice::<Value>(value).ok());
        if let Some(record) = record.filter(|record| record["case_id"] == case_id) {
            told.push(Told { place: place(topic, message), record });
        }
        Ok::<(), Refusal>(())
    })?;
    told.sort_by_key(|told| (told.place.partition, told.place.offset));
    Ok(told)
}

/// Asks the lane that owns `customer` to forget him, with a case event of `now`; returns its id.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used, or the topic is missing or does not take the record.
pub fn forget(service: &Service, customer: &str, now: Millis) -> Result<String, Refusal> {
    let topic = &service.topics.case_events;
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    onlooker.partitions(topic)?;
    let event_id = format!("forget:{customer}:{}", now.get());
    let event = CaseEvent {
        schema: CASE_EVENT_SCHEMA.into(),
        event_id: event_id.as_str().into(),
        event: CaseEventKind::Forget,
        customer: Some(customer.into()),
        at: now,
        ..CaseEvent::default()
    };
    let mut out = Outbox::default();
    out.push(Topic::Inbox).key(customer.as_bytes()).value_with(|bytes| serde_json::to_writer(bytes, &event).unwrap_or_default()).at(now);
    let group = format!("{}-forget", service.run.group);
    let member = Member { transactional_id: group.clone(), instance: None, group };
    let report = LaneReport::default();
    let config = settings::producer_to_feeds(&service.kafka, &service.run, &member)?;
    let refused = |trouble: Trouble| match trouble {
        Trouble::Refuse(refusal) => refusal,
        Trouble::Abort(reason) | Trouble::Restart { reason, .. } => Refusal::NotWritten { topic: topic.clone(), reason },
        Trouble::NeverAccepted(_) => Refusal::NotWritten { topic: topic.clone(), reason: "it is too large".to_owned() },
    };
    let mut writer = Writer::new(&service.kafka, config, &service.run, &report).map_err(refused)?;
    let transaction = writer.begin().map_err(refused)?;
    write(transaction, topic, &out, &onlooker).map_err(refused)?;
    Ok(event_id)
}

fn write(transaction: Transaction<'_, '_>, topic: &str, out: &Outbox, onlooker: &Onlooker<'_>) -> Result<(), Trouble> {
    out.records().try_for_each(|record| transaction.send_to(topic, &record, NO_INPUT))?;
    let group = onlooker.nobody().ok_or_else(|| Trouble::restart("the group is not known"))?;
    transaction.commit(&TopicPartitionList::new(), &group).map_err(|aborted| aborted.trouble)
}

/// Returns what the topics hold of `customer` at `now`, in the order of a record's way.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used or a topic is missing.
pub fn held(service: &Service, customer: &str, now: Millis) -> Result<Vec<Held>, Refusal> {
    let topics = &service.topics;
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    let admin = Admin::new(&service.kafka)?;
    let mut held = Vec::new();
    for topic in unkeyed(topics) {
        let kept_for = retention(&admin, topic)?;
        held.push(Held { topic: topic.clone(), records: None, until: kept_for.map(|kept_for| now.plus(kept_for)) });
    }
    for topic in Topic::needed(topics).filter(|topic| *topic != Topic::DeadLetters).map(|topic| name(topics, topic)) {
        let (mut records, mut newest) = (0, None);
        onlooker.read(topic, &whole(&onlooker, topic)?, |message| {
            if message.key() == Some(customer.as_bytes()) && message.payload().is_some() {
                records += 1;
                newest = newest.max(message.timestamp().to_millis());
            }
            Ok::<(), Refusal>(())
        })?;
        let kept_for = retention(&admin, topic)?;
        let until = newest.zip(kept_for).map(|(newest, kept_for)| Millis::new(newest).plus(kept_for));
        held.push(Held { topic: topic.to_owned(), records: Some(records), until });
    }
    Ok(held)
}

/// Topics whose records are keyed by something else: the feeds, and what of them could not be read.
fn unkeyed(topics: &Topics) -> impl Iterator<Item = &String> {
    topics.posts.iter().chain([&topics.case_events, &topics.dead_letters])
}

/// How long the brokers keep records of `topic`, in milliseconds; `None`: for ever, or they do not tell us.
fn retention(admin: &Admin<'_>, topic: &str) -> Result<Option<i64>, Refusal> {
    let found = admin.find(admin.administrator()?.as_ref(), topic)?;
    let settings = found.map(|found| found.config).unwrap_or_default();
    let setting = |wanted: &str| settings.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let deletes = setting("cleanup.policy").is_some_and(|policy| policy.contains("delete"));
    Ok(setting("retention.ms").filter(|_| deletes).and_then(|value| value.parse().ok()).filter(|kept_for| *kept_for >= 0))
}

/// All partitions of `topic`, from their beginning to the ends they have now.
fn whole(onlooker: &Onlooker<'_>, topic: &str) -> Result<Vec<(i32, Range<i64>)>, Refusal> {
    (0..onlooker.partitions(topic)?).map(|partition| Ok((partition, onlooker.bounds(topic, partition)?))).collect()
}

fn place(topic: &str, message: &BorrowedMessage<'_>) -> Coordinates {
    Coordinates { topic: topic.to_owned(), partition: message.partition(), offset: message.offset() }
}
