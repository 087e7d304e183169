//! What is there wherever a word stands, worked out when the book is made: the word, its classes, the entries and guards
//! that are one word long, and the ways on from there. Most of what a search finds, it finds here.
//!
//! Words that belong to the same classes share it. Knows no text.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::trie::{Bits, Gap, Trie, bit};
use super::{Classes, EntryId, EntryInfo, GroupId, PatternId, number};
use crate::text::WordId;

/// By word, what stands with it.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// By number of the word: twice the number of what stands with it, and one more if it leads on from somewhere itself.
    of: Vec<u32>,
    bounds: Vec<Bounds>,
    /// One after the other, as the following are; of one word those that lead on from somewhere come first.
    symbols: Vec<WordId>,
    entries: Vec<(EntryId, GroupId)>,
    guards: Vec<PatternId>,
    ways: Vec<Way>,
}

/// Where in the lists begins what stands with a word; it ends where the next begins.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// The bits of the symbols that lead on.
    bits: Bits,
    symbols: u32,
    /// One past the last symbol that leads on.
    leading: u32,
    entries: u32,
    guards: u32,
    ways: u32,
}

/// Where entries lead on from a word.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The bits of the words and classes that lead on from the node.
    pub(super) edges: Bits,
    pub(super) node: u32,
    /// Up to so many words are passed over; `None`: the next one is meant.
    pub(super) gap: Option<u8>,
}

/// What stands with one word.
#[derive(Debug, Clone, Copy)]
pub(super) struct With<'s> {
    /// Its classes and roots.
    pub(super) symbols: Symbols,
    /// The bits of whatever leads on from somewhere: the word and its symbols.
    pub(super) bits: Bits,
    /// In the opposite order of their numbers.
    pub(super) entries: &'s [(EntryId, GroupId)],
    pub(super) guards: &'s [PatternId],
    pub(super) ways: &'s [Way],
}

/// The classes and roots of one word: where they stand in the list.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Symbols {
    from: u32,
    /// One past the last that leads on from somewhere.
    leading: u32,
    to: u32,
}

impl Standing {
    /// Works it out for all words that `classes` speak of. `first`: by number of a word, the node that it leads to at the
    /// beginning of an entry.
    pub(super) fn new(classes: &Classes, first: &[u32], trie: &Trie, entries: &[EntryInfo]) -> Self {
        let mut standing = Standing::default();
        let mut leads = vec![false; first.len()];
        trie.leading().for_each(|symbol| leads[symbol as usize] = true);
        let mut known: FxHashMap<SmallVec<[WordId; 8]>, u32> = FxHashMap::default();
        for word in (0..first.len()).filter_map(|word| WordId::try_from(word).ok()) {
            // Most words are known as members only: what stands with them depends on their classes alone.
            let begins = if first[word as usize] == 0 { 0 } else { word };
            let all = std::iter::once(begins).chain(classes.of(word).iter().map(|holder| holder.symbol)).collect();
            let next = number(known.len());
            let place = *known.entry(all).or_insert_with_key(|all| {
                standing.add(all, &leads, first, trie, entries);
                next
            });
            standing.of.push(place * 2 + u32::from(leads[word as usize]));
        }
        standing.bounds.push(standing.end());
        standing
    }

    /// Returns what stands with `word`; nothing with one that the book does not know.
    pub(super) fn with(&self, word: WordId) -> Option<With<'_>> {
        let number = *self.of.get(word as usize)?;
        let (at, leads) = (number as usize / 2, number % 2 == 1);
        let (from, to) = (self.bounds.get(at)?, self.bounds.get(at + 1)?);
        Some(With {
            symbols: Symbols { from: from.symbols, leading: from.leading, to: to.symbols },
            bits: from.bits | if leads { bit(word) } else { 0 },
            entries: self.entries.get(from.entries as usize..to.entries as usize)?,
            guards: self.guards.get(from.guards as usize..to.guards as usize)?,
            ways: self.ways.get(from.ways as usize..to.ways as usize)?,
        })
    }

    /// Returns the classes and roots that are meant.
    pub(super) fn symbols(&self, Symbols { from, to, .. }: Symbols) -> &[WordId] {
        self.symbols.get(from as usize..to as usize).unwrap_or_default()
    }

    /// Returns those of them that lead on from somewhere.
    pub(super) fn leading(&self, Symbols { from, leading, .. }: Symbols) -> &[WordId] {
        self.symbols.get(from as usize..leading as usize).unwrap_or_default()
    }

    fn end(&self) -> Bounds {
        let symbols = number(self.symbols.len());
        Bounds {
            bits: 0,
            symbols,
            leading: symbols,
            entries: number(self.entries.len()),
            guards: number(self.guards.len()),
            ways: number(self.ways.len()),
        }
    }

    /// Adds what stands with a word and its classes: `all`, the word itself being 0 if nothing begins with it.
    fn add(&mut self, all: &[WordId], leads: &[bool], first: &[u32], trie: &Trie, entries: &[EntryInfo]) {
        let (leading, others): (Vec<_>, Vec<_>) = all.iter().skip(1).partition(|symbol| leads[**symbol as usize]);
        let bits = leading.iter().fold(0, |bits, symbol| bits | bit(*symbol));
        let end = self.end();
        self.bounds.push(Bounds { bits, leading: end.symbols + number(leading.len()), ..end });
        self.symbols.extend(leading.into_iter().chain(others));
        let begin = self.entries.len();
        let begun = all.iter().filter_map(|symbol| first.get(*symbol as usize).copied().filter(|node| *node != 0));
        for node in begun {
            let here = trie.at(node);
            self.entries.extend(here.entries.iter().map(|entry| (*entry, entries[*entry as usize].group)));
            self.guards.extend(here.guards);
            if here.bits != 0 {
                self.ways.push(Way { edges: here.bits, node, gap: None });
            }
            let behind = |&Gap { most, node }: &Gap| Way { edges: trie.bits(node), node, gap: Some(most) };
            self.ways.extend(here.gaps.iter().map(behind));
        }
        self.entries[begin..].sort_unstable_by(|(a, _), (b, _)| b.cmp(a));
    }
}
