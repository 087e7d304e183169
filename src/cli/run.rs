//! `triage run`: the service. The only place that names the wall clock and the signals of the operating system.

mod consent;
mod guard;
mod ops;
mod reload;
mod rights;
mod silences;

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use chrono::Utc;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use tracing_subscriber::EnvFilter;

use self::reload::{InUse, Wishes};
use self::silences::Silencing;

use super::page::{Log, Page, begin_log};
use super::settings::{KafkaOptions, Loaded, Prepared, prepare, silences_file};
use super::{ConfigFolder, Exit, Stop};
use arc_swap::ArcSwap;

use crate::config::service::{LogFormat, OutputText, Service, Stages};
use crate::kafka::{self, Accepted, Ingest, LaneSettings, Outages, Recent, Triage};
use crate::ops::Reloads;
use crate::post::Millis;
use crate::rules::{Rules, Silences};

/// Reads the feeds, judges every post, writes the verdicts; until it is told to stop (SIGTERM), which commits what is
/// under way. The rules are read again when their folder changes and on SIGHUP; rules that would take too many of the last
/// posts away from the agents are refused, unless SIGUSR1 forces them.
#[derive(Debug, clap::Args)]
pub struct Run {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// Stages of this process: both, ingest (feeds to inbox), triage (inbox to verdicts) or outages (complaints by area)
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Threads that work side by side in each stage
    #[arg(long, value_name = "N")]
    lanes: Option<usize>,
    /// Name of this process that outlives it; no two at the same time may have the same
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
    /// Consent to these rules, which the group has not accepted and the guard refuses: their hash, as the refusal says it
    #[arg(long, value_name = "HASH")]
    accept_rules: Option<String>,
    /// Where a group begins that has never run: earliest or latest
    #[arg(long, value_name = "WHERE")]
    start: Option<String>,
}

impl Run {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let options = vec![
            ("run.stage", self.stage),
            ("run.lanes", self.lanes.map(|lanes| lanes.to_string())),
            ("run.instance", self.instance),
            ("run.start", self.start),
        ];
        let signals = Signals::watch()?;
        begin_log();
        let (prepared, problems) = prepare(&self.config, &self.kafka.options(options));
        let Some(Prepared { service, rules, shadow, silences }) = prepared else { return Err(Stop::Configuration(problems)) };
        Page::of(problems.render()).tell();
        let share = |Loaded { rules, watch }| (Arc::new(ArcSwap::from_pointee(rules)), watch);
        let (rules, watch) = share(rules);
        let shadow = shadow.map(share);
        log_to_stderr(service.run.log_format);
        if signals.stop.load(Ordering::Relaxed) {
            tracing::info!("told to end before anything was read");
            return Ok(Exit::Ok);
        }
        let hash_of = |rules: &ArcSwap<Rules>| rules.load().hash.clone();
        let shadow_hash = shadow.as_ref().map(|(shadow, _)| hash_of(shadow));
        tracing::info!(rules = hash_of(&rules), shadow = shadow_hash, version = env!("CARGO_PKG_VERSION"), "starting");
        let guard = Some(service.reload.guard).filter(|guard| guard.max_share < 1.0);
        let guard = guard.map(|guard| (guard, Arc::new(Recent::new(guard.posts))));
        let mut sources = Sources {
            rules: Arc::clone(&rules),
            shadow: shadow.as_ref().map(|(shadow, _)| Arc::clone(shadow)),
            silences: Arc::new(ArcSwap::from_pointee(silences.0)),
            recent: guard.as_ref().map(|(_, recent)| Arc::clone(recent)),
            accepted: None,
            clock: now,
        };
        let handoffs = service.topics.handoff.is_some();
        let told = Arc::new(Reloads::new(now));
        let watched = ops::listen(&service, &sources, &told, &signals.wishes)?;
        let nothing_done = |_: &Stop| tell_what_was_done(&kafka::Supervisor::new(Arc::clone(&signals.stop)));
        let accepted = consent::ask(&service, &rules.load(), self.accept_rules.as_deref(), &signals.stop);
        let accepted = accepted.map_err(|stop| rights::name(&service, stop)).inspect_err(nothing_done)?;
        sources.accepted.clone_from(&accepted);
        let mut sets =
            vec![InUse { name: "rules", watch, shared: rules, guard, accepted, handoffs, told: Arc::clone(&told), troubled: false }];
        sets.extend(shadow.map(|(shared, watch)| InUse::tried(watch, shared, told)));
        let silencing =
            Silencing::new(&self.config.folder, silences_file(&service, &self.config.folder), silences.1, Arc::clone(&sources.silences));
        watch_for_changes(sets, silencing, service.reload.watch, signals.wishes)?;
        let mut running = kafka::Supervisor::new(signals.stop);
        let started = start_in(&mut running, &service, &sources);
        if started.is_err() {
            running.stop();
        }
        watched.watch(&running);
        let ended = running.wait();
        tell_what_was_done(&running);
        started.map_err(|stop| rights::name(&service, stop))?;
        ended.map_err(|refusal| rights::name(&service, refusal.into()))?;
        Ok(Exit::Ok)
    }
}

/// Whatever has ended the stages.
fn tell_what_was_done(running: &kafka::Supervisor) {
    for name in ["ingest", "triage", "outages"] {
        let counts = running.counts(name);
        tracing::info!(
            stage = name,
            records = counts.records,
            transactions = counts.committed,
            aborted = counts.aborted,
            forgotten_early = counts.forgotten_early,
            unknown_kinds = counts.unknown_kinds,
            silenced = counts.silenced,
            "stopped"
        );
    }
}

/// What the lanes share.
pub(super) struct Sources {
    /// The rules that decide.
    pub(super) rules: Arc<ArcSwap<Rules>>,
    /// Those that are only tried.
    pub(super) shadow: Option<Arc<ArcSwap<Rules>>>,
    /// What team leaders are not to be told of for a while.
    pub(super) silences: Arc<ArcSwap<Silences>>,
    /// The posts judged last, where new rules are tried on them.
    pub(super) recent: Option<Arc<Recent>>,
    /// What is known of the rules that the group has accepted, where anybody asks.
    pub(super) accepted: Option<Arc<Accepted>>,
    /// What the lanes take for the wall clock.
    pub(super) clock: fn() -> Millis,
}

impl Sources {
    /// Makes them of rules that nothing will replace, for posts of other days: the clock stands still, and nothing is due.
    pub(super) fn alone(rules: Rules) -> Self {
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        Sources { rules, shadow: None, silences: Arc::default(), recent: None, accepted: None, clock: || Millis::new(0) }
    }
}

/// Starts the lanes of the stages that the settings name.
pub(super) fn start(service: &Service, sources: &Sources, stop: Arc<AtomicBool>) -> Result<kafka::Supervisor, Stop> {
    let mut running = kafka::Supervisor::new(stop);
    start_in(&mut running, service, sources)?;
    Ok(running)
}

fn start_in(running: &mut kafka::Supervisor, service: &Service, sources: &Sources) -> Result<(), Stop> {
    let lanes = service.run.lanes;
    if matches!(service.run.stages, Stages::Both | Stages::Ingest) {
        let rules = Arc::clone(&sources.rules);
        running.start("ingest", &LaneSettings::ingest(service, sources.clock), lanes, move || Ingest::new(Arc::clone(&rules)))?;
    }
    if matches!(service.run.stages, Stages::Both | Stages::Triage) {
        let (rules, shadow, recent) = (Arc::clone(&sources.rules), sources.shadow.clone(), sources.recent.clone());
        let with_text = service.output.text == OutputText::Full;
        let (topics, silences) = (service.topics.clone(), Arc::clone(&sources.silences));
        let make = move || {
            let triage =
                Triage::new(Arc::clone(&rules), with_text).with_areas(topics.outages.is_some()).with_handoffs(topics.handoff.is_some());
            triage.with_silences(Arc::clone(&silences)).with_shadow(shadow.clone()).with_recent(recent.clone())
        };
        let settings = LaneSettings { accepted: sources.accepted.clone(), ..LaneSettings::triage(service, sources.clock) };
        running.start("triage", &settings, lanes, make)?;
    }
    if service.topics.outages.is_some() && matches!(service.run.stages, Stages::Both | Stages::Outages) {
        let rules = Arc::clone(&sources.rules);
        running.start("outages", &LaneSettings::outages(service, sources.clock), lanes, move || Outages::new(Arc::clone(&rules)))?;
    }
    Ok(())
}

/// Returns the wall clock.
#[expect(clippy::disallowed_methods, reason = "the edge of the program: everything below is given the time")]
pub(super) fn now() -> Millis {
    Millis::new(Utc::now().timestamp_millis())
}

fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let writer = move || Log { json: format == LogFormat::Json };
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// What the signals of the operating system ask for.
struct Signals {
    /// SIGTERM and SIGINT; the second of them ends the process at once.
    stop: Arc<AtomicBool>,
    /// SIGHUP and SIGUSR1.
    wishes: Wishes,
}

impl Signals {
    /// Takes them from now on. What comes while the rules are still being read waits, instead of killing the process.
    fn watch() -> Result<Self, Stop> {
        let signals = Signals { stop: Arc::default(), wishes: Wishes::default() };
        for signal in [SIGTERM, SIGINT] {
            signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&signals.stop)).map_err(unwatched)?;
            signal_hook::flag::register(signal, Arc::clone(&signals.stop)).map_err(unwatched)?;
        }
        signal_hook::flag::register(SIGHUP, Arc::clone(&signals.wishes.reload)).map_err(unwatched)?;
        signal_hook::flag::register(SIGUSR1, Arc::clone(&signals.wishes.force)).map_err(unwatched)?;
        Ok(signals)
    }
}

fn unwatched(error: std::io::Error) -> Stop {
    Stop::Because(Exit::Unavailable, format!("the signals of the system cannot be watched: {error}"))
}

/// From now on `sets` are read again when `wishes` ask for it and, if `watch`, when their folders change.
fn watch_for_changes(sets: Vec<InUse>, silencing: Silencing, watch: bool, wishes: Wishes) -> Result<(), Stop> {
    let looks = move || reload::run(sets, silencing, watch, &wishes);
    thread::Builder::new().name("reload".to_owned()).spawn(looks).map(drop).map_err(unwatched)
}
