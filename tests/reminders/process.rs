//! A process without a broker: the stage with the journal that it has written. The lane's part is played by the test.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use serde_json::Value;
use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};
use triage::post::Millis;
use triage::problem::Reporter;
use triage::rules::{self, Rules};

pub static RULES: LazyLock<Arc<ArcSwap<Rules>>> = LazyLock::new(|| {
    let reporter = Reporter::default();
    let rules = rules::compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &reporter);
    Arc::new(ArcSwap::from_pointee(rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
});

pub const HARD: &str =
    "@IndiHomeCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";
pub const LATER: [&str; 3] =
    ["@IndiHomeCare belum ada kabar juga, internet masih mati", "@IndiHomeCare gimana ini min", "makasih infonya @IndiHomeCare"];

/// A record of the inbox.
#[derive(Debug, Clone)]
pub struct Record {
    pub at: i64,
    pub customer: String,
    pub value: String,
}

pub fn post(number: usize, customer: &str, at: i64, text: &str) -> Record {
    let mentioned = ["IndiHomeCare", "kemkomdigi"].map(|handle| serde_json::json!({"handle": handle, "implicit": false}));
    let value = serde_json::json!({
        "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": (5_000 + number).to_string(),
        "author": {"id": customer, "handle": format!("warga_contoh_{customer}")}, "text": text, "created_at": Millis::new(at),
        "mentions": mentioned[..if text == HARD { 2 } else { 1 }],
    });
    Record { at, customer: format!("x:{customer}"), value: value.to_string() }
}

pub fn event(number: usize, customer: &str, at: i64, event: &str, unit_eta: Option<i64>) -> Record {
    let value = serde_json::json!({
        "schema": "telkomcare.case_event.v1", "event_id": format!("e{number}"), "event": event, "customer": format!("x:{customer}"),
        "tl_name": if event == "tl_assigned" { Some("TL 1") } else { None }, "unit_eta": unit_eta.map(Millis::new), "at": Millis::new(at),
    });
    Record { at, customer: format!("x:{customer}"), value: value.to_string() }
}

/// What was written to the escalations: the customer, the type, the record.
pub type Written = (String, String, Value);

/// A process with its journal.
pub struct Process {
    pub stage: Triage,
    pub journal: BTreeMap<Vec<u8>, Vec<u8>>,
    pub written: Vec<Written>,
    offset: i64,
}

impl Process {
    pub fn new() -> Self {
        Process { stage: Triage::new(Arc::clone(&RULES), true), journal: BTreeMap::new(), written: Vec::new(), offset: 0 }
    }

    /// The process is gone, and another one knows what the journal says.
    pub fn crash(&mut self) {
        self.stage = Triage::new(Arc::clone(&RULES), true);
        for (key, value) in &self.journal {
            self.stage.restore(0, key, Some(value)).expect("a journal record");
        }
    }

    /// A transaction of `records` that is committed, or in which the process ends.
    pub fn process(&mut self, records: &[Record], commits: bool) {
        let mut out = Outbox::default();
        self.stage.begin();
        for record in records {
            let mut inbound = Inbound::plain("inbox", self.offset, Some(record.customer.as_bytes()), Some(record.value.as_bytes()), &[]);
            inbound.timestamp = Millis::new(record.at);
            self.stage.take(&inbound, &mut out);
            self.offset += 1;
        }
        self.end(out, commits);
    }

    /// The same of a look at the clock.
    pub fn tick(&mut self, now: i64, commits: bool) {
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
    pub fn reminders(&self, customer: &str) -> Vec<(String, i64, u64)> {
        let of = |(_, kind, value): &Written| {
            let at = Millis::parse(value["at"].as_str().expect("a time")).expect("a time").get();
            (kind.clone(), at, value["missed"].as_u64().expect("a number"))
        };
        self.written.iter().filter(|(key, kind, _)| key == customer && kind.starts_with("reminder_")).map(of).collect()
    }

    /// No id is there twice, nothing reminds of a case that is closed, and what is said to be due next lies ahead.
    pub fn check_ids(&self) {
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
