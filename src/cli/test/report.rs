//! Failed rule tests for people: expected against actual, and why it was decided so.

use anstyle::{AnsiColor, Style};

use super::outcome::{Failure, Results, TestResult};
use crate::cli::page::{Page, one_line};
use crate::cli::reason::shortened;

const BAD: Style = AnsiColor::Red.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

impl Results {
    /// Returns one block for each failed test, and the counts in the last line.
    pub fn page(&self) -> Page {
        let mut page = Page::default();
        for test in self.tests.iter().filter(|test| !test.failures.is_empty()) {
            test.write(&mut page);
            writeln!(page);
        }
        let style = if self.failed == 0 { GOOD } else { BAD };
        page.styled(style, format_args!("{} passed, {} failed", self.passed, self.failed));
        writeln!(page);
        page
    }
}

impl TestResult {
    fn write(&self, page: &mut Page) {
        page.styled(BAD, format_args!("FAILED"));
        write!(page, " {} ", one_line(&self.name));
        page.styled(FAINT, format_args!("({})", self.at));
        writeln!(page);
        for (title, text) in [("clause", &self.clause), ("why", &self.why)] {
            if let Some(text) = text {
                writeln!(page, "  {title:<8}{text}");
            }
        }
        self.failures.iter().for_each(|failure| failure.write(page));
    }
}

impl Failure {
    fn write(&self, page: &mut Page) {
        let Failure { number, at, text, mismatches, because } = self;
        write!(page, "  post {number} \"{}\" ", one_line(&shortened(text)));
        page.styled(FAINT, format_args!("({at})"));
        writeln!(page);
        for mismatch in mismatches {
            for (key, was, style, value) in [(mismatch.key, "expected", GOOD, &mismatch.expected), ("", "but was ", BAD, &mismatch.actual)]
            {
                write!(page, "    {key:<12}{was} ");
                page.styled(style, format_args!("{value}"));
                writeln!(page);
            }
        }
        for (reason, title) in because.iter().zip(["because"].into_iter().chain(std::iter::repeat(""))) {
            writeln!(page, "    {title:<12}{reason}");
        }
    }
}
