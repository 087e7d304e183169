//! The words that entries of some groups can begin with. A text without any of them has no such entry: a glance at its
//! words saves a search.
//!
//! Knows no guard and no signal.

use fixedbitset::FixedBitSet;

use super::{GroupId, Holder, PhraseBook};
use crate::text::{Facts, WordId};

/// Words that entries of some groups can begin with.
#[derive(Debug)]
pub struct Openers {
    /// By number.
    words: FixedBitSet,
    /// The groups, by number.
    groups: FixedBitSet,
}

impl Openers {
    /// Returns whether one of the words stands in `facts`.
    pub fn stand_in(&self, facts: &Facts) -> bool {
        let read_as = |word: &WordId| self.words.contains(*word as usize);
        facts.tokens.iter().any(|token| token.readings.iter().any(read_as))
    }

    /// Returns whether they are those of `group`, among others.
    pub fn are_of(&self, group: GroupId) -> bool {
        self.groups.contains(group.into())
    }
}

impl PhraseBook {
    /// Returns the words that entries of the groups for which `wanted` says so can begin with.
    pub fn openers(&self, wanted: impl Fn(GroupId) -> bool) -> Openers {
        let mut openers = FixedBitSet::with_capacity(self.first.len());
        let groups = self.traits.iter().map(|traits| traits.group).filter(|group| wanted(*group)).map(usize::from).collect();
        loop {
            let before = openers.count_ones(..);
            let leads = self.leading(&groups, &openers);
            for (symbol, node) in self.first.iter().enumerate() {
                let begins = *node != 0 && leads.contains(*node as usize);
                let opens = |holder: &Holder| openers.contains(holder.symbol as usize);
                if begins || WordId::try_from(symbol).is_ok_and(|word| self.classes.of(word).iter().any(opens)) {
                    openers.insert(symbol);
                }
            }
            if openers.count_ones(..) == before {
                return Openers { words: openers, groups };
            }
        }
    }

    /// The nodes from which a way leads to an entry of `groups`, or to a class that is one of `openers`.
    fn leading(&self, groups: &FixedBitSet, openers: &FixedBitSet) -> FixedBitSet {
        let mut leads = FixedBitSet::with_capacity(self.trie.len());
        // What follows on a node has a larger number.
        for node in (0..self.trie.len()).rev().filter_map(|node| u32::try_from(node).ok()) {
            let here = self.trie.at(node);
            let ends =
                here.entries.iter().map(|entry| self.traits_of(*entry)).any(|entry| !entry.exclude && groups.contains(entry.group.into()));
            let opens = here.classes.iter().any(|class| openers.contains(*class as usize));
            if ends || opens || self.trie.following(node).any(|next| leads.contains(next as usize)) {
                leads.insert(node as usize);
            }
        }
        leads
    }
}
