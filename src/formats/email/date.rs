//! The `Date` of a mail, as the sending server wrote it.
//!
//! RFC 5322 itself is the library's; what Indonesian servers and old programs write otherwise is put in its terms here.

use chrono::DateTime;

use super::calendar::{is_weekday, month};
use crate::formats::time;
use crate::post::Millis;

/// Returns the time that `written` says; `received_at` if it says none or one more than 24 hours in the future. A
/// `received_at` of zero is a record whose time nobody knows: nothing is in its future.
pub(super) fn read(written: &str, received_at: Millis) -> Millis {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let believed = |at: &Millis| at.since(received_at) <= DAY || received_at == Millis::default();
    parse(written.trim()).filter(believed).unwrap_or(received_at)
}

/// RFC 5322 with its obsolete forms, what [`in_terms_of_the_rfc`] forgives, and the spellings of the other feeds.
fn parse(written: &str) -> Option<Millis> {
    let by_the_rfc = || DateTime::parse_from_rfc2822(&in_terms_of_the_rfc(written)?).ok();
    match by_the_rfc() {
        Some(at) => Millis::claimed(at.timestamp_millis()),
        None => time::parse(written),
    }
}

/// `day Mon year time zone`: without the weekday, which is often wrong, missing or Indonesian, and with Indonesian names
/// of months and zones translated. The zone may be written twice, as in `+0700 (WIB)`; the first is taken.
fn in_terms_of_the_rfc(written: &str) -> Option<String> {
    let written = time::with_numeric_zone(written.replace(['(', ')', ','], " ").trim());
    let mut words = written.split_whitespace().skip_while(|word| is_weekday(word));
    let (day, name, year, clock) = (words.next()?, words.next()?, words.next()?, words.next()?);
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = MONTHS.get(month(name)?.checked_sub(1)?)?;
    let zone = zone(words.next()?)?;
    Some(format!("{day} {month} {year} {} {zone}", clock.replace('.', ":")))
}

/// `+07:00` and `GMT+7` as `+0700`, and the names that the RFC knows. Of others the library would make `+0000`.
fn zone(written: &str) -> Option<String> {
    const NAMED: [&str; 9] = ["UT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"];
    let named = time::with_numeric_zone(&format!(" {written}"));
    let offset = named.trim().trim_start_matches("GMT").trim_start_matches("UTC");
    let (sign, digits) = match offset.split_at_checked(1) {
        Some((sign @ ("+" | "-"), digits)) => (sign, digits),
        _ => return NAMED.contains(&offset).then(|| offset.to_owned()),
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or(if digits.len() > 2 { digits.split_at_checked(2)? } else { (digits, "00") });
    Some(format!("{sign}{hours:0>2}{minutes}"))
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
            "Tue, 7 Jan 2025 10:01:12 +0700 (SE Asia Standard Time)",
            "Tue, 7 Jan 2025 10:01:12 +0700 WIB",
            "Tue, 7 Jan 2025 10:01:12 (WIB)",
            "7 Jan 2025 10:01:12 +0700",
            "Fri, 07 Jan 2025 10:01:12 +0700",
            "Tue,  7  Jan 2025\r\n 10:01:12 +0700",
            "Tue,07 Jan 2025 10:01:12 +07:00",
            "Tue, 7 Jan 25 10:01:12 +0700",
            "Tue, 7 Jan 2025 03:01:12 GMT",
            "Tue, 7 Jan 2025 03:01:12 UTC",
            "Tue, 7 Jan 2025 03:01:12 UT",
            "Tue, 7 Jan 2025 03:01:12 Z",
            "Mon, 6 Jan 2025 22:01:12 EST",
            "Tue, 7 Jan 2025 10:01:12 WIB",
            "Tue, 7 Jan 2025 11:01:12 WITA",
            "Tue, 7 Jan 2025 12:01:12 WIT",
            "Tue, 7 Jan 2025 10:01:12 GMT+7",
            "Tue, 7 Jan 2025 10:01:12 GMT+07:00",
            "Sel, 7 Januari 2025 10.01.12 +0700",
            "Selasa, 07 Jan 2025 10:01:12 WIB",
            "2025-01-07T10:01:12+07:00",
            "2025-01-07 10:01:12 +0700",
            "Tue Jan 07 10:01:12 +0700 2025",
        ] {
            check(written, "2025-01-07T03:01:12.000Z");
        }
        check("Tue, 7 Jan 2025 10:01 +0700", "2025-01-07T03:01:00.000Z");
        check("Min, 25 Agt 2024 10:01:12 +0700", "2024-08-25T03:01:12.000Z");
        check("Wed, 8 Jan 2025 10:05:00 +0700", "2025-01-08T03:05:00.000Z");
        for unusable in [
            "",
            "kemarin",
            "Tue, 7 Jan 2025 10:01:12 MARS",
            "Wed, 8 Jan 2025 10:05:01 +0700",
            "Tue, 7 Jan 2025 10:01:12",
            "Tue, 7 Jan 99999 10:01:12 +0700",
            "Tue, 31 Feb 2025 10:01:12 +0700",
            "99999999999999999",
            "10000-01-07T10:01:12+07:00",
        ] {
            check(unusable, "2025-01-07T03:05:00.000Z");
        }
        check("Tue, 7 Jan 2020 10:01:12 +0700", "2020-01-07T03:01:12.000Z");
        assert_eq!(read("Tue, 7 Jan 2025 10:01:12 +0700", Millis::default()).to_string(), "2025-01-07T03:01:12.000Z");
    }
}
