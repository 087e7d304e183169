//! The service as a process on librdkafka's own imitation of a broker, for what needs neither aborts nor restarts.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

/// Nothing that should happen takes longer.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The topics of the shipped settings.
pub const OUTCOMES: [&str; 4] =
    ["telkomcare.triage.agents", "telkomcare.triage.oot", "telkomcare.triage.escalations", "telkomcare.triage.skipped"];
pub const POSTS: &str = "telkomcare.posts";
pub const DEAD_LETTERS: &str = "telkomcare.triage.dead-letters";
pub const STATE: &str = "telkomcare.triage.state";
const OTHERS: [&str; 2] = ["telkomcare.case-events", "telkomcare.triage.inbox"];

/// A broker with all topics, one partition each.
pub struct Broker(MockCluster<'static, DefaultProducerContext>);

impl Broker {
    pub fn start() -> Self {
        let cluster = MockCluster::new(1).unwrap();
        for topic in OUTCOMES.into_iter().chain([POSTS, DEAD_LETTERS, STATE]).chain(OTHERS) {
            cluster.create_topic(topic, 1, 1).unwrap();
        }
        Broker(cluster)
    }

    pub fn address(&self) -> String {
        self.0.bootstrap_servers()
    }

    /// Writes records and waits until the broker has them.
    pub fn produce(&self, topic: &str, values: impl IntoIterator<Item = String>) {
        let producer: ThreadedProducer<DefaultProducerContext> =
            ClientConfig::new().set("bootstrap.servers", self.address()).create().unwrap();
        for value in values {
            producer.send(BaseRecord::<[u8], str>::to(topic).payload(&value)).unwrap();
        }
        producer.flush(PATIENCE).unwrap();
    }

    /// All that is in `topic` now: key, value and headers of each record, one after the other.
    pub fn records(&self, topic: &str) -> Vec<Vec<u8>> {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", self.address())
            .set("group.id", "test-reader")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", "10")
            .create()
            .unwrap();
        let end = consumer.fetch_watermarks(topic, 0, PATIENCE).unwrap().1;
        let mut all = TopicPartitionList::new();
        all.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
        consumer.assign(&all).unwrap();
        let (mut records, mut next, begun) = (Vec::new(), 0, Instant::now());
        while next < end {
            assert!(begun.elapsed() < PATIENCE, "{topic} has no end");
            let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
            let message = message.unwrap();
            next = message.offset() + 1;
            let mut bytes = [message.key().unwrap_or_default(), b" ", message.payload().unwrap_or_default()].concat();
            for header in message.headers().iter().flat_map(|headers| headers.iter()) {
                bytes.extend([b" ", header.key.as_bytes(), b"=", header.value.unwrap_or_default()].concat());
            }
            records.push(bytes);
        }
        records
    }

    /// How many posts have their outcome.
    pub fn outcomes(&self) -> usize {
        OUTCOMES.iter().map(|topic| self.records(topic).len()).sum()
    }
}

/// `triage run` with the rules in `config`, which reads what is there from its beginning.
pub fn run(config: &Path, brokers: &str) -> Command {
    let mut command = Command::new(cargo_bin("triage"));
    command.args(["run", "--start", "earliest", "--brokers", brokers, "--config"]).arg(config);
    command.env_remove("TRIAGE_CONFIG").stdin(Stdio::null());
    command
}

/// Waits until `done`.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::park_timeout(Duration::from_millis(20));
    }
}

/// Sends SIGTERM; the exit code, and how long it took.
pub fn terminate(process: &mut Child) -> (Option<i32>, Duration) {
    let begun = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap().success());
    (ended(process), begun.elapsed())
}

/// Waits for the end of the process; its exit code.
pub fn ended(process: &mut Child) -> Option<i32> {
    let begun = Instant::now();
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            return status.code();
        }
        if begun.elapsed() > PATIENCE {
            process.kill().unwrap();
            panic!("the process does not end");
        }
        thread::park_timeout(Duration::from_millis(10));
    }
}
