//! Posts that keep coming at a steady rate, with the trouble that feeds have: repeated, out of order, late, from the
//! future, and now and then no post at all.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use rdkafka::{ClientConfig, ClientContext};
use serde_json::json;
use triage::config::service::Service;
use triage::post::Millis;

use super::texts::TEXTS;

/// Time of the first record; each is a little later than the one before.
const EPOCH: i64 = 1_763_000_000_000;
const STEP: i64 = 20;
const YEAR_2099: i64 = 4_070_908_800_000;

/// So many write, unless the test says otherwise.
const AUTHORS: usize = 2_000;

/// So many of the last posts may come again.
const RECENT: usize = 2_000;

/// How long the broker may take for what is still under way at the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// Posts being written.
pub struct Load {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
    sent: Sent,
}

/// A record to be written.
#[derive(Clone)]
pub struct Raw {
    pub topic: String,
    pub key: String,
    pub value: String,
    /// In milliseconds.
    pub at: i64,
}

/// When the post of each number was sent first.
pub type Sent = Arc<Mutex<Vec<Instant>>>;

/// The id of the first post; the others follow.
pub const FIRST_ID: u64 = 1_990_000_000_000_000_000;

impl Load {
    /// Begins to write `rate` records a second.
    pub fn start(service: &Service, rate: usize, seed: u64) -> Load {
        Load::start_among(AUTHORS, service, rate, seed)
    }

    /// The same of so many authors.
    pub fn start_among(authors: usize, service: &Service, rate: usize, seed: u64) -> Load {
        let topic = service.topics.posts[0].clone();
        let mut posts = Posts { dice: Rng::with_seed(seed), authors, recent: VecDeque::new() };
        Load::start_with(service, rate, move |number| {
            let (key, value, at) = posts.next(number);
            Raw { topic: topic.clone(), key, value, at }
        })
    }

    /// The same of what `next` makes of the number of each record.
    pub fn start_with(service: &Service, rate: usize, next: impl FnMut(usize) -> Raw + Send + 'static) -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let brokers = service.kafka.brokers.join(",");
        let sent = Sent::default();
        let (their_stop, their_sent) = (Arc::clone(&stop), Arc::clone(&sent));
        let thread = thread::spawn(move || write(&brokers, rate, next, &their_stop, &their_sent));
        Load { stop, thread, sent }
    }

    /// When posts were sent, to be looked at any time.
    pub fn sent(&self) -> Sent {
        Arc::clone(&self.sent)
    }

    /// Writes no more; how many were written, all of which the broker has said to have.
    pub fn finish(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("the load")
    }
}

fn write(brokers: &str, rate: usize, mut next: impl FnMut(usize) -> Raw, stop: &AtomicBool, sent: &Sent) -> usize {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers).set("partitioner", "murmur2_random").set("enable.idempotence", "true");
    config.set("topic.metadata.refresh.interval.ms", "2000");
    let producer: ThreadedProducer<Failures> = config.create_with_context(Failures::default()).expect("a producer");
    let (begun, mut number) = (Instant::now(), 0);
    while !stop.load(Ordering::Relaxed) {
        let due = (begun.elapsed().as_secs_f64() * rate as f64) as usize;
        while number < due {
            let raw = next(number);
            number += 1;
            // A number of which nothing new was written is never looked for.
            sent.lock().expect("a list").push(Instant::now());
            let mut message = BaseRecord::to(&raw.topic).key(&raw.key).payload(&raw.value).timestamp(raw.at);
            // A broker that is away: the queue fills, nothing is lost.
            while let Err((_, returned)) = producer.send(message) {
                thread::park_timeout(Duration::from_millis(10));
                message = returned;
            }
        }
        thread::park_timeout(Duration::from_millis(10));
    }
    if let Err(error) = producer.flush(PATIENCE) {
        panic!("{} records of the load are not delivered: {error}, {:?}", producer.in_flight_count(), producer.client().fatal_error());
    }
    number - producer.client().context().0.load(Ordering::Relaxed)
}

/// Records that were not delivered. A broker that dies forgets what it knew of a producer; then librdkafka may not send
/// again what was under way, and says so.
#[derive(Default)]
struct Failures(AtomicUsize);

impl ClientContext for Failures {}

impl ProducerContext for Failures {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            println!("load: a record was not delivered: {error}");
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Posts {
    dice: Rng,
    authors: usize,
    recent: VecDeque<(String, String)>,
}

impl Posts {
    /// Key, value and time of the next record.
    fn next(&mut self, number: usize) -> (String, String, i64) {
        let at = EPOCH + number as i64 * STEP;
        if self.dice.usize(..10) == 0
            && let Some((key, value)) = self.dice.choice(&self.recent).cloned()
        {
            return (key, value, at);
        }
        let author = self.dice.usize(..self.authors);
        let key = author.to_string();
        if self.dice.usize(..500) == 0 {
            return (key, format!("{{\"number\": {number}"), at);
        }
        let created_at = self.written(at);
        let moment = Millis::new(created_at).to_string();
        let value = json!({
            "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "created_at": moment,
            "post_id": format!("{}", FIRST_ID + number as u64),
            "author": {"id": format!("90{author}"), "handle": format!("pelanggan_{author}"), "followers": author * 10},
            "text": format!("{} ({number})", TEXTS[self.dice.usize(..TEXTS.len())]), "mentions": [{"handle": "TelkomCare", "implicit": false}],
        })
        .to_string();
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((key.clone(), value.clone()));
        (key, value, at)
    }

    /// When a post that arrives `at` says it was written.
    fn written(&mut self, at: i64) -> i64 {
        match self.dice.usize(..200) {
            0 => YEAR_2099 + at % 1_000_000,
            1..=10 => at - 600_000 - self.dice.usize(..6_000_000) as i64,
            11..=50 => at - 1_000 - self.dice.usize(..100_000) as i64,
            _ => at,
        }
    }
}
