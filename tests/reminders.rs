//! Reminders over a day of virtual time, with crashes: per case exactly those that are due, none twice, none after the case is
//! closed. The oracle walks from one due time to the next and shares no code with the program.
//!
//! No broker: the journal is a map, the lane's part is played by the test. The same on a real broker is `e2e`'s. Over
//! thousands of posts; with `TRIAGE_LONG=1` over 864,000 of 500 cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and measures"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use arc_swap::ArcSwap;
use fastrand::Rng;
use serde_json::Value;
use triage::author::AuthorState;
use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};
use triage::post::Millis;
use triage::problem::Reporter;
use triage::rules::{self, Rules};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// 2026-03-02T03:00:00Z, ten in the morning in Jakarta.
const START: i64 = 1_772_420_400_000;

static RULES: LazyLock<Arc<ArcSwap<Rules>>> = LazyLock::new(|| {
    let reporter = Reporter::default();
    let rules = rules::compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &reporter);
    Arc::new(ArcSwap::from_pointee(rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
});

const HARD: &str =
    "@IndiHomeCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";
const LATER: [&str; 3] =
    ["@IndiHomeCare belum ada kabar juga, internet masih mati", "@IndiHomeCare gimana ini min", "makasih infonya @IndiHomeCare"];

/// A record of the inbox.
#[derive(Debug, Clone)]
struct Record {
    at: i64,
    customer: String,
    value: String,
}

fn post(number: usize, customer: &str, at: i64, text: &str) -> Record {
    let mentioned = ["IndiHomeCare", "kemkomdigi"].map(|handle| serde_json::json!({"handle": handle, "implicit": false}));
    let value = serde_json::json!({
        "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": (5_000 + number).to_string(),
        "author": {"id": customer, "handle": format!("warga_contoh_{customer}")}, "text": text, "created_at": Millis::new(at),
        "mentions": mentioned[..if text == HARD { 2 } else { 1 }],
    });
    Record { at, customer: format!("x:{customer}"), value: value.to_string() }
}

fn event(number: usize, customer: &str, at: i64, event: &str, unit_eta: Option<i64>) -> Record {
    let value = serde_json::json!({
        "schema": "telkomcare.case_event.v1", "event_id": format!("e{number}"), "event": event, "customer": format!("x:{customer}"),
        "tl_name": if event == "tl_assigned" { Some("TL 1") } else { None }, "unit_eta": unit_eta.map(Millis::new), "at": Millis::new(at),
    });
    Record { at, customer: format!("x:{customer}"), value: value.to_string() }
}

/// What was written to the escalations: the customer, the type, the record.
type Written = (String, String, Value);

/// A process with its journal.
struct Process {
    stage: Triage,
    journal: BTreeMap<Vec<u8>, Vec<u8>>,
    written: Vec<Written>,
    offset: i64,
}

impl Process {
    fn new() -> Self {
        Process { stage: Triage::new(Arc::clone(&RULES), true), journal: BTreeMap::new(), written: Vec::new(), offset: 0 }
    }

    /// The process is gone, and another one knows what the journal says.
    fn crash(&mut self) {
        self.stage = Triage::new(Arc::clone(&RULES), true);
        for (key, value) in &self.journal {
            self.stage.restore(0, key, Some(value)).expect("a journal record");
        }
    }

    /// A transaction of `records` that is committed, or in which the process ends.
    fn process(&mut self, records: &[Record], commits: bool) {
        let mut out = Outbox::default();
        self.stage.begin();
        for record in records {
            let mut inbound = Inbound::plain("inbox", self.offset, Some(record.customer.as_bytes()), Some(record.value.as_bytes()), &[]);
            inbound.timestamp = Millis::new(record.at);
            self.stage.process(&inbound, &mut out);
            self.offset += 1;
        }
        self.end(out, commits);
    }

    /// The same of a look at the clock.
    fn tick(&mut self, now: i64, commits: bool) {
        let mut out = Outbox::default();
        self.stage.begin();
        self.stage.tick(0, Millis::new(now), &mut out);
        self.end(out, commits);
    }

    fn end(&mut self, mut out: Outbox, commits: bool) {
        self.stage.journal(&mut out);
        if !commits {
            return self.crash();
        }
        self.stage.committed();
        for record in out.records() {
            let key = record.key.expect("a key");
            match (record.to, record.value) {
                (Topic::Journal, Some(value)) => drop(self.journal.insert(key.to_vec(), value.to_vec())),
                (Topic::Journal, None) => drop(self.journal.remove(key)),
                (Topic::Escalations, Some(value)) => {
                    let value: Value = serde_json::from_slice(value).expect("JSON");
                    let kind = value["type"].as_str().expect("a type").to_owned();
                    let header = |name| record.headers().any(|(other, _)| other == name);
                    let by_clock = kind.starts_with("reminder_") || kind == "expired";
                    assert_eq!((header("triage.tick"), header("triage.source")), (by_clock, !by_clock), "{kind}");
                    assert_eq!(value["source"].is_null(), by_clock);
                    self.written.push((String::from_utf8_lossy(key).into_owned(), kind, value));
                }
                _ => (),
            }
        }
    }

    /// Reminders of `customer`, as (type, when it was due, missed).
    fn reminders(&self, customer: &str) -> Vec<(String, i64, u64)> {
        let of = |(_, kind, value): &Written| {
            let at = Millis::parse(value["at"].as_str().expect("a time")).expect("a time").get();
            (kind.clone(), at, value["missed"].as_u64().expect("a number"))
        };
        self.written.iter().filter(|(key, kind, _)| key == customer && kind.starts_with("reminder_")).map(of).collect()
    }

    /// No id is there twice, nothing reminds of a case that is closed, and what is said to be due next lies ahead.
    fn check_ids(&self) {
        let mut ids = std::collections::BTreeSet::new();
        let mut closed = std::collections::BTreeSet::new();
        for (_, kind, value) in &self.written {
            let id = value["id"].as_str().expect("an id");
            assert!(ids.insert(id), "{id} is there twice");
            let case = value["case_id"].as_str().expect("a case");
            if kind.starts_with("reminder_") {
                assert!(!closed.contains(case), "{id} after the end");
                assert!(value["clocks"]["monitor_due"].as_str() > value["at"].as_str(), "{value}");
                assert!(value["clocks"]["callback_due"].as_str() > value["at"].as_str(), "{value}");
            }
            if ["resolved", "dismissed", "expired"].contains(&kind.as_str()) {
                closed.insert(case);
            }
        }
    }
}

/// What must be reminded of in one case, walked from one due time to the next.
#[derive(Debug, Default)]
struct Expected {
    looks: Option<i64>,
    calls: Option<i64>,
    reminders: Vec<(String, i64, u64)>,
}

impl Expected {
    fn happens(&mut self, event: &str, at: i64, unit_eta: Option<i64>) {
        match (event, unit_eta) {
            ("opened", _) => (self.looks, self.calls) = (Some(at + HOUR), Some(at + 6 * HOUR)),
            ("resolved", _) => (self.looks, self.calls) = (None, None),
            ("callback_done", _) if self.calls.is_some() => self.calls = Some(at + 6 * HOUR),
            ("progress", Some(eta)) if self.calls.is_some() => self.calls = Some(eta),
            _ => (),
        }
    }

    fn tick(&mut self, now: i64) {
        for (kind, next, interval) in [("reminder_monitor", &mut self.looks, HOUR), ("reminder_callback", &mut self.calls, 6 * HOUR)] {
            let mut found = None;
            while let Some(due) = next.filter(|due| *due <= now) {
                found = Some((kind.to_owned(), due, found.map_or(0, |(_, _, missed)| missed + 1)));
                *next = Some(due + interval);
            }
            self.reminders.extend(found);
        }
    }
}

fn sorted(mut reminders: Vec<(String, i64, u64)>) -> Vec<(String, i64, u64)> {
    reminders.sort_by_key(|(kind, at, _)| (*at, kind.clone()));
    reminders
}

/// What happens to a case, each with its time: what the inbox gets of it and what the oracle is told.
fn life(dice: &mut Rng, number: usize) -> Vec<(i64, &'static str, Option<i64>)> {
    let opened = START + dice.i64(0..20 * HOUR) / SECOND * SECOND + number as i64 % 7;
    let mut life = vec![(opened, "opened", None)];
    let mut at = opened;
    loop {
        at += dice.i64(10 * MINUTE..5 * HOUR);
        if at > START + 24 * HOUR {
            return life;
        }
        let eta = at + dice.i64(20 * MINUTE..9 * HOUR);
        match dice.u8(0..8) {
            0 => life.push((at, "tl_assigned", None)),
            1..3 => life.push((at, "callback_done", None)),
            // An estimate is the last word on when to call.
            3 => {
                life.push((at, "progress", Some(eta)));
                at = eta + MINUTE;
            }
            4 => {
                life.push((at, "resolved", None));
                return life;
            }
            _ => life.push((at, "post", None)),
        }
    }
}

#[test]
fn a_day_with_crashes_brings_exactly_what_is_due() {
    let long = std::env::var_os("TRIAGE_LONG").is_some_and(|value| value == "1");
    let (cases, posts) = if long { (500, 864_000) } else { (25, 3_000) };
    let begun = Instant::now();
    let mut dice = Rng::with_seed(14);
    let mut expected: Vec<Expected> = (0..cases).map(|_| Expected::default()).collect();
    // Everything that happens, in order: the time, whose it is, what, and an estimate.
    let mut plan: Vec<(i64, usize, &str, Option<i64>)> = Vec::new();
    for case in 0..cases {
        plan.extend(life(&mut dice, case).into_iter().map(|(at, what, eta)| (at, case, what, eta)));
    }
    // Those who only write.
    let others = cases * 2;
    plan.extend((plan.len()..posts).map(|_| (START + dice.i64(0..24 * HOUR), cases + dice.usize(0..others), "post", None)));
    plan.sort_by_key(|(at, ..)| *at);
    let record = |number: usize, (at, who, what, eta): (i64, usize, &str, Option<i64>)| match what {
        "opened" => post(number, &who.to_string(), at, HARD),
        "post" => post(number, &who.to_string(), at, LATER[number % LATER.len()]),
        event_name => event(number, &who.to_string(), at, event_name, eta),
    };
    let (mut process, mut next, mut crashes) = (Process::new(), 0, 0);
    let mut now = START;
    while now <= START + 24 * HOUR {
        now += SECOND;
        let end = next + plan[next..].iter().take_while(|(at, ..)| *at <= now).count();
        let batch: Vec<Record> = (next..end).map(|number| record(number, plan[number])).collect();
        // Three crashes a minute: in a transaction of posts, in one of reminders, between them.
        let crash = if dice.u8(0..20) == 0 { dice.u8(1..4) } else { 0 };
        crashes += usize::from(crash > 0);
        if !batch.is_empty() {
            if crash == 1 {
                process.process(&batch, false);
            }
            process.process(&batch, true);
            for (at, case, what, eta) in plan[next..end].iter().filter(|(_, case, ..)| *case < cases) {
                expected[*case].happens(what, *at, *eta);
            }
            next = end;
        }
        if crash == 3 {
            process.crash();
        }
        if crash == 2 {
            process.tick(now, false);
            // Until it runs again nobody looks.
            now += dice.i64(0..10) * SECOND;
            continue;
        }
        process.tick(now, true);
        expected.iter_mut().for_each(|expected| expected.tick(now));
    }
    process.check_ids();
    let mut reminders = 0;
    for (case, expected) in expected.into_iter().enumerate() {
        let seen = process.reminders(&format!("x:{case}"));
        reminders += seen.len();
        assert_eq!(sorted(seen), sorted(expected.reminders), "case {case}: left what was written, right what was due");
    }
    assert!(reminders > cases * 3, "{reminders} reminders");
    println!("{posts} posts, {cases} cases, {crashes} crashes: {reminders} reminders as due, in {:.1} s", begun.elapsed().as_secs_f64());
}

/// A process with one hard case, opened at the start.
fn opened() -> Process {
    let mut process = Process::new();
    process.process(&[post(1, "17", START, HARD)], true);
    process.tick(START, true);
    process
}

#[test]
fn after_three_hours_of_downtime_there_is_one_catch_up_of_each() {
    let mut process = opened();
    for minute in 1..=230 {
        process.tick(START + minute * MINUTE, true);
    }
    process.crash();
    for minute in 410..=482 {
        process.tick(START + minute * MINUTE, true);
    }
    let (monitor, callback) = ("reminder_monitor".to_owned(), "reminder_callback".to_owned());
    let due: Vec<(String, i64, u64)> =
        process.reminders("x:17").into_iter().map(|(kind, at, missed)| (kind, (at - START) / HOUR, missed)).collect();
    let expected = [(1, 0), (2, 0), (3, 0), (6, 2), (7, 0), (8, 0)].map(|(hour, missed)| (monitor.clone(), hour, missed));
    assert_eq!(due.iter().filter(|(kind, ..)| *kind == monitor).cloned().collect::<Vec<_>>(), expected);
    assert_eq!(due.iter().filter(|(kind, ..)| *kind == callback).cloned().collect::<Vec<_>>(), [(callback, 6, 0)]);
    process.check_ids();
}

#[test]
fn a_backlog_gives_one_reminder_that_says_what_was_missed() {
    let mut process = Process::new();
    process.process(&[post(1, "17", START, HARD)], true);
    process.tick(START + 5 * HOUR + MINUTE, true);
    assert_eq!(process.reminders("x:17"), [("reminder_monitor".to_owned(), START + 5 * HOUR, 4)]);
}

#[test]
fn a_clock_that_jumps_brings_neither_a_storm_nor_silence() {
    // Real minutes, and how far the clock is ahead of them from when on.
    let check = |jumps: &[(i64, i64)], crash: bool| {
        let mut process = opened();
        let mut sent = Vec::new();
        for real in 1..=20 * 60 {
            let ahead = jumps.iter().filter(|(from, _)| *from <= real).map(|(_, ahead)| *ahead).next_back().unwrap_or(0);
            let before = process.written.len();
            if crash && jumps.iter().any(|(from, _)| *from == real) {
                process.crash();
            }
            process.tick(START + (real + ahead) * MINUTE, true);
            let looks = process.written[before..].iter().filter(|(_, kind, _)| kind == "reminder_monitor").count();
            assert!(looks <= 1);
            sent.extend((looks > 0).then_some(real));
        }
        process.check_ids();
        let gaps: Vec<i64> = sent.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (count, jumps) = (sent.len() as i64, jumps.len() as i64);
        assert!((20 - jumps..=20 + jumps).contains(&count), "{jumps} jumps: {count} reminders in 20 hours, {gaps:?}");
        // An interval, and the hour that the clock went back.
        assert!(gaps.iter().all(|gap| *gap <= 120), "{gaps:?}");
        assert!(gaps.iter().filter(|gap| **gap < 50).count() as i64 <= 2 * jumps, "{gaps:?}");
    };
    for crash in [false, true] {
        check(&[], crash);
        for minute in [240, 241, 250, 265, 275, 299, 300] {
            check(&[(minute, -60)], crash);
            check(&[(minute, 60)], crash);
            check(&[(minute, 60), (minute + 20, 0)], crash);
            check(&[(minute, 60), (minute + 200, 0)], crash);
            check(&[(minute, -60), (minute + 30, 0)], crash);
        }
    }
    // Far ahead for a moment: the days that did not pass are not waited for.
    check(&[(250, 5 * 24 * 60), (251, 0)], false);
}

#[test]
fn a_case_that_nobody_touches_ends_once() {
    let mut process = opened();
    for hour in 1..=24 * 8 {
        process.tick(START + hour * HOUR, hour % 5 > 0);
    }
    let kinds: Vec<&str> = process.written.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "expired").count(), 1);
    assert_eq!(kinds.last(), Some(&"expired"));
    let state = AuthorState::decode(process.journal.values().next().expect("a state")).expect("a state");
    assert!(state.case.is_none());
}

/// Slow without optimisation: `cargo test --release --test reminders -- --ignored --nocapture`
#[test]
#[ignore = "measures"]
fn a_look_at_the_clock_costs_what_is_due_and_not_what_is_known() {
    const CUSTOMERS: usize = 1_000_000;
    const OPEN: usize = 10_000;
    let state = |text: &str| {
        let mut process = Process::new();
        process.process(&[post(1, "17", START, text)], true);
        process.journal.into_values().next().expect("a state")
    };
    let (ordinary, hard) = (state(LATER[0]), state(HARD));
    let mut stage = Triage::new(Arc::clone(&RULES), true);
    let begun = Instant::now();
    for customer in 0..CUSTOMERS {
        let record = if customer < OPEN { &hard } else { &ordinary };
        stage.restore(0, format!("x:{customer}").as_bytes(), Some(record)).expect("a state");
    }
    let restored = begun.elapsed();
    let mut look = |now: i64| {
        let mut out = Outbox::default();
        let begun = Instant::now();
        stage.begin();
        stage.tick(0, Millis::new(now), &mut out);
        let took = begun.elapsed();
        stage.journal(&mut out);
        stage.committed();
        (took, out.len())
    };
    let (first, _) = look(START + MINUTE);
    // Fewer than there are between two sweeps, which look at every customer.
    let quiet: Vec<_> = (0..500).map(|second| look(START + MINUTE + second * SECOND)).collect();
    assert!(quiet.iter().all(|(_, written)| *written == 0));
    let mut times: Vec<_> = quiet.iter().map(|(took, _)| *took).collect();
    times.sort();
    let (usual, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    let (busy, written) = look(START + HOUR);
    println!(
        "{CUSTOMERS} customers, {OPEN} open cases: restored in {:.2} s, the first look {first:?}, one with nothing due {usual:?}, at most {slowest:?}, one with {written} records {busy:?}",
        restored.as_secs_f64()
    );
    assert!(usual.as_micros() < 1_000, "{usual:?}");
}
