//! Fields as protobuf's wire format writes them, by hand: a number with a kind, then a variable number, 4 or 8 bytes, or a
//! length and so many bytes. Whoever does not know a number can still step over the field.
//!
//! Knows times, which are written as what they lie after another one, and ids, but no message.

use smol_str::SmolStr;

use crate::post::Millis;

/// Kinds of fields. The numbers are protobuf's.
const VARIABLE: u8 = 0;
const EIGHT: u8 = 1;
const BYTES: u8 = 2;
const FOUR: u8 = 5;

/// Why bytes cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub(super) &'static str);

const CUT_OFF: Broken = Broken("it is cut off");
const OTHER_KIND: Broken = Broken("a field is of another kind");

/// Writes fields at the end of a buffer.
pub(super) struct Writer<'o> {
    pub(super) out: &'o mut Vec<u8>,
    /// Times are written as milliseconds after it.
    pub(super) base: Millis,
}

impl Writer<'_> {
    /// Writes a number without a field around it: seven bits a byte, the lowest first.
    pub(super) fn variable(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.out.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.out.push(number.to_le_bytes()[0]);
    }

    fn tag(&mut self, field: u32, kind: u8) {
        self.variable(u64::from(field) << 3 | u64::from(kind));
    }

    /// Writes a number, a 0 too.
    pub(super) fn number(&mut self, field: u32, number: u64) {
        self.tag(field, VARIABLE);
        self.variable(number);
    }

    /// Writes 1 where `set`, else nothing at all.
    pub(super) fn flag(&mut self, field: u32, set: bool) {
        if set {
            self.number(field, 1);
        }
    }

    /// Writes a time without a field around it.
    pub(super) fn after_base(&mut self, at: i64) {
        self.variable(zigzag(at.wrapping_sub(self.base.get())));
    }

    /// Writes a time; nothing for `None`.
    pub(super) fn time(&mut self, field: u32, at: Option<Millis>) {
        if let Some(at) = at {
            self.tag(field, VARIABLE);
            self.after_base(at.get());
        }
    }

    /// Writes a fraction; nothing where it is 0.
    pub(super) fn float(&mut self, field: u32, value: f32) {
        if value.to_bits() != 0 {
            self.tag(field, FOUR);
            self.out.extend_from_slice(&value.to_bits().to_le_bytes());
        }
    }

    /// Writes a text, an empty one too; nothing for `None`.
    pub(super) fn text(&mut self, field: u32, text: Option<&str>) {
        if let Some(text) = text {
            self.tag(field, BYTES);
            self.variable(text.len() as u64);
            self.out.extend_from_slice(text.as_bytes());
        }
    }

    /// Writes an id, as eight bytes where it is a number; nothing for `None`.
    pub(super) fn id(&mut self, field: u32, id: Option<&str>) {
        let Some(id) = id else { return };
        match as_number(id) {
            Some(number) => {
                self.tag(field, EIGHT);
                self.out.extend_from_slice(&number.to_le_bytes());
            }
            None => self.text(field, Some(id)),
        }
    }

    /// Writes fingerprints, 4 bytes each; nothing where there are none.
    pub(super) fn prints(&mut self, field: u32, prints: &[u32]) {
        if !prints.is_empty() {
            self.tag(field, BYTES);
            self.variable(4 * prints.len() as u64);
            prints.iter().for_each(|print| self.out.extend_from_slice(&print.to_le_bytes()));
        }
    }

    /// Writes what `write` does, behind its length.
    pub(super) fn part(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.tag(field, BYTES);
        let start = self.out.len();
        // Most parts are short.
        self.out.push(0);
        write(self);
        let length = self.out.len() - start - 1;
        if let Ok(length) = u8::try_from(length)
            && length < 0x80
        {
            self.out[start] = length;
        } else {
            let mut head = Vec::with_capacity(5);
            Writer { out: &mut head, base: self.base }.variable(length as u64);
            self.out.splice(start..=start, head);
        }
    }
}

/// Reads the fields of one part.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) rest: &'a [u8],
    pub(super) base: Millis,
}

/// A field that was read; what it holds is asked for by its type, and another type is an error.
pub(super) struct Field<'a> {
    pub(super) number: u32,
    value: Value<'a>,
    /// Number, kind and value, for whoever keeps what he does not know.
    pub(super) bytes: &'a [u8],
    base: Millis,
}

enum Value<'a> {
    Variable(u64),
    Eight(u64),
    Four(u32),
    Bytes(&'a [u8]),
}

impl<'a> Reader<'a> {
    /// Returns the next field; `None` at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, Broken> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let before = self.rest;
        let tag = self.variable()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0).ok_or(Broken("a field has no number"))?;
        let value = match tag.to_le_bytes()[0] & 7 {
            VARIABLE => Value::Variable(self.variable()?),
            EIGHT => Value::Eight(u64::from_le_bytes(self.array()?)),
            FOUR => Value::Four(u32::from_le_bytes(self.array()?)),
            BYTES => {
                let length = usize::try_from(self.variable()?).map_err(|_| CUT_OFF)?;
                Value::Bytes(self.bytes(length)?)
            }
            _ => return Err(OTHER_KIND),
        };
        let bytes = &before[..before.len() - self.rest.len()];
        Ok(Some(Field { number, value, bytes, base: self.base }))
    }

    /// Reads a number without a field around it.
    pub(super) fn variable(&mut self) -> Result<u64, Broken> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first().ok_or(CUT_OFF)?;
            self.rest = rest;
            let part = u64::from(byte & 0x7F);
            if shift == 63 && part > 1 {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Broken("a number is too long"))
    }

    /// Reads a time without a field around it.
    pub(super) fn after_base(&mut self) -> Result<i64, Broken> {
        Ok(self.base.get().wrapping_add(unzigzag(self.variable()?)))
    }

    /// Reads `N` bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Broken> {
        let (array, rest) = self.rest.split_first_chunk().ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(*array)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], Broken> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(CUT_OFF)?;
        self.rest = rest;
        Ok(bytes)
    }
}

impl<'a> Field<'a> {
    pub(super) fn number(&self) -> Result<u64, Broken> {
        if let Value::Variable(number) = self.value { Ok(number) } else { Err(OTHER_KIND) }
    }

    pub(super) fn flag(&self) -> Result<bool, Broken> {
        Ok(self.number()? != 0)
    }

    /// Returns a time as a plain number.
    pub(super) fn moment(&self) -> Result<i64, Broken> {
        Ok(self.base.get().wrapping_add(unzigzag(self.number()?)))
    }

    pub(super) fn time(&self) -> Result<Millis, Broken> {
        self.moment().map(Millis::new)
    }

    pub(super) fn float(&self) -> Result<f32, Broken> {
        if let Value::Four(bits) = self.value { Ok(f32::from_bits(bits)) } else { Err(OTHER_KIND) }
    }

    pub(super) fn text(&self) -> Result<&'a str, Broken> {
        let Value::Bytes(bytes) = self.value else { return Err(OTHER_KIND) };
        std::str::from_utf8(bytes).map_err(|_| Broken("a text is none"))
    }

    pub(super) fn id(&self) -> Result<SmolStr, Broken> {
        if let Value::Eight(number) = self.value { Ok(number_as_id(number)) } else { self.text().map(SmolStr::new) }
    }

    pub(super) fn prints(&self) -> Result<Vec<u32>, Broken> {
        let Value::Bytes(bytes) = self.value else { return Err(OTHER_KIND) };
        let (prints, rest) = bytes.as_chunks::<4>();
        if rest.is_empty() { Ok(prints.iter().map(|print| u32::from_le_bytes(*print)).collect()) } else { Err(CUT_OFF) }
    }

    /// Returns what is inside of a part.
    pub(super) fn part(&self) -> Result<Reader<'a>, Broken> {
        if let Value::Bytes(rest) = self.value { Ok(Reader { rest, base: self.base }) } else { Err(OTHER_KIND) }
    }
}

/// Returns the number that `id` is written as, if that gives `id` back.
pub(super) fn as_number(id: &str) -> Option<u64> {
    let plain = id.bytes().all(|byte| byte.is_ascii_digit()) && (id.len() == 1 || !id.starts_with('0'));
    if plain { id.parse().ok() } else { None }
}

/// Returns the id that was written as `number`.
pub(super) fn number_as_id(mut number: u64) -> SmolStr {
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    loop {
        first -= 1;
        digits[first] = b'0' + (number % 10).to_le_bytes()[0];
        number /= 10;
        if number == 0 {
            return std::str::from_utf8(&digits[first..]).map(SmolStr::new).unwrap_or_default();
        }
    }
}

/// Returns a number without a sign that is small where `number` is near 0.
pub(super) fn zigzag(number: i64) -> u64 {
    (number.cast_unsigned() << 1) ^ (number >> 63).cast_unsigned()
}

/// Returns the number that [`zigzag`] was given.
pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}
