//! `triage test`: the rule tests that a configuration carries, run through the production step.
//!
//! Each test begins with an empty state and has its own time; nothing here decides anything about a post.

mod coverage;
mod document;
mod expected;
mod junit;
mod look;
mod mutate;
mod occurrence;
mod outcome;
mod post;
mod report;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use self::document::RuleTest;
use self::expected::Seen;
use self::outcome::{Failure, Results, TestResult};
use super::page::{self, Page};
use super::{ConfigFolder, Exit, Format, Stop};
use crate::problem::Reporter;
use crate::replay::Replay;
use crate::rules::{self, Rules};

/// Runs the tests in DIR/tests: posts as an analyst pastes them, and what must be decided about them.
#[derive(Debug, clap::Args)]
pub struct Test {
    #[command(flatten)]
    config: ConfigFolder,
    /// Only tests whose name or file contains TEXT, in upper or lower case
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Write the results to FILE too, as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Say which signals, conditions, classes, thresholds and phrases no test exercises
    #[arg(long, conflicts_with = "mutate")]
    coverage: bool,
    /// Change the rules in many small ways and say which changes no test notices; KINDS, separated by commas, are all
    /// if not given
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',', num_args = 0.., require_equals = true)]
    mutate: Option<Vec<mutate::Sort>>,
    /// Findings of one kind that are listed
    #[arg(long, value_name = "N", default_value_t = 20)]
    list: usize,
    /// How the results are printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Test {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let reporter = Reporter::default();
        let Some(mut rules) = rules::compile(&self.config.folder, &reporter) else {
            return Err(Stop::Configuration(reporter.into_problems()));
        };
        let mut tests = document::read_all(&self.config.folder.join("tests"), &rules, &reporter);
        if reporter.has_errors() {
            return Err(Stop::Configuration(reporter.into_problems()));
        }
        if let Some(text) = &self.filter {
            tests.retain(|test| test.is_called(text));
            if tests.is_empty() {
                return Err(Stop::usage(format!("no test has \"{text}\" in its name or file; leave --filter away to run all")));
            }
        }
        let results = Results::of(tests.iter().map(|test| run_one(&mut rules, test)).collect());
        if let Some(file) = &self.junit {
            let document = junit::document(&results).map_err(std::io::Error::other);
            document
                .and_then(|document| fs_err::write(file, document))
                .map_err(|error| Stop::usage(format!("the results cannot be written: {error}")))?;
        }
        if self.coverage && results.failed == 0 {
            return Ok(self.cover(&mut rules, &tests));
        }
        if let (Some(sorts), 0) = (&self.mutate, results.failed) {
            return Ok(self.survey(sorts, &rules, &tests));
        }
        match self.format {
            Format::Json => page::json(&results),
            Format::Human => results.page().show(),
        }
        Ok(if results.failed == 0 { Exit::Ok } else { Exit::Findings })
    }

    /// Says what the tests do not exercise.
    fn cover(&self, rules: &mut Rules, tests: &[RuleTest]) -> Exit {
        let coverage = coverage::of(rules, tests);
        match self.format {
            Format::Json => page::json(&coverage),
            Format::Human => Page::of(coverage.render(self.list)).show(),
        }
        if coverage.is_complete() { Exit::Ok } else { Exit::Findings }
    }

    /// Changes the rules and says which changes are not noticed.
    fn survey(&self, sorts: &[mutate::Sort], rules: &Rules, tests: &[RuleTest]) -> Exit {
        let sorts = if sorts.is_empty() { &mutate::Sort::ALL } else { sorts };
        let survey = mutate::survey(&self.config.folder, rules, tests, sorts);
        match self.format {
            Format::Json => page::json(&survey),
            Format::Human => Page::of(survey.render(self.list)).show(),
        }
        if survey.is_clean() { Exit::Ok } else { Exit::Findings }
    }
}

/// Runs one test from an empty state.
fn run_one(rules: &mut Rules, test: &RuleTest) -> TestResult {
    test.lend_to(rules);
    let rules = &*rules;
    let mut replay = Replay::default();
    replay.every_condition = true;
    let mut failures = Vec::new();
    for step in &test.steps {
        let outputs = replay.step(rules, &step.recorded);
        let mismatches = step.expected.compare(&Seen::of(&outputs, rules, replay.workspace()));
        if !mismatches.is_empty() {
            failures.push(Failure::new(step, mismatches, &outputs));
        }
        for look in &step.looks {
            let mismatches = look.run(&mut replay, rules);
            if !mismatches.is_empty() {
                failures.push(Failure::of_look(look, mismatches));
            }
        }
    }
    TestResult::new(test, failures)
}
