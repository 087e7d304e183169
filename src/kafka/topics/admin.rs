//! Asks the brokers about topics and makes the missing ones.
//!
//! Two clients: librdkafka tells only a client that is polled what is wrong with its login, and asks only such a one for
//! a token; an [`AdminClient`] is not polled. So everybody who can be asked by another client is.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, OwnedResourceSpecifier, ResourceSpecifier, TopicReplication};
use rdkafka::config::FromClientConfigAndContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{Producer, ThreadedProducer};

use crate::config::service::{Kafka, Topics};

use super::shape::{Found, config, differences};
use super::topic::{Topic, name};
use crate::kafka::clients::certificate::distrust;
use crate::kafka::clients::context::{Health, Plain};
use crate::kafka::clients::login::by_token;
use crate::kafka::clients::settings::client;
use crate::kafka::errors::recovery::not_allowed;
use crate::kafka::errors::refusal::Refusal;

/// How long a broker may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// How the client library says that it does not trust a broker's certificate, and no more.
const UNTRUSTED: &str = "certificate verify failed";

/// How long the first question waits before it is asked whether we are let in at all.
const SLICE: Duration = Duration::from_secs(3);

/// Pause between two looks at what the brokers know.
const LOOK: Duration = Duration::from_millis(20);

/// As many copies as the brokers are set to.
const BROKERS_CHOICE: i32 = -1;

/// A connection to the brokers for questions about topics.
pub struct Admin<'a> {
    kafka: &'a Kafka,
    /// For questions that any client may ask; its own thread polls it.
    asker: ThreadedProducer<Plain>,
}

impl<'a> Admin<'a> {
    /// Makes the client; the first question tells whether a broker answers.
    ///
    /// # Errors
    /// [`Refusal::Settings`] where no client can be made of the settings.
    pub fn new(kafka: &'a Kafka) -> Result<Self, Refusal> {
        let asker = client(kafka, "admin")?.create_with_context(Plain::new(kafka)).map_err(|error| Refusal::unusable(&error))?;
        Ok(Admin { kafka, asker })
    }

    /// Makes the client for what only an administrator may do. `None` with a token for a login, which it cannot be given.
    pub(in crate::kafka) fn administrator(&self) -> Result<Option<AdminClient<Plain>>, Refusal> {
        if by_token(self.kafka) {
            return Ok(None);
        }
        let made = AdminClient::from_config_and_context(&client(self.kafka, "admin")?, Plain::new(self.kafka));
        made.map(Some).map_err(|error| Refusal::unusable(&error))
    }

    /// Returns the number of partitions of `topic`; `None` where it does not exist.
    ///
    /// # Errors
    /// [`Refusal::Unreachable`] where no broker answers, or as soon as it is clear that none lets us in.
    pub fn partitions(&self, topic: &str) -> Result<Option<i32>, Refusal> {
        let begun = Instant::now();
        let metadata = loop {
            match self.asker.client().fetch_metadata(Some(topic), SLICE) {
                Ok(metadata) => break metadata,
                Err(error) if begun.elapsed() >= PATIENCE || self.health().denial().is_some() => return Err(self.unreachable(&error)),
                Err(_) => (),
            }
        };
        let found = metadata.topics().iter().find(|found| found.name() == topic);
        if found.and_then(|found| found.error()).is_some_and(|error| not_allowed(error.into())) {
            return Err(Refusal::NotAllowed { doing: format!("see topic {topic}"), reason: "the brokers refuse to tell of it".to_owned() });
        }
        let found = found.filter(|found| found.error().is_none());
        Ok(found.map(|found| i32::try_from(found.partitions().len()).unwrap_or(i32::MAX)).filter(|&partitions| partitions > 0))
    }

    /// Makes the topics that do not exist, the inputs (which are somebody else's) only if asked to. Returns the names of
    /// those made. Nothing that exists is changed.
    pub fn create(&self, topics: &Topics, inputs: bool) -> Result<Vec<String>, Refusal> {
        let mut wanted: Vec<(&str, Vec<(&'static str, String)>)> =
            Topic::needed(topics).map(|topic| (name(topics, topic), config(topics, topic))).collect();
        if inputs {
            wanted.extend(topics.posts.iter().chain([&topics.case_events]).map(|name| (name.as_str(), Vec::new())));
        }
        let mut missing = Vec::new();
        for (name, config) in wanted {
            if self.partitions(name)?.is_none() {
                missing.push((name, config));
            }
        }
        if missing.is_empty() {
            return Ok(Vec::new());
        }
        let Some(administrator) = self.administrator()? else {
            let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
            return Err(Refusal::NoAdministrator(names.join(", ")));
        };
        let mut made = Vec::new();
        for (name, config) in missing {
            if self.create_one(&administrator, name, topics, &config)? {
                made.push(name.to_owned());
            }
        }
        self.wait_for(&made)?;
        Ok(made)
    }

    /// Returns which topics that are read do not exist. Whoever fills them makes them.
    ///
    /// # Errors
    /// As of [`Admin::partitions`].
    pub fn missing_inputs<'t>(&self, topics: &'t Topics) -> Result<Vec<&'t str>, Refusal> {
        let mut missing = Vec::new();
        for input in topics.posts.iter().chain([&topics.case_events]) {
            if self.partitions(input)?.is_none() {
                missing.push(input.as_str());
            }
        }
        Ok(missing)
    }

    /// Waits until brokers tell of these topics. They say that a topic is made a moment before they know it themselves,
    /// and whoever starts in that moment would be refused.
    fn wait_for(&self, made: &[String]) -> Result<(), Refusal> {
        let begun = Instant::now();
        for topic in made {
            while self.partitions(topic)?.is_none() {
                if begun.elapsed() >= PATIENCE {
                    return Err(Refusal::Topics(format!("{topic} was made, but the brokers do not tell of it")));
                }
                thread::sleep(LOOK);
            }
        }
        Ok(())
    }

    /// Makes a topic. Returns whether it did; `false`: somebody else was faster.
    fn create_one(
        &self,
        administrator: &AdminClient<Plain>,
        name: &str,
        topics: &Topics,
        config: &[(&'static str, String)],
    ) -> Result<bool, Refusal> {
        let replication = topics.replication.unwrap_or(BROKERS_CHOICE);
        let mut topic = NewTopic::new(name, topics.partitions, TopicReplication::Fixed(replication));
        for (setting, value) in config {
            topic = topic.set(setting, value);
        }
        if replication >= 3 {
            topic = topic.set("min.insync.replicas", "2");
        }
        let results = wait(administrator.create_topics([&topic], &options())).map_err(|error| self.unreachable(&error))?;
        match results.into_iter().next() {
            Some(Ok(_)) => Ok(true),
            Some(Err((_, RDKafkaErrorCode::TopicAlreadyExists))) => Ok(false),
            Some(Err((name, code))) => Err(Refusal::Topics(format!("{name} cannot be made: {code}"))),
            None => Err(Refusal::Topics(format!("{name} cannot be made: the broker said nothing"))),
        }
    }

    /// Returns every difference between the brokers' topics and what they must be, one sentence each; empty if all is well.
    /// Where [`Admin::reads_settings`] says no, only whether topics exist and their partitions are compared.
    pub fn check(&self, topics: &Topics) -> Result<Vec<String>, Refusal> {
        let mut said: Vec<String> = self.missing_inputs(topics)?.iter().map(|input| format!("{input} does not exist")).collect();
        let inbox = self.partitions(&topics.inbox)?;
        let administrator = self.administrator()?;
        for topic in Topic::needed(topics) {
            let found = self.find(administrator.as_ref(), name(topics, topic))?;
            said.extend(differences(topics, topic, inbox, found.as_ref()));
        }
        Ok(said)
    }

    /// Returns whether the brokers' settings of topics can be read with this login.
    pub fn reads_settings(&self) -> bool {
        !by_token(self.kafka)
    }

    /// Returns the topic as the brokers have it; `None` where it does not exist.
    pub(in crate::kafka) fn find(&self, administrator: Option<&AdminClient<Plain>>, name: &str) -> Result<Option<Found>, Refusal> {
        let Some(partitions) = self.partitions(name)? else { return Ok(None) };
        let Some(administrator) = administrator else { return Ok(Some(Found { partitions, config: Vec::new() })) };
        let answer = wait(administrator.describe_configs([&ResourceSpecifier::Topic(name)], &options()));
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        let mut config = Vec::new();
        for resource in answer.into_iter().flatten() {
            if matches!(&resource.specifier, OwnedResourceSpecifier::Topic(topic) if topic == name) {
                config.extend(resource.entries.into_iter().filter_map(|entry| Some((entry.name, entry.value?))));
            }
        }
        Ok(Some(Found { partitions, config }))
    }

    fn health(&self) -> &Health {
        &self.asker.client().context().health
    }

    fn unreachable(&self, error: &KafkaError) -> Refusal {
        let words = self.health().words(error);
        match words.contains(UNTRUSTED).then(|| distrust(self.kafka)).flatten() {
            Some(why) => Refusal::NotLetIn { brokers: self.kafka.brokers.join(","), reason: format!("{why} ({words})") },
            None => self.health().refusal(&self.kafka.brokers, error),
        }
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
