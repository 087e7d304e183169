//! The buffers in which a post is worked on, and what is left in them for whoever explains the verdict.

use crate::author::HistoryBuffer;
use crate::post::{Millis, Post};
use crate::rules::Rules;
use crate::signals::Account;
use crate::signals::{Findings, View};
use crate::text::{Facts, Reading};
use crate::verdict::Classification;

/// Buffers that one post leaves to the next.
#[derive(Debug, Default)]
pub struct Workspace {
    pub(super) reading: Reading,
    pub(super) accounts: Vec<Account>,
    pub(super) history: HistoryBuffer,
    pub(super) findings: Findings,
    pub(super) classification: Option<Classification>,
    forgotten_early: u64,
}

impl Workspace {
    /// Replaces what was read by what `post` says.
    pub(super) fn read(&mut self, rules: &Rules, post: &Post<'_>) {
        self.reading.read(post, rules.reads_profiles, &rules.vocabulary, &rules.acronyms, &rules.book);
        Account::find_all(post, &self.reading.facts, &rules.own, &mut self.accounts);
    }

    /// Counts a post or case event that had to be forgotten before its time, if `forgot`.
    pub(super) fn note_forgotten(&mut self, forgot: bool) {
        self.forgotten_early += u64::from(forgot);
    }

    /// How many were since this was asked last.
    pub fn take_forgotten(&mut self) -> u64 {
        std::mem::take(&mut self.forgotten_early)
    }

    /// Nothing has been judged yet.
    pub fn forget(&mut self) {
        self.classification = None;
        self.findings.reset(0);
    }

    /// The classification on the post judged last, if it was asked for (`every_condition`).
    pub fn classification(&self) -> Option<&Classification> {
        self.classification.as_ref()
    }

    /// Facts about the text of the post judged last.
    pub fn facts(&self) -> &Facts {
        &self.reading.facts
    }
}

/// All that signals may look at of a post that was read.
pub(super) fn view<'v, 'a>(
    reading: &'v Reading,
    accounts: &'v [Account],
    rules: &'a Rules,
    post: &'a Post<'a>,
    written_at: Millis,
    quotes: bool,
) -> View<'v, 'a> {
    View {
        post,
        facts: &reading.facts,
        hits: &reading.hits,
        groups: &reading.groups,
        accounts,
        profile_hits: &reading.profile_hits,
        book: &rules.book,
        own: &rules.own,
        party: rules.handoffs.parties.of(post),
        styled_letters: rules.styled_letters,
        written_at,
        quotes,
    }
}
