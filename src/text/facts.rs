//! What is kept of one text: tokens, names, links, capitals. `tokenise` fills it.
//!
//! Evidence points into the original text, so every token keeps its place there (D69).

use super::bytes::Bytes;
use super::capitals::Capitals;
use super::names_and_links::Entity;
use super::span::Span;

/// How many ways of reading one token are kept, further ones being dropped: the word itself, the word without its clitic,
/// beginnings of words (`lapor*`).
pub const READINGS: usize = 4;

/// The number of a normalised word in the [`super::Vocabulary`]; 0 is a word that no lexicon knows.
pub type WordId = u32;

/// One token of a text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Token {
    /// What the token can be read as; unused places are 0.
    pub readings: [WordId; READINGS],
    /// Where it stands in characters.
    pub span: Span,
    /// Where it stands in bytes of the text it came from.
    pub bytes: (u32, u32),
    /// The number of its clause, which ends at `,` `.` `;` `!` `?`, a line break, a bracket.
    pub clause: u32,
    /// The number of its sentence, which ends at `!`, `?`, a full stop before a space, an empty line. Symbols stand in none.
    pub sentence: u32,
    /// It comes from the subject of an e-mail, not from the text.
    pub in_subject: bool,
    /// A fingerprint of the word, for comparing posts; 0 for symbols, links, handles and numbers.
    pub fingerprint: u32,
}

/// Everything that later phases ask about one text. Reused from post to post to save allocations.
#[derive(Debug, Default)]
pub struct Facts {
    /// The words in order, then after a clause break the words of the subject, then single symbols.
    pub tokens: Vec<Token>,
    /// How many of `tokens` are words of the text and the subject: the rest are symbols.
    pub words: usize,
    /// The bytes of the text.
    pub present: Bytes,
    /// Letters in capitals and the longest shout; the subject does not count (D35).
    pub capitals: Capitals,
    /// Where links stand in the text, in order; those of the subject are left out.
    pub links: Vec<Span>,
    /// How many words are handles or parts of links: nobody said them.
    pub unspoken: usize,
    /// Letters written with a mathematical or other styled alphabet, a way to slip past filters.
    pub styled_letters: u32,
    /// Handles in text and subject, in order.
    pub handles: Vec<Named>,
    /// Hashtags in text and subject, in order.
    pub tags: Vec<Named>,
    pub(super) scratch: Scratch,
}

/// Buffers that one pass leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) text_in_lower_case: String,
    pub(super) compatible: String,
    pub(super) lower: String,
    pub(super) symbols: Vec<Token>,
    pub(super) entities: Vec<Entity>,
}

/// A handle or a hashtag in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// In lower case, without `@` or `#`.
    pub name: String,
    /// Where it stands, the sign included.
    pub span: Span,
    /// It stands before the first word of the text.
    pub leading: bool,
}

impl Facts {
    /// How many accounts stand before the first word of the text, each a token.
    pub fn leading(&self) -> u32 {
        u32::try_from(self.handles.partition_point(|handle| handle.leading)).unwrap_or(u32::MAX)
    }

    /// Returns the span from token `first` up to but without token `end`; `None` if it lies in the subject.
    pub fn span(&self, first: usize, end: usize) -> Option<Span> {
        let (first, last) = (self.tokens.get(first)?, self.tokens.get(end.checked_sub(1)?)?);
        (!first.in_subject).then_some(Span { start: first.span.start, end: last.span.end.max(first.span.end) })
    }

    /// Returns the bytes of the text (or of the subject) from token `first` up to but without token `end`; `None` if there are
    /// no such tokens.
    pub fn bytes(&self, first: usize, end: usize) -> Option<(usize, usize)> {
        let (first, last) = (self.tokens.get(first)?, self.tokens.get(end.checked_sub(1)?)?);
        Some((first.bytes.0 as usize, last.bytes.1.max(first.bytes.1) as usize))
    }

    /// Returns whether the tokens `first` and `last` stand in one clause. A symbol stands in none but its own.
    pub fn same_clause(&self, first: usize, last: usize) -> bool {
        let clause = |at: usize| self.tokens.get(at).map(|token| token.clause);
        clause(first) == clause(last)
    }
}
