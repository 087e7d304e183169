//! The fold over recorded inputs, customer by customer, in memory: what `backtest`, `explain` and `test` run.
//!
//! The same [`engine::step`] as on the stream; only reading, writing and Kafka's part are left out.

use rustc_hash::FxHashMap;

use crate::author::AuthorState;
use crate::case::Tick;
use crate::engine;
use crate::engine::Workspace;
use crate::post::{CustomerKey, Input, Millis};
use crate::record::{Arrival, Output};
use crate::rules::{Rules, Silences};

/// States of all customers seen so far.
#[derive(Debug, Default)]
pub struct Replay {
    /// Evidence speaks of every condition.
    pub every_condition: bool,
    work: Workspace,
    states: FxHashMap<String, AuthorState>,
}

/// An input ready to be replayed.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<'a> {
    /// Post or case event.
    pub input: Input<'a>,
    /// Whose state it concerns.
    pub customer: CustomerKey,
    /// The record's timestamp; where none is known, when the post was written (D65).
    pub at: Millis,
    /// Where it was recorded.
    pub source: String,
}

impl Replay {
    /// Returns a replay that looks at signals too that can decide nothing about a post, for whoever asks what they say.
    pub fn with_moot() -> Self {
        Replay { work: Workspace::with_moot(), ..Replay::default() }
    }

    /// One step; what it writes.
    pub fn step<'a>(&mut self, rules: &'a Rules, recorded: &'a Recorded<'a>) -> Vec<Output<'a>> {
        let customer = recorded.customer.as_str();
        if !self.states.contains_key(customer) {
            self.states.insert(customer.to_owned(), AuthorState::default());
        }
        let Some(state) = self.states.get_mut(customer) else { return Vec::new() };
        let arrival =
            Arrival { customer, at: recorded.at, source: &recorded.source, with_text: true, every_condition: self.every_condition };
        self.work.forget();
        engine::step(&mut self.work, rules, state, &recorded.input, &arrival)
    }

    /// A look at the wall clock in the case of `customer`; what it writes.
    pub fn tick<'a>(&mut self, rules: &'a Rules, customer: &'a str, now: Millis) -> Vec<Output<'a>> {
        let tick = Tick { customer, now, with_text: true };
        self.states.get_mut(customer).map(|state| engine::tick(rules, &Silences::default(), state, &tick)).unwrap_or_default()
    }

    /// The buffers of the last step: what was found in its post, and how its class was decided.
    pub fn workspace(&self) -> &Workspace {
        &self.work
    }

    /// The state of `customer`.
    pub fn state(&self, customer: &str) -> Option<&AuthorState> {
        self.states.get(customer)
    }
}
