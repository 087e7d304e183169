//! Processes that are killed: at each point of a transaction, by themselves, and at random, from outside.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;
use triage::config::service::Service;

use super::broker::{long, service};
use super::crew::{Crew, ended, was_killed};
use super::load::Load;
use super::program::Process;

/// The points, and the most times one is passed before it is deadly.
const POINTS: [(&str, usize); 8] = [
    ("after_poll", 60),
    ("mid_produce", 1_500),
    ("before_offsets", 60),
    ("after_offsets", 60),
    ("during_commit", 60),
    ("after_commit", 60),
    ("during_restore", 300),
    ("in_rebalance", 3),
];

const RANDOM: &str = "random";

/// One that has not met its point by then is killed from outside.
const LONGEST_LIFE: Duration = Duration::from_secs(15);

/// A process and what it will die of.
struct Doomed {
    process: Process,
    cause: &'static str,
    born: Instant,
    life: Duration,
}

struct Storm {
    dice: Rng,
    /// Causes of death to come.
    deck: Vec<&'static str>,
    kills: BTreeMap<&'static str, usize>,
}

impl Storm {
    fn new(each: usize, random: usize, seed: u64) -> Self {
        let mut deck: Vec<&'static str> = POINTS.iter().flat_map(|(point, _)| std::iter::repeat_n(*point, each)).collect();
        deck.extend(std::iter::repeat_n(RANDOM, random));
        let mut dice = Rng::with_seed(seed);
        dice.shuffle(&mut deck);
        Storm { dice, deck, kills: BTreeMap::new() }
    }

    fn total(&self) -> usize {
        self.kills.values().sum()
    }

    fn next(&mut self, crew: &mut Crew<'_>, instance: Option<&str>) -> Option<Doomed> {
        let cause = self.deck.pop()?;
        let point = POINTS.iter().find(|(point, _)| *point == cause);
        let failpoint = point.map(|(point, most)| format!("{point}:{}", 1 + self.dice.usize(..*most)));
        let process = crew.start(instance, failpoint.as_deref());
        let life = if point.is_some() { LONGEST_LIFE } else { Duration::from_millis(500 + self.dice.usize(..5_000) as u64) };
        Some(Doomed { process, cause, born: Instant::now(), life })
    }

    /// Whether `doomed` is dead now.
    fn look(&mut self, doomed: &mut Doomed) -> bool {
        if let Some(status) = ended(&mut doomed.process) {
            assert!(was_killed(status), "a process ended by itself: {status}");
            *self.kills.entry(doomed.cause).or_default() += 1;
            return true;
        }
        if doomed.born.elapsed() < doomed.life {
            return false;
        }
        doomed.process.kill();
        *self.kills.entry(RANDOM).or_default() += 1;
        if doomed.cause != RANDOM {
            self.deck.insert(0, doomed.cause);
        }
        true
    }
}

/// Kills three processes, `names` of which have names, again and again: `each` times at each point and `random` times at
/// random.
fn storm(test: &'static str, service: &Service, named: usize, each: usize, random: usize, limit: Duration) {
    let mut crew = Crew::new(service, test, "2s");
    let load = Load::start(service, 1_000, 7);
    let mut storm = Storm::new(each, random, 11);
    let names = ["pod-0", "pod-1", "pod-2"];
    let name = |slot: usize| (slot < named).then(|| names[slot]);
    let mut slots: [Option<Doomed>; 3] = [None, None, None];
    let begun = Instant::now();
    while begun.elapsed() < limit {
        for (number, slot) in slots.iter_mut().enumerate() {
            if slot.as_mut().is_none_or(|doomed| storm.look(doomed)) {
                *slot = storm.next(&mut crew, name(number));
            }
        }
        if slots.iter().all(Option::is_none) {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    println!("{test}: {} kills in {:.0?}: {:?}", storm.total(), begun.elapsed(), storm.kills);
    drop(slots);
    let processes = (0..3).map(|slot| crew.start(name(slot), None)).collect();
    crew.finish(load, processes);
    let missing: Vec<&str> = POINTS.map(|(point, _)| point).into_iter().filter(|point| !storm.kills.contains_key(point)).collect();
    assert!(missing.is_empty(), "{test}: never killed at {missing:?}");
    assert!(storm.total() >= 20, "{test}: only {} kills", storm.total());
}

#[test]
fn killed_processes_lose_and_repeat_nothing() {
    let (each, random, limit) = if long() { (16, 72, 600) } else { (2, 6, 110) };
    storm("kills", &service("kills", 12), 2, each, random, Duration::from_secs(limit));
}
