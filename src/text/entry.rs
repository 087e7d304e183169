//! The words of a lexicon entry, in the same form as the words of a text.

use super::word::{self, is_symbol, is_word_char};

/// Returns the words of one piece of a lexicon entry, normalised but for slang and stretching; a symbol is a word of
/// its own.
pub(super) fn words_of_entry(piece: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut raw = String::new();
    let mut end_word = |raw: &mut String| {
        if !raw.is_empty() {
            words.push(normal(raw));
            raw.clear();
        }
    };
    for c in piece.chars().filter(|&c| !word::is_invisible(c)) {
        if is_word_char(c) || word::is_apostrophe(c) {
            raw.push(c);
        } else {
            end_word(&mut raw);
            if is_symbol(c) {
                raw.push(c);
                end_word(&mut raw);
            }
        }
    }
    end_word(&mut raw);
    words.dedup_by(|a, b| a == b && a.chars().all(is_symbol));
    if words.len() > 1 {
        words.retain(|word| word != "?" && word != "!");
    }
    words
}

fn normal(raw: &str) -> String {
    let (mut compatible, mut lower) = (String::new(), String::new());
    word::compatibility_form(raw, &mut compatible);
    word::lower_case(&compatible, &mut lower);
    lower
}
