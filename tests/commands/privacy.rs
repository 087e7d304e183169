//! What people write stands in no log, no message and no answer to who watches the program, and where texts may not be kept in nothing that is written.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::{Value, json};

use super::service::{Broker, DEAD_LETTERS, OUTCOMES, POSTS, STATE, run, terminate, wait_until};
use super::shipped_with;

/// What a text holds that nobody is to see, each as a word that stands nowhere else.
const IN_TEXTS: [&str; 5] = ["zkanarinomor", "zkanarijalan", "zkanarisandi", "081277770019", "12233344455566"];
/// What tells who wrote it: in records, and in no log.
const OF_AUTHORS: [&str; 3] = ["zkanariakun", "zkanarinama", "zkanarisurat"];

const WRITTEN: [&str; 8] = [
    "@IndiHome internet mati total",
    "INTERNET MATI TOTAL SEJAK SUBUH TOLONG SEGERA PERBAIKI",
    "@TelkomCare saya kirim ke surat pembaca koran kalau tidak beres cc @kemkomdigi",
    "promo pasang baru murah hubungi",
    "lapor ke YLKI saja kalau begini, jaringan lemot terus",
    "selamat pagi admin",
    "jawaban kuis: teleponnya jelek",
    "teknisi tidak datang, alamat saya",
];

fn post(number: usize) -> Value {
    let words = format!("{} {}", IN_TEXTS[number % 5], IN_TEXTS[(number / 5) % 5]);
    let sentence = WRITTEN[number % WRITTEN.len()];
    let text = if number.is_multiple_of(3) {
        format!("@TelkomCare {words} {sentence} {}", words.to_uppercase())
    } else {
        format!("{sentence} {words}")
    };
    json!({
        "schema": "telkomcare.post.v1", "platform": if number.is_multiple_of(7) { "email" } else { "x" }, "post_id": format!("{number}"), "text": text,
        "subject": (number.is_multiple_of(7)).then(|| format!("keluhan {words}")),
        "created_at": format!("2026-01-01T00:{:02}:{:02}Z", number / 60 % 60, number % 60), "mentions": [{"handle": "TelkomCare"}],
        "author": {"id": format!("zkanariakun{}", number % 40), "handle": "zkanariakun", "name": "zkanarinama", "bio": "zkanarisurat@contoh.id"},
    })
}

/// The post as a feed may spoil it.
fn spoilt(number: usize) -> String {
    let whole = post(number).to_string();
    match number % 60 {
        7 => whole[..whole.len() / 2].to_owned(),
        17 => whole.replace("created_at", "zkanarinomor"),
        27 => whole.replace("\"x\"", "\"zkanarijalan\""),
        37 => format!("zkanarisandi {whole}"),
        47 => whole.replace("2026-01-01", "zkanarinomor"),
        57 => "{\"zkanarijalan\": \"081277770019\"}".to_owned(),
        _ => whole,
    }
}

/// What was logged at the finest level and what the port answered, and what was written, when `count` posts were judged.
fn judged(text: &str, count: usize) -> (String, Broker) {
    let folder = shipped_with("");
    let log = folder.path().join("log");
    let broker = Broker::start();
    broker.produce(POSTS, (0..count).map(spoilt));
    let mut command = run(folder.path(), &broker.address());
    command.env("RUST_LOG", "trace").env("TRIAGE_OUTPUT__TEXT", text).env("TRIAGE_OPS__LISTEN", "127.0.0.1:0");
    let mut process = command.stderr(Stdio::from(File::create(&log).unwrap())).spawn().unwrap();
    wait_until("every post", || broker.outcomes() + broker.records(DEAD_LETTERS).len() >= count);
    let read = || String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
    let said = read();
    let address = said.split(" address=").nth(1).unwrap().split_whitespace().next().unwrap();
    let answers: String = ["/metrics", "/status", "/health/ready", "/health/live", "/nothing"].map(|path| answer(address, path)).concat();
    assert!(answers.contains("triage_verdicts_total{") && answers.contains("\"lanes\""), "{answers}");
    assert_eq!(terminate(&mut process).0, Some(0));
    (read() + &answers, broker)
}

/// What who watches the program is told.
fn answer(address: &str, path: &str) -> String {
    let mut answer = String::new();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Panics where one of `words` stands in `text`.
fn absent(words: &[&str], what: &str, text: &[u8]) {
    let text = String::from_utf8_lossy(text).to_lowercase();
    let found = words.iter().find_map(|word| Some((word, text.find(word)?)));
    assert!(found.is_none(), "{what}: {found:?} in {text}");
}

#[test]
fn canaries_stand_in_no_log_and_where_texts_are_not_kept_in_no_record() {
    let count = 10_000;
    let (log, broker) = judged("none", count);
    let letters = broker.records(DEAD_LETTERS);
    assert!(log.contains("stopped") && letters.len() > count / 20, "{} dead letters: {log}", letters.len());
    absent(&[&IN_TEXTS[..], &OF_AUTHORS].concat(), "the log", log.as_bytes());
    for topic in OUTCOMES.into_iter().chain([STATE]) {
        let records = broker.records(topic);
        records.iter().for_each(|record| absent(&IN_TEXTS, topic, record));
        let may_be_empty = topic.ends_with("oot") || topic.ends_with("skipped");
        assert!(!records.is_empty() || may_be_empty, "{topic} is empty");
    }
    for letter in letters {
        let letter = String::from_utf8_lossy(&letter).into_owned();
        let message = letter.rsplit_once(" triage.error.message=").unwrap().1.split(" triage.").next().unwrap();
        absent(&[&IN_TEXTS[..], &OF_AUTHORS].concat(), "a message", message.as_bytes());
    }
    // They are where they may be: the test would see them.
    let (log, broker) = judged("full", 60);
    absent(&[&IN_TEXTS[..], &OF_AUTHORS].concat(), "the log", log.as_bytes());
    let quoted = broker.records(OUTCOMES[0]);
    assert!(quoted.iter().any(|record| String::from_utf8_lossy(record).contains("zkanari")), "{} records", quoted.len());
}
