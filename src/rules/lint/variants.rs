//! Texts that say what an entry asks for and nothing else, in all the ways it can be said: gaps empty, with a word and
//! full, both orders, every member of its classes, every form of its roots.
//!
//! With several classes one is varied at a time, the others at their first member, and once all are at their last: what
//! holds for all these texts is taken to hold for all that the entry finds.

use super::reach::ANY;
use crate::text::{Member, PhraseBook, WordClass, affixes};

/// Classes within classes that are looked into.
const MAX_DEPTH: usize = 16;

/// Asks `holds` of each text in turn; `false` as soon as one does not.
pub(super) fn all(entry: &str, book: &PhraseBook, mut holds: impl FnMut(&str) -> bool) -> bool {
    let pattern = entry.split('|').next().unwrap_or(entry);
    let straight: Vec<&str> = pattern.split_whitespace().collect();
    let ends = |end| straight.iter().map(|word| choice(word, book, 0, end)).collect::<Vec<_>>();
    let (firsts, lasts) = (ends(End::First), ends(End::Last));
    let orders = orders(&straight);
    for order in &orders {
        for gap in [Gap::Empty, Gap::One, Gap::Full] {
            for choices in [&firsts, &lasts] {
                if !holds(&say(&straight, order, gap, |at| choices[at].as_deref())) {
                    return false;
                }
            }
        }
    }
    let mut slots = (0..straight.len()).filter(|slot| width(straight[*slot]).is_none());
    slots.all(|slot| {
        each(straight[slot], book, 0, &mut |choice| {
            let pick = |at: usize| if at == slot { Some(choice) } else { firsts[at].as_deref() };
            orders.iter().all(|order| holds(&say(&straight, order, Gap::Empty, pick)))
        })
    })
}

/// How many words stand in a gap.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Empty,
    One,
    Full,
}

fn say<'c>(words: &[&'c str], order: &[usize], gap: Gap, pick: impl Fn(usize) -> Option<&'c str>) -> String {
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
            None => said.extend(pick(at)),
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

/// Visits what may stand for one word of an entry, one after the other; `false` as soon as `visit` says so.
fn each(word: &str, book: &PhraseBook, depth: usize, visit: &mut dyn FnMut(&str) -> bool) -> bool {
    if let Some(root) = word.strip_prefix('~') {
        return affixes::forms(root).iter().all(|form| visit(form));
    }
    if let Some(class) = class(word, book, depth) {
        return class.members.iter().all(|member| match words_of(member)[..] {
            [only] => each(only, book, depth + 1, visit),
            ref words => visit(&said_first(words, book, depth)),
        });
    }
    plain(word).iter().all(|way| visit(way))
}

/// Which one of all that may stand for a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// Returns the first or the last that may stand for one word of an entry; `None`: nothing may.
fn choice(word: &str, book: &PhraseBook, depth: usize, end: End) -> Option<String> {
    let of = |all: Vec<String>| if end == End::First { all.into_iter().next() } else { all.into_iter().next_back() };
    if let Some(root) = word.strip_prefix('~') {
        return of(affixes::forms(root));
    }
    let Some(class) = class(word, book, depth) else { return of(plain(word)) };
    let of_member = |member: &Member| match words_of(member)[..] {
        [only] => choice(only, book, depth + 1, end),
        ref words => Some(said_first(words, book, depth)),
    };
    if end == End::First { class.members.iter().find_map(of_member) } else { class.members.iter().rev().find_map(of_member) }
}

/// Returns the class that `word` names, unless it stands within too many others.
fn class<'b>(word: &str, book: &'b PhraseBook, depth: usize) -> Option<&'b WordClass> {
    let name = word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))?;
    book.class(name).filter(|_| depth < MAX_DEPTH)
}

fn words_of(member: &Member) -> Vec<&str> {
    member.text.split_whitespace().filter(|word| width(word).is_none()).collect()
}

/// Returns a member of several words, each in its first way.
fn said_first(words: &[&str], book: &PhraseBook, depth: usize) -> String {
    words.iter().filter_map(|word| choice(word, book, depth + 1, End::First)).collect::<Vec<_>>().join(" ")
}

/// Returns the ways of a word that is no root and no class.
fn plain(word: &str) -> Vec<String> {
    let word = word.strip_prefix("*.").unwrap_or(word);
    if let Some(beginning) = word.strip_suffix('*') {
        return vec![beginning.to_owned(), format!("{beginning}{ANY}")];
    }
    vec![word.strip_prefix("tag:").map_or(word.to_owned(), |name| format!("#{name}"))]
}
