//! All phrases of all lexicons in one trie over word numbers: one walk over a text finds every entry in it.
//!
//! Knows nothing of what an entry is worth. A class of words (`{medium}`) is a number like a word's: wherever one of its
//! members stands, the class stands too.

mod builder;
mod by_group;
mod guards;
mod openers;
mod search;
mod standing;
#[cfg(test)]
mod tests;
mod trie;

use std::sync::Arc;

pub use self::builder::PhraseBookBuilder;
pub use self::by_group::{GroupSet, HitsByGroup};
use self::guards::{CompiledGuard, PatternId};
pub use self::guards::{GuardLine, Miss};
pub use self::openers::Openers;
pub use self::search::{Search, Sightings};
use self::standing::Standing;
use self::trie::Trie;
use super::{Facts, WordId};
use crate::problem::Spot;

/// Number of an entry in the book.
pub type EntryId = u32;
/// Number of a group of entries in the book.
pub type GroupId = u16;

/// An entry found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The number of the entry in the book.
    pub entry: EntryId,
    /// The group that the entry stands in.
    pub group: GroupId,
    /// The first token that it covers.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
}

/// What a person needs to know of an entry.
#[derive(Debug, Clone)]
pub struct EntryInfo {
    /// As written in the lexicon.
    pub text: Arc<str>,
    /// The group that it stands in.
    pub group: GroupId,
    /// The number of its lexicon: exclusions mask only entries of their own.
    pub file: u8,
    /// It masks its words for its lexicon instead of counting.
    pub exclude: bool,
    /// It is nothing but a class: where entries are counted, each member counts for itself.
    pub is_class: bool,
    /// Where it is written.
    pub at: Spot,
}

/// What the search asks of every entry that it finds, in one word.
#[derive(Debug, Clone, Copy)]
struct EntryTraits {
    group: GroupId,
    file: u8,
    exclude: bool,
    is_class: bool,
    /// It was written with guards.
    guarded: bool,
}

impl EntryTraits {
    fn new(entry: &EntryInfo, guards: &[CompiledGuard]) -> Self {
        let EntryInfo { group, file, exclude, is_class, .. } = *entry;
        EntryTraits { group, file, exclude, is_class, guarded: !guards.is_empty() }
    }
}

/// Tells one book from another, and from itself before it was changed.
#[derive(Debug, Clone, Default)]
pub struct Edition(Arc<()>);

impl PartialEq for Edition {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// An entry that is out of the book for a while.
#[derive(Debug)]
pub struct TakenOut(EntryId);

/// All entries, compiled: a trie over the numbers of words, roots and classes, with the guards of the entries.
#[derive(Debug, Default)]
pub struct PhraseBook {
    first: Vec<u32>,
    trie: Trie,
    /// By number of the entry.
    traits: Vec<EntryTraits>,
    entries: Vec<EntryInfo>,
    /// Tokens that an entry covers at most.
    longest: u32,
    /// The guards of each entry, by its number.
    guards: Vec<Box<[CompiledGuard]>>,
    /// How many patterns guards look for.
    patterns: usize,
    classes: Classes,
    /// What is there wherever a word stands.
    standing: Standing,
    /// Entries that count nowhere for a while.
    taken_out: Vec<EntryId>,
    edition: Edition,
}

/// Which classes each word and each class belongs to, at any depth.
#[derive(Debug, Default)]
struct Classes {
    /// By number of the word: where its classes begin in `all`; one more at the end.
    starts: Vec<u32>,
    /// The classes of all words, one word after the other.
    all: Vec<Holder>,
    named: Vec<WordClass>,
}

/// A class or a root that a word belongs to.
#[derive(Debug, Clone, Copy)]
struct Holder {
    symbol: WordId,
    /// Where entries lead on that begin with it; 0: none does.
    node: u32,
}

/// A class of words.
#[derive(Debug)]
pub struct WordClass {
    /// Its name, without braces.
    pub name: Box<str>,
    /// Where it is opened.
    pub at: Spot,
    /// In the order of the file.
    pub members: Vec<Member>,
    number: WordId,
}

/// A member of a class of words.
#[derive(Debug)]
pub struct Member {
    /// As written, a nested class or a root by its name.
    pub text: Box<str>,
    /// Where it is written.
    pub at: Spot,
    /// The words, roots and classes that it consists of, one of each gap's sides after the other.
    pub words: Box<[WordId]>,
}

impl Classes {
    fn of(&self, word: WordId) -> &[Holder] {
        let at = word as usize;
        let range = self.starts.get(at).zip(self.starts.get(at + 1));
        range.and_then(|(&from, &to)| self.all.get(from as usize..to as usize)).unwrap_or_default()
    }
}

impl PhraseBook {
    /// Returns what tells whether something found in a book is still so.
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// Returns what is known of an entry of this book; panics for a number of another one.
    pub fn entry(&self, id: EntryId) -> &EntryInfo {
        &self.entries[id as usize]
    }

    fn traits_of(&self, id: EntryId) -> EntryTraits {
        self.traits[id as usize]
    }

    /// Returns the entries of each place where some end: they match the very same texts.
    pub(super) fn ending_together(&self) -> impl Iterator<Item = &[EntryId]> {
        self.trie.entries()
    }

    /// Returns what is counted once where entries are counted: the entry, with the member of the class that it is, or 0.
    pub fn counted_as(&self, hit: &Hit, facts: &Facts) -> (EntryId, WordId) {
        let member = || facts.tokens.get(hit.first as usize).map_or(0, |token| token.readings[0]);
        (hit.entry, if self.traits_of(hit.entry).is_class { member() } else { 0 })
    }

    /// Returns the guards of an entry, as written.
    pub fn guards_of(&self, id: EntryId) -> impl Iterator<Item = &str> {
        self.guards.get(id as usize).into_iter().flatten().map(|guard| &*guard.line.text)
    }

    /// Returns how many entries the book has, those that were taken out included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns all entries in the order of their numbers.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &EntryInfo)> {
        (0..).zip(&self.entries)
    }

    /// Returns whether the book has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the classes that hold the word of that number, at any depth.
    pub fn classes_of(&self, word: WordId) -> impl Iterator<Item = &WordClass> {
        self.classes.of(word).iter().filter_map(|holder| self.classes.named.iter().find(|class| class.number == holder.symbol))
    }

    /// Returns the numbers of the roots of which the word of that number is a form.
    pub fn roots_of(&self, word: WordId) -> impl Iterator<Item = WordId> {
        let symbols = self.classes.of(word).iter().map(|holder| holder.symbol);
        symbols.filter(|symbol| self.classes.named.iter().all(|class| class.number != *symbol))
    }

    /// Returns all classes in the order in which they are written.
    pub fn classes(&self) -> &[WordClass] {
        &self.classes.named
    }

    /// Returns the class of that name, without braces; `None`: there is none.
    pub fn class(&self, name: &str) -> Option<&WordClass> {
        self.classes.named.iter().find(|class| *class.name == *name)
    }

    /// Returns how many tokens an entry covers at most, those in its gaps included.
    pub fn longest(&self) -> u32 {
        self.longest
    }

    /// Takes `entry` out, as if its line were not in its list, until [`PhraseBook::put_back`]; its words stay known.
    /// `None` if it is not in the book.
    pub fn take_out(&mut self, entry: EntryId) -> Option<TakenOut> {
        if entry as usize >= self.entries.len() || self.taken_out.contains(&entry) {
            return None;
        }
        self.edition = Edition::default();
        self.taken_out.push(entry);
        Some(TakenOut(entry))
    }

    /// Puts the entry back that [`PhraseBook::take_out`] has taken out.
    pub fn put_back(&mut self, taken: TakenOut) {
        self.edition = Edition::default();
        self.taken_out.retain(|entry| *entry != taken.0);
    }
}

/// Returns a place in a list as it is kept, in half the memory.
fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
