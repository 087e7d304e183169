//! Reads a post: the facts of its text, and the entries of the lexicons that stand in it and in the author's profile.

use super::{Acronyms, Facts, GroupSet, Hit, PhraseBook, Search, Vocabulary};
use crate::post::Post;

/// What was read of one post. Reused from post to post to save allocations.
#[derive(Debug, Default)]
pub struct Reading {
    /// Facts of the text.
    pub facts: Facts,
    /// Lexicon entries in the text.
    pub hits: Vec<Hit>,
    /// The groups of `hits`.
    pub groups: GroupSet,
    /// Lexicon entries in the author's profile, if it was read.
    pub profile_hits: Vec<Hit>,
    profile: Facts,
    search: Search,
}

impl Reading {
    /// Replaces the contents by what `post` says and, if `with_profile`, by what its author says of himself.
    pub fn read(&mut self, post: &Post<'_>, with_profile: bool, vocabulary: &Vocabulary, acronyms: &Acronyms, book: &PhraseBook) {
        let subject = post.subject.as_ref().and_then(|subject| subject.non_blank());
        self.facts.read(&post.text, subject, post.platform, vocabulary, acronyms);
        book.find(&self.facts, &mut self.search, &mut self.hits);
        self.groups.fill(&self.hits);
        self.profile_hits.clear();
        let author = post.author.as_ref().filter(|_| with_profile);
        let bio = author.and_then(|author| author.bio.as_ref()).and_then(|bio| bio.non_blank());
        if let Some(bio) = bio {
            let name = author.and_then(|author| author.name.as_ref()).and_then(|name| name.non_blank());
            self.profile.read(bio, name, post.platform, vocabulary, acronyms);
            book.find(&self.profile, &mut self.search, &mut self.profile_hits);
        }
    }
}
