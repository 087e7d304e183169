//! Points in time as the feeds and the records write them: RFC 3339, UTC, milliseconds.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(i64);

/// The first moment that RFC 3339 can write and people mean: the start of the year 1.
const FIRST: i64 = -62_135_596_800_000;
/// The last one: the end of the year 9999.
const LAST: i64 = 253_402_300_799_999;

impl Millis {
    /// Returns the time `millis` after (or before) the epoch, held within the years that RFC 3339 can write. For times
    /// that are computed; what a feed claims goes through [`Millis::claimed`].
    pub fn new(millis: i64) -> Self {
        Millis(millis.clamp(FIRST, LAST))
    }

    /// Returns the time that a feed claims; `None` if it lies outside the years that RFC 3339 can write.
    pub fn claimed(millis: i64) -> Option<Self> {
        (FIRST..=LAST).contains(&millis).then_some(Millis(millis))
    }

    /// Returns milliseconds since the epoch, negative before it.
    pub fn get(self) -> i64 {
        self.0
    }

    /// Returns how many milliseconds `self` lies after `earlier`; negative if before it.
    pub fn since(self, earlier: Millis) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Returns this time moved by `millis`.
    pub fn plus(self, millis: i64) -> Self {
        Millis::new(self.0.saturating_add(millis))
    }

    /// Reads RFC 3339 with any offset; `None` for anything else, and for times outside the years 1 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        let millis = parse_own(text).or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis()));
        millis.and_then(Millis::claimed)
    }

    /// Returns the time as RFC 3339 with milliseconds, in UTC. Every verdict has several times in it: this takes no allocation.
    fn write(self) -> [u8; FORM.len()] {
        // Every time between `FIRST` and `LAST` is one of the library's, too.
        let at: DateTime<Utc> = DateTime::from_timestamp_millis(self.0).unwrap_or_default();
        let (date, time) = (at.date_naive(), at.time());
        let numbers = [
            date.year().unsigned_abs(),
            date.month(),
            date.day(),
            time.hour(),
            time.minute(),
            time.second(),
            time.nanosecond() / 1_000_000,
        ];
        let mut text = *FORM;
        for (place, mut number) in PLACES.into_iter().zip(numbers) {
            for digit in text[place].iter_mut().rev() {
                *digit = b"0123456789"[(number % 10) as usize];
                number /= 10;
            }
        }
        text
    }
}

/// What [`Millis`] are written as: the numbers stand at [`PLACES`].
const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
const PLACES: [Range<usize>; 7] = [0..4, 5..7, 8..10, 11..13, 14..16, 17..19, 20..23];

/// Reads what [`Millis::write`] has written, which most times are; `None` of any other form.
fn parse_own(text: &str) -> Option<i64> {
    let text: &[u8; FORM.len()] = text.as_bytes().try_into().ok()?;
    let same_signs = [4, 7, 10, 13, 16, 19, 23].into_iter().all(|place| text[place] == FORM[place]);
    let mut numbers = [0; PLACES.len()];
    for (place, number) in PLACES.into_iter().zip(&mut numbers) {
        for digit in &text[place] {
            *number = *number * 10 + char::from(*digit).to_digit(10)?;
        }
    }
    let [year, month, day, hour, minute, second, milli] = numbers;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(|_| same_signs)?;
    Some(date.and_hms_milli_opt(hour, minute, second, milli)?.and_utc().timestamp_millis())
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.write()).unwrap_or_default())
    }
}

impl JsonSchema for Millis {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Millis".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.write()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MillisVisitor;
        impl Visitor<'_> for MillisVisitor {
            type Value = Millis;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a time as RFC 3339 writes it, such as 2025-01-07T03:01:12.000Z")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Millis, E> {
                Millis::parse(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Other("a string that is no time"), &self))
            }
        }
        deserializer.deserialize_str(MillisVisitor)
    }
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn is_written_and_read_as_the_library_does(millis in FIRST..=LAST) {
            let library = DateTime::from_timestamp_millis(millis).expect("a time").to_rfc3339_opts(SecondsFormat::Millis, true);
            prop_assert_eq!(Millis(millis).to_string(), &*library);
            prop_assert_eq!(parse_own(&library), Some(millis));
        }

        #[test]
        fn what_only_looks_like_our_form_is_read_as_the_library_does(
            text in "[0-9]{3}[0-9a]-[0-2][0-9]-[0-4][0-9][T t][0-3][0-9]:[0-9]{2}:[0-9]{2}[.,][0-9]{3}[Zz0]",
        ) {
            let library = DateTime::parse_from_rfc3339(&text).ok().and_then(|at| Millis::claimed(at.timestamp_millis()));
            prop_assert_eq!(Millis::parse(&text), library);
        }
    }

    #[test]
    fn reads_offsets_and_writes_utc_milliseconds() {
        let check = |text: &str, written: &str| {
            assert_eq!(Millis::parse(text).expect(text).to_string(), written);
        };
        check("2025-01-07T03:01:12.000Z", "2025-01-07T03:01:12.000Z");
        check("2025-01-07T10:01:12+07:00", "2025-01-07T03:01:12.000Z");
        check("2099-12-31T23:59:59.9999Z", "2099-12-31T23:59:59.999Z");
        check("2016-12-31T23:59:60.000Z", "2017-01-01T00:00:00.000Z");
        check("2025-01-07T03:01:12z", "2025-01-07T03:01:12.000Z");
        check("2025-01-07 03:01:12.5+00:00", "2025-01-07T03:01:12.500Z");
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z");
        check("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z");
    }

    #[test]
    fn what_is_no_time_between_the_years_1_and_9999_is_none() {
        let far = ["9999-12-31T23:59:59-07:00", "0001-01-01T00:00:00+07:00", "0000-12-31T00:00:00Z"];
        let huge = ["10000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "99999999999999999999-01-01T00:00:00Z", "-0001-01-01T00:00:00Z"];
        for text in far.into_iter().chain(huge).chain(["yesterday", "", "2025-02-30T00:00:00Z", "2025-01-07T03:01:12"]) {
            assert_eq!(Millis::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_number_leaves_the_years_that_can_be_written() {
        for (millis, written) in [
            (i64::MIN, "0001-01-01T00:00:00.000Z"),
            (FIRST, "0001-01-01T00:00:00.000Z"),
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (LAST, "9999-12-31T23:59:59.999Z"),
            (i64::MAX, "9999-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(Millis::new(millis).to_string(), written);
            assert_eq!(Millis::parse(written), Some(Millis::new(millis)));
            assert_eq!(Millis::claimed(millis).is_some(), millis != i64::MIN && millis != i64::MAX);
        }
    }
}
