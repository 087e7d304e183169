//! Posts and series as they are remembered.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{AuthorState, MAX_POSTS, codec};
use crate::post::{Millis, Post};

/// A post that was judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// Its id.
    #[serde(rename = "i")]
    pub id: SmolStr,
    /// The newest version seen.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub version: Option<SmolStr>,
    /// When its first version was written.
    #[serde(rename = "t", with = "codec::number")]
    pub at: Millis,
    /// Time of its record.
    #[serde(rename = "r", with = "codec::number")]
    pub seen: Millis,
    /// Its conversation.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<SmolStr>,
    /// It counts in windows and in the case.
    #[serde(rename = "f", default, skip_serializing_if = "is_false")]
    pub feeds: bool,
    /// It is a complaint.
    #[serde(rename = "c", default, skip_serializing_if = "is_false")]
    pub complaint: bool,
    /// It belongs to the newest series.
    #[serde(rename = "s", default, skip_serializing_if = "is_false")]
    pub in_series: bool,
    /// It was taken away.
    #[serde(rename = "d", default, skip_serializing_if = "is_false")]
    pub deleted: bool,
}

/// The newest series of a customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SeriesMemory {
    /// Its first post: the one that is answered.
    #[serde(rename = "i")]
    pub anchor: SmolStr,
    /// When that was written.
    #[serde(rename = "t", with = "codec::number")]
    pub first_at: Millis,
    /// What that answered.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<SmolStr>,
    /// Fingerprints of the words used.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<u32>,
    /// Subjects named.
    #[serde(rename = "n", default, skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<SmolStr>,
    /// A reply of the brand arrived after its last post.
    #[serde(rename = "a", default, skip_serializing_if = "is_false")]
    pub answered: bool,
}

/// What an arriving record means to the memory of posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acquaintance {
    /// Never seen.
    New,
    /// Seen exactly so.
    Duplicate,
    /// Another version of the post at this place.
    Version(usize),
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
    /// What `post` is to this memory.
    pub fn acquaintance(&self, post: &Post<'_>) -> Acquaintance {
        let Some(place) = self.posts.iter().rposition(|known| *known.id == *post.post_id) else { return Acquaintance::New };
        let known = &self.posts[place];
        let version = post.version.as_ref().map(|version| version.as_str());
        let same = version.is_none() || version == known.version.as_deref() || version == Some(&*known.id);
        if same { Acquaintance::Duplicate } else { Acquaintance::Version(place) }
    }

    /// Remembers one more post, the oldest forgotten where there are too many; whether one was.
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

    /// Begins a series with the post `anchor`.
    pub fn begin_series(&mut self, series: SeriesMemory) {
        self.posts.iter_mut().for_each(|post| post.in_series = *post.id == *series.anchor);
        self.series = Some(series);
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !*flag
}
