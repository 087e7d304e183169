//! Many posts of all kinds, good and damaged: the account must add up, whatever comes.
//!
//! Short by default; `TRIAGE_LONG=1 cargo test --test e2e variety` takes minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use fastrand::Rng;
use serde_json::{Value, json};
use triage::config::service::{self as config, Service};

use super::broker::{Record, consume_all, long, produce, service, wait_until};
use super::program::{Process, terminate, triage};
use super::stages::{Stages, by_source, letter_source};
use super::texts::TEXTS;

const EPOCH: i64 = 1_763_000_000_000;

/// The same post as one of five feeds would deliver it.
fn delivered(number: usize, author: usize, at: i64, text: &str) -> Value {
    let moment = chrono::DateTime::from_timestamp_millis(at).expect("a time");
    let id = format!("{}", 1_990_000_000_000_000_000_u64 + number as u64);
    let (person, handle) = (format!("90{author}"), format!("pelanggan_{author}"));
    let iso = moment.format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let mention = json!({"start": 0, "end": 11, "username": "TelkomCare", "id": "9000000000000000155"});
    match number % 5 {
        0 => json!({
            "schema": "telkomcare.post.v1", "event_kind": "create", "platform": "x", "post_id": id, "text": text, "created_at": iso,
            "author": {"id": person, "handle": handle, "followers": author}, "mentions": [{"handle": "TelkomCare", "implicit": false}],
        }),
        1 => json!({
            "data": {"id": id, "author_id": person, "text": text, "created_at": iso, "edit_history_tweet_ids": [id], "entities": {"mentions": [mention]}},
            "includes": {"users": [{"id": person, "username": handle, "name": "Pelanggan", "public_metrics": {"followers_count": author}}]},
        }),
        2 => json!({
            "created_at": moment.format("%a %b %d %H:%M:%S +0000 %Y").to_string(), "id_str": id, "text": text, "lang": "in",
            "user": {"id_str": person, "screen_name": handle, "name": "Pelanggan", "followers_count": author},
            "entities": {"user_mentions": [{"screen_name": "TelkomCare", "id_str": "9000000000000000155", "indices": [0, 11]}]},
        }),
        3 => json!({"object": "page", "entry": [{"id": "200000000000009", "time": at / 1_000, "changes": [{"field": "feed", "value": {
            "item": "comment", "verb": "add", "comment_id": format!("300_{id}"), "post_id": "200000000000009_300", "parent_id": "200000000000009_300",
            "from": {"id": person, "name": "Pelanggan"}, "created_time": at / 1_000, "message": text,
        }}]}]}),
        _ => json!({
            "From": format!("{handle}@contoh.example"), "FromName": "Pelanggan", "To": "layanan@contoh.example", "Subject": "Internet",
            "Date": moment.format("%a, %d %b %Y %H:%M:%S +0000").to_string(), "MessageID": id, "TextBody": text, "Headers": [],
        }),
    }
}

/// `count` posts of `authors` people, some of whom write much at a time. Each has one raw key: what he writes stays in order.
fn posts(count: usize, authors: usize) -> Vec<Record> {
    let mut dice = Rng::with_seed(1);
    let mut author = 0;
    let mut post = |number: usize| {
        if dice.usize(..3) > 0 {
            author = dice.usize(..authors);
        }
        let at = EPOCH + (number / 2) as i64 * 1_000;
        let text = format!("{} ({number})", TEXTS[dice.usize(..TEXTS.len())]);
        Record { timestamp: at, ..Record::new(&author.to_string(), &delivered(number, author, at, &text).to_string()) }
    };
    (0..count).map(&mut post).collect()
}

/// A record without its place: its time, value and headers.
type Written = (i64, String, Vec<(String, Vec<u8>)>);

/// What was written for each customer on each topic, in order. `blank`: without the places in the inbox.
fn by_customer(service: &Service, blank: bool) -> BTreeMap<(&'static str, String), Vec<Written>> {
    let mut found: BTreeMap<_, Vec<(i32, i64, Written)>> = BTreeMap::new();
    for (source, outcomes) in by_source(service) {
        for (label, record) in outcomes {
            let customer = record.key_text();
            let hide = |text: String| if blank { text.replace(&source, "SOURCE") } else { text };
            let headers =
                record.headers.iter().map(|(name, value)| (name.clone(), hide(String::from_utf8_lossy(value).into()).into_bytes()));
            let written = (record.timestamp, hide(record.text()), headers.collect());
            found.entry((label, customer)).or_default().push((record.partition, record.offset, written));
        }
    }
    let in_order = |mut all: Vec<(i32, i64, Written)>| {
        all.sort_by_key(|&(partition, offset, _)| (partition, offset));
        assert!(all.iter().all(|(partition, ..)| *partition == all[0].0), "a customer has one partition");
        all.into_iter().map(|(_, _, written)| written).collect()
    };
    found.into_iter().map(|(key, all)| (key, in_order(all))).collect()
}

/// Every place in the inbox.
fn inbox(service: &Service) -> BTreeSet<String> {
    let topic = &service.topics.inbox;
    consume_all(&service.kafka, topic).iter().map(|record| format!("{topic}/{}/{}", record.partition, record.offset)).collect()
}

/// Every record of the inbox is judged once.
fn assert_judged_once(service: &Service) {
    let judged = by_source(service);
    assert!(judged.values().all(|outcomes| outcomes.len() == 1), "one outcome each");
    assert_eq!(judged.into_keys().collect::<BTreeSet<_>>(), inbox(service));
}

#[test]
fn mixed_formats_are_judged_once_and_always_alike() {
    let (count, authors) = if long() { (100_000, 20_000) } else { (3_000, 600) };
    let posts = posts(count, authors);
    let first = service("mixed", 4);
    produce(&first.kafka, &first.topics.posts[0], posts.clone());
    let stages = Stages::start(&first);
    stages.wait_for(count as u64);
    stages.stop();
    assert_eq!(inbox(&first).len(), count);
    assert_judged_once(&first);
    let judged = by_customer(&first, false);
    let labels: BTreeSet<&str> = judged.keys().map(|(label, _)| *label).collect();
    assert_eq!(labels, BTreeSet::from(["agents", "escalations", "oot"]), "the posts must be of several kinds");
    let platforms: BTreeSet<&str> = judged.keys().map(|(_, customer)| customer.split(':').next().unwrap_or_default()).collect();
    assert_eq!(platforms, BTreeSet::from(["email", "facebook", "x"]));

    // Another group with other outputs and another journal reads the same inbox.
    let mut second = service("mixed-again", 4);
    second.topics.inbox.clone_from(&first.topics.inbox);
    second.run.stages = config::Stages::Triage;
    let stages = Stages::start(&second);
    stages.wait_for_verdicts(count as u64);
    stages.stop();
    assert!(by_customer(&second, false) == judged, "the same inbox gives the same bytes");

    // And a third begins with the raw records: its inbox may be ordered otherwise among customers.
    let third = service("mixed-anew", 4);
    produce(&third.kafka, &third.topics.posts[0], posts);
    let stages = Stages::start(&third);
    stages.wait_for(count as u64);
    stages.stop();
    assert!(by_customer(&third, true) == by_customer(&first, true), "the same feed gives the same verdicts");
}

/// `bytes` with one to three things wrong.
fn damaged(dice: &mut Rng, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=dice.usize(..3) {
        let at = dice.usize(..bytes.len().max(1));
        let until = (at + 1 + dice.usize(..20)).min(bytes.len());
        match dice.usize(..7) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << dice.usize(..8),
            2 => drop(bytes.drain(at..until)),
            3 => {
                let again = bytes[at..until].to_vec();
                bytes.splice(at..at, again);
            }
            4 => bytes.insert(at, dice.usize(..256) as u8),
            5 => bytes.insert(at, *b"\"{}[],:\\0-".get(dice.usize(..10)).unwrap_or(&b'"')),
            // Only the digits: what is still JSON has other ids, times and numbers.
            _ => {
                for digit in bytes[at..until].iter_mut().filter(|byte| byte.is_ascii_digit()) {
                    *digit = b'0' + dice.usize(..10) as u8;
                }
            }
        }
    }
    bytes
}

/// Raw records made of the samples of all formats; one of eight is left as it is.
fn damaged_records(count: usize) -> Vec<Record> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/samples/formats");
    let mut paths: Vec<_> = std::fs::read_dir(folder).expect("samples").map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let samples: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("a sample")).collect();
    let mut dice = Rng::with_seed(2);
    let made = (0..count).map(|number| {
        let sample = samples[number % samples.len()].clone();
        let value = if dice.usize(..8) == 0 { sample } else { damaged(&mut dice, sample) };
        Record { timestamp: 1_763_262_700_000 + number as i64, value: Some(value), ..Record::new(&(number % 64).to_string(), "") }
    });
    made.collect()
}

/// By raw record: `i/n` of what became of it in the inbox, and the codes of its dead letters.
type Account = BTreeMap<String, (Vec<String>, Vec<String>)>;

fn account(service: &Service) -> Account {
    let mut account = Account::new();
    for record in consume_all(&service.kafka, &service.topics.inbox) {
        let source = record.header("triage.source").expect("a source");
        account.entry(source).or_default().0.push(record.header("triage.item").expect("an item"));
    }
    for letter in consume_all(&service.kafka, &service.topics.dead_letters) {
        if letter.header("triage.error.stage").as_deref() == Some("ingest") {
            account.entry(letter_source(&letter)).or_default().1.push(letter.header("triage.error.code").expect("a code"));
        }
    }
    account
}

/// Each raw record is in exactly one place, unless only a part of a batch could be read.
fn assert_in_one_place(account: &Account, raw: &BTreeSet<String>) {
    assert!(account.keys().eq(raw.iter()), "neither more nor fewer than the raw records");
    for (source, (items, codes)) in account {
        let found: BTreeSet<&str> = items.iter().map(String::as_str).collect();
        let complete: Vec<String> = (1..=items.len()).map(|item| format!("{item}/{}", items.len())).collect();
        assert_eq!(found, complete.iter().map(String::as_str).collect(), "{source}");
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        match (items.is_empty(), codes.as_slice()) {
            (false, [] | ["bad_items"]) => (),
            (true, [code]) if *code != "bad_items" => (),
            _ => panic!("{source}: {} records in the inbox, dead letters {codes:?}", items.len()),
        }
    }
}

/// Resident memory of process `id`, in kilobytes.
pub fn resident(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[test]
fn damaged_records_end_in_one_place_each() {
    let count = if long() { 100_000 } else { 2_000 };
    let service = service("damaged", 4);
    let records = damaged_records(count);
    // So much that cannot be read would pause the feed.
    let mut command = triage(&service, &["run"]);
    command.env("TRIAGE_INGEST__DEAD_LETTER_LIMIT__SHARE", "0").stdout(Stdio::null());
    let mut process = Process(command.spawn().expect("triage starts"));
    let mut memory = Vec::new();
    let mut fed = 0;
    for half in records.chunks(count.div_ceil(2)) {
        produce(&service.kafka, &service.topics.posts[0], half.to_vec());
        fed += half.len();
        wait_until("the feeds", || {
            assert_eq!(process.0.try_wait().expect("a status"), None, "the program runs on");
            account(&service).len() >= fed
        });
        let inbox = inbox(&service).len();
        wait_until("the verdicts", || by_source(&service).len() >= inbox);
        memory.push(resident(process.0.id()));
    }
    assert_eq!(terminate(process), Some(0));

    let topic = &service.topics.posts[0];
    let raw = consume_all(&service.kafka, topic);
    assert_eq!(raw.len(), count);
    let places =
        raw.iter().map(|record| (format!("{topic}/{}/{}", record.partition, record.offset), &record.value)).collect::<BTreeMap<_, _>>();
    let account = account(&service);
    assert_in_one_place(&account, &places.keys().cloned().collect());
    let read = account.values().filter(|(items, _)| !items.is_empty()).count();
    assert!(count / 8 < read && read < count, "some can be read and some cannot: {read}");
    for letter in consume_all(&service.kafka, &service.topics.dead_letters) {
        if letter.header("triage.error.stage").as_deref() == Some("ingest") {
            assert_eq!(places.get(&letter_source(&letter)), Some(&&letter.value), "the bytes as received");
        }
    }
    assert_judged_once(&service);
    if long() {
        println!("resident in the middle and at the end, kB: {memory:?}; {read} of {count} records could be read");
        assert!(memory[1] < memory[0] + memory[0] / 2, "memory does not grow with the records: {memory:?}");
    }
}
