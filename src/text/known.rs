//! What a word of a text stands for: one token, but for a few, in as little memory as can be, for there are many words.
//!
//! Knows no spelling.

use smallvec::SmallVec;

use super::{READINGS, WordId};

/// What one raw word stands for: one token, or several (`gada` is `tidak ada`).
pub(super) type Form = SmallVec<[[WordId; READINGS]; 1]>;

/// One token that a raw word stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word {
    /// What it can be read as.
    pub readings: [WordId; READINGS],
    /// A number that equal words share in whatever spelling; 0: none.
    pub fingerprint: u32,
}

/// What a word stands for that is known as it stands: one token, but for a few.
#[derive(Debug)]
pub(super) enum Known {
    One(Word),
    Several(Box<[Word]>),
}

impl Known {
    pub(super) fn new(form: &Form, fingerprints: &Fingerprints) -> Self {
        let fingerprints = fingerprints.iter().copied().chain(std::iter::repeat(0));
        let words = form.iter().zip(fingerprints).map(|(&readings, fingerprint)| Word { readings, fingerprint });
        let words: SmallVec<[Word; 1]> = words.collect();
        if let [word] = *words { Known::One(word) } else { Known::Several(words.into_boxed_slice()) }
    }

    /// The tokens, in their order.
    pub(super) fn tokens(&self) -> &[Word] {
        match self {
            Known::One(word) => std::slice::from_ref(word),
            Known::Several(words) => words,
        }
    }

    /// What it can be read as if it is one token.
    pub(super) fn single(&self) -> Option<&[WordId; READINGS]> {
        if let Known::One(word) = self { Some(&word.readings) } else { None }
    }

    /// What the first token can be read as.
    pub(super) fn first(&self) -> [WordId; READINGS] {
        self.tokens().first().map(|word| word.readings).unwrap_or_default()
    }

    /// What each token can be read as.
    pub(super) fn form(&self) -> Form {
        self.tokens().iter().map(|word| word.readings).collect()
    }
}

/// For each token that a raw word stands for: a number that equal words share.
pub(super) type Fingerprints = SmallVec<[u32; 1]>;
