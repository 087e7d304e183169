//! A regular expression on the text as written, for what words cannot say: `2/4` at the head of a post.
//!
//! ASCII classes over bytes: Unicode word boundaries are a hundred times slower on a text with one emoji.

use regex::bytes::{Regex, RegexBuilder};

use crate::config::reader::Table;
use crate::problem::{Problem, Reporter, Spotted};
use crate::signals::{Findings, History, Measure, Place, Scope, View, What};
use crate::text::Span;

/// A signal over one regular expression.
#[derive(Debug)]
pub struct Pattern {
    /// Compiled with `unicode(false)` and a bounded size.
    pub regex: Regex,
}

impl Pattern {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let text: &str = &view.post.text;
        let Some(found) = self.regex.find(text.as_bytes()) else { return Measure::one(false) };
        let place = Place::Text(Span::of_bytes(text, found.range()));
        findings.note(What::Fact("pattern"), place);
        Measure::one(true)
    }
}

/// Largest compiled expression, in bytes.
const MAX_SIZE: usize = 256 * 1024;

impl Pattern {
    /// Reads `regex`.
    pub fn compile(table: &Table<'_>, _: &mut Scope<'_, '_>) -> Option<Self> {
        let written = table.required("regex").spotted_string()?;
        compiled(&written, table.reporter()).map(|regex| Pattern { regex })
    }
}

/// The expression that is written, if it can be used.
pub fn compiled(written: &Spotted<String>, reporter: &Reporter) -> Option<Regex> {
    match RegexBuilder::new(&written.value).unicode(false).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build() {
        Ok(regex) => Some(regex),
        Err(regex::Error::CompiledTooBig(_)) => {
            let problem = Problem::error(&written.spot, format!("the expression needs more than {} KiB", MAX_SIZE / 1024));
            reporter.report(problem.hint("repeat less, or use a list of phrases"));
            None
        }
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            reporter.error(&written.spot, format!("the expression cannot be read: {reason}"));
            None
        }
    }
}
