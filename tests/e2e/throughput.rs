//! How much of a bare transactional pass-through the lane reaches. Slow, and meant for an idle machine:
//! `cargo test --release --test e2e throughput -- --ignored --nocapture`

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::broker::{Record, bootstrap, produce, service, wait_until};
use super::counting::{Counting, Run};
use super::stages::{keyed_posts, shipped_rules};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::util::Timeout;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use triage::config::service::{Service, Topics};
use triage::kafka::{Inbound, Outbox, Outgoing, Stage, Topic, Triage};

const RECORDS: usize = 500_000;

fn posts() -> impl Iterator<Item = Record> {
    (0..RECORDS).map(|number| {
        let filler: String = (0..60).map(|word| format!("w{:x} ", (number * 31 + word * 977) % 4096)).collect();
        Record::new(&format!("x:{}", number % 20_000), &format!("{{\"post_id\":\"{number}\",\"text\":\"{filler:<640.640}\"}}"))
    })
}

/// Hands records on as they are.
struct PassThrough;

impl Stage for PassThrough {
    fn name(&self) -> &'static str {
        "pass"
    }

    fn process(&mut self, record: &Inbound<'_>, out: &mut Outbox) {
        let (key, value) = (record.key.map(<[u8]>::to_vec), record.value.map(<[u8]>::to_vec));
        let headers = vec![("triage.source".into(), Some(record.source().into_bytes()))];
        out.push(Outgoing { to: Topic::Agents, partition: None, key, value, headers, timestamp: Some(record.timestamp) });
    }
}

/// The least that a transactional consumer and producer can do, tuned the same way.
fn bare(topics: &Topics) -> Duration {
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
    let begun = Instant::now();
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
    begun.elapsed()
}

fn lane<S: Stage + 'static>(service: &Service, journaled: bool, group: &str, make: impl Fn() -> S + Clone + Send + 'static) -> Duration {
    let mut run = Run::new(service);
    run.settings.journaled = journaled;
    run.settings.group = group.to_owned();
    let mut lanes = run.start_stage(1, make);
    wait_until("an assignment", || lanes.counts().partitions > 0);
    let begun = Instant::now();
    let done = || lanes.counts().records >= RECORDS as u64;
    while !done() {
        std::thread::park_timeout(Duration::from_millis(1));
    }
    let took = begun.elapsed();
    println!("{:?}", lanes.counts());
    lanes.stop().expect("drained");
    took
}

/// The triage stage with the shipped rules, on posts that are nearly all complaints.
fn judged() {
    let service = service("judged", 4);
    produce(&service.kafka, &service.topics.inbox, keyed_posts(RECORDS, 20_000));
    let rules = shipped_rules();
    let took = lane(&service, true, "judged", move || Triage::new(Arc::clone(&rules), true));
    println!("{:<24} {:>8.0} records/s", "triage, shipped rules", RECORDS as f64 / took.as_secs_f64());
}

#[test]
#[ignore = "measures; takes a minute"]
fn throughput() {
    let service = service("throughput", 4);
    produce(&service.kafka, &service.topics.inbox, posts());
    judged();
    for round in 0..3 {
        let show = |what: &str, took: Duration| println!("{what:<24} {:>8.0} records/s", RECORDS as f64 / took.as_secs_f64());
        show("bare", bare(&service.topics));
        show("pass-through", lane(&service, false, &format!("pass-{round}"), || PassThrough));
        if round == 0 {
            show("counting, journaled", lane(&service, true, "counting", Counting::new));
        }
    }
}
