//! Brokers for tests: a real Apache Kafka, one node for each test binary, started at first use by `broker.sh` and gone
//! with the process; and librdkafka's own imitation, one for each test, for what needs neither aborts nor restarts.
//! Topics are told apart by a prefix for each test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Headers, Message, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};
use triage::config::service::{Kafka, Service};
use triage::kafka::{Admin, Topic, name};

/// No test waits longer for something that should happen; ten times as long in the long form.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Whether tests that have a long form shall take it: `TRIAGE_LONG=1`.
pub fn long() -> bool {
    std::env::var_os("TRIAGE_LONG").is_some_and(|value| value == "1")
}

fn patience() -> Duration {
    if long() { 10 * PATIENCE } else { PATIENCE }
}

/// The node of this process.
pub struct Node {
    /// The bootstrap address of its open listener.
    pub bootstrap: String,
    /// That of the listener which asks who is there.
    pub secure: String,
    /// Where its certificates are.
    pub folder: PathBuf,
}

/// Starts the node at first use.
pub fn node() -> &'static Node {
    static NODE: OnceLock<Node> = OnceLock::new();
    NODE.get_or_init(|| {
        // `RUST_LOG=kafka=debug,librdkafka=info cargo test ... -- --nocapture` shows what the lanes say.
        tracing_subscriber::fmt()
            .with_env_filter(std::env::var("RUST_LOG").unwrap_or_else(|_| "off".into()))
            .with_thread_names(true)
            .init();
        Node::start("")
    })
}

impl Node {
    /// Starts another node, told apart by `name`.
    pub fn start(name: &str) -> Node {
        Node::start_with(name, &[]).0
    }

    /// The same for a proxy that listens at `port`; gives the address that the proxy is to hand on to.
    pub fn start_behind(name: &str, port: u16) -> (Node, String) {
        let (node, behind) = Node::start_with(name, &[&port.to_string()]);
        (node, behind.expect("a third address"))
    }

    fn start_with(name: &str, more: &[&str]) -> (Node, Option<String>) {
        let folder = std::env::temp_dir().join(format!("triage-kafka-{}{name}", std::process::id()));
        let addresses = Node::script("start", &folder, &[&[std::process::id().to_string().as_str()], more].concat());
        let mut addresses = addresses.split_whitespace().map(str::to_owned);
        let mut next = || addresses.next();
        let node = Node { bootstrap: next().expect("an address"), secure: next().expect("a second address"), folder };
        (node, next())
    }

    /// Starts three nodes that keep everything three times.
    pub fn start_three(name: &str) -> [Node; 3] {
        let folder = std::env::temp_dir().join(format!("triage-kafka-{}{name}", std::process::id()));
        let addresses = Node::script("cluster", &folder, &[&std::process::id().to_string()]);
        let addresses: Vec<&str> = addresses.split_whitespace().collect();
        let node = |number: usize| Node {
            bootstrap: addresses[number].to_owned(),
            secure: String::new(),
            folder: folder.join((number + 1).to_string()),
        };
        [node(0), node(1), node(2)]
    }

    /// `broker.sh` with a verb for this node: `crash`, `halt`, `resume`.
    pub fn tell(&self, verb: &str) {
        Node::script(verb, &self.folder, &[]);
    }

    fn script(verb: &str, folder: &Path, more: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/broker.sh");
        let output = Command::new(script).arg(verb).arg(folder).args(more).output().expect("broker.sh runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }
}

/// The bootstrap address of the real broker.
pub fn bootstrap() -> &'static str {
    &node().bootstrap
}

/// Settings for an imitation of a broker with all topics, and the imitation, which must outlive what runs on it.
pub fn mock(test: &str, partitions: i32) -> (Service, MockCluster<'static, DefaultProducerContext>) {
    let cluster = MockCluster::new(1).expect("a broker in this process");
    let service = settings(&cluster.bootstrap_servers(), test, partitions, &[]);
    let topics = &service.topics;
    let inputs = topics.posts.iter().chain([&topics.case_events]).map(String::as_str);
    for topic in inputs.chain(Topic::needed(topics).map(|topic| name(topics, topic))) {
        cluster.create_topic(topic, partitions, 1).expect("a topic");
    }
    (service, cluster)
}

/// Settings as a user gives them, with topics that no other test has, `partitions` of each made here.
pub fn service(test: &str, partitions: i32) -> Service {
    with_topics(service_without_topics(test, partitions))
}

/// The same with `more` settings.
pub fn service_with(test: &str, partitions: i32, more: &[(&str, &str)]) -> Service {
    with_topics(settings(bootstrap(), test, partitions, more))
}

/// The same on `node`.
pub fn service_on(node: &Node, test: &str, partitions: i32) -> Service {
    with_topics(settings(&node.bootstrap, test, partitions, &[]))
}

/// The same on three nodes.
pub fn service_on_three(nodes: &[Node; 3], test: &str, partitions: i32) -> Service {
    let brokers = nodes.iter().map(|node| node.bootstrap.as_str()).collect::<Vec<_>>().join(",");
    with_topics(settings(&brokers, test, partitions, &[("topics.replication", "3")]))
}

fn with_topics(service: Service) -> Service {
    let made = Admin::new(&service.kafka).expect("settings").create(&service.topics, true).expect("topics");
    assert_eq!(made.len(), 2 + Topic::needed(&service.topics).count());
    service
}

/// The same without making the topics.
pub fn service_without_topics(test: &str, partitions: i32) -> Service {
    settings(bootstrap(), test, partitions, &[])
}

fn settings(brokers: &str, test: &str, partitions: i32, more: &[(&str, &str)]) -> Service {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("{test}-{}.", NUMBER.fetch_add(1, Ordering::Relaxed));
    let retention = ["inbox", "agents", "oot", "escalations", "skipped", "dead_letters"]
        .map(|topic| (format!("topics.retention.{topic}"), "3660d".to_owned()));
    let options = [
        ("kafka.brokers", brokers.to_owned()),
        ("topics.posts", format!("{prefix}posts")),
        ("topics.case_events", format!("{prefix}case-events")),
        ("topics.output_prefix", prefix.clone()),
        ("topics.partitions", partitions.to_string()),
        ("topics.replication", "1".to_owned()),
        ("run.group", prefix.trim_end_matches('.').to_owned()),
        ("run.start", "earliest".to_owned()),
    ];
    // Brokers delete by the records' own time, and the tests' posts are old.
    let more = more.iter().map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let options: Vec<(String, String)> =
        options.map(|(key, value)| (key.to_owned(), value)).into_iter().chain(retention).chain(more).collect();
    Service::load(None, std::iter::empty(), &options).expect("settings")
}

/// A record to be written, or one that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Record {
    pub partition: i32,
    pub offset: i64,
    pub timestamp: i64,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Record {
    pub fn new(key: &str, value: &str) -> Self {
        Record { key: Some(key.into()), value: Some(value.into()), partition: -1, ..Record::default() }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.value.as_deref().unwrap_or_default()).into_owned()
    }

    pub fn key_text(&self) -> String {
        String::from_utf8_lossy(self.key.as_deref().unwrap_or_default()).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| String::from_utf8_lossy(value).into_owned())
    }
}

impl From<&BorrowedMessage<'_>> for Record {
    fn from(message: &BorrowedMessage<'_>) -> Self {
        let headers = message.headers().map(|all| all.iter().map(|one| (one.key.into(), one.value.unwrap_or_default().to_vec())).collect());
        Record {
            partition: message.partition(),
            offset: message.offset(),
            timestamp: message.timestamp().to_millis().unwrap_or(-1),
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: headers.unwrap_or_default(),
        }
    }
}

/// A client of the same brokers, without their login.
fn client(kafka: &Kafka) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", kafka.brokers.join(","));
    config
}

/// Writes records without a transaction and waits until the broker has them.
pub fn produce(kafka: &Kafka, topic: &str, records: impl IntoIterator<Item = Record>) {
    let producer: ThreadedProducer<DefaultProducerContext> = client(kafka)
        .set("partitioner", "murmur2_random")
        .set("enable.idempotence", "true")
        .set("message.max.bytes", "10000000")
        .create()
        .expect("a producer");
    for record in records {
        let headers = record
            .headers
            .iter()
            .fold(OwnedHeaders::new(), |all, (key, value)| all.insert(rdkafka::message::Header { key, value: Some(value) }));
        let mut message = BaseRecord::<[u8], [u8]>::to(topic).headers(headers);
        message.key = record.key.as_deref();
        message.payload = record.value.as_deref();
        message.partition = (record.partition >= 0).then_some(record.partition);
        message.timestamp = (record.timestamp > 0).then_some(record.timestamp);
        while let Err((error, returned)) = producer.send(message) {
            assert!(matches!(error, KafkaError::MessageProduction(rdkafka::types::RDKafkaErrorCode::QueueFull)), "{error}");
            std::thread::yield_now();
            message = returned;
        }
    }
    producer.flush(patience()).expect("all delivered");
}

/// All records of `topic` that are there now, in the order of their partitions. `isolation` as Kafka names it.
pub fn consume(kafka: &Kafka, topic: &str, isolation: &str) -> Vec<Record> {
    let mut records = Vec::new();
    consume_each(kafka, topic, isolation, |record| records.push(record));
    records.sort_by_key(|record| (record.partition, record.offset));
    records
}

/// The same one by one; those of a partition are in order.
pub fn consume_each(kafka: &Kafka, topic: &str, isolation: &str, mut each: impl FnMut(Record)) {
    let consumer: BaseConsumer = client(kafka)
        .set("group.id", "test-reader")
        .set("isolation.level", isolation)
        .set("enable.partition.eof", "true")
        .set("enable.auto.commit", "false")
        .set("fetch.wait.max.ms", "10")
        .create()
        .expect("a consumer");
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("metadata");
    let mut assignment = TopicPartitionList::new();
    for partition in metadata.topics()[0].partitions() {
        assignment.add_partition_offset(topic, partition.id(), Offset::Beginning).expect("an offset");
    }
    consumer.assign(&assignment).expect("assigned");
    let mut ended = std::collections::BTreeSet::new();
    let begun = Instant::now();
    while ended.len() < assignment.count() {
        assert!(begun.elapsed() < patience(), "{topic} has no end");
        match consumer.poll(Duration::from_millis(100)) {
            Some(Ok(message)) => each(Record::from(&message)),
            Some(Err(KafkaError::PartitionEOF(partition))) => drop(ended.insert(partition)),
            Some(Err(error)) => panic!("{topic}: {error}"),
            None => (),
        }
    }
}

/// All that was committed to `topic`, now that nobody writes to it any more. A commit is answered before the brokers have
/// told the partitions, so a reader who comes at once may still be shown less.
pub fn consume_all(kafka: &Kafka, topic: &str) -> Vec<Record> {
    let client = |isolation: &str| -> BaseConsumer {
        client(kafka).set("group.id", "test-reader").set("isolation.level", isolation).create().expect("a consumer")
    };
    let (committed, written) = (client("read_committed"), client("read_uncommitted"));
    let metadata = written.fetch_metadata(Some(topic), PATIENCE).expect("metadata");
    let partitions: Vec<i32> = metadata.topics()[0].partitions().iter().map(|partition| partition.id()).collect();
    let end = |client: &BaseConsumer, partition| client.fetch_watermarks(topic, partition, PATIENCE).expect("an end").1;
    wait_until("the end of all transactions", || {
        partitions.iter().all(|&partition| end(&committed, partition) == end(&written, partition))
    });
    consume(kafka, topic, "read_committed")
}

/// Waits until `done` with what `look` sees; for as long as that changes, since a slow machine may take its time and only a
/// standstill may not. `what` says for what if it never comes.
pub fn wait_while_it_moves<T: PartialEq>(what: &str, mut look: impl FnMut() -> T, done: impl Fn(&T) -> bool) {
    let (begun, mut moved) = (Instant::now(), Instant::now());
    let mut seen = look();
    while !done(&seen) {
        let limits = moved.elapsed() < patience() && begun.elapsed() < 10 * patience();
        assert!(limits, "waited in vain, {:?} without a change: {what}", moved.elapsed());
        std::thread::park_timeout(Duration::from_millis(10));
        let now = look();
        if now != seen {
            (seen, moved) = (now, Instant::now());
        }
    }
}

/// Waits until `done`; `what` says for what if it never comes.
pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < patience(), "waited in vain: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
