//! The states of a lane's customers: those that are certain, partition by partition, and over them what the open
//! transaction has changed.
//!
//! Knows neither rules nor records of the inbox: the stage changes a state, the journal record is made here.

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use rustc_hash::FxHashMap;

use crate::author::{AuthorState, ID_MEMORY};
use crate::post::Millis;

use super::outbox::Outbox;
use crate::kafka::topics::topic::Topic;

/// How often a partition is looked through for states that nobody needs any more, in milliseconds.
const SWEEP: i64 = 10 * 60 * 1000;

/// Most states that one sweep of a partition takes away, so that its transaction stays small.
const MOST_SWEPT: usize = 5_000;

/// The customers.
#[derive(Default)]
pub(super) struct Customers {
    partitions: FxHashMap<i32, States>,
    overlay: Overlay,
}

/// The customers of one partition.
#[derive(Default)]
struct States {
    customers: FxHashMap<Box<str>, Kept>,
    /// Time of its newest record.
    newest: Millis,
    next_sweep: Millis,
}

/// A customer between two transactions: the last journal record, compressed. A lane may have a million of them, and states
/// that were read take far more memory.
struct Kept {
    record: Packed,
    /// So long, in record time, it may be asked for.
    needed_until: Millis,
}

/// A compressed journal record: the same ids and times stand in it again and again.
struct Packed(Box<[u8]>);

/// States that the open transaction has touched, in that order.
#[derive(Default)]
struct Overlay {
    touched: Vec<Touched>,
    places: FxHashMap<i32, FxHashMap<Box<str>, usize>>,
    /// Time of the newest record of each partition.
    newest: FxHashMap<i32, Millis>,
}

struct Touched {
    partition: i32,
    customer: Box<str>,
    state: AuthorState,
    /// The journal knows the customer.
    known: bool,
    /// What the journal of this transaction says; `None`: that there is nothing to remember.
    record: Option<Packed>,
}

impl Customers {
    /// A record of `partition` was read that was written at `at`.
    pub(super) fn note(&mut self, partition: i32, at: Millis) {
        let newest = self.overlay.newest.entry(partition).or_default();
        *newest = at.max(*newest);
    }

    /// The state of `customer` as the open transaction sees it; to be changed.
    pub(super) fn state(&mut self, partition: i32, customer: &str) -> &mut AuthorState {
        let Overlay { touched, places, .. } = &mut self.overlay;
        let places = places.entry(partition).or_default();
        let place = match places.get(customer) {
            Some(&place) => place,
            None => {
                let known = self.partitions.get(&partition).and_then(|states| states.customers.get(customer));
                let state = known.map(Kept::read).unwrap_or_default();
                touched.push(Touched { partition, customer: customer.into(), state, known: known.is_some(), record: None });
                places.insert(customer.into(), touched.len() - 1);
                touched.len() - 1
            }
        };
        &mut touched[place].state
    }

    /// The journal records of the open transaction.
    pub(super) fn journal(&mut self, out: &mut Outbox) {
        for touched in &mut self.overlay.touched {
            let value = touched.state.encode();
            touched.record = value.as_deref().map(Packed::new);
            if value.is_none() && !touched.known {
                continue;
            }
            out.push(Topic::Journal).partition(touched.partition).key(touched.customer.as_bytes()).value(value.as_deref());
        }
    }

    /// What the transaction has changed is certain now.
    pub(super) fn committed(&mut self) {
        for (partition, newest) in self.overlay.newest.drain() {
            let states = self.partitions.entry(partition).or_default();
            states.newest = states.newest.max(newest);
        }
        for Touched { partition, customer, state, record, .. } in self.overlay.touched.drain(..) {
            let customers = &mut self.partitions.entry(partition).or_default().customers;
            match record {
                Some(record) => drop(customers.insert(customer, Kept::new(&state, record))),
                None => drop(customers.remove(&customer)),
            }
        }
        self.overlay.places.clear();
    }

    /// What the transaction has changed is void.
    pub(super) fn aborted(&mut self) {
        self.overlay = Overlay::default();
    }

    /// Takes in a journal record. The error says what is wrong with it.
    pub(super) fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let customer = std::str::from_utf8(key).map_err(|_| "a key is not text".to_owned())?;
        let states = self.partitions.entry(partition).or_default();
        match value {
            Some(value) => {
                let state = AuthorState::decode(value).map_err(|error| error.to_string())?;
                states.newest = states.newest.max(state.last_record);
                states.customers.insert(customer.into(), Kept::new(&state, Packed::new(value)));
            }
            None => drop(states.customers.remove(customer)),
        }
        Ok(())
    }

    /// `partition` is not ours any more.
    pub(super) fn forget(&mut self, partition: i32) {
        self.partitions.remove(&partition);
    }

    /// Frees states that count as forgotten anyway: at twice the age at which the step would forget them, so the moment
    /// of a sweep changes no verdict (D66). Cases go only when the step says so.
    pub(super) fn sweep(&mut self, partition: i32, now: Millis) {
        let Some(states) = self.partitions.get_mut(&partition).filter(|states| now >= states.next_sweep) else { return };
        states.next_sweep = now.plus(SWEEP);
        let horizon = now.min(states.newest);
        let forgotten = states.customers.iter().filter(|(_, kept)| horizon > kept.needed_until);
        let swept: Vec<Box<str>> = forgotten.map(|(customer, _)| customer.clone()).take(MOST_SWEPT).collect();
        for customer in swept {
            *self.state(partition, &customer) = AuthorState::default();
        }
    }
}

impl Kept {
    fn new(state: &AuthorState, record: Packed) -> Self {
        let needed_until = if state.case.is_some() { Millis::new(i64::MAX) } else { state.last_record.plus(2 * ID_MEMORY) };
        Kept { record, needed_until }
    }

    fn read(&self) -> AuthorState {
        // It was written here or read when the partition was restored.
        AuthorState::decode(&self.record.unpack()).unwrap_or_else(|error| panic!("a state that could be read before: {error}"))
    }
}

impl Packed {
    fn new(record: &[u8]) -> Self {
        Packed(compress_prepend_size(record).into())
    }

    fn unpack(&self) -> Vec<u8> {
        decompress_size_prepended(&self.0).unwrap_or_else(|error| panic!("a record that was packed here: {error}"))
    }
}
