//! `triage.toml`: what the operator of the program decides. Brokers, topics, how it runs, what it writes.
//!
//! Options beat environment variables (`TRIAGE_A__B` for key `b` of section `a`), these beat the file, the file beats
//! the defaults. The document may hold passwords: problems never show its lines.

mod ingest;
mod kafka;
mod ops;
mod reload;
mod run;

/// `[handoff]`: whether hand-offs are written (`enabled`, by default not).
fn reads_handoffs(table: Table<'_>) -> bool {
    let enabled = table.optional("enabled").bool().unwrap_or(false);
    table.finish();
    enabled
}

#[cfg(test)]
mod tests;
mod topics;

use std::path::Path;

pub use self::ingest::{DeadLetterLimit, Ingest};
pub use self::kafka::{Kafka, Mechanism, Protocol, Secret, Security};
pub use self::ops::Ops;
pub use self::reload::{Guard, Reload, Shadow, Silences};
pub use self::run::{CatchUp, LogFormat, Output, OutputText, Run, Stages, Start};
pub use self::topics::{OutageTopics, Retention, Topics};
use super::reader::{Document, Overrides, Source, Table};
use crate::problem::{Problems, Reporter};

/// The settings of the program, complete with defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// `[kafka]`: how to reach the brokers.
    pub kafka: Kafka,
    /// `[topics]`: their names and how they are created.
    pub topics: Topics,
    /// `[ingest]`: how feeds are read.
    pub ingest: Ingest,
    /// `[run]`: how the program runs.
    pub run: Run,
    /// `[ops]`: where it answers those who watch it.
    pub ops: Ops,
    /// `[output]`: what is written.
    pub output: Output,
    /// `[reload]`: how new rules come into use.
    pub reload: Reload,
    /// `[shadow]`: rules that are only tried.
    pub shadow: Option<Shadow>,
    /// `[silences]`: what team leaders are not to be told of for a while.
    pub silences: Silences,
    /// What is odd but no reason to refuse the settings.
    pub warnings: Problems,
}

impl Service {
    /// Reads the document at `path` (`None`: defaults only) and puts the variables of `env` and, above them, `options`
    /// (dotted key and text, such as `run.lanes` and `4`) in place of its values. Lists are separated by commas there,
    /// and an empty variable counts as absent. Gives everything that is wrong if anything makes the settings unusable.
    pub fn load(
        path: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
        options: &[(String, String)],
    ) -> Result<Service, Problems> {
        let (service, problems) = Service::examine(path, env, options);
        match service {
            Some(service) if !problems.has_errors() => Ok(Service { warnings: problems, ..service }),
            _ => Err(problems),
        }
    }

    /// Returns the same with everything that is wrong or odd beside them: with an error in them the settings, as far as
    /// they can be read, are good for nothing but to look for more.
    pub fn examine(
        path: Option<&Path>,
        env: impl Iterator<Item = (String, String)>,
        options: &[(String, String)],
    ) -> (Option<Service>, Problems) {
        let reporter = Reporter::default();
        let source = match path {
            Some(path) => Source::read_confidential(path, &reporter),
            None => Some(Source::new("triage.toml", "")),
        };
        let service = source.map(|source| Service::read(&source, Overrides::new(env, options), &reporter));
        (service, reporter.into_problems())
    }

    /// The settings in `source`; what is wrong is reported and has its default.
    fn read(source: &Source, overrides: Overrides, reporter: &Reporter) -> Service {
        let document = Document::parse_with(source, overrides, reporter);
        let root = document.root();
        let shadow = Shadow::read(root.section("shadow"));
        let outages = read_outages(root.section("outages"));
        let handoff = reads_handoffs(root.section("handoff"));
        let service = Service {
            kafka: Kafka::read(root.section("kafka")),
            topics: Topics::read(root.section("topics"), shadow.is_some(), outages, handoff),
            ingest: Ingest::read(root.section("ingest")),
            run: Run::read(root.section("run")),
            ops: Ops::read(root.section("ops")),
            output: Output::read(root.section("output")),
            reload: Reload::read(root.section("reload")),
            shadow,
            silences: Silences::read(root.section("silences")),
            warnings: Problems::default(),
        };
        root.finish();
        document.finish_overrides();
        service
    }
}

/// `[outages]`: whether the stage of that name runs; by default not.
fn read_outages(table: Table<'_>) -> bool {
    let on = table.optional("on").bool().unwrap_or(false);
    table.finish();
    on
}
