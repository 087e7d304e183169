//! What all that can be switched on costs: the program as a process over the same feed with everything on and with everything
//! off, in turn. Meant for an idle machine: `cargo test --release --test e2e everything -- --ignored --nocapture`

use std::process::Stdio;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use triage::config::service::Service;

use super::broker::{produce, service_with, wait_while_it_moves};
use super::program::{Process, terminate, triage_with};
use super::ruleset::Rules;
use super::throughput::{RECORDS, Took, busy_of, feed};

const PARTITIONS: i32 = 4;

/// Each round plays it both ways.
const ROUNDS: usize = 3;

/// How often the page of metrics and the status are asked for; Prometheus does it every 15 s, as a rule.
const SCRAPED: Duration = Duration::from_secs(1);

const PATIENCE: Duration = Duration::from_secs(5);

/// How far the groups of both stages have come.
struct Progress {
    ingest: BaseConsumer,
    triage: BaseConsumer,
    posts: String,
    inbox: String,
}

impl Progress {
    fn of(service: &Service) -> Self {
        let member = |stage: &str| -> BaseConsumer {
            let mut config = ClientConfig::new();
            config.set("bootstrap.servers", service.kafka.brokers.join(",")).set("group.id", format!("{}-{stage}", service.run.group));
            config.set("isolation.level", "read_uncommitted").create().expect("a consumer")
        };
        let (posts, inbox) = (service.topics.posts[0].clone(), service.topics.inbox.clone());
        Progress { ingest: member("ingest"), triage: member("triage"), posts, inbox }
    }

    /// The records of each partition of `topic` that were read and committed.
    fn committed(member: &BaseConsumer, topic: &str) -> Vec<i64> {
        let mut asked = TopicPartitionList::new();
        asked.add_partition_range(topic, 0, PARTITIONS - 1);
        // A coordinator that has other things to do is asked again.
        let Ok(answer) = member.committed_offsets(asked, PATIENCE) else { return Vec::new() };
        answer.elements().iter().map(|element| element.offset().to_raw().filter(|&offset| offset > 0).unwrap_or(0)).collect()
    }

    /// Posts that were judged; the marks of transactions among them are few.
    fn judged(&self) -> i64 {
        Progress::committed(&self.triage, &self.inbox).iter().sum()
    }

    fn is_done(&self) -> bool {
        if Progress::committed(&self.ingest, &self.posts).iter().sum::<i64>() < RECORDS as i64 {
            return false;
        }
        // The last record of a partition is the mark of its last transaction.
        let judged = Progress::committed(&self.triage, &self.inbox);
        !judged.is_empty()
            && (0..PARTITIONS).zip(judged).all(|(partition, judged)| {
                let end = self.triage.fetch_watermarks(&self.inbox, partition, PATIENCE).expect("an end").1;
                judged >= end - 1
            })
    }
}

/// Runs the program over the whole feed, from its first verdicts to the last.
fn play(name: &str, on: bool) -> Took {
    let (handoff, outages) = (format!("{name}-handoff"), on.to_string());
    let service = service_with(name, PARTITIONS, &[("outages.on", &outages), ("handoff.enabled", &outages), ("topics.handoff", &handoff)]);
    produce(&service.kafka, &service.topics.posts[0], feed());
    let rules = Rules::copy();
    if on {
        rules.name_areas();
        rules.name_sender("plasa.bandung@contoh.id");
    }
    let mut command = triage_with(&rules.path(), &service, &["run"]);
    command.env("TRIAGE_RUN__TRANSACTION_INTERVAL", "100ms").env("TRIAGE_OUTAGES__ON", &outages);
    command.env("RUST_LOG", "warn").stdout(Stdio::null());
    let port = free_port();
    if on {
        let address = format!("127.0.0.1:{port}");
        command.env("TRIAGE_OPS__LISTEN", &address).env("TRIAGE_RUN__LOG_FORMAT", "json").env("TRIAGE_RUN__CATCH_UP_RATE", "1000000");
    } else {
        command.env("TRIAGE_HANDOFF__ENABLED", "false").env("TRIAGE_INGEST__DEAD_LETTER_LIMIT__SHARE", "1");
    }
    let process = Process(command.spawn().expect("triage starts"));
    let (id, progress) = (process.0.id().to_string(), Progress::of(&service));
    wait_while_it_moves("the first verdicts", || progress.judged(), |judged| *judged > 0);
    let (begun, before, busy) = (Instant::now(), progress.judged(), busy_of(&id));
    let mut scraped = begun;
    let look = || {
        if on && scraped.elapsed() >= SCRAPED {
            scraped = Instant::now();
            for path in ["/metrics", "/status"] {
                let answer = ureq::get(format!("http://127.0.0.1:{port}{path}")).call();
                drop(answer.expect("an answer").body_mut().read_to_string().expect("text"));
            }
        }
        (progress.judged(), progress.is_done())
    };
    wait_while_it_moves("the last verdicts", look, |(_, done)| *done);
    let wall = begun.elapsed().as_secs_f64();
    let busy = (busy_of(&id) - busy).as_secs_f64();
    assert_eq!(terminate(process), Some(0));
    Took { records: RECORDS as f64 - before as f64, wall, busy }
}

/// A port that nobody has now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

#[test]
#[ignore = "measures; takes some minutes"]
fn everything_on_beside_everything_off() {
    for round in 1..=ROUNDS {
        let off = play(&format!("off{round}"), false);
        off.show("everything off", off);
        play(&format!("on{round}"), true).show("everything on", off);
    }
}
