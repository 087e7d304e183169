//! Which rules a group has accepted, so that no process brings others into use behind its back (D115, D116).
//!
//! Each change of rules that somebody or the guard consented to has a number, one above all before it. What is accepted last
//! stands in the journal of each partition and beside the group's offsets, written in the transaction that first uses it. Here
//! is what a process knows of that; lanes ask it whether their rules still stand. Knows the rules by their hash only.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Rules that a group has accepted. Of two the greater stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Acceptance {
    /// Which change of rules in the life of the group, from 1.
    pub number: u64,
    /// Hash of the rules.
    pub hash: String,
}

impl Acceptance {
    /// Reads what [`fmt::Display`] writes; `None` for anything else.
    pub(in crate::kafka) fn parse(note: &str) -> Option<Self> {
        let (number, hash) = note.strip_prefix("rules ")?.split_once(' ')?;
        Some(Acceptance { number: number.parse().ok()?, hash: hash.to_owned() })
    }
}

impl fmt::Display for Acceptance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rules {} {}", self.number, self.hash)
    }
}

/// What a process knows of the rules that its group has accepted.
#[derive(Debug)]
pub struct Accepted {
    known: Mutex<Known>,
    /// How long this process may go on with rules that the group has replaced.
    patience: Duration,
}

#[derive(Debug, Default)]
struct Known {
    /// What was accepted last in the group, as far as it is known here.
    newest: Option<Acceptance>,
    /// Whether the group begins: nobody is known to have recorded any rules, and those in use here are not recorded either.
    begins: bool,
    /// The numbers of the rules that this process uses or has used.
    ours: BTreeMap<String, u64>,
    /// Since when the group has other rules than those in use here.
    behind_since: Option<Instant>,
    /// The rules of each partition, as the group's offsets say.
    partitions: BTreeMap<i32, String>,
}

/// Whether rules in use still stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) enum Standing {
    /// They are those of the group.
    InOrder,
    /// The group has accepted these since; there is still time to follow.
    Replaced(Acceptance),
    /// The same, and the time is over.
    Overdue(Acceptance),
}

impl Accepted {
    /// Makes one that knows of nothing yet. A process whose rules the group has replaced may go on for `patience`.
    pub fn new(patience: Duration) -> Self {
        Accepted { known: Mutex::default(), patience }
    }

    /// Notes that the rules `hash` may come into use: the guard has let them pass, or somebody has consented.
    pub fn take(&self, hash: &str) {
        let mut known = self.lock();
        let number = match &known.newest {
            Some(newest) if newest.hash == hash => newest.number,
            Some(newest) => newest.number + 1,
            None => {
                known.begins = true;
                1
            }
        };
        known.ours.insert(hash.to_owned(), number);
        known.newest = Some(Acceptance { number, hash: hash.to_owned() });
    }

    /// Notes that the group has accepted `found`.
    pub fn learn(&self, found: &Acceptance) {
        let mut known = self.lock();
        if std::mem::take(&mut known.begins) {
            // Others were first: what is in use here was never accepted, whatever its hash.
            known.ours.retain(|hash, _| *hash == found.hash);
            known.newest = None;
        }
        if let Some(number) = known.ours.get_mut(&found.hash) {
            *number = found.number.max(*number);
        }
        if known.newest.as_ref() < Some(found) {
            known.newest = Some(found.clone());
        }
    }

    /// Notes that the rules in use here are recorded: the group has begun with them.
    pub(in crate::kafka) fn recorded(&self) {
        self.lock().begins = false;
    }

    /// Returns whether the group begins: no rules are recorded anywhere, as far as it is known here.
    pub fn begins(&self) -> bool {
        self.lock().begins
    }

    /// Notes what the group's offsets say of each partition. Returns whether that is news.
    pub(in crate::kafka) fn see(&self, partitions: BTreeMap<i32, Acceptance>) -> bool {
        partitions.values().for_each(|found| self.learn(found));
        let partitions = partitions.into_iter().map(|(partition, found)| (partition, found.hash)).collect();
        let mut known = self.lock();
        let news = known.partitions != partitions;
        known.partitions = partitions;
        news
    }

    /// Returns what the group has accepted last, as far as it is known here.
    pub fn newest(&self) -> Option<Acceptance> {
        self.lock().newest.clone()
    }

    /// Returns by how many partitions each rule set is used now: more than one while new rules are brought to all processes.
    pub fn in_use(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        self.lock().partitions.values().for_each(|hash| *counts.entry(hash.clone()).or_default() += 1);
        counts
    }

    /// Returns what is to be recorded where the rules `hash` judge.
    pub(in crate::kafka) fn of(&self, hash: &str) -> Acceptance {
        Acceptance { number: self.lock().ours.get(hash).copied().unwrap_or(0), hash: hash.to_owned() }
    }

    /// Returns whether the rules `hash`, in use here, still stand.
    pub(in crate::kafka) fn standing(&self, hash: &str) -> Standing {
        let mut known = self.lock();
        let ours = known.ours.get(hash).copied().unwrap_or(0);
        let theirs = known.newest.clone().filter(|newest| newest.hash != hash && (newest.number, newest.hash.as_str()) > (ours, hash));
        let Some(theirs) = theirs else {
            known.behind_since = None;
            return Standing::InOrder;
        };
        let since = *known.behind_since.get_or_insert_with(Instant::now);
        if since.elapsed() < self.patience { Standing::Replaced(theirs) } else { Standing::Overdue(theirs) }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acceptance(number: u64, hash: &str) -> Acceptance {
        Acceptance { number, hash: hash.to_owned() }
    }

    #[test]
    fn a_note_says_what_was_accepted() {
        let check = |note: &str, expected: Option<Acceptance>| assert_eq!(Acceptance::parse(note), expected, "{note}");
        check(&acceptance(3, "ab12").to_string(), Some(acceptance(3, "ab12")));
        check("", None);
        check("rules x ab12", None);
        check("replayed 3 ab12", None);
    }

    #[test]
    fn the_last_acceptance_stands_and_each_has_a_number() {
        let accepted = Accepted::new(Duration::from_secs(60));
        accepted.take("a");
        assert_eq!((accepted.of("a"), accepted.standing("a")), (acceptance(1, "a"), Standing::InOrder));
        accepted.learn(&acceptance(4, "b"));
        assert_eq!(accepted.standing("a"), Standing::Replaced(acceptance(4, "b")));
        accepted.take("b");
        assert_eq!((accepted.of("b"), accepted.standing("b")), (acceptance(4, "b"), Standing::InOrder));
        accepted.take("a");
        assert_eq!((accepted.of("a"), accepted.standing("a")), (acceptance(5, "a"), Standing::InOrder), "back again");
        accepted.learn(&acceptance(2, "c"));
        assert_eq!(accepted.newest(), Some(acceptance(5, "a")), "what is older is no news");
        assert_eq!(accepted.standing("b"), Standing::Replaced(acceptance(5, "a")));
    }

    #[test]
    fn a_group_begins_with_the_rules_that_were_recorded_first() {
        for (ours, theirs) in [("a", "b"), ("b", "a")] {
            let accepted = Accepted::new(Duration::from_secs(60));
            accepted.take(ours);
            assert!(accepted.begins());
            accepted.learn(&acceptance(1, theirs));
            assert_eq!(accepted.standing(ours), Standing::Replaced(acceptance(1, theirs)));
            assert!(!accepted.begins());
        }
    }

    #[test]
    fn of_two_at_once_one_stands_for_both() {
        for (ours, theirs, stands) in [("a", "b", false), ("b", "a", true)] {
            let accepted = Accepted::new(Duration::from_secs(60));
            accepted.take(ours);
            accepted.recorded();
            accepted.learn(&acceptance(1, theirs));
            assert_eq!(accepted.standing(ours) == Standing::InOrder, stands, "{ours} {theirs}");
        }
    }

    #[test]
    fn patience_ends() {
        let accepted = Accepted::new(Duration::ZERO);
        accepted.take("a");
        accepted.learn(&acceptance(2, "b"));
        assert_eq!(accepted.standing("a"), Standing::Overdue(acceptance(2, "b")));
    }

    #[test]
    fn partitions_are_counted_by_rules() {
        let accepted = Accepted::new(Duration::ZERO);
        let seen = || BTreeMap::from([(0, acceptance(1, "a")), (1, acceptance(2, "b")), (2, acceptance(2, "b"))]);
        assert!(accepted.see(seen()) && !accepted.see(seen()));
        assert_eq!(accepted.in_use(), BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
        assert_eq!(accepted.newest(), Some(acceptance(2, "b")));
    }
}
