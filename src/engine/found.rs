//! What the signals said of the post that was judged last, helpers and unmet ones included: for tools that compare rule
//! sets, count phrases or learn weights.
//!
//! Reads what [`super::step`] has left in the [`Workspace`]; decides nothing.

use super::workspace::{Workspace, view};
use crate::post::{Millis, Post};
use crate::rules::Rules;
use crate::signals::{Evidence, Findings, Kind, Obstacle, SignalId, Trace, View, What, of_trace};
use crate::text::EntryId;

/// One thing that a signal found.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece<'a> {
    /// The entry of a lexicon, if it is one.
    pub entry: Option<EntryId>,
    /// The signal that was counted in, for a signal that adds up others.
    pub counted: Option<SignalId>,
    /// It was measured and stands nowhere: the entry is the name of a fact.
    pub measured: bool,
    /// What it contributes: points of a score, 1 elsewhere.
    pub weight: f32,
    /// The same in the form that people read; with quotations, whatever the records show.
    pub evidence: Evidence<'a>,
}

impl Workspace {
    /// Returns what the signals said; `None` if the last post was skipped unread.
    pub fn findings(&self) -> Option<&Findings> {
        Some(&self.findings).filter(|findings| !findings.is_empty())
    }

    /// Returns the entries of lexicons that stand in the text, whether a signal counts them or not, and those in the profile
    /// that profile signals look for.
    pub fn entries(&self) -> impl Iterator<Item = EntryId> {
        self.reading.hits.iter().chain(&self.reading.profile_hits).map(|hit| hit.entry)
    }

    /// Returns what signal `id` found in `post`, which must be the one that was judged last.
    pub fn pieces<'a>(&'a self, rules: &'a Rules, post: &'a Post<'a>, id: SignalId) -> impl Iterator<Item = Piece<'a>> {
        let view = self.view(rules, post);
        self.findings.traces(id).iter().map(move |trace| piece(trace, id, rules, &view, &self.findings))
    }

    /// Returns why entries that stand in `post`, which must be the one that was judged last, do not count for signal
    /// `id`.
    pub fn obstacles(&self, rules: &Rules, post: &Post<'_>, id: SignalId) -> Vec<Obstacle> {
        let Kind::Phrases(phrases) = &rules.signal(id).kind else { return Vec::new() };
        phrases.obstacles(&self.view(rules, post), &self.findings, |id| rules.signal(id).name.as_str())
    }

    fn view<'a>(&'a self, rules: &'a Rules, post: &'a Post<'a>) -> View<'a, 'a> {
        view((&self.reading, &self.by_group, &self.accounts), rules, post, Millis::default(), true)
    }
}

fn piece<'a>(trace: &Trace, id: SignalId, rules: &'a Rules, view: &View<'_, 'a>, findings: &Findings) -> Piece<'a> {
    let entry = if let What::Entry(entry) | What::ProfileEntry(entry) = trace.what { Some(entry) } else { None };
    let counted = if let What::Signal(signal) = trace.what { Some(signal) } else { None };
    let evidence = of_trace(trace, id, &rules.signal(id).name, view, findings);
    Piece { entry, counted, measured: matches!(trace.what, What::Fact(_)), weight: trace.weight, evidence }
}
