//! How much of a bare transactional pass-through the lane reaches. Slow, and meant for an idle machine:
//! `cargo test --release --test e2e throughput -- --ignored --nocapture`

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::broker::{Record, bootstrap, produce, service, wait_until};
use super::counting::Run;
use super::sample;
use super::stages::{Stages, shipped_rules};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::util::Timeout;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use triage::config::service::{Service, Topics};
use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};

pub const RECORDS: usize = 500_000;

/// Each author writes five times.
const AUTHORS: usize = RECORDS / 5;

/// The posts as ingest writes them.
fn inbox() -> impl Iterator<Item = Record> {
    posts(|author| format!("x:{}", sample::author_id(author)))
}

/// The same as a feed brings them: without a key that means anything.
pub fn feed() -> impl Iterator<Item = Record> {
    posts(|_| String::new())
}

fn posts(key: impl Fn(usize) -> String) -> impl Iterator<Item = Record> {
    (0..RECORDS).map(move |number| {
        let author = number % AUTHORS;
        let value = sample::canonical(number, author, sample::TEXTS[(number / 7 + number / AUTHORS) % sample::TEXTS.len()]);
        let key = Some(key(author).into_bytes()).filter(|key| !key.is_empty());
        Record { key, value: Some(value), partition: -1, timestamp: sample::written_at(number), ..Record::default() }
    })
}

/// Hands records on as they are.
struct PassThrough;

impl Stage for PassThrough {
    type Reader = ();

    fn name(&self) -> &'static str {
        "pass"
    }

    fn lend_reader(&mut self) {}

    fn take_back(&mut self, (): ()) {}

    fn process<'r>(&mut self, record: &Inbound<'r>, (): (), out: &mut Outbox) {
        out.push(Topic::Agents).key(record.key).value(record.value).header("triage.source", record.source()).at(record.timestamp);
    }
}

/// The least that a transactional consumer and producer can do, tuned the same way.
fn bare(topics: &Topics) -> Took {
    let config = |id: &str| {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", bootstrap()).set("group.id", id).set("enable.auto.commit", "false");
        config
    };
    let consumer: BaseConsumer = config("bare").set("fetch.queue.backoff.ms", "10").create().expect("a consumer");
    let producer: ThreadedProducer<DefaultProducerContext> = ClientConfig::new()
        .set("bootstrap.servers", bootstrap())
        .set("transactional.id", "bare")
        .set("compression.type", "lz4")
        .set("delivery.report.only.error", "true")
        .create()
        .expect("a producer");
    producer.init_transactions(Duration::from_secs(10)).expect("init");
    let mut assignment = TopicPartitionList::new();
    for partition in 0..4 {
        assignment.add_partition_offset(&topics.inbox, partition, Offset::Beginning).expect("an offset");
    }
    consumer.assign(&assignment).expect("assigned");
    let begun = Stopwatch::start();
    let mut read = 0;
    while read < RECORDS {
        producer.begin_transaction().expect("begin");
        let transaction = Instant::now();
        while transaction.elapsed() < Duration::from_millis(100) && read < RECORDS {
            let Some(message) = consumer.poll(Duration::from_millis(10)) else { continue };
            let message = message.expect("a message");
            let mut record = BaseRecord::<[u8], [u8]>::to(&topics.oot);
            record.key = message.key();
            record.payload = message.payload();
            while let Err((_, returned)) = producer.send(record) {
                record = returned;
                std::thread::yield_now();
            }
            read += 1;
        }
        while producer.in_flight_count() > 0 {
            std::thread::park_timeout(Duration::from_micros(200));
        }
        let group = consumer.group_metadata().expect("a group");
        producer.send_offsets_to_transaction(&consumer.position().expect("a position"), &group, Duration::from_secs(5)).expect("offsets");
        producer.commit_transaction(Timeout::Never).expect("commit");
    }
    begun.stop()
}

/// One stage, from its first record to its last.
fn lane<S: Stage + 'static>(service: &Service, journaled: bool, group: &str, make: impl Fn() -> S + Clone + Send + 'static) -> Took {
    let mut run = Run::new(service);
    run.settings.journal = journaled.then_some(Topic::Journal);
    run.settings.group = group.to_owned();
    let mut lanes = run.start_stage(1, make);
    wait_until("an assignment", || lanes.counts().partitions > 0);
    let begun = Stopwatch::start();
    while lanes.counts().records < RECORDS as u64 {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let took = begun.stop();
    lanes.stop().expect("drained");
    took
}

/// Both stages, from the feed to the last verdict.
fn both(service: &Service) -> Took {
    let stages = Stages::start(service);
    wait_until("the first verdict", || stages.judged() > 0);
    let before = stages.judged();
    let begun = Stopwatch::start();
    while stages.judged() < RECORDS as u64 {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let took = begun.stop();
    stages.stop();
    took.of(RECORDS as u64 - before)
}

/// Time passed, and time that this process (not the broker) was on a processor.
struct Stopwatch {
    begun: Instant,
    busy: Duration,
}

impl Stopwatch {
    fn start() -> Self {
        Stopwatch { begun: Instant::now(), busy: busy() }
    }

    fn stop(&self) -> Took {
        Took { records: RECORDS as f64, wall: self.begun.elapsed().as_secs_f64(), busy: (busy() - self.busy).as_secs_f64() }
    }
}

/// Processor time of this process, user and system.
fn busy() -> Duration {
    busy_of("self")
}

/// The same of another.
pub fn busy_of(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux");
    let fields = stat.rsplit_once(')').expect("a name in brackets").1.split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("a number")).sum();
    Duration::from_millis(ticks * 10)
}

#[derive(Clone, Copy)]
pub struct Took {
    pub records: f64,
    pub wall: f64,
    pub busy: f64,
}

impl Took {
    fn of(self, records: u64) -> Self {
        Took { records: records as f64, ..self }
    }

    pub fn show(self, what: &str, base: Self) {
        let rate = self.records / self.wall;
        let ratio = rate / (base.records / base.wall);
        println!(
            "{what:<28} {rate:>8.0} records/s  {:>5.1} us of processor a record  {ratio:>5.2} of the first",
            self.busy * 1e6 / self.records
        );
    }
}

#[test]
#[ignore = "measures; takes a minute"]
fn throughput() {
    for round in 1..=3 {
        let service = service(&format!("throughput{round}"), 4);
        produce(&service.kafka, &service.topics.inbox, inbox());
        bare(&service.topics);
        let base = bare(&service.topics);
        base.show("bare pass-through", base);
        lane(&service, false, &format!("pass-{round}"), || PassThrough).show("pass-through as a stage", base);
        let rules = shipped_rules();
        lane(&service, true, &format!("judged-{round}"), move || Triage::new(Arc::clone(&rules), true)).show("triage, shipped rules", base);
        let service = super::broker::service(&format!("both{round}"), 4);
        produce(&service.kafka, &service.topics.posts[0], feed());
        both(&service).show("both stages", base);
    }
}
