//! Two rule sets over the same recorded posts: which verdicts flip, and what is responsible for it.
//!
//! Each rule set folds the posts with a state of its own through [`crate::engine::step`]; nothing is judged in another
//! way. Knows no file and no Kafka.

mod aspect;
mod cause;
mod flips;
mod show;
#[cfg(test)]
mod tests;

use serde::Serialize;

pub use self::aspect::{Aspect, Of, Shift};
pub use self::cause::{Cause, Change, EntryChange, Measure};
pub use self::flips::{Cell, Counts, Customers, Flips, Row};
use crate::post::{CustomerKey, Input};
use crate::record::{Destination, Output, TriageRecord};
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;

/// What was decided about a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionSummary {
    /// Its class.
    pub class: String,
    /// Destination: `agents`, `oot`, `escalations` or `skipped`.
    pub route: &'static str,
    /// Why it is put aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Conditions of the customer's open case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<String>,
}

/// A post of which the two rule sets do not say the same.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// Its id on its platform.
    pub post_id: String,
    /// Text of the post, whole: for the people who judge the flip.
    pub text: String,
    /// The customer whose state it was judged with; left out of what is written.
    #[serde(skip)]
    pub customer: CustomerKey,
    /// Where it was recorded.
    pub source: String,
    /// As decided by the first rule set.
    pub before: DecisionSummary,
    /// As decided by the second.
    pub after: DecisionSummary,
    /// What else is said of it by one of the two only: conditions, signals, flags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// What is responsible; never empty.
    pub causes: Vec<Cause>,
}

impl Difference {
    /// Returns whether its class or where it goes differs; if not, only what is said beside them does.
    pub fn flips(&self) -> bool {
        self.before.class != self.after.class || self.before.route != self.after.route
    }

    /// Returns whether the post reaches a team leader only by the second rule set.
    pub fn escalates(&self) -> bool {
        let to_a_leader = |decision: &DecisionSummary| decision.route == Destination::Escalations.name();
        !to_a_leader(&self.before) && to_a_leader(&self.after)
    }

    /// Returns whether somebody looks at the post by the first rule set and nobody by the second: the flip to be afraid
    /// of.
    pub fn leaves(&self) -> bool {
        !leaves_the_queue(self.before.route) && leaves_the_queue(self.after.route)
    }
}

/// Returns whether nobody looks at what goes to `route`.
pub fn leaves_the_queue(route: &str) -> bool {
    Destination::from_name(route).is_some_and(Destination::is_unseen)
}

/// Two folds side by side.
#[derive(Debug)]
pub struct Comparison<'r> {
    before: Side<'r>,
    after: Side<'r>,
}

/// One rule set and the states that it has built up.
#[derive(Debug)]
struct Side<'r> {
    rules: &'r Rules,
    replay: Replay,
}

impl<'r> Comparison<'r> {
    /// Compares `after` with `before`, both without any memory of the customers.
    pub fn new(before: &'r Rules, after: &'r Rules) -> Self {
        let side = |rules| Side { rules, replay: Replay::with_moot() };
        Comparison { before: side(before), after: side(after) }
    }

    /// Judges the next input with both. The customer is the recorded one: in the stream it is told before the rules
    /// change.
    pub fn step(&mut self, recorded: &Recorded<'_>) -> Option<Difference> {
        let (before, after, shifts) = {
            let (ours, theirs) = (self.before.replay.step(self.before.rules, recorded), self.after.replay.step(self.after.rules, recorded));
            let Input::Post(_) = &recorded.input else { return None };
            let shifts = aspect::shifts(&ours, &theirs);
            let (ours, theirs) = (verdict(&ours)?, verdict(&theirs)?);
            if ours.class == theirs.class && ours.route == theirs.route && shifts.is_empty() {
                return None;
            }
            (decision(ours), decision(theirs), shifts)
        };
        let Input::Post(post) = &recorded.input else { return None };
        let causes = cause::find(&self.before, &self.after, post, &before, &after, &shifts);
        let (post_id, text) = (post.post_id.to_string(), post.text.to_string());
        let (customer, source) = (recorded.customer.clone(), recorded.source.clone());
        Some(Difference { post_id, text, customer, source, before, after, shifts, causes })
    }
}

fn verdict<'o, 'a>(outputs: &'o [Output<'a>]) -> Option<&'o TriageRecord<'a>> {
    outputs.first().and_then(Output::verdict)
}

fn decision(record: &TriageRecord<'_>) -> DecisionSummary {
    DecisionSummary {
        class: record.class.to_owned(),
        route: record.route,
        reason: record.reason.map(str::to_owned),
        conditions: record.case.as_ref().map(|case| case.conditions.clone()).unwrap_or_default(),
    }
}
