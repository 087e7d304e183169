//! The sounds of a root, and what prefixes and endings make of them.

/// A root of at least two letters `a`-`z`.
pub(super) struct Root {
    /// Its letters, in lower case.
    pub text: String,
    /// It has one vowel sound: `cek`, `bom`, `post`.
    pub one_syllable: bool,
}

/// A prefix whose last sound depends on the root.
#[derive(Clone, Copy)]
pub(super) enum Prefix {
    /// The same before every root: `di`.
    Plain(&'static str),
    /// Followed by the nasal, or by the first sound of a loan: `me`.
    Nasal(&'static str),
    /// Followed by the nasal as the rules want it: `pe`, `ma`.
    StrictNasal(&'static str),
    /// Ends in `r`, which the root may swallow: `be`, `te`, `pe`, and what is built on them (`mempe`, `kete`).
    R(&'static str),
}

impl Root {
    /// Returns the root of those letters (lower case); `None` if they are not at least two of `a`-`z`, a vowel among
    /// them.
    pub fn new(letters: &str) -> Option<Root> {
        let fits = letters.len() >= 2 && letters.bytes().all(|letter| letter.is_ascii_lowercase()) && letters.chars().any(is_vowel);
        fits.then(|| Root { text: letters.to_owned(), one_syllable: syllables(letters) == 1 })
    }

    /// Returns whether the last letter is a vowel.
    pub fn ends_in_vowel(&self) -> bool {
        self.text.ends_with(is_vowel)
    }

    /// Returns whether the first letter is a vowel.
    pub fn begins_with_vowel(&self) -> bool {
        self.text.starts_with(is_vowel)
    }

    /// Returns whether `suffix` can follow: `-i` never follows `i` or `e`, and makes other words of one syllable
    /// (`ceki`).
    pub fn takes(&self, suffix: &str) -> bool {
        suffix != "i" || !(self.one_syllable || self.text.ends_with(['i', 'e']))
    }

    /// Returns the root behind `prefix`: more than one spelling where both are usual.
    pub fn behind(&self, prefix: Prefix) -> Vec<String> {
        let joined = |prefix: &str, rest: Vec<String>| rest.iter().map(|rest| format!("{prefix}{rest}")).collect();
        match prefix {
            Prefix::Plain(prefix) => vec![format!("{prefix}{}", self.text)],
            Prefix::Nasal(prefix) => joined(prefix, self.behind_nasal()),
            Prefix::StrictNasal(prefix) => joined(prefix, vec![self.behind_strict_nasal()]),
            Prefix::R(prefix) => joined(prefix, self.behind_r(prefix)),
        }
    }

    /// Returns the root with the nasal of `me-` before it or in the place of its first sound, the regular way first.
    fn behind_nasal(&self) -> Vec<String> {
        let (strict, kept) = (self.behind_strict_nasal(), self.with_nasal_kept());
        // A loan may keep the sound (`mempublikasikan`), and keeps it most of the time before another consonant.
        let mut both = if self.begins_with_cluster() && !self.one_syllable { vec![kept, strict] } else { vec![strict, kept] };
        both.dedup();
        both
    }

    fn behind_strict_nasal(&self) -> String {
        if self.one_syllable {
            return format!("nge{}", self.text);
        }
        self.with_nasal_for_first_sound().unwrap_or_else(|| self.with_nasal_kept())
    }

    /// Returns `ngirim`, `nulis`, `motong`, `nyebar`, `mroses`: `k`, `t`, `p`, `s` give way to the nasal. `None` where none does.
    pub fn with_nasal_for_first_sound(&self) -> Option<String> {
        let nasal = match self.text.as_bytes()[0] {
            b'p' if !self.text.starts_with("ps") => "m",
            _ if self.begins_with_cluster() => return None,
            b'k' => "ng",
            b's' => "ny",
            b't' => "n",
            _ => return None,
        };
        Some(format!("{nasal}{}", &self.text[1..]))
    }

    /// Returns `ngunggah`, `mbalas`, `ndaftar`, `lapor`: nothing gives way.
    fn with_nasal_kept(&self) -> String {
        let nasal = match self.text.as_bytes()[0] {
            b'b' | b'f' | b'p' | b'v' => "m",
            b'c' | b'd' | b'j' | b's' | b't' | b'z' => "n",
            b'l' | b'm' | b'n' | b'r' | b'w' | b'y' => "",
            _ => "ng",
        };
        format!("{nasal}{}", self.text)
    }

    /// Returns what follows a `prefix` that ends in `be`, `te` or `pe`: `rjanji`, `rusak` (one `r`), `kerja`, `lajar`.
    fn behind_r(&self, prefix: &str) -> Vec<String> {
        let with_r = format!("r{}", self.text);
        if self.text == "ajar" && !prefix.ends_with("te") {
            // The one word of the language with an `l` there.
            vec!["lajar".to_owned(), with_r]
        } else if self.text.starts_with('r') {
            vec![self.text.clone()]
        } else if first_syllable_ends_in_er(&self.text) {
            vec![self.text.clone(), with_r]
        } else {
            vec![with_r]
        }
    }

    /// Returns whether the first two letters are consonants: `proses`, `spill`, but also `khawatir` and `syukur`, whose
    /// first letters are one sound that gives way to no nasal either.
    pub fn begins_with_cluster(&self) -> bool {
        let mut letters = self.text.chars();
        letters.next().is_some_and(|c| !is_vowel(c)) && letters.next().is_some_and(|c| !is_vowel(c))
    }
}

/// Returns whether `c` is one of the five vowels.
pub(super) fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// Counts vowel sounds: each vowel is one (`si-ar`), but `ai`, `au`, `oi` at the end and doubled vowels are one sound.
pub(super) fn syllables(word: &str) -> usize {
    let open = ["ai", "au", "oi"].iter().any(|pair| word.ends_with(pair));
    let (mut count, mut previous) = (0, ' ');
    for c in word.chars() {
        count += usize::from(is_vowel(c) && c != previous);
        previous = c;
    }
    count - usize::from(open && count > 1)
}

/// Returns whether `word` begins as `kerja`, `ternak` do: with a consonant, `er` and another consonant.
fn first_syllable_ends_in_er(word: &str) -> bool {
    let mut letters = word.chars();
    let first = letters.next().is_some_and(|c| !is_vowel(c));
    first && letters.next() == Some('e') && letters.next() == Some('r') && letters.next().is_some_and(|c| !is_vowel(c))
}
