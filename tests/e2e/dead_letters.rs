//! `triage dead-letters`: what came in broken is shown, and fed in again exactly once; and what happens when too much
//! of it comes.

use serde_json::Value;
use triage::config::service::{DeadLetterLimit, Service};
use triage::kafka::Topic;

use super::broker::{Record, consume, produce, service, wait_until};
use super::program::{json, triage};
use super::reload::Running;
use super::ruleset::Rules;
use super::stages::{Stages, posts};

/// Good posts, three records that no post can be read from, and a case event of no case.
fn broken(test: &str) -> Service {
    let service = service(test, 2);
    let mut feed = posts(20, 4);
    let origin = vec![("from".to_owned(), b"feed-7".to_vec())];
    feed.push(Record { timestamp: 1_763_000_000_001, headers: origin, ..Record::new("k", "{\"rahasia\": 1") });
    feed.push(Record { timestamp: 1_763_000_000_002, ..Record::new("k", "{\"not\": \"ours\"}") });
    feed.push(Record { timestamp: 1_763_000_000_003, ..Record::new("k", "") });
    produce(&service.kafka, &service.topics.posts[0], feed);
    let event = r#"{"schema":"telkomcare.case_event.v1","event_id":"1","event":"resolved","customer":"x:1","at":"2025-11-13T03:30:00Z"}"#;
    produce(&service.kafka, &service.topics.case_events, [Record { timestamp: 1_763_000_000_004, ..Record::new("desk", event) }]);
    let stages = Stages::start(&service);
    stages.wait_for(24);
    assert_eq!(stages.written(Topic::DeadLetters), 3);
    stages.stop();
    service
}

fn exit_code(service: &Service, arguments: &[&str]) -> Option<i32> {
    triage(service, &[&["dead-letters"], arguments].concat()).output().expect("the program runs").status.code()
}

#[test]
fn what_came_in_broken_is_listed_without_its_bytes() {
    let service = broken("listed");
    let (code, document) = json(&service, &["dead-letters", "list"]);
    assert_eq!((code, &document["selected"]), (Some(0), &Value::from(4)));
    let codes: Vec<&str> = document["letters"].as_array().expect("letters").iter().filter_map(|letter| letter["code"].as_str()).collect();
    assert_eq!(codes, ["bad_json", "unknown_format", "no_post", "unknown_case"], "by time");
    let first = &document["letters"][0];
    assert_eq!((&first["at"], &first["bytes"]), (&Value::from("2025-11-13T02:13:20.001Z"), &Value::from(13)));
    assert_eq!(first["source"]["topic"], Value::from(service.topics.posts[0].as_str()));
    assert!(!document.to_string().contains("rahasia"));
    let said = |more: &[&str]| {
        let output = triage(&service, &[&["dead-letters", "list"], more].concat()).output().expect("the program runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(!said(&[]).contains("rahasia"));
    assert!(said(&["--show-value", "--code", "bad_json"]).contains("rahasia"));
    assert!(said(&["--stage", "triage"]).starts_with("2025-11-13T02:13:20.004Z"));
    assert!(said(&["--since", "2026-01-01"]).starts_with("0 dead letters"));
    assert!(said(&["--limit", "1"]).contains("and 3 older"));
}

#[test]
fn a_replay_run_twice_sends_once() {
    let service = broken("replayed");
    assert_eq!(exit_code(&service, &["replay"]), Some(2), "nothing is selected");
    assert_eq!(exit_code(&service, &["replay", "--code", "bad_time"]), Some(2), "nothing is like that");
    let feed = || consume(&service.kafka, &service.topics.posts[0], "read_committed");
    let (code, plan) = json(&service, &["dead-letters", "replay", "--code", "unknown_format", "--dry-run"]);
    assert_eq!((code, plan["letters"].as_array().map(Vec::len), feed().len()), (Some(0), Some(1), 23));

    // With a filter: what lies between is not lost for a later run.
    assert_eq!(exit_code(&service, &["replay", "--code", "unknown_format"]), Some(0));
    assert_eq!(exit_code(&service, &["replay", "--code", "unknown_format"]), Some(2), "sent before");
    assert_eq!(feed().len(), 24);
    let (code, rest) = json(&service, &["dead-letters", "replay", "--all"]);
    assert_eq!((code, &rest["before"]), (Some(0), &Value::from(1)), "{rest:#}");
    let topics = |name: &str| rest["sent"][name].as_u64();
    assert_eq!((topics(&service.topics.posts[0]), topics(&service.topics.inbox)), (Some(2), Some(1)), "{rest:#}");
    assert_eq!(exit_code(&service, &["replay", "--all"]), Some(2), "sent before");

    let all = feed();
    assert_eq!(all.len(), 26);
    let again = all.iter().find(|record| record.header("triage.replayed").is_some() && record.text().contains("rahasia")).expect("again");
    let was = all.iter().find(|record| record.header("triage.replayed").is_none() && record.text().contains("rahasia")).expect("before");
    let headers: Vec<&str> = again.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(headers, ["from", "triage.replayed", "triage.attempt"], "the input's own headers, where it was meanwhile, how often");
    assert_eq!(again.header("triage.attempt").as_deref(), Some("1"));
    assert_eq!((again.partition, again.timestamp, &again.key, &again.value), (was.partition, was.timestamp, &was.key, &was.value));

    // They are as broken as before: dead letters again, and every account adds up.
    let stages = Stages::start(&service);
    wait_until("the feed", || stages.service.counts("ingest").records == 3);
    wait_until("the case event", || stages.service.counts("triage").records == 1);
    stages.stop();
    let (_, listing) = json(&service, &["dead-letters", "list"]);
    let replayed = listing["letters"].as_array().expect("letters").iter().filter(|letter| letter["replayed"] == true).count();
    assert_eq!((&listing["selected"], replayed), (&Value::from(8), 4));
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
    assert_eq!(exit_code(&service, &["replay", "--all", "--attempts", "1"]), Some(2), "each was tried once");
    assert_eq!(exit_code(&service, &["replay", "--all", "--limit", "1"]), Some(0), "new letters can be sent");
}

#[test]
fn two_replays_at_a_time_send_once() {
    let service = broken("contended");
    let replay = || triage(&service, &["dead-letters", "replay", "--stage", "ingest"]).spawn().expect("the program starts");
    let children = [replay(), replay(), replay()];
    let codes = children.map(|mut child| child.wait().expect("it ends").code());
    // Whoever is not the last to begin sends nothing, or has sent before the others looked.
    assert!(codes.contains(&Some(0)) && codes.iter().all(|code| matches!(code, Some(0 | 2 | 69))), "{codes:?}");
    let feed = consume(&service.kafka, &service.topics.posts[0], "read_committed");
    assert_eq!(feed.iter().filter(|record| record.header("triage.replayed").is_some()).count(), 3, "{codes:?}");
}

#[test]
fn too_much_unreadable_input_is_not_drained() {
    let mut service = service("limit", 1);
    service.ingest.dead_letter_limit = Some(DeadLetterLimit { records: 50, of: 100, pause: 1_000 });
    let bad = |count: usize| (0..count).map(|n| Record { timestamp: 1_763_100_000_000, ..Record::new("k", &format!("{{{n}")) });
    // A few are dead letters as ever; then the feed has changed.
    produce(&service.kafka, &service.topics.posts[0], posts(40, 4).into_iter().chain(bad(20)));
    let stages = Stages::start(&service);
    stages.wait_for(60);
    assert_eq!((stages.written(Topic::DeadLetters), stages.service.counts("ingest").aborted), (20, 0));
    produce(&service.kafka, &service.topics.posts[0], bad(400));
    wait_until("the pause", || stages.service.counts("ingest").paused == 1);
    // The other topic is read on, and the paused one is tried again.
    let event = r#"{"schema":"telkomcare.case_event.v1","event_id":"1","event":"resolved","customer":"x:1","at":"2025-11-13T03:30:00Z"}"#;
    produce(&service.kafka, &service.topics.case_events, [Record { timestamp: 1_763_100_000_001, ..Record::new("desk", event) }]);
    wait_until("the case event", || stages.service.counts("triage").records == 41);
    wait_until("the next try", || stages.service.counts("ingest").aborted >= 3);
    let letters = stages.written(Topic::DeadLetters);
    assert!(letters < 20 + 3 * 50, "at most what stays below the limit: {letters}");
    stages.stop();
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");

    // Somebody has looked: the rest is let through.
    service.ingest.dead_letter_limit = None;
    let stages = Stages::start(&service);
    let rest = 20 + 400 - letters;
    wait_until("the rest", || stages.service.counts("ingest").records == rest);
    stages.stop();
    assert_eq!(consume(&service.kafka, &service.topics.dead_letters, "read_committed").len(), 421);
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
}

#[test]
fn a_feed_that_has_changed_is_named_with_a_place_to_look_at() {
    let service = service("limit-shipped", 1);
    let rules = Rules::copy();
    let running = Running::start(service.clone(), &rules.path(), &[]);
    let bad = |n: usize| Record { timestamp: 1_763_100_000_000, ..Record::new("k", &format!("{{{n}")) };
    produce(&service.kafka, &service.topics.posts[0], (0..300).map(bad));
    running.wait_for("100 of the last 200 records of");
    running.wait_for("codes=\"bad_json 100\"");
    let place = format!("{}/0/99", service.topics.posts[0]);
    running.wait_for(&format!("`triage explain --from {place}` says"));
    let shown = triage(&service, &["explain", "--from", &place]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&shown.stderr).into_owned();
    assert!(said.contains(&format!("the record at {place} cannot be read: ")), "{said}");
    running.finish();
}
