//! `triage run`: the service. The only place that names the wall clock and the signals of the operating system.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tracing_subscriber::EnvFilter;

use super::settings::KafkaOptions;
use super::{ConfigFolder, Exit, Stop, load_rules};
use crate::config::service::{LogFormat, OutputText, Service, Stages};
use crate::kafka::{self, Ingest, LaneSettings, Swap, Triage};
use crate::post::Millis;
use crate::problem::Reporter;
use crate::rules::{self, Rules};

/// Reads the feeds, judges every post, writes the verdicts; until it is told to stop (SIGTERM), which commits what is
/// under way. SIGHUP reads the rules again.
#[derive(Debug, clap::Args)]
pub struct Run {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// Stages of this process: both, ingest (feeds to inbox) or triage (inbox to verdicts)
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// Threads that work side by side in each stage
    #[arg(long, value_name = "N")]
    lanes: Option<usize>,
    /// Name of this process that outlives it; no two at the same time may have the same
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
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
        let service = self.kafka.load(&self.config, options)?;
        let rules = load_rules(&self.config.folder)?;
        log_to_stderr(service.run.log_format);
        tracing::info!(rules = rules.hash, version = env!("CARGO_PKG_VERSION"), "starting");
        let rules = Arc::new(Swap::new(rules));
        let stop = watch_signals(self.config.folder, &rules)?;
        let mut running = start(&service, &rules, stop)?;
        running.wait()?;
        for name in ["ingest", "triage"] {
            let counts = running.counts(name);
            tracing::info!(stage = name, records = counts.records, transactions = counts.committed, aborted = counts.aborted, "stopped");
        }
        Ok(Exit::Ok)
    }
}

/// Starts the lanes of the stages that the settings name.
pub(super) fn start(service: &Service, rules: &Arc<Swap<Rules>>, stop: Arc<AtomicBool>) -> Result<kafka::Service, Stop> {
    let mut running = kafka::Service::new(stop);
    let lanes = service.run.lanes;
    if matches!(service.run.stages, Stages::Both | Stages::Ingest) {
        let rules = Arc::clone(rules);
        running.start("ingest", &LaneSettings::ingest(service, now), lanes, move || Ingest::new(Arc::clone(&rules)))?;
    }
    if matches!(service.run.stages, Stages::Both | Stages::Triage) {
        let rules = Arc::clone(rules);
        let with_text = service.output.text == OutputText::Full;
        running.start("triage", &LaneSettings::triage(service, now), lanes, move || Triage::new(Arc::clone(&rules), with_text))?;
    }
    Ok(running)
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "the edge of the program: everything below is given the time")]
pub(super) fn now() -> Millis {
    Millis::new(jiff::Timestamp::now().as_millisecond())
}

fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
}

/// The flag that SIGTERM and SIGINT set; the second of them ends the process at once. SIGHUP reads the rules in `folder`.
fn watch_signals(folder: PathBuf, rules: &Arc<Swap<Rules>>) -> Result<Arc<AtomicBool>, Stop> {
    let failed = |error: std::io::Error| Stop::Because(Exit::Unavailable, format!("the signals of the system cannot be watched: {error}"));
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop)).map_err(failed)?;
        signal_hook::flag::register(signal, Arc::clone(&stop)).map_err(failed)?;
    }
    let mut hangups = Signals::new([SIGHUP]).map_err(failed)?;
    let rules = Arc::clone(rules);
    let reload_all = move || hangups.forever().for_each(|_| reload(&folder, &rules));
    thread::Builder::new().name("reload".to_owned()).spawn(reload_all).map_err(failed)?;
    Ok(stop)
}

/// Puts the rules in `folder` in place of those in use; keeps these if there is anything wrong.
fn reload(folder: &Path, shared: &Swap<Rules>) {
    let reporter = Reporter::default();
    match rules::compile(folder, &reporter) {
        Some(rules) => {
            tracing::info!(before = shared.get().hash, now = rules.hash, "rules read again");
            shared.set(rules);
        }
        None => tracing::error!(
            errors = reporter.into_problems().errors(),
            "the rules have errors: keeping those in use; `triage check` shows them"
        ),
    }
}
