//! A backtest says what the service does: over the same posts both give the same verdicts. Of few posts by default;
//! `TRIAGE_LONG=1 cargo test --release --test e2e backtest` takes a million.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};

use serde_json::Value;
use tempfile::TempDir;
use triage::config::service::Service;

use super::broker::{Record, long, produce, service, wait_until};
use super::process::outcomes;
use super::program::{start, terminate, triage};
use super::stages::by_source;
use super::synthetic::Day;

const PARTITIONS: i32 = 3;

/// A verdict in few bytes: a million of them are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    /// Of all but the place of its record.
    verdict: u64,
    place: u64,
}

/// Verdicts by customer, in the order of the customer's posts.
type Verdicts = BTreeMap<String, Vec<Print>>;

/// What the service wrote, in the order of the inbox.
fn of_service(service: &Service) -> Verdicts {
    let place = |source: &str| {
        let mut parts = source.rsplit('/').map(|part| part.parse::<i64>().unwrap_or_default());
        (parts.next(), parts.next())
    };
    let mut judged: Vec<(String, String, Print)> = Vec::new();
    let mut routes = BTreeSet::new();
    for (source, outcomes) in by_source(service) {
        assert_eq!(outcomes.len(), 1, "{source} has one outcome");
        routes.insert(outcomes[0].0);
        let (customer, print) = print(&outcomes[0].1.text());
        judged.push((source, customer, print));
    }
    assert_eq!(routes.len(), 4, "the posts must be of all kinds: {routes:?}");
    judged.sort_by_key(|(source, ..)| place(source));
    by_customer(judged.into_iter().map(|(_, customer, print)| (customer, print)))
}

/// The customer and the print of the verdict in a record.
fn print(record: &str) -> (String, Print) {
    let mut value: Value = serde_json::from_str(record).expect("JSON");
    let mut verdict = if value["triage"].is_object() { value["triage"].take() } else { value };
    let place = verdict["source"].take();
    let customer = verdict["customer"].as_str().expect("a customer").to_owned();
    let of = |value: &Value| {
        let mut hasher = DefaultHasher::new();
        // Keys in the order of their names.
        value.to_string().hash(&mut hasher);
        hasher.finish()
    };
    (customer, Print { verdict: of(&verdict), place: of(&place) })
}

fn by_customer(verdicts: impl Iterator<Item = (String, Print)>) -> Verdicts {
    let mut found = Verdicts::new();
    for (customer, print) in verdicts {
        found.entry(customer).or_default().push(print);
    }
    found
}

/// What a backtest with `arguments` writes.
fn of_backtest(service: &Service, arguments: &[&str], out: &Path) -> Verdicts {
    let mut command = triage(service, &["backtest"]);
    let output = command.args(arguments).arg("--verdicts").arg(out).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = std::io::BufReader::new(std::fs::File::open(out).expect("verdicts")).lines();
    by_customer(lines.map(|line| print(&line.expect("a line"))))
}

fn without_place(mut verdicts: Verdicts) -> Verdicts {
    verdicts.values_mut().flatten().for_each(|print| print.place = 0);
    verdicts
}

/// Waits until the service has judged all of `count` records, without reading what it wrote.
fn wait_for(service: &Service, count: usize) {
    let mut config = rdkafka::ClientConfig::new();
    config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("group.id", format!("{}-triage", service.run.group));
    let client: BaseConsumer = config.create().expect("a client");
    let mut asked = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        asked.add_partition(&service.topics.inbox, partition);
    }
    let judged = || {
        let answer = client.committed_offsets(asked.clone(), Duration::from_secs(5)).ok()?;
        let offset = |offset| if let Offset::Offset(offset) = offset { offset } else { 0 };
        Some(answer.elements().iter().map(|element| offset(element.offset())).sum::<i64>())
    };
    // Marks of transactions have offsets too: only when that many are reached is it worth while to count.
    wait_until("all offsets", || judged().is_some_and(|judged| judged >= count as i64));
    wait_until("all verdicts", || outcomes(service) == count);
}

#[test]
fn a_backtest_says_what_the_service_does() {
    let count = if long() { 1_000_000 } else { 5_000 };
    let folder = TempDir::new().expect("a folder");
    let (input, out) = (folder.path().join("posts.jsonl"), folder.path().join("verdicts.jsonl"));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&input).expect("a file"));
    for made in Day::new(7, count).take(count) {
        writeln!(file, "{}", made.json).expect("written");
    }
    file.flush().expect("written");
    drop(file);

    let service = service("backtest", PARTITIONS);
    let records = Day::new(7, count).take(count).map(|made| Record { timestamp: made.at, ..Record::new(&made.customer, &made.json) });
    produce(&service.kafka, &service.topics.posts[0], records);
    let process = start(&service, None);
    wait_for(&service, count);
    assert_eq!(terminate(process), Some(0));
    let judged = of_service(&service);

    // From the file, where only the places of the records are others.
    let replayed = of_backtest(&service, &["--input", input.to_str().expect("a path")], &out);
    assert!(without_place(replayed) == without_place(judged.clone()), "the same posts give the same verdicts");
    // And from the inbox, where nothing is.
    let replayed = of_backtest(&service, &["--topic", &service.topics.inbox], &out);
    assert!(replayed == judged, "the same inbox gives the same verdicts");
    // A part of it; nobody's offsets have moved.
    let first = of_backtest(&service, &["--topic", &service.topics.inbox, "--from", "10", "--to", "20"], &out);
    // A mark of a transaction may stand among the ten offsets of a partition.
    let offset = |source: &String| source.rsplit('/').next().and_then(|offset| offset.parse::<i64>().ok());
    let expected = by_source(&service).keys().filter(|source| offset(source).is_some_and(|offset| (10..20).contains(&offset))).count();
    assert_eq!(first.values().map(Vec::len).sum::<usize>(), expected, "the records at these offsets of each partition");
}
