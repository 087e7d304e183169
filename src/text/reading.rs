//! Reads a post: the facts of its text, and the entries of the lexicons that stand in it and in the author's profile.

use super::profiles::{Profile, Profiles};
use super::{Acronyms, Facts, Hit, Openers, PhraseBook, Search, Vocabulary};
use crate::post::Post;

/// What was read of one post. Reused from post to post to save allocations.
#[derive(Debug, Default)]
pub struct Reading {
    /// Facts of the text.
    pub facts: Facts,
    /// Lexicon entries in the text.
    pub hits: Vec<Hit>,
    /// Entries of the groups that profile signals look for, in the author's profile.
    pub profile_hits: Vec<Hit>,
}

/// Reads posts: what one reading leaves to the next. What is read depends on nothing that was read before.
#[derive(Debug, Default)]
pub struct Reader {
    profile: Facts,
    profiles: Profiles,
    search: Search,
}

/// What the rules know of the language, which posts are read for.
#[derive(Debug, Clone, Copy)]
pub struct Language<'r> {
    /// The words that are known.
    pub vocabulary: &'r Vocabulary,
    /// Short words that are written in capitals by everybody.
    pub acronyms: &'r Acronyms,
    /// All entries.
    pub book: &'r PhraseBook,
    /// What can begin an entry in a profile; `None`: nothing is looked for there. A book has one set of them.
    pub openers: Option<&'r Openers>,
}

impl Reader {
    /// Replaces `reading` by what `post` says and, if anything is looked for there, by what its author says of himself.
    pub fn read(&mut self, post: &Post<'_>, language: Language<'_>, reading: &mut Reading) {
        let Language { vocabulary, acronyms, book, openers } = language;
        let subject = post.subject.as_ref().and_then(|subject| subject.non_blank());
        reading.facts.read(&post.text, subject, post.platform, vocabulary, acronyms);
        book.find(&reading.facts, &mut self.search, &mut reading.hits);
        reading.profile_hits.clear();
        let author = post.author.as_ref();
        let bio = author.and_then(|author| author.bio.as_ref()).and_then(|bio| bio.non_blank());
        if let Some((bio, openers)) = bio.zip(openers) {
            let name = author.and_then(|author| author.name.as_ref()).and_then(|name| name.non_blank());
            let Reader { profile, profiles, search } = self;
            profiles.find(Profile { bio, name, platform: post.platform }, book, &mut reading.profile_hits, |hits| {
                profile.read(bio, name, post.platform, vocabulary, acronyms);
                hits.clear();
                if openers.stand_in(profile) {
                    book.find(profile, search, hits);
                    hits.retain(|hit| openers.are_of(hit.group));
                }
            });
        }
    }
}
