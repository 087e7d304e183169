//! The program itself, as a process that is killed: what exactly-once is for.

use triage::config::service::Service;

use super::broker::{consume, produce, service, wait_until};
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

#[test]
fn a_killed_process_loses_and_repeats_nothing() {
    const POSTS: usize = 12_000;
    let straight = service("straight", 2);
    produce(&straight.kafka, &straight.topics.posts[0], posts(POSTS, 200));
    let process = start(&straight, None);
    wait_until("the straight run", || outcomes(&straight) == POSTS);
    assert_eq!(terminate(process), Some(0), "SIGTERM drains and ends well");

    let broken = service("broken", 2);
    produce(&broken.kafka, &broken.topics.posts[0], posts(POSTS, 200));
    for part in 1..=4 {
        let mut process = start(&broken, Some("pod-0"));
        wait_until("a part", || outcomes(&broken) >= POSTS * part / 6);
        process.kill();
        if part == 2 {
            // What was under way hangs in a transaction until the broker gives it up, and is neither lost nor there.
            let (code, account) = json(&broken, &["reconcile"]);
            assert_eq!(code, Some(0), "{account:#}");
        }
    }
    // A process of no name waits until the broker gives up the killed one.
    let mut unnamed = start(&broken, None);
    wait_until("the rest", || outcomes(&broken) == POSTS);
    unnamed.kill();
    assert_eq!(verdicts(&broken), verdicts(&straight));
    let (code, account) = json(&broken, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
}
