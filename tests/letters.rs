//! What team leaders are told, as they read it: summaries, follow-ups that belong together, silences and their end.
//!
//! No broker: the lane's part is played by the test, whose clock it is.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;
use serde_json::{Value, json};

use triage::config::reader::{Folder, Overrides};
use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};
use triage::post::Millis;
use triage::problem::Reporter;
use triage::rules::{self, Rules, Silences};

fn config() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

static RULES: LazyLock<Arc<ArcSwap<Rules>>> = LazyLock::new(|| {
    let reporter = Reporter::default();
    let rules = rules::compile(&config(), &reporter);
    Arc::new(ArcSwap::from_pointee(rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
});

/// 7 January 2025, 10.01 in Jakarta.
const START: &str = "2025-01-07T03:01:00Z";
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

const HARD: &str =
    "@IndiHomeCare @kemkomdigi SUDAH SEMINGGU LOS MERAH TIDAK ADA PENANGANAN. KALAU BESOK BELUM BERES SAYA MASUKKAN KE MEDIA MASSA";

fn at(after: i64) -> Millis {
    Millis::parse(START).unwrap().plus(after)
}

fn post(id: u64, after: i64, text: &str) -> (i64, Value) {
    let author = json!({"id": "17", "handle": "pelanggan_17"});
    let post = json!({"schema": "telkomcare.post.v1", "platform": "x", "post_id": id.to_string(), "text": text, "created_at": at(after), "author": author});
    (after, post)
}

fn event(name: &str, after: i64, more: Value) -> (i64, Value) {
    let mut event =
        json!({"schema": "telkomcare.case_event.v1", "event_id": format!("e{after}"), "event": name, "case_id": "x:17:1", "at": at(after)});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    (after, event)
}

/// A stage, its journal of one customer, and the offset of its next record.
struct Desk {
    stage: Triage,
    journal: Option<Vec<u8>>,
    offset: i64,
    silenced: u64,
}

impl Desk {
    fn new(silences: &Arc<ArcSwap<Silences>>, with_text: bool) -> Self {
        let stage = Triage::new(Arc::clone(&RULES), with_text).with_silences(Arc::clone(silences));
        Desk { stage, journal: None, offset: 0, silenced: 0 }
    }

    /// Another one that knows its journal only.
    fn restored(&self, silences: &Arc<ArcSwap<Silences>>) -> Self {
        let mut desk = Desk { journal: self.journal.clone(), offset: self.offset, ..Desk::new(silences, true) };
        desk.stage.restore(0, b"x:17", self.journal.as_deref()).unwrap();
        desk
    }

    /// One transaction; what it tells team leaders.
    fn hears(&mut self, (after, input): (i64, Value)) -> Vec<Value> {
        let (key, value) = (b"x:17", input.to_string());
        let mut inbound = Inbound::plain("inbox", self.offset, Some(key), Some(value.as_bytes()), &[]);
        inbound.timestamp = at(after);
        self.offset += 1;
        let mut out = Outbox::default();
        self.stage.begin();
        self.stage.take(&inbound, &mut out);
        self.stage.journal(&mut out);
        self.stage.committed();
        self.silenced += out.silenced;
        self.take(&out)
    }

    /// One look at what is due; nothing of it holds if it is aborted.
    fn looks(&mut self, after: i64, aborted: bool) -> Vec<Value> {
        let mut out = Outbox::default();
        self.stage.begin();
        self.stage.tick(0, at(after), &mut out);
        self.stage.journal(&mut out);
        if aborted {
            self.stage.aborted();
            return Vec::new();
        }
        self.stage.committed();
        // Reminders of the same hours are another test's.
        let is_reminder = |told: &Value| told["type"].as_str().is_some_and(|kind| kind.starts_with("reminder_"));
        self.take(&out).into_iter().filter(|told| !is_reminder(told)).collect()
    }

    fn take(&mut self, out: &Outbox) -> Vec<Value> {
        let mut told = Vec::new();
        for record in out.records() {
            match record.to {
                Topic::Journal => self.journal = record.value.map(<[u8]>::to_vec),
                Topic::Escalations => {
                    let mut value: Value = serde_json::from_slice(record.value.unwrap()).unwrap();
                    let tick = record.headers().find(|(name, _)| *name == "triage.tick");
                    value["tick"] = tick.map(|(_, due)| String::from_utf8_lossy(due.unwrap()).into_owned()).into();
                    told.push(value);
                }
                _ => {}
            }
        }
        told
    }
}

fn none() -> Arc<ArcSwap<Silences>> {
    Arc::default()
}

/// A silence from ten to twelve, Jakarta time, of what `holds` says.
fn silences(holds: &str) -> Arc<ArcSwap<Silences>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("silences.toml");
    let times = "from = 2025-01-07T10:00:00+07:00\nuntil = 2025-01-07T12:00:00+07:00\n";
    std::fs::write(&file, format!("[[silence]]\nname = \"contoh\"\nauthor = \"TL 1\"\nreason = \"gangguan massal\"\n{times}{holds}\n"))
        .unwrap();
    let reporter = Reporter::default();
    let silences = rules::silences(&config(), &file, &reporter);
    Arc::new(ArcSwap::from_pointee(silences.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))))
}

fn kinds(told: &[Value]) -> Vec<&str> {
    told.iter().map(|record| record["type"].as_str().unwrap()).collect()
}

#[test]
fn the_life_of_a_case_as_a_team_leader_reads_it() {
    let mut desk = Desk::new(&none(), true);
    let mut read = String::new();
    let life = [
        post(1, 0, HARD),
        event("acknowledged", 4 * MINUTE, json!({})),
        event("tl_assigned", 6 * MINUTE, json!({"tl_name": "TL 1", "pic_tiket": "PIC 7"})),
        post(2, 30 * MINUTE, "@IndiHomeCare nomor pelanggan saya mau dicek kapan?"),
        event("progress", 2 * HOUR, json!({"unit_eta": at(5 * HOUR), "note": "teknisi dijadwalkan", "coordinated_with": ["Unit A"]})),
        event("callback_done", 5 * HOUR, json!({})),
        event("resolved", 8 * HOUR, json!({})),
    ];
    for (after, input) in life {
        for record in desk.hears((after, input)) {
            writeln!(
                read,
                "## {} {}\n{}\n",
                record["type"].as_str().unwrap(),
                record["at"].as_str().unwrap(),
                record["summary"].as_str().unwrap()
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(read);
}

#[test]
fn what_is_not_kept_is_not_told() {
    let mut desk = Desk::new(&none(), false);
    let told = desk.hears(post(1, 0, HARD));
    let summary = told[0]["summary"].as_str().unwrap();
    assert!(summary.contains("Kondisi W-10 (3)") && !summary.contains('"') && !summary.contains("MEDIA MASSA"), "{summary}");
}

#[test]
fn a_silenced_case_is_written_and_told_of_once_the_silence_ends() {
    let check = |holds: &str| {
        let silences = silences(holds);
        let mut desk = Desk::new(&silences, true);
        let told = desk.hears(post(1, 0, HARD));
        assert_eq!(kinds(&told), ["opened"]);
        assert_eq!(told[0]["silenced"], json!({"by": "contoh", "until": "2025-01-07T05:00:00.000Z"}), "{holds}");
        let told = desk.hears(event("acknowledged", MINUTE, json!({})));
        assert_eq!((kinds(&told), told[0]["silenced"]["by"].as_str()), (vec!["acknowledged"], Some("contoh")), "{holds}");
        assert_eq!(desk.silenced, 2);
        assert_eq!(desk.looks(HOUR, false), [] as [Value; 0]);
        desk.looks(2 * HOUR, true);
        let mut restored = desk.restored(&silences);
        let told = desk.looks(2 * HOUR, false);
        assert_eq!(
            (kinds(&told), told[0]["tick"].as_str()),
            (vec!["silence_ended"], Some(&*(at(119 * MINUTE).get() + 1).to_string())),
            "{holds}"
        );
        assert_eq!(told[0]["silenced"], Value::Null);
        assert!(told[0]["summary"].as_str().unwrap().starts_with("Peredaman \"contoh\" berakhir"));
        assert_eq!(restored.looks(2 * HOUR, false), told, "the same from the journal");
        for mut desk in [desk, restored] {
            assert_eq!(desk.looks(3 * HOUR, false), [] as [Value; 0], "not twice");
            let later = silences.load();
            assert!(!later.is_empty());
            let told = desk.hears(event("progress", 3 * HOUR, json!({})));
            assert_eq!((kinds(&told), &told[0]["silenced"]), (vec!["progress"], &Value::Null));
        }
    };
    check("customer = \"x:17\"");
    check("phrase = \"~masuk .. {medium}\"");
    check("area = [\"kota contoh\", \"seminggu\"]\nphrase = \"los merah\"");
}

#[test]
fn a_silence_holds_only_what_meets_all_that_it_names() {
    let check = |holds: &str, text: &str, after: i64, silenced: bool| {
        let mut desk = Desk::new(&silences(holds), true);
        let told = desk.hears(post(1, after, text));
        assert_eq!(kinds(&told), ["opened"]);
        assert_eq!(told[0]["silenced"].is_object(), silenced, "{holds}");
        assert_eq!(desk.looks(3 * HOUR, false).len(), usize::from(silenced), "{holds}");
    };
    check("customer = \"x:18\"", HARD, 0, false);
    check("area = \"kota contoh\"", HARD, 0, false);
    check("area = \"kota contoh\"\nphrase = \"los merah\"", HARD, 0, false);
    check("customer = \"x:17\"\nphrase = \"tagihan\"", HARD, 0, false);
    check("campaign = \"#ContohRamai\"", HARD, 0, false);
    check("campaign = \"#ContohRamai\"", &format!("{HARD} #contohramai"), 0, true);
    check("customer = \"x:17\"", HARD, -2 * MINUTE, false);
    check("customer = \"x:17\"", HARD, -MINUTE, true);
    check("customer = \"x:17\"", HARD, 119 * MINUTE, true);
    check("customer = \"x:17\"", HARD, 120 * MINUTE, false);
}

#[test]
fn a_silence_that_is_taken_away_has_ended() {
    let silences = silences("phrase = \"los merah\"");
    let mut desk = Desk::new(&silences, true);
    desk.hears(post(1, 0, HARD));
    assert_eq!(desk.looks(MINUTE, false), [] as [Value; 0]);
    silences.store(Arc::default());
    let told = desk.looks(2 * MINUTE, false);
    assert_eq!((kinds(&told), told[0]["tick"].as_str()), (vec!["silence_ended"], Some(&*at(2 * MINUTE).get().to_string())));
    assert_eq!(told[0]["source"], Value::Null);
    assert_eq!(desk.looks(3 * MINUTE, false), [] as [Value; 0]);
}

#[test]
fn whoever_was_told_in_spite_of_a_silence_is_told_of_the_rest() {
    let mut desk = Desk::new(&silences("phrase = \"los merah\""), true);
    desk.hears(post(1, 0, HARD));
    let told = desk.hears(post(2, 20 * MINUTE, "@IndiHomeCare nomor pelanggan saya mau dicek kapan?"));
    assert_eq!((kinds(&told), &told[0]["silenced"]), (vec!["followup"], &Value::Null));
    let told = desk.hears(event("progress", 30 * MINUTE, json!({})));
    assert_eq!((kinds(&told), &told[0]["silenced"]), (vec!["progress"], &Value::Null));
    assert_eq!(kinds(&desk.looks(3 * HOUR, false)), ["silence_ended"], "it held the case all the same");
}

#[test]
fn a_case_that_is_over_is_not_told_of_when_its_silence_ends() {
    let mut desk = Desk::new(&silences("customer = \"x:17\""), true);
    desk.hears(post(1, 0, HARD));
    desk.hears(event("resolved", MINUTE, json!({})));
    assert_eq!(desk.looks(3 * HOUR, false), [] as [Value; 0]);
}

#[test]
fn mistakes_in_the_words_of_a_summary() {
    let shipped = std::fs::read_to_string(config().join("summary.toml")).unwrap();
    let mistakes = [
        // A gap that nothing fills, one that is not closed, a headline within a headline.
        ("{conditions}.", "{condition}."),
        ("oleh {tl_name}.", "oleh {tl_name."),
        ("opened = \"", "opened = \"{headline} "),
        // No words for a condition, for a record; eleven months; a gap of another list.
        ("profile = ", "profil = "),
        ("expired = ", "# expired = "),
        ("\"Jan\", ", ""),
        ("\"dan {count} lainnya\"", "\"dan {quote} lainnya\""),
    ];
    let wrong = mistakes.iter().fold(shipped, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let reporter = Reporter::default();
    let folder = Folder::new(&config()).edited("summary.toml", &wrong);
    assert!(rules::compile_changed(&folder, Overrides::default(), &reporter).is_none());
    let said = reporter.into_problems().to_string().replace(&format!("{}/", config().display()), "");
    insta::assert_snapshot!(said);
}
