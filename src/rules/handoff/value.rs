//! Numbers and dates as Indonesian mails write them. Pure text: what they are about is for the patterns to say.

use chrono::{Datelike, NaiveDate};

/// Largest amount that is believed, in rupiah.
const MOST_RUPIAH: u64 = 1_000_000_000_000;

/// The amount that `written` (`450.000`, `1.250.000,00`, `1,2`) and its unit, which is worth `factor`, stand for; in whole
/// rupiah. `None`: it is no number, or none that anybody owes.
pub(super) fn amount(written: &str, factor: u64) -> Option<u64> {
    let written = written.trim_end_matches(['.', ',']);
    let (whole, part) = match written.rsplit_once(['.', ',']) {
        // Three digits behind it are thousands, fewer are a fraction.
        Some((whole, part)) if part.len() < 3 => (whole, part),
        _ => (written, ""),
    };
    let whole: u64 = whole.chars().filter(char::is_ascii_digit).collect::<String>().parse().ok()?;
    let fraction = if part.is_empty() { 0 } else { part.parse::<u64>().ok()? };
    let parts = 10_u64.pow(u32::try_from(part.len()).ok()?);
    let sum = whole.checked_mul(factor)?.checked_add(fraction.checked_mul(factor)? / parts)?;
    (1..=MOST_RUPIAH).contains(&sum).then_some(sum)
}

/// The day `day`.`month` of `year` (of two digits: of this century); without one the last such day up to `today`. `None`:
/// there is no such day, or it is still to come.
pub(super) fn date(day: u32, month: u32, year: Option<i32>, today: NaiveDate) -> Option<NaiveDate> {
    let of = |year: i32| NaiveDate::from_ymd_opt(year, month, day).filter(|date| *date <= today);
    match year {
        Some(year) => of(if year < 100 { 2_000 + year } else { year }),
        None => of(today.year()).or_else(|| of(today.year() - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        let check = |written: &str, factor: u64, expected: Option<u64>| assert_eq!(amount(written, factor), expected, "{written}");
        check("450.000", 1, Some(450_000));
        check("450,000", 1, Some(450_000));
        check("450000", 1, Some(450_000));
        check("1.250.000,00", 1, Some(1_250_000));
        check("1,250,000.50", 1, Some(1_250_000));
        check("450.000.", 1, Some(450_000));
        check("450", 1_000, Some(450_000));
        check("1,2", 1_000_000, Some(1_200_000));
        check("1,25", 1_000_000, Some(1_250_000));
        check("0", 1, None);
        check("...", 1, None);
        check("99999999999999999999", 1, None);
        check("9999999", 1_000_000_000, None);
    }

    #[test]
    fn dates() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
        let check = |day: u32, month: u32, year: Option<i32>, expected: Option<&str>| {
            assert_eq!(date(day, month, year, today).map(|date| date.to_string()).as_deref(), expected, "{day}.{month}.{year:?}");
        };
        check(28, 2, None, Some("2026-02-28"));
        check(2, 3, None, Some("2026-03-02"));
        check(3, 3, None, Some("2025-03-03"));
        check(29, 2, None, None);
        check(5, 1, Some(25), Some("2025-01-05"));
        check(5, 1, Some(2025), Some("2025-01-05"));
        check(5, 4, Some(2026), None);
        check(31, 4, Some(2025), None);
        check(0, 0, Some(2025), None);
    }
}
