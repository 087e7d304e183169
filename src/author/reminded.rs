//! Of what the team leader was reminded last, clock by clock.
//!
//! Knows no interval: what is due next, [`crate::case`] works out.

use serde::{Deserialize, Serialize};

use super::json;
use crate::post::Millis;

/// The clocks of a hard case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// Nobody has the case yet.
    AssignTl,
    /// Somebody has to look at the progress.
    Monitor,
    /// The customer has to be called.
    Callback,
}

impl Reminder {
    /// All of them.
    pub const ALL: [Reminder; 3] = [Reminder::AssignTl, Reminder::Monitor, Reminder::Callback];
}

/// The last reminder of one clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    /// Its number, which the next one's is above.
    #[serde(rename = "n")]
    pub n: u64,
    /// When it was due: what is due up to then needs no further one.
    #[serde(rename = "t", with = "json::number")]
    pub at: Millis,
}

/// The last reminders of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminders {
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    assign_tl: Option<Reminded>,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    monitor: Option<Reminded>,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    callback: Option<Reminded>,
}

impl Reminders {
    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        *self == Reminders::default()
    }

    /// The last reminder of `clock`.
    pub fn last(&self, clock: Reminder) -> Option<Reminded> {
        match clock {
            Reminder::AssignTl => self.assign_tl,
            Reminder::Monitor => self.monitor,
            Reminder::Callback => self.callback,
        }
    }

    /// Notes the last reminder of `clock`.
    pub fn note(&mut self, clock: Reminder, reminded: Reminded) {
        let place = match clock {
            Reminder::AssignTl => &mut self.assign_tl,
            Reminder::Monitor => &mut self.monitor,
            Reminder::Callback => &mut self.callback,
        };
        *place = Some(reminded);
    }
}
