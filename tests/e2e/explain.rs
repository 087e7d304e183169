//! `triage explain --from`: a record in Kafka is explained with the earlier posts of its customer, and nobody's offsets move.

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
