//! A place in the original text.

/// A range of the original text, in Unicode scalar values, end exclusive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// The first character, from 0.
    pub start: u32,
    /// One past the last character.
    pub end: u32,
}

impl Span {
    /// Returns whether the two ranges share a character.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Returns the range that these bytes of `text` are; both ends lie between two characters.
    pub fn of_bytes(text: &str, bytes: std::ops::Range<usize>) -> Span {
        let characters = |end: usize| u32::try_from(text.get(..end).map_or(0, |before| before.chars().count())).unwrap_or(u32::MAX);
        Span { start: characters(bytes.start), end: characters(bytes.end) }
    }
}
