//! A regular expression on the text as written, for what words cannot say: `2/4` at the head of a post.
//!
//! ASCII classes over bytes: Unicode word boundaries are a hundred times slower on a text with one emoji.

use regex::bytes::Regex;

use super::{Findings, Place, Trace, View, What};
use crate::text::Span;

/// A signal over one regular expression.
#[derive(Debug)]
pub struct Pattern {
    /// Compiled with `unicode(false)` and a bounded size.
    pub regex: Regex,
}

impl Pattern {
    pub(super) fn evaluate(&self, view: &View<'_>, findings: &mut Findings) -> (bool, f32, f32) {
        let text: &str = &view.post.text;
        let Some(found) = self.regex.find(text.as_bytes()) else { return (false, 0.0, 1.0) };
        let characters = |bytes: usize| u32::try_from(text.get(..bytes).map_or(0, |before| before.chars().count())).unwrap_or(u32::MAX);
        let span = Span { start: characters(found.start()), end: characters(found.end()) };
        findings.traces.push(Trace { what: What::Fact("pattern"), place: Place::Text(span), weight: 1.0 });
        (true, 1.0, 1.0)
    }
}
