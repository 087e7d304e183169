//! Facts about one text: its words as the lexicons know them, where each stands in the original, and how much of it
//! is written in capitals.
//!
//! Knows nothing of what the words mean: a phrase that matters is a matter of `signals`. Evidence points into the
//! original text, so every token keeps its place there (D69).

pub mod affixes;
pub(crate) mod bits;
mod bytes;
mod capitals;
#[cfg(test)]
mod conformance;
mod entry;
mod facts;
mod known;
mod link;
mod names_and_links;
mod overlap;
mod phrases;
mod plain_word;
mod profiles;
mod reading;
mod slang;
mod span;
mod tokenise;
mod vocabulary;
mod word;

pub use self::bytes::Bytes;
pub use self::capitals::{Acronyms, Capitals};
pub use self::facts::{Facts, Named, READINGS, Token, WordId};
pub use self::phrases::{
    Edition, EntryId, EntryInfo, GroupId, GroupSet, GuardLine, Hit, HitsByGroup, Member, Miss, Openers, PhraseBook, PhraseBookBuilder,
    Search, Sightings, TakenOut, WordClass,
};
pub use self::reading::{Language, Reader, Reading};
pub use self::slang::SlangTable;
pub use self::span::Span;
pub use self::vocabulary::{Vocabulary, VocabularyBuilder};
