//! The states of a lane's customers: those that are certain, partition by partition, and over them what the open
//! transaction has changed.
//!
//! Knows neither rules nor records of the inbox: the stage changes a state, the journal record is made here.

mod agenda;
mod kept;

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::author::AuthorState;
use crate::post::Millis;

use self::agenda::Agenda;
use self::kept::Kept;
use super::outbox::Outbox;
use super::stage::Standing;
use crate::kafka::topics::topic::Topic;

/// How often a partition is looked through for states that nobody needs any more, in milliseconds.
const SWEEP: i64 = 10 * 60 * 1000;

/// Most states that one sweep of a partition takes away, so that its transaction stays small.
const MOST_SWEPT: usize = 5_000;

/// Most customers of a partition that one look at the clock brings something; the next look comes soon.
const MOST_DUE: usize = 1_000;

/// A clock that goes back so far, in milliseconds, was set; less is how clocks are kept right.
const SET_BACK: i64 = 60 * 1000;

/// The customers of all partitions of a lane.
#[derive(Default)]
pub(super) struct Customers {
    partitions: FxHashMap<i32, States>,
    overlay: Overlay,
    /// Where records are written before they are kept.
    buffer: Vec<u8>,
    /// Cases in which something was overdue when that was last worked out.
    overdue: [u64; 2],
}

/// The customers of one partition.
#[derive(Default)]
struct States {
    customers: FxHashSet<Kept>,
    /// Those of them that have an open case.
    open_cases: u64,
    /// Time of its newest record.
    newest: Millis,
    next_sweep: Millis,
    agenda: Agenda,
    /// What the wall clock said last.
    clock: Millis,
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

impl Customers {
    /// Notes that a record of `partition` was read that was written at `at`.
    pub(super) fn note(&mut self, partition: i32, at: Millis) {
        let newest = self.overlay.newest.entry(partition).or_default();
        *newest = at.max(*newest);
    }

    /// Returns the state of `customer` as the open transaction sees it, to be changed; an empty one if he is not known.
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

    /// Adds the journal records of the open transaction to `out`.
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

    /// Makes what the transaction has changed certain.
    pub(super) fn committed(&mut self) {
        for (partition, newest) in self.overlay.newest.drain() {
            let states = self.partitions.entry(partition).or_default();
            states.newest = states.newest.max(newest);
        }
        for Touched { partition, customer, state, record, .. } in self.overlay.touched.drain(..) {
            let states = self.partitions.entry(partition).or_default();
            states.agenda.note(&customer, waits(&state));
            match record {
                Some(record) => states.keep(record),
                None => states.remove(customer.as_bytes()),
            }
        }
        self.overlay.places.clear();
    }

    /// Makes what the transaction has changed void.
    pub(super) fn aborted(&mut self) {
        self.overlay = Overlay::default();
    }

    /// Takes in a journal record. The error says what is wrong with it.
    pub(super) fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let customer = std::str::from_utf8(key).map_err(|_| "a key is not text".to_owned())?;
        let states = self.partitions.entry(partition).or_default();
        let Some(record) = value else {
            states.agenda.note(customer, false);
            states.remove(key);
            return Ok(());
        };
        let state = AuthorState::decode(record).map_err(|error| error.to_string())?;
        states.agenda.note(customer, waits(&state));
        states.newest = states.newest.max(state.last_record);
        match Kept::as_read(customer, record, &state, &mut self.buffer) {
            Some(kept) => states.keep(kept),
            None => states.remove(key),
        }
        Ok(())
    }

    /// Drops the states of `partition`, which is not ours any more or is restored anew.
    pub(super) fn forget(&mut self, partition: i32) {
        self.partitions.remove(&partition);
    }

    /// Returns how many there are. `overdue_in` tells what is overdue in a state that is certain; without it what it told last.
    pub(super) fn standing(&mut self, overdue_in: Option<impl Fn(&AuthorState) -> [bool; 2]>) -> Standing {
        if let Some(overdue_in) = overdue_in {
            self.overdue = [0; 2];
            for states in self.partitions.values() {
                let waiting = states.agenda.waiting().filter_map(|customer| states.customers.get(customer.as_bytes()));
                for (count, is) in waiting.flat_map(|kept| (0..).zip(overdue_in(&kept.state()))) {
                    self.overdue[count] += u64::from(is);
                }
            }
        }
        let sum = |of: fn(&States) -> u64| self.partitions.values().map(of).sum();
        Standing {
            customers: sum(|states| states.customers.len() as u64),
            open_cases: sum(|states| states.open_cases),
            overdue: self.overdue,
        }
    }

    /// The customers of `partition` for whom something is due at `now`, as far as one transaction may hold. `time_of` tells
    /// when something becomes due in a state that is certain, if anything does.
    pub(super) fn due(&mut self, partition: i32, now: Millis, time_of: impl Fn(&AuthorState) -> Option<Millis>) -> Vec<Arc<str>> {
        let Some(States { customers, agenda, clock, .. }) = self.partitions.get_mut(&partition) else { return Vec::new() };
        if clock.since(now) > SET_BACK {
            agenda.doubt();
        }
        *clock = now;
        agenda.due(now, MOST_DUE, |customer| time_of(&customers.get(customer.as_bytes())?.state()))
    }

    /// What is due when follows from other rules now.
    pub(super) fn doubt_clocks(&mut self) {
        self.partitions.values_mut().for_each(|states| states.agenda.doubt());
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

impl States {
    fn keep(&mut self, kept: Kept) {
        self.open_cases += u64::from(kept.has_case());
        let before = self.customers.replace(kept);
        self.let_go(before);
    }

    fn remove(&mut self, customer: &[u8]) {
        let before = self.customers.take(customer);
        self.let_go(before);
    }

    fn let_go(&mut self, kept: Option<Kept>) {
        self.open_cases -= u64::from(kept.is_some_and(|kept| kept.has_case()));
    }
}

/// Whether the wall clock may bring about something in `state`.
fn waits(state: &AuthorState) -> bool {
    state.case.as_ref().is_some_and(|case| case.hard || !case.holds.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::Case;

    #[test]
    fn open_cases_are_counted_as_they_come_and_go() {
        let mut customers = Customers::default();
        let of = |hard: bool| AuthorState { ended: Some(Millis::new(1)), case: hard.then(Case::default), ..AuthorState::default() };
        let check = |customers: &mut Customers, all: u64, open: u64| {
            let standing = customers.standing(None::<fn(&AuthorState) -> [bool; 2]>);
            assert_eq!((standing.customers, standing.open_cases), (all, open));
        };
        let write = |customers: &mut Customers, customer: &str, state: AuthorState, committed: bool| {
            *customers.state(0, customer) = state;
            customers.journal(&mut Outbox::default());
            if committed { customers.committed() } else { customers.aborted() }
        };
        for (customer, state, committed, all, open) in [
            ("x:1", of(true), true, 1, 1),
            ("x:2", of(true), false, 1, 1),
            ("x:2", of(false), true, 2, 1),
            ("x:1", of(true), true, 2, 1),
            ("x:2", of(true), true, 2, 2),
            ("x:2", of(false), true, 2, 1),
            ("x:2", AuthorState::default(), true, 1, 1),
        ] {
            write(&mut customers, customer, state, committed);
            check(&mut customers, all, open);
        }
        let record = of(true).encode().unwrap();
        for (key, value, all, open) in [("x:3", Some(&*record), 2, 2), ("x:3", Some(&*record), 2, 2), ("x:1", None, 1, 1)] {
            customers.restore(0, key.as_bytes(), value).unwrap();
            check(&mut customers, all, open);
        }
        customers.forget(0);
        check(&mut customers, 0, 0);
    }
}
