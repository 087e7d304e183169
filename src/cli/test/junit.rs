//! The results as JUnit XML, which build servers read: a suite for each file, a case for each test.

use super::outcome::{Failure, Results, TestResult};

pub fn document(results: &Results) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!("<testsuites tests=\"{}\" failures=\"{}\">\n", results.passed + results.failed, results.failed));
    for suite in results.tests.chunk_by(|a, b| a.at.file == b.at.file) {
        let failed = suite.iter().filter(|test| !test.failures.is_empty()).count();
        let name = suite.first().map(|test| escaped(&test.at.file)).unwrap_or_default();
        out.push_str(&format!("  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{failed}\">\n", suite.len()));
        suite.iter().for_each(|test| out.push_str(&case(test)));
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn case(test: &TestResult) -> String {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(&test.at.file),
        escaped(&test.name),
        escaped(&test.at.file),
        test.at.line
    );
    if test.failures.is_empty() {
        return format!("{head}/>\n");
    }
    let failures: String = test.failures.iter().map(failure).collect();
    format!("{head}>\n{failures}    </testcase>\n")
}

fn failure(failure: &Failure) -> String {
    let lines =
        failure.mismatches.iter().map(|mismatch| format!("{}: expected {}, was {}", mismatch.key, mismatch.expected, mismatch.actual));
    let lines: Vec<String> = lines.chain(failure.because.iter().map(|reason| format!("because {reason}"))).collect();
    let message = format!("post {} ({}) is not as expected", failure.number, failure.at);
    format!("      <failure message=\"{}\">{}</failure>\n", escaped(&message), escaped(&lines.join("\n")))
}

/// Characters that XML cannot hold are replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(symbol),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ if symbol.is_control() => out.push('\u{fffd}'),
            _ => out.push(symbol),
        }
    }
    out
}
