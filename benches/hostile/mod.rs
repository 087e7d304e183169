//! Records made to be slow: each kind fills a post with as much of one thing as fits, of a given size.
//!
//! Shared by the table of times (`cargo bench --bench hostile`) and by the test that no kind costs more than its size.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use triage::author::AuthorState;
use triage::engine;
use triage::engine::Workspace;
use triage::formats::{self, Item, Raw};
use triage::post::{Input, Millis};
use triage::record::{Arrival, Output};
use triage::rules::Rules;

/// A record of about that many bytes.
type Make = fn(usize) -> Vec<u8>;

/// All kinds.
pub const KINDS: [(&str, Make); 24] = [
    ("words, one after another", |size| text(&repeated("internet rumah kami ", size))),
    ("words, all different", |size| text(&numbered(size, |n| format!("kata{n:x} ")))),
    ("one word", |size| text(&repeated("a", size))),
    ("one word, letters stretched", |size| text(&repeated("laaamaaa", size))),
    ("one word in styled letters", |size| text(&repeated("𝐋𝐄𝐌𝐎𝐓", size))),
    ("shouting", |size| text(&repeated("INTERNET MATI TERUS ", size))),
    ("handles, all different", |size| text(&numbered(size, |n| format!("@w{n:x} ")))),
    ("handles, all one", |size| text(&repeated("@TelkomCare ", size))),
    ("handles in text and record", |size| mentions(size / 3, true, false)),
    ("handles in the record with profiles", |size| mentions(size / 6, false, true)),
    ("tags, all different", |size| text(&numbered(size, |n| format!("#t{n:x} ")))),
    ("tags, all of a quiz", |size| text(&repeated("#KuisTelkomCare ", size))),
    ("links", |size| text(&numbered(size, |n| format!("https://contoh.id/{n:x} ")))),
    ("quotes", |size| text(&repeated("\" ' ` ", size))),
    ("brackets", |size| text(&repeated("([{<(", size))),
    ("combining marks", |size| text(&format!("a{}", repeated("\u{301}", size)))),
    ("invisible characters", |size| text(&repeated("\u{200B}", size))),
    ("emoji", |size| text(&repeated("😭👍🏽", size))),
    ("question marks", |size| text(&repeated("? ! ", size))),
    ("complaints and negations", |size| text(&repeated("tidak mati bukan lemot ", size))),
    ("phrases that mask each other", |size| text(&repeated("mati lampu error human error ", size))),
    ("phrases with gaps", |size| text(&repeated("tidak ada sudah belum tidak bisa juga kirim ke media ", size))),
    ("addresses of a mail", |size| mail(&recipients(size), "internet mati")),
    ("quoted lines of a mail", |size| mail("", &repeated("> > internet mati\\n\\n(\\n", size))),
];

fn repeated(piece: &str, size: usize) -> String {
    piece.repeat(size / piece.len() + 1)
}

fn numbered(size: usize, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 32);
    for number in 0.. {
        if text.len() >= size {
            break;
        }
        text.push_str(&piece(number));
    }
    text
}

fn record(text: &str, more: &serde_json::Value) -> Vec<u8> {
    let mut post = serde_json::json!({
        "schema": "telkomcare.post.v1", "platform": "x", "post_id": "1", "author": {"id": "7", "handle": "pelanggan_17"},
        "text": text, "created_at": "2026-03-02T03:00:00.000Z",
    });
    if let (Some(post), Some(more)) = (post.as_object_mut(), more.as_object()) {
        post.extend(more.clone());
    }
    post.to_string().into_bytes()
}

fn text(text: &str) -> Vec<u8> {
    record(text, &serde_json::json!({}))
}

fn mentions(size: usize, in_text: bool, profiles: bool) -> Vec<u8> {
    let names: Vec<String> = (0..size / 12).map(|number| format!("warga{number:06x}")).collect();
    let mention = |name: &String| match profiles {
        true => serde_json::json!({"handle": name, "profile": {"handle": name, "followers": 20_000}}),
        false => serde_json::json!({"handle": name, "implicit": true}),
    };
    let listed: Vec<_> = names.iter().rev().map(mention).collect();
    let text = if in_text { names.iter().fold(String::new(), |text, name| text + "@" + name + " ") } else { String::new() };
    record(&format!("{text} @TelkomCare internet mati, saya kirim ke surat pembaca"), &serde_json::json!({ "mentions": listed }))
}

fn recipients(size: usize) -> String {
    let mut list = String::with_capacity(size + 64);
    for number in 0.. {
        if list.len() >= size {
            break;
        }
        let _ = write!(list, "Warga <warga{number}@contoh.go.id>, ");
    }
    list
}

/// A mail; `body` is written as JSON writes it.
fn mail(to: &str, body: &str) -> Vec<u8> {
    format!(
        r#"{{"From":"pelanggan@contoh.id","To":"{to}customercare@telkom.co.id","Subject":"Keluhan","Date":"Mon, 02 Mar 2026 10:00:00 +0700","MessageID":"1@contoh.id","TextBody":"{body}","Headers":[],"Attachments":[]}}"#
    )
    .into_bytes()
}

/// What `times` runs from the raw record to the verdict and the state as they are written cost together.
pub fn time(work: &mut Workspace, rules: &Rules, record: &[u8], times: usize) -> Duration {
    let begun = spent();
    (0..times).for_each(|_| run(work, rules, record));
    spent().saturating_sub(begun)
}

/// Time that this thread was on a processor, so that a busy machine changes nothing; where the system does not tell,
/// the time that went by.
#[allow(clippy::disallowed_methods, reason = "a measurement")]
fn spent() -> Duration {
    static BEGUN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|told| told.split_whitespace().next()?.parse().ok()).map(Duration::from_nanos);
    told.unwrap_or_else(|| BEGUN.elapsed())
}

fn run(work: &mut Workspace, rules: &Rules, record: &[u8]) {
    let at = Millis::new(1_772_420_400_000);
    let reading = formats::read(&Raw { bytes: record, format: None, received_at: at, own: &rules.own, maps: &rules.maps }).expect("a post");
    let mut written = Vec::new();
    for item in &reading.items {
        written.clear();
        item.write_json(&mut written);
        assert!(matches!(item, Item::Post(_)), "a post");
        let customer = item.customer(&rules.own);
        let input: Input<'_> = Input::read(&written).expect("a canonical post");
        let arrival = Arrival { customer: customer.as_str(), at, source: "inbox/0/1", with_text: true, every_condition: false };
        let mut state = AuthorState::default();
        let outputs = engine::step(work, rules, &mut state, &input, &arrival);
        let mut size = state.encode().map_or(0, |state| state.len());
        for output in &outputs {
            size += match output {
                Output::Triage(_, record) => serde_json::to_vec(record).map_or(0, |record| record.len()),
                Output::Escalation(record) => serde_json::to_vec(record).map_or(0, |record| record.len()),
                Output::Handoff(record) => serde_json::to_vec(record).map_or(0, |record| record.len()),
                Output::DeadLetter { .. } => panic!("a post is no dead letter"),
            };
        }
        assert!(size < 2 * record.len() + 100_000, "{size} bytes are written for {}", record.len());
    }
}
