//! The notation of one entry: words, `a .. b`, `abc*`, `tag:x`, `@x`, `{class}`, `~root`, and behind a `|` what else must
//! stand near it (`with`) or must not (`unless`).
//!
//! Takes an entry apart and says what is wrong with it. What a class holds and what a word matches is not known here.

mod guard;

pub(super) use self::guard::parse as parse_guard;
pub use self::guard::{Guard, GuardRange, Scope, Side, Sought};
use super::Mistake;

/// Words a pattern may have.
const MAX_WORDS: usize = 12;
/// Characters a word may have.
const MAX_LETTERS: usize = 64;
/// Words that `..` stands for.
const GAP: u8 = 3;
/// Words that `...` stands for: a long sentence.
const SENTENCE: u8 = 30;

/// An entry, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrase {
    /// What must stand there.
    pub pattern: Pattern,
    /// What else must stand near it, or must not.
    pub guards: Vec<Guard>,
}

/// What stands in a text, part by part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Pattern {
    /// What must stand there one after the other; gaps only between two others.
    pub parts: Vec<Part>,
    /// The gap among the parts whose two sides may change places.
    pub turns_at: Option<usize>,
}

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// A word, a beginning of words (`abc*`), a hashtag (`tag:x`), a handle (`@x`), as written.
    Word(String),
    /// Any member of a class.
    Class(String),
    /// A word with all its affixes.
    Root(String),
    /// Up to so many words of the same sentence, whatever they are.
    Gap(u8),
}

impl Phrase {
    /// Takes `entry` apart, from which the `!` of an exclusion was taken.
    pub(super) fn parse(entry: &str) -> Result<Phrase, Mistake<'_>> {
        let mut pieces = entry.split('|');
        let pattern = Pattern::parse(pieces.next().unwrap_or(entry))?;
        let guards = pieces.map(parse_guard).collect::<Result<_, _>>()?;
        Ok(Phrase { pattern, guards })
    }
}

impl Pattern {
    /// Reads words, classes, roots and gaps.
    pub(super) fn parse(text: &str) -> Result<Pattern, Mistake<'_>> {
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            [] => return Err(Mistake::new(text, "nothing is said to look for", "write a word or a phrase, as in `!mati lampu`")),
            [gap, ..] | [.., gap] if is_gap(gap) => {
                let what = format!("`{gap}` must stand between two words");
                return Err(Mistake::new(gap, what, "write `a .. b` for a and b with up to 3 words between"));
            }
            _ if words.len() > MAX_WORDS => {
                let what = format!("an entry may have {MAX_WORDS} words, this one has {}", words.len());
                return Err(Mistake::new(text, what, "keep the words that tell, join distant ones with `..`"));
            }
            _ => {}
        }
        if let Some(pair) = words.windows(2).find(|pair| is_gap(pair[0]) && is_gap(pair[1])) {
            return Err(Mistake::new(
                pair[1],
                format!("two `{}` in a row", pair[1]),
                "one `..` stands for up to 3 words, `..6` for up to 6",
            ));
        }
        let mut pattern = Pattern::default();
        for word in words {
            let at = pattern.parts.len();
            pattern.parts.push(part(word)?);
            if word.starts_with('<') && pattern.turns_at.replace(at).is_some() {
                return Err(Mistake::new(word, "two `<>` in one entry", "only two halves can change places: use `..` for the rest"));
            }
        }
        Ok(pattern)
    }

    /// Returns the pattern as it is, and the other way round if its halves may change places.
    pub fn orders(&self) -> impl Iterator<Item = Vec<&Part>> {
        let straight = self.parts.iter().collect();
        let turned = self.turns_at.map(|at| {
            let (left, right) = (&self.parts[..at], &self.parts[at + 1..]);
            right.iter().chain(self.parts.get(at)).chain(left).collect()
        });
        std::iter::once(straight).chain(turned)
    }
}

fn part(word: &str) -> Result<Part, Mistake<'_>> {
    if is_gap(word) {
        return gap(word);
    }
    if word.contains(['{', '}']) {
        return class(word).map(Part::Class);
    }
    if let Some(root) = word.strip_prefix('~') {
        return if root.chars().count() >= 2 && root.chars().all(char::is_lowercase) {
            Ok(Part::Root(root.to_owned()))
        } else {
            Err(Mistake::new(word, format!("`{word}` is no root"), "write `~kirim`: small letters only, without affixes"))
        };
    }
    check_word(word).map(|()| Part::Word(word.to_owned()))
}

fn is_gap(word: &str) -> bool {
    word.starts_with('<') || (word.starts_with("..") && word.trim_start_matches('.').bytes().all(|byte| byte.is_ascii_digit()))
}

/// `..`, `..6`, `...`; the same in either order: `<>`, `<6>`, `<...>`.
fn gap(word: &str) -> Result<Part, Mistake<'_>> {
    let inner = match word.strip_prefix('<') {
        Some(rest) => rest.strip_suffix('>'),
        None => word.strip_prefix(".."),
    };
    let most = match inner {
        Some("") => Some(GAP),
        Some("." | "...") => Some(SENTENCE),
        Some(number) => number.parse().ok().filter(|most| (1..=SENTENCE).contains(most)),
        None => None,
    };
    most.map(Part::Gap).ok_or_else(|| {
        let hint = format!("`..` is up to {GAP} words, `..6` up to 6 (1 to {SENTENCE}), `...` the rest of the sentence; `<>`, `<6>`, `<...>` in either order");
        Mistake::new(word, format!("`{word}` is no gap"), hint)
    })
}

fn class(word: &str) -> Result<String, Mistake<'_>> {
    let name = word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let name = name.filter(|name| is_class_name(name));
    name.map(str::to_owned).ok_or_else(|| {
        Mistake::new(word, format!("`{word}` is no class"), "write `{name}` as a word of its own, the name in a-z, 0-9 and _")
    })
}

/// Returns whether a class can be called that.
pub(super) fn is_class_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

fn check_word(word: &str) -> Result<(), Mistake<'_>> {
    if word.contains("..") {
        return Err(Mistake::new(word, format!("`..` in `{word}` must stand by itself"), "write spaces around it: `a .. b`"));
    }
    if word.starts_with('#') {
        let name = word.trim_start_matches('#');
        return Err(Mistake::new(
            word,
            format!("`{word}` begins like a comment"),
            format!("write `tag:{name}` for a hashtag, comments on lines of their own"),
        ));
    }
    // `*.go.id` is a domain with everything below it.
    let stem = word.strip_prefix("*.").unwrap_or(word);
    if stem.trim_end_matches('*').contains('*') || stem.ends_with("**") {
        return Err(Mistake::new(
            word,
            format!("`*` may only end a word, not as in `{word}`"),
            "`abc*` finds all words that begin with abc",
        ));
    }
    let bare = stem.trim_end_matches('*');
    if ["", "tag:", "@"].contains(&bare) {
        return Err(Mistake::new(word, format!("`{word}` names nothing"), "write the word, tag or handle as well"));
    }
    if word.chars().count() > MAX_LETTERS {
        return Err(Mistake::new(word, format!("this word is longer than {MAX_LETTERS} letters"), "shorten it, or end it with `*`"));
    }
    Ok(())
}
