//! What is fuzzed: functions that take any bytes, and what must hold of each. The fuzz targets and the test of the corpus
//! call the same.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::runtime;
use triage::author::AuthorState;
use triage::config::campaigns::Campaigns;
use triage::config::lexicon::Lexicon;
use triage::config::reader::{Folder, Overrides, Source};
use triage::config::service::Service;
use triage::config::{parties, silences, slang};
use triage::engine::{self, Workspace};
use triage::formats::{self, FieldMaps, Item, Raw};
use triage::ops::{self, Answers, Snapshot};
use triage::post::{Input, Millis};
use triage::problem::Reporter;
use triage::record::Arrival;
use triage::rules::{self, Rules};

/// When every record comes.
static AT: LazyLock<Millis> = LazyLock::new(|| Millis::new(1_772_420_400_000));

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const RULES_HASH: &str = "5eed5eed5eed";

/// The lexicon beside a `rules.toml` of any bytes, and a post to judge by it.
const WORDS: &str = "#@group own weight=strong\n@telkomcare\n#@group fault weight=strong\nlemot\ninternet mati\n";
const POST: &str = r#"{"schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": "1", "created_at": "2026-03-02T03:00:00.000Z", "author": {"id": "17", "handle": "pelanggan_17"}, "text": "@TelkomCare INTERNET MATI TERUS, lemot gk karuan", "mentions": [{"handle": "TelkomCare", "implicit": false}]}"#;

/// The shipped rules.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = root.ancestors().map(|folder| folder.join("config")).find(|config| config.join("rules.toml").exists());
    rules::compile(&config.expect("a configuration"), &Reporter::default()).expect("the shipped rules")
});

/// A field map, and a record that it reads.
const FEED: &str = include_str!("corpus/maps/map");
const RECORD: &str = include_str!("corpus/maps/record");

/// A record of any feed.
pub fn formats(bytes: &[u8]) {
    judge(bytes, None, &RULES, &RULES.maps);
}

/// A record of a feed that a field map describes; a field map.
pub fn maps(bytes: &[u8]) {
    static MAPS: LazyLock<FieldMaps> = LazyLock::new(|| FieldMaps::compile(&[Source::new("feed", FEED)], &Reporter::default()));
    for format in [None, Some("contoh_feed")] {
        judge(bytes, format, &RULES, &MAPS);
    }
    let reporter = Reporter::default();
    let maps = FieldMaps::compile(&[Source::from_bytes("feed", bytes, &reporter)], &reporter);
    drop(reporter.into_problems().render());
    judge(RECORD.as_bytes(), None, &RULES, &maps);
}

/// A mail, whatever its body holds.
pub fn mail(bytes: &[u8]) {
    judge(bytes, Some("email"), &RULES, &RULES.maps);
    let mail = serde_json::json!({
        "From": "pelanggan@contoh.id", "To": "customercare@telkom.co.id", "Subject": "Keluhan", "Date": "Mon, 02 Mar 2026 10:00:00 +0700",
        "MessageID": "1@contoh.id", "TextBody": String::from_utf8_lossy(bytes), "Headers": [], "Attachments": [],
    });
    judge(mail.to_string().as_bytes(), Some("email"), &RULES, &RULES.maps);
}

/// The text of a post.
pub fn text(bytes: &[u8]) {
    let post = serde_json::json!({
        "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": "1", "created_at": *AT, "is_reply": false,
        "author": {"id": "17", "handle": "pelanggan_17"}, "text": String::from_utf8_lossy(bytes),
        "mentions": [{"handle": "TelkomCare", "implicit": false}],
    });
    judge(post.to_string().as_bytes(), None, &RULES, &RULES.maps);
}

/// Every document that people write, apart from its folder: mistakes are reported, and what is reported can be shown.
pub fn documents(bytes: &[u8]) {
    let reporter = Reporter::default();
    let source = Source::from_bytes("list", bytes, &reporter);
    drop(Lexicon::parse([&source], &reporter));
    drop(Campaigns::parse(&source, &reporter));
    drop(silences::parse(&source, &reporter));
    drop(parties::parse(&source, &reporter));
    drop(slang::parse([&source], &reporter));
    drop(reporter.into_problems().render());
}

/// `rules.toml` beside small lists: mistakes are reported, and rules without one judge a post.
pub fn rules(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let lists = [("words.txt", WORDS), ("slang.tsv", "gk\ttidak\n"), ("acronyms.txt", "#@group all\nLOS\n"), ("rules.toml", &text)];
    let folder = lists.iter().fold(Folder::new(Path::new("/nowhere")), |folder, (name, text)| folder.edited(name, text));
    let reporter = Reporter::default();
    let rules = rules::compile_changed(&folder, Overrides::default(), &reporter);
    drop(reporter.into_problems().render());
    if let Some(rules) = rules {
        judge(POST.as_bytes(), None, &rules, &rules.maps);
    }
}

/// `triage.toml`.
pub fn settings(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("written");
    let (_, problems) = Service::examine(Some(file.path()), std::iter::empty(), &[]);
    drop(problems.render());
}

/// What a client says to the port that answers those who watch the program. Who does not know the token learns nothing but how
/// the program is.
pub fn http(bytes: &[u8]) {
    let options = [("ops.token".to_owned(), TOKEN.to_owned())];
    let token = Service::load(None, std::iter::empty(), &options).expect("settings").ops.token().expect("a token");
    let reload = Arc::new(AtomicBool::new(false));
    let answers = Arc::new(Answers::new(snapshot, Arc::clone(&reload), token));
    let runtime = runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let answer = runtime.block_on(async {
        let (mut client, server) = duplex(64 << 10);
        let served = tokio::spawn(ops::converse(server, ops::routes(answers)));
        let mut answer = Vec::new();
        // Who says too much is hung up on.
        drop(client.write_all(bytes).await);
        drop(client.shutdown().await);
        drop(client.read_to_end(&mut answer).await);
        served.await.expect("no panic");
        answer
    });
    let answer = String::from_utf8(answer).expect("text");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1."), "{answer}");
    if !bytes.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()) {
        assert!(!reload.load(Ordering::Relaxed), "a stranger has rules read");
        assert!(!answer.contains("triage_") && !answer.contains(RULES_HASH), "a stranger is told: {answer}");
    }
}

fn snapshot() -> Snapshot {
    let (shadow, reloads) = Default::default();
    Snapshot { now: *AT, rules: RULES_HASH.to_owned(), shadow, silences: 0, reloads, dropped: 0, lanes: Vec::new() }
}

/// A record of the journal: what can be read is written again so that the same is read.
pub fn journal(bytes: &[u8]) {
    let Ok(state) = AuthorState::decode(bytes) else { return };
    let Some(written) = state.encode() else { return };
    let again = AuthorState::decode(&written).expect("what was written can be read");
    assert_eq!(again.encode(), Some(written), "the same is written again");
}

/// Reads a record and judges what is in it, as the service does; the state it leaves can be read.
fn judge(bytes: &[u8], format: Option<&str>, rules: &Rules, maps: &FieldMaps) {
    let Ok(reading) = formats::read(&Raw { bytes, format, received_at: *AT, own: &rules.own, maps }) else { return };
    let mut work = Workspace::default();
    for item in &reading.items {
        let mut written = Vec::new();
        item.write_json(&mut written);
        let input: Input<'_> = Input::read(&written).expect("what was read is a canonical record");
        let customer = item.customer(&rules.own);
        let arrival = Arrival { customer: customer.as_str(), at: *AT, source: "inbox/0/1", with_text: true, every_condition: false };
        let mut state = AuthorState::default();
        let outputs = engine::step(&mut work, rules, &mut state, &input, &arrival);
        if matches!(item, Item::Post(_)) {
            assert!(!outputs.is_empty(), "a post has an outcome");
        }
        drop(outputs);
        if let Some(record) = state.encode() {
            journal(&record);
        }
    }
}
