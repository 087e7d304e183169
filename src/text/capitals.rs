//! How much of a text is written in capitals (W-10, TelkomCare, first condition).
//!
//! Links, handles, tags and digits do not count, and neither do words that are capitals by nature: a customer who
//! lists `ONT`, `LOS` and `PON` does not shout.

use rustc_hash::FxHashSet;

use super::span::Span;
use super::word::is_word_char;

/// Words that are normally written in capitals, compared with case.
#[derive(Debug, Clone, Default)]
pub struct Acronyms(FxHashSet<Box<str>>);

impl Acronyms {
    /// Makes a set of `words`, written as they stand in texts.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        Acronyms(words.into_iter().map(Into::into).collect())
    }

    /// Returns whether a text can have `word` as one word in capitals: letters without a small one, perhaps with digits.
    pub fn can_occur(word: &str) -> bool {
        let (upper, lower) = letters(word);
        upper > 0 && lower == 0 && word.chars().all(is_word_char)
    }

    /// Returns whether `word`, as it is or without its digits, is one of them.
    pub fn contains(&self, word: &str) -> bool {
        if self.0.contains(word) {
            return true;
        }
        if !word.bytes().any(|b| b.is_ascii_digit()) {
            return false;
        }
        let letters: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
        self.0.contains(letters.as_str())
    }
}

/// Letters in capitals and the longest unbroken shout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capitals {
    /// Capital letters in words that count.
    pub upper: u32,
    /// Small letters in words that count.
    pub lower: u32,
    /// Words of the run of all-capital words with the most letters.
    pub run_words: u32,
    /// Letters of that run.
    pub run_letters: u32,
    /// Where that run stands.
    pub run_span: Span,
    current: Run,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Run {
    words: u32,
    letters: u32,
    span: Span,
}

impl Capitals {
    /// Returns how many letters have a case, in words that count.
    pub fn letters(&self) -> u32 {
        self.upper + self.lower
    }

    /// Returns the share of capitals among them, 0 to 1; 0 where there is no letter.
    pub fn share(&self) -> f64 {
        if self.letters() == 0 { 0.0 } else { f64::from(self.upper) / f64::from(self.letters()) }
    }

    /// Counts `word`, in its compatibility form, standing at `span`, with so many capital and small letters.
    pub(super) fn count(&mut self, word: &str, (upper, lower): (u32, u32), span: Span, acronyms: &Acronyms) {
        if upper + lower == 0 || (lower == 0 && acronyms.contains(word)) {
            return;
        }
        self.upper += upper;
        self.lower += lower;
        if lower > 0 {
            self.current = Run::default();
            return;
        }
        let start = if self.current.words == 0 { span.start } else { self.current.span.start };
        self.current = Run { words: self.current.words + 1, letters: self.current.letters + upper, span: Span { start, end: span.end } };
        if self.current.letters > self.run_letters {
            self.run_words = self.current.words;
            self.run_letters = self.current.letters;
            self.run_span = self.current.span;
        }
    }
}

/// Counts the capital and the small letters of a word.
pub(super) fn letters(word: &str) -> (u32, u32) {
    word.chars().fold((0, 0), |(upper, lower), c| (upper + u32::from(c.is_uppercase()), lower + u32::from(c.is_lowercase() && has_case(c))))
}

/// Returns whether a small letter has a capital form. Small capitals and the like are lower case to Unicode but have none:
/// they tell nothing.
fn has_case(c: char) -> bool {
    c.is_ascii() || c.to_uppercase().next().is_some_and(|upper| upper != c)
}
