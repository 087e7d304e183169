//! Points in time as the feeds and the records write them: RFC 3339, UTC, milliseconds.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z, between the years 1 and 9999.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(i64);

impl Millis {
    /// The time `millis` after (or before) the epoch, held within the years that RFC 3339 can write.
    pub fn new(millis: i64) -> Self {
        const YEAR_1: i64 = -62_135_596_800_000;
        const YEAR_9999_END: i64 = 253_402_207_200_999;
        Millis(millis.clamp(YEAR_1, YEAR_9999_END))
    }

    /// Milliseconds since the epoch.
    pub fn get(self) -> i64 {
        self.0
    }

    /// How many milliseconds `self` lies after `earlier`; negative if before it.
    pub fn since(self, earlier: Millis) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This time moved by `millis`.
    pub fn plus(self, millis: i64) -> Self {
        Millis::new(self.0.saturating_add(millis))
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        let at: Timestamp = text.parse().ok()?;
        Some(Millis::new(at.as_millisecond()))
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH);
        write!(f, "{at:.3}")
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
        serializer.collect_str(self)
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
    use super::*;

    #[test]
    fn reads_offsets_and_writes_utc_milliseconds() {
        let check = |text: &str, written: &str| {
            assert_eq!(Millis::parse(text).expect(text).to_string(), written);
        };
        check("2025-01-07T03:01:12.000Z", "2025-01-07T03:01:12.000Z");
        check("2025-01-07T10:01:12+07:00", "2025-01-07T03:01:12.000Z");
        check("2099-12-31T23:59:59.9999Z", "2099-12-31T23:59:59.999Z");
        assert_eq!(Millis::parse("yesterday"), None);
    }

    #[test]
    fn no_number_leaves_the_years_that_can_be_written() {
        for millis in [i64::MIN, i64::MAX, 0] {
            assert!(Millis::parse(&Millis::new(millis).to_string()).is_some());
        }
    }
}
