//! `triage reconcile`: a clean run is clean, and nothing that is lost or doubled stays unseen.

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use serde_json::Value;
use triage::config::service::Service;
use triage::kafka::{Admin, Topic};

use super::broker::{Record, bootstrap, consume, produce, service, service_without_topics};
use super::program::{json, triage};
use super::stages::{Stages, keyed_posts, posts};

/// The result of `triage reconcile`: exit code, document.
fn reconcile(service: &Service, stage: &str) -> (Option<i32>, Value) {
    json(service, &["reconcile", "--stage", stage])
}

/// The sum of `name` over the partitions of all stages.
fn total(document: &Value, name: &str) -> u64 {
    let stages = document["stages"].as_array().expect("stages");
    let partitions = stages.iter().flat_map(|stage| stage["partitions"].as_array().expect("partitions"));
    partitions.map(|partition| partition[name].as_u64().expect("a number")).sum()
}

fn findings(document: &Value) -> Vec<String> {
    let stages = document["stages"].as_array().expect("stages");
    let all = stages.iter().flat_map(|stage| stage["findings"].as_array().expect("findings"));
    all.map(|found| format!("{} {} {}-{}", found["kind"].as_str().unwrap_or_default(), found["partition"], found["first"], found["last"]))
        .collect()
}

/// The group of the triage stage passes over everything before `offset` of partition 0.
fn pass_over(service: &Service, offset: i64) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap())
        .set("group.id", format!("{}-triage", service.run.group))
        .create()
        .expect("a consumer");
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(&service.topics.inbox, 0, Offset::Offset(offset)).expect("an offset");
    consumer.commit(&offsets, CommitMode::Sync).expect("committed");
}

fn case_event(id: &str, event: &str, customer: &str, post: &str) -> Record {
    let value = format!(
        r#"{{"schema":"telkomcare.case_event.v1","event_id":"{id}","event":"{event}","customer":"{customer}","post_id":"{post}","at":"2025-11-13T03:30:00Z"}}"#
    );
    Record { timestamp: 1_763_004_600_000, ..Record::new("desk", &value) }
}

#[test]
fn a_clean_run_is_clean_whatever_came_in() {
    let service = service("clean", 2);
    let mut feed = posts(300, 10);
    let batch = r#"{"data":[{"id":"1","text":"@TelkomCare halo","author_id":"7","created_at":"2025-11-13T03:00:00Z"},{"id":"2","text":"@TelkomCare mati","author_id":"8","created_at":"2025-11-13T03:00:00Z"},{"text":"no id"}]}"#;
    feed.extend([
        Record { timestamp: 1_763_004_000_000, ..Record::new("batch", batch) },
        Record::new("bad", "{"),
        Record::new("empty", ""),
    ]);
    produce(&service.kafka, &service.topics.posts[0], feed);
    let stages = Stages::start(&service);
    stages.wait_for(303);
    // The desk reports on cases: some reports become more than one record, some none that anybody waits for.
    let mut events: Vec<Record> = (0..10).map(|n| case_event(&format!("r{n}"), "returned", &format!("x:90{n}"), "1")).collect();
    events.extend((0..10).map(|n| case_event(&format!("e{n}"), "resolved", &format!("x:90{n}"), "1")));
    events.push(case_event("e0", "resolved", "x:900", "1"));
    produce(&service.kafka, &service.topics.case_events, events);
    stages.wait_for(324);
    let (written, letters) = (stages.service.counts("triage"), stages.written(Topic::DeadLetters));
    let outcomes: u64 = Topic::ALL[1..6].iter().map(|&topic| written.written_to(topic)).sum();
    assert!(outcomes > written.records, "some records have more than their outcome: {outcomes} of {}", written.records);
    assert_eq!(letters, 3);
    // Before and after the stages have ended.
    let (code, running) = reconcile(&service, "both");
    assert_eq!((code, &running["clean"]), (Some(0), &Value::Bool(true)), "{running:#}");
    stages.stop();
    let (code, document) = reconcile(&service, "both");
    assert_eq!(code, Some(0), "{document:#}");
    assert_eq!(total(&document, "records"), 324 + written.records);
    assert_eq!(total(&document, "not_provable"), 0);
}

#[test]
fn what_is_doubled_or_missing_is_found() {
    let service = service("wrong", 1);
    produce(&service.kafka, &service.topics.posts[0], posts(60, 6));
    let stages = Stages::start(&service);
    stages.wait_for(60);
    stages.stop();
    assert_eq!(reconcile(&service, "both").0, Some(0));

    // An outcome again, and a canonical record again.
    let again = consume(&service.kafka, &service.topics.agents, "read_committed").remove(0);
    let doubled = again.header("triage.source").and_then(|source| Some(source.rsplit_once('/')?.1.to_owned())).expect("a source");
    produce(&service.kafka, &service.topics.agents, [Record { partition: -1, ..again }]);
    produce(
        &service.kafka,
        &service.topics.inbox,
        [Record { partition: -1, ..consume(&service.kafka, &service.topics.inbox, "read_committed").remove(0) }],
    );
    // An outcome of no record: where a transaction ended there is none.
    let marker = consume(&service.kafka, &service.topics.inbox, "read_committed").last().expect("records").offset - 1;
    let source = format!("{}/0/{marker}", service.topics.inbox).into_bytes();
    produce(&service.kafka, &service.topics.oot, [Record { headers: vec![("triage.source".into(), source)], ..Record::new("x:1", "{}") }]);
    // The group passes over what nobody has judged: that record, and two that upstream wrote.
    produce(&service.kafka, &service.topics.inbox, keyed_posts(2, 2));
    let inbox = consume(&service.kafka, &service.topics.inbox, "read_committed");
    let first = inbox[60].offset;
    pass_over(&service, first + 3);
    let (code, document) = reconcile(&service, "both");
    assert_eq!(code, Some(1));
    let outcome =
        [format!("doubled 0 {doubled}-{doubled}"), format!("missing 0 {first}-{}", first + 2), format!("of_nothing 0 {marker}-{marker}")];
    let expected = [&["doubled 0 0-0".to_owned()], &outcome[..]].concat();
    let mut found = findings(&document);
    found[1..].sort();
    assert_eq!(found, expected, "{document:#}");
    assert_eq!((total(&document, "missing"), total(&document, "doubled"), total(&document, "of_nothing")), (3, 2, 1));

    // Said for people too, and bounded.
    let output = triage(&service, &["reconcile", "--list", "1"]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("and 2 more findings") && said.contains("3 missing, 1 doubled, 1 of nothing"), "{said}");
}

#[test]
fn what_retention_took_away_is_not_called_missing() {
    let mut service = service_without_topics("retention", 1);
    let retention = &mut service.topics.retention;
    (retention.agents, retention.skipped) = (3_600_000, 3_600_000);
    Admin::new(&service.kafka).expect("settings").create(&service.topics, true).expect("topics");
    produce(&service.kafka, &service.topics.posts[0], posts(40, 4));
    let stages = Stages::start(&service);
    stages.wait_for(40);
    stages.stop();
    let admin: AdminClient<DefaultClientContext> = ClientConfig::new().set("bootstrap.servers", bootstrap()).create().expect("an admin");
    let mut gone = TopicPartitionList::new();
    gone.add_partition_offset(&service.topics.agents, 0, Offset::End).expect("an offset");
    let mut deletion = std::pin::pin!(admin.delete_records(&gone, &AdminOptions::new()));
    super::broker::wait_until("the deletion", || {
        deletion.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
    });
    let (code, document) = reconcile(&service, "triage");
    assert_eq!(code, Some(0), "{document:#}");
    assert!(total(&document, "not_provable") > 0 && total(&document, "missing") == 0, "{document:#}");
    // The inbox loses records too: those cannot be missing.
    let mut gone = TopicPartitionList::new();
    gone.add_partition_offset(&service.topics.inbox, 0, Offset::Offset(30)).expect("an offset");
    let mut deletion = std::pin::pin!(admin.delete_records(&gone, &AdminOptions::new()));
    super::broker::wait_until("the deletion", || {
        deletion.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
    });
    let (code, document) = reconcile(&service, "triage");
    assert_eq!((code, total(&document, "missing"), total(&document, "of_nothing")), (Some(0), 0, 0), "{document:#}");
    assert!(total(&document, "records") <= 12, "{document:#}");
}

#[test]
fn an_unusable_kafka_is_no_finding() {
    let mut service = service_without_topics("nothing", 1);
    let output = triage(&service, &["reconcile"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(69), "a missing topic");
    service.kafka.brokers = vec!["127.0.0.1:1".into()];
    let output = triage(&service, &["reconcile"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(69), "no broker");
}
