//! What the rule tests showed, for people and for programs.

use serde::Serialize;

use super::document::{RuleTest, Step};
use super::expected::Mismatch;
use super::look::Look;
use crate::cli::reason;
use crate::post::Input;
use crate::problem::Spot;
use crate::record::Output;

/// All tests that ran.
#[derive(Debug, Serialize)]
pub struct Results {
    pub passed: usize,
    /// Tests that are not.
    pub failed: usize,
    /// Each test.
    pub tests: Vec<TestResult>,
}

#[derive(Debug, Serialize)]
pub struct TestResult {
    /// Its name.
    pub name: String,
    pub at: Spot,
    /// The sentence that it stands for.
    pub clause: Option<String>,
    /// Why the expectations are right.
    pub why: Option<String>,
    /// Posts that are not as expected.
    pub failures: Vec<Failure>,
}

/// A post or case event that is not as expected.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// Its number in the test, from 1.
    pub number: usize,
    /// Where it is written.
    pub at: Spot,
    /// Its text, or the name of the event.
    pub text: String,
    /// What is not as expected.
    pub mismatches: Vec<Mismatch>,
    /// The evidence for what was decided instead.
    pub because: Vec<String>,
}

impl Results {
    /// Counts `tests`.
    pub fn of(tests: Vec<TestResult>) -> Self {
        let failed = tests.iter().filter(|test| !test.failures.is_empty()).count();
        Results { passed: tests.len() - failed, failed, tests }
    }
}

impl TestResult {
    /// The outcome of `test`.
    pub fn new(test: &RuleTest, failures: Vec<Failure>) -> Self {
        TestResult { name: test.name.clone(), at: test.spot.clone(), clause: test.clause.clone(), why: test.why.clone(), failures }
    }
}

impl Failure {
    /// Says that `step` is not as expected.
    pub fn new(step: &Step, mismatches: Vec<Mismatch>, outputs: &[Output<'_>]) -> Self {
        let verdict = outputs.first().and_then(Output::verdict);
        let evidence = verdict.map(|verdict| verdict.evidence.as_slice()).unwrap_or_default();
        let text = match &step.recorded.input {
            Input::Post(post) => post.text.to_string(),
            Input::CaseEvent(event) => event.event.name().to_owned(),
        };
        let mut because: Vec<String> = Vec::new();
        for line in evidence.iter().filter(|piece| piece.met).map(reason::line) {
            if !because.contains(&line) {
                because.push(line);
            }
        }
        Failure { number: step.number, at: step.spot.clone(), text, mismatches, because }
    }

    /// Says that `look` is not as expected.
    pub fn of_look(look: &Look, mismatches: Vec<Mismatch>) -> Self {
        let text = "a look at the clock".to_owned();
        Failure { number: look.number, at: look.spot.clone(), text, mismatches, because: Vec::new() }
    }
}
