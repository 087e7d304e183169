//! The objects of X API v2 as they come. The 2026 reference says `post` where the guides say `tweet`; during the change
//! a record may carry both names, so they are fields of their own and not aliases of one.

use serde::Deserialize;

use crate::formats::wire::{Scalar, first};
use crate::post::{Author, Millis, Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::formats) struct Tweet<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(in crate::formats) id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(in crate::formats) author_id: Option<Str<'a>>,
    #[serde(borrow)]
    pub(super) text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    note_tweet: Option<Note<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    note_post: Option<Note<'a>>,
    #[serde(borrow)]
    pub(super) created_at: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) conversation_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) in_reply_to_user_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) lang: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) entities: Option<Entities<'a>>,
    #[serde(deserialize_with = "lenient::object")]
    pub(super) attachments: Option<Attachments>,
    #[serde(deserialize_with = "lenient::value")]
    pub(super) display_text_range: Option<Vec<i64>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    referenced_tweets: Option<Vec<Referenced<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    referenced_posts: Option<Vec<Referenced<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    edit_history_tweet_ids: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    edit_history_post_ids: Option<Vec<Str<'a>>>,
}

impl<'a> Tweet<'a> {
    fn note(&self) -> Option<&Note<'a>> {
        self.note_tweet.as_ref().or(self.note_post.as_ref())
    }

    /// Returns the whole text: of a long post `text` is only the beginning.
    pub(super) fn whole_text(&self) -> Str<'a> {
        first([self.note().and_then(|note| note.text.clone()), self.text.clone()]).unwrap_or_default()
    }

    /// Returns the entities of the whole text.
    pub(super) fn whole_entities(&self) -> Option<&Entities<'a>> {
        self.note().and_then(|note| note.entities.as_ref()).or(self.entities.as_ref())
    }

    /// Returns the first post that this one `relates` to: `retweeted`, `quoted` or `replied_to`.
    pub(super) fn referenced(&self, relates: &str) -> Option<&Str<'a>> {
        let all = self.referenced_tweets.as_ref().or(self.referenced_posts.as_ref())?;
        all.iter()
            .find(|one| one.kind == relates || one.kind == relates.replace("retweet", "repost").as_str())
            .and_then(|one| one.id.as_ref())
    }

    /// Returns the first id of the chain of edits.
    pub(super) fn first_id(&self) -> Option<&Str<'a>> {
        let history = self.edit_history_tweet_ids.as_ref().or(self.edit_history_post_ids.as_ref())?;
        history.first().filter(|id| id.non_blank().is_some())
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Note<'a> {
    #[serde(borrow)]
    text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    entities: Option<Entities<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entities<'a> {
    #[serde(borrow, deserialize_with = "lenient::objects")]
    pub(super) mentions: Option<Vec<Mentioned<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    pub(super) hashtags: Option<Vec<Tag<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    pub(super) urls: Option<Vec<Link<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Mentioned<'a> {
    #[serde(deserialize_with = "lenient::value")]
    pub(super) end: Option<usize>,
    #[serde(borrow)]
    pub(super) username: Str<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tag<'a> {
    #[serde(borrow)]
    pub(super) tag: Str<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Link<'a> {
    media_key: Option<serde::de::IgnoredAny>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    display_url: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) expanded_url: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) url: Option<Str<'a>>,
}

impl Link<'_> {
    /// Returns whether it leads to a picture of the post itself.
    pub(super) fn is_own_picture(&self) -> bool {
        self.media_key.is_some() || self.display_url.as_ref().is_some_and(|shown| shown.starts_with("pic."))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Referenced<'a> {
    #[serde(borrow, rename = "type")]
    kind: Str<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Attachments {
    pub(super) media_keys: Option<Vec<serde::de::IgnoredAny>>,
}

/// Users and posts that the posts of the record refer to.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::formats) struct Includes<'a> {
    #[serde(borrow, deserialize_with = "lenient::objects")]
    users: Option<Vec<User<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    tweets: Option<Vec<Tweet<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    posts: Option<Vec<Tweet<'a>>>,
}

impl<'a> Includes<'a> {
    /// Returns the user `id`, or of that name where there is no id.
    pub(super) fn user(&self, id: Option<&str>, name: Option<&str>) -> Option<&User<'a>> {
        let same = |user: &&User<'a>| match id {
            Some(id) => user.id.as_deref() == Some(id),
            None => name.is_some_and(|name| user.username.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(name))),
        };
        self.users.iter().flatten().map(|user| user.data.as_deref().unwrap_or(user)).find(same)
    }

    pub(super) fn tweet(&self, id: &str) -> Option<&Tweet<'a>> {
        self.tweets.iter().chain(&self.posts).flatten().find(|tweet| tweet.id.as_deref() == Some(id))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct User<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) username: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    description: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    location: Option<Str<'a>>,
    #[serde(borrow)]
    verified: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    verified_type: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    public_metrics: Option<Metrics<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    created_at: Option<Str<'a>>,
    /// The Activity API wraps users once more.
    #[serde(borrow, deserialize_with = "lenient::object")]
    data: Option<Box<User<'a>>>,
}

impl<'a> User<'a> {
    /// Returns the profile at the time `at`.
    pub(super) fn profile(&self, at: Millis) -> Author<'a> {
        use crate::formats::{html::unescape, x};
        let tick = if self.verified_type.is_none() { x::legacy_tick(self.verified.flag(), at) } else { None };
        Author {
            id: self.id.clone(),
            handle: self.username.clone(),
            name: self.name.clone().map(unescape),
            bio: self.description.clone().map(unescape),
            followers: self.public_metrics.as_ref().and_then(|metrics| metrics.followers_count.count()),
            verified_type: self.verified_type.clone(),
            verified_legacy: tick,
            location: self.location.clone(),
            created_at: self.created_at.clone(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metrics<'a> {
    #[serde(borrow)]
    followers_count: Scalar<'a>,
}
