//! What a running program tells those who watch it: the numbers are those of the topics, and it says when it cannot work.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use triage::config::service::Service;

use super::broker::{Node, Record, consume, long, produce, service, service_on, wait_until, wait_while_it_moves};
use super::program::{Process, terminate, triage};
use super::stages::posts;

/// A program that answers, and where.
pub struct Watched {
    pub process: Process,
    pub address: String,
    _logs: TempDir,
}

impl Watched {
    pub fn start(service: &Service) -> Self {
        let logs = TempDir::new().expect("a folder");
        let log: PathBuf = logs.path().join("log");
        let mut command = triage(service, &["run"]);
        command.env("TRIAGE_OPS__LISTEN", "127.0.0.1:0").stderr(Stdio::from(fs_err::File::create(&log).expect("a log").into_file()));
        let process = Process(command.spawn().expect("triage starts"));
        let mut address = None;
        wait_until("a port", || {
            let said = fs_err::read_to_string(&log).expect("a log");
            address = said.split("address=").nth(1).and_then(|rest| Some(rest.split_once('\n')?.0.trim().to_owned()));
            address.is_some()
        });
        Watched { process, address: address.expect("a port"), _logs: logs }
    }

    /// The code and the body; 0 where nobody answers. Who asks too often asks again.
    pub fn ask(&self, method: &str, path: &str) -> (u16, String) {
        loop {
            match self.ask_once(method, path) {
                (429, _) => std::thread::park_timeout(Duration::from_millis(50)),
                answer => return answer,
            }
        }
    }

    fn ask_once(&self, method: &str, path: &str) -> (u16, String) {
        let mut answer = String::new();
        let asked = TcpStream::connect(&self.address).and_then(|mut stream| {
            stream.write_all(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())?;
            stream.read_to_string(&mut answer)
        });
        if asked.is_err() {
            return (0, String::new());
        }
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        (head.split(' ').nth(1).map_or(0, |code| code.parse().expect("a code")), body.to_owned())
    }

    fn metrics(&self) -> BTreeMap<String, f64> {
        let (code, text) = self.ask("GET", "/metrics");
        assert_eq!(code, 200);
        let lines = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
        lines.map(|(series, value)| (series.to_owned(), value.parse().expect("a number"))).collect()
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.ask("GET", "/status").1).expect("JSON")
    }
}

/// The sum of all series that begin with `name` and have `label` in them.
fn sum(metrics: &BTreeMap<String, f64>, name: &str, label: &str) -> usize {
    metrics.iter().filter(|(series, _)| series.starts_with(name) && series.contains(label)).map(|(_, value)| *value as usize).sum()
}

/// Every number is that of the topics.
fn check_counts(service: &Service, metrics: &BTreeMap<String, f64>) {
    let topics = &service.topics;
    let records = |topic: &String| consume(&service.kafka, topic, "read_committed").len();
    for (route, topic) in [("agents", &topics.agents), ("oot", &topics.oot), ("skipped", &topics.skipped)] {
        assert_eq!(sum(metrics, "triage_verdicts_total", &format!("route=\"{route}\"")), records(topic), "{route}");
    }
    let told = sum(metrics, "triage_escalations_total", "") + sum(metrics, "triage_reminders_total", "");
    assert_eq!(told, records(&topics.escalations));
    assert_eq!(sum(metrics, "triage_skipped_total", ""), records(&topics.skipped));
    assert_eq!(sum(metrics, "triage_dead_letters_total", ""), records(&topics.dead_letters));
    assert_eq!(sum(metrics, "triage_posts_consumed_total", "stage=\"ingest\""), records(&topics.posts[0]));
    assert_eq!(sum(metrics, "triage_posts_consumed_total", "stage=\"triage\""), records(&topics.inbox));
    assert_eq!(sum(metrics, "triage_end_to_end_latency_seconds_count", ""), records(&topics.inbox));
}

#[test]
fn the_numbers_are_those_of_the_topics_and_do_not_grow_with_customers() {
    let service = service("ops", 2);
    let mut records = posts(1_000, 50);
    records.push(Record { timestamp: records[0].timestamp, ..Record::new("any", "{nonsense") });
    produce(&service.kafka, &service.topics.posts[0], records);
    let watched = Watched::start(&service);
    assert_eq!(watched.ask("GET", "/health/live").0, 200);
    let (code, said) = watched.ask("GET", "/health/ready");
    assert!(code == 503 && said.contains("starting"), "{code} {said}: it cannot have partitions yet");
    wait_until("readiness", || watched.ask("GET", "/health/ready").0 == 200);
    let judged = |count: usize| {
        // What readers see is counted a moment later, and where partitions end is told every two seconds.
        let look = || {
            let metrics = watched.metrics();
            let of = |name: &str, label: &str| sum(&metrics, name, label);
            (
                of("triage_posts_consumed_total", "stage=\"triage\""),
                of("triage_consumer_lag", ""),
                metrics.keys().filter(|series| series.starts_with("triage_consumer_lag{")).count(),
            )
        };
        wait_while_it_moves("verdicts", look, |seen| *seen == (count, 0, 4));
        watched.metrics()
    };
    let before = judged(1_000);
    check_counts(&service, &before);
    assert_eq!(before["triage_customers_tracked"], 50.0);

    // A million customers, in the long form.
    let more = if long() { 999_950 } else { 4_000 };
    produce(&service.kafka, &service.topics.posts[0], posts(1_000 + more, 1_000 + more).into_iter().skip(1_000));
    let after = judged(1_000 + more);
    check_counts(&service, &after);
    assert_eq!(after["triage_customers_tracked"], 50.0 + more as f64);
    let series = |metrics: &BTreeMap<String, f64>| metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(series(&after), series(&before), "no series more");
    // For `promtool check metrics`, in .ci/deploy.
    fs_err::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/metrics.txt"), watched.ask("GET", "/metrics").1).expect("written");

    let output = triage(&service, &["status", "--format", "json", "--url", &format!("http://{}", watched.address)]).output().expect("runs");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&status["state"], &status["cases"]["customers"]), (&Value::from("ready"), &Value::from(50 + more)));
    let lanes = status["lanes"].as_array().expect("lanes");
    assert!(lanes.iter().all(|lane| lane["rules"] == status["rules"] && lane["phase"] == "running"), "{status:#}");

    assert_eq!(watched.ask("POST", "/-/reload").0, 202);
    wait_until("the rules to be read", || watched.status()["reloads"]["rules"]["result"] == "unchanged");
    assert_eq!(terminate(watched.process), Some(0));
}

#[test]
fn a_program_whose_broker_is_away_says_so_and_lives() {
    let node = Node::start("ops");
    let service = service_on(&node, "away", 1);
    let watched = Watched::start(&service);
    wait_until("readiness without a record", || watched.ask("GET", "/health/ready").0 == 200);
    node.tell("crash");
    wait_until("the trouble to be told", || {
        let (code, said) = watched.ask("GET", "/health/ready");
        code == 503 && said.contains("degraded")
    });
    assert_eq!(watched.ask("GET", "/health/live").0, 200);
}
