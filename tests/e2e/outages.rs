//! The stage `outages`: customers of one area become an outage, told once, also across a kill.

use serde_json::Value;

use super::broker::{Record, consume_all, produce, service_with, wait_until};
use super::program::{Process, json, terminate, triage_with};
use super::ruleset::Rules;

/// Complaints of `customers`, all of Garut, a minute apart.
fn complaints(customers: std::ops::Range<u32>) -> Vec<Record> {
    let post = |number: u32| {
        let value = serde_json::json!({
            "schema": "telkomcare.post.v1", "platform": "x", "post_id": format!("{}", 5_000 + number),
            "author": {"id": number.to_string(), "handle": format!("pelanggan_{number}")}, "mentions": [{"handle": "TelkomCare"}],
            "text": "@TelkomCare internet indihome di Garut mati total, tolong diperbaiki",
            "created_at": format!("2025-11-13T03:{number:02}:00Z"),
        });
        Record { timestamp: 1_763_004_600_000, ..Record::new("feed", &value.to_string()) }
    };
    customers.map(post).collect()
}

#[test]
fn customers_of_one_area_are_told_of_once() {
    let service = service_with("outages", 2, &[("outages.on", "true")]);
    let topics = service.topics.outages.as_ref().expect("topics");
    let rules = Rules::copy();
    rules.name_areas();
    let start = || {
        let mut command = triage_with(&rules.path(), &service, &["run"]);
        Process(command.env("TRIAGE_OUTAGES__ON", "true").spawn().expect("triage starts"))
    };
    let told = || -> Vec<Value> {
        let records = consume_all(&service.kafka, &topics.outages);
        records.iter().map(|record| serde_json::from_str(&record.text()).expect("JSON")).collect()
    };
    produce(&service.kafka, &service.topics.posts[0], complaints(1..5));
    let mut process = start();
    wait_until("reports of areas", || consume_all(&service.kafka, &topics.areas).len() == 4);
    wait_until("states of areas", || consume_all(&service.kafka, &topics.areas_state).iter().any(|record| record.key_text() == "garut"));
    process.kill();
    assert_eq!(told(), [Value::Null; 0], "four are too few");
    produce(&service.kafka, &service.topics.posts[0], complaints(5..8));
    let process = start();
    wait_until("reports of areas", || consume_all(&service.kafka, &topics.areas).len() == 7);
    wait_until("the outage", || !told().is_empty());
    assert_eq!(terminate(process), Some(0));
    let told = told();
    assert_eq!(told.len(), 1, "{told:#?}");
    let (id, customers) = (told[0]["id"].as_str(), told[0]["customers"].as_u64());
    assert_eq!((id, customers, &told[0]["area"]), (Some("garut:5001"), Some(5), &Value::from("garut")));
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
}
