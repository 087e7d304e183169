//! One word: what normalising does to it before the vocabulary is asked, and what is tried where it knows no such word.
//!
//! Before: NFKC, lower case, marks and invisible characters stripped. Tried: stretched letters squeezed, doubling with a
//! digit unfolded, digits read as letters, doubled letters written once.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Returns whether `c` shows nothing: joiners, direction marks, variation selectors, fillers.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Returns whether a word can consist of such characters, apostrophes aside.
pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Returns whether `c` is a token by itself: `?`, `!` and what is neither letter, digit, space nor ordinary punctuation, mostly
/// emoji.
pub(super) fn is_symbol(c: char) -> bool {
    matches!(c, '?' | '!')
        || (c as u32 >= 0x2190 && !is_word_char(c) && !c.is_whitespace() && !matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF0F}'))
}

/// Returns whether `c` dresses a word up: letters of the mathematical, circled and full-width alphabets, and marks drawn over or
/// under letters.
pub(super) fn is_styled(c: char) -> bool {
    matches!(c, '\u{0330}'..='\u{036F}' | '\u{1D400}'..='\u{1D7FF}' | '\u{FF21}'..='\u{FF5A}' | '\u{24B6}'..='\u{24E9}' | '\u{1F130}'..='\u{1F189}')
}

/// Puts the compatibility form of `raw` into `out`, case kept, invisible characters and marks left out.
pub(super) fn compatibility_form(raw: &str, out: &mut String) {
    out.clear();
    if raw.is_ascii() {
        out.push_str(raw);
    } else {
        out.extend(raw.nfkc().filter(|&c| !is_invisible(c) && !is_combining_mark(c) && !is_apostrophe(c)));
    }
}

/// Returns whether `c` vanishes inside a word, so that `doesn't` and `doesnt` are one word.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{02BC}' | '`')
}

/// Puts `word` in lower case into `out`.
pub(super) fn lower_case(word: &str, out: &mut String) {
    out.clear();
    if !word.is_ascii() {
        out.extend(word.chars().flat_map(char::to_lowercase).filter(|&c| !is_combining_mark(c)));
        return;
    }
    if word.bytes().any(|byte| matches!(byte, b'\'' | b'`')) {
        out.extend(word.chars().filter(|&c| !is_apostrophe(c)));
    } else {
        out.push_str(word);
    }
    out.make_ascii_lowercase();
}

/// What tells which other spellings of a word are worth a try.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// A character other than a digit stands three times or more in a row.
    pub(super) stretched: bool,
    /// A letter stands twice in a row.
    pub(super) doubled: bool,
    /// It has a digit.
    pub(super) digit: bool,
}

impl Shape {
    /// The shape of `lower`.
    pub(super) fn of(lower: &str) -> Self {
        let (mut shape, mut previous, mut run) = (Shape::default(), '\0', 0_u32);
        for c in lower.chars() {
            let is_digit = c.is_ascii_digit();
            run = if c == previous { run + 1 } else { 1 };
            previous = c;
            shape.digit |= is_digit;
            shape.doubled |= run > 1 && c.is_alphabetic();
            shape.stretched |= run > 2 && !is_digit;
        }
        shape
    }
}

/// Returns `word` with every run of three and more equal letters cut to `keep` letters.
pub(super) fn squeeze(word: &str, keep: usize) -> String {
    let mut squeezed = String::with_capacity(word.len());
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let mut run = 1;
        while chars.next_if_eq(&c).is_some() {
            run += 1;
        }
        let kept = if run >= 3 && !c.is_ascii_digit() { keep } else { run };
        squeezed.extend(std::iter::repeat_n(c, kept));
    }
    squeezed
}

/// Returns the stem of `putus2`, a word doubled with a digit.
pub(super) fn doubled_stem(word: &str) -> Option<&str> {
    let stem = word.strip_suffix('2')?;
    (stem.len() >= 3 && stem.chars().all(char::is_alphabetic)).then_some(stem)
}

/// Returns `m4xw1n` read with letters for digits; `None` where letters and digits do not mix.
pub(super) fn without_digits_for_letters(word: &str) -> Option<String> {
    let mixed = word.bytes().any(|b| b.is_ascii_alphabetic()) && word.bytes().any(|b| b.is_ascii_digit());
    mixed.then(|| {
        let letter = |c| match c {
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            other => other,
        };
        word.chars().map(letter).collect()
    })
}

/// Returns `bangett` with every doubled letter written once; `None` where no letter is doubled, or fewer than three are left.
pub(super) fn without_doubled_letters(word: &str) -> Option<String> {
    let mut single = String::with_capacity(word.len());
    for c in word.chars() {
        if !(c.is_alphabetic() && single.ends_with(c)) {
            single.push(c);
        }
    }
    (single.len() < word.len() && single.len() >= 3).then_some(single)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_reduced_to_one_form() {
        let check = |raw: &str, expected: &str, stretched: bool| {
            let (mut compatible, mut lower) = (String::new(), String::new());
            compatibility_form(raw, &mut compatible);
            lower_case(&compatible, &mut lower);
            assert_eq!((lower.as_str(), Shape::of(&lower).stretched), (expected, stretched), "{raw}");
        };
        check("LEMOT", "lemot", false);
        check("Doesn't", "doesnt", false);
        check("doesn\u{2019}t", "doesnt", false);
        check("\u{1D40B}\u{1D404}\u{1D40C}\u{1D40E}\u{1D413}", "lemot", false);
        check("lem\u{200B}ot", "lemot", false);
        check("P\u{035F}U\u{035F}L\u{035F}A\u{035F}U", "pulau", false);
        check("cari\u{00B2}", "cari2", false);
        check("PARAHHHH", "parahhhh", true);
        check("4000", "4000", false);
        check("\u{1D00}", "\u{1D00}", false);
    }

    #[test]
    fn stretching_doubling_and_digits_for_letters() {
        assert_eq!(squeeze("parahhhh", 1), "parah");
        assert_eq!(squeeze("saaaattt", 2), "saatt");
        assert_eq!(squeeze("maaf", 1), "maaf");
        assert_eq!(doubled_stem("putus2"), Some("putus"));
        assert_eq!(doubled_stem("h2"), None);
        assert_eq!(doubled_stem("2022"), None);
        assert_eq!(without_digits_for_letters("m4xw1n").as_deref(), Some("maxwin"));
        assert_eq!(without_digits_for_letters("2022"), None);
        assert_eq!(without_doubled_letters("bangett").as_deref(), Some("banget"));
        assert_eq!(without_doubled_letters("yang"), None);
    }

    proptest! {
        #[test]
        fn what_the_shape_of_a_word_rules_out_is_not_there(word in "[ab12é²]{1,6}|\\PC{1,6}") {
            let shape = Shape::of(&word);
            prop_assert!(shape.stretched || squeeze(&word, 2) == word);
            prop_assert!(shape.digit || without_digits_for_letters(&word).is_none());
            prop_assert!(shape.doubled || without_doubled_letters(&word).is_none());
        }
    }
}
