//! Reads a post: the facts of its text, and the entries of the lexicons that stand in it and in the author's profile.

use super::profiles::{Profile, Profiles};
use super::{Acronyms, Facts, Hit, HitsByGroup, Openers, PhraseBook, Search, Vocabulary};
use crate::post::Post;

/// What was read of one post. Reused from post to post to save allocations.
#[derive(Debug, Default)]
pub struct Reading {
    /// Facts of the text.
    pub facts: Facts,
    /// Lexicon entries in the text.
    pub hits: Vec<Hit>,
    /// The same by group.
    pub by_group: HitsByGroup,
    /// Entries of the groups that profile signals look for, in the author's profile.
    pub profile_hits: Vec<Hit>,
    profile: Facts,
    profiles: Profiles,
    search: Search,
}

impl Reading {
    /// Replaces the contents by what `post` says and, if `openers` are given, by the entries of their groups in what its author
    /// says of himself. A book has one set of them.
    pub fn read(&mut self, post: &Post<'_>, openers: Option<&Openers>, vocabulary: &Vocabulary, acronyms: &Acronyms, book: &PhraseBook) {
        let subject = post.subject.as_ref().and_then(|subject| subject.non_blank());
        self.facts.read(&post.text, subject, post.platform, vocabulary, acronyms);
        book.find(&self.facts, &mut self.search, &mut self.hits);
        self.by_group.fill(&self.hits);
        self.profile_hits.clear();
        let author = post.author.as_ref();
        let bio = author.and_then(|author| author.bio.as_ref()).and_then(|bio| bio.non_blank());
        if let Some((bio, openers)) = bio.zip(openers) {
            let name = author.and_then(|author| author.name.as_ref()).and_then(|name| name.non_blank());
            let Reading { profile, profiles, search, profile_hits, .. } = self;
            profiles.find(Profile { bio, name, platform: post.platform }, book, profile_hits, |hits| {
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
