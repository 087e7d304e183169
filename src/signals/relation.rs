//! One signal near another: what an entry must have beside it to count, or must not have.

use serde::Serialize;

use super::{Findings, Place, Scope, SignalId, Trace, View};
use crate::config::reader::{Table, Value};
use crate::text::Hit;

/// Another signal near an entry.
#[derive(Debug)]
pub struct Relation {
    /// The signal whose places are looked for.
    pub signal: SignalId,
    /// At most that many tokens away; neighbours are 1 apart.
    pub within: u16,
    /// On which side of the entry.
    pub side: Side,
    /// Also where a clause ends between.
    pub across: bool,
}

/// Where the other signal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It ends before the entry begins.
    Before,
    /// It begins after the entry ends.
    After,
    /// On either side or within it.
    Either,
}

impl Relation {
    /// Returns whether the other signal stands near `hit`. Traces stand in the order of their first token: only those
    /// within reach are looked at.
    pub(super) fn stands_near(&self, hit: &Hit, view: &View<'_, '_>, findings: &Findings) -> bool {
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

    /// Returns whether what stands in the tokens from `first` to `end` is as near to `hit` as it must be.
    pub(super) fn fits(&self, hit: &Hit, first: u32, end: u32, view: &View<'_, '_>) -> bool {
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

impl Relation {
    /// Reads a list of relations; one with a mistake, which is reported, is left out.
    pub(super) fn compile_all(value: &Value<'_>, scope: &mut Scope<'_, '_>) -> Vec<Relation> {
        value.tables().into_iter().filter_map(|table| Relation::compile(table, scope)).collect()
    }

    fn compile(table: Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Relation> {
        let signal = table.required("signal").spotted_string().and_then(|name| scope.signal(&name));
        let within = table.required("within").integer(1..=100);
        let sides = [("before", Side::Before), ("after", Side::After), ("either", Side::Either)];
        let side = table.optional("side").one_of(&sides).unwrap_or(Side::Either);
        let across = table.optional("across").bool().unwrap_or(false);
        table.finish();
        Some(Relation { signal: signal?, within: within?, side, across })
    }
}
