//! Cases that have ended and may still be opened again (D74).
//!
//! Knows that a case ended and how, not why it may.

use serde::{Deserialize, Serialize};

use super::json;
use super::unknown::Unknown;
use super::{AuthorState, Case};
use crate::post::Millis;

/// Ended cases remembered of one customer.
const MAX_CLOSED: usize = 4;

/// How a case ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The problem was solved.
    #[default]
    Resolved,
    /// The escalation was a mistake.
    Dismissed,
    /// Nothing happened for too long.
    Expired,
}

/// A case that has ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClosedCase {
    /// As it was when it ended.
    #[serde(rename = "c")]
    pub case: Case,
    /// When it ended.
    #[serde(rename = "t", with = "json::number")]
    pub at: Millis,
    /// Until then, in record time, it may be opened again.
    #[serde(rename = "u", with = "json::number")]
    pub until: Millis,
    /// How it ended.
    #[serde(rename = "o", default)]
    pub outcome: Outcome,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Unknown,
}

impl AuthorState {
    /// Remembers that `case` ended at `at`, up to the record time `until`; not at all, if absent. The oldest is forgotten
    /// where there are too many.
    pub fn note_closed(&mut self, case: Case, at: Millis, outcome: Outcome, until: Option<Millis>) {
        let Some(until) = until else { return };
        if self.closed.len() >= MAX_CLOSED {
            self.closed.remove(0);
        }
        self.closed.push(ClosedCase { case, at, until, outcome, unknown: Unknown::default() });
    }

    /// Drops ended cases that cannot be opened again at record time `now`.
    pub(super) fn forget_closed(&mut self, now: Millis) {
        self.closed.retain(|closed| now <= closed.until);
    }

    /// Whether an ended case is named after the post `id`.
    pub fn has_closed(&self, id: &str) -> bool {
        self.closed.iter().any(|closed| closed.case.is_first(id))
    }

    /// Until when, by what people reported, everything is settled.
    pub fn settled_until(&self) -> Option<Millis> {
        let reported = self.closed.iter().filter(|closed| closed.outcome != Outcome::Expired).map(|closed| closed.at);
        reported.chain(self.ended).max()
    }

    /// The open case and the ended ones.
    pub(super) fn all_cases(&mut self) -> impl Iterator<Item = &mut Case> {
        self.case.iter_mut().chain(self.closed.iter_mut().map(|closed| &mut closed.case))
    }
}
