//! A weighted sum of phrases and other signals against a threshold: what no single word decides.
//!
//! It stays readable: each entry and each signal has its own weight in the configuration, and what was added up is
//! the evidence.

use smallvec::SmallVec;

use super::{Findings, Place, Ref, Trace, View, What};

/// A signal over a sum of weights.
#[derive(Debug)]
pub struct Score {
    /// The sum it takes, inclusive.
    pub threshold: f32,
    /// What the sum begins with.
    pub bias: f32,
    /// For each group of the book: what each different entry of it adds.
    pub groups: Box<[f32]>,
    /// What each name adds where it holds.
    pub names: Vec<(Ref, f32)>,
}

impl Score {
    pub(super) fn evaluate(&self, view: &View<'_>, findings: &mut Findings) -> (bool, f32, f32) {
        let mut sum = self.bias;
        let mut counted: SmallVec<[u32; 16]> = SmallVec::new();
        for hit in view.hits {
            let weight = self.groups.get(usize::from(hit.group)).copied().unwrap_or(0.0);
            if weight != 0.0 && !counted.contains(&hit.entry) {
                counted.push(hit.entry);
                sum += weight;
                findings.traces.push(Trace { what: What::Entry(hit.entry), place: Place::Tokens(hit.first, hit.end), weight });
            }
        }
        for &(name, weight) in &self.names {
            let (holds, what) = match name {
                Ref::Signal(id) => (findings.met(id), What::Signal(id)),
                Ref::Builtin(fact) => (fact.holds(view), What::Fact(fact.name())),
                Ref::Condition(_) => (false, What::Fact("")),
            };
            if holds {
                sum += weight;
                findings.traces.push(Trace { what, place: Place::Elsewhere, weight });
            }
        }
        (sum >= self.threshold, sum, self.threshold)
    }
}
