//! When the wall clock next brings about something for the customers of a partition: a queue in the order of time, so that
//! a look at it costs what is due and not what is known.
//!
//! No second truth: every entry follows from a state that is certain. What has changed is noted and worked out again at
//! the next look; an entry is held against the state before anything is done. Knows no rule and no state.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::post::Millis;

/// What is due when.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    queue: BTreeSet<(Millis, Arc<str>)>,
    /// The time under which a customer stands in the queue.
    times: FxHashMap<Arc<str>, Millis>,
    /// Customers whose time must be worked out anew.
    changed: FxHashSet<Arc<str>>,
}

impl Agenda {
    /// The state of `customer` has changed. `waits`: something may become due in it.
    pub(super) fn note(&mut self, customer: &str, waits: bool) {
        if (waits || self.times.contains_key(customer)) && !self.changed.contains(customer) {
            self.changed.insert(customer.into());
        }
    }

    /// All times are doubtful: the rules are others, or the clock was set.
    pub(super) fn doubt(&mut self) {
        self.changed.extend(self.times.keys().cloned());
    }

    /// At most `most` customers for whom something is due at `now`, the longest due first. `time_of` tells when something
    /// becomes due for a customer, if anything does.
    pub(super) fn due(&mut self, now: Millis, most: usize, time_of: impl Fn(&str) -> Option<Millis>) -> Vec<Arc<str>> {
        for customer in std::mem::take(&mut self.changed) {
            let time = time_of(&customer);
            self.set(customer, time);
        }
        let mut due = Vec::new();
        let mut moved = Vec::new();
        for (_, customer) in self.queue.iter().take_while(|(time, _)| *time <= now) {
            match time_of(customer) {
                Some(time) if time <= now => due.push(Arc::clone(customer)),
                other => moved.push((Arc::clone(customer), other)),
            }
            if due.len() == most {
                break;
            }
        }
        moved.into_iter().for_each(|(customer, time)| self.set(customer, time));
        due
    }

    /// Returns all customers whom the clock may bring something.
    pub(super) fn waiting(&self) -> impl Iterator<Item = &str> {
        self.times.keys().map(|customer| &**customer)
    }

    fn set(&mut self, customer: Arc<str>, time: Option<Millis>) {
        if let Some(before) = self.times.remove(&customer) {
            self.queue.remove(&(before, Arc::clone(&customer)));
        }
        if let Some(time) = time {
            self.times.insert(Arc::clone(&customer), time);
            self.queue.insert((time, customer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_due_is_asked_for_again() {
        let mut agenda = Agenda::default();
        let names: Vec<Arc<str>> = (0..1_000).map(|number| format!("x:{number}").into()).collect();
        names.iter().for_each(|name| agenda.note(name, true));
        agenda.note("x:none", false);
        let time_of = |name: &str| Some(Millis::new(name[2..].parse::<i64>().unwrap()));
        assert_eq!(agenda.due(Millis::new(-1), 10, time_of), [] as [Arc<str>; 0]);
        let asked = std::cell::Cell::new(0);
        let counted = |name: &str| {
            asked.set(asked.get() + 1);
            time_of(name)
        };
        let due = agenda.due(Millis::new(3), 10, counted);
        assert_eq!((due.len(), asked.get(), &*due[0]), (4, 4, "x:0"));
        assert_eq!(agenda.due(Millis::new(3), 2, counted).len(), 2, "and not more than that");
    }

    #[test]
    fn an_entry_that_the_state_does_not_bear_out_is_corrected() {
        let mut agenda = Agenda::default();
        let (closed, later): (Arc<str>, Arc<str>) = ("x:1".into(), "x:2".into());
        agenda.note(&closed, true);
        agenda.note(&later, true);
        assert!(agenda.due(Millis::new(0), 10, |_| Some(Millis::new(5))).is_empty());
        let now = |name: &str| (name == "x:2").then_some(Millis::new(9));
        assert!(agenda.due(Millis::new(5), 10, now).is_empty());
        assert_eq!(agenda.due(Millis::new(9), 10, now), [Arc::clone(&later)]);
        agenda.note(&closed, false);
        agenda.doubt();
        assert!(agenda.due(Millis::new(9), 10, |_| Some(Millis::new(10))).is_empty());
        assert_eq!((agenda.times.len(), agenda.queue.len(), agenda.changed.len()), (1, 1, 0));
    }
}
