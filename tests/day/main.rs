//! A day of thirty cases in virtual time: everything that team leaders are told, in order, as they would read it. Run with
//! `cargo test --test day`.
//!
//! No broker: the lane's part is played by the test, whose clock it is. `script.txt` says what happens.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use serde_json::{Value, json};

use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};
use triage::post::Millis;
use triage::problem::Reporter;
use triage::rules::{self, Rules, Silences};

const SCRIPT: &str = include_str!("script.txt");

/// Midnight in Jakarta.
const DAY: &str = "2025-01-06T17:00:00Z";
const MINUTE: i64 = 60_000;

fn config() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

static RULES: LazyLock<Arc<ArcSwap<Rules>>> = LazyLock::new(|| {
    let reporter = Reporter::default();
    let rules = rules::compile(&config(), &reporter);
    Arc::new(ArcSwap::from_pointee(rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
});

/// A customer is silenced from ten until two.
static SILENCES: LazyLock<Arc<ArcSwap<Silences>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("silences.toml");
    let text = "[[silence]]\nname = \"gangguan massal\"\nauthor = \"TL 1\"\nreason = \"sudah ditangani bersama\"\ncustomer = \"x:12\"\n\
                from = 2025-01-07T10:00:00+07:00\nuntil = 2025-01-07T14:00:00+07:00\n";
    std::fs::write(&file, text).unwrap();
    let reporter = Reporter::default();
    let silences = rules::silences(&config(), &file, &reporter);
    Arc::new(ArcSwap::from_pointee(silences.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
});

fn at(minute: i64) -> Millis {
    Millis::parse(DAY).unwrap().plus(minute * MINUTE)
}

/// The time of Jakarta in `moment`, a time of a record; with the day if it is another one.
fn clock(moment: &Value) -> String {
    let Some(moment) = moment.as_str() else { return "-".to_owned() };
    let minutes = (Millis::parse(moment).unwrap().get() - at(0).get()) / MINUTE;
    let day = match minutes.div_euclid(24 * 60) {
        0 => String::new(),
        days => format!(" {days:+}d"),
    };
    format!("{:02}.{:02}{day}", minutes.rem_euclid(24 * 60) / 60, minutes.rem_euclid(60))
}

/// A process: its stage, and the journal that outlives it.
struct Desk {
    stage: Triage,
    journal: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    offset: i64,
    /// The first post of each customer's case.
    first: BTreeMap<String, u64>,
    told: Vec<Value>,
}

impl Desk {
    fn new() -> Self {
        Desk { stage: stage(), journal: BTreeMap::new(), offset: 0, first: BTreeMap::new(), told: Vec::new() }
    }

    fn restart(&mut self) {
        self.stage = stage();
        for (key, value) in &self.journal {
            self.stage.restore(0, key, value.as_deref()).unwrap();
        }
    }

    fn happens(&mut self, minute: i64, customer: &str, what: &str, more: &str) {
        let id = 1_000 + u64::try_from(self.offset).unwrap();
        let input = if what == "posts" {
            self.first.entry(customer.to_owned()).or_insert(id);
            let author = json!({"id": customer, "handle": format!("pelanggan_{customer}")});
            json!({"schema": "telkomcare.post.v1", "platform": "x", "post_id": id.to_string(), "text": more, "created_at": at(minute), "author": author})
        } else {
            self.event(minute, customer, what, more)
        };
        let (key, value) = (format!("x:{customer}"), input.to_string());
        let mut inbound = Inbound::plain("inbox", self.offset, Some(key.as_bytes()), Some(value.as_bytes()), &[]);
        inbound.timestamp = at(minute);
        self.offset += 1;
        self.transaction(|stage, out| stage.take(&inbound, out));
    }

    fn event(&self, minute: i64, customer: &str, what: &str, more: &str) -> Value {
        let case = format!("x:{customer}:{}", self.first.get(customer).copied().unwrap_or(1));
        let mut event = json!({"schema": "telkomcare.case_event.v1", "event_id": format!("e{}", self.offset), "event": what,
            "case_id": case, "customer": format!("x:{customer}"), "at": at(minute)});
        if what == "returned" {
            event["post_id"] = json!(self.first[customer].to_string());
        }
        for (field, value) in more.split(';').filter_map(|part| part.trim().split_once('=')) {
            let later = || at(minute + value.parse::<i64>().unwrap());
            event[field] = match field {
                "at" | "unit_eta" => json!(later()),
                "coordinated_with" => json!([value]),
                "callback_refused" => json!(value == "true"),
                _ => json!(value),
            };
        }
        event
    }

    fn looks(&mut self, minute: i64) {
        self.transaction(|stage, out| stage.tick(0, at(minute), out));
    }

    fn transaction(&mut self, work: impl FnOnce(&mut Triage, &mut Outbox)) {
        let mut out = Outbox::default();
        self.stage.begin();
        work(&mut self.stage, &mut out);
        self.stage.journal(&mut out);
        self.stage.committed();
        for record in out.records() {
            match record.to {
                Topic::Journal => drop(self.journal.insert(record.key.unwrap().to_vec(), record.value.map(<[u8]>::to_vec))),
                Topic::Escalations => self.told.push(serde_json::from_slice(record.value.unwrap()).unwrap()),
                _ => {}
            }
        }
    }
}

fn stage() -> Triage {
    Triage::new(Arc::clone(&RULES), true).with_silences(Arc::clone(&SILENCES))
}

/// Plays the script, looking at the clock every minute until midnight.
fn played() -> Vec<Value> {
    let mut desk = Desk::new();
    let lines: Vec<&str> = SCRIPT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let mut next = lines.iter().peekable();
    for minute in 0..24 * 60 {
        let now = format!("{:02}.{:02} ", minute / 60, minute % 60);
        while let Some(line) = next.next_if(|line| line.starts_with(&now)) {
            let mut words = line[now.len()..].splitn(3, ' ');
            match (words.next().unwrap(), words.next()) {
                ("restart", _) => desk.restart(),
                (customer, what) => desk.happens(minute, customer, what.unwrap(), words.next().unwrap_or_default()),
            }
        }
        desk.looks(minute);
    }
    assert_eq!(next.next(), None, "the script is in order");
    desk.told
}

/// One record on a page: when, what, whose; what is due; what is unusual about it; its headline, all of it where it is new.
fn page(record: &Value) -> String {
    let text = |field: &str| record[field].as_str().unwrap_or("-").to_owned();
    let mut page = format!("{} {} {}", clock(&record["at"]), text("type"), text("customer"));
    let due = &record["clocks"];
    if due.is_object() {
        write!(page, " | monitor {} callback {}", clock(&due["monitor_due"]), clock(&due["callback_due"])).unwrap();
    }
    for field in ["missed", "tl_missing", "tl_name", "group", "hints", "silenced", "supersedes"] {
        let value = &record[field];
        if ![json!(null), json!([]), json!(false), json!(0)].contains(value) {
            write!(page, " | {field} {value}").unwrap();
        }
    }
    let summary = text("summary");
    let lines = if record["type"] == "opened" { 20 } else { 1 };
    summary.lines().take(lines).for_each(|line| write!(page, "\n    {line}").unwrap());
    page
}

#[test]
fn a_day_of_thirty_cases_as_team_leaders_read_it() {
    let told = played();
    let opened: BTreeSet<&str> =
        told.iter().filter(|record| record["type"] == "opened").filter_map(|record| record["customer"].as_str()).collect();
    assert_eq!(opened.len(), 30, "{opened:?}");
    let ids: BTreeSet<&str> = told.iter().filter_map(|record| record["id"].as_str()).collect();
    assert_eq!(ids.len(), told.len(), "no record is told of twice");
    insta::assert_snapshot!(told.iter().map(page).collect::<Vec<_>>().join("\n\n"));
}
