//! What authors say of themselves, read once as long as it stays the same: many posts come from few authors.
//!
//! Remembers what was found, never decides by it: what is not remembered is read again.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

use super::{Edition, Hit, PhraseBook};
use crate::post::Platform;

/// Profiles remembered.
const SLOTS: usize = 1024;
/// Longer ones are not remembered, in bytes.
const LONGEST: usize = 1024;

/// A profile: what is read of it and what the reading depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Profile<'p> {
    pub(super) bio: &'p str,
    pub(super) name: Option<&'p str>,
    pub(super) platform: Platform,
}

/// The entries of one book in the profiles that were read last, as far as they are looked for there; which are belongs to the
/// book. Each has one place, which the next one takes over.
#[derive(Debug, Default)]
pub(super) struct Profiles {
    edition: Edition,
    slots: Vec<Slot>,
}

#[derive(Debug, Clone, Default)]
struct Slot {
    bio: String,
    name: Option<String>,
    platform: Platform,
    hits: Vec<Hit>,
}

impl Profiles {
    /// Fills `hits` with the entries of `book` in `profile`, which `read` looks for where they are not known.
    pub(super) fn find(&mut self, profile: Profile<'_>, book: &PhraseBook, hits: &mut Vec<Hit>, read: impl FnOnce(&mut Vec<Hit>)) {
        if self.edition != *book.edition() {
            self.edition = book.edition().clone();
            self.slots.clear();
            self.slots.resize(SLOTS, Slot::default());
        }
        let slot = self.slots.get_mut(place(&profile)).filter(|_| profile.bio.len() <= LONGEST);
        let Some(slot) = slot else { return read(hits) };
        if !slot.holds(&profile) {
            read(&mut slot.hits);
            slot.note(&profile);
        }
        hits.clone_from(&slot.hits);
    }
}

impl Slot {
    fn holds(&self, profile: &Profile<'_>) -> bool {
        (Profile { bio: &self.bio, name: self.name.as_deref(), platform: self.platform }) == *profile
    }

    fn note(&mut self, profile: &Profile<'_>) {
        profile.bio.clone_into(&mut self.bio);
        self.name = profile.name.map(str::to_owned);
        self.platform = profile.platform;
    }
}

#[expect(clippy::cast_possible_truncation, reason = "less than the number of places")]
fn place(profile: &Profile<'_>) -> usize {
    (FxBuildHasher.hash_one(profile) % SLOTS as u64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(entry: u32) -> Hit {
        Hit { entry, group: 0, first: 0, end: 1 }
    }

    #[test]
    fn a_profile_is_read_once_as_long_as_it_and_the_book_stay_the_same() {
        let mut profiles = Profiles::default();
        let mut check = |bio: &str, name: Option<&str>, platform: Platform, book: &PhraseBook, found: u32, expected: u32| {
            let mut hits = vec![hit(99)];
            let profile = Profile { bio, name, platform };
            profiles.find(profile, book, &mut hits, |hits| *hits = vec![hit(found)]);
            assert_eq!(hits, [hit(expected)], "{bio} {name:?} {platform:?}");
        };
        let (book, other) = (PhraseBook::default(), PhraseBook::default());
        check("wartawan", None, Platform::X, &book, 1, 1);
        check("wartawan", None, Platform::X, &book, 2, 1);
        check("wartawan", Some("Contoh"), Platform::X, &book, 3, 3);
        check("wartawan", Some("Contoh"), Platform::Facebook, &book, 4, 4);
        check("wartawan", None, Platform::X, &other, 5, 5);
        check("wartawan", None, Platform::X, &other, 6, 5);
        let long = "wartawan ".repeat(LONGEST);
        check(&long, None, Platform::X, &other, 7, 7);
        check(&long, None, Platform::X, &other, 8, 8);
    }
}
