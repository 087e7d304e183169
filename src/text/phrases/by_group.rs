//! The entries found in a text by group: many signals ask for a few groups each, and most groups have no entry in a text.

use super::{GroupId, Hit};
use crate::text::bits::ones;

/// Which of the entries found in a text belong to each group.
#[derive(Debug, Default)]
pub struct HitsByGroup {
    /// The largest number of a group that has an entry, and one more.
    groups: usize,
    /// For each 64 entries and each group: a bit for every one that is of the group.
    bits: Vec<u64>,
}

impl HitsByGroup {
    /// Replaces the contents by those of `hits`.
    pub fn fill(&mut self, hits: &[Hit]) {
        self.groups = hits.iter().map(|hit| usize::from(hit.group) + 1).max().unwrap_or(0);
        self.bits.clear();
        self.bits.resize(self.groups * hits.len().div_ceil(64), 0);
        for (at, hit) in hits.iter().enumerate() {
            self.bits[at / 64 * self.groups + usize::from(hit.group)] |= 1 << (at % 64);
        }
    }

    /// Those of `hits`, which this was filled with, that belong to one of `groups`, in their order.
    pub fn of<'h>(&'h self, groups: &'h [GroupId], hits: &'h [Hit]) -> impl Iterator<Item = &'h Hit> {
        let blocks = self.bits.chunks_exact(self.groups.max(1)).zip(hits.chunks(64));
        blocks.flat_map(move |(bits, hits)| {
            let bits = groups.iter().filter_map(|&group| bits.get(usize::from(group))).fold(0, |all, bits| all | bits);
            ones(bits).filter_map(|at| hits.get(at))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_entries_of_some_groups_are_those_that_say_so(
            all in proptest::collection::vec(0_u16..9, 0..200),
            asked in proptest::collection::vec(0_u16..12, 0..4),
        ) {
            let hits: Vec<Hit> = (0..).zip(all).map(|(first, group)| Hit { entry: 0, group, first, end: first + 1 }).collect();
            let mut by_group = HitsByGroup::default();
            by_group.fill(&[Hit { entry: 0, group: 11, first: 0, end: 1 }]);
            by_group.fill(&hits);
            let found: Vec<Hit> = by_group.of(&asked, &hits).copied().collect();
            let expected: Vec<Hit> = hits.iter().filter(|hit| asked.contains(&hit.group)).copied().collect();
            prop_assert_eq!(found, expected);
        }
    }
}
