//! Why a record, or one item of it, could not be read: a short code for dead letters and one sentence for people.
//!
//! Must not repeat anything that somebody wrote: messages name fields and places, never values.

use serde_json::error::Category;

/// The code of what is no JSON.
pub(super) const BAD_JSON: &str = "bad_json";

/// Nothing of the record could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejected {
    /// Code of the dead letter: `bad_json`, `unknown_format`, `no_post`, `missing_field`, `bad_field`, `bad_time` or `too_many`.
    pub code: &'static str,
    /// One sentence without any text, handle or id of the record.
    pub message: String,
}

/// One item of a batch that could not be read while others could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadItem {
    /// Its place among the items of the record, from 0.
    pub index: usize,
    /// Code as in [`Rejected`]; the dead letter itself has `bad_items`.
    pub code: &'static str,
    /// One sentence, without anything of the item.
    pub message: String,
}

impl Rejected {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Rejected { code, message: message.into() }
    }

    /// Returns the same, of the item at `index`.
    pub(super) fn at(self, index: usize) -> BadItem {
        BadItem { index, code: self.code, message: self.message }
    }

    pub(super) fn unknown_format(message: impl Into<String>) -> Self {
        Rejected::new("unknown_format", message)
    }

    pub(super) fn no_post(message: impl Into<String>) -> Self {
        Rejected::new("no_post", message)
    }

    pub(super) fn missing(field: &str) -> Self {
        Rejected::new("missing_field", format!("The field `{field}` is missing or empty."))
    }

    pub(super) fn bad_time(field: &str) -> Self {
        Rejected::new("bad_time", format!("The field `{field}` is no time that can be read."))
    }
}

impl From<serde_json::Error> for Rejected {
    fn from(error: serde_json::Error) -> Self {
        let place = format!("line {}, column {}", error.line(), error.column());
        match error.classify() {
            Category::Data => of_data(&error.to_string(), &place),
            Category::Eof => Rejected::new(BAD_JSON, format!("The JSON ends too early ({place}).")),
            Category::Syntax | Category::Io => Rejected::new(BAD_JSON, format!("This is not valid JSON in UTF-8 ({place}).")),
        }
    }
}

/// Rejects a value for what serde `said` of it. That may quote it: only the parts that come from our own types are kept.
fn of_data(said: &str, place: &str) -> Rejected {
    if let Some(field) = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        return Rejected::new("missing_field", format!("The field `{field}` is missing ({place})."));
    }
    if !said.starts_with("invalid ") {
        return Rejected::new("bad_field", format!("A field occurs twice or has a value that is not allowed ({place})."));
    }
    let wanted = said.rsplit_once(", expected ").map_or("of another type", |(_, wanted)| wanted);
    let wanted = wanted.split(" at line ").next().unwrap_or(wanted);
    let code = if wanted.starts_with("a time") { "bad_time" } else { "bad_field" };
    Rejected::new(code, format!("A value should be {wanted} ({place})."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{CaseEvent, Post};

    #[test]
    fn messages_name_the_field_or_the_place_and_never_the_value() {
        let check = |json: &str, code: &str, message: &str| {
            let rejected = Rejected::from(serde_json::from_str::<Post<'_>>(json).unwrap_err());
            assert_eq!((rejected.code, rejected.message.as_str()), (code, message), "{json}");
        };
        check("{", "bad_json", "The JSON ends too early (line 1, column 1).");
        check("{]", "bad_json", "This is not valid JSON in UTF-8 (line 1, column 2).");
        check(r#"{"post_id":"1"}"#, "missing_field", "The field `platform` is missing (line 1, column 15).");
        check(r#"{"post_id":[]}"#, "bad_field", "A value should be a string or a whole number (line 1, column 13).");
        check(r#"{"text":true}"#, "bad_field", "A value should be a string or a whole number (line 1, column 12).");
        check(r#"{"lang":"a","lang":"b"}"#, "bad_field", "A field occurs twice or has a value that is not allowed (line 1, column 18).");
        check(
            r#"{"created_at":"rahasia"}"#,
            "bad_time",
            "A value should be a time as RFC 3339 writes it, such as 2025-01-07T03:01:12.000Z (line 1, column 23).",
        );
        let event = Rejected::from(serde_json::from_str::<CaseEvent<'_>>(r#"{"event":"rahasia"}"#).unwrap_err());
        assert_eq!((event.code, event.message.contains("rahasia")), ("bad_field", false));
    }
}
