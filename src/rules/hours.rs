//! When the desk is open: hours of the week and holidays, in WIB. Nobody is reminded while it is closed (D83).
//!
//! Knows days and minutes, and nothing of cases.

use chrono::NaiveDate;

use crate::config::moment::WIB;
use crate::config::reader::{DAY, HOUR, MINUTE, Table, Value};
use crate::post::Millis;
use crate::problem::Problem;

/// Days of the week as they are written, in order.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// 1970-01-01 was a Thursday.
const FIRST_WEEKDAY: i64 = 3;

/// When the desk is open. Always, as it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// For each day of the week from when until when, in milliseconds after midnight, sorted.
    week: [Vec<(i64, i64)>; 7],
    /// Days since 1970 on which it is closed, sorted.
    holidays: Vec<i64>,
}

impl Default for Hours {
    fn default() -> Self {
        Hours { week: std::array::from_fn(|_| vec![(0, DAY)]), holidays: Vec::new() }
    }
}

impl Hours {
    /// Reads `hours`, of which none means always, and `holidays`; what is wrong with them is reported.
    pub(super) fn read(table: &Table<'_>) -> Self {
        let mut hours = Hours::default();
        let written = table.optional("hours");
        let week = read_week(&written);
        if week.iter().any(|day| !day.is_empty()) {
            hours.week = week;
        }
        hours.holidays = table.optional("holidays").items().iter().filter_map(read_day).collect();
        hours.holidays.sort_unstable();
        hours
    }

    /// Whether the desk is always open.
    pub fn are_all(&self) -> bool {
        *self == Hours::default()
    }

    /// `at`, or the next opening where the desk is closed then.
    pub fn opening(&self, at: Millis) -> Millis {
        let local = at.get() + WIB;
        let (today, time) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        // Of so many days one is open: a week has one that is, and each holiday closes but one.
        let days = (0..).take(self.holidays.len() + 8).map(|ahead| today + ahead);
        let openings = days.filter(|day| self.holidays.binary_search(day).is_err()).flat_map(|day| {
            let week = &self.week[usize::try_from((day + FIRST_WEEKDAY).rem_euclid(7)).unwrap_or(0)];
            week.iter().map(move |&(from, until)| (day, if day == today { from.max(time) } else { from }, until))
        });
        let next = openings.into_iter().find(|(_, from, until)| from < until);
        next.map_or(at, |(day, from, _)| Millis::new(day * DAY + from - WIB))
    }
}

/// Rows such as `"mon-fri 08:00-17:00"`.
fn read_week(written: &Value<'_>) -> [Vec<(i64, i64)>; 7] {
    let mut week: [Vec<(i64, i64)>; 7] = Default::default();
    for row in written.spotted_strings() {
        match read_row(&row.value) {
            Some((days, open)) => days.for_each(|day| week[day].push(open)),
            None => {
                let problem = Problem::error(&row.spot, format!("`{}` are no hours", row.value));
                let hint =
                    "write days and times of WIB such as \"mon-fri 08:00-17:00\" or \"sat 08:00-12:00\"; a day without a row is closed";
                written.reporter().report(problem.hint(hint));
            }
        }
    }
    for day in &mut week {
        day.sort_unstable();
        if let Some(pair) = day.windows(2).find(|pair| pair[1].0 < pair[0].1) {
            let (earlier, later) = (show_time(pair[0].1), show_time(pair[1].0));
            let what = format!("two rows of `hours` overlap: one ends at {earlier}, another begins at {later}");
            written.reporter().report(Problem::error(&written.spot(), what).hint("give each day rows that follow one another"));
            break;
        }
    }
    week
}

fn read_row(row: &str) -> Option<(std::ops::RangeInclusive<usize>, (i64, i64))> {
    let (days, times) = row.split_once(' ')?;
    let (first, last) = days.split_once('-').unwrap_or((days, days));
    let day = |name: &str| DAYS.iter().position(|day| *day == name);
    let days = day(first)?..=day(last)?;
    let (from, until) = times.trim().split_once('-')?;
    let open = (read_time(from)?, read_time(until)?);
    (!days.is_empty() && open.0 < open.1).then_some((days, open))
}

/// `08:00`, up to `24:00`; milliseconds after midnight.
fn read_time(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| (text.len() == 2 && text.bytes().all(|c| c.is_ascii_digit())).then(|| text.parse::<i64>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let time = hours * HOUR + minutes * MINUTE;
    (minutes < 60 && time <= DAY).then_some(time)
}

fn show_time(time: i64) -> String {
    format!("{:02}:{:02}", time / HOUR, time % HOUR / MINUTE)
}

/// A date; days since 1970.
fn read_day(value: &Value<'_>) -> Option<i64> {
    let text = value.date_text()?;
    let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok();
    if day.is_none() {
        let problem = Problem::error(&value.spot(), format!("`{text}` is no day"));
        value.reporter().report(problem.hint("write a date such as \"2026-03-20\""));
    }
    day.and_then(|day| day.and_hms_opt(0, 0, 0)).map(|midnight| midnight.and_utc().timestamp_millis() / DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::reader::{Document, Source};
    use crate::problem::Reporter;

    fn read(text: &str) -> (Hours, String) {
        let reporter = Reporter::default();
        let source = Source::new("rules.toml", text);
        let document = Document::parse(&source, &reporter);
        let root = document.root();
        let hours = Hours::read(&root);
        root.finish();
        (hours, reporter.into_problems().to_string())
    }

    #[test]
    fn what_falls_outside_moves_to_the_next_opening() {
        let (week, problems) = read(
            "hours = [\"mon-fri 08:00-12:00\", \"mon-fri 13:00-17:00\", \"sat 08:00-12:00\"]\nholidays = [\"2026-03-20\", 2026-03-23]",
        );
        assert_eq!(problems, "");
        let check = |hours: &Hours, at: &str, opening: &str| {
            let time = |text: &str| Millis::parse(&format!("{text}:00+07:00")).unwrap();
            assert_eq!(hours.opening(time(at)), time(opening), "{at}");
        };
        // 2026-03-02 is a Monday.
        check(&week, "2026-03-02T08:00", "2026-03-02T08:00");
        check(&week, "2026-03-02T00:10", "2026-03-02T08:00");
        check(&week, "2026-03-02T11:59", "2026-03-02T11:59");
        check(&week, "2026-03-02T12:00", "2026-03-02T13:00");
        check(&week, "2026-03-02T17:00", "2026-03-03T08:00");
        check(&week, "2026-03-06T23:59", "2026-03-07T08:00");
        check(&week, "2026-03-07T12:00", "2026-03-09T08:00");
        // A Friday, the Saturday after it, a Monday.
        check(&week, "2026-03-20T09:00", "2026-03-21T08:00");
        check(&week, "2026-03-21T13:00", "2026-03-24T08:00");
        let (always, _) = read("hours = []");
        check(&always, "2026-03-20T03:00", "2026-03-20T03:00");
        let (but_for_holidays, _) = read("holidays = [\"2026-03-20\", \"2026-03-21\"]");
        check(&but_for_holidays, "2026-03-20T03:00", "2026-03-22T00:00");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let all = [
            "hours = [\"mon-fri 08:00-17:00\", \"sta 08:00-12:00\"]",
            "hours = \"mon 17:00-08:00\"",
            "hours = [\"fri-mon 08:00-17:00\"]",
            "hours = [\"mon 8:00-17:00\"]",
            "hours = [\"mon 08:00-24:01\"]",
            "hours = [\"mon 08:00-12:00\", \"mon-wed 11:00-15:00\"]",
            "holidays = [\"2026-02-30\", 20260320]",
            "holidays = \"2026-03-20\"",
        ];
        let answers: Vec<String> = all.map(|text| format!("{text}\n{}", read(text).1)).into();
        insta::assert_snapshot!(answers.join("\n\n"));
    }
}
