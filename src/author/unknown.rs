//! What a newer program has written into a customer's record and this one cannot read: kept as it is, and written again.
//!
//! Knows nothing of what it may mean.

/// Fields of one part of the record, as their bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown(Vec<u8>);

impl Unknown {
    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the bytes, to be written again.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Keeps one more field, all its bytes.
    pub(super) fn keep(&mut self, field: &[u8]) {
        self.0.extend_from_slice(field);
    }
}

/// What a newer program has written of one post, which stands in a row of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownOfPost {
    /// The flags of its row that have no meaning here.
    pub(super) flags: u16,
    /// The columns after the last known one, without the zeros at their end.
    pub(super) columns: Vec<u8>,
    /// The fields of what its row cannot hold.
    pub(super) fields: Unknown,
}
