//! The written standard language: prefixes, endings and the clitics after them.

use super::sounds::{Prefix, Root};
use Prefix::{Nasal, Plain, R, StrictNasal};

/// Words that are built the same way.
struct Pattern {
    prefix: Prefix,
    suffixes: &'static [&'static str],
    /// What may follow the word: a possessor, an object, a particle.
    clitics: &'static [&'static str],
    /// A root of one syllable builds them too.
    of_one_syllable: bool,
}

const VERB: &[&str] = &["", "kan", "i"];
const POSSESSOR: &[&str] = &["nya", "ku", "mu"];

/// Legal combinations only: `memberkirim` and `terkirimannya` are no words.
const PATTERNS: [Pattern; 22] = [
    pattern(Plain(""), &[""], &["nya", "ku", "mu", "lah", "kah", "pun"], true),
    pattern(Plain(""), &["kan", "i"], &["nya", "lah"], true),
    pattern(Plain(""), &["an"], POSSESSOR, true),
    pattern(Nasal("me"), VERB, &["nya"], true),
    pattern(Plain("di"), VERB, &["nya", "lah"], true),
    // Not of one syllable: `kucek` is something else.
    pattern(Plain("ku"), VERB, &[], false),
    pattern(Plain("kau"), VERB, &[], true),
    pattern(R("te"), VERB, &["nya"], true),
    pattern(R("be"), &["", "an", "kan"], &["lah"], false),
    pattern(R("pe"), VERB, &["lah"], false),
    pattern(R("pe"), &["an"], POSSESSOR, false),
    pattern(R("mempe"), VERB, &["nya"], false),
    pattern(R("dipe"), VERB, &["nya"], false),
    pattern(StrictNasal("pe"), &["", "an"], POSSESSOR, true),
    pattern(Plain("ke"), &["an"], POSSESSOR, false),
    pattern(Plain("se"), &["", "an"], &["nya"], false),
    // Prefixes upon prefixes: `keterlambatan`, `keberhasilan`, `berkelanjutan`, `ketidakjelasan`, `memberhentikan`.
    pattern(R("kete"), &["an"], &["nya"], false),
    pattern(R("kebe"), &["an"], &["nya"], false),
    pattern(Plain("berke"), &["an"], &[], false),
    pattern(Plain("ketidak"), &["an"], &["nya"], false),
    pattern(R("membe"), &["kan"], &[], false),
    pattern(R("dibe"), &["kan"], &[], false),
];

const fn pattern(prefix: Prefix, suffixes: &'static [&'static str], clitics: &'static [&'static str], of_one_syllable: bool) -> Pattern {
    Pattern { prefix, suffixes, clitics, of_one_syllable }
}

pub(super) fn forms(root: &Root) -> Vec<String> {
    let fitting = PATTERNS.iter().filter(|pattern| pattern.of_one_syllable || !root.one_syllable);
    fitting.flat_map(|pattern| words(root, pattern)).chain(person(root)).collect()
}

/// Returns `petugas`, `pedagang`: no nasal where somebody makes a living of it.
fn person(root: &Root) -> Option<String> {
    let odd = root.one_syllable || root.begins_with_vowel() || root.begins_with_cluster() || root.text.starts_with('p');
    (!odd).then(|| format!("pe{}", root.text))
}

fn words(root: &Root, pattern: &Pattern) -> Vec<String> {
    let mut words = Vec::new();
    for stem in root.behind(pattern.prefix) {
        for suffix in pattern.suffixes.iter().filter(|suffix| root.takes(suffix)) {
            let word = format!("{stem}{suffix}");
            let with_clitic = pattern.clitics.iter().map(|clitic| format!("{word}{clitic}"));
            words.extend(std::iter::once(word.clone()).chain(with_clitic));
        }
    }
    words
}
