//! Values that a post can do without: one that cannot be read is left out, and the record goes on (D12).
//!
//! What a record needs (its id, its time, its platform, its text) is not read by this module: there a value of another type
//! is an error, because a guess could silence a customer.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::str::exact;
use super::{Millis, Str};

/// Something that one JSON value may hold; `None` from each reader is a value that cannot be read.
pub trait Keep<'de>: Sized {
    /// Reads what a string says.
    fn text(_: Text<'de, '_>) -> Option<Self> {
        Self::odd()
    }
    /// Reads a whole number.
    fn number(_: i128) -> Option<Self> {
        Self::odd()
    }
    /// Reads `true` or `false`.
    fn flag(_: bool) -> Option<Self> {
        Self::odd()
    }
    /// Reads a list, of which it must leave nothing.
    ///
    /// # Errors
    /// The list is no JSON.
    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::odd())
    }
    /// Returns what stands for a value of a type that it cannot be read from.
    fn odd() -> Option<Self> {
        None
    }
}

/// A string of the record, or one that had to be decoded.
#[derive(Debug, Clone, Copy)]
pub enum Text<'de, 't> {
    /// Lives as long as the record.
    Borrowed(&'de str),
    /// Had escapes in it.
    Decoded(&'t str),
}

impl Text<'_, '_> {
    /// Returns the string without its escapes.
    pub fn as_str(&self) -> &str {
        match self {
            Text::Borrowed(text) | Text::Decoded(text) => text,
        }
    }
}

impl<'de: 'a, 'a> Keep<'de> for Str<'a> {
    fn text(text: Text<'de, '_>) -> Option<Self> {
        Some(match text {
            Text::Borrowed(text) => Str::from(text),
            Text::Decoded(text) => Str::owned(text),
        })
    }
    fn number(number: i128) -> Option<Self> {
        Some(number.to_string().into())
    }
}

impl Keep<'_> for bool {
    fn flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
    fn number(number: i128) -> Option<Self> {
        Some(number != 0)
    }
    fn text(text: Text<'_, '_>) -> Option<Self> {
        text.as_str().trim().to_ascii_lowercase().parse().ok()
    }
}

macro_rules! keep_numbers {
    ($($number:ty),*) => {$(
        impl Keep<'_> for $number {
            fn number(number: i128) -> Option<Self> {
                number.try_into().ok()
            }
            fn text(text: Text<'_, '_>) -> Option<Self> {
                text.as_str().trim().parse().ok()
            }
        }
    )*};
}
keep_numbers!(u64, u32, usize, i64);

impl Keep<'_> for Millis {
    fn text(text: Text<'_, '_>) -> Option<Self> {
        Millis::parse(text.as_str())
    }
}

impl<'de, T: Keep<'de>> Keep<'de> for Vec<T> {
    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut all = Vec::new();
        while let Some(Kept(one)) = list.next_element()? {
            all.extend(one);
        }
        Ok(Some(all))
    }
}

/// Reads a field; `None` where it is `null` or cannot be read.
///
/// # Errors
/// The record is no JSON.
pub fn value<'de, D: Deserializer<'de>, T: Keep<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(Visit::<T>(PhantomData))
}

/// Reads a field; its default where it is `null` or cannot be read.
///
/// # Errors
/// The record is no JSON.
pub fn or_default<'de, D: Deserializer<'de>, T: Keep<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    value(deserializer).map(Option::unwrap_or_default)
}

/// Reads an object; `None` where there is something else.
///
/// # Errors
/// The record is no JSON, or what the object needs is missing in it.
pub fn object<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(VisitObject::<T>(PhantomData))
}

/// Reads the objects of a list; `None` where there is something else.
///
/// # Errors
/// As [`object`].
pub fn objects<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<Vec<T>>, D::Error> {
    deserializer.deserialize_any(VisitObjects::<T>(PhantomData))
}

/// Reads the objects of a list; no object where there is something else.
///
/// # Errors
/// As [`object`].
pub fn objects_or_none<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    objects(deserializer).map(Option::unwrap_or_default)
}

struct Kept<T>(Option<T>);

impl<'de, T: Keep<'de>> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        value(deserializer).map(Kept)
    }
}

struct Whole<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object(deserializer).map(Whole)
    }
}

/// The methods of a visitor that keeps nothing of what is not named among `$kept`.
macro_rules! leaves_out {
    ($($method:ident($kind:ty)),* $(,)?) => {$(
        fn $method<E: Error>(self, _: $kind) -> Result<Self::Value, E> {
            Ok(None)
        }
    )*};
}

struct Visit<T>(PhantomData<T>);

impl<'de, T: Keep<'de>> Visitor<'de> for Visit<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(T::flag(flag))
    }
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(T::number(number.into()))
    }
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(T::number(number.into()))
    }
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(exact(number).map_or_else(T::odd, T::number))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(T::text(Text::Borrowed(text)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::text(Text::Decoded(text)))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::list(list)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        skip(map)?;
        Ok(T::odd())
    }
}

struct VisitObject<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for VisitObject<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    leaves_out!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}

struct VisitObjects<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for VisitObjects<T> {
    type Value = Option<Vec<T>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }
    leaves_out!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Whole(one)) = list.next_element()? {
            all.extend(one);
        }
        Ok(Some(all))
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        skip(map)?;
        Ok(None)
    }
}

fn skip<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_is_and_the_rest_is_left_out() {
        fn check<T: for<'de> Keep<'de> + PartialEq + fmt::Debug>(json: &str, expected: Option<T>) {
            let read: Option<T> = value(&mut serde_json::Deserializer::from_str(json)).expect(json);
            assert_eq!(read, expected, "{json}");
        }
        check(r#""210""#, Some(210_u64));
        check("2.1e2", Some(210_u32));
        check("-3", Some(-3_i64));
        check("-3", None::<u64>);
        check("1.99147e18", None::<i64>);
        check(r#""dua""#, None::<usize>);
        check("1", Some(true));
        check(r#""False""#, Some(false));
        check(r#""ya""#, None::<bool>);
        check(r#"[1,{"a":[2]},"3",null]"#, Some(vec![1_u64, 3]));
        check(r#"{"a":[1]}"#, None::<Vec<u64>>);
        check(r#""besok""#, None::<Millis>);
        check("null", None::<bool>);
    }

    #[test]
    fn texts_keep_long_numbers_and_leave_rounded_ones_out() {
        let check = |json: &str, expected: Option<&str>| {
            let read: Option<Str<'_>> = value(&mut serde_json::Deserializer::from_str(json)).expect(json);
            assert_eq!(read.as_deref(), expected, "{json}");
        };
        check(r#""a\nb""#, Some("a\nb"));
        check("18446744073709551615", Some("18446744073709551615"));
        check("4.31516899e+08", Some("431516899"));
        for odd in ["1.99147e18", "0.5", "true", "[]", r#"{"a":{}}"#, "null"] {
            check(odd, None);
        }
    }

    #[test]
    fn objects_are_read_where_there_are_any() {
        let check = |json: &str, expected: Option<&str>| {
            let read: Option<super::super::Author<'_>> = object(&mut serde_json::Deserializer::from_str(json)).expect(json);
            assert_eq!(read.map(|author| author.handle.unwrap_or_default().to_string()).as_deref(), expected, "{json}");
            let listed = format!("[7, {json}, []]");
            let read: Option<Vec<super::super::Author<'_>>> = objects(&mut serde_json::Deserializer::from_str(&listed)).expect(&listed);
            assert_eq!(read.map(|all| all.len()), Some(usize::from(expected.is_some())), "{listed}");
        };
        check(r#"{"handle":"contoh","followers":{}}"#, Some("contoh"));
        check(r#"{"handle":[]}"#, Some(""));
        for odd in ["7", r#""contoh""#, "[]", "null", "true", "0.5"] {
            check(odd, None);
        }
        assert!(value::<_, Str<'_>>(&mut serde_json::Deserializer::from_str("{")).is_err());
    }
}
