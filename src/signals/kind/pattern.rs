//! A regular expression on the text as written, for what words cannot say.
//!
//! ASCII classes over bytes: Unicode word boundaries are a hundred times slower on a text with one emoji.

use regex::bytes::{Regex, RegexBuilder};

use crate::config::reader::Table;
use crate::problem::{Problem, Reporter, Spotted};
use crate::signals::agenda::Awaits;
use crate::signals::needs::Needs;
use crate::signals::{Findings, History, Measure, Place, Scope, View, What};
use crate::text::Span;

/// A signal over one regular expression.
#[derive(Debug)]
pub struct Pattern {
    /// Compiled with `unicode(false)` and a bounded size.
    pub regex: Regex,
    /// What a text must have for it to match.
    needs: Needs,
}

impl Pattern {
    pub(super) fn awaits(&self) -> Awaits<'_> {
        Awaits::Text(&self.needs)
    }

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
    /// Reads `regex`; `None` if it is none or too large, which is reported.
    pub fn compile(table: &Table<'_>, _: &mut Scope<'_, '_>) -> Option<Self> {
        let written = table.required("regex").spotted_string()?;
        let regex = compiled(&written, table.reporter())?;
        Some(Pattern { regex, needs: Needs::of(&written.value) })
    }
}

/// Returns the expression that is written; `None` if it is none or too large, which is reported.
pub fn compiled(written: &Spotted<String>, reporter: &Reporter) -> Option<Regex> {
    match build(&written.value) {
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

fn build(written: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(written).unicode(false).size_limit(MAX_SIZE).dfa_size_limit(MAX_SIZE).build()
}
