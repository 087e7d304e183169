//! The objects of X API v1.1 as they come. Numbers in `id` are rounded by careless relays: `id_str` goes first.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::formats::wire::Scalar;
use crate::post::{Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Status<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id_str: Option<Str<'a>>,
    #[serde(borrow)]
    pub(super) text: Option<Str<'a>>,
    #[serde(borrow)]
    pub(super) full_text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) extended_tweet: Option<Extended<'a>>,
    #[serde(deserialize_with = "lenient::value")]
    pub(super) display_text_range: Option<Vec<i64>>,
    #[serde(borrow)]
    pub(super) created_at: Scalar<'a>,
    #[serde(borrow)]
    pub(super) timestamp_ms: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) in_reply_to_status_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) in_reply_to_status_id_str: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) in_reply_to_user_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) in_reply_to_user_id_str: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) in_reply_to_screen_name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) user: Option<User<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) retweeted_status: Option<Box<Status<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) quoted_status: Option<Box<Status<'a>>>,
    #[serde(borrow)]
    pub(super) is_quote_status: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) entities: Option<Entities<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) extended_entities: Option<Entities<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) edit_history: Option<EditHistory<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) lang: Option<Str<'a>>,
    // What scrapers add.
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) conversation_id_str: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) user_id_str: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) username: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) location: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) tweet_url: Option<Str<'a>>,
    // What the stream says about itself.
    limit: Option<IgnoredAny>,
    scrub_geo: Option<IgnoredAny>,
    status_withheld: Option<IgnoredAny>,
    user_withheld: Option<IgnoredAny>,
    warning: Option<IgnoredAny>,
    disconnect: Option<IgnoredAny>,
}

impl Status<'_> {
    pub(super) fn is_notice(&self) -> bool {
        let notices = [self.limit, self.scrub_geo, self.status_withheld, self.user_withheld, self.warning, self.disconnect];
        self.id.is_none() && self.id_str.is_none() && notices.iter().any(Option::is_some)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Extended<'a> {
    #[serde(borrow)]
    pub(super) full_text: Option<Str<'a>>,
    #[serde(deserialize_with = "lenient::value")]
    pub(super) display_text_range: Option<Vec<i64>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) entities: Option<Entities<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    pub(super) extended_entities: Option<Entities<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Entities<'a> {
    #[serde(borrow, deserialize_with = "lenient::objects")]
    pub(super) user_mentions: Option<Vec<UserMention<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    pub(super) hashtags: Option<Vec<Tag<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    pub(super) urls: Option<Vec<Link<'a>>>,
    pub(super) media: Option<Vec<IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct UserMention<'a> {
    #[serde(borrow)]
    pub(super) screen_name: Str<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id_str: Option<Str<'a>>,
    #[serde(deserialize_with = "lenient::value")]
    pub(super) indices: Option<Vec<i64>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tag<'a> {
    #[serde(borrow)]
    pub(super) text: Str<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Link<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) expanded_url: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) url: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EditHistory<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) initial_tweet_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) edit_tweet_ids: Option<Vec<Str<'a>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct User<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) id_str: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) screen_name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) description: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) location: Option<Str<'a>>,
    #[serde(borrow)]
    pub(super) verified: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) verified_type: Option<Str<'a>>,
    #[serde(borrow)]
    pub(super) followers_count: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    pub(super) created_at: Option<Str<'a>>,
}
