//! An open case as it is shown: what the journal says, and what is due by the rules.

use serde::Serialize;

use crate::author::MetCondition;
use crate::case;
use crate::kafka::{Coordinates, Customer};
use crate::post::Millis;
use crate::rules::Rules;

/// An open case.
#[derive(Debug, Clone, Serialize)]
pub(super) struct OpenCase {
    pub(super) case_id: String,
    pub(super) customer: String,
    pub(super) hard: bool,
    /// When it became hard.
    pub(super) opened_at: Option<Millis>,
    /// When its first post was written.
    pub(super) first_at: Millis,
    /// When its newest post was written.
    pub(super) last_at: Millis,
    pub(super) conditions: Vec<Condition>,
    pub(super) posts: Vec<String>,
    pub(super) tl_name: Option<String>,
    pub(super) pic_tiket: Option<String>,
    /// When the customer was called last.
    pub(super) last_callback: Option<Millis>,
    /// When the unit expects to be done.
    pub(super) unit_eta: Option<Millis>,
    pub(super) monitor_due: Option<Millis>,
    pub(super) callback_due: Option<Millis>,
    /// What should have been done: `callback`.
    pub(super) overdue: Vec<&'static str>,
    /// Where the journal says so.
    pub(super) journal: Coordinates,
}

/// A condition that is met.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Condition {
    pub(super) name: String,
    /// The posts that met it.
    pub(super) posts: Vec<String>,
    /// The words that showed it, where they are kept, else the entries of lexicons.
    pub(super) because: Vec<String>,
}

impl OpenCase {
    /// Returns the case of `customer` as seen at `now`; `None` where there is none.
    pub(super) fn of(rules: &Rules, customer: &Customer, now: Millis) -> Option<Self> {
        let case = customer.state.case.as_ref()?;
        let clocks = case::clocks(rules, case, now);
        let missed = case::callback_missed(rules, case, now);
        let callback_due = missed.or_else(|| clocks.as_ref()?.callback_due);
        Some(OpenCase {
            case_id: case::id(&customer.key, case),
            customer: customer.key.clone(),
            hard: case.hard,
            opened_at: case.opened_at,
            first_at: case.first_at,
            last_at: case.last_at,
            conditions: case.conditions.iter().map(Condition::of).collect(),
            posts: case.posts.iter().map(ToString::to_string).collect(),
            tl_name: case.tl_name.as_deref().map(str::to_owned),
            pic_tiket: case.pic_tiket.as_deref().map(str::to_owned),
            last_callback: case.last_callback,
            unit_eta: case.unit_eta,
            monitor_due: clocks.and_then(|clocks| clocks.monitor_due),
            callback_due,
            overdue: missed.map(|_| "callback").into_iter().collect(),
            journal: customer.place.clone(),
        })
    }

    /// What orders cases: hard ones first, the one first whose call back is due first.
    pub(super) fn urgency(&self) -> (bool, Option<Millis>, Millis, &str) {
        (!self.hard, self.callback_due, self.first_at, &self.case_id)
    }
}

impl Condition {
    fn of(condition: &MetCondition) -> Self {
        let pieces = condition.evidence.iter().map(|reason| &reason.piece);
        let because = pieces.filter_map(|piece| piece.quote.as_ref().or(piece.entry.as_ref())).map(|text| (**text).to_owned());
        Condition {
            name: (*condition.name).to_owned(),
            posts: condition.posts.iter().map(|post| (**post).to_owned()).collect(),
            because: because.collect(),
        }
    }
}
