//! A list, a map or an object while it is written. What opens it comes with the first thing in it, where else a comma would stand:
//! both are one constant.
//!
//! Knows neither texts nor numbers: those are values like any other.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple};

use super::{Unwritable, Writer, refused};

/// A list, a map or an object, as far as it is written.
pub(super) struct Compound<'o> {
    out: &'o mut Vec<u8>,
    is_open: bool,
}

impl<'o> Compound<'o> {
    #[inline]
    pub(super) fn new(out: &'o mut Vec<u8>) -> Self {
        Compound { out, is_open: false }
    }

    /// Begins the next thing: with `first`, or with `next` where others stand before it.
    #[inline]
    fn begin<const N: usize>(&mut self, first: &[u8; N], next: &[u8; N]) {
        self.out.extend_from_slice(if self.is_open { next } else { first });
        self.is_open = true;
    }

    #[inline]
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(Writer { out: self.out })
    }

    #[inline]
    fn close(self, last: u8, empty: &[u8; 2]) -> Result<(), Unwritable> {
        if self.is_open {
            self.out.push(last)
        } else {
            self.out.extend_from_slice(empty)
        }
        Ok(())
    }
}

impl SerializeSeq for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Unwritable> {
        self.begin(b"[", b",");
        self.value(item)
    }

    #[inline]
    fn end(self) -> Result<(), Unwritable> {
        self.close(b']', b"[]")
    }
}

/// A list whose length the type knows.
impl SerializeTuple for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    #[inline]
    fn serialize_element<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Unwritable> {
        SerializeSeq::serialize_element(self, item)
    }

    #[inline]
    fn end(self) -> Result<(), Unwritable> {
        SerializeSeq::end(self)
    }
}

impl SerializeMap for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        self.begin(b"{", b",");
        let start = self.out.len();
        self.value(key)?;
        if self.out.get(start) == Some(&b'"') { Ok(()) } else { refused("a key that is no text") }
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        self.out.push(b':');
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Unwritable> {
        self.close(b'}', b"{}")
    }
}

impl SerializeStruct for Compound<'_> {
    type Ok = ();
    type Error = Unwritable;

    /// The name of a field is known where this is compiled into: it is copied as a constant, never searched.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a call would make the length of the name a variable again")]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unwritable> {
        debug_assert!(!name.bytes().any(|byte| matches!(byte, 0..0x20 | b'"' | b'\\')), "the names of fields are words: {name}");
        self.begin(b"{\"", b",\"");
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Unwritable> {
        self.close(b'}', b"{}")
    }
}
