//! The posts judged last: what new rules are tried on before they come into use.
//!
//! Bounded in number and in bytes. All lanes of a process add to it; nothing of it decides anything.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::post::Millis;

/// Most bytes of records that are kept.
const MOST_BYTES: usize = 64 << 20;

/// A record of the inbox as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whose state it concerned.
    pub customer: Box<str>,
    /// The timestamp of the record.
    pub at: Millis,
    /// The bytes of its value.
    pub value: Box<[u8]>,
}

/// The last records of the inbox.
#[derive(Debug)]
pub struct Recent {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Judged>,
    bytes: usize,
}

impl Recent {
    /// Makes an empty one that keeps `most` records, fewer where they are large.
    pub fn new(most: usize) -> Self {
        Recent { most, kept: Mutex::default() }
    }

    /// Returns how many records are kept at most.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Adds `records`, in their order; the oldest make room.
    pub fn add(&self, records: impl IntoIterator<Item = Judged>) {
        let mut kept = self.lock();
        for record in records {
            kept.bytes += record.value.len();
            kept.records.push_back(record);
            while kept.records.len() > self.most || kept.bytes > MOST_BYTES {
                let Some(oldest) = kept.records.pop_front() else { break };
                kept.bytes -= oldest.value.len();
            }
        }
    }

    /// Returns all that are kept, the oldest first.
    pub fn all(&self) -> Vec<Judged> {
        self.lock().records.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(number: u8, bytes: usize) -> Judged {
        Judged { customer: "x:1".into(), at: Millis::new(0), value: vec![number; bytes].into() }
    }

    #[test]
    fn the_oldest_make_room() {
        let check = |sizes: &[usize], most: usize, expected: &[u8]| {
            let recent = Recent::new(most);
            recent.add((0..).zip(sizes).map(|(number, &bytes)| judged(number, bytes)));
            let left: Vec<u8> = recent.all().iter().map(|record| record.value[0]).collect();
            assert_eq!(left, expected, "{sizes:?}");
        };
        check(&[1, 1], 3, &[0, 1]);
        check(&[1, 1, 1, 1], 3, &[1, 2, 3]);
        check(&[MOST_BYTES, 1, 1], 3, &[1, 2]);
        check(&[MOST_BYTES / 2, MOST_BYTES / 2, 1], 3, &[1, 2]);
    }
}
