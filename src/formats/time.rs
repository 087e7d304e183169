//! The spellings of a time that feeds use beside RFC 3339.

use jiff::Timestamp;

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

/// A UNIX time in seconds or milliseconds. Below 10^11 it is seconds: as milliseconds that would be before March 1973.
pub(super) fn epoch(number: i64) -> Millis {
    const FIRST_MILLIS: u64 = 100_000_000_000;
    Millis::new(if number.unsigned_abs() < FIRST_MILLIS { number.saturating_mul(1000) } else { number })
}

/// Reads a time in any spelling of the feeds but mail's.
pub(super) fn parse(text: &str) -> Option<Millis> {
    if let Ok(number) = text.parse() {
        return Some(epoch(number));
    }
    if let Some(at) = Millis::parse(text) {
        return Some(at);
    }
    let text = with_numeric_zone(text);
    let at = SPELLINGS.iter().find_map(|spelling| Timestamp::strptime(spelling, &text).ok())?;
    Some(Millis::new(at.as_millisecond()))
}

/// `text` with a zone name at its end replaced by the offset.
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
}
