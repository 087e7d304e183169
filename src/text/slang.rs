//! Slang and its standard spelling, in the form in which words of texts and of lexicons meet.
//!
//! Whole words only. Where the rows come from and what is odd about them is a matter of `config`.

use rustc_hash::FxHashMap;

use super::entry::words_of_entry;
use super::word;

/// Rows that lead from one to the next before a chain is cut: a circle ends there too.
const MAX_CHAIN: usize = 4;

/// By slang word, its standard spelling in one word or several.
#[derive(Debug, Clone, Default)]
pub struct SlangTable(FxHashMap<Box<str>, Vec<Box<str>>>);

impl SlangTable {
    /// Returns a table from pairs of slang and standard wording. Both sides are normalised as an entry of a lexicon is,
    /// so that `putus-putus` is two words and `enggak` is what another row says of it. A later row replaces an earlier
    /// one; a row whose slang is not one word, or which stands for nothing, is left out: no text can have it.
    pub fn new<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let written = rows.into_iter().filter_map(|(slang, standard)| {
            let standard: Vec<Box<str>> = standard.split_whitespace().flat_map(words_of_entry).map(Into::into).collect();
            (!standard.is_empty()).then_some((SlangTable::key(slang)?.into(), standard))
        });
        let written = SlangTable(written.collect());
        let resolved = written.0.iter().map(|(slang, standard)| {
            let words = standard.iter().flat_map(|word| written.resolve(slang, word, MAX_CHAIN));
            (slang.clone(), words.collect())
        });
        SlangTable(resolved.collect())
    }

    /// Returns how a text has `slang`, if it can have it as one word.
    pub fn key(slang: &str) -> Option<String> {
        if slang.starts_with(['@', '#']) {
            return None;
        }
        let mut words = words_of_entry(slang);
        let is_word = |written: &String| written.chars().all(word::is_word_char);
        words.pop().filter(|word| words.is_empty() && is_word(word))
    }

    /// Returns what `word`, in lower case, stands for, if it is slang.
    pub fn get(&self, word: &str) -> Option<&[Box<str>]> {
        self.0.get(word).map(Vec::as_slice)
    }

    /// Returns all rows, in no order.
    pub(super) fn rows(&self) -> impl Iterator<Item = (&str, &[Box<str>])> {
        self.0.iter().map(|(slang, standard)| (&**slang, standard.as_slice()))
    }

    /// Returns the words that `word` of a lexicon stands for: what a text is read as that has it.
    pub(super) fn standard(&self, word: &str) -> Vec<Box<str>> {
        let once = word::squeeze(word, 1);
        if let Some(standard) = self.get(word).or_else(|| self.get(&once)) {
            return standard.to_vec();
        }
        let Some(stem) = word::doubled_stem(&once) else { return vec![once.into()] };
        let single = self.get(stem).map_or_else(|| vec![stem.into()], <[_]>::to_vec);
        single.iter().chain(&single).cloned().collect()
    }

    fn resolve(&self, slang: &str, word: &str, chain: usize) -> Vec<Box<str>> {
        match self.get(word) {
            Some(standard) if chain > 0 && word != slang => standard.iter().flat_map(|next| self.resolve(slang, next, chain - 1)).collect(),
            Some(_) => vec![word.into()],
            None => self.standard(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_are_normalised() {
        let check = |rows: &[(&str, &str)], word: &str, expected: &str| {
            assert_eq!(SlangTable::new(rows.iter().copied()).standard(word).join(" "), expected, "{rows:?} {word}");
        };
        check(&[("ga", "tidak")], "ga", "tidak");
        check(&[("pts2", "putus-putus")], "pts2", "putus putus");
        check(&[("pts2", "putus2")], "pts2", "putus putus");
        check(&[("Don't", "TIDAK")], "dont", "tidak");
        check(&[("doang", "saja"), ("doank", "doang")], "doank", "saja");
        check(&[("masalah", "masalah")], "masalah", "masalah");
        check(&[("bgt", "banget banget")], "bgt", "banget banget");
        check(&[("a", "b"), ("b", "a")], "a", "a");
        check(&[("tmn", "teman")], "tmn2", "teman teman");
        check(&[("tmn2", "kawan"), ("tmn", "teman")], "tmn2", "kawan");
        check(&[("ga-ada", "tidak ada")], "ga", "ga");
        check(&[("@ga", "tidak")], "ga", "ga");
        check(&[("ga", "...")], "ga", "ga");
        check(&[("ga", "tidak"), ("ga", "enggak")], "ga", "enggak");
    }
}
