//! `triage check`: compile the rules, report every mistake and whatever is odd.

use super::page::{self, Page, say};
use super::{ConfigFolder, Exit, Format, Stop, count};
use crate::problem::Reporter;
use crate::rules;

/// Compiles the rules as start-up and reload do and reports every mistake at once, with file, line and column.
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
        let reporter = Reporter::default();
        let rules = rules::compile(&self.config.folder, &reporter);
        rules.iter().for_each(|rules| rules::lint(rules, &reporter));
        let problems = reporter.into_problems();
        let warnings = problems.len() - problems.errors();
        match self.format {
            Format::Json => page::json(&problems),
            Format::Human => {
                Page::of(problems.render()).show();
                match &rules {
                    Some(rules) => say!(
                        "{}: ok, {} signals, {} conditions, {} classes, {} phrases, hash {} ({})",
                        self.config.folder.display(),
                        rules.signals.len(),
                        rules.conditions.len(),
                        rules.classes.len(),
                        rules.book.len(),
                        rules.hash,
                        count(warnings, "warning")
                    ),
                    None => say!(
                        "{}: {}, {}",
                        self.config.folder.display(),
                        count(problems.errors(), "error"),
                        count(warnings, "warning")
                    ),
                }
            }
        }
        Ok(match rules {
            None => Exit::Configuration,
            Some(_) if self.deny_warnings && warnings > 0 => Exit::Findings,
            Some(_) => Exit::Ok,
        })
    }
}
