//! Entries that are there twice once they are normalised, or that a shorter one always finds too.

use super::phrases::PhraseBook;
use super::{EntryId, GroupId};

/// An entry that another one of its group makes superfluous.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// The entry.
    pub entry: EntryId,
    /// The other one.
    pub other: EntryId,
    /// They match the very same texts; else the other one is the beginning of the entry.
    pub same: bool,
}

impl PhraseBook {
    /// All entries that another entry of the same group makes superfluous.
    pub fn overlaps(&self) -> Vec<Overlap> {
        let parents = self.parents();
        let mut found = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            for (at, &entry) in node.entries.iter().enumerate() {
                let alike = |other: &&EntryId| self.alike(entry, **other);
                if let Some(&other) = node.entries[..at].iter().find(alike) {
                    found.push(Overlap { entry, other, same: true });
                    continue;
                }
                let above = std::iter::successors(parents[number], |&node| parents[node]);
                if let Some(&other) = above.filter_map(|node| self.nodes[node].entries.iter().find(alike)).last() {
                    found.push(Overlap { entry, other, same: false });
                }
            }
        }
        found
    }

    /// Groups of entries that match the very same texts, whatever lists they are in.
    pub fn same_words(&self) -> impl Iterator<Item = &[EntryId]> {
        self.nodes.iter().map(|node| node.entries.as_slice()).filter(|entries| entries.len() > 1)
    }

    /// The group of `entry`.
    pub fn group_of(&self, entry: EntryId) -> GroupId {
        self.entry(entry).group
    }

    /// Whether both count for the same and under the same guards.
    fn alike(&self, entry: EntryId, other: EntryId) -> bool {
        let (a, b) = (self.entry(entry), self.entry(other));
        a.group == b.group && a.exclude == b.exclude && self.guards_of(entry).eq(self.guards_of(other))
    }

    /// For each node the one before it.
    fn parents(&self) -> Vec<Option<usize>> {
        let mut parents = vec![None; self.nodes.len()];
        for (&(from, _), &to) in &self.edges {
            parents[to as usize] = Some(from as usize);
        }
        for (number, node) in self.nodes.iter().enumerate() {
            node.gaps.iter().for_each(|&(_, behind)| parents[behind as usize] = Some(number));
        }
        parents
    }
}
