//! A Kafka broker inside this process, with the topics of the service, a writer for the feeds and a reader of what
//! comes out. It keeps no promise about exactly-once.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::super::{Exit, Stop};
use super::feed::Sample;
use crate::config::service::Service;
use crate::kafka::{MAX_RECORD_BYTES, Topic, name};

/// Partitions of the inbox and of the state; the other topics have one, which keeps their records in order.
const PARTITIONS: i32 = 3;

/// The topics that are read: all but the private state.
pub(super) const WATCHED: [Topic; 6] = [Topic::Inbox, Topic::Agents, Topic::Oot, Topic::Escalations, Topic::Skipped, Topic::DeadLetters];

/// The broker and its clients.
pub(super) struct Broker {
    /// The settings of the service that runs on it.
    pub(super) service: Service,
    producer: ThreadedProducer<DefaultProducerContext>,
    consumer: BaseConsumer,
    // Last, so that it outlives its clients.
    _cluster: MockCluster<'static, DefaultProducerContext>,
}

/// A record that came out.
pub(super) struct Seen {
    pub(super) topic: Topic,
    /// `topic/partition/offset` of the record itself.
    pub(super) place: String,
    pub(super) value: Vec<u8>,
    headers: Vec<(String, String)>,
}

impl Seen {
    /// Returns the header `name`; empty where there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value)
    }
}

fn failed(what: &str) -> impl Fn(KafkaError) -> Stop {
    move |error| Stop::Because(Exit::Unavailable, format!("the embedded broker cannot {what}: {error}"))
}

impl Broker {
    /// Starts it and makes the topics under their usual names.
    pub(super) fn start() -> Result<Self, Stop> {
        let cluster = MockCluster::new(1).map_err(failed("start"))?;
        let service = settings(cluster.bootstrap_servers())?;
        let topics = &service.topics;
        for input in topics.posts.iter().chain([&topics.case_events]) {
            cluster.create_topic(input, 1, 1).map_err(failed("make a topic"))?;
        }
        for topic in Topic::needed(topics) {
            let partitions = partitions(topic);
            cluster.create_topic(name(topics, topic), partitions, 1).map_err(failed("make a topic"))?;
        }
        let (producer, consumer) = (producer(&service)?, consumer(&service)?);
        Ok(Broker { service, producer, consumer, _cluster: cluster })
    }

    /// Returns the topic that posts or case events are fed to.
    pub(super) fn input(&self, is_case_event: bool) -> &str {
        let topics = &self.service.topics;
        if is_case_event { &topics.case_events } else { topics.posts.first().unwrap_or(&topics.case_events) }
    }

    /// Writes a raw record.
    pub(super) fn feed(&self, sample: &Sample) -> Result<(), Stop> {
        let topic = self.input(sample.is_case_event);
        let record = BaseRecord::<(), [u8]>::to(topic).payload(&sample.bytes).timestamp(sample.at.get());
        self.producer.send(record).map_err(|(error, _)| failed("take a record")(error))
    }

    /// Returns the next record that came out, waiting up to `patience` for it.
    pub(super) fn next(&self, patience: Duration) -> Result<Option<Seen>, Stop> {
        let message = match self.consumer.poll(patience) {
            None => return Ok(None),
            Some(Err(error)) if is_passing(&error) => return Ok(None),
            Some(message) => message.map_err(failed("be read"))?,
        };
        let topic = WATCHED.into_iter().find(|&topic| name(&self.service.topics, topic) == message.topic());
        let text = |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let headers = message.headers().map(|all| all.iter().map(|header| (header.key.to_owned(), text(header.value))).collect());
        Ok(topic.map(|topic| Seen {
            topic,
            place: format!("{}/{}/{}", message.topic(), message.partition(), message.offset()),
            value: message.payload().unwrap_or_default().to_vec(),
            headers: headers.unwrap_or_default(),
        }))
    }
}

/// Connections come and go; what counts is whether records still arrive.
fn is_passing(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(RDKafkaErrorCode::BrokerTransportFailure | RDKafkaErrorCode::AllBrokersDown | RDKafkaErrorCode::OperationTimedOut)
    )
}

fn partitions(topic: Topic) -> i32 {
    if matches!(topic, Topic::Inbox | Topic::Journal) { PARTITIONS } else { 1 }
}

/// Returns the defaults of the service, whatever the operator's own settings are.
fn settings(brokers: String) -> Result<Service, Stop> {
    let options = [("kafka.brokers", brokers), ("run.start", "earliest".to_owned())];
    let options = options.map(|(key, value)| (key.to_owned(), value));
    Service::load(None, std::iter::empty(), &options).map_err(Stop::Configuration)
}

fn client(service: &Service) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("client.id", "triage-demo");
    config.set("message.max.bytes", MAX_RECORD_BYTES.to_string());
    config
}

fn producer(service: &Service) -> Result<ThreadedProducer<DefaultProducerContext>, Stop> {
    client(service).set("enable.idempotence", "true").set("linger.ms", "1").create().map_err(failed("be written to"))
}

fn consumer(service: &Service) -> Result<BaseConsumer, Stop> {
    let mut config = client(service);
    config.set("group.id", "triage-demo").set("enable.auto.commit", "false").set("fetch.wait.max.ms", "20");
    let consumer: BaseConsumer = config.create().map_err(failed("be read"))?;
    let mut all = TopicPartitionList::new();
    for topic in WATCHED {
        for partition in 0..partitions(topic) {
            all.add_partition_offset(name(&service.topics, topic), partition, Offset::Beginning).map_err(failed("be read"))?;
        }
    }
    consumer.assign(&all).map_err(failed("be read"))?;
    Ok(consumer)
}
