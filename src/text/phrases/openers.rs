//! The words that entries of some groups can begin with. A text without any of them has no such entry, which costs a
//! glance at its words instead of a search.

use fixedbitset::FixedBitSet;

use super::{GroupId, PhraseBook};
use crate::text::{Facts, WordId};

/// Words that entries of some groups can begin with, by number.
#[derive(Debug)]
pub struct Openers(FixedBitSet);

impl Openers {
    /// Returns whether one of the words stands in `facts`.
    pub fn stand_in(&self, facts: &Facts) -> bool {
        let read_as = |word: &WordId| self.0.contains(*word as usize);
        facts.tokens.iter().any(|token| token.readings.iter().any(read_as))
    }
}

impl PhraseBook {
    /// Returns the words that entries of the groups for which `wanted` says so can begin with.
    pub fn openers(&self, wanted: impl Fn(GroupId) -> bool) -> Openers {
        let mut openers = FixedBitSet::with_capacity(self.first.len());
        loop {
            let before = openers.count_ones(..);
            let leads = self.leading(&wanted, &openers);
            for (symbol, node) in self.first.iter().enumerate() {
                let begins = *node != 0 && leads.contains(*node as usize);
                let holder = |holder: &super::Holder| openers.contains(holder.symbol as usize);
                if begins || WordId::try_from(symbol).is_ok_and(|word| self.classes.of(word).iter().any(holder)) {
                    openers.insert(symbol);
                }
            }
            if openers.count_ones(..) == before {
                return Openers(openers);
            }
        }
    }

    /// The nodes from which a way leads to an entry of a wanted group, or to a class that is one of `openers`.
    fn leading(&self, wanted: &impl Fn(GroupId) -> bool, openers: &FixedBitSet) -> FixedBitSet {
        let mut leads = FixedBitSet::with_capacity(self.trie.len());
        // What follows on a node has a larger number.
        for node in (0..self.trie.len()).rev().filter_map(|node| u32::try_from(node).ok()) {
            let here = self.trie.at(node);
            let ends = here.entries.iter().any(|entry| wanted(self.traits_of(*entry).group));
            let opens = here.classes.iter().any(|class| openers.contains(*class as usize));
            if ends || opens || self.trie.following(node).any(|next| leads.contains(next as usize)) {
                leads.insert(node as usize);
            }
        }
        leads
    }
}
