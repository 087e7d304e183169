//! Which bytes stand in a text: a quick no for whatever needs one that does not.

/// Which bytes stand in a text.
#[derive(Debug)]
pub struct BytesPresent([bool; 256]);

impl Default for BytesPresent {
    fn default() -> Self {
        BytesPresent([false; 256])
    }
}

impl BytesPresent {
    /// Replaces the contents by the bytes of `text`.
    pub fn fill(&mut self, text: &str) {
        self.0.fill(false);
        text.bytes().for_each(|byte| self.0[usize::from(byte)] = true);
    }

    /// Whether one of `bytes` stands there.
    pub fn has_any(&self, bytes: &[u8]) -> bool {
        bytes.iter().any(|&byte| self.0[usize::from(byte)])
    }
}
