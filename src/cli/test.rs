//! `triage test`: the rule tests that a configuration carries, run through the production step.
//!
//! Each test begins with an empty state and has its own time; nothing here decides anything about a post.

mod document;
mod expected;
mod outcome;
mod post;
mod report;
#[cfg(test)]
mod tests;

use self::document::RuleTest;
use self::expected::Seen;
use self::outcome::{Failure, Outcome, Results};
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
        match self.format {
            Format::Json => anstream::println!("{}", serde_json::to_string_pretty(&results).unwrap_or_default()),
            Format::Human => anstream::print!("{results}"),
        }
        Ok(if results.failed == 0 { Exit::Ok } else { Exit::Findings })
    }
}

/// Runs one test from an empty state.
fn run_one(rules: &mut Rules, test: &RuleTest) -> Outcome {
    rules.with_quiz_posts(&test.quiz_posts);
    let mut replay = Replay::default();
    let mut failures = Vec::new();
    for (number, step) in (1..).zip(&test.steps) {
        let outputs = replay.step(rules, &step.recorded);
        let mismatches = step.expected.compare(&Seen::of(&outputs));
        if !mismatches.is_empty() {
            failures.push(Failure::new(number, step, mismatches, &outputs));
        }
    }
    Outcome::new(test, failures)
}
