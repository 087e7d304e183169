//! The state is exactly what the journal says: a stage that begins from the journal at any offset, takes records in
//! batches of any size and loses some of them to aborted transactions, writes what an undisturbed one writes.
//!
//! No broker: the journal is a map, the lane's part is played by the test. The same on a real broker is `e2e`'s.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use proptest::prelude::*;

use triage::author::{AuthorState, MAX_POSTS};
use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};
use triage::post::Millis;
use triage::problem::Reporter;
use triage::rules::{self, Rules};

static RULES: LazyLock<Arc<ArcSwap<Rules>>> = LazyLock::new(|| {
    let reporter = Reporter::default();
    let rules = rules::compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &reporter);
    Arc::new(ArcSwap::from_pointee(rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
});

const TEXTS: [&str; 8] = [
    "@TelkomCare internet mati dari pagi, tolong dicek",
    "@TelkomCare SUDAH TIGA HARI INTERNET MATI TERUS KAPAN DIPERBAIKI",
    "@TelkomCare kalau tidak selesai saya viralkan ke media, internet mati lagi",
    "@TelkomCare bagaimana cara ganti paket?",
    "1/2 @TelkomCare internet saya lambat sekali, sudah lapor",
    "2/2 @TelkomCare dan teknisi tidak datang",
    "@TelkomCare masih lambat sekali internetnya, saya lapor ke YLKI",
    "Promo IndiHome murah, daftar di https://example.com #promo",
];

/// What happens next.
#[derive(Debug, Clone)]
enum Happening {
    Post {
        text: usize,
    },
    /// An earlier post of the customer once more, in another version, or taken away.
    Again {
        kind: &'static str,
        text: usize,
    },
    Reply,
    CaseEvent {
        event: &'static str,
    },
    Broken,
}

#[derive(Debug, Clone)]
struct Step {
    customer: usize,
    /// Seconds since the step before; the post itself may be older.
    wait: i64,
    age: i64,
    happening: Happening,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let happening = prop_oneof![
        8 => (0..TEXTS.len()).prop_map(|text| Happening::Post { text }),
        2 => (prop::sample::select(vec!["create", "edit", "delete"]), 0..TEXTS.len()).prop_map(|(kind, text)| Happening::Again { kind, text }),
        1 => Just(Happening::Reply),
        1 => prop::sample::select(vec!["resolved", "acknowledged", "dismissed", "reopened"]).prop_map(|event| Happening::CaseEvent { event }),
        1 => Just(Happening::Broken),
    ];
    let wait = prop_oneof![6 => 1_i64..120, 2 => 120_i64..7_200, 1 => 86_400_i64..1_300_000];
    let age = prop_oneof![5 => Just(0_i64), 1 => 1_i64..4_000, 1 => Just(-30_000_000_i64)];
    let step = (0..4_usize, wait, age, happening).prop_map(|(customer, wait, age, happening)| Step { customer, wait, age, happening });
    prop::collection::vec(step, 1..40)
}

/// A record of the inbox.
struct Record {
    at: i64,
    key: String,
    value: String,
}

fn records(steps: &[Step]) -> Vec<Record> {
    let mut now = 1_763_000_000_000;
    let mut newest = [0; 4];
    let each = |(number, step): (usize, &Step)| {
        now += step.wait * 1_000;
        let written = Millis::new(now - step.age * 1_000);
        let post = |id: usize, kind: &str, author: &str, text: &str| {
            serde_json::json!({
                "schema": "telkomcare.post.v1", "event_kind": kind, "platform": "x", "post_id": id.to_string(), "version": number.to_string(),
                "author": {"id": author, "handle": author, "followers": step.customer * 20_000}, "text": text,
                "mentions": [{"handle": "TelkomCare", "implicit": false}], "created_at": written, "is_reply": author == "TelkomCare",
            })
            .to_string()
        };
        let customer = format!("90{}", step.customer);
        let value = match &step.happening {
            Happening::Post { text } => {
                newest[step.customer] = number;
                post(number, "create", &customer, TEXTS[*text])
            }
            Happening::Again { kind, text } => post(newest[step.customer], kind, &customer, TEXTS[*text]),
            Happening::Reply => post(number, "create", "TelkomCare", "Halo kak, kami cek dulu ya"),
            Happening::CaseEvent { event } => serde_json::json!({
                "schema": "telkomcare.case_event.v1", "event_id": number.to_string(), "event": event,
                "customer": format!("x:{customer}"), "at": written,
            })
            .to_string(),
            Happening::Broken => "{\"schema\":".to_owned(),
        };
        Record { at: now, key: format!("x:{customer}"), value }
    };
    steps.iter().enumerate().map(each).collect()
}

/// A stage with the journal that it has written.
struct Run {
    stage: Triage,
    journal: BTreeMap<Vec<u8>, Vec<u8>>,
    outputs: Vec<String>,
}

impl Run {
    fn new() -> Self {
        Run { stage: Triage::new(Arc::clone(&RULES), true), journal: BTreeMap::new(), outputs: Vec::new() }
    }

    /// A stage that begins where another has left off, knowing its journal only; perhaps as it was written when its records
    /// were JSON.
    fn restored(journal: &BTreeMap<Vec<u8>, Vec<u8>>, as_json: bool) -> Self {
        let mut run = Run { journal: journal.clone(), ..Run::new() };
        for (key, value) in journal {
            let json = || serde_json::to_vec(&AuthorState::decode(value).expect("a journal record")).expect("JSON");
            let value = if as_json { json() } else { value.clone() };
            run.stage.restore(0, key, Some(&value)).expect("a journal record");
        }
        run
    }

    fn process(&mut self, records: &[Record], first: usize) -> Outbox {
        let mut out = Outbox::default();
        self.stage.begin();
        for (offset, record) in (first..).zip(records) {
            let mut inbound = Inbound::plain("inbox", offset as i64, Some(record.key.as_bytes()), Some(record.value.as_bytes()), &[]);
            inbound.timestamp = Millis::new(record.at);
            self.stage.take(&inbound, &mut out);
        }
        self.stage.journal(&mut out);
        out
    }

    /// One transaction.
    fn transact(&mut self, records: &[Record], first: usize) {
        let out = self.process(records, first);
        self.stage.committed();
        for record in out.records() {
            let key = || record.key.expect("a key").to_vec();
            match (record.to, record.value) {
                (Topic::Journal, Some(value)) => drop(self.journal.insert(key(), value.to_vec())),
                (Topic::Journal, None) => drop(self.journal.remove(&key())),
                (to, value) => {
                    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
                    let headers: Vec<_> = record.headers().map(|(name, value)| (name, text(value))).collect();
                    let place = (to, record.partition, record.timestamp);
                    self.outputs.push(format!("{place:?} {:?} {:?} {headers:?}", text(record.key), text(value)));
                }
            }
        }
    }

    /// A transaction that is aborted.
    fn abort(&mut self, records: &[Record], first: usize) {
        self.process(records, first);
        self.stage.aborted();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_restored_stage_goes_on_as_if_nothing_had_happened(
        steps in steps(),
        cut in any::<prop::sample::Index>(),
        batches in prop::collection::vec((1_usize..7, any::<bool>()), 1..12),
        as_json in any::<bool>(),
    ) {
        let records = records(&steps);
        let cut = cut.index(records.len());
        let mut undisturbed = Run::new();
        for (offset, record) in records.iter().enumerate().take(cut) {
            undisturbed.transact(std::slice::from_ref(record), offset);
        }
        let mut restored = Run::restored(&undisturbed.journal, as_json);
        undisturbed.outputs.clear();
        for (offset, record) in records.iter().enumerate().skip(cut) {
            undisturbed.transact(std::slice::from_ref(record), offset);
        }
        let mut at = cut;
        for (size, aborted) in batches.into_iter().cycle() {
            if at >= records.len() {
                break;
            }
            let end = records.len().min(at + size);
            if aborted {
                restored.abort(&records[at..end], at);
            }
            restored.transact(&records[at..end], at);
            at = end;
        }
        prop_assert_eq!(&restored.outputs, &undisturbed.outputs);
        prop_assert_eq!(&restored.journal, &undisturbed.journal);
    }
}

#[test]
fn what_a_busy_customer_makes_us_forget_is_counted() {
    let check = |wait: i64, forgotten: u64| {
        let step = Step { customer: 0, wait, age: 0, happening: Happening::Post { text: 0 } };
        let out = Run::new().process(&records(&vec![step; MAX_POSTS + 6]), 0);
        assert_eq!(out.forgotten_early, forgotten, "one post each {wait} s");
    };
    check(10, 6);
    // These are old enough to be forgotten anyway.
    check(3_600, 0);
}
