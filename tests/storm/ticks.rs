//! What the wall clock did, found in what was written: which of a customer's escalations no record of the inbox brought about,
//! and after which others they stand.
//!
//! When a lane looked at its clock is nowhere said. It follows from what it wrote: the same records must come of one moment.

use std::collections::{HashMap, VecDeque};

use serde_json::Value;
use triage::author::AuthorState;
use triage::config::service::Service;
use triage::post::Millis;

use super::broker::consume;
use super::oracle::COMMITTED;

/// More than this comes of no look at the clock: the clocks of a case and the silences that held it.
const MOST: usize = 6;

/// The escalations of a customer.
#[derive(Default)]
struct Customer {
    /// What the clock did, and how many others stand before it.
    due: VecDeque<(usize, Vec<u8>)>,
    /// The others, as far as they were counted.
    told: usize,
}

/// Those of all customers.
#[derive(Default)]
pub struct Ticks(HashMap<String, Customer>);

impl Ticks {
    /// Finds them in what `service` has written.
    pub fn found(service: &Service) -> Ticks {
        let mut others: HashMap<String, usize> = HashMap::new();
        let mut ticks = Ticks::default();
        for record in consume(&service.kafka, &service.topics.escalations, COMMITTED) {
            let (key, before) = (record.key_text(), others.entry(record.key_text()).or_default());
            if record.header("triage.tick").is_some() {
                ticks.0.entry(key).or_default().due.push_back((*before, record.value.unwrap_or_default()));
            } else {
                *before += 1;
            }
        }
        ticks
    }

    /// A step has brought about so many escalations of `customer`.
    pub fn told(&mut self, customer: &str, count: usize) {
        if let Some(customer) = self.0.get_mut(customer) {
            customer.told += count;
        }
    }

    /// What the clock must have written of `customer` by now: `tick` is asked what comes of a moment.
    pub fn due(
        &mut self,
        customer: &str,
        state: &mut AuthorState,
        mut tick: impl FnMut(&mut AuthorState, Millis) -> Vec<Vec<u8>>,
    ) -> Vec<Vec<u8>> {
        let mut written = Vec::new();
        let Some(customer) = self.0.get_mut(customer) else { return written };
        while let Some((before, first)) = customer.due.front().filter(|(before, _)| *before <= customer.told) {
            let here: Vec<&Vec<u8>> =
                customer.due.iter().take_while(|(before, _)| *before <= customer.told).map(|(_, value)| value).collect();
            let same = |now: Millis| {
                let outputs = tick(&mut state.clone(), now);
                let found =
                    !outputs.is_empty() && outputs.len() <= here.len() && outputs.iter().zip(&here).all(|(ours, theirs)| ours == *theirs);
                found.then_some(outputs.len()).map(|count| (now, count))
            };
            let moments: Vec<Millis> = here.iter().take(MOST).flat_map(|value| moments(value)).collect();
            let found = moments.into_iter().filter_map(same).max_by_key(|(_, count)| *count);
            // None: records that tell team leaders nothing came in between, or, if it was the turn of this one, it is wrong.
            let Some((now, count)) = found.or((*before < customer.told).then(|| (claimed(first), 1))) else { break };
            written.extend(tick(state, now));
            customer.due.drain(..count);
        }
        written
    }
}

/// The moment at which something was due, by its own account.
fn claimed(value: &[u8]) -> Millis {
    moments(value).pop().unwrap_or(Millis::new(0))
}

/// When the lane may have looked at its clock to write `value`: before what it says is due next; at what was due.
fn moments(value: &[u8]) -> Vec<Millis> {
    let value: Value = serde_json::from_slice(value).expect("JSON");
    let time = |value: &Value| value.as_str().and_then(Millis::parse);
    let clocks = &value["clocks"];
    let next = [&clocks["monitor_due"], &clocks["callback_due"]].into_iter().filter_map(time).min();
    next.map(|next| next.plus(-1)).into_iter().chain(time(&value["at"])).collect()
}
