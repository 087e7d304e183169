//! Words and phrases of lexicons: which entries stand in the text, and whether enough of them count.
//!
//! An entry counts unless something near it says otherwise: a negation before it, a third person, the name of a TV
//! channel. `requires` and `voided_by` name the signals that decide that.

use serde::Serialize;

use crate::config::lexicon::Weight;
use crate::config::reader::{Table, Value};
use crate::signals::compiler::Compiler;
use crate::signals::{Findings, Obstacle, Place, SignalId, Snag, Trace, View, What};
use crate::text::{GroupId, Hit};

/// A signal over lexicon entries.
#[derive(Debug)]
pub struct Phrases {
    /// For each group of the book: whether its entries count.
    pub groups: Box<[bool]>,
    /// Each entry counts only if all of these stand near it.
    pub requires: Vec<Relation>,
    /// No entry counts that has one of these near it.
    pub voided_by: Vec<Relation>,
}

/// Another signal near an entry.
#[derive(Debug)]
pub struct Relation {
    /// The signal whose places are looked for.
    pub signal: SignalId,
    /// At most that many tokens away; neighbours are 1 apart.
    pub within: u16,
    /// On which side.
    pub side: Side,
    /// Also where a clause ends between.
    pub across: bool,
}

/// Where the other signal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Before the entry.
    Before,
    /// After the entry.
    After,
    /// On either side or within it.
    Either,
}

impl Relation {
    /// Traces stand in the order of their first token: only those within reach are looked at.
    fn stands_near(&self, hit: &Hit, view: &View<'_, '_>, findings: &Findings) -> bool {
        let first_of = |trace: &Trace| if let Place::Tokens(first, _) = trace.place { first } else { u32::MAX };
        let reach = view.book.longest().saturating_add(self.within.into());
        let traces = findings.traces(self.signal);
        let from = traces.partition_point(|trace| first_of(trace).saturating_add(reach) < hit.first);
        let near = traces[from..].iter().take_while(|trace| first_of(trace) <= hit.end.saturating_add(self.within.into()));
        near.into_iter().any(|trace| match trace.place {
            Place::Tokens(first, end) => self.fits(hit, first, end, view),
            Place::Text(_) | Place::Elsewhere => false,
        })
    }

    pub(in crate::signals) fn fits(&self, hit: &Hit, first: u32, end: u32, view: &View<'_, '_>) -> bool {
        let within = u32::from(self.within);
        let clause = |a: u32, b: u32| self.across || view.facts.same_clause(a as usize, b as usize);
        let before = end <= hit.first && hit.first - end < within && clause(end - 1, hit.first);
        let after = first >= hit.end && first - hit.end < within && clause(hit.end - 1, first);
        match self.side {
            Side::Before => before,
            Side::After => after,
            Side::Either => before || after || (first < hit.end && hit.first < end),
        }
    }
}

impl Phrases {
    pub(in crate::signals) fn evaluate(&self, view: &View<'_, '_>, findings: &mut Findings) -> (bool, f32, f32) {
        let mut counted = 0_u16;
        findings.seen.clear();
        for hit in view.hits.iter().filter(|hit| self.looks_for(hit.group)) {
            if !self.counts(hit, view, findings) {
                continue;
            }
            counted = counted.saturating_add(u16::from(findings.seen.insert(view.book.counted_as(hit, view.facts))));
            findings.traces.push(Trace { what: What::Entry(hit.entry), place: Place::Tokens(hit.first, hit.end), weight: 1.0 });
        }
        (counted > 0, f32::from(counted), 1.0)
    }

    /// Whether entries of `group` count, unless something near them says otherwise.
    pub fn looks_for(&self, group: GroupId) -> bool {
        self.groups.get(usize::from(group)).copied().unwrap_or(false)
    }

    fn counts(&self, hit: &Hit, view: &View<'_, '_>, findings: &Findings) -> bool {
        let stands_near = |relation: &Relation| relation.stands_near(hit, view, findings);
        self.requires.iter().all(stands_near) && !self.voided_by.iter().any(stands_near)
    }

    /// What keeps entries that stand in the text from counting; `name` gives the names of signals.
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

/// Whether a group counts when a signal does not say which groups it means.
fn counts_unasked(weight: Weight) -> bool {
    matches!(weight, Weight::Strong | Weight::Medium | Weight::Weak | Weight::None)
}

impl Phrases {
    /// Reads `file`, `groups`, `files`, `requires` and `voided_by`.
    pub fn compile(table: &Table<'_>, compiler: &mut Compiler<'_>) -> Option<Self> {
        let mut groups = compiler.groups(table, counts_unasked);
        // What a list excludes never counts, asked for or not.
        groups.retain(|group| group.weight != Weight::Exclude);
        let requires = relations(&table.optional("requires"), compiler);
        let voided_by = relations(&table.optional("voided_by"), compiler);
        let mut counts = vec![false; compiler.group_count()];
        for group in groups {
            if let Some(place) = counts.get_mut(usize::from(group.id)) {
                *place = true;
            }
        }
        Some(Phrases { groups: counts.into(), requires, voided_by })
    }
}

fn relations(value: &Value<'_>, compiler: &mut Compiler<'_>) -> Vec<Relation> {
    value.tables().into_iter().filter_map(|table| relation(table, compiler)).collect()
}

fn relation(table: Table<'_>, compiler: &mut Compiler<'_>) -> Option<Relation> {
    let signal = table.required("signal").spotted_string().and_then(|name| compiler.signal(&name));
    let within = table.required("within").integer(1..=100);
    let sides = [("before", Side::Before), ("after", Side::After), ("either", Side::Either)];
    let side = table.optional("side").one_of(&sides).unwrap_or(Side::Either);
    let across = table.optional("across").bool().unwrap_or(false);
    table.finish();
    Some(Relation { signal: signal?, within: within?, side, across })
}
