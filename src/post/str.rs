//! A string that borrows from the record it was read from whenever JSON allows it.
//!
//! Most strings of a post contain no escape, so reading them costs no allocation; most of those that must live on are
//! short, and lie in place. A number is read as its own digits: ids are 64-bit and do not survive a double.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};
use smol_str::{SmolStr, ToSmolStr};

/// Text borrowed from the input where possible, owned otherwise.
#[derive(Clone)]
pub struct Str<'a>(Held<'a>);

#[derive(Clone)]
enum Held<'a> {
    Borrowed(&'a str),
    Owned(SmolStr),
}

impl<'a> Str<'a> {
    /// Returns `text`, independent of what it stands in.
    pub fn owned(text: &str) -> Self {
        Str(Held::Owned(text.into()))
    }

    /// Returns the same text, independent of the record it came from.
    pub fn into_owned(self) -> Str<'static> {
        Str(Held::Owned(match self.0 {
            Held::Borrowed(text) => text.into(),
            Held::Owned(text) => text,
        }))
    }

    /// Returns the text as a string slice.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Held::Borrowed(text) => text,
            Held::Owned(text) => text,
        }
    }

    /// Returns the text, or `None` when there is nothing but white space in it.
    pub fn non_blank(&self) -> Option<&str> {
        let text = self.as_str().trim();
        (!text.is_empty()).then_some(text)
    }
}

impl Default for Str<'_> {
    fn default() -> Self {
        Str(Held::Borrowed(""))
    }
}

impl PartialEq for Str<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Str<'_> {}

impl PartialOrd for Str<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Str<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Str<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl Deref for Str<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Debug for Str<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl<'a> From<&'a str> for Str<'a> {
    fn from(text: &'a str) -> Self {
        Str(Held::Borrowed(text))
    }
}

impl From<String> for Str<'_> {
    fn from(text: String) -> Self {
        Str(Held::Owned(text.into()))
    }
}

impl<'a> From<Cow<'a, str>> for Str<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl PartialEq<str> for Str<'_> {
    fn eq(&self, other: &str) -> bool {
        *self.as_str() == *other
    }
}

impl PartialEq<&str> for Str<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self.as_str() == **other
    }
}

impl Serialize for Str<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Str<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StrVisitor;
        impl<'de> Visitor<'de> for StrVisitor {
            type Value = Str<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(text.into())
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Str::owned(text))
            }
            fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
                Ok(text.into())
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Str(Held::Owned(number.to_smolstr())))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Str(Held::Owned(number.to_smolstr())))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
                let whole = exact(number).ok_or_else(|| E::invalid_type(Unexpected::Float(number), &self))?;
                Ok(Str(Held::Owned(whole.to_smolstr())))
            }
        }
        deserializer.deserialize_any(StrVisitor)
    }
}

impl JsonSchema for Str<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Str".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// Returns the default of `T` for a missing field and for `null`: the two mean the same in every feed.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Returns the whole number that `number` is; `None` beyond 2^53, where a relay has rounded it.
#[expect(clippy::cast_possible_truncation, reason = "the number is whole and smaller than 2^53")]
pub(super) fn exact(number: f64) -> Option<i128> {
    const LIMIT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < LIMIT).then_some(number as i128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrows_unless_json_escapes_and_keeps_long_ids() {
        let check = |json: &'static str, text: &str, borrowed: bool| {
            let read: Str<'_> = serde_json::from_str(json).expect(json);
            assert_eq!(read, text, "{json}");
            assert_eq!(matches!(read.0, Held::Borrowed(_)), borrowed, "{json}");
        };
        check(r#""plain""#, "plain", true);
        check(r#""a\nb""#, "a\nb", false);
        check("18446744073709551615", "18446744073709551615", false);
        check("-7", "-7", false);
        check("4.31516899e+08", "431516899", false);
        for rounded in ["1.99147e18", "0.5", "[]"] {
            serde_json::from_str::<Str<'_>>(rounded).expect_err(rounded);
        }
    }
}
