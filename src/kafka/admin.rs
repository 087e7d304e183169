//! Asks the brokers about topics and makes the missing ones.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier, TopicReplication};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::config::service::{Kafka, Topics};

use super::client::Plain;
use super::refusal::Refusal;
use super::settings::client;
use super::topics::{Found, Topic, config, differences, name};

/// How long a broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// As many copies as the brokers are set to.
const BROKERS_CHOICE: i32 = -1;

/// An administrator's connection.
pub struct Admin<'a> {
    kafka: &'a Kafka,
    client: AdminClient<Plain>,
}

impl<'a> Admin<'a> {
    /// Connects; the first question tells whether a broker answers.
    pub fn new(kafka: &'a Kafka) -> Result<Self, Refusal> {
        let client = AdminClient::from_config_and_context(&client(kafka, "admin")?, Plain::default());
        let client = client.map_err(|error| Refusal::Settings(format!("kafka: {error}")))?;
        Ok(Admin { kafka, client })
    }

    /// Partitions of `topic`; `None` where it does not exist.
    pub fn partitions(&self, topic: &str) -> Result<Option<i32>, Refusal> {
        let metadata = self.client.inner().fetch_metadata(Some(topic), PATIENCE).map_err(|error| self.unreachable(&error))?;
        let found = metadata.topics().iter().find(|found| found.name() == topic && found.error().is_none());
        Ok(found.map(|found| i32::try_from(found.partitions().len()).unwrap_or(i32::MAX)).filter(|&partitions| partitions > 0))
    }

    /// Makes the topics that do not exist, the inputs (which are somebody else's) only if asked to. Returns the names of
    /// those made. Nothing that exists is changed.
    pub fn create(&self, topics: &Topics, inputs: bool) -> Result<Vec<String>, Refusal> {
        let mut wanted: Vec<(&str, Vec<(&'static str, String)>)> =
            Topic::ALL.iter().map(|&topic| (name(topics, topic), config(topics, topic))).collect();
        if inputs {
            wanted.extend(topics.posts.iter().chain([&topics.case_events]).map(|name| (name.as_str(), Vec::new())));
        }
        let mut made = Vec::new();
        for (name, config) in wanted {
            if self.partitions(name)?.is_none() && self.create_one(name, topics, &config)? {
                made.push(name.to_owned());
            }
        }
        Ok(made)
    }

    /// Whether the topic was made; `false`: somebody else was faster.
    fn create_one(&self, name: &str, topics: &Topics, config: &[(&'static str, String)]) -> Result<bool, Refusal> {
        let replication = topics.replication.unwrap_or(BROKERS_CHOICE);
        let mut topic = NewTopic::new(name, topics.partitions, TopicReplication::Fixed(replication));
        for (setting, value) in config {
            topic = topic.set(setting, value);
        }
        if replication >= 3 {
            topic = topic.set("min.insync.replicas", "2");
        }
        let results = wait(self.client.create_topics([&topic], &options())).map_err(|error| self.unreachable(&error))?;
        match results.into_iter().next() {
            Some(Ok(_)) => Ok(true),
            Some(Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(false),
            Some(Err((name, code))) => Err(Refusal::Topics(format!("{name} cannot be made: {code}"))),
            None => Err(Refusal::Topics(format!("{name} cannot be made: the broker said nothing"))),
        }
    }

    /// Every difference between the brokers' topics and what they must be, one sentence each; empty if all is well.
    pub fn check(&self, topics: &Topics) -> Result<Vec<String>, Refusal> {
        let mut said = Vec::new();
        for input in topics.posts.iter().chain([&topics.case_events]) {
            if self.partitions(input)?.is_none() {
                said.push(format!("{input} does not exist"));
            }
        }
        let inbox = self.partitions(&topics.inbox)?;
        for topic in Topic::ALL {
            let found = self.find(name(topics, topic))?;
            said.extend(differences(topics, topic, inbox, found.as_ref()));
        }
        Ok(said)
    }

    /// The topic as the brokers have it; `None` where it does not exist.
    pub(super) fn find(&self, name: &str) -> Result<Option<Found>, Refusal> {
        let Some(partitions) = self.partitions(name)? else { return Ok(None) };
        let answer = wait(self.client.describe_configs([&ResourceSpecifier::Topic(name)], &options()));
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        let mut config = Vec::new();
        for resource in answer.into_iter().flatten() {
            if matches!(&resource.specifier, OwnedResourceSpecifier::Topic(topic) if topic == name) {
                config.extend(resource.entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?))));
            }
        }
        Ok(Some(Found { partitions, config }))
    }

    fn unreachable(&self, error: &KafkaError) -> Refusal {
        let reason = self.client.inner().context().health.reason(error);
        Refusal::Unreachable { brokers: self.kafka.brokers.join(","), reason }
    }
}

fn options() -> AdminOptions {
    AdminOptions::new().operation_timeout(Some(PATIENCE)).request_timeout(Some(PATIENCE))
}

/// Waits for one future on this thread: an administrator's questions need no runtime.
fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
