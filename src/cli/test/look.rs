//! A look at the wall clock between two posts: what it brings about, and what it must.

use super::expected::{Mismatch, NONE, listed};
use crate::config::reader::{Table, Value};
use crate::post::{CustomerKey, Millis};
use crate::problem::{Problem, Spot};
use crate::record::{EscalationType, Output};
use crate::replay::Replay;
use crate::rules::Rules;

/// What the wall clock can bring about.
const KINDS: [EscalationType; 4] =
    [EscalationType::ReminderAssignTl, EscalationType::ReminderMonitor, EscalationType::ReminderCallback, EscalationType::Expired];

/// A look at the wall clock, which nobody has looked at since the step before.
#[derive(Debug)]
pub struct Look {
    /// Its number among the posts of the test, from 1.
    pub number: usize,
    /// Where it is written.
    pub spot: Spot,
    customer: CustomerKey,
    at: Millis,
    /// The records that must come of it, in any order.
    reminders: Vec<String>,
    /// How many reminders each of them must say were missed.
    missed: Option<u64>,
}

impl Look {
    /// Reads what a look at `at`, for the case of `customer`, must bring.
    pub fn read(table: &Table<'_>, number: usize, customer: CustomerKey, at: Millis) -> Self {
        let reminders = names(&table.optional("expect_reminder"));
        let missed = table.optional("expect_missed").integer(0..=u64::from(u32::MAX));
        Look { number, spot: table.spot(), customer, at, reminders, missed }
    }

    /// Looks; what is not as expected.
    pub fn run(&self, replay: &mut Replay, rules: &Rules) -> Vec<Mismatch> {
        let outputs = replay.tick(rules, self.customer.as_str(), self.at);
        let records = outputs.iter().filter_map(|output| if let Output::Escalation(record) = output { Some(record) } else { None });
        let (mut seen, mut missed) = (Vec::new(), Vec::new());
        for record in records {
            seen.push(record.kind.name().to_owned());
            missed.extend(record.missed);
        }
        seen.sort_unstable();
        let mut mismatches = Vec::new();
        if seen != self.reminders {
            mismatches.push(Mismatch { key: "expect_reminder", expected: listed(&self.reminders), actual: listed(&seen) });
        }
        if let Some(wanted) = self.missed.filter(|wanted| missed.is_empty() || missed.iter().any(|missed| missed != wanted)) {
            let missed: Vec<String> = missed.iter().map(u64::to_string).collect();
            mismatches.push(Mismatch { key: "expect_missed", expected: wanted.to_string(), actual: listed(&missed) });
        }
        mismatches
    }
}

/// The records that `value` names, sorted; unknown names are reported.
fn names(value: &Value<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for text in value.spotted_strings() {
        if KINDS.iter().any(|kind| kind.name() == text.value) {
            names.push(text.value);
        } else if text.value != NONE {
            let problem = Problem::error(&text.spot, format!("the clock brings no `{}`", text.value));
            value.reporter().report(problem.suggest(&text.value, KINDS.iter().map(|kind| kind.name()).chain([NONE])));
        }
    }
    names.sort_unstable();
    names
}
