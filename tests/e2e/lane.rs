//! The lane, with a stage of its own that counts records by key: what must hold for any stage.

use std::time::Duration;

use super::broker::{Record, bootstrap, consume, mock, service, service_without_topics, wait_until};
use super::counting::{Counting, Fault, Run};
use rdkafka::ClientConfig;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use triage::config::service::{Service, Start};
use triage::kafka::{Refusal, Topic};

#[test]
fn the_broker_hides_what_was_aborted() {
    let Service { kafka, topics, .. } = service("harness", 1);
    let producer: ThreadedProducer<rdkafka::producer::DefaultProducerContext> =
        ClientConfig::new().set("bootstrap.servers", bootstrap()).set("transactional.id", "harness").create().expect("a producer");
    producer.init_transactions(Duration::from_secs(10)).expect("init");
    for (value, keep) in [("aborted", false), ("committed", true)] {
        producer.begin_transaction().expect("begin");
        producer.send(BaseRecord::to(&topics.inbox).key("k").payload(value)).map_err(|(error, _)| error).expect("sent");
        if keep {
            producer.commit_transaction(Duration::from_secs(10)).expect("commit");
        } else {
            producer.flush(Duration::from_secs(10)).expect("flush");
            producer.abort_transaction(Duration::from_secs(10)).expect("abort");
        }
    }
    let seen = |isolation| consume(&kafka, &topics.inbox, isolation).iter().map(Record::text).collect::<Vec<_>>();
    assert_eq!(seen("read_committed"), ["committed"]);
    assert_eq!(seen("read_uncommitted"), ["aborted", "committed"]);
}

/// `count` records of `keys` keys, in turn.
fn input(count: usize, keys: usize) -> Vec<Record> {
    (0..count)
        .map(|number| Record { timestamp: 1_700_000_000_000 + number as i64, ..Record::new(&format!("k{}", number % keys), "x") })
        .collect()
}

/// Every record is counted once.
fn check_counted(service: &Service, lanes: usize) {
    let run = Run::new(service);
    run.feed(input(20_000, 50));
    let mut lanes = run.start(lanes, Counting::new);
    wait_until("all records", || lanes.counts().records == 20_000);
    lanes.stop().expect("drained");
    run.assert_counted(20_000, 50);
}

#[test]
fn every_record_is_counted_once_through_two_lanes() {
    check_counted(&service("count", 4), 2);
}

#[test]
fn every_record_is_counted_once_on_an_imitated_broker() {
    // One lane: the imitation forgets offsets when the group changes.
    let (service, _cluster) = mock("mock-count", 4);
    check_counted(&service, 1);
}

#[test]
fn the_state_survives_a_restart_and_a_start_setting_is_needed_once() {
    let mut run = Run::new(&service("restart", 2));
    run.feed(input(1_000, 20));
    let mut lanes = run.start(1, Counting::new);
    wait_until("the first half", || lanes.counts().records == 1_000);
    lanes.stop().expect("drained");
    run.settings.run.start = Start::None;
    run.feed(input(1_000, 20));
    let mut lanes = run.start(1, Counting::new);
    wait_until("the second half", || lanes.counts().records == 1_000);
    assert!(lanes.counts().restored_records >= 20);
    lanes.stop().expect("drained");
    run.assert_counted(2_000, 20);
}

#[test]
fn a_failed_transaction_leaves_no_trace() {
    let run = Run::new(&service("abort", 1));
    run.feed(input(500, 10));
    // Once, a record that no broker takes is among the output: the transaction is aborted, its input a dead letter.
    let mut lanes = run.start(1, || Counting::with(Fault::TooLarge { offset: 250 }));
    wait_until("all records", || lanes.counts().records == 500);
    assert!(lanes.counts().aborted >= 1);
    // Nor is anything counted twice that was read twice.
    let measures = lanes.measures();
    let consumed: u64 = measures.consumed.iter().map(|(_, number)| number).sum();
    assert_eq!((consumed, measures.tally.dead_letters.get("not_writable")), (500, 1));
    assert_eq!(measures.transactions.cells.iter().sum::<u64>(), lanes.counts().committed);
    lanes.stop().expect("drained");
    let letters = consume(&run.settings.kafka, &run.settings.topics.dead_letters, "read_committed");
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].header("triage.source.offset").as_deref(), Some("250"));
    assert_eq!(letters[0].header("triage.error.code").as_deref(), Some("not_writable"));
    let written = run.outputs();
    assert_eq!(written.len(), 499);
    // The state has not seen the dead letter either.
    assert_eq!(written.iter().filter(|record| record.key_text() == "k0").map(Record::text).next_back().as_deref(), Some("k0:49"));
}

#[test]
fn lanes_that_come_and_go_lose_and_repeat_nothing() {
    let run = Run::new(&service("rebalance", 4));
    run.feed(input(5_000, 40));
    let mut first = run.start(1, Counting::new);
    wait_until("a start", || first.counts().records > 0);
    let mut second = run.start(1, Counting::new);
    wait_until("the second lane has partitions", || second.counts().partitions == 2);
    run.feed(input(5_000, 40));
    wait_until("all records", || first.counts().records + second.counts().records == 10_000);
    first.stop().expect("drained");
    run.feed(input(5_000, 40));
    wait_until("the rest", || first.counts().records + second.counts().records == 15_000);
    assert!(second.counts().kept_partitions > 0, "what stays with a lane is not restored again: {:?}", second.counts());
    second.stop().expect("drained");
    run.assert_counted(15_000, 40);
}

#[test]
fn what_cannot_be_right_is_refused() {
    let mut run = Run::new(&service("refuse", 2));
    run.feed(input(10, 2));
    let refused = |run: &Run| run.start(1, Counting::new).wait().expect_err("refused");

    run.settings.run.start = Start::None;
    assert!(matches!(refused(&run), Refusal::NoStart { .. }));

    run.settings.run.start = Start::Earliest;
    let mut lanes = run.start(1, Counting::new);
    wait_until("all records", || lanes.counts().records == 10);
    lanes.stop().expect("drained");
    let own_group = std::mem::replace(&mut run.settings.group, "another".into());
    assert!(matches!(refused(&run), Refusal::OtherGroup { owner, .. } if owner == own_group));

    let mut missing = Run::new(&service_without_topics("missing", 1));
    assert!(matches!(missing.try_start(1, Counting::new).err(), Some(Refusal::Topics(_))));
    missing.settings.kafka.brokers = vec!["127.0.0.1:1".into()];
    let refusal = missing.try_start(1, Counting::new).err().expect("refused");
    assert!(matches!(refusal, Refusal::Unreachable { .. }), "{refusal}");
    assert_eq!(refusal.exit_code(), 69);
}

/// Two services get the same input and write the same bytes.
fn check_same_bytes(one: &Service, other: &Service) {
    let written = |service: &Service| {
        let run = Run::new(service);
        run.feed(input(3_000, 30));
        let mut lanes = run.start(1, Counting::new);
        wait_until("all records", || lanes.counts().records == 3_000);
        lanes.stop().expect("drained");
        assert_eq!(lanes.counts().written_to(Topic::Agents), 3_000);
        let all = run.outputs().into_iter();
        all.map(|record| (record.partition, record.timestamp, record.key, record.value)).collect::<Vec<_>>()
    };
    assert_eq!(written(one), written(other));
}

#[test]
fn two_runs_over_the_same_input_write_the_same_bytes() {
    check_same_bytes(&service("same-a", 2), &service("same-b", 2));
}

#[test]
fn an_imitated_broker_gets_the_same_bytes() {
    let (imitated, _cluster) = mock("mock-same", 2);
    check_same_bytes(&imitated, &service("same-c", 2));
}
