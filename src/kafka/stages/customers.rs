//! The states of a lane's customers: those that are certain, partition by partition, and over them what the open
//! transaction has changed.
//!
//! Knows neither rules nor records of the inbox: the stage changes a state, the journal record is made here.

mod kept;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::author::{AuthorState, Hold};
use crate::post::Millis;

use self::kept::Kept;
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
    /// Where records are written before they are kept.
    buffer: Vec<u8>,
}

/// The customers of one partition.
#[derive(Default)]
struct States {
    customers: FxHashSet<Kept>,
    /// What holds cases, of those customers who have one that is held; follows from their states.
    held: FxHashMap<Arc<str>, Vec<Hold>>,
    /// Time of its newest record.
    newest: Millis,
    next_sweep: Millis,
}

/// States that the open transaction has touched, in that order.
#[derive(Default)]
struct Overlay {
    touched: Vec<Touched>,
    places: FxHashMap<i32, FxHashMap<Arc<str>, usize>>,
    /// Time of the newest record of each partition.
    newest: FxHashMap<i32, Millis>,
}

struct Touched {
    partition: i32,
    customer: Arc<str>,
    state: AuthorState,
    /// The journal knows the customer.
    known: bool,
    /// What the journal of this transaction says; `None`: that there is nothing to remember.
    record: Option<Kept>,
}

impl States {
    /// Notes what holds the case of `customer`, whose certain state is `state`.
    fn note_held(&mut self, customer: &str, state: AuthorState) {
        match state.case.map(|case| case.holds).filter(|holds| !holds.is_empty()) {
            Some(holds) => drop(self.held.insert(customer.into(), holds)),
            None if self.held.is_empty() => {}
            None => drop(self.held.remove(customer)),
        }
    }
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
                let known = self.partitions.get(&partition).and_then(|states| states.customers.get(customer.as_bytes()));
                let state = known.map(Kept::state).unwrap_or_default();
                let customer: Arc<str> = customer.into();
                places.insert(Arc::clone(&customer), touched.len());
                touched.push(Touched { partition, customer, state, known: known.is_some(), record: None });
                touched.len() - 1
            }
        };
        &mut touched[place].state
    }

    /// The journal records of the open transaction.
    pub(super) fn journal(&mut self, out: &mut Outbox) {
        for touched in &mut self.overlay.touched {
            touched.record = Kept::new(&touched.customer, &touched.state, &mut self.buffer);
            if touched.record.is_none() && !touched.known {
                continue;
            }
            let value = touched.record.as_ref().map(Kept::record);
            out.push(Topic::Journal).partition(touched.partition).key(touched.customer.as_bytes()).value(value);
        }
    }

    /// What the transaction has changed is certain now.
    pub(super) fn committed(&mut self) {
        for (partition, newest) in self.overlay.newest.drain() {
            let states = self.partitions.entry(partition).or_default();
            states.newest = states.newest.max(newest);
        }
        for Touched { partition, customer, record, state, .. } in self.overlay.touched.drain(..) {
            let states = self.partitions.entry(partition).or_default();
            states.note_held(&customer, state);
            let customers = &mut states.customers;
            match record {
                Some(record) => drop(customers.replace(record)),
                None => drop(customers.remove(customer.as_bytes())),
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
        let Some(record) = value else {
            states.customers.remove(key);
            states.held.remove(customer);
            return Ok(());
        };
        let state = AuthorState::decode(record).map_err(|error| error.to_string())?;
        states.newest = states.newest.max(state.last_record);
        match Kept::as_read(customer, record, &state, &mut self.buffer) {
            Some(kept) => drop(states.customers.replace(kept)),
            None => drop(states.customers.remove(key)),
        }
        states.note_held(customer, state);
        Ok(())
    }

    /// The customers of `partition` who have a case that something holds for which `is_wanted` says so.
    pub(super) fn held(&self, partition: i32, is_wanted: impl Fn(&Hold) -> bool) -> Vec<Arc<str>> {
        let held = self.partitions.get(&partition).into_iter().flat_map(|states| &states.held);
        held.filter(|(_, holds)| holds.iter().any(&is_wanted)).map(|(customer, _)| Arc::clone(customer)).collect()
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
        let forgotten = states.customers.iter().filter(|kept| horizon > kept.needed_until());
        let swept: Vec<String> = forgotten.map(|kept| kept.customer().into_owned()).take(MOST_SWEPT).collect();
        for customer in swept {
            *self.state(partition, &customer) = AuthorState::default();
        }
    }
}
