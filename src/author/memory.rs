//! The memory of posts and of the newest series: how many and how long, and what an arriving post is to them.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::remembered::{Remembered, is_false};
use super::unknown::Unknown;
use super::version::{Age, age, print, version};
use super::{AuthorState, json};
use crate::post::{EventKind, Millis, Post, same_id};
use crate::signals::MAX_POSTS;

/// How long ids are remembered, in milliseconds of record time.
pub const ID_MEMORY: i64 = 24 * 60 * 60 * 1000;

/// The newest series of a customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesMemory {
    /// Its first post: the one that is answered.
    #[serde(rename = "i")]
    pub anchor: SmolStr,
    /// When that was written.
    #[serde(rename = "t", with = "json::number")]
    pub first_at: Millis,
    /// What that answered; `None`: it was no answer.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SmolStr>,
    /// Fingerprints of the words used in it.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<u32>,
    /// Subjects named in it, as the rules of the time call them.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SmolStr>,
    /// A reply of the brand arrived after its last post.
    #[serde(rename = "a", default, skip_serializing_if = "is_false")]
    pub answered: bool,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Unknown,
}

/// What an arriving record means to the memory of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// No post of this id is remembered.
    New,
    /// Seen, exactly so or in a newer version.
    Duplicate,
    /// A newer version of the post at this place.
    Version(usize),
}

impl Remembered {
    /// Makes what is remembered of `post`, written at `at`, from record time `seen` on.
    pub fn of(post: &Post<'_>, at: Millis, seen: Millis) -> Self {
        let conversation = post.conversation_id.as_ref().and_then(|id| id.non_blank()).filter(|id| *id != &*post.post_id);
        Remembered {
            id: (*post.post_id).into(),
            version: version(post).map(Into::into),
            text: print(post),
            edited: post.event_kind == EventKind::Edit,
            at,
            seen,
            conversation: conversation.map(Into::into),
            ..Remembered::default()
        }
    }

    /// Returns the name of the verdict on its newest version, `<post>@<version>`.
    pub fn verdict(&self) -> String {
        format!("{}@{}", self.id, self.version.as_deref().unwrap_or(&self.id))
    }

    /// Returns whether `id` names the post, or the version of it that people see and answer.
    fn is(&self, id: &str) -> bool {
        same_id(&self.id, id) || self.version.as_deref().is_some_and(|version| same_id(version, id))
    }

    /// Returns whether a post in `conversation` that answers `parent` goes on with what this post was about.
    fn is_answered(&self, conversation: Option<&str>, parent: Option<&str>) -> bool {
        if !(self.by_brand || self.feeds || self.addressed) {
            return false;
        }
        let begun_in = |id: &str| self.conversation.as_deref().is_some_and(|conversation| same_id(conversation, id));
        let same = || conversation.is_some_and(|id| self.is(id) || begun_in(id));
        parent.is_some_and(|id| self.is(id)) || (!self.by_brand && same())
    }
}

impl SeriesMemory {
    const MAX_WORDS: usize = 128;
    const MAX_SUBJECTS: usize = 16;

    /// Adds what a further post of the series is about.
    pub fn add_content(&mut self, subjects: &[&str], words: &[u32]) {
        for &subject in subjects {
            if self.subjects.len() < Self::MAX_SUBJECTS && !self.subjects.iter().any(|known| **known == *subject) {
                self.subjects.push(subject.into());
            }
        }
        for word in words {
            if self.words.len() < Self::MAX_WORDS && !self.words.contains(word) {
                self.words.push(*word);
            }
        }
    }
}

impl AuthorState {
    /// Returns what `post` is to this memory.
    pub fn acquaintance(&self, post: &Post<'_>) -> Acquaintance {
        let Some(place) = self.posts.iter().rposition(|known| same_id(&known.id, &post.post_id)) else { return Acquaintance::New };
        match age(post, &self.posts[place]) {
            Age::Newer => Acquaintance::Version(place),
            Age::Same | Age::Older => Acquaintance::Duplicate,
        }
    }

    /// Returns whether `post` stands in a conversation of the customer with the brand: whoever began it, an addressed
    /// post of his stands in it, or it answers a post of the brand (D16). What belongs to the open case is remembered
    /// as long as the case is.
    pub fn is_in_conversation(&self, post: &Post<'_>) -> bool {
        let conversation = post.conversation_id.as_ref().and_then(|id| id.non_blank());
        let parent = post.parent_id.as_ref().and_then(|id| id.non_blank());
        let mut others = self.posts.iter().filter(|known| !same_id(&known.id, &post.post_id));
        let recent = others.any(|known| known.is_answered(conversation, parent));
        recent || self.case.as_ref().is_some_and(|case| case.holds(&post.post_id, conversation, parent))
    }

    /// Returns whether somebody else's post that `post` answers stands between it and the customer's series: not one of
    /// his own, nor what the series itself answers.
    pub fn answers_another(&self, post: &Post<'_>) -> bool {
        let Some(parent) = post.parent_id.as_ref().and_then(|id| id.non_blank()) else { return false };
        let his = self.posts.iter().any(|known| !known.by_brand && known.is(parent));
        let in_case = self.case.as_ref().is_some_and(|case| case.posts.iter().any(|known| *known == parent));
        let same = self.series.as_ref().is_some_and(|series| series.parent.as_deref() == Some(parent));
        !his && !in_case && !same
    }

    /// Remembers one more post; where there are too many, forgets the oldest but that which began the case. Returns whether
    /// one was forgotten.
    pub fn remember(&mut self, post: Remembered) -> bool {
        let full = self.posts.len() >= MAX_POSTS;
        if full {
            let first = self.case.as_ref().map(|case| case.id.clone());
            let victim = self.posts.iter().position(|known| Some(&known.id) != first.as_ref()).unwrap_or(0);
            self.posts.remove(victim);
        }
        self.posts.push(post);
        full
    }

    /// Begins `series`, of which the only post so far is its anchor.
    pub fn begin_series(&mut self, series: SeriesMemory) {
        self.posts.iter_mut().for_each(|post| post.in_series = same_id(&post.id, &series.anchor));
        self.series = Some(series);
    }
}
