//! `--since`: from when on.

use std::str::FromStr;

use crate::config::reader::parse_duration;
use crate::post::Millis;

/// A moment, or how long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    At(Millis),
    /// In milliseconds.
    Ago(i64),
}

impl Since {
    /// Returns the moment, as seen at `now`.
    pub(super) fn moment(self, now: Millis) -> Millis {
        match self {
            Since::At(at) => at,
            Since::Ago(ago) => now.plus(-ago),
        }
    }
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let midnight = || Millis::parse(&format!("{text}T00:00:00Z"));
        let at = Millis::parse(text).or_else(midnight).map(Since::At);
        at.or_else(|| parse_duration(text).map(Since::Ago))
            .ok_or("write a time as 2026-01-31T08:00:00+07:00, a day (UTC) as 2026-01-31, or how long ago as 90m, 24h or 7d")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_a_day_or_how_long_ago() {
        let now = Millis::new(10_000_000);
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(text.parse::<Since>().ok().map(|since| since.moment(now).get()), expected, "{text}");
        };
        check("1970-01-01T07:00:01+07:00", Some(1_000));
        check("1970-01-02", Some(86_400_000));
        check("90s", Some(9_910_000));
        check("yesterday", None);
        check("99999999999999999d", None);
    }
}
