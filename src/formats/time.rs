//! The spellings of a time that feeds use beside RFC 3339.

use chrono::DateTime;

use crate::post::Millis;

/// Offsets of the zone names that Indonesian exports and mail programs write.
const ZONES: [(&str, &str); 7] = [
    ("SE Asia Standard Time", "+0700"),
    ("WIB", "+0700"),
    ("WITA", "+0800"),
    ("WIT", "+0900"),
    ("UTC", "+0000"),
    ("GMT", "+0000"),
    ("Z", "+0000"),
];

/// Brandwatch and Meta relays; X v1.1; exports of scrapers.
const SPELLINGS: [&str; 4] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%a %b %d %H:%M:%S %z %Y", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%:z"];

/// Returns a UNIX time in seconds or milliseconds, if it lies between the years 1 and 9999. Below 10^11 it is seconds:
/// as milliseconds that would be before March 1973.
pub(super) fn epoch(number: i64) -> Option<Millis> {
    const FIRST_MILLIS: u64 = 100_000_000_000;
    Millis::claimed(if number.unsigned_abs() < FIRST_MILLIS { number.checked_mul(1000)? } else { number })
}

/// Reads a time in any spelling of the feeds but mail's.
pub(super) fn parse(text: &str) -> Option<Millis> {
    if let Ok(number) = text.parse() {
        return epoch(number);
    }
    if let Some(at) = Millis::parse(text) {
        return Some(at);
    }
    let text = with_numeric_zone(text);
    let at = SPELLINGS.iter().find_map(|spelling| DateTime::parse_from_str(&text, spelling).ok())?;
    Millis::claimed(at.timestamp_millis())
}

/// Returns `text` with a zone name at its end replaced by the offset.
pub(super) fn with_numeric_zone(text: &str) -> String {
    for (name, offset) in ZONES {
        if let Some(before) = text.strip_suffix(name).and_then(|before| before.strip_suffix(' ')) {
            return format!("{before} {offset}");
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_the_same_second() {
        let check = |text: &str| assert_eq!(parse(text).map(Millis::get), Some(1_736_218_872_000), "{text}");
        for text in [
            "1736218872",
            "1736218872000",
            "2025-01-07T03:01:12.000Z",
            "2025-01-07T10:01:12+07:00",
            "2025-01-07T03:01:12.000+0000",
            "2025-01-07T10:01:12+0700",
            "Tue Jan 07 03:01:12 +0000 2025",
            "2025-01-07 10:01:12 WIB",
            "2025-01-07 10:01:12 SE Asia Standard Time",
            "2025-01-07 11:01:12 WITA",
            "2025-01-07 03:01:12+00:00",
        ] {
            check(text);
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "kemarin", "2025-13-07T03:01:12Z", "2025-01-07", "Tue Jan 07", "WIB"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_too_far_away_for_a_time_is_none() {
        for text in [
            "253402300800000",
            "9223372036854775807",
            "-9223372036854775808",
            "-62135596800001",
            "99999999999999999999999",
            "Tue Jan 07 03:01:12 +0000 99999",
            "12025-01-07 03:01:12+00:00",
            "262143-01-07T03:01:12.000+0000",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("253402300799999").map(|at| at.to_string()).as_deref(), Some("9999-12-31T23:59:59.999Z"));
        assert_eq!(parse("99999999999").map(|at| at.to_string()).as_deref(), Some("5138-11-16T09:46:39.000Z"));
    }
}
