//! Times as people write them in documents: RFC 3339, or a day in western Indonesia.
//!
//! Knows nothing of what begins or ends then.

use chrono::{NaiveDate, NaiveTime};

use super::reader::{DAY, HOUR, Value};
use crate::post::Millis;
use crate::problem::Problem;

/// Western Indonesia (WIB) is so many milliseconds before UTC: the days of the brand, and the times that people read.
pub const WIB: i64 = 7 * HOUR;

/// Which end of a day a date stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its first moment.
    Start,
    /// Its last one.
    End,
}

/// RFC 3339 or `YYYY-MM-DD`, with or without quotes; `None` if it is absent or wrong, which is reported.
pub fn moment(value: &Value<'_>, edge: Edge) -> Option<Millis> {
    if !value.is_present() {
        return None;
    }
    let text = value.date_text()?;
    let day = |date: NaiveDate| {
        let start = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis() - WIB;
        Millis::claimed(if edge == Edge::Start { start } else { start + DAY - 1 })
    };
    let time = if text.len() == "2025-01-31".len() { text.parse().ok().and_then(day) } else { Millis::parse(&text) };
    if time.is_none() {
        let problem = Problem::error(&value.spot(), format!("`{text}` is not a time"));
        value.reporter().report(problem.hint("write 2025-01-31 or 2025-01-31T09:00:00+07:00"));
    }
    time
}
