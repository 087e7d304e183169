//! Processes that are killed: at each point of a transaction, by themselves, and at random, from outside.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::broker::{long, service};
use super::crew::{Crew, ended, was_killed};
use super::load::Load;
use super::program::Process;

/// The points, the most times one is passed before it is deadly, and the most microseconds until it is.
const POINTS: [(&str, usize, u64); 8] = [
    ("after_poll", 60, 0),
    // Long enough for the client to send some of what it was given.
    ("mid_produce", 1_500, 15_000),
    ("before_offsets", 60, 0),
    ("after_offsets", 60, 0),
    // Most commits take 0.5 to 3 ms.
    ("during_commit", 60, 2_000),
    ("after_commit", 60, 0),
    ("during_restore", 300, 0),
    ("in_rebalance", 3, 0),
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

pub struct Storm {
    dice: Rng,
    /// Causes of death to come.
    deck: Vec<&'static str>,
    /// After them there are still random ones.
    endless: bool,
    limit: Duration,
    kills: BTreeMap<&'static str, usize>,
}

impl Storm {
    pub fn new(weather: &Weather) -> Self {
        let mut deck: Vec<&'static str> = POINTS.iter().flat_map(|(point, ..)| std::iter::repeat_n(*point, weather.each)).collect();
        deck.extend(std::iter::repeat_n(RANDOM, weather.random));
        let mut dice = Rng::with_seed(11);
        dice.shuffle(&mut deck);
        Storm { dice, deck, endless: weather.endless, limit: weather.limit, kills: BTreeMap::new() }
    }

    pub fn total(&self) -> usize {
        self.kills.values().sum()
    }

    /// Lets processes called `names` run and kills them again and again, until nothing more is to come or it has lasted long enough.
    pub fn rage(&mut self, crew: &mut Crew<'_>, names: [Option<&str>; 3]) {
        let mut slots = names.map(|_| None);
        let begun = Instant::now();
        while begun.elapsed() < self.limit {
            for (name, slot) in names.iter().zip(&mut slots) {
                if slot.as_mut().is_none_or(|doomed| self.look(doomed)) {
                    *slot = self.next(crew, *name);
                }
            }
            if slots.iter().all(Option::is_none) {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(10));
        }
        println!("{} kills in {:.0?}: {:?}", self.total(), begun.elapsed(), self.kills);
    }

    fn next(&mut self, crew: &mut Crew<'_>, instance: Option<&str>) -> Option<Doomed> {
        let cause = self.deck.pop().or(self.endless.then_some(RANDOM))?;
        let point = POINTS.iter().find(|(point, ..)| *point == cause);
        let failpoint =
            point.map(|&(point, most, micros)| format!("{point}={}*off->return({})", self.dice.usize(..most), self.dice.u64(..=micros)));
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

/// How bad it gets.
pub struct Weather {
    /// Kills at each point, and the random ones among them.
    pub each: usize,
    pub random: usize,
    /// Ends then at the latest.
    pub limit: Duration,
    /// Goes on with random kills until then.
    pub endless: bool,
}

/// It ends when all are killed; the limit is for machines that are too slow for it.
const SHORT: Weather = Weather { each: 2, random: 6, limit: Duration::from_secs(300), endless: false };

const LONG: Weather = Weather { each: 16, random: 72, limit: Duration::from_secs(600), endless: true };

/// Three processes, two of them with names, are killed again and again.
#[test]
fn killed_processes_lose_and_repeat_nothing() {
    let (test, weather) = ("kills", if long() { LONG } else { SHORT });
    let service = service(test, 12);
    let mut crew = Crew::new(&service, test, "2s");
    // Records a second, and how many authors write them.
    let (rate, authors) = if long() { (3_000, 30_000) } else { (400, 2_000) };
    let load = Load::start_among(authors, &service, rate, 7);
    let mut storm = Storm::new(&weather);
    let names = [Some("pod-0"), Some("pod-1"), None];
    storm.rage(&mut crew, names);
    let processes = names.iter().map(|name| crew.start(*name, None)).collect();
    crew.finish(load, processes);
    let missing: Vec<&str> = POINTS.map(|(point, ..)| point).into_iter().filter(|point| !storm.kills.contains_key(point)).collect();
    assert!(missing.is_empty(), "{test}: never killed at {missing:?}");
    assert!(storm.total() >= 20, "{test}: only {} kills", storm.total());
}
