//! How the record that a step answers arrived.

use crate::post::Millis;

/// How an input arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// Whose state it concerns.
    pub customer: &'a str,
    /// The record's timestamp.
    pub at: Millis,
    /// `topic/partition/offset` of the record; empty where the wall clock brings something about.
    pub source: &'a str,
    /// Records show the text of the post, and evidence quotes it.
    pub with_text: bool,
    /// Evidence speaks of every condition, not only of those that are met or close.
    pub every_condition: bool,
}
