//! The samples beside a map: a record, and what must come of it.

use serde_json::Value as Json;

use super::{FieldMap, FieldMaps, plain};
use crate::config::reader::{Table, Value};
use crate::formats::{Format, Item, Raw, read};
use crate::post::{Millis, OwnAccounts};
use crate::problem::Problem;

/// Reads the record of `sample` as ingest does and reports what is not as it says.
pub(super) fn run(map: &FieldMap, all: &FieldMaps, sample: Table<'_>) {
    let record = sample.required("record");
    let expected = sample.optional("expect").tables();
    let rejected = sample.optional("reject").string();
    let text = record.string();
    sample.finish();
    if let Some(text) = text
        && recognised(map, all, &text, &record)
    {
        compare(map, all, &text, &record, &expected, rejected.as_deref());
    }
}

/// Returns whether `map` is the only one to which the record of a sample leads; what else it leads to is reported.
fn recognised(map: &FieldMap, all: &FieldMaps, text: &str, record: &Value<'_>) -> bool {
    let say = |message: String| record.reporter().error(&record.spot(), message);
    let json: Json = match serde_json::from_str(text) {
        Ok(json) => json,
        Err(error) => {
            say(format!("the record of the sample is no JSON (its line {}, column {})", error.line(), error.column()));
            return false;
        }
    };
    let elements = if let Json::Array(elements) = &json { elements } else { std::slice::from_ref(&json) };
    if !elements.iter().all(|element| map.recognises(element)) {
        say(format!("`when` of `{}` does not recognise the sample", map.name));
        return false;
    }
    let other = all.maps.iter().find(|other| other.name != map.name && elements.iter().any(|element| other.recognises(element)));
    if let Some(other) = other {
        say(format!("`{}` and `{}` both recognise the sample", map.name, other.name));
    }
    other.is_none()
}

fn compare(map: &FieldMap, all: &FieldMaps, text: &str, record: &Value<'_>, expected: &[Table<'_>], rejected: Option<&str>) {
    let say = |message: String| record.reporter().error(&record.spot(), message);
    let (own, received_at) = (OwnAccounts::default(), Millis::default());
    let raw = |format| Raw { bytes: text.as_bytes(), format, received_at, own: &own, maps: all };
    if let Ok(reading) = read(&raw(None))
        && reading.format != Format::FieldMap
    {
        let problem =
            Problem::warning(&record.spot(), format!("`{}` reads the sample before `{}` is asked", reading.format.name(), map.name));
        record.reporter().report(problem.hint(format!("let the records of this feed carry the header `format` with `{}`", map.name)));
    }
    let reading = match (read(&raw(Some(&map.name))), rejected) {
        (Ok(reading), None) => reading,
        (Ok(_), Some(code)) => return say(format!("the sample is read and not rejected with `{code}`")),
        (Err(found), Some(code)) if found.code == code => return,
        (Err(found), _) => return say(format!("the sample is rejected with `{}`: {}", found.code, found.message)),
    };
    if let Some(bad) = reading.bad.first() {
        say(format!("post {} of the sample is rejected with `{}`: {}", bad.index + 1, bad.code, bad.message));
    }
    if reading.items.len() != expected.len() {
        return say(format!("the sample gives {} and not {}", posts(reading.items.len()), posts(expected.len())));
    }
    for (item, table) in reading.items.iter().zip(expected) {
        if let Item::Post(post) = item {
            hold(&serde_json::to_value(post).unwrap_or_default(), table, "");
        }
    }
}

fn posts(count: usize) -> String {
    format!("{count} post{}", if count == 1 { "" } else { "s" })
}

/// Reports the fields of `post` that are not as `expected` says; `prefix` stands before their names.
fn hold(post: &Json, expected: &Table<'_>, prefix: &str) {
    for (name, value) in expected.entries() {
        let (found, name) = (&post[name.value.as_str()], format!("{prefix}{}", name.value));
        if value.is_table() {
            value.table().iter().for_each(|table| hold(found, table, &format!("{name}.")));
            continue;
        }
        let (found, wanted) = if value.is_list() {
            let wanted: Vec<String> = value.items().iter().filter_map(Value::scalar).collect();
            (list(found), Some(format!("[{}]", wanted.join(", "))))
        } else {
            (plain(found), value.scalar())
        };
        let Some(wanted) = wanted.filter(|wanted| found.as_ref() != Some(wanted)) else { continue };
        let found = found.map_or_else(|| "nothing".to_owned(), |found| format!("`{found}`"));
        value.reporter().error(&value.spot(), format!("`{name}` of the sample is {found} and not `{wanted}`"));
    }
}

/// Returns a list of texts, or of accounts by their handles.
fn list(found: &Json) -> Option<String> {
    let all = found.as_array()?.iter().filter_map(|one| plain(one.get("handle").unwrap_or(one)));
    Some(format!("[{}]", all.collect::<Vec<_>>().join(", ")))
}
