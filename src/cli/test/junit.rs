//! The results as JUnit XML, which build servers read: a suite for each file, a case for each test.
//!
//! A case has one failure, however many of its posts are not as expected: most servers show no second one.

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::outcome::{Failure, Results, TestResult};

/// Returns the document; an error only where memory cannot be written to.
pub fn document(results: &Results) -> Result<String, SerializeError> {
    let mut report = Report::unnamed();
    report.add_test_suites(results.tests.chunk_by(|a, b| a.at.file == b.at.file).map(suite));
    report.to_string()
}

fn suite(tests: &[TestResult]) -> TestSuite {
    let mut suite = TestSuite::new(tests.first().map_or("", |test| &*test.at.file));
    suite.add_test_cases(tests.iter().map(case));
    suite
}

fn case(test: &TestResult) -> TestCase {
    let mut status = TestCaseStatus::success();
    if let Some(first) = test.failures.first() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let all: Vec<String> = test.failures.iter().map(explained).collect();
        status.set_message(headline(first)).set_description(all.join("\n"));
    }
    let mut case = TestCase::new(test.name.as_str(), status);
    case.set_classname(&*test.at.file);
    case.extra.insert("file".into(), (&*test.at.file).into());
    case.extra.insert("line".into(), test.at.line.to_string().into());
    case
}

fn headline(failure: &Failure) -> String {
    format!("post {} ({}) is not as expected", failure.number, failure.at)
}

fn explained(failure: &Failure) -> String {
    let mismatches = failure.mismatches.iter();
    let lines = mismatches.map(|mismatch| format!("{}: expected {}, was {}", mismatch.key, mismatch.expected, mismatch.actual));
    let because = failure.because.iter().map(|reason| format!("because {reason}"));
    std::iter::once(headline(failure)).chain(lines).chain(because).collect::<Vec<_>>().join("\n")
}
