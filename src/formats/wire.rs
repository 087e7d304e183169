//! Values as the feeds write them: ids that may be blank, counts and flags that may be strings, times in any of
//! their spellings.
//!
//! Knows single values only, no feed and no post.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Rejected;
use super::time;
use crate::post::{Millis, Str};

/// A value that the same feed writes now as a number, now as a string, now not at all.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Scalar<'a> {
    #[default]
    Null,
    Bool(bool),
    Number(i64),
    Text(Str<'a>),
    /// A list or an object, where a single value should be.
    Odd,
}

impl Scalar<'_> {
    /// Returns a number of things; `None` for what is no such number.
    pub(super) fn count(&self) -> Option<u64> {
        match self {
            Scalar::Number(number) => u64::try_from(*number).ok(),
            Scalar::Text(text) => text.trim().parse().ok(),
            Scalar::Null | Scalar::Bool(_) | Scalar::Odd => None,
        }
    }

    /// Yes or no; `None` for what is neither.
    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Scalar::Bool(flag) => Some(*flag),
            Scalar::Number(number) => Some(*number != 0),
            Scalar::Text(text) => match text.trim() {
                "true" | "True" | "1" => Some(true),
                "false" | "False" | "0" => Some(false),
                _ => None,
            },
            Scalar::Null | Scalar::Odd => None,
        }
    }

    /// Returns whether there is no time at all: no value, a blank string, or the zero that stands for "not known".
    fn is_no_time(&self) -> bool {
        match self {
            Scalar::Null | Scalar::Bool(_) | Scalar::Number(0) => true,
            Scalar::Number(_) | Scalar::Odd => false,
            Scalar::Text(text) => text.non_blank().is_none(),
        }
    }

    fn time(&self) -> Option<Millis> {
        match self {
            Scalar::Null | Scalar::Bool(_) | Scalar::Odd => None,
            Scalar::Number(number) => time::epoch(*number),
            Scalar::Text(text) => time::parse(text.trim()),
        }
    }
}

/// Returns the first of the named times that is there. One that is there and cannot be read is an error: a guess would
/// put the post into the wrong window.
pub(super) fn first_time(times: &[(&str, &Scalar<'_>)]) -> Result<Option<Millis>, Rejected> {
    match times.iter().find(|(_, time)| !time.is_no_time()) {
        Some((field, time)) => time.time().map(Some).ok_or_else(|| Rejected::bad_time(field)),
        None => Ok(None),
    }
}

/// Returns the first of `values` that holds more than white space.
pub(super) fn first<'a, const N: usize>(values: [Option<Str<'a>>; N]) -> Option<Str<'a>> {
    values.into_iter().flatten().find(|value| value.non_blank().is_some())
}

/// Names without a leading sign (`@`, `#`), blank ones left out.
pub(super) fn without_sign<'a>(sign: char, name: &Str<'a>) -> Option<Str<'a>> {
    let bare = name.non_blank()?.trim_start_matches(sign);
    match bare {
        "" => None,
        bare if bare.len() == name.len() => Some(name.clone()),
        bare => Some(Str::from(bare.to_owned())),
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ScalarVisitor;
        impl<'de> Visitor<'de> for ScalarVisitor {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number, true, false or null")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Odd)
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Odd)
            }
            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Scalar::Null)
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
                Ok(Scalar::Bool(flag))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Scalar::Number(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Scalar::Number(i64::try_from(number).unwrap_or(i64::MAX)))
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a fraction of a count or of a second means nothing here, and the cast saturates"
            )]
            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                Ok(Scalar::Number(number as i64))
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(text.into()))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(text.to_owned().into()))
            }
        }
        deserializer.deserialize_any(ScalarVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_flags_in_every_spelling() {
        let check = |json: &str, count: Option<u64>, flag: Option<bool>| {
            let scalar: Scalar<'_> = serde_json::from_str(json).expect(json);
            assert_eq!((scalar.count(), scalar.flag()), (count, flag), "{json}");
        };
        check("210", Some(210), Some(true));
        check(r#""210""#, Some(210), None);
        check("2.1e2", Some(210), Some(true));
        check("-1", None, Some(true));
        check("0", Some(0), Some(false));
        check("true", None, Some(true));
        check(r#""false""#, None, Some(false));
        check("null", None, None);
        check(r#"[{"a":1}]"#, None, None);
        check(r#"{"a":[1]}"#, None, None);
        check(r#""a\u0041""#, None, None);
    }

    #[test]
    fn the_first_time_that_is_there_must_be_readable() {
        let check = |first: &str, second: &str, expected: Result<Option<i64>, &str>| {
            let (one, two): (Scalar<'_>, Scalar<'_>) =
                (serde_json::from_str(first).expect(first), serde_json::from_str(second).expect(second));
            let read = first_time(&[("one", &one), ("two", &two)]);
            assert_eq!(read.map(|at| at.map(Millis::get)).map_err(|rejected| rejected.code), expected, "{first} {second}");
        };
        check("1736218872", "1", Ok(Some(1_736_218_872_000)));
        check("0", "1736218872306", Ok(Some(1_736_218_872_306)));
        check("null", r#"" ""#, Ok(None));
        check(r#""kemarin""#, "1736218872", Err("bad_time"));
        check(r#"{"$date":1}"#, "1736218872", Err("bad_time"));
        for huge in ["18446744073709551615", "1e300", "253402300800000", "-9223372036854775808", r#""99999999999999999""#] {
            check(huge, "1736218872", Err("bad_time"));
        }
    }
}
