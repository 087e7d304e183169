//! Catching up at a limited rate: a post of now does not wait for the backlog of other partitions, nothing is lost or doubled
//! by partitions that rest, and the rate is kept.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::{Duration, Instant};

use triage::config::service::Service;

use super::broker::{Record, consume, produce, service, wait_until};
use super::program::{Process, json, terminate, triage};
use super::stages::posts;

/// Old records a second and lane.
const RATE: usize = 150;

/// How many posts are judged. What else the program writes, such as reminders, comes from none.
fn outcomes(service: &Service) -> usize {
    let topics = &service.topics;
    let all =
        [&topics.agents, &topics.oot, &topics.escalations, &topics.skipped].map(|topic| consume(&service.kafka, topic, "read_committed"));
    all.iter().flatten().filter_map(|record| record.header("triage.source")).collect::<BTreeSet<_>>().len()
}

#[test]
fn a_backlog_keeps_to_its_rate_and_a_post_of_now_does_not_wait_for_it() {
    let service = service("pace", 4);
    let count = 6 * RATE;
    // Three partitions of the feed are behind, the fourth is not.
    let backlog = posts(count, 40).into_iter().enumerate().map(|(number, post)| Record { partition: (number % 3) as i32, ..post });
    produce(&service.kafka, &service.topics.posts[0], backlog);
    let begun = Instant::now();
    let mut command = triage(&service, &["run"]);
    command.env("TRIAGE_RUN__CATCH_UP_RATE", RATE.to_string());
    let process = Process(command.stdout(Stdio::null()).spawn().expect("triage starts"));
    wait_until("the first of the backlog", || outcomes(&service) > 0);
    let now = Record { timestamp: chrono::Utc::now().timestamp_millis(), partition: 3, ..posts(count + 1, 40).pop().expect("a post") };
    produce(&service.kafka, &service.topics.posts[0], [now]);
    let seen = |at_least: i64| {
        let topics = &service.topics;
        let all = [&topics.agents, &topics.oot, &topics.escalations, &topics.skipped];
        all.iter().any(|topic| consume(&service.kafka, topic, "read_committed").iter().any(|record| record.timestamp > at_least))
    };
    let newest_old = 1_763_000_000_000 + count as i64 * 7_000;
    wait_until("the post of now", || seen(newest_old));
    let judged = outcomes(&service);
    assert!(judged < count, "it has waited for the backlog: {judged} of {count}");
    wait_until("the backlog", || outcomes(&service) == count + 1);
    // The first second's worth comes at once, and each rest lets a record of each partition more through.
    assert!(begun.elapsed() >= Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(terminate(process), Some(0));
    let (code, account) = json(&service, &["reconcile"]);
    assert_eq!(code, Some(0), "{account:#}");
}
