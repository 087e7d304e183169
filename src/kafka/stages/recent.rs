//! The posts judged last: what new rules are tried on before they come into use.
//!
//! Bounded in number and in bytes, but for what one transaction holds. All lanes of a process add to it; nothing of it
//! decides anything.

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

/// Records of one transaction, one after the other: each would be two pieces of memory otherwise, long cold when they are
/// freed.
#[derive(Debug, Default)]
pub(super) struct JudgedRecords {
    records: Vec<Place>,
    bytes: Vec<u8>,
}

/// Where a record lies in its transaction: it begins where the one before ends.
#[derive(Debug)]
struct Place {
    at: Millis,
    /// Where its customer ends and its value begins.
    value: usize,
    end: usize,
}

impl JudgedRecords {
    /// Adds a record.
    pub(super) fn push(&mut self, customer: &str, at: Millis, value: &[u8]) {
        self.bytes.extend_from_slice(customer.as_bytes());
        let begin = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.records.push(Place { at, value: begin, end: self.bytes.len() });
    }

    /// Forgets all records.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.bytes.clear();
    }

    fn judged(&self) -> impl Iterator<Item = Judged> {
        let mut begin = 0;
        self.records.iter().map(move |place| {
            let customer = String::from_utf8_lossy(&self.bytes[begin..place.value]).into();
            begin = place.end;
            Judged { customer, at: place.at, value: self.bytes[place.value..place.end].into() }
        })
    }
}

/// The last records of the inbox.
#[derive(Debug)]
pub struct Recent {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    transactions: VecDeque<JudgedRecords>,
    records: usize,
    bytes: usize,
}

impl Recent {
    /// Makes an empty one that keeps `most` records, fewer where they are large.
    pub fn new(most: usize) -> Self {
        Recent { most, kept: Mutex::default() }
    }

    /// Takes what is in `judged`, which is newer than what was added; the oldest transactions that are not needed make room, and
    /// the memory of the last of them is left in `judged` for the next ones: the system would clear as much for each.
    pub(super) fn add(&self, judged: &mut JudgedRecords) {
        if judged.records.is_empty() {
            return;
        }
        let mut kept = self.lock();
        kept.records += judged.records.len();
        kept.bytes += judged.bytes.len();
        kept.transactions.push_back(std::mem::take(judged));
        while kept.transactions.len() > 1 && kept.transactions.front().is_some_and(|oldest| kept.can_spare(oldest, self.most)) {
            if let Some(oldest) = kept.transactions.pop_front() {
                kept.records -= oldest.records.len();
                kept.bytes -= oldest.bytes.len();
                *judged = oldest;
            }
        }
        judged.clear();
    }

    /// Returns all that are kept, the oldest first.
    pub fn all(&self) -> Vec<Judged> {
        let kept = self.lock();
        let all = kept.transactions.iter().flat_map(JudgedRecords::judged);
        all.skip(kept.records.saturating_sub(self.most)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn can_spare(&self, oldest: &JudgedRecords, most: usize) -> bool {
        self.records - oldest.records.len() >= most || self.bytes > MOST_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_make_room() {
        let check = |transactions: &[&[usize]], most: usize, expected: &[u8]| {
            let (recent, mut judged) = (Recent::new(most), JudgedRecords::default());
            judged.push("x:9", Millis::new(0), b"aborted");
            judged.clear();
            let mut number = 0;
            for sizes in transactions {
                for &bytes in *sizes {
                    judged.push(&format!("x:{number}"), Millis::new(number.into()), &vec![number; bytes]);
                    number += 1;
                }
                recent.add(&mut judged);
                assert!(judged.records.is_empty() && judged.bytes.is_empty(), "{transactions:?}");
            }
            let left = recent.all();
            assert!(left.iter().all(|record| *record.customer == *format!("x:{}", record.value[0])), "{transactions:?}");
            assert!(left.iter().all(|record| record.at.get() == i64::from(record.value[0])), "{transactions:?}");
            assert_eq!(left.iter().map(|record| record.value[0]).collect::<Vec<_>>(), expected, "{transactions:?}");
            let with_records = transactions.iter().filter(|sizes| !sizes.is_empty()).count();
            assert!(recent.lock().transactions.len() <= with_records, "{transactions:?}");
        };
        check(&[], 3, &[]);
        check(&[&[1, 1]], 3, &[0, 1]);
        check(&[&[1, 1, 1, 1]], 3, &[1, 2, 3]);
        check(&[&[1, 1], &[], &[1, 1]], 3, &[1, 2, 3]);
        check(&[&[1, 1], &[1], &[1, 1]], 3, &[2, 3, 4]);
        check(&[&[MOST_BYTES], &[1], &[1]], 3, &[1, 2]);
        check(&[&[MOST_BYTES / 2], &[MOST_BYTES / 2], &[1]], 3, &[1, 2]);
        check(&[&[1], &[MOST_BYTES + 1]], 3, &[1]);
    }
}
