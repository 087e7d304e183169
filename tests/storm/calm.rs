//! After the storm: everything read, nothing left open.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use triage::config::service::Service;
use triage::kafka::{Topic, name};

use super::broker::{consume_each, wait_until, wait_while_it_moves};

const QUESTION: Duration = Duration::from_secs(5);

fn client(service: &Service, group: &str, isolation: &str) -> BaseConsumer {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("group.id", group).set("isolation.level", isolation);
    config.set("enable.auto.commit", "false");
    config.create().expect("a client")
}

fn partitions(service: &Service) -> std::ops::Range<i32> {
    0..service.topics.partitions
}

/// Offsets that the group of `stage` has committed in `topic`; `None`: not to be told now.
fn committed(client: &BaseConsumer, service: &Service, topic: &str) -> Option<BTreeMap<i32, i64>> {
    let mut asked = TopicPartitionList::new();
    for partition in partitions(service) {
        asked.add_partition(topic, partition);
    }
    let answer = client.committed_offsets(asked, QUESTION).ok()?;
    let elements = answer.elements();
    elements.iter().all(|element| element.error().is_ok()).then_some(())?;
    let offset = |offset| if let Offset::Offset(offset) = offset { offset } else { 0 };
    Some(elements.iter().map(|element| (element.partition(), offset(element.offset()))).collect())
}

/// How many offsets of the inbox the second stage has gone through.
pub struct Progress<'a> {
    service: &'a Service,
    client: BaseConsumer,
}

impl<'a> Progress<'a> {
    pub fn new(service: &'a Service) -> Self {
        // The other isolation would wait until no transaction has offsets in any partition.
        Progress { service, client: client(service, &format!("{}-triage", service.run.group), "read_uncommitted") }
    }

    /// `None`: the brokers do not say.
    pub fn judged(&self) -> Option<i64> {
        committed(&self.client, self.service, &self.service.topics.inbox).map(|all| all.values().sum())
    }

    /// Where it stands in each partition.
    pub fn positions(&self) -> Option<BTreeMap<i32, i64>> {
        committed(&self.client, self.service, &self.service.topics.inbox)
    }

    /// Where each partition of the inbox ends.
    pub fn ends(&self) -> BTreeMap<i32, i64> {
        let end = |partition| self.client.fetch_watermarks(&self.service.topics.inbox, partition, QUESTION).expect("an end").1;
        partitions(self.service).map(|partition| (partition, end(partition))).collect()
    }

    /// Where everything stands, for whoever wonders why nothing goes on.
    pub fn describe(&self) -> String {
        let ends = |topic: &str, isolation: &str| -> Vec<Option<i64>> {
            let client = client(self.service, "test-reader", isolation);
            partitions(self.service).map(|partition| Some(client.fetch_watermarks(topic, partition, QUESTION).ok()?.1)).collect()
        };
        let topics = &self.service.topics;
        let (feed, inbox) = (ends(&topics.posts[0], "read_uncommitted"), ends(&topics.inbox, "read_uncommitted"));
        let visible = ends(&topics.inbox, "read_committed");
        let ingest = client(self.service, &format!("{}-ingest", self.service.run.group), "read_uncommitted");
        let ingested = committed(&ingest, self.service, &topics.posts[0]);
        format!(
            "the feed ends at {feed:?}, read up to {ingested:?}; the inbox ends at {inbox:?}, visible {visible:?}, judged up to {:?}",
            self.positions()
        )
    }

    /// Waits until the group has gone on.
    pub fn wait_for_more(&self) {
        let mut before = None;
        wait_until("progress", || match (before, self.judged()) {
            (Some(before), Some(now)) => now > before,
            (None, now) => {
                before = now;
                false
            }
            _ => false,
        });
    }
}

/// Waits until all stages have gone through everything.
pub fn wait_for_all(service: &Service) {
    let ingest = client(service, &format!("{}-ingest", service.run.group), "read_committed");
    for topic in [&service.topics.posts[0], &service.topics.case_events] {
        let end = |partition| ingest.fetch_watermarks(topic, partition, QUESTION).expect("an end").1;
        let ends: BTreeMap<i32, i64> = partitions(service).map(|partition| (partition, end(partition))).collect();
        wait_while_it_moves("the feeds to be read", || committed(&ingest, service, topic), |seen| seen.as_ref() == Some(&ends));
    }
    wait_for_stage(service, "triage", &service.topics.inbox);
    if let Some(topics) = &service.topics.outages {
        wait_for_stage(service, "outages", &topics.areas);
    }
}

/// Waits until `stage` has gone through all that is committed to `topic`, to which nobody writes any more.
fn wait_for_stage(service: &Service, stage: &str, topic: &str) {
    let mut last: BTreeMap<i32, i64> = BTreeMap::new();
    consume_each(&service.kafka, topic, "read_committed", |record| {
        last.insert(record.partition, record.offset);
    });
    // The other isolation would wait until no transaction has offsets in any partition.
    let group = client(service, &format!("{}-{stage}", service.run.group), "read_uncommitted");
    let seen = || committed(&group, service, topic).unwrap_or_default();
    wait_while_it_moves(&format!("{topic} to be read"), seen, |seen| {
        last.iter().all(|(partition, last)| seen.get(partition).is_some_and(|seen| seen > last))
    });
}

/// Partitions of what we write in which a transaction is open.
pub fn open_transactions(service: &Service) -> Vec<String> {
    let (stable, all) = (client(service, "test-reader", "read_committed"), client(service, "test-reader", "read_uncommitted"));
    let mut open = Vec::new();
    for topic in Topic::needed(&service.topics).map(|topic| name(&service.topics, topic)) {
        for partition in partitions(service) {
            let end = |client: &BaseConsumer| client.fetch_watermarks(topic, partition, QUESTION).expect("an end").1;
            let (stable, end) = (end(&stable), end(&all));
            if stable < end {
                open.push(format!("{topic}/{partition}: {stable} of {end}"));
            }
        }
    }
    open
}

/// Waits until the broker has given up what dead processes had open; fails if something stays open.
pub fn wait_for_closed(service: &Service) {
    wait_until("transactions to end", || open_transactions(service).is_empty());
}
