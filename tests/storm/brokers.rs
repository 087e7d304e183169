//! A broker that dies, is restarted, or is away for a while.

use std::time::{Duration, Instant};

use super::broker::{Node, consume, long, service_on};
use super::calm::Progress;
use super::crew::{Crew, ended};
use super::load::Load;
use super::program::Process;

/// After the return of the broker work goes on within this.
const RETURN: Duration = Duration::from_secs(60);

/// Seconds within which the watchdog of a process has noticed that a lane stands still.
const SETTLING: u64 = 12;

/// Records of the load that a fault may cost at most.
const MOST_FORGOTTEN: usize = 10;

/// What the broker suffers.
#[derive(Debug, Clone, Copy)]
enum Fault {
    /// Dies and comes back.
    Crash,
    /// Is restarted in order, and away for so long meanwhile.
    Away(Duration),
}

fn suffer(node: &Node, fault: Fault) {
    match fault {
        Fault::Crash => node.tell("crash"),
        Fault::Away(time) => {
            node.tell("halt");
            // The absence itself is what is tried.
            std::thread::sleep(time);
        }
    }
    node.tell("resume");
}

/// What a supervisor does: starts processes that have ended. How many had.
fn supervise(crew: &mut Crew<'_>, processes: &mut [Process]) -> usize {
    let mut dead = 0;
    for (slot, process) in processes.iter_mut().enumerate() {
        if let Some(status) = ended(process) {
            println!("faults: a process has ended: {status}");
            *process = crew.start(name(slot), None);
            dead += 1;
        }
    }
    dead
}

fn name(slot: usize) -> Option<&'static str> {
    (slot == 0).then_some("pod-0")
}

/// How long it takes until the group goes on.
fn wait_for_progress(progress: &Progress<'_>, crew: &mut Crew<'_>, processes: &mut [Process]) -> Duration {
    let begun = Instant::now();
    let mut before = None;
    loop {
        supervise(crew, processes);
        assert!(begun.elapsed() < RETURN, "no progress within {RETURN:?} of the broker's return: {}", progress.describe());
        match (before, progress.judged()) {
            (Some(before), Some(now)) if now > before => return begun.elapsed(),
            (None, now) => before = now,
            _ => (),
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn work_goes_on_when_the_broker_is_back() {
    let node = Node::start("-faulty");
    let service = service_on(&node, "faults", 12);
    let mut crew = Crew::new(&service, "faults", "2s");
    let progress = Progress::new(&service);
    let load = Load::start(&service, 300, 29);
    let mut processes: Vec<Process> = (0..2).map(|slot| crew.start(name(slot), None)).collect();
    wait_for_progress(&progress, &mut crew, &mut processes);
    let faults = if long() { 20 } else { 2 };
    let mut slowest = Duration::ZERO;
    for number in 0..faults {
        let away = if long() { 30 } else { 3 };
        let fault = if number % 2 == 0 { Fault::Crash } else { Fault::Away(Duration::from_secs(away)) };
        suffer(&node, fault);
        let took = wait_for_progress(&progress, &mut crew, &mut processes);
        println!("faults: {fault:?}, work went on after {took:.1?}");
        slowest = slowest.max(took);
    }
    println!("faults: {faults} faults, work went on after {slowest:.1?} at the latest");
    // One that the broker's absence has stopped for too long may only be noticed now.
    for _ in 0..SETTLING {
        supervise(&mut crew, &mut processes);
        std::thread::sleep(Duration::from_secs(1));
    }
    // The client of the load may take a batch for delivered that the broker has forgotten with its crash, because it looks
    // repeated: what is there counts, and little may be missing.
    let written = load.finish();
    let there = written.min(consume(&service.kafka, &service.topics.posts[0], "read_committed").len());
    println!("faults: {there} of {written} records of the load are there");
    assert!(written - there <= MOST_FORGOTTEN * faults, "{there} of {written} records of the load are there");
    crew.settle_after(there, processes).assert_none("faults");
    node.tell("stop");
}
