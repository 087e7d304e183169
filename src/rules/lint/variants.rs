//! Texts that say what an entry asks for and nothing else, in all the ways it can be said: gaps empty, with a word and
//! full, both orders, every member of its classes, every form of its roots.
//!
//! With several classes one is varied at a time, the others at their first member, and once all are at their last: what
//! holds for all these texts is taken to hold for all that the entry finds.

use super::reach::ANY;
use crate::text::{PhraseBook, affixes};

/// Classes within classes that are looked into.
const MAX_DEPTH: usize = 16;

/// Asks `holds` of each text in turn; `false` as soon as one does not.
pub(super) fn all(entry: &str, book: &PhraseBook, mut holds: impl FnMut(&str) -> bool) -> bool {
    let pattern = entry.split('|').next().unwrap_or(entry);
    let straight: Vec<&str> = pattern.split_whitespace().collect();
    let choices: Vec<Vec<String>> = straight.iter().map(|word| choices(word, book, 0)).collect();
    let orders = orders(&straight);
    for order in &orders {
        for gap in [Gap::Empty, Gap::One, Gap::Full] {
            for last in [false, true] {
                let pick = |at: usize| if last { choices[at].last() } else { choices[at].first() };
                if !holds(&say(&straight, order, gap, pick)) {
                    return false;
                }
            }
        }
    }
    let varied = (0..straight.len()).flat_map(|slot| choices[slot].iter().map(move |choice| (slot, choice)));
    varied.into_iter().all(|(slot, choice)| {
        let pick = |at: usize| if at == slot { Some(choice) } else { choices[at].first() };
        orders.iter().all(|order| holds(&say(&straight, order, Gap::Empty, pick)))
    })
}

/// How many words stand in a gap.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Empty,
    One,
    Full,
}

fn say<'c>(words: &[&str], order: &[usize], gap: Gap, pick: impl Fn(usize) -> Option<&'c String>) -> String {
    let mut said: Vec<&str> = Vec::new();
    for &at in order {
        match width(words[at]) {
            Some(width) => {
                let filled = match gap {
                    Gap::Empty => 0,
                    Gap::One => 1,
                    Gap::Full => width,
                };
                said.extend(std::iter::repeat_n(ANY, filled));
            }
            None => said.extend(pick(at).map(String::as_str)),
        }
    }
    said.join(" ")
}

/// Returns the places of the words as written, and turned if the halves may change places.
fn orders(words: &[&str]) -> Vec<Vec<usize>> {
    let straight: Vec<usize> = (0..words.len()).collect();
    let turned = words.iter().position(|word| word.starts_with('<')).map(|at| (at + 1..words.len()).chain([at]).chain(0..at).collect());
    std::iter::once(straight).chain(turned).collect()
}

/// Words that a gap has room for; `None` for what is no gap.
fn width(word: &str) -> Option<usize> {
    let inner = match word.strip_prefix('<') {
        Some(rest) => rest.trim_end_matches('>'),
        None => word.strip_prefix("..")?,
    };
    Some(match inner {
        "" => 3,
        "." | "..." => 30,
        number => number.parse().unwrap_or(1),
    })
}

/// Returns everything that may stand for one word of an entry.
fn choices(word: &str, book: &PhraseBook, depth: usize) -> Vec<String> {
    if let Some(root) = word.strip_prefix('~') {
        return affixes::forms(root);
    }
    let class = word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).and_then(|name| book.class(name));
    if let Some(class) = class.filter(|_| depth < MAX_DEPTH) {
        return class.members.iter().flat_map(|member| of_member(&member.text, book, depth)).collect();
    }
    let word = word.strip_prefix("*.").unwrap_or(word);
    if let Some(beginning) = word.strip_suffix('*') {
        return vec![beginning.to_owned(), format!("{beginning}{ANY}")];
    }
    vec![word.strip_prefix("tag:").map_or(word.to_owned(), |name| format!("#{name}"))]
}

/// Returns a member of one word in all its ways; of a longer one each word in its first.
fn of_member(member: &str, book: &PhraseBook, depth: usize) -> Vec<String> {
    let words: Vec<&str> = member.split_whitespace().filter(|word| width(word).is_none()).collect();
    if let [only] = words[..] {
        return choices(only, book, depth + 1);
    }
    vec![words.iter().filter_map(|word| choices(word, book, depth + 1).into_iter().next()).collect::<Vec<_>>().join(" ")]
}
