//! What people at the desk were told of a case, and what they said they did: which follow-ups belong together, which silences
//! hold it, the steps of the desk.
//!
//! Marks records, decides nothing about a post. Bounded like all that is remembered.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::json;
use super::remembered::is_false;
use crate::post::Millis;

/// Follow-ups of which a reader tells once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What distinguishes the record of the first: its `id` without that of the case.
    #[serde(rename = "i")]
    pub first: SmolStr,
    /// When that was.
    #[serde(rename = "t", with = "json::number")]
    pub at: Millis,
}

/// Something the desk reported: the latest of its kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The kind of the event, by its name.
    #[serde(rename = "n")]
    pub kind: SmolStr,
    /// When it happened, as the event says.
    #[serde(rename = "t", with = "json::number")]
    pub at: Millis,
}

/// A silence that holds a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its name.
    #[serde(rename = "n")]
    pub by: SmolStr,
    /// When it began to.
    #[serde(rename = "t", with = "json::number")]
    pub since: Millis,
    /// Nobody has been told of the case outside of it: what comes without a post is silenced, too.
    #[serde(rename = "w", default, skip_serializing_if = "is_false")]
    pub whole: bool,
}
