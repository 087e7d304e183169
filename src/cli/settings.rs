//! What the commands read before they begin: the settings of the service, and for those that run it the rules too.

use std::path::{Path, PathBuf};

use super::page::Page;
use super::{ConfigFolder, Exit, Stop};
use crate::config::service::Service;
use crate::config::watch::{Fingerprint, Watch};
use crate::kafka::{self, Refusal};
use crate::problem::{Problem, Problems, Reporter, Spot};
use crate::rules::{self, Rules, Silences};

/// Options of every command that talks to Kafka; they beat the environment and `triage.toml`.
#[derive(Debug, clap::Args)]
pub(super) struct KafkaOptions {
    /// Brokers as host:port, separated by commas
    #[arg(long, value_name = "LIST")]
    brokers: Option<String>,
}

impl KafkaOptions {
    /// None of them.
    pub(super) fn none() -> Self {
        KafkaOptions { brokers: None }
    }

    /// Returns the settings in the folder's `triage.toml` (defaults where there is none).
    pub(super) fn load(&self, config: &ConfigFolder) -> Result<Service, Stop> {
        let path = document(config);
        let service = Service::load(path.as_deref(), environment(), &self.options(Vec::new())).map_err(Stop::Configuration)?;
        Page::of(service.warnings.render()).tell();
        Ok(service)
    }

    /// These options and `more` (key and value), as [`Service::load`] wants them.
    pub(super) fn options(&self, more: Vec<(&str, Option<String>)>) -> Vec<(String, String)> {
        let all = more.into_iter().chain([("kafka.brokers", self.brokers.clone())]);
        all.filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }
}

/// Returns the environment without the variables that say where to read. What is not Unicode is taken as it can be
/// shown.
fn environment() -> impl Iterator<Item = (String, String)> {
    let all = std::env::vars_os().filter(|(name, _)| name != "TRIAGE_CONFIG" && name != "TRIAGE_SETTINGS");
    all.map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

/// The settings where they were said to be, which must be there; else `triage.toml` beside the rules, if there is one: without
/// it everything has its default.
fn document(config: &ConfigFolder) -> Option<PathBuf> {
    config.settings.clone().or_else(|| Some(config.folder.join("triage.toml")).filter(|path| path.exists()))
}

/// What the service begins with.
pub(super) struct Prepared {
    pub(super) service: Service,
    /// The rules that decide.
    pub(super) rules: Loaded,
    /// Those that are only tried.
    pub(super) shadow: Option<Loaded>,
    /// What team leaders are not to be told of for a while, and the watch on its folder since before it was read.
    pub(super) silences: (Silences, Watch),
}

/// A rule set, and the watch on its folder since before it was read.
pub(super) struct Loaded {
    pub(super) rules: Rules,
    pub(super) watch: Watch,
}

/// Reads all that the service needs to begin, as far as that needs no broker: the settings with the environment and `options` above them, its rules, those of `[shadow]`, and whether clients can be made of it. Everything that is wrong
/// is reported at once; `None` if the service cannot begin.
pub(super) fn prepare(config: &ConfigFolder, options: &[(String, String)]) -> (Option<Prepared>, Problems) {
    let (folder, path) = (config.folder.as_path(), document(config));
    let (service, mut problems) = Service::examine(path.as_deref(), environment(), options);
    let rules = load(folder, &mut problems);
    let shadow = service.as_ref().and_then(|service| service.shadow.as_ref()).map(|shadow| load(&shadow.config, &mut problems));
    let silences = service.as_ref().and_then(|service| load_silences(folder, &silences_file(service, folder), &mut problems));
    let shadow_fails = matches!(shadow, Some(None));
    if let Some(service) = service.as_ref().filter(|_| !problems.has_errors()) {
        let spot = Spot::whole(path_of_settings(path.as_deref()));
        problems.extend(kafka::examine(service).iter().map(|refusal| Problem::error(&spot, refusal.to_string())));
        problems.extend(service.ops.token().err().map(|error| Problem::error(&spot, format!("ops.token_file: {error}"))));
    }
    if let (Some(service), Some(rules)) = (&service, &rules)
        && service.topics.handoff.is_none()
        && rules.rules.finds_handoffs()
    {
        let spot = Spot::whole(path_of_settings(path.as_deref()));
        let problem = Problem::error(&spot, "the list of parties names senders of hand-offs, and there is no topic for hand-offs");
        problems.push(problem.hint("write `enabled = true` under [handoff], or take the senders out of the list"));
    }
    if let (Some(service), Some(rules)) = (&service, &rules)
        && service.topics.outages.is_some()
        && rules.rules.outages.is_none()
    {
        let spot = Spot::whole(path_of_settings(path.as_deref()));
        let problem = Problem::error(&spot, "[outages] is on, and the rules say nothing of outages: none would ever be told of");
        problems.push(problem.hint("write [outages] into rules.toml, or `on = false` under [outages] here"));
    }
    let prepared = match (service, rules, silences) {
        (Some(service), Some(rules), Some(silences)) if !problems.has_errors() && !shadow_fails => {
            Some(Prepared { service, rules, shadow: shadow.flatten(), silences })
        }
        _ => None,
    };
    (prepared, problems)
}

/// Where the silences stand: `silences.toml` in `folder` unless the settings name another file. It may be absent.
pub(super) fn silences_file(service: &Service, folder: &Path) -> PathBuf {
    service.silences.file.clone().unwrap_or_else(|| folder.join("silences.toml"))
}

fn load_silences(folder: &Path, file: &Path, problems: &mut Problems) -> Option<(Silences, Watch)> {
    let beside = file.parent().unwrap_or(folder);
    let watch = Watch::new(beside, Fingerprint::of(beside));
    let reporter = Reporter::default();
    let silences = rules::silences(folder, file, &reporter);
    problems.extend(reporter.into_problems());
    silences.map(|silences| (silences, watch))
}

/// How messages name the document at `path`.
fn path_of_settings(path: Option<&Path>) -> String {
    path.map_or_else(|| "triage.toml".to_owned(), |path| path.display().to_string())
}

fn load(folder: &Path, problems: &mut Problems) -> Option<Loaded> {
    let watch = Watch::new(folder, Fingerprint::of(folder));
    let reporter = Reporter::default();
    let rules = rules::compile(folder, &reporter);
    problems.extend(reporter.into_problems());
    rules.map(|rules| Loaded { rules, watch })
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal.exit_code() {
            78 => Exit::Configuration,
            77 => Exit::Refused,
            _ => Exit::Unavailable,
        };
        Stop::Because(exit, refusal.to_string())
    }
}
