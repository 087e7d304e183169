//! Reminders by clocks of seconds, from processes that are killed: none lost, none twice, none after a committed close.
//! Half a minute; ten with `TRIAGE_LONG=1`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use chrono::Utc;
use fastrand::Rng;
use serde_json::Value;
use triage::config::service::Service;

use super::broker::{Record, consume, consume_all, long, produce, service, wait_until};
use super::program::{Process, json, terminate, triage_with};
use super::ruleset::Rules;

const HARD: &str =
    "@IndiHomeCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";
const LATER: &str = "@IndiHomeCare belum ada kabar juga, internet masih mati";
const PARTITIONS: i32 = 4;
const CUSTOMERS: usize = 40;
/// Seconds between two looks at the progress, and between two calls.
const MONITOR: i64 = 2;
const CALLBACK: i64 = 5;

/// The shipped rules with clocks of seconds.
fn rules() -> Rules {
    let rules = Rules::copy();
    let text = rules.with("clocks = false", "clocks = true");
    let text = text.replacen("monitor = \"1h\"", &format!("monitor = \"{MONITOR}s\""), 1);
    rules.write(&text.replacen("callback = \"6h\"", &format!("callback = \"{CALLBACK}s\""), 1));
    rules
}

fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn at(millis: i64) -> String {
    triage::post::Millis::new(millis).to_string()
}

fn post(number: usize, customer: usize, text: &str) -> Record {
    let mentions = ["IndiHomeCare", "kemkomdigi"].map(|handle| serde_json::json!({"handle": handle, "implicit": false}));
    let value = serde_json::json!({
        "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": (7_000 + number).to_string(),
        "author": {"id": customer.to_string(), "handle": format!("warga_contoh_{customer}")}, "text": text,
        "created_at": at(now()), "mentions": mentions[..if text == HARD { 2 } else { 1 }],
    });
    Record { timestamp: now(), ..Record::new("feed", &value.to_string()) }
}

fn close(number: usize, customer: usize) -> Record {
    let value = serde_json::json!({
        "schema": "telkomcare.case_event.v1", "event_id": format!("e{number}"), "event": "resolved", "customer": format!("x:{customer}"),
        "at": at(now()),
    });
    Record { timestamp: now(), ..Record::new("desk", &value.to_string()) }
}

/// What the topic says of one case.
#[derive(Debug, Default)]
struct Case {
    opened_at: i64,
    closed: bool,
    /// The last number of each clock.
    last: BTreeMap<String, i64>,
    reminders: usize,
}

/// Reads the escalations in their order, and holds each reminder against those before it.
fn cases(records: &[Record]) -> BTreeMap<String, Case> {
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for record in records {
        let value: Value = serde_json::from_str(&record.text()).expect("JSON");
        let text = |name: &str| value[name].as_str().expect("a text").to_owned();
        let (id, kind) = (text("id"), text("type"));
        let case = cases.entry(text("case_id")).or_default();
        assert!(ids.insert(id.clone()), "{id} is there twice");
        match kind.as_str() {
            "opened" => case.opened_at = triage::post::Millis::parse(&text("opened_at")).expect("a time").get(),
            "resolved" => case.closed = true,
            "reminder_monitor" | "reminder_callback" => {
                assert!(!case.closed, "{id} after the end");
                assert!(record.header("triage.source").is_none() && record.header("triage.tick").is_some(), "{id}");
                let n: i64 = id.rsplit(':').next().and_then(|n| n.parse().ok()).expect("a number");
                let last = case.last.insert(kind, n).unwrap_or(0);
                assert_eq!(value["missed"].as_i64(), Some(n - last - 1), "{id} after {last}");
                case.reminders += 1;
            }
            _ => (),
        }
    }
    cases
}

/// Whether every open case was reminded of everything that was due up to `now`.
fn are_reminded(service: &Service, now: i64) -> bool {
    let records = consume(&service.kafka, &service.topics.escalations, "read_committed");
    cases(&records).values().filter(|case| !case.closed).all(|case| {
        let last = |kind: &str| case.last.get(kind).copied().unwrap_or(0);
        let due = |interval: i64| (now - case.opened_at) / (interval * 1_000);
        last("reminder_monitor") >= due(MONITOR) && last("reminder_callback") >= due(CALLBACK)
    })
}

fn signal(process: &Process, name: &str) {
    assert!(std::process::Command::new("kill").args([name, &process.0.id().to_string()]).status().expect("kill").success());
}

#[test]
fn killed_processes_remind_of_everything_once_and_of_nothing_closed() {
    let service = service("reminders", PARTITIONS);
    let rules = rules();
    let start = |name: &str| {
        let mut command = triage_with(&rules.path(), &service, &["run", &format!("--instance={name}")]);
        Process(command.stdout(Stdio::null()).spawn().expect("triage starts"))
    };
    let names = ["pod-0", "pod-1"];
    let mut processes = names.map(start);
    let mut dice = Rng::with_seed(22);
    let length = Duration::from_secs(if long() { 600 } else { 30 });
    let (begun, mut number, mut opened, mut killed, mut stopped) = (Instant::now(), 0, 0, 0, 0);
    let mut next_kill = Duration::from_secs(6);
    while begun.elapsed() < length {
        number += CUSTOMERS;
        let share = begun.elapsed().as_secs_f64() / length.as_secs_f64();
        let due = CUSTOMERS.min((share * 1.5 * CUSTOMERS as f64) as usize + 1);
        let posts = (opened..due).map(|customer| post(number + customer, customer, HARD));
        produce(&service.kafka, &service.topics.posts[0], posts.chain([post(number + opened, dice.usize(0..due), LATER)]));
        opened = due;
        // Of every third case the end is reported, of some of them more than once.
        if dice.u8(0..3) == 0 {
            produce(&service.kafka, &service.topics.case_events, [close(number, dice.usize(0..opened) / 3 * 3)]);
        }
        if begun.elapsed() >= next_kill {
            let victim = dice.usize(0..names.len());
            if long() && killed % 5 == 4 {
                // Longer than a session: the others take over, and what wakes up is a zombie.
                signal(&processes[victim], "-STOP");
                std::thread::park_timeout(Duration::from_secs(15));
                signal(&processes[victim], "-CONT");
                stopped += 1;
            }
            if dice.bool() || !long() {
                processes[victim].kill();
                killed += 1;
                processes[victim] = start(names[victim]);
            }
            next_kill = begun.elapsed() + Duration::from_millis(dice.u64(2_000..7_000));
        }
        std::thread::park_timeout(Duration::from_millis(dice.u64(100..900)));
    }
    let rest = (opened..CUSTOMERS).map(|customer| post(number + CUSTOMERS + customer, customer, HARD));
    produce(&service.kafka, &service.topics.posts[0], rest);
    let moment = now();
    wait_until("the last reminders", || are_reminded(&service, moment));
    produce(&service.kafka, &service.topics.case_events, (0..CUSTOMERS).map(|customer| close(number + 1 + customer, customer)));
    wait_until("the end of all cases", || {
        let records = consume(&service.kafka, &service.topics.escalations, "read_committed");
        let cases = cases(&records);
        // What is written later begins cases that are not hard.
        cases.values().filter(|case| case.opened_at > 0).count() == CUSTOMERS && cases.values().all(|case| case.closed)
    });
    for process in processes {
        assert_eq!(terminate(process), Some(0));
    }
    let cases = cases(&consume_all(&service.kafka, &service.topics.escalations));
    let reminders: usize = cases.values().map(|case| case.reminders).sum();
    assert!(reminders > CUSTOMERS, "{reminders}");
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
    println!("{} cases, {killed} kills, {stopped} stops: {reminders} reminders, each once", cases.len());
    let stages = account["stages"].as_array().expect("stages");
    assert_eq!(stages.iter().filter_map(|stage| stage["reminders"].as_u64()).sum::<u64>(), reminders as u64);
}
