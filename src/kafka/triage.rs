//! The second stage: folds the records of each customer into verdicts and keeps the customers' states.
//!
//! Decides nothing itself: that is [`engine::step`].

use std::borrow::Cow;
use std::sync::Arc;

use lz4_flex::block::{compress_prepend_size, decompress_size_prepended};
use rustc_hash::FxHashMap;

use crate::author::{AuthorState, ID_MEMORY};
use crate::engine::{self, Input};
use crate::post::{CustomerKey, Millis};
use crate::record::{Arrival, Destination, Output, ShadowRecord};
use crate::rules::Rules;
use crate::verdict::Workspace;

use super::failpoint::{Bug, made};
use super::recent::{Judged, Recent};
use super::stage::{Inbound, Outbox, Outgoing, Stage, dead_letter};
use super::swap::Swap;
use super::topics::Topic;

/// How often a partition is looked through for states that nobody needs any more, in milliseconds.
const SWEEP: i64 = 10 * 60 * 1000;

/// Most states that one sweep of a partition takes away, so that its transaction stays small.
const MOST_SWEPT: usize = 5_000;

/// The stage.
pub struct Triage {
    shared: Arc<Swap<Rules>>,
    rules: Arc<Rules>,
    shadow: Option<Shadow>,
    recent: Option<Arc<Recent>>,
    with_text: bool,
    workspace: Workspace,
    partitions: FxHashMap<i32, States>,
    overlay: Overlay,
}

/// Rules that are only tried: they judge each post from the state that it met, and leave none of their own.
struct Shadow {
    shared: Arc<Swap<Rules>>,
    rules: Arc<Rules>,
    workspace: Workspace,
}

/// The customers of one partition.
#[derive(Default)]
struct States {
    customers: FxHashMap<Box<str>, Kept>,
    /// Time of its newest record.
    newest: Millis,
    next_sweep: Millis,
}

/// A customer between two transactions: the last journal record, packed, which takes a tenth of the memory of a state
/// that was read. A lane may have a million of them.
struct Kept {
    record: Packed,
    /// So long, in record time, it may be asked for.
    needed_until: Millis,
}

/// States that the open transaction has touched, in that order.
#[derive(Default)]
struct Overlay {
    touched: Vec<Touched>,
    places: FxHashMap<i32, FxHashMap<Box<str>, usize>>,
    /// Time of the newest record of each partition.
    newest: FxHashMap<i32, Millis>,
    /// Posts for [`Recent`].
    judged: Vec<Judged>,
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

/// A journal record, compressed: ids and times stand in it again and again.
struct Packed(Box<[u8]>);

impl Triage {
    /// With the rules that `shared` holds whenever a transaction begins. `with_text`: records show the text of posts.
    pub fn new(shared: Arc<Swap<Rules>>, with_text: bool) -> Self {
        let rules = shared.get();
        let (workspace, partitions, overlay) = Default::default();
        Triage { shared, rules, shadow: None, recent: None, with_text, workspace, partitions, overlay }
    }

    /// The same, which also tells where the rules that `shared` holds would have decided otherwise.
    pub fn with_shadow(mut self, shared: Option<Arc<Swap<Rules>>>) -> Self {
        self.shadow = shared.map(|shared| Shadow { rules: shared.get(), shared, workspace: Workspace::default() });
        self
    }

    /// The same, which also hands the posts it has judged to `recent`.
    pub fn with_recent(mut self, recent: Option<Arc<Recent>>) -> Self {
        self.recent = recent;
        self
    }

    /// How many customers are remembered.
    pub fn customers(&self) -> usize {
        self.partitions.values().map(|states| states.customers.len()).sum()
    }

    fn reject(&self, record: &Inbound<'_>, code: &str, message: &str, out: &mut Outbox) {
        out.push(dead_letter(self.name(), &self.rules.hash, record, code, message));
    }
}

impl Stage for Triage {
    fn name(&self) -> &'static str {
        "triage"
    }

    fn rules(&self) -> String {
        self.rules.hash.clone()
    }

    fn begin(&mut self) {
        self.rules = self.shared.get();
        if let Some(shadow) = &mut self.shadow {
            shadow.rules = shadow.shared.get();
        }
    }

    fn process(&mut self, record: &Inbound<'_>, out: &mut Outbox) {
        let input = match engine::read(record.value.unwrap_or_default()) {
            Ok(input) => input,
            Err(message) => return self.reject(record, "not_canonical", &message, out),
        };
        let customer = match record.key.and_then(|key| std::str::from_utf8(key).ok()).filter(|key| !key.is_empty()) {
            Some(key) => Cow::Borrowed(key),
            None => Cow::Owned(self.customer_of(&input)),
        };
        let source = record.source();
        let arrival =
            Arrival { customer: &customer, at: record.timestamp, source: &source, with_text: self.with_text, every_condition: false };
        self.overlay.note(record.partition, record.timestamp);
        if self.recent.is_some() && matches!(input, Input::Post(_)) {
            let value = record.value.unwrap_or_default().into();
            self.overlay.judged.push(Judged { customer: customer.as_ref().into(), at: record.timestamp, value });
        }
        let state = self.overlay.state(&self.partitions, record.partition, &customer);
        let before = self.shadow.as_ref().map(|_| state.clone());
        let outputs = engine::step(&mut self.workspace, &self.rules, state, &input, &arrival);
        out.forgotten_early += self.workspace.take_forgotten();
        for output in &outputs {
            out.push(outgoing(self.rules.hash.as_str(), record, &customer, &source, output));
        }
        if let (Some(shadow), Some(mut before)) = (&mut self.shadow, before) {
            let others = engine::step(&mut shadow.workspace, &shadow.rules, &mut before, &input, &arrival);
            let value = ShadowRecord::of_difference(&outputs, &others).and_then(|record| sonic_rs::to_vec(&record).ok());
            out.records.extend(value.map(|value| verdict(Topic::Shadow, record, &customer, &source, value)));
        }
    }

    fn tick(&mut self, partition: i32, now: Millis, _: &mut Outbox) {
        self.sweep(partition, now);
    }

    fn journal(&mut self, out: &mut Outbox) {
        for touched in &mut self.overlay.touched {
            let value = touched.state.encode();
            touched.record = value.as_deref().map(Packed::new);
            if value.is_none() && !touched.known {
                continue;
            }
            out.push(Outgoing {
                to: Topic::Journal,
                partition: Some(touched.partition),
                key: Some(touched.customer.as_bytes().to_vec()),
                value,
                headers: Vec::new(),
                timestamp: None,
            });
        }
    }

    fn commit(&mut self) {
        for (partition, newest) in self.overlay.newest.drain() {
            let states = self.partitions.entry(partition).or_default();
            states.newest = states.newest.max(newest);
        }
        if let Some(recent) = &self.recent {
            // More than can be kept need not pass through the lock.
            let judged = &mut self.overlay.judged;
            recent.add(judged.drain(judged.len().saturating_sub(recent.most())..));
            judged.clear();
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

    fn rollback(&mut self) {
        self.overlay = Overlay::default();
    }

    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
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

    fn forget(&mut self, partition: i32) {
        self.partitions.remove(&partition);
    }
}

impl Triage {
    /// The key that the record should have had.
    fn customer_of(&self, input: &Input<'_>) -> String {
        let key = match input {
            Input::Post(post) => Some(self.rules.own.customer_of(post)),
            Input::CaseEvent(event) => event.customer(),
        };
        key.as_ref().map_or("", CustomerKey::as_str).to_owned()
    }

    /// Frees states that count as forgotten anyway: at twice the age at which the step would forget them, so the moment
    /// of a sweep changes no verdict (2.9, 18). Cases go only when the step says so.
    fn sweep(&mut self, partition: i32, now: Millis) {
        let Some(states) = self.partitions.get_mut(&partition).filter(|states| now >= states.next_sweep) else { return };
        states.next_sweep = now.plus(SWEEP);
        let horizon = if made(Bug::ExpiryByWallClock) { now } else { now.min(states.newest) };
        let forgotten = states.customers.iter().filter(|(_, kept)| horizon > kept.needed_until);
        let swept: Vec<Box<str>> = forgotten.map(|(customer, _)| customer.clone()).take(MOST_SWEPT).collect();
        for customer in swept {
            *self.overlay.state(&self.partitions, partition, &customer) = AuthorState::default();
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
        decompress_size_prepended(&self.0).unwrap_or_else(|error| panic!("what was packed here: {error}"))
    }
}

impl Overlay {
    fn note(&mut self, partition: i32, at: Millis) {
        let newest = self.newest.entry(partition).or_default();
        *newest = at.max(*newest);
    }

    /// The state of `customer` as the open transaction sees it.
    fn state(&mut self, partitions: &FxHashMap<i32, States>, partition: i32, customer: &str) -> &mut AuthorState {
        let places = self.places.entry(partition).or_default();
        let place = match places.get(customer) {
            Some(&place) => place,
            None => {
                let known = partitions.get(&partition).and_then(|states| states.customers.get(customer));
                let state = known.map(Kept::read).unwrap_or_default();
                let touched = Touched { partition, customer: customer.into(), state, known: known.is_some(), record: None };
                self.touched.push(touched);
                places.insert(customer.into(), self.touched.len() - 1);
                self.touched.len() - 1
            }
        };
        &mut self.touched[place].state
    }
}

fn outgoing(rules: &str, record: &Inbound<'_>, customer: &str, source: &str, output: &Output<'_>) -> Outgoing {
    let (to, value) = match output {
        Output::Triage(destination, record) => (topic(*destination), sonic_rs::to_vec(record)),
        Output::Escalation(record) => (Topic::Escalations, sonic_rs::to_vec(record)),
        Output::DeadLetter { code, message } => return dead_letter("triage", rules, record, code, message),
    };
    match value {
        Ok(value) => verdict(to, record, customer, source, value),
        Err(error) => dead_letter("triage", rules, record, "not_serialisable", &error.to_string()),
    }
}

/// A record about the post in `record`.
fn verdict(to: Topic, record: &Inbound<'_>, customer: &str, source: &str, value: Vec<u8>) -> Outgoing {
    Outgoing {
        to,
        partition: None,
        key: Some(customer.as_bytes().to_vec()),
        value: Some(value),
        headers: vec![(Cow::Borrowed("triage.source"), Some(source.as_bytes().to_vec()))],
        timestamp: Some(record.timestamp),
    }
}

fn topic(destination: Destination) -> Topic {
    match destination {
        Destination::Agents => Topic::Agents,
        Destination::Oot => Topic::Oot,
        Destination::Escalations => Topic::Escalations,
        Destination::Skipped => Topic::Skipped,
    }
}
