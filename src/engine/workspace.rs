//! The buffers in which a post is worked on, and what is left in them for whoever explains the verdict.

use crate::author::HistoryBuffer;
use crate::post::{Millis, Post};
use crate::rules::Rules;
use crate::signals::Account;
use crate::signals::{Findings, View};
use crate::text::{Facts, HitsByGroup, Reader, Reading};
use crate::verdict::Classification;

/// Buffers that one post leaves to the next.
#[derive(Debug, Default)]
pub struct Workspace {
    reader: Reader,
    pub(super) reading: Reading,
    /// That of the input of the next step, which was read ahead.
    expected: Option<Reading>,
    /// Of an earlier step, to be written over by whoever reads ahead.
    spare: Option<Reading>,
    /// The entries in its text by group. It is large, so there is one, whatever has been read ahead.
    pub(super) by_group: HitsByGroup,
    pub(super) accounts: Vec<Account>,
    pub(super) history: HistoryBuffer,
    pub(super) findings: Findings,
    pub(super) classification: Option<Classification>,
    /// Signals are looked at that can decide nothing.
    pub(super) moot_too: bool,
    forgotten_early: u64,
}

impl Workspace {
    /// Returns buffers for steps that look at signals too that can decide nothing about a post: verdicts are the same,
    /// [`Workspace::findings`] says more.
    pub fn with_moot() -> Self {
        Workspace { moot_too: true, ..Workspace::default() }
    }

    /// Takes `reading` for the input of the next step: a post that was read by the rules it will be judged by; `None`: it was
    /// not read.
    pub fn expect(&mut self, reading: Option<Reading>) {
        self.expected = reading;
    }

    /// Returns a reading that no step needs any more, to be written over: one after each step that expected one.
    pub fn take_spare(&mut self) -> Option<Reading> {
        self.spare.take()
    }

    /// Returns what was read ahead of the input of the step that begins.
    pub(super) fn take_expected(&mut self) -> Option<Reading> {
        self.expected.take()
    }

    /// Gives back what was read ahead of an input that is not to be read.
    pub(super) fn give_back(&mut self, expected: Option<Reading>) {
        self.spare = expected;
    }

    /// Makes what was read that of `post`: `expected`, or it is read now.
    pub(super) fn take_in(&mut self, rules: &Rules, post: &Post<'_>, expected: Option<Reading>) {
        match expected {
            Some(reading) => self.spare = Some(std::mem::replace(&mut self.reading, reading)),
            None => self.reader.read(post, rules.language(), &mut self.reading),
        }
        self.by_group.fill(&self.reading.hits);
        Account::find_all(post, &self.reading.facts, &rules.own, &mut self.accounts);
    }

    /// Counts a post or case event that had to be forgotten before its time, if `forgot`.
    pub(super) fn note_forgotten(&mut self, forgot: bool) {
        self.forgotten_early += u64::from(forgot);
    }

    /// Returns how many posts and case events were forgotten before their time since this was asked last.
    pub fn take_forgotten(&mut self) -> u64 {
        std::mem::take(&mut self.forgotten_early)
    }

    /// Forgets the post judged last: until the next one [`Workspace::findings`] and [`Workspace::classification`] are `None`.
    pub fn forget(&mut self) {
        self.classification = None;
        self.findings.reset(0);
    }

    /// Returns how the class of a post was found: of the last one that was read and asked for it (`every_condition`); `None`
    /// before.
    pub fn classification(&self) -> Option<&Classification> {
        self.classification.as_ref()
    }

    /// Returns the areas that the post judged last names, if it is a complaint and the rules know areas.
    pub fn complained_of<'r>(&self, rules: &'r Rules) -> Vec<&'r str> {
        let outages = rules.outages.as_ref().filter(|_| self.findings.met(rules.complaint));
        outages.map(|outages| outages.areas(&rules.book, &self.reading.hits)).unwrap_or_default()
    }

    /// Returns facts about the text of the post that was read last.
    pub fn facts(&self) -> &Facts {
        &self.reading.facts
    }
}

/// Returns all that signals may look at of a post that was read.
pub(super) fn view<'v, 'a>(
    (reading, by_group, accounts): (&'v Reading, &'v HitsByGroup, &'v [Account]),
    rules: &'a Rules,
    post: &'a Post<'a>,
    written_at: Millis,
    quotes: bool,
) -> View<'v, 'a> {
    View {
        post,
        facts: &reading.facts,
        hits: &reading.hits,
        by_group,
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
