//! How a feed writes times.

use std::fmt::Write;

use chrono::format::{Item, StrftimeItems};
use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde_json::Value;

use super::plain;
use crate::formats::{Rejected, time};
use crate::post::Millis;

/// How the feed writes times; every way that any feed does, if nothing is said.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    pub(super) formats: Vec<TimeFormat>,
    /// Of patterns that tell none.
    pub(super) zone: Option<FixedOffset>,
}

/// One way to write a time.
#[derive(Debug, Clone)]
pub(super) enum TimeFormat {
    Rfc3339,
    EpochSeconds,
    EpochMillis,
    Pattern(String),
}

impl Times {
    pub(super) fn read(&self, value: &Value) -> Result<Millis, Rejected> {
        let text = plain(value).unwrap_or_default();
        let text = text.trim();
        let read = if self.formats.is_empty() { time::parse(text) } else { self.formats.iter().find_map(|format| self.one(format, text)) };
        read.ok_or_else(|| Rejected::bad_time("created_at"))
    }

    fn one(&self, format: &TimeFormat, text: &str) -> Option<Millis> {
        match format {
            TimeFormat::Rfc3339 => Millis::parse(text),
            TimeFormat::EpochSeconds => Millis::claimed(text.parse::<i64>().ok()?.checked_mul(1000)?),
            TimeFormat::EpochMillis => Millis::claimed(text.parse().ok()?),
            TimeFormat::Pattern(pattern) => Millis::claimed(at(pattern, self.zone, text)?.timestamp_millis()),
        }
    }
}

impl TimeFormat {
    /// Returns the format of that name, or the pattern; what is wrong with it otherwise.
    pub(super) fn parse(written: &str, zone: Option<FixedOffset>) -> Result<Self, &'static str> {
        let pattern = match written {
            "rfc3339" => return Ok(TimeFormat::Rfc3339),
            "epoch_s" => return Ok(TimeFormat::EpochSeconds),
            "epoch_ms" => return Ok(TimeFormat::EpochMillis),
            pattern => pattern,
        };
        if !pattern.contains('%') || StrftimeItems::new(pattern).any(|part| matches!(part, Item::Error)) {
            return Err("is no time format: `rfc3339`, `epoch_s`, `epoch_ms` or a pattern such as `%d/%m/%Y %H:%M`");
        }
        let tells_zone = ["%z", "%:z", "%::z", "%:::z", "%#z", "%+", "%s"].iter().any(|zone| pattern.contains(zone));
        match (tells_zone, zone) {
            (true, Some(_)) => Err("tells the zone itself, and there is a `zone` beside it"),
            (false, None) => Err("does not tell the zone: say it in `zone`"),
            _ if !is_whole(pattern, zone) => Err("leaves out a part of the time: year, month, day, hour and minute are needed"),
            _ => Ok(TimeFormat::Pattern(pattern.to_owned())),
        }
    }
}

fn at(pattern: &str, zone: Option<FixedOffset>, text: &str) -> Option<DateTime<FixedOffset>> {
    match zone {
        None => DateTime::parse_from_str(text, pattern).ok(),
        Some(zone) => NaiveDateTime::parse_from_str(text, pattern).ok()?.and_local_timezone(zone).single(),
    }
}

/// Whether a time that is written by `pattern` can be read again.
fn is_whole(pattern: &str, zone: Option<FixedOffset>) -> bool {
    let Ok(probe) = DateTime::parse_from_rfc3339("2001-02-03T16:05:00+00:00") else { return false };
    let probe = zone.map_or(probe, |zone| probe.with_timezone(&zone));
    let mut written = String::new();
    write!(written, "{}", probe.format(pattern)).is_ok() && at(pattern, zone, &written) == Some(probe)
}
