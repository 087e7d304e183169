//! Words and phrases of lexicons: which entries stand in the text, and whether one of them counts.
//!
//! An entry counts unless something near it says otherwise: a negation before it, a third person, the name of a TV
//! channel. `requires` and `voided_by` name the signals that decide that.

use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::signals::{Findings, History, Measure, Obstacle, Place, Relation, Scope, SignalId, Snag, View, What};
use crate::text::{GroupId, GroupSet, Hit};

/// A signal over lexicon entries.
#[derive(Debug)]
pub struct Phrases {
    /// The groups whose entries count.
    pub groups: GroupSet,
    /// Each entry counts only if all of these stand near it.
    pub requires: Vec<Relation>,
    /// No entry counts that has one of these near it.
    pub voided_by: Vec<Relation>,
}

impl Phrases {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let mut counted = 0;
        findings.begin_counting();
        for hit in view.by_group.of(&self.groups, view.hits) {
            if !self.counts(hit, view, findings) {
                continue;
            }
            counted += usize::from(findings.counts_first(view.book.counted_as(hit, view.facts)));
            findings.note(What::Entry(hit.entry), Place::Tokens(hit.first, hit.end));
        }
        Measure::counting(counted, 1)
    }

    /// Returns whether entries of `group` count, unless something near them says otherwise.
    pub fn looks_for(&self, group: GroupId) -> bool {
        self.groups.has(group)
    }

    fn counts(&self, hit: &Hit, view: &View<'_, '_>, findings: &Findings) -> bool {
        let stands_near = |relation: &Relation| relation.stands_near(hit, view, findings);
        self.requires.iter().all(stands_near) && !self.voided_by.iter().any(stands_near)
    }

    /// Returns what keeps entries that stand in the text from counting; `name` gives the names of signals.
    pub(crate) fn obstacles<'r>(&self, view: &View<'_, '_>, findings: &Findings, name: impl Fn(SignalId) -> &'r str) -> Vec<Obstacle> {
        let counted = |hit: &&Hit| self.looks_for(hit.group);
        let relations = || self.requires.iter().map(|one| (one, true)).chain(self.voided_by.iter().map(|one| (one, false)));
        let of_hit = |hit: &Hit| -> Vec<Obstacle> {
            let entry = view.book.entry(hit.entry).text.to_string();
            let snags = relations().filter_map(|(relation, required)| Some((relation, Snag::of(relation, required, hit, view, findings)?)));
            let obstacle = |(relation, snag): (&Relation, Snag)| {
                let Relation { signal, within, side, .. } = *relation;
                Obstacle { entry: entry.clone(), by: name(signal).to_owned(), within, side, snag }
            };
            snags.map(obstacle).collect()
        };
        let misses = view.book.misses(view.facts);
        let guarded = misses.iter().filter(|miss| counted(&&miss.hit)).map(|miss| Obstacle::of_guard(miss, view));
        view.hits.iter().filter(counted).flat_map(of_hit).chain(guarded).collect()
    }
}

/// Returns whether a group of this weight counts when a signal does not say which groups it means.
fn counts_unasked(weight: Weight) -> bool {
    matches!(weight, Weight::Strong | Weight::Medium | Weight::Weak | Weight::None)
}

impl Phrases {
    /// Reads `file`, `groups`, `files`, `requires` and `voided_by`.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let mut groups = scope.lexicons.groups(table, counts_unasked);
        // What a list excludes never counts, asked for or not.
        groups.retain(|group| group.weight != Weight::Exclude);
        let requires = Relation::compile_all(&table.optional("requires"), scope);
        let voided_by = Relation::compile_all(&table.optional("voided_by"), scope);
        Some(Phrases { groups: groups.iter().map(|group| group.id).collect(), requires, voided_by })
    }
}
