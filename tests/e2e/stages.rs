//! The two real stages with the shipped rules: what must hold between the feeds and the verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwap;

use triage::config::service::{self as config, Service};
use triage::kafka::{self, Ingest, LaneSettings, Topic, Triage};
use triage::post::Millis;
use triage::problem::Reporter;
use triage::rules::{self, Rules};

use super::broker::{Record, consume_all, mock, produce, service, wait_until};
use super::program::shipped;
use super::texts::TEXTS;

pub fn shipped_rules() -> Arc<ArcSwap<Rules>> {
    let reporter = Reporter::default();
    let rules = rules::compile(&shipped(), &reporter);
    Arc::new(ArcSwap::from_pointee(rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
}

/// The stages of one process.
pub struct Stages {
    stop: Arc<AtomicBool>,
    pub service: kafka::Supervisor,
}

impl Stages {
    /// Those that the settings name.
    pub fn start(service: &Service) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut running = kafka::Supervisor::new(Arc::clone(&stop));
        let rules = shipped_rules();
        let of_ingest = Arc::clone(&rules);
        let clock = || Millis::new(0);
        if service.run.stages == config::Stages::Both {
            running.start("ingest", &LaneSettings::ingest(service, clock), 1, move || Ingest::new(Arc::clone(&of_ingest))).expect("ingest");
        }
        running.start("triage", &LaneSettings::triage(service, clock), 1, move || Triage::new(Arc::clone(&rules), true)).expect("triage");
        Stages { stop, service: running }
    }

    pub fn written(&self, topic: Topic) -> u64 {
        self.service.counts("ingest").written_to(topic)
    }

    /// Records of the inbox that were judged and committed.
    pub fn judged(&self) -> u64 {
        self.service.counts("triage").records
    }

    /// Waits until `raw` records have gone through both stages.
    pub fn wait_for(&self, raw: u64) {
        wait_until("the feeds", || self.service.counts("ingest").records == raw);
        self.wait_for_verdicts(self.written(Topic::Inbox));
    }

    /// Waits until `inbox` records are judged.
    pub fn wait_for_verdicts(&self, inbox: u64) {
        wait_until("the inbox", || self.service.counts("triage").records == inbox);
    }

    pub fn stop(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.service.wait().expect("drained");
    }
}

/// Terminal records of the triage stage by the inbox record they come from; escalations that are no input's (expired)
/// aside, and the agents' copies too.
pub fn by_source(service: &Service) -> BTreeMap<String, Vec<(&'static str, Record)>> {
    let mut found: BTreeMap<String, Vec<(&'static str, Record)>> = BTreeMap::new();
    let topics = &service.topics;
    let all = [("agents", &topics.agents), ("oot", &topics.oot), ("escalations", &topics.escalations), ("skipped", &topics.skipped)];
    for (label, topic) in all {
        for record in consume_all(&service.kafka, topic) {
            let source = record.header("triage.source").expect("a source");
            found.entry(source).or_default().push((label, record));
        }
    }
    for letter in consume_all(&service.kafka, &topics.dead_letters) {
        if letter.header("triage.error.stage").as_deref() == Some("triage") {
            found.entry(letter_source(&letter)).or_default().push(("dead-letters", letter));
        }
    }
    found
}

/// The place of the record that became this dead letter.
pub fn letter_source(letter: &Record) -> String {
    let part = |name: &str| letter.header(&format!("triage.source.{name}")).expect("a source");
    format!("{}/{}/{}", part("topic"), part("partition"), part("offset"))
}

/// One made-up post; every author complains about something else each time.
fn post(number: usize, author: usize, text: &str) -> String {
    let at = Millis::new(1_763_000_000_000 + number as i64 * 7_000);
    serde_json::json!({
        "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": format!("{}", 1_990_000_000_000_000_000_u64 + number as u64),
        "author": {"id": format!("90{author}"), "handle": format!("pelanggan_{author}"), "followers": author * 1_000},
        "text": text, "mentions": [{"handle": "TelkomCare", "implicit": false}], "created_at": at, "is_reply": false,
    })
    .to_string()
}

pub fn posts(count: usize, authors: usize) -> Vec<Record> {
    let made = (0..count).map(|number| {
        let timestamp = 1_763_000_000_000 + number as i64 * 7_000;
        Record { timestamp, ..Record::new("any", &post(number, number % authors, TEXTS[(number / authors) % TEXTS.len()])) }
    });
    made.collect()
}

/// The same as ingest would write them.
pub fn keyed_posts(count: usize, authors: usize) -> impl Iterator<Item = Record> {
    posts(count, authors)
        .into_iter()
        .enumerate()
        .map(move |(number, post)| Record { key: Some(format!("x:90{}", number % authors).into()), ..post })
}

/// Every format goes through, and bad records become dead letters.
fn check_formats(service: &Service) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/samples/formats");
    let mut raw: Vec<Record> = std::fs::read_dir(folder)
        .expect("samples")
        .map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text"))
        .map(|text| Record { timestamp: 1_763_262_700_000, ..Record::new("feed", &text) })
        .collect();
    raw.sort();
    let good = raw.len();
    raw.push(Record { timestamp: 5, headers: vec![("from".into(), b"feed-7".to_vec())], ..Record::new("feed", "{\"not\": \"ours\"}") });
    raw.push(Record { key: None, value: Some(vec![0xff, 0xfe]), partition: -1, ..Record::default() });
    raw.push(Record { key: Some(b"gone".to_vec()), value: None, partition: -1, ..Record::default() });
    let total = raw.len() as u64;
    produce(&service.kafka, &service.topics.posts[0], raw);
    let stages = Stages::start(service);
    stages.wait_for(total);
    assert_eq!(stages.written(Topic::DeadLetters), 3);
    stages.stop();

    let inbox = consume_all(&service.kafka, &service.topics.inbox);
    assert!(inbox.len() >= good);
    for record in &inbox {
        assert_eq!(record.timestamp, 1_763_262_700_000, "the time of the raw record is kept");
        assert!(record.header("triage.source").is_some_and(|source| source.starts_with(&service.topics.posts[0])));
        assert!(record.header("triage.item").is_some_and(|item| item.contains('/')));
        assert!(record.key_text().contains(':'), "{}", record.key_text());
    }
    let letters = consume_all(&service.kafka, &service.topics.dead_letters);
    let kept = letters.iter().find(|letter| letter.text() == "{\"not\": \"ours\"}").expect("the bytes as received");
    assert_eq!((kept.header("from").as_deref(), kept.timestamp, kept.key_text()), (Some("feed-7"), 5, "feed".into()));
    assert!(letters.iter().any(|letter| letter.value.is_none() && letter.header("triage.error.code").as_deref() == Some("no_post")));

    let terminal = by_source(service);
    let expected: BTreeSet<String> =
        inbox.iter().map(|record| format!("{}/{}/{}", service.topics.inbox, record.partition, record.offset)).collect();
    assert_eq!(terminal.keys().cloned().collect::<BTreeSet<_>>(), expected, "each inbox record has an outcome");
}

#[test]
fn every_format_goes_through_and_bad_records_become_dead_letters() {
    check_formats(&service("formats", 2));
}

#[test]
fn every_format_goes_through_on_an_imitated_broker() {
    let (service, _cluster) = mock("mock-formats", 2);
    check_formats(&service);
}

#[test]
fn no_post_is_lost_or_judged_twice_across_restarts() {
    // The same posts straight through, and with a stop in the middle.
    let verdicts = |stops: bool| {
        let service = service("stages", 4);
        let all = posts(3_000, 60);
        let (first, second) = all.split_at(if stops { 1_300 } else { all.len() });
        for part in [first, second] {
            if !part.is_empty() {
                produce(&service.kafka, &service.topics.posts[0], part.to_vec());
                let stages = Stages::start(&service);
                stages.wait_for(part.len() as u64);
                stages.stop();
            }
        }
        let terminal = by_source(&service);
        assert_eq!(terminal.len(), 3_000);
        assert!(terminal.values().all(|outcomes| outcomes.len() == 1), "one outcome each");
        let mut verdicts: Vec<(String, &str, String)> = Vec::new();
        for (source, mut outcomes) in terminal {
            let (label, record) = outcomes.remove(0);
            // Offsets of the inbox depend on where transactions ended.
            verdicts.push((record.key_text(), label, record.text().replace(&source, "SOURCE")));
        }
        verdicts.sort();
        verdicts
    };
    let straight = verdicts(false);
    assert!(straight.iter().any(|(_, label, _)| *label == "escalations"), "the posts must open cases");
    assert_eq!(verdicts(true), straight);
}
