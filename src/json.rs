//! JSON into memory: the same bytes as `serde_json::to_vec`, for records that are written for every post.
//!
//! Writing a record costs about as much as deciding it, most of it byte by byte in strings that need no escape. Here
//! they are looked at eight bytes at a time and copied whole, and names of fields are not looked at at all. Numbers
//! are left to `serde_json`. Keys of maps must be strings. Not for `serde_json::value::RawValue`.

use std::fmt::{self, Display, Write};

use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct, Serializer,
};
use serde_json::Error;

/// Bytes that most records fit into.
const USUAL_SIZE: usize = 2048;

/// `value` as JSON.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(USUAL_SIZE);
    append(value, &mut out)?;
    Ok(out)
}

/// Appends `value` as JSON to `out`.
pub fn append(value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), Error> {
    value.serialize(&mut Writer(out))
}

struct Writer<'o>(&'o mut Vec<u8>);

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        self.0.reserve(text.len() + 2);
        self.0.push(b'"');
        self.escaped(text);
        self.0.push(b'"');
    }

    fn escaped(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        loop {
            let (clean, dirty) = rest.split_at(clean_length(rest));
            self.0.extend_from_slice(clean);
            let Some((&byte, after)) = dirty.split_first() else { return };
            self.escape(byte);
            rest = after;
        }
    }

    fn escape(&mut self, byte: u8) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let short = match byte {
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0c => b'f',
            b'\r' => b'r',
            b'"' | b'\\' => byte,
            _ => {
                self.0.extend_from_slice(&[b'\\', b'u', b'0', b'0', HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
                return;
            }
        };
        self.0.extend_from_slice(&[b'\\', short]);
    }

    fn number(&mut self, number: impl Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut *self.0, &number)
    }
}

/// How many bytes at the head of `bytes` need no escape.
fn clean_length(bytes: &[u8]) -> usize {
    let is_dirty = |byte: u8| (byte < 0x20) | (byte == b'"') | (byte == b'\\');
    let (chunks, _) = bytes.as_chunks::<8>();
    let clean = chunks.iter().take_while(|chunk| !chunk.iter().fold(false, |dirty, &byte| dirty | is_dirty(byte))).count() * 8;
    let rest = &bytes[clean..];
    clean + rest.iter().position(|&byte| is_dirty(byte)).unwrap_or(rest.len())
}

/// A list or an object under way.
struct Compound<'w, 'o> {
    writer: &'w mut Writer<'o>,
    is_first: bool,
    close: u8,
}

impl<'w, 'o> Compound<'w, 'o> {
    fn open(writer: &'w mut Writer<'o>, open: u8, close: u8) -> Self {
        writer.0.push(open);
        Compound { writer, is_first: true, close }
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if !self.is_first {
            self.writer.0.push(b',');
        }
        self.is_first = false;
        value.serialize(&mut *self.writer)
    }

    fn close(self) -> Result<(), Error> {
        self.writer.0.push(self.close);
        Ok(())
    }
}

impl SerializeStruct for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;
    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        let out = &mut *self.writer.0;
        out.reserve(key.len() + 4);
        out.extend_from_slice(if self.is_first { b"\"" } else { b",\"" });
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        self.is_first = false;
        value.serialize(&mut *self.writer)
    }
    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

impl SerializeMap for Compound<'_, '_> {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.element(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.writer.0.push(b':');
        value.serialize(&mut *self.writer)
    }
    fn end(self) -> Result<(), Error> {
        self.close()
    }
}

/// What lists of all kinds have in common.
macro_rules! list {
    ($kind:ident, $element:ident) => {
        impl $kind for Compound<'_, '_> {
            type Ok = ();
            type Error = Error;
            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }
            fn end(self) -> Result<(), Error> {
                self.close()
            }
        }
    };
}

list!(SerializeSeq, serialize_element);
list!(SerializeTuple, serialize_element);
list!(SerializeTupleStruct, serialize_field);

/// Numbers of all sizes, which `serde_json` writes.
macro_rules! numbers {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, number: $type) -> Result<(), Error> {
            self.number(number)
        })*
    };
}

impl<'w, 'o> Serializer for &'w mut Writer<'o> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'w, 'o>;
    type SerializeTuple = Compound<'w, 'o>;
    type SerializeTupleStruct = Compound<'w, 'o>;
    type SerializeMap = Compound<'w, 'o>;
    type SerializeStruct = Compound<'w, 'o>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_bool(self, yes: bool) -> Result<(), Error> {
        self.0.extend_from_slice(if yes { b"true" } else { b"false" });
        Ok(())
    }
    fn serialize_char(self, c: char) -> Result<(), Error> {
        self.text(c.encode_utf8(&mut [0; 4]));
        Ok(())
    }
    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.text(text);
        Ok(())
    }
    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        self.number(bytes)
    }
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Error> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _name: &'static str, _index: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T>(self, _name: &'static str, _index: u32, variant: &'static str, value: &T) -> Result<(), Error>
    where
        T: Serialize + ?Sized,
    {
        let mut object = self.serialize_struct("", 1)?;
        SerializeStruct::serialize_field(&mut object, variant, value)?;
        object.close()
    }
    fn serialize_seq(self, _length: Option<usize>) -> Result<Compound<'w, 'o>, Error> {
        Ok(Compound::open(self, b'[', b']'))
    }
    fn serialize_tuple(self, _length: usize) -> Result<Compound<'w, 'o>, Error> {
        self.serialize_seq(None)
    }
    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Compound<'w, 'o>, Error> {
        self.serialize_seq(None)
    }
    fn serialize_map(self, _length: Option<usize>) -> Result<Compound<'w, 'o>, Error> {
        Ok(Compound::open(self, b'{', b'}'))
    }
    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Compound<'w, 'o>, Error> {
        self.serialize_map(None)
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeTupleVariant, Error> {
        Err(Error::custom("no record has variants with fields"))
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Self::SerializeStructVariant, Error> {
        Err(Error::custom("no record has variants with fields"))
    }
    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        struct Escaping<'w, 'o>(&'w mut Writer<'o>);
        impl Write for Escaping<'_, '_> {
            fn write_str(&mut self, text: &str) -> fmt::Result {
                self.0.escaped(text);
                Ok(())
            }
        }
        self.0.push(b'"');
        write!(Escaping(self), "{value}").map_err(Error::custom)?;
        self.0.push(b'"');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Sample<'a> {
        text: &'a str,
        numbers: Vec<f32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        none: Option<u8>,
        null: Option<u8>,
        pair: (i64, bool),
        map: std::collections::BTreeMap<&'a str, char>,
        unit: (),
    }

    fn check(value: &impl Serialize) {
        let expected = serde_json::to_string(value).expect("serde_json writes it");
        assert_eq!(String::from_utf8(to_vec(value).expect("written")).expect("UTF-8"), expected);
    }

    #[test]
    fn writes_what_serde_json_writes() {
        let text: String = ('\0'..='\u{ff}').chain("😭\u{2028}\"".chars()).collect();
        for start in 0..48 {
            check(&text.chars().skip(start).collect::<String>());
        }
        check(&"\"".repeat(40));
        let map = [("a\"b", 'x'), ("c", '\n')].into_iter().collect();
        let numbers = vec![0.0, 0.6, 0.962_963, 1.0, 10_000.0, -2.5, f32::NAN, f32::MAX, f32::MIN_POSITIVE];
        check(&Sample { text: "teks", numbers, none: None, null: None, pair: (i64::MIN, true), map, unit: () });
        check(&Vec::<u8>::new());
        check(&[Some(Ok::<u8, u8>(1)), None]);
        check(&crate::post::Millis::new(1_736_218_872_000));
    }
}
