//! `[handoff.read]`: what of the form stands in the text of a mail, by patterns.
//!
//! The first pattern that finds something which can be read gives the value. Knows no customer: what is not there stays
//! unknown.

use chrono::{DateTime, NaiveDate};
use regex::bytes::{Captures, Regex};
use rustc_hash::FxHashMap;

use super::value;
use crate::config::moment::WIB;
use crate::config::reader::{Table, Value};
use crate::post::Millis;
use crate::problem::{Problem, Spotted};
use crate::record::HandoffForm;
use crate::signals::kind::pattern;
/// Patterns of one field.
const MAX_PATTERNS: usize = 20;
/// Months of arrears that are believed.
const MOST_MONTHS: u64 = 120;

/// The patterns of each field, and the words for numbers in them.
#[derive(Debug, Default)]
pub(super) struct FormPatterns {
    customer_number: Vec<Regex>,
    amount: Vec<Regex>,
    months: Vec<Regex>,
    call_date: Vec<Regex>,
    numbers: FxHashMap<String, u64>,
    factors: FxHashMap<String, u64>,
    month_names: FxHashMap<String, u64>,
}

impl FormPatterns {
    /// Reads `[handoff.read]`; fields without patterns are never found.
    pub(super) fn read_from(table: Table<'_>) -> Option<Self> {
        let customer_number = patterns(&table.optional("customer_number"), &[&["value"]]);
        let amount = patterns(&table.optional("amount"), &[&["value"]]);
        let months = patterns(&table.optional("months"), &[&["value"], &["after"]]);
        let call_date = patterns(&table.optional("call_date"), &[&["day", "month"]]);
        let words = |key: &str, largest: u64| super::numbers(&table.section(key), largest).into_iter().collect();
        let (numbers, factors) = (words("numbers", MOST_MONTHS), words("factors", 1_000_000_000));
        let month_names = words("month_names", 12);
        table.finish();
        Some(FormPatterns {
            customer_number: customer_number?,
            amount: amount?,
            months: months?,
            call_date: call_date?,
            numbers,
            factors,
            month_names,
        })
    }

    /// What stands in `text`, which arrived at `received`.
    pub(super) fn read(&self, text: &str, received: Millis) -> HandoffForm {
        let today = day(received);
        HandoffForm {
            customer_number: first(&self.customer_number, text, |found| {
                Some(word(found, "value")?.chars().filter(char::is_ascii_digit).collect())
            }),
            amount_idr: first(&self.amount, text, |found| self.amount_of(found)),
            months: first(&self.months, text, |found| self.months_of(found)),
            call_date: first(&self.call_date, text, |found| self.date_of(found, today)).map(|date| date.to_string()),
        }
    }

    fn amount_of(&self, found: &Captures<'_>) -> Option<u64> {
        let factor = match word(found, "unit") {
            Some(unit) => *self.factors.get(&unit)?,
            None => 1,
        };
        value::amount(&word(found, "value")?, factor)
    }

    /// So many months, or (`after`) that month after the first, N (D103).
    fn months_of(&self, found: &Captures<'_>) -> Option<u32> {
        let months = match word(found, "value") {
            Some(written) => self.number(&written)?,
            None => word(found, "after")?.parse::<u64>().ok()?.checked_add(1)?,
        };
        u32::try_from(months).ok().filter(|months| (1..=MOST_MONTHS).contains(&u64::from(*months)))
    }

    fn date_of(&self, found: &Captures<'_>, today: NaiveDate) -> Option<NaiveDate> {
        let (day, month) = (word(found, "day")?.parse().ok()?, word(found, "month")?);
        let month = match month.parse() {
            Ok(number) => number,
            Err(_) => u32::try_from(*self.month_names.get(&month)?).ok()?,
        };
        let year = word(found, "year").map(|year| year.parse()).transpose().ok()?;
        value::date(day, month, year, today)
    }

    fn number(&self, written: &str) -> Option<u64> {
        written.parse().ok().or_else(|| self.numbers.get(written).copied())
    }
}

/// The day in western Indonesia.
pub(super) fn day(at: Millis) -> NaiveDate {
    DateTime::from_timestamp_millis(at.plus(WIB).get()).unwrap_or_default().date_naive()
}

/// What `read` makes of the first place that it can read.
fn first<T>(patterns: &[Regex], text: &str, read: impl Fn(&Captures<'_>) -> Option<T>) -> Option<T> {
    patterns.iter().find_map(|pattern| pattern.captures_iter(text.as_bytes()).find_map(|found| read(&found)))
}

/// The group `name`, in lower case.
fn word(found: &Captures<'_>, name: &str) -> Option<String> {
    let bytes = found.name(name)?.as_bytes();
    std::str::from_utf8(bytes).ok().map(str::to_lowercase)
}

/// The patterns listed, each of which must have the groups of one of `wanted`.
fn patterns(list: &Value<'_>, wanted: &[&[&str]]) -> Option<Vec<Regex>> {
    let written = list.spotted_strings();
    if let Some(one) = written.get(MAX_PATTERNS) {
        list.reporter().error(&one.spot, format!("there are more than {MAX_PATTERNS} patterns"));
    }
    written.iter().take(MAX_PATTERNS).map(|written| one(list, written, wanted)).collect()
}

fn one(list: &Value<'_>, written: &Spotted<String>, wanted: &[&[&str]]) -> Option<Regex> {
    let regex = pattern::compiled(written, list.reporter())?;
    let has = |name: &&str| regex.capture_names().flatten().any(|known| known == *name);
    if !wanted.iter().any(|groups| groups.iter().all(has)) {
        let groups: Vec<String> = wanted.concat().iter().map(|name| format!("(?P<{name}>..)")).collect();
        let problem = Problem::error(&written.spot, "the expression does not say which part of it is the value");
        list.reporter().report(problem.hint(format!("name it with {}", groups.join(" "))));
        return None;
    }
    Some(regex)
}
