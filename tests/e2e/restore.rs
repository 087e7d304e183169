//! How long a process takes to know a million customers again, and what they cost. Slow, and meant for an idle machine:
//! `cargo test --release --test e2e restore -- --ignored --nocapture`

use std::time::Instant;

use triage::kafka::{Inbound, Outbox, Stage, Topic, Triage};
use triage::post::Millis;

use super::broker::{Record, produce, service, wait_until};
use super::process::outcomes;
use super::program::{start, terminate};
use super::sample;
use super::stages::shipped_rules;
use super::variety::resident;

const CUSTOMERS: usize = 1_000_000;
const PARTITIONS: usize = 4;

/// The journal record of a customer who has complained once.
fn state() -> Vec<u8> {
    let mut stage = Triage::new(shipped_rules(), true);
    let mut out = Outbox::default();
    let post = sample::canonical(0, 0, sample::TEXTS[1]);
    let mut record = Inbound::plain("inbox", 0, Some(b"x:43151000000"), Some(&post), &[]);
    record.timestamp = Millis::new(sample::written_at(0));
    stage.take(&record, &mut out);
    stage.journal(&mut out);
    let journal = out.records().find(|record| record.to == Topic::Journal);
    journal.and_then(|record| record.value).expect("a state").to_vec()
}

#[test]
#[ignore = "measures; takes a minute"]
fn a_million_customers_are_known_again() {
    let service = service("million", PARTITIONS as i32);
    let post = |number: usize| Record {
        key: Some(format!("x:{}", sample::author_id(CUSTOMERS + number)).into_bytes()),
        value: Some(sample::canonical(number, CUSTOMERS + number, sample::TEXTS[0])),
        partition: -1,
        timestamp: sample::written_at(number),
        ..Record::default()
    };
    produce(&service.kafka, &service.topics.inbox, (0..100).map(post));
    let process = start(&service, None);
    wait_until("the first verdicts", || outcomes(&service) == 100);
    let few = resident(process.0.id());
    assert_eq!(terminate(process), Some(0));

    let state = state();
    let journal = (0..CUSTOMERS).map(|customer| Record {
        key: Some(format!("x:{}", sample::author_id(customer)).into_bytes()),
        value: Some(state.clone()),
        partition: (customer % PARTITIONS) as i32,
        ..Record::default()
    });
    produce(&service.kafka, &service.topics.state, journal);
    produce(&service.kafka, &service.topics.inbox, (100..200).map(post));
    let begun = Instant::now();
    let process = start(&service, None);
    wait_until("the verdicts after", || outcomes(&service) == 200);
    let took = begun.elapsed();
    let many = resident(process.0.id());
    assert_eq!(terminate(process), Some(0));
    println!(
        "{CUSTOMERS} customers: {:.1} s from the start of the process to its next verdicts, {} MB resident ({} MB with few), {} bytes a journal record",
        took.as_secs_f64(),
        many / 1_000,
        few / 1_000,
        state.len()
    );
}
