//! The program itself, as a process that is killed: what exactly-once is for.

use std::collections::BTreeMap;

use fastrand::Rng;
use triage::author::AuthorState;
use triage::config::service::Service;

use super::broker::{consume, consume_all, long, produce, service, wait_until};
use super::program::{json, start, terminate};
use super::stages::{by_source, posts};

/// How many posts are judged.
pub fn outcomes(service: &Service) -> usize {
    let topics = &service.topics;
    [&topics.agents, &topics.oot, &topics.escalations, &topics.skipped]
        .iter()
        .map(|topic| consume(&service.kafka, topic, "read_committed").len())
        .sum()
}

fn verdicts(service: &Service) -> Vec<(String, &'static str, String)> {
    let mut verdicts = Vec::new();
    for (source, outcomes) in by_source(service) {
        assert_eq!(outcomes.len(), 1, "{source} has one outcome");
        verdicts.extend(outcomes.into_iter().map(|(label, record)| (record.key_text(), label, record.text().replace(&source, "SOURCE"))));
    }
    verdicts.sort();
    verdicts
}

/// What the journal says last of each customer.
fn states(service: &Service) -> BTreeMap<String, String> {
    let mut states = BTreeMap::new();
    for record in consume_all(&service.kafka, &service.topics.state) {
        match record.value {
            // Whose journal it is.
            _ if record.key_text().starts_with('\0') => (),
            Some(value) => {
                let state = AuthorState::decode(&value).expect("a state");
                states.insert(
                    String::from_utf8_lossy(&record.key.unwrap_or_default()).into_owned(),
                    serde_json::to_string(&state).expect("JSON"),
                );
            }
            None => drop(states.remove(&record.key_text())),
        }
    }
    states
}

/// Moments at which a process is killed: so many posts are judged. The same in each run.
fn moments(posts: usize) -> Vec<usize> {
    let mut dice = Rng::with_seed(47);
    let mut moments: Vec<usize> = (0..if long() { 20 } else { 4 }).map(|_| dice.usize(1..posts)).collect();
    moments.sort_unstable();
    moments
}

#[test]
fn a_killed_process_loses_and_repeats_nothing() {
    let count = if long() { 60_000 } else { 12_000 };
    const CUSTOMERS: usize = 200;
    let straight = service("straight", 2);
    produce(&straight.kafka, &straight.topics.posts[0], posts(count, CUSTOMERS));
    let process = start(&straight, None);
    wait_until("the straight run", || outcomes(&straight) == count);
    assert_eq!(terminate(process), Some(0), "SIGTERM drains and ends well");

    let broken = service("broken", 2);
    produce(&broken.kafka, &broken.topics.posts[0], posts(count, CUSTOMERS));
    let mut killed_at = vec![0];
    for (number, moment) in moments(count).into_iter().enumerate() {
        let mut process = start(&broken, Some("pod-0"));
        let (before, mut now) = (killed_at[number], 0);
        wait_until("a part", || {
            now = outcomes(&broken);
            now == count || now >= moment.max(before + 1)
        });
        process.kill();
        killed_at.push(now);
        if number == 1 {
            // What was under way hangs in a transaction until the broker gives it up, and is neither lost nor there.
            let (code, account) = json(&broken, &["reconcile"]);
            assert_eq!(code, Some(0), "{account:#}");
        }
    }
    println!("killed when {killed_at:?} of {count} were judged");
    // A process of no name waits until the broker gives up the killed one.
    let mut unnamed = start(&broken, None);
    wait_until("the rest", || outcomes(&broken) == count);
    unnamed.kill();
    assert_eq!(verdicts(&broken), verdicts(&straight));
    let restored = states(&broken);
    assert_eq!(restored, states(&straight));
    assert_eq!(restored.len(), CUSTOMERS, "each is remembered");
    let (code, account) = json(&broken, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
}
