//! `triage explain --from`: a record in Kafka is explained with the earlier posts of its customer, and nobody's offsets move.

use triage::author::AuthorState;
use triage::post::Millis;

use super::broker::{Record, produce, service};
use super::program::{json, triage};

#[test]
fn a_record_is_explained_with_what_came_before_it() {
    let service = service("explained", 1);
    let post = |id: u32, author: &str, text: &str| {
        let value = format!(
            r#"{{"schema":"telkomcare.post.v1","platform":"x","post_id":"{id}","author":{{"id":"{author}"}},"text":"{text}","created_at":"2025-11-13T03:30:0{id}Z"}}"#
        );
        Record::new(author, &value)
    };
    let feed =
        [post(0, "satu", "@TelkomCare internet mati"), post(1, "dua", "@TelkomCare halo"), post(2, "satu", "@TelkomCare masih mati")];
    let topic = service.topics.posts[0].as_str();
    produce(&service.kafka, topic, feed);

    let (code, records) = json(&service, &["explain", "--from", &format!("{topic}/0/2")]);
    let ids: Vec<&str> = records.as_array().expect("records").iter().filter_map(|record| record["post_id"].as_str()).collect();
    assert_eq!((code, ids), (Some(0), vec!["0", "2"]), "{records:#}");
    assert_eq!(
        records[1]["explain"]["classes"].as_array().and_then(|classes| classes.last()).map(|last| &last["class"]),
        Some(&"multi".into())
    );

    let (_, alone) = json(&service, &["explain", "--back", "0", "--from", &format!("{topic}/0/2")]);
    assert_eq!((alone.as_array().map(Vec::len), &alone[0]["class"]), (Some(1), &"normal".into()));

    let missing = triage(&service, &["explain", "--from", &format!("{topic}/0/9")]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&missing.stderr).into_owned();
    assert_eq!(missing.status.code(), Some(69), "{said}");
    assert!(said.contains("partition 0 has offsets 0 to 2"), "{said}");
}

#[test]
fn a_state_in_the_journal_is_shown_as_json() {
    let service = service("remembered", 1);
    let state = AuthorState { last_record: Millis::new(5), ended: Some(Millis::new(3)), ..AuthorState::default() };
    let record = Record { key: Some(b"x:17".to_vec()), value: state.encode(), partition: 0, ..Record::default() };
    produce(&service.kafka, &service.topics.state, [record]);
    let (code, shown) = json(&service, &["explain", "--state", &format!("{}/0/0", service.topics.state)]);
    assert_eq!((code, shown), (Some(0), serde_json::json!({ "r": 5, "z": 3 })));
}
