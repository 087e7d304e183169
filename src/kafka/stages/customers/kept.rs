//! A customer between two transactions: his key and his journal record in one piece of memory. A lane may have a million of
//! them, and states that were read take far more.
//!
//! Knows no partition and no transaction.

use std::borrow::{Borrow, Cow};
use std::hash::{Hash, Hasher};

use crate::author::{AuthorState, Head};
use crate::post::Millis;

/// Length of the key (7 bits a byte, the last one below 128), key, record. Goes by its key in sets.
pub(super) struct Kept(Box<[u8]>);

impl Kept {
    /// Makes `customer` in this state, written by way of `buffer`; `None` where there is nothing to remember.
    pub(super) fn new(customer: &str, state: &AuthorState, buffer: &mut Vec<u8>) -> Option<Self> {
        begin(customer, buffer);
        state.encode_into(buffer).then(|| Kept(buffer.as_slice().into()))
    }

    /// Makes `customer` of a journal record that was just read as `state`; it is kept as it is unless it is in an older form.
    pub(super) fn as_read(customer: &str, record: &[u8], state: &AuthorState, buffer: &mut Vec<u8>) -> Option<Self> {
        if Head::of(record).is_none() {
            return Kept::new(customer, state, buffer);
        }
        begin(customer, buffer);
        buffer.extend_from_slice(record);
        Some(Kept(buffer.as_slice().into()))
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        let mut length = 0;
        for (place, &byte) in self.0.iter().enumerate() {
            length |= usize::from(byte & 0x7F) << (7 * place);
            if byte < 0x80 {
                return self.0[place + 1..].split_at(length);
            }
        }
        (&[], &[])
    }

    /// Returns the customer's key.
    pub(super) fn customer(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.parts().0)
    }

    /// Returns the journal record, which is never empty.
    pub(super) fn record(&self) -> &[u8] {
        self.parts().1
    }

    /// Returns the state that the record says; panics if it cannot be read, which was tried when it was kept.
    pub(super) fn state(&self) -> AuthorState {
        AuthorState::decode(self.record()).unwrap_or_else(|error| panic!("a state that was written here: {error}"))
    }

    /// Returns whether a case is open, as far as the head of the record tells: what a newer program has written looks the same.
    pub(super) fn has_case(&self) -> bool {
        Head::of(self.record()).is_some_and(|head| head.needed_for.is_none())
    }

    /// Returns until when, in record time, the state may be asked for; the last moment of all where time alone does not tell.
    pub(super) fn needed_until(&self) -> Millis {
        match Head::of(self.record()) {
            Some(Head { last_record, needed_for: Some(needed_for) }) => last_record.plus(needed_for.saturating_mul(2)),
            _ => Millis::new(i64::MAX),
        }
    }
}

/// Puts what stands before the record of `customer` into `buffer`, which it clears.
fn begin(customer: &str, buffer: &mut Vec<u8>) {
    buffer.clear();
    let mut length = customer.len();
    while length >= 0x80 {
        buffer.push(length.to_le_bytes()[0] | 0x80);
        length >>= 7;
    }
    buffer.push(length.to_le_bytes()[0]);
    buffer.extend_from_slice(customer.as_bytes());
}

impl Borrow<[u8]> for Kept {
    fn borrow(&self) -> &[u8] {
        self.parts().0
    }
}

impl Hash for Kept {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().0.hash(state);
    }
}

impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        self.parts().0 == other.parts().0
    }
}

impl Eq for Kept {}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;
    use crate::author::{Case, ClosedCase, ID_MEMORY};

    #[test]
    fn a_customer_is_found_by_his_key() {
        let mut customers: FxHashSet<Kept> = FxHashSet::default();
        let mut buffer = Vec::new();
        let names = ["x:1".to_owned(), "email:".to_owned() + &"a".repeat(300), "x:".to_owned() + &"9".repeat(125), String::new()];
        for (number, name) in (1..).zip(&names) {
            let state = AuthorState { ended: Some(Millis::new(number)), ..AuthorState::default() };
            customers.insert(Kept::new(name, &state, &mut buffer).unwrap());
        }
        for (number, name) in (1..).zip(&names) {
            let kept = customers.get(name.as_bytes()).unwrap();
            assert_eq!((&*kept.customer(), kept.state().ended), (&**name, Some(Millis::new(number))));
        }
        assert!(!customers.contains(b"x:2".as_slice()));
    }

    #[test]
    fn how_long_it_is_needed_stands_in_the_record() {
        let check = |case: Option<Case>, closed: &[i64], until: i64| {
            let closed = closed.iter().map(|until| ClosedCase { until: Millis::new(*until), ..ClosedCase::default() }).collect();
            let state = AuthorState { last_record: Millis::new(5), ended: Some(Millis::new(1)), case, closed, ..AuthorState::default() };
            assert_eq!(Kept::new("x:1", &state, &mut Vec::new()).unwrap().needed_until(), Millis::new(until));
        };
        check(None, &[], 5 + 2 * ID_MEMORY);
        check(None, &[4, 5 + ID_MEMORY], 5 + 2 * ID_MEMORY);
        check(None, &[5 + 7 * ID_MEMORY, 5 + 6 * ID_MEMORY], 5 + 14 * ID_MEMORY);
        check(Some(Case::default()), &[5 + 7 * ID_MEMORY], i64::MAX);
    }

    #[test]
    fn a_record_of_before_is_kept_as_one_of_today() {
        let state = AuthorState { ended: Some(Millis::new(1)), ..AuthorState::default() };
        let (today, before) = (state.encode().unwrap(), serde_json::to_vec(&state).unwrap());
        let newer = [today.as_slice(), b"\x78\x01"].concat();
        for (record, kept) in [(&today, &today), (&before, &today), (&newer, &newer)] {
            assert_eq!(Kept::as_read("x:1", record, &state, &mut Vec::new()).unwrap().record(), kept.as_slice());
        }
        let nothing = AuthorState::default();
        assert!(Kept::as_read("x:1", &serde_json::to_vec(&nothing).unwrap(), &nothing, &mut Vec::new()).is_none());
    }
}
