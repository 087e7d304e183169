//! How long posts wait when one of three processes is killed:
//! `cargo test --features failpoints --test storm recovery -- --ignored --nocapture`

use std::time::{Duration, Instant};

use triage::config::service::Service;

use super::broker::{long, service};
use super::calm::Progress;
use super::crew::Crew;
use super::load::Load;
use super::program::Process;

/// Far more than it takes: a slow machine fails nothing here.
const LONGEST: Duration = Duration::from_secs(120);

/// How long until posts of every partition that come after now are judged; `None`: too long.
fn wait_for_every_partition(progress: &Progress<'_>) -> Option<Duration> {
    let begun = Instant::now();
    let ends = progress.ends();
    while begun.elapsed() < LONGEST {
        if progress.positions().is_some_and(|now| ends.iter().all(|(partition, end)| now.get(partition) > Some(end))) {
            return Some(begun.elapsed());
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    None
}

/// Kills one of three processes `times` times. Named ones are started again at once; others are left dead, and replaced
/// only when the rest have taken over.
fn kill(test: &'static str, service: &Service, names: [Option<&str>; 3], times: usize) {
    // The defaults of the program, which decide how long it takes.
    let mut crew = Crew::new(service, test, "5s");
    let progress = Progress::new(service);
    let load = Load::start(service, 500, 43);
    let mut processes: Vec<Process> = names.iter().map(|name| crew.start(*name, None)).collect();
    wait_for_every_partition(&progress).expect("a start");
    let mut took = Vec::new();
    for time in 0..times {
        let slot = time % processes.len();
        processes[slot].kill();
        if names[slot].is_some() {
            processes[slot] = crew.start(names[slot], None);
        }
        took.push(wait_for_every_partition(&progress).unwrap_or_else(|| panic!("{test}: not within {LONGEST:?}")));
        if names[slot].is_none() {
            processes[slot] = crew.start(None, None);
            wait_for_every_partition(&progress).expect("the third is back");
        }
    }
    took.sort();
    println!("{test}: posts of all partitions are judged again after {took:.1?}");
    crew.finish(load, processes);
}

#[test]
#[ignore = "measures; takes a minute"]
fn the_partitions_of_a_killed_process_go_on() {
    let times = if long() { 9 } else { 3 };
    kill("recovery-unnamed", &service("recovery-unnamed", 12), [None; 3], times);
}

#[test]
#[ignore = "measures; takes a minute"]
fn a_process_that_is_restarted_goes_on_at_once() {
    let times = if long() { 9 } else { 3 };
    kill("recovery-named", &service("recovery-named", 12), [Some("pod-0"), Some("pod-1"), Some("pod-2")], times);
}
