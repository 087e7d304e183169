//! Entries that are there twice once they are normalised.

use super::phrases::PhraseBook;
use super::{EntryId, GroupId};

impl PhraseBook {
    /// Returns each entry that matches the very same texts as another one of its group under the same guards, with that
    /// one.
    pub fn repeated(&self) -> Vec<(EntryId, EntryId)> {
        let mut found = Vec::new();
        for entries in self.ending_together() {
            for (at, &entry) in entries.iter().enumerate() {
                found.extend(entries[..at].iter().find(|other| self.alike(entry, **other)).map(|other| (entry, *other)));
            }
        }
        found
    }

    /// Returns sets of entries that match the very same texts, whatever lists they are in.
    pub fn same_words(&self) -> impl Iterator<Item = &[EntryId]> {
        self.ending_together().filter(|entries| entries.len() > 1)
    }

    /// Returns the number of the group that `entry` stands in.
    pub fn group_of(&self, entry: EntryId) -> GroupId {
        self.entry(entry).group
    }

    /// Returns whether both count for the same and under the same guards.
    fn alike(&self, entry: EntryId, other: EntryId) -> bool {
        let (a, b) = (self.entry(entry), self.entry(other));
        a.group == b.group && a.exclude == b.exclude && self.guards_of(entry).eq(self.guards_of(other))
    }
}
