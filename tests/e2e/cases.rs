//! `triage cases`: what is open is told from the journal, and a customer who wants to be forgotten is, by the lane that owns
//! him.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use triage::config::service::Service;
use triage::post::Millis;

use super::broker::{Record, consume_all, produce, service};
use super::program::{json, triage};
use super::stages::Stages;

/// A hard complaint of `x:17`, then a question of `x:7`.
fn feed() -> Vec<Record> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    // A case of long ago would have run out when the wish to be forgotten comes.
    let now = i64::try_from(now).expect("a time");
    let post = |number: u32, author: u32, text: &str| {
        let value = serde_json::json!({
            "schema": "telkomcare.post.v1", "platform": "x", "post_id": format!("10{number}"), "text": text,
            "author": {"id": author.to_string(), "handle": format!("pelanggan_{author}"), "bio": "wartawan", "followers": 90_000},
            "mentions": [{"handle": "TelkomCare"}], "created_at": Millis::new(now - 60_000 * (9 - i64::from(number))),
        });
        Record { timestamp: now, ..Record::new("feed", &value.to_string()) }
    };
    vec![
        post(1, 17, "@TelkomCare INTERNET SAYA MATI TOTAL SUDAH TIGA HARI TOLONG SEGERA DIPERBAIKI"),
        post(2, 17, "@TelkomCare kalau tidak beres besok saya kirim ceritanya ke surat kabar"),
        post(3, 7, "@TelkomCare halo, cara bayar tagihan internet bagaimana?"),
    ]
}

fn run(service: &Service, records: u64) {
    let stages = Stages::start(service);
    stages.wait_for(records);
    stages.stop();
}

/// The names of the cases that a list has.
fn listed(service: &Service, arguments: &[&str]) -> Vec<String> {
    let (code, listing) = json(service, &[&["cases", "list"], arguments].concat());
    assert_eq!(code, Some(0), "{listing:#}");
    listing["cases"].as_array().expect("cases").iter().map(|case| case["case_id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn open_cases_are_shown_and_a_customer_is_forgotten() {
    let service = service("cases", 2);
    produce(&service.kafka, &service.topics.posts[0], feed());
    run(&service, 3);
    assert_eq!(listed(&service, &[]), ["x:17:101", "x:7:103"], "the hard one first");
    assert_eq!(listed(&service, &["--hard"]), ["x:17:101"]);
    assert_eq!(listed(&service, &["--hard", "--overdue"]), [""; 0]);
    let (code, life) = json(&service, &["cases", "show", "x:17:101"]);
    let names = |list: &Value, field: &str| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|item| item[field].as_str().expect("a name").to_owned()).collect()
    };
    assert_eq!(
        (code, names(&life["open"]["conditions"], "name")),
        (Some(0), vec!["capitals".into(), "media_threat".into(), "profile".into()])
    );
    assert_eq!(life["told"][0]["record"]["type"], "opened");
    let unknown = triage(&service, &["cases", "show", "x:17:999"]).output().expect("the program runs");
    assert_eq!(unknown.status.code(), Some(1));

    let (_, held) = json(&service, &["cases", "forget", "x:17", "--dry-run"]);
    let records = |held: &Value, topic: &str| {
        let found = held["held"].as_array().expect("topics").iter().find(|held| held["topic"] == topic).expect("the topic").clone();
        (found["records"].clone(), found["until"].is_string())
    };
    assert_eq!((&held["event_id"], records(&held, &service.topics.escalations)), (&Value::Null, (1.into(), true)));
    let (in_journal, ends) = records(&held, &service.topics.state);
    assert!(in_journal.as_u64() >= Some(1) && !ends, "{held:#}");
    let (code, asked) = json(&service, &["cases", "forget", "x:17"]);
    assert!(code == Some(0) && asked["event_id"].is_string(), "{asked:#}");
    run(&service, 1);

    let state = consume_all(&service.kafka, &service.topics.state);
    let last = state.iter().rfind(|record| record.key_text() == "x:17").expect("a record of the journal");
    assert_eq!(last.value, None, "a tombstone");
    let told = consume_all(&service.kafka, &service.topics.escalations);
    let forgotten: Value =
        serde_json::from_str(&told.iter().map(Record::text).find(|text| text.contains("\"forgotten\"")).expect("told")).expect("JSON");
    assert_eq!((&forgotten["case_id"], &forgotten["evidence"]), (&Value::from("x:17:101"), &Value::Array(Vec::new())));
    assert_eq!(listed(&service, &[]), ["x:7:103"]);
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
}
