//! The entries found in a text by group: many signals ask for a few groups each, and most groups have no entry in a text.

use std::collections::BTreeMap;

use super::{GroupId, Hit};
use crate::text::bits::{lowest, ones};

/// Some groups, as bits: only the words that have any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupSet(Box<[(u16, u64)]>);

impl GroupSet {
    /// Returns whether `group` is one of them.
    pub fn has(&self, group: GroupId) -> bool {
        self.0.iter().any(|&(word, bits)| word == group / 64 && bits & (1 << (group % 64)) != 0)
    }

    /// The groups, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = GroupId> {
        self.0.iter().flat_map(|&(word, bits)| ones(bits).map(move |bit| group(word, bit)))
    }
}

impl FromIterator<GroupId> for GroupSet {
    fn from_iter<I: IntoIterator<Item = GroupId>>(groups: I) -> Self {
        let mut words = BTreeMap::new();
        groups.into_iter().for_each(|group| *words.entry(group / 64).or_insert(0) |= 1 << (group % 64));
        GroupSet(words.into_iter().collect())
    }
}

/// The group whose bit is that of the word `word`.
fn group(word: u16, bit: usize) -> GroupId {
    word * 64 + GroupId::try_from(bit).unwrap_or(0)
}

/// Which of the entries found in a text belong to each group.
#[derive(Debug, Default)]
pub struct HitsByGroup {
    /// A bit for every group that has an entry.
    present: Vec<u64>,
    /// The largest number of a group that had an entry so far, and one more.
    groups: usize,
    /// For each 64 entries and each group: a bit for every one that is of the group.
    bits: Vec<u64>,
    /// Where in `bits` there are any: most groups have no entry, so only these are wiped out for the next text.
    filled: Vec<usize>,
}

impl HitsByGroup {
    /// Replaces the contents by those of `hits`.
    pub fn fill(&mut self, hits: &[Hit]) {
        self.filled.drain(..).for_each(|place| self.bits[place] = 0);
        self.present.fill(0);
        self.groups = hits.iter().map(|hit| usize::from(hit.group) + 1).fold(self.groups, usize::max);
        self.present.resize(self.groups.div_ceil(64), 0);
        let places = self.groups * hits.len().div_ceil(64);
        if self.bits.len() < places {
            self.bits.resize(places, 0);
        }
        for (at, hit) in hits.iter().enumerate() {
            let group = usize::from(hit.group);
            self.present[group / 64] |= 1 << (group % 64);
            let place = at / 64 * self.groups + group;
            self.bits[place] |= 1 << (at % 64);
            self.filled.push(place);
        }
    }

    /// The groups that have an entry.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        (0..).zip(&self.present).flat_map(|(word, &bits)| ones(bits).map(move |bit| group(word, bit)))
    }

    /// Those of `hits`, which this was filled with, that belong to one of `groups`, in their order.
    pub fn of<'h>(&'h self, groups: &'h GroupSet, hits: &'h [Hit]) -> impl Iterator<Item = &'h Hit> {
        let (mut block, mut bits) = (0, 0_u64);
        std::iter::from_fn(move || {
            loop {
                if let Some(bit) = lowest(bits) {
                    bits &= bits - 1;
                    return hits.get((block - 1) * 64 + bit);
                }
                if block * 64 >= hits.len() {
                    return None;
                }
                bits = self.of_block(block, groups);
                block += 1;
            }
        })
    }

    /// A bit for every entry of the block that belongs to one of `groups`.
    fn of_block(&self, block: usize, groups: &GroupSet) -> u64 {
        let of_block = &self.bits[block * self.groups..];
        let mut all = 0;
        for &(word, wanted) in &groups.0 {
            let there = wanted & self.present.get(usize::from(word)).copied().unwrap_or(0);
            ones(there).for_each(|bit| all |= of_block[usize::from(word) * 64 + bit]);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_entries_of_some_groups_are_those_that_say_so(
            all in proptest::collection::vec(prop_oneof![0_u16..9, 60..70_u16], 0..200),
            asked in proptest::collection::vec(prop_oneof![0_u16..12, 60..72_u16], 0..4),
        ) {
            let hits: Vec<Hit> = (0..).zip(all).map(|(first, group)| Hit { entry: 0, group, first, end: first + 1 }).collect();
            let mut by_group = HitsByGroup::default();
            by_group.fill(&[Hit { entry: 0, group: 11, first: 0, end: 1 }]);
            by_group.fill(&hits);
            let found: Vec<Hit> = by_group.of(&asked.iter().copied().collect(), &hits).copied().collect();
            let expected: Vec<Hit> = hits.iter().filter(|hit| asked.contains(&hit.group)).copied().collect();
            prop_assert_eq!(found, expected);
        }
    }
}
