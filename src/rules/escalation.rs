//! `[escalation]`: what a team leader is told, and when something is due.

use super::{ClockSettings, Escalation, Hint, Hours};
use crate::config::reader::{DAY, SECOND, Table, Value};
use crate::problem::Spotted;
use crate::signals::{Declared, Lexicons, Scope};

/// Links that a case may keep.
const MAX_LINKS: usize = 32;

/// Reads it, `None` if it cannot be used; and which document has the words of summaries.
pub(super) fn read(table: Table<'_>, lexicons: &mut Lexicons<'_>, declared: &Declared) -> (Option<Escalation>, Option<Spotted<String>>) {
    let notify = table.optional("notify").strings();
    let kept = table.optional("clocks").bool().unwrap_or(true);
    let monitor = table.required("monitor").duration(SECOND..=30 * DAY);
    let callback = table.required("callback").duration(SECOND..=30 * DAY);
    let assign_tl = read_or_off(&table.optional("assign_tl_reminder"));
    let hours = Hours::read(&table);
    let basis = table.required("basis").string();
    let links = table.optional("links").integer(0..=MAX_LINKS).unwrap_or(0);
    let named = table.optional("hints").spotted_strings();
    let group = table.optional("group").duration(SECOND..=DAY);
    let words = table.optional("summary").spotted_string();
    table.finish();
    let hints = named.into_iter().filter_map(|name| hint(name, lexicons, declared)).collect();
    let all = monitor.zip(callback).zip(basis);
    let clocks = all.map(|((monitor, callback), basis)| ClockSettings { monitor, callback, assign_tl, hours, basis });
    (clocks.map(|clocks| Escalation { notify, clocks: kept.then_some(clocks), links, hints, group }), words)
}

/// Reads an interval, or `"off"`.
fn read_or_off(value: &Value<'_>) -> Option<i64> {
    match value.spotted_string() {
        Some(text) if text.value == "off" => None,
        Some(_) => value.duration(SECOND..=30 * DAY),
        None => None,
    }
}

/// What is called `name`: the hint that is none of the rules' own, or a signal.
fn hint(name: Spotted<String>, lexicons: &mut Lexicons<'_>, declared: &Declared) -> Option<Hint> {
    if name.value == Hint::REPEAT_REPORT {
        return Some(Hint::RepeatReport);
    }
    let id = Scope::compile(lexicons, declared, |scope| scope.signal(&name)).part?;
    Some(Hint::Signal(id, name.value))
}
