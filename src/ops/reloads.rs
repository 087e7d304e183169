//! What became of rules and silences that were read again while the program ran. Reads nothing itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::post::Millis;

/// What became of something that was read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It is in use.
    Accepted,
    /// It says what is in use already.
    Unchanged,
    /// It could be used, and is not: the guard, or something that it needs.
    Refused,
    /// It has mistakes.
    Errors,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 4] = [Outcome::Accepted, Outcome::Unchanged, Outcome::Refused, Outcome::Errors];

    /// Returns the name in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Accepted => "accepted",
            Outcome::Unchanged => "unchanged",
            Outcome::Refused => "refused",
            Outcome::Errors => "errors",
        }
    }

    /// Whether what lies in the folder is what is in use.
    pub fn is_success(self) -> bool {
        matches!(self, Outcome::Accepted | Outcome::Unchanged)
    }
}

/// Every result since the start. What was read at the start was a success.
#[derive(Debug)]
pub struct Reloads {
    clock: fn() -> Millis,
    kept: Mutex<Kept>,
}

/// What is kept of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How often there was each outcome, in the order of [`Outcome::ALL`].
    pub counts: [u64; Outcome::ALL.len()],
    /// The last of each set (`rules`, `shadow`, `silences`), and when.
    pub last: BTreeMap<&'static str, (Outcome, Millis)>,
    /// When something was read last and used.
    pub last_success: Millis,
}

impl Kept {
    /// Whether all that was read last is in use.
    pub fn is_success(&self) -> bool {
        self.last.values().all(|(outcome, _)| outcome.is_success())
    }
}

impl Reloads {
    /// Begins with the start of the program, by `clock`.
    pub fn new(clock: fn() -> Millis) -> Self {
        Reloads { clock, kept: Mutex::new(Kept { last_success: clock(), ..Kept::default() }) }
    }

    /// Notes what became of `set`.
    pub fn tell(&self, set: &'static str, outcome: Outcome) {
        let now = (self.clock)();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.counts[outcome as usize] += 1;
        kept.last.insert(set, (outcome, now));
        if outcome.is_success() {
            kept.last_success = now;
        }
    }

    /// Returns all that is kept.
    pub fn kept(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
