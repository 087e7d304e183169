//! What the lanes of a stage have in common: what they read, as which group, and how they run.

use std::sync::Arc;

use crate::config::service::{DeadLetterLimit, Kafka, Run, Service, Topics};
use crate::kafka::journal::accepted::Accepted;
use crate::kafka::topics::topic::{Topic, name};
use crate::post::Millis;

/// What the lanes of a stage have in common.
#[derive(Debug, Clone)]
pub struct LaneSettings {
    /// How to reach the brokers.
    pub kafka: Kafka,
    /// How the topics are called.
    pub topics: Topics,
    /// How the program runs.
    pub run: Run,
    /// The consumer group of the stage.
    pub group: String,
    /// The topics that the stage reads.
    pub inputs: Vec<String>,
    /// Where the stage keeps its state, if it does: then it reads one topic only, and the journal is written and restored.
    pub journal: Option<Topic>,
    /// When a topic is not read on because too much of it cannot be read.
    pub limit: Option<DeadLetterLimit>,
    /// What the process knows of the rules that the group has accepted; `None`: the stage's rules are nobody's concern.
    pub accepted: Option<Arc<Accepted>>,
    /// The wall clock; another one in tests.
    pub clock: fn() -> Millis,
}

impl LaneSettings {
    /// Makes those of the stage that reads the feeds and fills the inbox.
    pub fn ingest(service: &Service, clock: fn() -> Millis) -> Self {
        let mut inputs = service.topics.posts.clone();
        inputs.push(service.topics.case_events.clone());
        let settings = LaneSettings::new(service, "ingest", inputs, None, clock);
        LaneSettings { limit: service.ingest.dead_letter_limit, ..settings }
    }

    /// Makes those of the stage that judges what is in the inbox.
    pub fn triage(service: &Service, clock: fn() -> Millis) -> Self {
        LaneSettings::new(service, "triage", vec![service.topics.inbox.clone()], Some(Topic::Journal), clock)
    }

    /// For the stage that makes outages of complaints by area.
    pub fn outages(service: &Service, clock: fn() -> Millis) -> Self {
        let inputs = vec![name(&service.topics, Topic::Areas).to_owned()];
        LaneSettings::new(service, "outages", inputs, Some(Topic::AreasJournal), clock)
    }

    /// The topic that a stage with a journal reads.
    pub(in crate::kafka) fn input(&self) -> &str {
        self.inputs.first().map_or("", String::as_str)
    }

    /// Whether the stage writes to `topic`.
    pub(in crate::kafka) fn writes(&self, topic: Topic) -> bool {
        match self.journal {
            _ if topic == Topic::DeadLetters => true,
            None => topic == Topic::Inbox,
            Some(Topic::AreasJournal) => matches!(topic, Topic::AreasJournal | Topic::Outages),
            Some(_) => !matches!(topic, Topic::AreasJournal | Topic::Outages),
        }
    }

    fn new(service: &Service, stage: &str, inputs: Vec<String>, journal: Option<Topic>, clock: fn() -> Millis) -> Self {
        let group = format!("{}-{stage}", service.run.group);
        let Service { kafka, topics, run, .. } = service.clone();
        LaneSettings { kafka, topics, run, group, inputs, journal, limit: None, accepted: None, clock }
    }
}
