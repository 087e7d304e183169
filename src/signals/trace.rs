//! One thing that a signal found: what, and where in the text. Knows no signal and no post: numbers name both.

use super::SignalId;
use crate::text::{EntryId, Span};

/// One thing that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace {
    /// By number or name, whatever it is.
    pub what: What,
    /// Where in the text it stands.
    pub place: Place,
    /// How much it contributes: points of a score, 1 elsewhere.
    pub weight: f32,
}

/// What a trace is of; numbers go by the order in the facts of the text, in the record, or in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// An entry of a lexicon.
    Entry(EntryId),
    /// An entry of a lexicon in the author's profile.
    ProfileEntry(EntryId),
    /// The mention of that number in the post.
    Mention(u32),
    /// The handle of that number in the text.
    Handle(u32),
    /// The recipient of that number, all lists counted through.
    Recipient(u32),
    /// The tag of that number in the text.
    Tag(u32),
    /// The tag of that number in the record's own list.
    RecordTag(u32),
    /// Another signal that was counted in.
    Signal(SignalId),
    /// The quiz of that number in the registry.
    Quiz(u16),
    /// Something with a fixed name.
    Fact(&'static str),
}

/// Where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// From the first token up to but without the second.
    Tokens(u32, u32),
    /// A range of the text.
    Text(Span),
    /// Not in the text.
    Elsewhere,
}
