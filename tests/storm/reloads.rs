//! Rules that change all the time while posts keep coming: right ones, and all kinds of wrong ones.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::Value;
use triage::config::service::Service;

use super::broker::{Record, consume, long, service, wait_until};
use super::calm::{wait_for_all, wait_for_closed};
use super::crew::{Crew, end};
use super::load::{FIRST_ID, Load, Sent};
use super::program::{Process, json};
use super::ruleset::Rules;

const PARTITIONS: i32 = 12;
const RATE: usize = 300;

/// One change in this time, or when the last right rules have come into use: how long that takes depends on the build.
const PACE: Duration = Duration::from_secs(1);

/// A number of the rules that decides little.
const NUMBER: &str = "share = 0.02 ";

/// What is done to the folder of the rules.
#[derive(Debug, Clone, Copy)]
enum Change {
    Renamed,
    Exchanged,
    Broken,
    Truncated,
    Empty,
    Huge,
    RegexBomb,
    Unreadable,
    Deleted,
}

const CHANGES: [Change; 9] = [
    Change::Renamed,
    Change::Broken,
    Change::Exchanged,
    Change::Truncated,
    Change::Empty,
    Change::Huge,
    Change::RegexBomb,
    Change::Unreadable,
    Change::Deleted,
];

impl Change {
    /// Whether the rules are to be taken.
    fn is_right(self) -> bool {
        matches!(self, Change::Renamed | Change::Exchanged)
    }

    /// Changes the rules for the `number`th time; never twice to the same.
    fn make(self, number: usize, rules: &mut Rules) {
        let other = format!("share = 0.02{number} ");
        if !self.is_right() {
            rules.deploy(NUMBER, &other);
        }
        match self {
            Change::Renamed => {
                rules.deploy("", "");
                rules.write(&rules.with(NUMBER, &other));
            }
            Change::Exchanged => rules.deploy(NUMBER, &other),
            Change::Broken => rules.write(&rules.with("[time]", "[time")),
            Change::Truncated => {
                let whole = rules.with("", "");
                fs_err::write(rules.document(), &whole[..whole.len() / 2]).expect("written");
            }
            Change::Empty => fs_err::write(rules.document(), "").expect("written"),
            Change::Huge => fs_err::write(rules.path().join("lexicon/complaint.txt"), "mati total\n".repeat(2_000_000)).expect("written"),
            Change::RegexBomb => {
                let bomb = "[signals._bomb]\nkind = \"pattern\"\npattern = '((a{1,1000}){1,1000}){1,1000}'\n\n[signals.telkom_subject]";
                rules.write(&rules.with("[signals.telkom_subject]", bomb));
            }
            Change::Unreadable => {
                fs_err::remove_file(rules.document()).expect("removed");
                fs_err::create_dir(rules.document()).expect("made");
            }
            Change::Deleted => fs_err::remove_file(rules.path()).expect("removed"),
        }
    }
}

/// Reads the outputs from now on until told to stop; how long each post was under way.
fn watch(service: &Service, sent: Sent, stop: Arc<AtomicBool>) -> impl FnOnce() -> Vec<(Instant, Duration)> + use<> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("group.id", "watch").set("isolation.level", "read_committed");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let mut assignment = TopicPartitionList::new();
    for topic in outputs(service) {
        for partition in 0..PARTITIONS {
            assignment.add_partition_offset(topic, partition, Offset::Beginning).expect("an offset");
        }
    }
    consumer.assign(&assignment).expect("assigned");
    move || {
        let (mut seen, mut took) = (BTreeSet::new(), Vec::new());
        while !stop.load(Ordering::Relaxed) {
            let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) else { continue };
            let verdict: Value = serde_json::from_slice(message.payload().unwrap_or_default()).expect("JSON");
            let id = verdict["post_id"].as_str().or(verdict["triage"]["post_id"].as_str()).and_then(|id| id.parse::<u64>().ok());
            let Some(number) = id.map(|id| (id - FIRST_ID) as usize).filter(|&number| seen.insert(number)) else { continue };
            let sent = sent.lock().expect("a list")[number];
            took.push((sent, sent.elapsed()));
        }
        took
    }
}

fn outputs(service: &Service) -> [&String; 4] {
    [&service.topics.agents, &service.topics.oot, &service.topics.escalations, &service.topics.skipped]
}

fn p99(took: impl Iterator<Item = Duration>) -> Duration {
    let mut took: Vec<Duration> = took.collect();
    took.sort();
    took.get(took.len() * 99 / 100).copied().unwrap_or_default()
}

fn hash(record: &Record) -> String {
    let verdict: Value = serde_json::from_slice(record.value.as_deref().unwrap_or_default()).expect("JSON");
    verdict["rules"].as_str().expect("a hash").to_owned()
}

/// Every verdict names rules that were accepted, and those of one transaction name the same. Where records of a partition
/// follow each other without a gap, no transaction ended between them.
fn examine(service: &Service, accepted: &BTreeSet<String>) -> usize {
    let mut used = BTreeSet::new();
    for topic in outputs(service) {
        let records = consume(&service.kafka, topic, "read_committed");
        for record in &records {
            let hash = hash(record);
            assert!(accepted.contains(&hash), "rules that were never accepted: {hash}");
            used.insert(hash);
        }
        for pair in records.windows(2) {
            if pair[0].partition == pair[1].partition && pair[0].offset + 1 == pair[1].offset {
                assert_eq!(hash(&pair[0]), hash(&pair[1]), "{topic}: two rule sets in one transaction");
            }
        }
    }
    used.len()
}

#[test]
fn rules_change_between_transactions_and_lose_nothing() {
    let service = service("reloads", PARTITIONS);
    let mut rules = Rules::copy();
    let mut crew = Crew::new(&service, "reloads", "5s").with_rules(rules.path()).with("TRIAGE_RELOAD__GUARD__MAX_SHARE", "1");
    let process: Process = crew.start(None, None);
    wait_until("both stages", || crew.said("partitions assigned") == 2);
    let load = Load::start(&service, RATE, 41);
    let stop = Arc::new(AtomicBool::new(false));
    let watching = std::thread::spawn(watch(&service, load.sent(), Arc::clone(&stop)));
    let (reloads, calm) = if long() { (300, 30) } else { (27, 9) };
    let settled = Instant::now();
    // Nothing changes for a while: what the latency is compared with.
    std::thread::park_timeout(calm * PACE);
    let begun = Instant::now();
    for number in 0..reloads {
        let (change, before) = (CHANGES[number % CHANGES.len()], crew.said("rules read again"));
        change.make(number, &mut rules);
        if change.is_right() {
            wait_until("right rules in use", || crew.said("rules read again") > before);
        }
        // The pace of the changes is part of what is tried.
        std::thread::park_timeout((begun + (number as u32 + 1) * PACE).saturating_duration_since(Instant::now()));
    }
    let accepted = crew.said("rules read again");
    assert!(accepted >= 2 * (reloads / CHANGES.len()), "only {accepted} of the right rules were accepted");
    rules.deploy(NUMBER, "share = 0.029999 ");
    wait_until("the last rules", || crew.said("rules read again") > accepted);
    let raw = load.finish();
    wait_for_all(&service);
    stop.store(true, Ordering::Relaxed);
    let took = watching.join().expect("a reader");
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
    end(vec![process]);
    wait_for_closed(&service);
    let used = examine(&service, &crew.hashes());
    let base = p99(took.iter().filter(|(sent, _)| *sent >= settled && *sent < begun).map(|(_, took)| *took));
    let during = p99(took.iter().filter(|(sent, _)| *sent >= begun).map(|(_, took)| *took));
    println!(
        "reloads: {reloads} changes in {:.0?}, {accepted} accepted, {} refused, {used} rule sets used by {raw} records; p99 {during:.0?} beside {base:.0?} \
         without changes",
        begun.elapsed(),
        crew.said("keeping those in use")
    );
    assert!(used > reloads / CHANGES.len(), "only {used} rule sets were used");
}
