//! What all that can be switched on costs: the program as a process over the same feed with everything on and with everything
//! off, in turn. Meant for an idle machine, one after the other:
//! `cargo test --release --test e2e everything -- --ignored --nocapture --test-threads 1`

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, Consumer};
use triage::config::service::Service;

use super::broker::{produce, service_with, wait_while_it_moves};
use super::latency;
use super::program::{Process, terminate, triage_with};
use super::ruleset::Rules;
use super::throughput::{RECORDS, Took, busy_of, feed};

const PARTITIONS: i32 = 4;

/// Each round plays it both ways.
const ROUNDS: usize = 3;

/// How often the page of metrics and the status are asked for; Prometheus does it every 15 s, as a rule.
const ASKED: Duration = Duration::from_secs(1);

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

/// Starts the program with everything on, and asked for its numbers all the time, or with everything off.
fn start(service: &Service, on: bool) -> (Process, Rules) {
    let rules = Rules::copy();
    if on {
        rules.name_areas();
        rules.name_sender("plasa.bandung@contoh.id");
    }
    let mut command = triage_with(&rules.path(), service, &["run"]);
    command.env("TRIAGE_RUN__TRANSACTION_INTERVAL", "100ms").env("TRIAGE_OUTAGES__ON", on.to_string());
    command.env("RUST_LOG", if on { "info" } else { "error" }).stdout(Stdio::null()).stderr(Stdio::null());
    if on {
        let address = format!("127.0.0.1:{}", free_port());
        command.env("TRIAGE_OPS__LISTEN", &address).env("TRIAGE_RUN__LOG_FORMAT", "json").env("TRIAGE_RUN__CATCH_UP_RATE", "1000000");
        thread::spawn(move || ask(&address));
    } else {
        command.env("TRIAGE_HANDOFF__ENABLED", "false").env("TRIAGE_INGEST__DEAD_LETTER_LIMIT__SHARE", "1");
    }
    (Process(command.spawn().expect("triage starts")), rules)
}

/// Asks for the numbers from the first answer on for as long as there are answers.
fn ask(address: &str) {
    let mut answered = false;
    loop {
        let answers = ["metrics", "status"].map(|path| ureq::get(format!("http://{address}/{path}")).call().is_ok());
        if answered && answers == [false; 2] {
            return;
        }
        answered |= answers == [true; 2];
        thread::park_timeout(ASKED);
    }
}

/// A port that nobody has now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

fn service_of(name: &str, on: bool) -> Service {
    let (topic, on) = (format!("{name}-handoff"), on.to_string());
    service_with(name, PARTITIONS, &[("outages.on", &on), ("handoff.enabled", &on), ("topics.handoff", &topic)])
}

/// Runs the program over the whole feed, from its first verdicts to the last.
fn play(name: &str, on: bool) -> Took {
    let service = service_of(name, on);
    produce(&service.kafka, &service.topics.posts[0], feed());
    let (process, _rules) = start(&service, on);
    let (id, progress) = (process.0.id().to_string(), Progress::of(&service));
    wait_while_it_moves("the first verdicts", || progress.judged(), |judged| *judged > 0);
    let (begun, before, busy) = (Instant::now(), progress.judged(), busy_of(&id));
    wait_while_it_moves("the last verdicts", || (progress.judged(), progress.is_done()), |(_, done)| *done);
    let wall = begun.elapsed().as_secs_f64();
    let busy = (busy_of(&id) - busy).as_secs_f64();
    assert_eq!(terminate(process), Some(0));
    Took { records: RECORDS as f64 - before as f64, wall, busy }
}

#[test]
#[ignore = "measures; takes some minutes"]
fn posts_a_second() {
    for round in 1..=ROUNDS {
        let off = play(&format!("off{round}"), false);
        off.show("everything off", off);
        play(&format!("on{round}"), true).show("everything on", off);
    }
}

#[test]
#[ignore = "measures; takes some minutes"]
fn time_under_way() {
    for round in 0..2 * ROUNDS {
        let on = round % 2 == 1;
        let service = service_of(&format!("late{round}"), on);
        let (process, _rules) = start(&service, on);
        let reading = thread::spawn(latency::reader(&service, latency::WARM_UP + latency::WINDOW));
        let sent = latency::feed(&service, 0..latency::WARM_UP + latency::WINDOW);
        let seen = reading.join().expect("a reader");
        assert_eq!(terminate(process), Some(0));
        let what = if on { "everything on" } else { "everything off" };
        latency::show(what, &sent[latency::WARM_UP..], &seen[latency::WARM_UP..]);
    }
}
