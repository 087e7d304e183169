//! The canonical post and the case event: the only two shapes the triage stage reads (`telkomcare.post.v1`,
//! `telkomcare.case_event.v1`), and the customer key that both travel under.
//!
//! Knows nothing of feeds (that is `formats`), rules or Kafka.

mod accounts;
mod event;
pub mod handle;
mod ids;
mod inbox;
mod key;
mod kind;
pub mod lenient;
pub mod parties;
mod platform;
pub mod repair;
mod step;
mod str;
mod time;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::accounts::OwnAccounts;
pub use self::event::{CASE_EVENT_SCHEMA, CaseEvent, CaseEventKind};
pub use self::ids::same_id;
pub use self::inbox::Input;
pub use self::key::CustomerKey;
pub use self::kind::EventKind;
pub use self::parties::Parties;
pub use self::platform::Platform;
pub use self::step::HandoffStep;
pub use self::str::{Str, null_as_default};
pub use self::time::Millis;

/// The `schema` of a canonical post.
pub const POST_SCHEMA: &str = "telkomcare.post.v1";

/// One post of one author, whatever feed it came from. Unknown fields are ignored, `null` equals absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Post<'a> {
    /// The name of the record: `telkomcare.post.v1`.
    #[serde(borrow, default)]
    pub schema: Str<'a>,
    /// What happened to the post.
    #[serde(default)]
    pub event_kind: EventKind,
    /// Where it was written.
    pub platform: Platform,
    /// The id of the post; for an edited post the first id of the chain.
    pub post_id: Str<'a>,
    /// The id (X) or time (Facebook) of this version of an edited post.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub version: Option<Str<'a>>,
    /// The conversation the post belongs to.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<Str<'a>>,
    /// The post that this one answers.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Str<'a>>,
    /// The author of the post that this one answers.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub in_reply_to_author_id: Option<Str<'a>>,
    /// Who wrote it; absent where the feed withholds it.
    #[serde(borrow, default, deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub author: Option<Author<'a>>,
    /// Subject of an e-mail.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub subject: Option<Str<'a>>,
    /// Recipients of an e-mail.
    #[serde(borrow, default, deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Recipients<'a>>,
    /// What this author wrote: no quoted text, no repost prefix, HTML entities decoded.
    #[serde(borrow, default, deserialize_with = "null_as_default")]
    pub text: Str<'a>,
    /// What the author quoted. Shown to people, never judged.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub quoted_text: Option<Str<'a>>,
    /// Accounts named in the post.
    #[serde(borrow, default, deserialize_with = "lenient::objects_or_none", skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention<'a>>,
    /// Hashtags without `#`, as written.
    #[serde(borrow, default, deserialize_with = "lenient::or_default", skip_serializing_if = "Vec::is_empty")]
    pub hashtags: Vec<Str<'a>>,
    /// Links as the author's text shows them or where they lead.
    #[serde(borrow, default, deserialize_with = "lenient::or_default", skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<Str<'a>>,
    /// Pictures, videos and other attachments.
    #[serde(default, deserialize_with = "lenient::or_default", skip_serializing_if = "is_zero")]
    pub media_count: u32,
    /// Somebody else's post passed on without a word of one's own.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_repost: bool,
    /// Somebody else's post with own words above it.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_quote: bool,
    /// An answer to another post.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub is_reply: bool,
    /// Under the brand's own page or in its own mailbox: addressed to the brand even without a mention.
    #[serde(default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub on_own_page: Option<bool>,
    /// Written by the brand, where the feed says so.
    #[serde(default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub own: Option<bool>,
    /// Written by a machine that answers mail.
    #[serde(default, deserialize_with = "lenient::or_default", skip_serializing_if = "is_false")]
    pub auto_reply: bool,
    /// Language tag of the feed. Informational: the tags are wrong too often to decide anything.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub lang: Option<Str<'a>>,
    /// When the author wrote it.
    pub created_at: Millis,
    /// Where people can see it.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub url: Option<Str<'a>>,
    /// Which parser read it.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub source_format: Option<Str<'a>>,
}

impl Post<'_> {
    /// Returns the same post, independent of the record it was read from.
    pub fn into_owned(self) -> Post<'static> {
        fn own(text: Option<Str<'_>>) -> Option<Str<'static>> {
            text.map(Str::into_owned)
        }
        fn own_all(texts: Vec<Str<'_>>) -> Vec<Str<'static>> {
            texts.into_iter().map(Str::into_owned).collect()
        }
        Post {
            schema: self.schema.into_owned(),
            event_kind: self.event_kind,
            platform: self.platform,
            post_id: self.post_id.into_owned(),
            version: own(self.version),
            conversation_id: own(self.conversation_id),
            parent_id: own(self.parent_id),
            in_reply_to_author_id: own(self.in_reply_to_author_id),
            author: self.author.map(Author::into_owned),
            subject: own(self.subject),
            recipients: self.recipients.map(|all| Recipients { to: own_all(all.to), cc: own_all(all.cc), bcc: own_all(all.bcc) }),
            text: self.text.into_owned(),
            quoted_text: own(self.quoted_text),
            mentions: self.mentions.into_iter().map(Mention::into_owned).collect(),
            hashtags: own_all(self.hashtags),
            urls: own_all(self.urls),
            media_count: self.media_count,
            is_repost: self.is_repost,
            is_quote: self.is_quote,
            is_reply: self.is_reply,
            on_own_page: self.on_own_page,
            own: self.own,
            auto_reply: self.auto_reply,
            lang: own(self.lang),
            created_at: self.created_at,
            url: own(self.url),
            source_format: own(self.source_format),
        }
    }

    /// Returns whether the post stands where only the brand is spoken to. Where the feed does not say: pages and
    /// mailboxes are the brand's, X and other channels are not (D17).
    pub fn on_own_page(&self) -> bool {
        self.on_own_page.unwrap_or(matches!(self.platform, Platform::Facebook | Platform::Instagram | Platform::Email))
    }
}

/// Who wrote a post. All fields are optional: feeds differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Author<'a> {
    /// Id on the platform.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub id: Option<Str<'a>>,
    /// Account name without `@`; for e-mail the address.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub handle: Option<Str<'a>>,
    /// Display name: as the author writes it, not unique.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub name: Option<Str<'a>>,
    /// What the author says of himself.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub bio: Option<Str<'a>>,
    /// Number of followers when the feed wrote the record.
    #[serde(default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
    /// `blue`, `business`, `government` or `none`.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub verified_type: Option<Str<'a>>,
    /// Verified before April 2023, when it still meant something.
    #[serde(default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub verified_legacy: Option<bool>,
    /// Place as the author writes it.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub location: Option<Str<'a>>,
    /// When the account was made.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Str<'a>>,
}

impl Author<'_> {
    fn into_owned(self) -> Author<'static> {
        Author {
            id: self.id.map(Str::into_owned),
            handle: self.handle.map(Str::into_owned),
            name: self.name.map(Str::into_owned),
            bio: self.bio.map(Str::into_owned),
            followers: self.followers,
            verified_type: self.verified_type.map(Str::into_owned),
            verified_legacy: self.verified_legacy,
            location: self.location.map(Str::into_owned),
            created_at: self.created_at.map(Str::into_owned),
        }
    }
}

/// Recipients of an e-mail, as addresses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recipients<'a> {
    /// Addresses in `To`.
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub to: Vec<Str<'a>>,
    /// Addresses in `Cc`.
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub cc: Vec<Str<'a>>,
    /// Addresses in `Bcc`, where the mailbox knows them.
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub bcc: Vec<Str<'a>>,
}

/// An account named in a post.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mention<'a> {
    /// Account name without `@`.
    #[serde(borrow, default, deserialize_with = "lenient::or_default")]
    pub handle: Str<'a>,
    /// Id on the platform.
    #[serde(borrow, default, deserialize_with = "lenient::value", skip_serializing_if = "Option::is_none")]
    pub id: Option<Str<'a>>,
    /// Copied into a reply by the platform, not written by the author.
    #[serde(default, deserialize_with = "lenient::or_default")]
    pub implicit: bool,
    /// Profile of the account, where the feed carries it.
    #[serde(borrow, default, deserialize_with = "lenient::object", skip_serializing_if = "Option::is_none")]
    pub profile: Option<Author<'a>>,
}

impl Mention<'_> {
    fn into_owned(self) -> Mention<'static> {
        Mention {
            handle: self.handle.into_owned(),
            id: self.id.map(Str::into_owned),
            implicit: self.implicit,
            profile: self.profile.map(Author::into_owned),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
