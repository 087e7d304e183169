//! What the wall clock brought about: records that come from no other, of which each must be there once. Pure.
//!
//! Whether one is missing cannot be told: that follows from when the stage ran, which is written nowhere.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashSet};
use serde::Deserialize;

/// The reminders seen so far: eight bytes for each.
#[derive(Debug, Default)]
pub(super) struct Reminders {
    seen: FxHashSet<u64>,
    /// How many there are.
    pub(super) all: u64,
    /// How many of them were there before.
    pub(super) doubled: u64,
}

/// As much of one as tells it from others.
#[derive(Deserialize)]
struct Peek<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
}

impl Reminders {
    /// Notes the reminder `value`; one without an id is told apart by all that it says.
    pub(super) fn note(&mut self, value: &[u8]) {
        let peek = serde_json::from_slice::<Peek<'_>>(value);
        let print = FxBuildHasher.hash_one(peek.as_ref().map_or(value, |peek| peek.id.as_bytes()));
        self.all += 1;
        self.doubled += u64::from(!self.seen.insert(print));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_that_is_there_twice_is_noticed() {
        let mut reminders = Reminders::default();
        let number = |n: u32, missed: u32| format!(r#"{{"type":"reminder_monitor","id":"x:17:1:monitor:{n}","missed":{missed}}}"#);
        for (n, missed) in [(1, 0), (2, 0), (3, 0), (2, 1)] {
            reminders.note(number(n, missed).as_bytes());
        }
        reminders.note(b"{}");
        assert_eq!((reminders.all, reminders.doubled), (5, 1));
    }
}
