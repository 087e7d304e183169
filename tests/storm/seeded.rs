//! Tests of the tests: a program with a mistake in it must be noticed. The mistakes are those of `bugs`; each has a short
//! battery that meets it for certain, and that finds nothing in a program without one.
//!
//! Each mistake costs a build, so all this is for the long form. `ONLY=name,name` tries only those.

use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use triage::config::service::Service;

use super::broker::{long, service, wait_until};
use super::bugs;
use super::calm::{Progress, open_transactions, wait_for_all};
use super::crew::{Crew, end, ended, was_killed};
use super::endings::Disturbed;
use super::load::Load;
use super::program::Process;
use super::proxy::{Fault, Report};
use super::seeded_program;

/// Records a second.
const RATE: usize = 500;

/// What a battery finds wrong.
type Kinds = Vec<&'static str>;

type Bug = Option<&'static str>;

/// A service under load, the stage `ingest` in a process of its own without a mistake, and `triage` as the battery has it.
struct Field<'a> {
    crew: Crew<'a>,
    ingest: Process,
    load: Load,
    progress: Progress<'a>,
}

impl<'a> Field<'a> {
    fn new(service: &'a Service, test: &'static str, transaction_timeout: &'static str, bug: Bug) -> Self {
        let of = |test, stage: &str| Crew::new(service, test, transaction_timeout).with("TRIAGE_RUN__STAGE", stage);
        let mut crew = of(test, "triage");
        if let Some(bug) = bug {
            crew = crew.with_program(seeded_program::build(bug));
        }
        let ingest = of("seeded-ingest", "ingest").start(None, None);
        Field { crew, ingest, load: Load::start(service, RATE, 41), progress: Progress::new(service) }
    }

    /// How often partitions were given to a process.
    fn assignments(&self) -> usize {
        self.crew.said("partitions assigned")
    }

    /// Ends it all.
    fn settle(self, mut processes: Vec<Process>) -> Kinds {
        processes.push(self.ingest);
        self.crew.settle(self.load, processes).kinds()
    }
}

/// A process is killed when everything of a transaction is written but its end.
fn killed_before_the_commit(test: &'static str, bug: Bug) -> Kinds {
    let service = service(test, 4);
    let mut field = Field::new(&service, test, "2s", bug);
    for _ in 0..2 {
        let mut process = field.crew.start(Some("pod-0"), Some("after_offsets=19*off->return"));
        wait_until("a kill", || ended(&mut process).is_some_and(was_killed));
    }
    let last = field.crew.start(Some("pod-0"), None);
    field.progress.wait_for_more();
    field.settle(vec![last])
}

/// A second process comes and goes.
fn joined_and_left(test: &'static str, bug: Bug) -> Kinds {
    let service = service(test, 4);
    let mut field = Field::new(&service, test, "2s", bug);
    let first = field.crew.start(None, None);
    field.progress.wait_for_more();
    for _ in 0..3 {
        let before = field.assignments();
        let second = field.crew.start(None, None);
        wait_until("partitions for both", || field.assignments() >= before + 2);
        field.progress.wait_for_more();
        // What the second does meanwhile, the first must learn from the journal.
        std::thread::sleep(Duration::from_secs(1));
        end(vec![second]);
        field.progress.wait_for_more();
    }
    field.settle(vec![first])
}

/// A second process comes while the first has a transaction open and takes so long to end it that the second, if it is let,
/// has begun.
fn joined_in_mid_transaction(test: &'static str, bug: Bug) -> Kinds {
    let service = service(test, 4);
    // What is held open must not be given up by the brokers meanwhile.
    let mut field = Field::new(&service, test, "10m", bug);
    let first = field.crew.start(None, Some("open_batch=1*return;change_in_batch=sleep(15000)"));
    wait_until("partitions for the first", || field.assignments() >= 1);
    wait_until("an open transaction", || open_transactions(&service).iter().any(|open| open.starts_with(&service.topics.agents)));
    let second = field.crew.start(None, None);
    wait_until("partitions for both", || field.assignments() >= 3);
    field.progress.wait_for_more();
    field.settle(vec![first, second])
}

/// A process begins with states from long ago, with nothing to do but to look after them.
fn begun_anew(test: &'static str, bug: Bug) -> Kinds {
    let service = service(test, 4);
    let mut field = Field::new(&service, test, "2s", bug);
    let first = field.crew.start(None, None);
    field.progress.wait_for_more();
    std::thread::sleep(Duration::from_secs(2));
    end(vec![first]);
    let raw = field.load.finish();
    let second = field.crew.start(None, None);
    wait_for_all(&service);
    // Once a second a lane that has read everything looks at what is due.
    std::thread::sleep(Duration::from_secs(3));
    field.crew.settle_after(raw, vec![second, field.ingest]).kinds()
}

/// The brokers refuse offsets now and then: the transaction is aborted.
fn refused(test: &'static str, bug: Bug) -> Kinds {
    let broker = Disturbed::start("-refusing");
    let kinds = broker.storm(test, &[Fault::Refused], 200, bug, |report| report.least() >= 10).1.kinds();
    broker.node.tell("stop");
    kinds
}

/// Requests to commit arrive when the next transaction is open.
fn ended_late(test: &'static str, bug: Bug) -> Kinds {
    let broker = Disturbed::start("-late");
    let met = |report: &Report| if bug.is_some() { report.late_accepted >= 3 } else { report.late_refused >= 3 };
    let kinds = broker.storm(test, &[Fault::Late], 200, bug, met).1.kinds();
    broker.node.tell("stop");
    kinds
}

/// Records that were never read are deleted. Only a human can help: the program must not go on.
fn deleted(test: &'static str, bug: Bug) -> Kinds {
    let service = service(test, 4);
    let mut field = Field::new(&service, test, "2s", bug);
    let first = field.crew.start(None, None);
    field.progress.wait_for_more();
    end(vec![first]);
    let ends = field.progress.ends();
    wait_until("more in every partition", || field.progress.ends().iter().all(|(partition, end)| *end > ends[partition] + 10));
    delete_all(&service, &service.topics.inbox);
    let before = field.progress.judged();
    let mut second = field.crew.start(None, None);
    let mut refused = false;
    wait_until("a refusal, or progress", || {
        refused = ended(&mut second).is_some_and(|status| status.code().is_some_and(|code| code != 0));
        refused || field.progress.judged() > before
    });
    field.load.finish();
    if refused { Vec::new() } else { vec!["went on without what was deleted"] }
}

/// Deletes what is in all partitions of `topic`.
fn delete_all(service: &Service, topic: &str) {
    let mut config = ClientConfig::new();
    let admin: AdminClient<DefaultClientContext> =
        config.set("bootstrap.servers", service.kafka.brokers.join(",")).create().expect("an admin");
    let mut all = TopicPartitionList::new();
    for partition in 0..service.topics.partitions {
        all.add_partition_offset(topic, partition, Offset::End).expect("an offset");
    }
    let options = AdminOptions::new();
    let mut deletion = std::pin::pin!(admin.delete_records(&all, &options));
    wait_until("the deletion", || deletion.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready());
}

type Battery = fn(&'static str, Bug) -> Kinds;

/// Each mistake and what meets it.
const BATTERIES: [(&str, Battery); 9] = [
    ("batch_kept_after_revoke", joined_in_mid_transaction),
    ("earliest_when_gone", deleted),
    ("expiry_by_wall_clock", begun_anew),
    ("journal_outside_transaction", killed_before_the_commit),
    ("never_restored", joined_and_left),
    ("no_end_guard", ended_late),
    ("no_rollback", refused),
    ("offsets_outside_transaction", killed_before_the_commit),
    ("uncommitted_journal", killed_before_the_commit),
];

/// The same batteries without a mistake.
const SOUND: [(&str, Battery); 7] = [
    ("sound-killed", killed_before_the_commit),
    ("sound-joined", joined_and_left),
    ("sound-held", joined_in_mid_transaction),
    ("sound-anew", begun_anew),
    ("sound-refused", refused),
    ("sound-late", ended_late),
    ("sound-deleted", deleted),
];

/// Those of `cases` whose name is in `ONLY`, if that is set.
fn chosen(cases: &[(&'static str, Battery)]) -> Vec<(&'static str, Battery)> {
    let only = std::env::var("ONLY").ok();
    cases.iter().copied().filter(|(name, _)| only.as_deref().is_none_or(|only| only.split(',').any(|one| one == *name))).collect()
}

#[test]
fn every_mistake_has_a_battery() {
    assert_eq!(bugs::names(), BATTERIES.map(|(name, _)| name));
}

#[test]
fn a_mistake_in_the_program_is_noticed() {
    if !long() {
        return;
    }
    let mut unnoticed = Vec::new();
    for (bug, battery) in chosen(&BATTERIES) {
        let begun = Instant::now();
        let kinds = battery(bug, Some(bug));
        println!("seeded: {bug}: noticed as {kinds:?} in {:.0?}", begun.elapsed());
        if kinds.is_empty() {
            unnoticed.push(bug);
        }
    }
    assert_eq!(unnoticed, [""; 0]);
}

#[test]
fn what_notices_mistakes_finds_none_in_a_sound_program() {
    if !long() {
        return;
    }
    for (test, battery) in chosen(&SOUND) {
        let kinds = battery(test, None);
        assert_eq!(kinds, [""; 0], "{test}");
    }
}
