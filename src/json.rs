//! Writes what leaves the program as compact JSON: byte for byte what `serde_json` writes, at less than half its cost.
//!
//! Records are written for every post, and `serde_json` looks at each byte of them for escapes, the names of fields too. Here those
//! are constants that are copied, and texts are searched in pieces (`text`). Knows no record: whatever derives `Serialize` can
//! be written. What no record has (variants with something in them, structs without names, bytes, numbers of 128 bits, keys that
//! are no text, and `RawValue`) is refused rather than written otherwise than there.

mod compound;
mod text;

use serde::ser::{Error as _, Impossible, Serialize, Serializer};

use self::compound::Compound;

/// Appends `value` as compact JSON; nothing, where it cannot be written.
///
/// # Errors
/// `value` refuses to be written, or is of a kind that no record has.
pub fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), Unwritable> {
    let start = out.len();
    let written = value.serialize(Writer { out });
    if written.is_err() {
        out.truncate(start);
    }
    debug_assert!(
        written.is_err() || serde_json::to_vec(value).is_ok_and(|theirs| out[start..] == theirs),
        "every record is what serde_json writes"
    );
    written
}

/// Why a value cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the value cannot be written as JSON: {0}")]
pub struct Unwritable(String);

impl serde::ser::Error for Unwritable {
    fn custom<T: std::fmt::Display>(why: T) -> Self {
        Unwritable(why.to_string())
    }
}

#[cold]
fn refused<T>(what: &str) -> Result<T, Unwritable> {
    Err(Unwritable::custom(format_args!("no record has {what}")))
}

/// Appends one value.
struct Writer<'o> {
    out: &'o mut Vec<u8>,
}

impl Writer<'_> {
    #[inline]
    fn bytes(self, bytes: &[u8]) -> Result<(), Unwritable> {
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    #[inline]
    fn integer(self, number: impl itoa::Integer) -> Result<(), Unwritable> {
        self.bytes(itoa::Buffer::new().format(number).as_bytes())
    }

    /// Appends what `serde_json` makes of a number.
    fn float(self, number: impl Serialize) -> Result<(), Unwritable> {
        serde_json::to_writer(self.out, &number).map_err(Unwritable::custom)
    }
}

macro_rules! integers {
    ($($method:ident $integer:ty,)*) => {$(
        #[inline]
        fn $method(self, value: $integer) -> Result<(), Unwritable> {
            self.integer(value)
        }
    )*};
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Compound<'o>;
    type SerializeTuple = Compound<'o>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Compound<'o>;
    type SerializeStruct = Compound<'o>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.bytes(if value { b"true" } else { b"false" })
    }

    integers! {
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64,
    }

    /// Most numbers in evidence count something: they are whole and have a digit.
    fn serialize_f32(self, value: f32) -> Result<(), Unwritable> {
        let digit = (0..10_u8).find(|&digit| f32::from(digit).to_bits() == value.to_bits());
        match digit {
            Some(digit) => self.bytes(&[b'0' + digit, b'.', b'0']),
            None => self.float(value),
        }
    }

    fn serialize_f64(self, value: f64) -> Result<(), Unwritable> {
        self.float(value)
    }

    fn serialize_char(self, value: char) -> Result<(), Unwritable> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Unwritable> {
        text::write(self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Unwritable> {
        refused("bytes")
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Unwritable> {
        self.bytes(b"null")
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.bytes(b"null")
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Unwritable> {
        self.bytes(b"null")
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Unwritable> {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), Unwritable>
    where
        T: Serialize + ?Sized,
    {
        refused("a variant with a value")
    }

    #[inline]
    fn serialize_seq(self, _: Option<usize>) -> Result<Compound<'o>, Unwritable> {
        Ok(Compound::new(self.out))
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> Result<Compound<'o>, Unwritable> {
        Ok(Compound::new(self.out))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Impossible<(), Unwritable>, Unwritable> {
        refused("a struct without names")
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Impossible<(), Unwritable>, Unwritable> {
        refused("a variant with values")
    }

    #[inline]
    fn serialize_map(self, _: Option<usize>) -> Result<Compound<'o>, Unwritable> {
        Ok(Compound::new(self.out))
    }

    /// What `serde_json` tells its own writer by the name of a struct is not for others.
    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Compound<'o>, Unwritable> {
        if name.starts_with("$serde_json::") { refused("raw JSON") } else { Ok(Compound::new(self.out)) }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Unwritable>, Unwritable> {
        refused("a variant with fields")
    }
}

#[cfg(test)]
mod tests;
