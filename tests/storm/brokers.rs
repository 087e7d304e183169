//! A broker that dies, is restarted, or is away for a while.

use std::time::{Duration, Instant};

use super::broker::{Node, long, service_on};
use super::calm::Progress;
use super::crew::Crew;
use super::load::Load;

/// After the return of the broker work goes on within this.
const RETURN: Duration = Duration::from_secs(60);

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

/// How long it takes until the group goes on.
fn wait_for_progress(progress: &Progress<'_>) -> Duration {
    let begun = Instant::now();
    let mut before = None;
    loop {
        assert!(begun.elapsed() < RETURN, "no progress within {RETURN:?} of the broker's return");
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
    let processes = vec![crew.start(Some("pod-0"), None), crew.start(None, None)];
    wait_for_progress(&progress);
    let faults = if long() { 20 } else { 2 };
    let mut slowest = Duration::ZERO;
    for number in 0..faults {
        let fault = if number % 2 == 0 { Fault::Crash } else { Fault::Away(Duration::from_secs(number as u64 % 4 * 3)) };
        suffer(&node, fault);
        let took = wait_for_progress(&progress);
        println!("faults: {fault:?}, work went on after {took:.1?}");
        slowest = slowest.max(took);
    }
    println!("faults: {faults} faults, work went on after {slowest:.1?} at the latest");
    crew.finish(load, processes);
    node.tell("stop");
}
