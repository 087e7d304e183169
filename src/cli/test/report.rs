//! Failed rule tests for people: expected against actual, and why it was decided so.

use std::fmt;

use anstyle::{AnsiColor, Style};

use super::outcome::{Failure, Outcome, Results};
use crate::cli::reason::{printable, shortened};

const BAD: Style = AnsiColor::Red.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// One block for each failed test, and the counts in the last line.
impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for test in self.tests.iter().filter(|test| !test.failures.is_empty()) {
            writeln!(f, "{test}")?;
        }
        let style = if self.failed == 0 { GOOD } else { BAD };
        writeln!(f, "{style}{} passed, {} failed{style:#}", self.passed, self.failed)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{BAD}FAILED{BAD:#} {} {FAINT}({}){FAINT:#}", self.name, self.at)?;
        for (title, text) in [("clause", &self.clause), ("why", &self.why)] {
            if let Some(text) = text {
                writeln!(f, "  {title:<8}{text}")?;
            }
        }
        self.failures.iter().try_for_each(|failure| failure.fmt(f))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { number, at, text, mismatches, because } = self;
        writeln!(f, "  post {number} \"{}\" {FAINT}({at}){FAINT:#}", printable(&shortened(text)))?;
        for mismatch in mismatches {
            writeln!(f, "    {:<12}expected {GOOD}{}{GOOD:#}", mismatch.key, mismatch.expected)?;
            writeln!(f, "    {:<12}but was  {BAD}{}{BAD:#}", "", mismatch.actual)?;
        }
        for (reason, title) in because.iter().zip(["because"].into_iter().chain(std::iter::repeat(""))) {
            writeln!(f, "    {title:<12}{reason}")?;
        }
        Ok(())
    }
}
