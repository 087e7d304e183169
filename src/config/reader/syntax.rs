//! What the TOML parser found broken, in words for people who have never heard of TOML.

use std::collections::BTreeSet;

use toml::de::Error;

use super::Source;
use crate::problem::{Problem, Reporter};

/// Reports `errors` and gives the lines they are on. Of several on one line only the first is worth reading.
pub(super) fn report(source: &Source, errors: &[Error], reporter: &Reporter) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for error in errors {
        let span = error.span().unwrap_or_default();
        let spot = source.spot(span.start);
        if lines.insert(spot.line) {
            let found = source.text().get(span.clone()).unwrap_or_default();
            let line = source.lines().nth(spot.line as usize - 1).map_or("", |line| line.text.trim());
            let (what, hint) = explain(error.message(), found, line);
            reporter.report(Problem::error(&spot, what).hint(hint));
        }
    }
    lines
}

/// Returns what is wrong and what to do about `message` of the parser, which points at `found` in `line`.
fn explain(message: &str, found: &str, line: &str) -> (String, &'static str) {
    let key = line.split([' ', ':', '=']).next().unwrap_or_default();
    let unquoted = "string values must be quoted";
    match message.split(", ").next().unwrap_or(message) {
        "duplicate key" => (format!("`{found}` is given twice"), "keep one of the two"),
        "key with no value" if line.contains(':') => (format!("`{key}` has no value"), "write `=` instead of `:`"),
        "key with no value" => (format!("`{key}` has no value"), "write `key = value`; a comment begins with `#`"),
        quoted if quoted == unquoted && found.is_empty() => (format!("`{key}` has no value"), "write one behind `=`"),
        quoted if quoted == unquoted && found.starts_with(['“', '”', '„', '‘', '’']) => {
            ("these quotes cannot be read".to_owned(), "use straight ones: \"..\"")
        }
        quoted if quoted == unquoted => ("this text must stand in quotes".to_owned(), "write \"..\""),
        "invalid basic string" => ("the text is not closed".to_owned(), "write `\"` at its end"),
        "missing escaped value" => ("`\\` means something special in \"..\"".to_owned(), "write such a text in single quotes: '\\d+'"),
        "unclosed array" => ("the list is not closed".to_owned(), "write `]` at its end"),
        "unclosed table" | "unclosed array table" => ("the head of the table is not closed".to_owned(), "write `[name]` or `[[name]]`"),
        "unclosed inline table" => ("the table is not closed".to_owned(), "write `}` at its end"),
        "missing comma between array elements" | "missing comma between key-value pairs" => {
            ("a comma is missing".to_owned(), "write `,` before this")
        }
        "invalid date" | "invalid time" | "invalid datetime" => {
            ("there is no such date or time".to_owned(), "write 2025-01-31 or 2025-01-31T09:00:00+07:00")
        }
        "unexpected leading zero" => ("a number must not begin with 0".to_owned(), "write it without the 0, or in quotes if it is a name"),
        "cannot recurse further; max recursion depth met" => ("lists or tables are nested too deep".to_owned(), "use fewer levels"),
        other => (format!("this is not TOML: {other}"), "see https://toml.io for the notation"),
    }
}
