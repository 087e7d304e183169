//! Hashtags: those on a list, in the text or in the record's own list.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::problem::Problem;
use crate::signals::{Findings, History, Measure, Place, Scope, View, What};

/// A signal over hashtags.
#[derive(Debug)]
pub struct Hashtags {
    /// Whole tags, in lower case.
    pub tags: FxHashSet<Box<str>>,
    /// Beginnings of tags, in lower case.
    pub prefixes: Vec<Box<str>>,
}

impl Hashtags {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let mut seen: FxHashSet<Cow<'_, str>> = FxHashSet::default();
        for (number, tag) in (0..).zip(&view.facts.tags) {
            if self.counts(&tag.name) && seen.insert(tag.name.as_str().into()) {
                findings.note(What::Tag(number), Place::Text(tag.span));
            }
        }
        for (number, tag) in (0..).zip(&view.post.hashtags) {
            let tag = tag.trim_start_matches('#').to_lowercase();
            if self.counts(&tag) && seen.insert(tag.into()) {
                findings.note(What::RecordTag(number), Place::Elsewhere);
            }
        }
        Measure::counting(seen.len(), 1)
    }

    fn counts(&self, tag: &str) -> bool {
        self.tags.contains(tag) || self.prefixes.iter().any(|prefix| tag.starts_with(&**prefix))
    }
}

impl Hashtags {
    /// Reads lists by `file`, `groups`, `files`.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let groups = scope.lexicons.groups(table, |weight| !matches!(weight, Weight::Off | Weight::Exclude));
        let entries = groups.iter().flat_map(|group| group.entries.iter());
        let named: Vec<&str> = entries.filter_map(|entry| entry.value.strip_prefix("tag:")).collect();
        if named.is_empty() && !groups.is_empty() {
            scope.reporter.report(Problem::error(&table.spot(), "no tag is named").hint("name groups with `tag:` entries"));
        }
        let (prefixes, whole): (Vec<String>, Vec<String>) =
            named.into_iter().map(|tag| tag.trim_start_matches('#').to_lowercase()).partition(|tag| tag.ends_with('*'));
        Some(Hashtags {
            tags: whole.into_iter().map(Into::into).collect(),
            prefixes: prefixes.iter().map(|prefix| prefix.trim_end_matches('*').into()).collect(),
        })
    }
}
