//! Members of the group that stand still, come and go, or are told to end, while posts keep coming.

use std::time::{Duration, Instant};

use fastrand::Rng;

use super::broker::{long, service};
use super::calm::{Progress, open_transactions, wait_for_closed};
use super::crew::{Crew, end, ended, signal};
use super::load::Load;
use super::program::Process;

/// Records a second.
const RATE: usize = 300;

const SECOND: Duration = Duration::from_secs(1);

/// A process that stands still until then.
struct Frozen {
    slot: usize,
    until: Instant,
}

/// Stops `times` of three processes for so many milliseconds, some at the same time.
pub fn freeze(processes: &mut [Process], times: usize, least: usize, most: usize) {
    let mut dice = Rng::with_seed(5);
    let mut frozen: Vec<Frozen> = Vec::new();
    let mut stops = 0;
    let mut next = Instant::now();
    while stops < times || !frozen.is_empty() {
        if stops < times && Instant::now() >= next && frozen.len() < 2 {
            let slot = dice.usize(..processes.len());
            if frozen.iter().all(|other| other.slot != slot) {
                signal(&processes[slot], "-STOP");
                frozen.push(Frozen { slot, until: Instant::now() + Duration::from_millis((least + dice.usize(..most - least)) as u64) });
                stops += 1;
                next = Instant::now() + Duration::from_millis(2_000 + dice.usize(..3_000) as u64);
            }
        }
        frozen.retain(|one| {
            let still = Instant::now() < one.until;
            if !still {
                signal(&processes[one.slot], "-CONT");
            }
            still
        });
        for process in processes.iter_mut() {
            assert_eq!(ended(process), None, "a process that stood still as a whole ends by itself");
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

#[test]
fn processes_that_stood_still_are_shut_out() {
    let service = service("zombies", 12);
    let mut crew = Crew::new(&service, "zombies", "2s");
    let load = Load::start(&service, RATE, 17);
    let mut processes: Vec<Process> = [Some("pod-0"), None, None].into_iter().map(|name| crew.start(name, None)).collect();
    Progress::new(&service).wait_for_more();
    let (times, least, most) = if long() { (50, 1_000, 60_000) } else { (4, 7_000, 9_000) };
    freeze(&mut processes, times, least, most);
    println!("zombies: {times} stops");
    crew.finish(load, processes);
}

#[test]
fn members_come_and_go() {
    let service = service("churn", 12);
    let mut crew = Crew::new(&service, "churn", "2s");
    let progress = Progress::new(&service);
    let load = Load::start(&service, RATE, 19);
    let mut unnamed = vec![crew.start(None, None)];
    progress.wait_for_more();
    let (changes, restarts) = if long() { (60, 20) } else { (6, 3) };
    let mut dice = Rng::with_seed(3);
    let begun = Instant::now();
    for change in 1..=changes {
        if unnamed.len() < 2 || (unnamed.len() < 4 && dice.usize(..2) == 0) {
            unnamed.push(crew.start(None, None));
        } else {
            let leaver = unnamed.swap_remove(dice.usize(..unnamed.len()));
            end(vec![leaver]);
        }
        // The rhythm itself is what is tried.
        if long() {
            std::thread::sleep((5 * change * SECOND).saturating_sub(begun.elapsed()));
        } else {
            std::thread::sleep(SECOND + Duration::from_millis(dice.usize(..2_000) as u64));
        }
    }
    println!("churn: {changes} changes in {:.0?}", begun.elapsed());
    end(unnamed);
    let names = ["pod-0", "pod-1", "pod-2"];
    let mut named: Vec<Process> = names.iter().map(|name| crew.start(Some(name), None)).collect();
    progress.wait_for_more();
    for restart in 0..restarts {
        let slot = restart % names.len();
        end(vec![named.remove(slot)]);
        named.insert(slot, crew.start(Some(names[slot]), None));
        progress.wait_for_more();
    }
    println!("churn: {restarts} rolling restarts");
    crew.finish(load, named);
}

#[test]
fn a_process_told_to_end_leaves_nothing_open() {
    let service = service("sigterm", 12);
    // What it left open would stay so for longer than anybody waits here.
    let mut crew = Crew::new(&service, "sigterm", "60s");
    let progress = Progress::new(&service);
    let load = Load::start(&service, RATE, 23);
    let mut slowest = Duration::ZERO;
    let times = if long() { 50 } else { 5 };
    for time in 0..times {
        let process = crew.start((time % 2 == 0).then_some("pod-0"), None);
        progress.wait_for_more();
        slowest = slowest.max(end(vec![process]));
        let begun = Instant::now();
        wait_for_closed(&service);
        assert!(begun.elapsed() < Duration::from_secs(20), "left open: {:?}", open_transactions(&service));
    }
    println!("sigterm: {times} times in mid-load, the slowest took {slowest:.1?}");
    let last = vec![crew.start(None, None)];
    crew.finish(load, last);
}
