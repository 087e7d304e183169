//! Everything at once, by the clock of the day: posts, the desk's events, hand-offs and their steps, reminders every few
//! seconds, silences that end meanwhile and an outage, while processes are killed, stand still, come and go.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use fastrand::Rng;
use serde_json::{Value, json};
use triage::config::service::Service;
use triage::post::Millis;

use super::areas;
use super::broker::{consume, long, service_with, wait_until};
use super::calm::Progress;
use super::crew::{Crew, end};
use super::kills::{Storm, Weather};
use super::load::{Load, Raw};
use super::members::freeze;
use super::oracle::COMMITTED;
use super::program::triage_with;
use super::ruleset::Rules;

/// Records a second.
const RATE: usize = 120;
/// Customers, who write all on one platform.
const CUSTOMERS: usize = 120;
/// Of those events are reported; the others only write.
const KNOWN: usize = 60;
const SENDER: &str = "plasa.bandung@contoh.id";
const EVENTS: [&str; 8] = ["acknowledged", "tl_assigned", "progress", "callback_done", "resolved", "dismissed", "returned", "reopened"];
const STEPS: [&str; 6] = ["recording_missing", "recording_found", "chronology_written", "spv_validated", "manager_approved", "sent"];
const HARD: &str =
    "@IndiHomeCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";
const OTHERS: [&str; 4] = [
    areas::COMPLAINT,
    "@IndiHomeCare belum ada kabar juga, internet masih mati",
    "makasih infonya @IndiHomeCare",
    "@IndiHomeCare paket apa yang ada di Garut?",
];
const MAILS: [&str; 3] = [
    "ND 122000000061 merasa tidak pernah setuju dengan tunggakan 3 bulan Rp 900.000",
    "Pelanggan lapor agent membentak saat menawarkan pembayaran",
    "Mohon info jam buka loket",
];

/// Brings about what reaches the service.
struct World {
    posts: String,
    case_events: String,
    dice: Rng,
    last: Option<Raw>,
}

impl World {
    fn next(&mut self, number: usize) -> Raw {
        if self.dice.u8(..12) == 0
            && let Some(last) = self.last.clone()
        {
            return Raw { at: now(), ..last };
        }
        let raw = match self.dice.u8(..20) {
            0 | 1 => self.event(number),
            2 => self.mail(number),
            3 => self.step(number),
            _ => self.post(number),
        };
        self.last = Some(raw.clone());
        raw
    }

    fn post(&mut self, number: usize) -> Raw {
        let author = self.dice.usize(..CUSTOMERS);
        let text = if self.dice.u8(..8) == 0 { HARD } else { OTHERS[self.dice.usize(..OTHERS.len())] };
        let mentions = ["IndiHomeCare", "kemkomdigi"].map(|handle| json!({"handle": handle, "implicit": false}));
        self.raw(false, &author.to_string(), &json!({
            "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": (7_000 + number).to_string(),
            "author": {"id": author.to_string(), "handle": format!("pelanggan_{author}")}, "text": text, "created_at": Millis::new(now()),
            "mentions": mentions[..if text == HARD { 2 } else { 1 }],
        }))
    }

    fn event(&mut self, number: usize) -> Raw {
        let (customer, event) = (self.dice.usize(..KNOWN), EVENTS[self.dice.usize(..EVENTS.len())]);
        let eta = Millis::new(now() + self.dice.i64(1_000..9_000));
        let key = format!("x:{customer}");
        self.raw(true, &key, &json!({
            "schema": "telkomcare.case_event.v1", "event_id": format!("e{number}"), "event": event, "customer": key,
            "tl_name": (event == "tl_assigned").then_some("TL 1"), "unit_eta": (event == "progress").then_some(eta), "at": Millis::new(now()),
        }))
    }

    fn mail(&mut self, number: usize) -> Raw {
        let text = MAILS[self.dice.usize(..MAILS.len())];
        self.raw(
            false,
            SENDER,
            &json!({
                "schema": "telkomcare.post.v1", "platform": "email", "post_id": format!("surat-{}", number % 40), "author": {"id": SENDER},
                "text": text, "created_at": Millis::new(now()),
            }),
        )
    }

    fn step(&mut self, number: usize) -> Raw {
        let (mail, step) = (self.dice.usize(..40), STEPS[self.dice.usize(..STEPS.len())]);
        self.raw(
            true,
            SENDER,
            &json!({
                "schema": "telkomcare.case_event.v1", "event_id": format!("e{number}"), "event": step,
                "case_id": format!("email:{SENDER}:surat-{mail}"), "agent": "Petugas 1", "at": Millis::new(now()),
            }),
        )
    }

    fn raw(&self, is_event: bool, key: &str, value: &Value) -> Raw {
        let topic = if is_event { &self.case_events } else { &self.posts };
        Raw { topic: topic.clone(), key: key.to_owned(), value: value.to_string(), at: now() }
    }
}

fn now() -> i64 {
    Utc::now().timestamp_millis()
}

/// The shipped rules with clocks of seconds, a party that hands in, areas, and silences that end while the storm goes on.
fn rules() -> Rules {
    let rules = Rules::copy();
    let text = rules.with("clocks = false", "clocks = true").replacen("monitor = \"1h\"", "monitor = \"4s\"", 1);
    rules.write(&text.replacen("callback = \"6h\"", "callback = \"9s\"", 1));
    rules.name_areas();
    rules.name_sender(SENDER);
    let silence = |name: &str, holds: &str, seconds: i64| {
        let until = Millis::new(now() + seconds * 1_000);
        format!("[[silence]]\nname = \"{name}\"\nauthor = \"TL 1\"\nreason = \"contoh\"\n{holds}\nfrom = 2025-01-07\nuntil = {until}\n")
    };
    let silences = silence("pelanggan", "customer = [\"x:3\", \"x:4\", \"x:70\"]", 40) + &silence("gangguan", "phrase = \"los merah\"", 60);
    fs_err::write(rules.path().join("silences.toml"), silences).expect("written");
    rules
}

/// Whether, in what is told of each case last, nothing is due before `moment`.
fn is_up_to(service: &Service, moment: i64) -> bool {
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    for record in consume(&service.kafka, &service.topics.escalations, COMMITTED) {
        let value: Value = serde_json::from_str(&record.text()).expect("JSON");
        last.insert(value["case_id"].as_str().expect("a case").to_owned(), value);
    }
    last.values().all(|value| {
        let ended = ["resolved", "dismissed", "expired", "callback_on_close"].iter().any(|kind| value["type"] == *kind);
        let due = ["monitor_due", "callback_due"].map(|clock| value["clocks"][clock].as_str().and_then(Millis::parse));
        ended || due.into_iter().flatten().all(|due| due.get() > moment)
    })
}

/// How many escalations of each kind that must be among them were told so far.
fn told(service: &Service) -> [(&'static str, usize); 6] {
    let records = consume(&service.kafka, &service.topics.escalations, COMMITTED);
    let of = |kind: &str| records.iter().filter(|record| record.text().contains(&format!("\"type\":\"{kind}\""))).count();
    ["opened", "reminder_monitor", "reminder_callback", "resolved", "reopened", "silence_ended"].map(|kind| (kind, of(kind)))
}

#[test]
fn everything_at_once_is_told_once() {
    let service = service_with("mixture", 6, &[("outages.on", "true"), ("handoff.enabled", "true"), ("topics.handoff", "mixture-handoff")]);
    let rules = rules();
    let mut crew = Crew::new(&service, "mixture", "2s").with_rules(rules.path()).with("TRIAGE_OUTAGES__ON", "true");
    // What lies behind a process that was killed or stood still is caught up with at a limited rate.
    crew = crew.with("TRIAGE_RUN__CATCH_UP_RATE", "200").with("TRIAGE_RUN__LIVE_WITHIN", "1s");
    let (posts, case_events) = (service.topics.posts[0].clone(), service.topics.case_events.clone());
    let mut world = World { posts, case_events, dice: Rng::with_seed(53), last: None };
    let load = Load::start_with(&service, RATE, move |number| world.next(number));
    let names = [Some("pod-0"), Some("pod-1"), None];
    let (each, random, limit) = if long() { (8, 40, Duration::from_secs(600)) } else { (1, 4, Duration::from_secs(60)) };
    let mut storm = Storm::new(&Weather { each, random, limit, endless: long() });
    storm.rage(&mut crew, names);
    let mut processes: Vec<_> = names.into_iter().map(|name| crew.start(name, None)).collect();
    let progress = Progress::new(&service);
    progress.wait_for_more();
    freeze(&mut processes, if long() { 10 } else { 2 }, 7_000, 9_000);
    processes.push(crew.start(None, None));
    progress.wait_for_more();
    end(processes.split_off(3));
    wait_until("a record of each kind", || told(&service).iter().all(|(_, count)| *count > 0));
    let raw = load.finish();
    let moment = now();
    wait_until("the last reminders", || is_up_to(&service, moment));
    let findings = crew.settle_after(raw, processes);
    assert_eq!(findings.kinds(), [""; 0]);
    let output = triage_with(&rules.path(), &service, &["reconcile", "--stage", "both"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    println!("mixture: {:?}", told(&service));
    assert!(storm.total() >= 8, "{}", storm.total());
}
