//! Hashtags: those on a list, in the text or in the record's own list.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::problem::Problem;
use crate::signals::compiler::Compiler;
use crate::signals::{Findings, Place, Trace, View, What};

/// A signal over hashtags.
#[derive(Debug)]
pub struct Hashtags {
    /// Whole tags, in lower case.
    pub tags: FxHashSet<Box<str>>,
    /// Beginnings of tags, in lower case.
    pub prefixes: Vec<Box<str>>,
}

impl Hashtags {
    pub(in crate::signals) fn evaluate(&self, view: &View<'_, '_>, findings: &mut Findings) -> (bool, f32, f32) {
        let mut seen: FxHashSet<Cow<'_, str>> = FxHashSet::default();
        for (number, tag) in (0..).zip(&view.facts.tags) {
            if self.counts(&tag.name) && seen.insert(tag.name.as_str().into()) {
                findings.traces.push(Trace { what: What::Tag(number), place: Place::Text(tag.span), weight: 1.0 });
            }
        }
        for (number, tag) in (0..).zip(&view.post.hashtags) {
            let tag = tag.trim_start_matches('#').to_lowercase();
            if self.counts(&tag) && seen.insert(tag.into()) {
                findings.traces.push(Trace { what: What::RecordTag(number), place: Place::Elsewhere, weight: 1.0 });
            }
        }
        let count = u16::try_from(seen.len()).unwrap_or(u16::MAX);
        (count > 0, f32::from(count), 1.0)
    }

    fn counts(&self, tag: &str) -> bool {
        self.tags.contains(tag) || self.prefixes.iter().any(|prefix| tag.starts_with(&**prefix))
    }
}

impl Hashtags {
    /// Reads lists by `file`, `groups`, `files`.
    pub fn compile(table: &Table<'_>, compiler: &mut Compiler<'_>) -> Option<Self> {
        let groups = compiler.groups(table, |weight| !matches!(weight, Weight::Off | Weight::Exclude));
        let entries = groups.iter().flat_map(|group| group.entries.iter());
        let named: Vec<&str> = entries.filter_map(|entry| entry.value.strip_prefix("tag:")).collect();
        if named.is_empty() && !groups.is_empty() {
            compiler.reporter.report(Problem::error(&table.spot(), "no tag is named").hint("name groups with `tag:` entries"));
        }
        let (prefixes, whole): (Vec<String>, Vec<String>) =
            named.into_iter().map(|tag| tag.trim_start_matches('#').to_lowercase()).partition(|tag| tag.ends_with('*'));
        Some(Hashtags {
            tags: whole.into_iter().map(Into::into).collect(),
            prefixes: prefixes.iter().map(|prefix| prefix.trim_end_matches('*').into()).collect(),
        })
    }
}
