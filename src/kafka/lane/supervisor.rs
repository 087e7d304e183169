//! Runs the lanes of the stages, begins one anew when it has failed, and ends the process when one stands still.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::measures::Phase;
use super::report::{Counts, LaneReport};
use super::run::{LaneContext, run_once};
use super::settings::LaneSettings;
use crate::kafka::clients::settings::{Member, millis};
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::errors::trouble::Trouble;
use crate::kafka::stages::stage::Stage;
use crate::kafka::topics::admin::Admin;
use crate::kafka::topics::topic::{Topic, name};

/// A lane that gives no sign of life for twice the timeout of a transaction will not give one any more; questions to
/// brokers take up to this long.
const SHORTEST_STANDSTILL: Duration = Duration::from_secs(10);

/// Somebody who takes our place twice in this time is another process.
const FENCING_WINDOW: Duration = Duration::from_secs(60);

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);
/// A lane that has lived so long begins with the first pause again.
const HEALTHY: Duration = Duration::from_secs(60);
/// How often waiting threads look around.
const LOOK: Duration = Duration::from_millis(20);
/// Whoever writes the log gets so long for why the process ends.
const LAST_WORDS: Duration = Duration::from_millis(200);
/// The watchdog looks around far more often than this unless the process is stopped.
const ABSENCE: Duration = Duration::from_secs(1);

/// The running lanes of a process.
pub struct Supervisor {
    stop: Arc<AtomicBool>,
    lanes: Vec<Running>,
}

struct Running {
    stage: &'static str,
    report: Arc<LaneReport>,
    /// How long it may give no sign of life.
    standstill: Duration,
    thread: Option<JoinHandle<Result<(), Refusal>>>,
}

impl Supervisor {
    /// Makes one without a lane. As soon as `stop` is true its lanes commit what they have and end.
    pub fn new(stop: Arc<AtomicBool>) -> Self {
        Supervisor { stop, lanes: Vec::new() }
    }

    /// Starts `lanes` lanes of the stage `name`, which `make` makes anew for each lane and each run of it.
    ///
    /// # Errors
    /// [`Refusal`] if the brokers cannot be reached or a topic is missing.
    pub fn start<S, F>(&mut self, name: &'static str, settings: &LaneSettings, lanes: usize, make: F) -> Result<(), Refusal>
    where
        S: Stage,
        F: Fn() -> S + Clone + Send + 'static,
    {
        check(settings)?;
        let standstill = SHORTEST_STANDSTILL.max(2 * millis(settings.run.transaction_timeout));
        let random = RandomState::new().build_hasher().finish();
        for lane in 0..lanes {
            let (settings, make, stop) = (settings.clone(), make.clone(), Arc::clone(&self.stop));
            let report = Arc::new(LaneReport::default());
            let member = Member::new(&settings.group, settings.run.instance.as_deref(), lane, random);
            let theirs = Arc::clone(&report);
            let run = move || run_restarting(&LaneContext { settings: &settings, member: &member, stop: &stop, report: &theirs }, make);
            let spawned = thread::Builder::new().name(format!("{name}-{lane}")).spawn(run);
            let thread = spawned.map_err(|error| Refusal::Settings(format!("cannot start a thread: {error}")))?;
            self.lanes.push(Running { stage: name, report, standstill, thread: Some(thread) });
        }
        Ok(())
    }

    /// Tells the lanes to commit what they have and to end.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Returns the lanes with the names of their stages.
    pub fn reports(&self) -> impl Iterator<Item = (&'static str, &Arc<LaneReport>)> {
        self.lanes.iter().map(|lane| (lane.stage, &lane.report))
    }

    /// Returns the numbers of all lanes of the stage `name`.
    pub fn counts(&self, name: &str) -> Counts {
        let mut total = Counts::default();
        self.reports().filter(|(stage, _)| *stage == name).for_each(|(_, report)| total.add(&report.counts()));
        total
    }

    /// Waits until all lanes have ended: told to, or because one was refused, which ends the others too. A lane that stands
    /// still ends the process.
    ///
    /// # Errors
    /// The first [`Refusal`] of a lane.
    pub fn wait(&mut self) -> Result<(), Refusal> {
        let mut refusal = None;
        let mut last_look = Instant::now();
        while self.lanes.iter().any(|lane| lane.thread.is_some()) {
            // The process or its machine stood still as a whole, which no lane is to blame for.
            if last_look.elapsed() >= ABSENCE {
                self.reports().for_each(|(_, report)| report.forgive());
            }
            last_look = Instant::now();
            for lane in &mut self.lanes {
                if let Err(new) = lane.look() {
                    tracing::error!(target: "kafka", stage = lane.stage, error = %new, "a lane has given up");
                    refusal.get_or_insert(new);
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
            thread::sleep(LOOK);
        }
        refusal.map_or(Ok(()), Err)
    }
}

impl Running {
    /// Looks at the lane: an error if it was refused. One that stands still ends the process: nothing it has under way can be
    /// committed by anybody else, and its partitions are taken over sooner.
    fn look(&mut self) -> Result<(), Refusal> {
        let Some(thread) = self.thread.take_if(|thread| thread.is_finished() || self.report.silence() > self.standstill) else {
            return Ok(());
        };
        if thread.is_finished() {
            return thread.join().unwrap_or_else(|_| std::process::abort());
        }
        if self.report.is_done() {
            tracing::warn!(target: "kafka", stage = self.stage, "the group cannot be left in time: leaving it to the broker");
            return Ok(());
        }
        tracing::error!(target: "kafka", stage = self.stage, "a lane stands still: ending the process");
        thread::sleep(LAST_WORDS);
        std::process::abort();
    }
}

fn check(settings: &LaneSettings) -> Result<(), Refusal> {
    let admin = Admin::new(&settings.kafka)?;
    let mut needed: Vec<&str> = settings.inputs.iter().map(String::as_str).collect();
    let written = Topic::needed(&settings.topics).filter(|topic| settings.writes(*topic));
    needed.extend(written.map(|topic| name(&settings.topics, topic)));
    let mut missing = Vec::new();
    for topic in needed {
        if admin.partitions(topic)?.is_none() {
            missing.push(topic);
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(Refusal::Topics(format!("missing: {}", missing.join(", ")))) }
}

/// Runs a lane again and again, after a pause where it failed.
fn run_restarting<S: Stage>(context: &LaneContext<'_>, make: impl Fn() -> S) -> Result<(), Refusal> {
    let mut pause = FIRST_PAUSE;
    let mut last_fencing: Option<Instant> = None;
    loop {
        let begun = Instant::now();
        let (reason, fenced) = match run_once(context, make()) {
            Ok(()) => return Ok(()),
            Err(Trouble::Refuse(refusal)) => return Err(refusal),
            Err(Trouble::Restart { reason, fenced }) => (reason, fenced),
            Err(Trouble::Abort(reason)) => (reason, false),
            Err(Trouble::NeverAccepted(_)) => ("the broker refuses a record".to_owned(), false),
        };
        if let (true, Some(instance)) = (fenced, &context.settings.run.instance)
            && last_fencing.replace(Instant::now()).is_some_and(|before| before.elapsed() < FENCING_WINDOW)
        {
            return Err(Refusal::Fenced { instance: instance.clone() });
        }
        if begun.elapsed() >= HEALTHY {
            pause = FIRST_PAUSE;
        }
        tracing::warn!(target: "kafka", reason, pause_ms = pause.as_millis(), "a lane begins anew");
        context.report.measure(|measures| (measures.phase, measures.trouble) = (Phase::Failing, Some(reason)));
        context.report.update(|counts| counts.restarts += 1);
        if !rest(context, pause) {
            return Ok(());
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Waits for `pause`. Returns `false` if told to stop meanwhile.
fn rest(context: &LaneContext<'_>, pause: Duration) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < pause {
        if context.stop.load(Ordering::Relaxed) {
            return false;
        }
        context.report.beat();
        thread::sleep(LOOK);
    }
    !context.stop.load(Ordering::Relaxed)
}
