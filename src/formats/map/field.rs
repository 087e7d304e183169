//! Where one field of the post comes from, and what values of the feed are called here.
//!
//! Knows JSON and paths; what a field means it does not know, but for what stands for a kind and a platform that nobody knows.

use serde_json::{Value, json};

use super::plain;

/// Where one field of the post comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Field {
    /// As in the canonical record; `author.id` for a field of the author.
    pub(super) name: &'static str,
    /// Tried in their order.
    pub(super) from: Vec<Place>,
    /// Where no path leads to anything.
    pub(super) constant: Option<String>,
    /// What values of the feed are called here.
    pub(super) names: Vec<(String, String)>,
    /// Whether a post without it is a dead letter.
    pub(super) is_required: bool,
}

/// A JSON pointer, from the post or, where posts are elements of a list, from the record around it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) of_record: bool,
    pub(super) pointer: String,
}

impl Field {
    /// Returns what the canonical record has in this field; `None` if there is nothing.
    pub(super) fn value(&self, item: &Value, record: &Value) -> Option<Value> {
        let constant = || self.constant.as_ref().map(|constant| json!(constant));
        match self.found(item, record) {
            Some((_, found)) if self.names.is_empty() => Some(found.clone()),
            Some((_, found)) => self.named(found).map(Value::from).or_else(constant),
            None => constant(),
        }
    }

    /// Returns where the field comes from, in the notation of maps; of a constant its value.
    pub(super) fn origin(&self, item: &Value, record: &Value) -> Option<String> {
        let found = self.found(item, record).map(|(place, _)| format!("{}{}", if place.of_record { "^" } else { "" }, place.pointer));
        found.or_else(|| self.constant.as_ref().map(|constant| format!("= {constant}")))
    }

    /// Returns the first place that leads to something, and what is there.
    fn found<'f, 'v>(&'f self, item: &'v Value, record: &'v Value) -> Option<(&'f Place, &'v Value)> {
        let at = |place: &'f Place| Some((place, if place.of_record { record } else { item }.pointer(&place.pointer)?));
        self.from.iter().filter_map(at).find(|(_, value)| !is_nothing(value))
    }

    /// Returns what `found` is called here. A kind or a platform without a name is one that nobody here knows.
    fn named(&self, found: &Value) -> Option<&str> {
        let found = plain(found).unwrap_or_default();
        let named = self.names.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(found.trim()));
        match (named, self.name) {
            (Some((_, ours)), _) => Some(ours),
            (None, "event_kind") => Some("unknown"),
            (None, "platform") => Some("other"),
            (None, _) => None,
        }
    }
}

/// Returns whether a path that leads to `value` leads to nothing: the next one is tried.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}
