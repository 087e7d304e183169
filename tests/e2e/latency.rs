//! How long a post is under way from the feed to its verdict, through both stages, at a steady rate. Meant for an idle
//! machine: `cargo test --release --test e2e latency -- --ignored --nocapture`
//!
//! By one clock, that of this process: a post is sent when it is handed to the feed's producer, and seen when a reader
//! of what was committed has it. Writing it to the feed and reading it from the output count, then.

use std::ops::Range;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde::Deserialize;
use triage::config::service::Service;

use super::broker::{service, wait_until};
use super::sample;
use super::stages::Stages;

/// Posts a second.
const RATE: usize = 1_000;

/// Posts measured, and those before them, which find everything cold.
const POSTS: usize = 60_000;
pub const WARM_UP: usize = 10_000;

/// Posts of each window of a comparison.
pub const WINDOW: usize = 20_000;

pub const PARTITIONS: i32 = 4;

/// No post is under way for longer.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Verdict {
    post_id: Option<String>,
}

/// Reads the four outputs from now on; tells when it has seen the verdict on each post for the first time.
pub fn reader(service: &Service, count: usize) -> impl FnOnce() -> Vec<Option<Instant>> + use<> {
    let id: Verdict = serde_json::from_slice(&sample::canonical(0, 0, "")).expect("a post");
    let first: u64 = id.post_id.and_then(|id| id.parse().ok()).expect("an id");
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("group.id", "latency").set("isolation.level", "read_committed");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let topics = &service.topics;
    let mut assignment = TopicPartitionList::new();
    for topic in [&topics.agents, &topics.oot, &topics.escalations, &topics.skipped] {
        for partition in 0..PARTITIONS {
            assignment.add_partition_offset(topic, partition, Offset::Beginning).expect("an offset");
        }
    }
    consumer.assign(&assignment).expect("assigned");
    move || {
        let mut seen = vec![None; count];
        let (mut missing, mut moved) = (seen.len(), Instant::now());
        while missing > 0 && moved.elapsed() < PATIENCE {
            let Some(message) = consumer.poll(Duration::from_millis(100)) else { continue };
            moved = Instant::now();
            let message = message.expect("a record");
            let verdict: Verdict = serde_json::from_slice(message.payload().unwrap_or_default()).expect("JSON");
            let number = verdict.post_id.and_then(|id| id.parse::<u64>().ok()?.checked_sub(first));
            // An escalation goes to two topics.
            if let Some(slot @ None) = number.and_then(|number| seen.get_mut(number as usize)) {
                *slot = Some(moved);
                missing -= 1;
            }
        }
        seen
    }
}

/// Writes the posts of these numbers one by one at the rate; tells when each was sent.
pub fn feed(service: &Service, numbers: Range<usize>) -> Vec<Instant> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("enable.idempotence", "true").set("linger.ms", "0");
    let producer: ThreadedProducer<DefaultProducerContext> = config.create().expect("a producer");
    let begun = Instant::now();
    let mut sent = Vec::with_capacity(numbers.len());
    for number in numbers {
        while let Some(early) = Duration::from_micros((sent.len() * 1_000_000 / RATE) as u64).checked_sub(begun.elapsed()) {
            std::thread::park_timeout(early);
        }
        let author = number % (POSTS / 5);
        let post = sample::canonical(number, author, sample::TEXTS[(number / 7 + number) % sample::TEXTS.len()]);
        sent.push(Instant::now());
        let key = author.to_string();
        let message = BaseRecord::to(&service.topics.posts[0]).key(&key).payload(&post);
        producer.send(message).map_err(|(error, _)| error).expect("room");
    }
    producer.flush(PATIENCE).expect("all delivered");
    sent
}

#[test]
#[ignore = "measures; takes a minute"]
fn latency() {
    let service = service("latency", PARTITIONS);
    let stages = Stages::start(&service);
    wait_until("assignments", || ["ingest", "triage"].iter().all(|stage| stages.service.counts(stage).partitions > 0));
    let reading = std::thread::spawn(reader(&service, WARM_UP + POSTS));
    let sent = feed(&service, 0..WARM_UP + POSTS);
    let seen = reading.join().expect("a reader");
    stages.stop();
    show("from raw record to routed verdict", &sent[WARM_UP..], &seen[WARM_UP..]);
}

pub fn show(what: &str, sent: &[Instant], seen: &[Option<Instant>]) {
    let mut took: Vec<Duration> =
        sent.iter().zip(seen).map(|(sent, seen)| seen.expect("every post has a verdict").duration_since(*sent)).collect();
    took.sort();
    let at = |share: f64| took[(took.len() as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what} at {RATE} posts/s: p50 {:.0} ms, p90 {:.0} ms, p99 {:.0} ms, longest {:.0} ms",
        at(0.5),
        at(0.9),
        at(0.99),
        took[took.len() - 1].as_secs_f64() * 1e3
    );
}
