//! Spellings that leave out letters, mostly vowels, as in short messages.

use super::sounds::{Prefix, Root, is_vowel, syllables};

/// A spelling without vowels has at least as many letters: two can be anything.
const FEWEST_LETTERS: usize = 3;

pub(super) fn forms(root: &Root) -> Vec<String> {
    let mut forms = Vec::new();
    for short in short_roots(root) {
        forms.extend(["", "kn", "in", "an", "nya"].map(|suffix| format!("{short}{suffix}")));
        for prefix in ["d", "di"] {
            forms.extend(["", "kn", "in"].map(|suffix| format!("{prefix}{short}{suffix}")));
        }
        forms.extend(["tr", "ter"].map(|prefix| format!("{prefix}{short}")));
    }
    forms.extend(short_affixes(root));
    forms
}

/// Returns the root written short: without any vowel (`krm`, `psng`, with `g` for `ng` `psg`), with its last one
/// (`bntu`), without its first one (`jwab`). A vowel that it begins with stays: `ungkp`.
fn short_roots(root: &Root) -> Vec<String> {
    let bare = without_vowels(&root.text);
    let mut short: Vec<String> = last_sounds(&root.text).iter().map(|last| format!("{bare}{last}")).collect();
    short.extend(without_first_vowel(root));
    // Three letters of which one is a vowel are too often a word or a name: `kta`, `tpu`.
    short.retain(|short| short.len() > FEWEST_LETTERS && *short != root.text);
    if bare.len() >= FEWEST_LETTERS && !root.one_syllable {
        short.extend(bare.strip_suffix("ng").map(|stem| format!("{stem}g")).filter(|short| short.len() >= FEWEST_LETTERS));
        short.push(bare);
    }
    short
}

fn without_vowels(word: &str) -> String {
    word.char_indices().filter(|&(at, c)| at == 0 || !is_vowel(c)).map(|(_, c)| c).collect()
}

/// Returns the vowel at the end of `word` as it is written and, for `ai`, as it is said: `smpai`, `smpe`; nothing where there
/// is none.
fn last_sounds(word: &str) -> Vec<&str> {
    if word.ends_with("ai") {
        vec!["ai", "e"]
    } else if word.ends_with("au") {
        vec!["au"]
    } else {
        word.char_indices().next_back().filter(|&(_, last)| is_vowel(last)).map(|(at, _)| &word[at..]).into_iter().collect()
    }
}

/// Returns `jwab`, `tlong`, `msuk`, `crita`; not before another vowel (`sar` is not `siar`), and not where one syllable is
/// left whose first consonants begin other words (`krim`, `plang`).
fn without_first_vowel(root: &Root) -> Option<String> {
    let [first, vowel, next, ..] = root.text.as_bytes() else { return None };
    let meets = !is_vowel(char::from(*first)) && is_vowel(char::from(*vowel)) && !is_vowel(char::from(*next));
    let short = || format!("{}{}", char::from(*first), &root.text[2..]);
    meets.then(short).filter(|short| !begins_words(*first, *next) || syllables(short) > 1)
}

/// Returns whether there are words that begin with these two consonants.
fn begins_words(first: u8, second: u8) -> bool {
    match second {
        b'l' => matches!(first, b'b' | b'f' | b'g' | b'k' | b'p' | b's'),
        b'r' => matches!(first, b'b' | b'd' | b'f' | b'g' | b'k' | b'p' | b's' | b't'),
        _ => first == b's' && matches!(second, b'k' | b'm' | b'n' | b'p' | b't' | b'w' | b'y'),
    }
}

/// Returns the full root with short affixes: `dkirim`, `dikirimkn`, `mngirim`, `trkirim`, `kirimx`, `kirimanya` with one `n`;
/// and the nasal form without vowels, `ngrm`, `mngrm`.
fn short_affixes(root: &Root) -> Vec<String> {
    let text = &root.text;
    let mut forms: Vec<String> = ["kn", "ny", "x", "anny", "anx", "anya"].iter().map(|suffix| format!("{text}{suffix}")).collect();
    forms.push(format!("di{text}kn"));
    if !root.begins_with_vowel() && !root.one_syllable {
        let passive = ["", "kan", "kn", "in", "i"].iter().filter(|suffix| root.takes(suffix));
        forms.extend(passive.map(|suffix| format!("d{text}{suffix}")));
        forms.push(format!("tr{text}"));
    }
    let nasal = root.behind(Prefix::Nasal("")).swap_remove(0);
    if nasal != *text && !root.one_syllable {
        forms.extend(["", "kan", "kn"].map(|suffix| format!("m{nasal}{suffix}")));
        forms.extend(["kn"].map(|suffix| format!("me{nasal}{suffix}")));
        let bare = without_vowels(&nasal);
        forms.extend((bare.len() > FEWEST_LETTERS).then(|| bare.clone()));
        forms.extend((bare.len() >= FEWEST_LETTERS).then(|| format!("m{bare}")));
    }
    forms
}
