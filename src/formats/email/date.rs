//! The `Date` of a mail, as the sending server wrote it.

use jiff::fmt::rfc2822::DateTimeParser;

use crate::formats::time::with_numeric_zone;
use crate::post::Millis;

/// The time that `written` says; `received_at` if it says none or one more than 24 hours in the future.
pub(super) fn read(written: &str, received_at: Millis) -> Millis {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    parse(written.trim()).filter(|at| at.since(received_at) <= DAY).unwrap_or(received_at)
}

/// RFC 5322 with its obsolete forms, a wrong weekday and the names of Indonesian zones forgiven; relays also write RFC 3339.
fn parse(written: &str) -> Option<Millis> {
    let parser = DateTimeParser::new().relaxed_weekday(true);
    match parser.parse_timestamp(with_numeric_zone(written)) {
        Ok(at) => Some(Millis::new(at.as_millisecond())),
        Err(_) => Millis::parse(written),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_as_servers_write_them() {
        let received = Millis::parse("2025-01-07T03:05:00Z").expect("a time");
        let check = |written: &str, expected: &str| assert_eq!(read(written, received).to_string(), expected, "{written}");
        for written in [
            "Tue, 7 Jan 2025 10:01:12 +0700",
            " Tue, 7 Jan 2025 10:01:12 +0700 (WIB) ",
            "7 Jan 2025 10:01:12 +0700",
            "Fri, 07 Jan 2025 10:01:12 +0700",
            "Tue, 7 Jan 25 10:01:12 +0700",
            "Tue, 7 Jan 2025 03:01:12 GMT",
            "Tue, 7 Jan 2025 03:01:12 UTC",
            "Tue, 7 Jan 2025 10:01:12 WIB",
            "2025-01-07T10:01:12+07:00",
        ] {
            check(written, "2025-01-07T03:01:12.000Z");
        }
        check("Wed, 8 Jan 2025 10:05:00 +0700", "2025-01-08T03:05:00.000Z");
        for unusable in ["", "kemarin", "Wed, 8 Jan 2025 10:05:01 +0700", "Tue, 7 Jan 2025 10:01:12"] {
            check(unusable, "2025-01-07T03:05:00.000Z");
        }
    }
}
