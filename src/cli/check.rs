//! `triage check`: read everything as `run` does, report every mistake and whatever is odd.

use super::page::{self, Page, say};
use super::settings::{self, Prepared};
use super::{ConfigFolder, Exit, Format, Stop, count};
use crate::problem::{Problems, Reporter};
use crate::rules;

/// Reads rules and settings as start-up and reload do, `triage.toml`, the environment (`TRIAGE_A__B`) and the rules in
/// `[shadow]` included, and reports every mistake at once, with file, line and column. No broker is asked.
#[derive(Debug, clap::Args)]
pub struct Check {
    #[command(flatten)]
    config: ConfigFolder,
    /// Warnings are findings too (exit code 1)
    #[arg(long)]
    deny_warnings: bool,
    /// How the problems are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Check {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let (prepared, mut problems) = settings::prepare(&self.config, &[]);
        if let Some(prepared) = &prepared {
            let reporter = Reporter::default();
            rules::lint(&prepared.rules.rules, &reporter);
            problems.extend(reporter.into_problems());
        }
        let warnings = problems.len() - problems.errors();
        match self.format {
            Format::Json => page::json(&problems),
            Format::Human => self.show(prepared.as_ref(), &problems),
        }
        Ok(match prepared {
            None => Exit::Configuration,
            Some(_) if self.deny_warnings && warnings > 0 => Exit::Findings,
            Some(_) => Exit::Ok,
        })
    }

    fn show(&self, prepared: Option<&Prepared>, problems: &Problems) {
        Page::of(problems.render()).show();
        let folder = self.config.folder.display();
        let (errors, warnings) = (count(problems.errors(), "error"), count(problems.len() - problems.errors(), "warning"));
        let Some(Prepared { rules, .. }) = prepared else { return say!("{folder}: {errors}, {warnings}") };
        let rules = &rules.rules;
        let (signals, conditions, classes) = (rules.signals.len(), rules.conditions.len(), rules.classes.len());
        let (phrases, hash) = (rules.book.len(), &rules.hash);
        say!("{folder}: ok, {signals} signals, {conditions} conditions, {classes} classes, {phrases} phrases, hash {hash} ({warnings})");
    }
}
