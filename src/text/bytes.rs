//! Sets of bytes. Those that stand in a text are a quick no for whatever needs one that does not.

/// A set of bytes, one bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bytes([u64; 4]);

impl Bytes {
    /// Replaces the contents by the bytes of `text`.
    pub fn fill(&mut self, text: &str) {
        *self = text.bytes().collect();
    }

    /// Returns whether all of them are ASCII.
    pub fn are_ascii(&self) -> bool {
        self.0[2] == 0 && self.0[3] == 0
    }

    /// Returns whether a byte is in both.
    pub fn meets(&self, other: &Bytes) -> bool {
        self.0.iter().zip(&other.0).any(|(these, those)| these & those != 0)
    }
}

impl FromIterator<u8> for Bytes {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        let mut set = Bytes::default();
        bytes.into_iter().for_each(|byte| set.0[usize::from(byte / 64)] |= 1 << (byte % 64));
        set
    }
}
