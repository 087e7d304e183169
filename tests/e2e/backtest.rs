//! A backtest says what the service does: over the same posts both give the same verdicts. Of few posts by default;
//! `TRIAGE_LONG=1 cargo test --release --test e2e backtest` takes a million.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use triage::config::service::Service;

use super::broker::{Record, long, produce, service, wait_until};
use super::process::outcomes;
use super::program::{start, terminate, triage};
use super::stages::by_source;
use super::synthetic::Day;

/// Verdicts by customer, in the order of the customer's posts.
type Verdicts = BTreeMap<String, Vec<Value>>;

/// What the service wrote, in the order of the inbox.
fn of_service(service: &Service) -> Verdicts {
    let place = |source: &str| {
        let mut parts = source.rsplit('/').map(|part| part.parse::<i64>().unwrap_or_default());
        (parts.next(), parts.next())
    };
    let mut judged: Vec<(String, Value)> = Vec::new();
    for (source, outcomes) in by_source(service) {
        assert_eq!(outcomes.len(), 1, "{source} has one outcome");
        let value: Value = serde_json::from_str(&outcomes[0].1.text()).expect("JSON");
        judged.push((source, if value["triage"].is_object() { value["triage"].clone() } else { value }));
    }
    judged.sort_by_key(|(source, _)| place(source));
    by_customer(judged.into_iter().map(|(_, verdict)| verdict))
}

fn by_customer(verdicts: impl Iterator<Item = Value>) -> Verdicts {
    let mut found = Verdicts::new();
    for verdict in verdicts {
        let customer = verdict["customer"].as_str().expect("a customer").to_owned();
        found.entry(customer).or_default().push(verdict);
    }
    found
}

/// What a backtest with `arguments` writes.
fn of_backtest(service: &Service, arguments: &[&str], out: &Path) -> Verdicts {
    let mut command = triage(service, &["backtest"]);
    let output = command.args(arguments).arg("--verdicts").arg(out).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(out).expect("verdicts");
    by_customer(text.lines().map(|line| serde_json::from_str(line).expect("JSON")))
}

fn without_source(mut verdicts: Verdicts) -> Verdicts {
    verdicts.values_mut().flatten().for_each(|verdict| verdict["source"] = Value::Null);
    verdicts
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

    let service = service("backtest", 3);
    let records = Day::new(7, count).take(count).map(|made| Record { timestamp: made.at, ..Record::new(&made.customer, &made.json) });
    produce(&service.kafka, &service.topics.posts[0], records);
    let process = start(&service, None);
    wait_until("all verdicts", || outcomes(&service) == count);
    assert_eq!(terminate(process), Some(0));
    let judged = of_service(&service);
    let routes: std::collections::BTreeSet<&str> = judged.values().flatten().filter_map(|verdict| verdict["route"].as_str()).collect();
    assert_eq!(routes.len(), 4, "the posts must be of all kinds: {routes:?}");

    // From the file, where only the places of the records are others.
    let replayed = of_backtest(&service, &["--input", input.to_str().expect("a path")], &out);
    assert!(without_source(replayed) == without_source(judged.clone()), "the same posts give the same verdicts");
    // And from the inbox, where nothing is.
    let replayed = of_backtest(&service, &["--topic", &service.topics.inbox], &out);
    assert!(replayed == judged, "the same inbox gives the same verdicts");
    // A part of it; nobody's offsets have moved.
    let first = of_backtest(&service, &["--topic", &service.topics.inbox, "--from", "10", "--to", "20"], &out);
    assert_eq!(first.values().map(Vec::len).sum::<usize>(), 30, "ten of each of three partitions");
}
