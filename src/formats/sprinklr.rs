//! Sprinklr message webhook and listening objects, in both of its key sets. Times are milliseconds.
//!
//! No field map: what happened depends on whether the message has words, and what is private on parts of the channel's name.

use serde::Deserialize;

use super::batch::Batch;
use super::handles;
use super::html::unescape;
use super::wire::{Scalar, first, first_time, without_sign};
use super::{Item, Raw, Rejected, x};
use crate::post::{Author, EventKind, Mention, Millis, Platform, Post, Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow, rename = "type", deserialize_with = "lenient::value")]
    kind: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    payload: Option<Message<'a>>,
    #[serde(borrow)]
    event_time: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Message<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    channel_message_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    sn_msg_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    message_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    universal_message_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    channel_type: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    sn_type: Option<Str<'a>>,
    #[serde(borrow)]
    channel_created_time: Scalar<'a>,
    #[serde(borrow)]
    sn_created_time: Scalar<'a>,
    #[serde(borrow)]
    created_time: Scalar<'a>,
    #[serde(borrow)]
    modified_time: Scalar<'a>,
    #[serde(borrow)]
    content: Option<Content<'a>>,
    #[serde(borrow)]
    message: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    sender_profile: Option<Profile<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    receiver_profile: Option<Profile<'a>>,
    #[serde(borrow, deserialize_with = "lenient::objects")]
    mentioned_profiles: Option<Vec<Profile<'a>>>,
    #[serde(borrow)]
    from_verified_profile: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    permalink: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    language: Option<Str<'a>>,
    #[serde(borrow)]
    brand_post: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    conversation_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    parent_message_id: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content<'a> {
    #[serde(borrow)]
    text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    title: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    channel_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    sn_user_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    username: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    screen_name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    bio: Option<Str<'a>>,
    #[serde(borrow)]
    followers: Scalar<'a>,
    #[serde(borrow)]
    verified: Scalar<'a>,
}

impl Message<'_> {
    fn has_words(&self) -> bool {
        let content = self.content.as_ref().and_then(|content| content.text.as_ref().or(content.title.as_ref()));
        [content, self.message.as_ref()].into_iter().flatten().any(|text| text.non_blank().is_some())
    }
}

/// Reads one event, or one message without an envelope.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let envelope: Envelope<'_> = serde_json::from_slice(raw.bytes)?;
    let kind = match envelope.kind.as_deref() {
        None | Some("message.created") => EventKind::Create,
        Some("message.updated") => EventKind::Edit,
        Some("message.deleted") => EventKind::Delete,
        Some(kind) => match &envelope.payload {
            // A listening object may have a `type` of its own.
            None => EventKind::Create,
            Some(_) if kind.starts_with("message.engagement") => EventKind::Engagement,
            Some(message) if message.has_words() => EventKind::Unknown,
            Some(_) if kind.starts_with("message.") => EventKind::Engagement,
            Some(_) => return Err(Rejected::no_post("The event is about no message.")),
        },
    };
    let message = match envelope.payload {
        Some(message) => message,
        None => serde_json::from_slice(raw.bytes)?,
    };
    Ok(Batch::of(Item::Post(post(kind, message, &envelope.event_time, raw.received_at)?)))
}

fn post<'a>(event_kind: EventKind, message: Message<'a>, event_time: &Scalar<'_>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let created = [
        ("channelCreatedTime", &message.channel_created_time),
        ("snCreatedTime", &message.sn_created_time),
        ("createdTime", &message.created_time),
        ("eventTime", event_time),
    ];
    let created_at = first_time(&created)?.unwrap_or(received_at);
    let modified = first_time(&[("modifiedTime", &message.modified_time), ("eventTime", event_time)])?.unwrap_or(received_at);
    let ids = [message.channel_message_id, message.sn_msg_id, message.message_id, message.universal_message_id];
    let post_id = first(ids).ok_or_else(|| Rejected::missing("channelMessageId"))?;
    let (platform, is_private) = platform(first([message.channel_type, message.sn_type]).as_deref().unwrap_or_default());
    let tick = message.from_verified_profile.flag();
    let own = (message.brand_post.flag() == Some(true)).then_some(true);
    let parent_id = first([message.parent_message_id]).filter(|parent| *parent != post_id);
    let answers = own.is_some() || parent_id.is_some();
    // What was taken away is not passed on.
    let is_there = event_kind != EventKind::Delete;
    let content = message.content.unwrap_or_default();
    let mentioned = message.mentioned_profiles.filter(|_| is_there);
    let text = first([content.text, message.message, content.title]).filter(|_| is_there).map(unescape).unwrap_or_default();
    let answered = message.receiver_profile.filter(|_| answers).unwrap_or_default();
    let mut post = Post {
        event_kind,
        platform,
        post_id,
        version: (event_kind == EventKind::Edit).then(|| modified.to_string().into()),
        conversation_id: first([message.conversation_id]),
        in_reply_to_author_id: answered.id(),
        author: message.sender_profile.and_then(|sender| sender.into_author(platform, tick, created_at)),
        mentions: mentions(mentioned, &text, parent_id.is_some(), platform),
        text,
        is_reply: parent_id.is_some(),
        parent_id,
        on_own_page: is_private.then_some(true),
        own,
        lang: first([message.language]),
        created_at,
        url: first([message.permalink]),
        ..Post::default()
    };
    if post.is_reply {
        handles::note_answered(&mut post, answered.handle());
    }
    Ok(post)
}

/// Returns the platform of a channel, and whether only the brand reads it.
fn platform(channel: &str) -> (Platform, bool) {
    const PRIVATE: [&str; 9] = ["WHATSAPP", "MESSENGER", "DM", "DIRECT", "TELEGRAM", "LINE", "SMS", "CHAT", "LIVECHAT"];
    let channel = channel.to_ascii_uppercase();
    if channel.split('_').any(|word| PRIVATE.contains(&word)) {
        return (Platform::Other, true);
    }
    let platform = match channel.split('_').next().unwrap_or_default() {
        "TWITTER" | "X" => Platform::X,
        "FACEBOOK" | "FB" | "FBPAGE" => Platform::Facebook,
        "INSTAGRAM" => Platform::Instagram,
        "EMAIL" => Platform::Email,
        _ => Platform::Other,
    };
    (platform, false)
}

fn mentions<'a>(profiles: Option<Vec<Profile<'a>>>, text: &str, is_reply: bool, platform: Platform) -> Vec<Mention<'a>> {
    let Some(profiles) = profiles else {
        let until = handles::implicit_until(text, None, is_reply && platform == Platform::X);
        return match platform {
            Platform::X => handles::of_text(text, Platform::X, until),
            Platform::Instagram => handles::of_text(text, Platform::Instagram, 0),
            _ => Vec::new(),
        };
    };
    let mention = |profile: Profile<'a>| {
        let mut mention = handles::listed([profile.handle()?], text, is_reply && platform == Platform::X).pop()?;
        mention.id = first([profile.channel_id.clone()]);
        let followers = profile.followers.count().filter(|count| *count > 0);
        mention.profile = followers.map(|count| Author { id: mention.id.clone(), followers: Some(count), ..Author::default() });
        Some(mention)
    };
    profiles.into_iter().filter_map(mention).collect()
}

impl<'a> Profile<'a> {
    fn id(&self) -> Option<Str<'a>> {
        first([self.channel_id.clone(), self.sn_user_id.clone()])
    }

    fn handle(&self) -> Option<Str<'a>> {
        first([self.username.clone(), self.screen_name.clone()])
    }

    fn into_author(self, platform: Platform, tick: Option<bool>, at: Millis) -> Option<Author<'a>> {
        let verified = self.verified.flag().or(tick).filter(|_| platform == Platform::X);
        let author = Author {
            id: self.id(),
            handle: self.handle().and_then(|name| without_sign('@', &name)),
            name: self.name.map(unescape),
            bio: self.bio.map(unescape),
            followers: self.followers.count(),
            verified_legacy: x::legacy_tick(verified, at),
            ..Author::default()
        };
        (author.id.is_some() || author.handle.is_some()).then_some(author)
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{post_of, read_as, rejection, summary};

    fn event(kind: &str, payload: &str) -> String {
        format!(r#"{{"id":"e","type":"{kind}","payload":{payload},"eventTime":1736218874139,"subscriptionDetails":{{}}}}"#)
    }

    const SENDER: &str = r#""senderProfile":{"channelId":"7","username":"contoh","followers":210,"verified":false}"#;

    #[test]
    fn messages_created_updated_and_deleted() {
        let check = |json: &str, expected: &str| assert_eq!(summary(&read_as(None, json)), expected, "{json}");
        let message = format!(
            r#"{{"channelMessageId":"12","channelType":"TWITTER","channelCreatedTime":1736218872000,"modifiedTime":1736218873000,"content":{{"text":"@TelkomCare mati &amp; dingin"}},{SENDER},"mentionedProfiles":[{{"channelId":"155","username":"TelkomCare"}}],"brandPost":false,"conversationId":"12"}}"#
        );
        let at = "2025-01-07T03:01:12.000Z";
        check(&event("message.created", &message), &format!("create x:7 12 {at} \"@TelkomCare mati & dingin\" [TelkomCare]"));
        check(
            &event("message.updated", &message),
            &format!("edit x:7 12@2025-01-07T03:01:13.000Z {at} \"@TelkomCare mati & dingin\" [TelkomCare]"),
        );
        check(
            &event("message.engagement.updated", &message),
            &format!("engagement x:7 12 {at} \"@TelkomCare mati & dingin\" [TelkomCare]"),
        );
        check(&event("message.xyz", &message), &format!("unknown x:7 12 {at} \"@TelkomCare mati & dingin\" [TelkomCare]"));
        check(&event("comment.created", &message), &format!("unknown x:7 12 {at} \"@TelkomCare mati & dingin\" [TelkomCare]"));
        check(
            &event("message.read", r#"{"channelMessageId":"12","channelType":"TWITTER","channelCreatedTime":1736218872000}"#),
            &format!("engagement x:post:12 12 {at} \"\""),
        );
        check(&event("message.deleted", &message), &format!("delete x:7 12 {at} \"\""));
        check(
            &event(
                "message.deleted",
                r#"{"universalMessageId":"ACCOUNT_1_2_TWITTER_7_12","snType":"TWITTER","snMsgId":"12","snCreatedTime":1736218872000}"#,
            ),
            &format!("delete x:post:12 12 {at} \"\""),
        );
        check(
            r#"{"snType":"TWITTER","snMsgId":"13","snCreatedTime":1736218872000,"message":"@TelkomCare mati","senderProfile":{"snUserId":"7","screenName":"contoh"}}"#,
            &format!("create x:7 13 {at} \"@TelkomCare mati\" [TelkomCare]"),
        );
    }

    #[test]
    fn replies_of_customers_and_of_the_brand() {
        let check = |more: &str, expected: &str| {
            let payload = format!(
                r#"{{"channelMessageId":"12","channelType":"TWITTER","channelCreatedTime":1736218872000,"content":{{"text":"@a halo"}},{SENDER},"mentionedProfiles":[{{"username":"a","followers":9}}],"parentMessageId":"11"{more}}}"#
            );
            assert_eq!(summary(&read_as(None, &event("message.created", &payload))), expected, "{more}");
        };
        let at = "2025-01-07T03:01:12.000Z";
        check(r#","receiverProfile":{"channelId":"9"}"#, &format!("create x:7 12 {at} \"@a halo\" [a*] parent 11 answers 9 reply"));
        check(
            r#","receiverProfile":{"channelId":"9","screenName":"TelkomCare"}"#,
            &format!("create x:7 12 {at} \"@a halo\" [a* TelkomCare*] parent 11 answers 9 reply"),
        );
        check(
            r#","receiverProfile":{"channelId":"9"},"brandPost":true"#,
            &format!("create x:9 12 {at} \"@a halo\" [a*] parent 11 answers 9 reply own"),
        );
    }

    #[test]
    fn channels() {
        let check = |channel: &str, platform: &str, private: Option<bool>| {
            let payload = format!(r#"{{"channelMessageId":"12","channelType":"{channel}","content":{{"text":"mati"}}}}"#);
            let json = event("message.created", &payload);
            let post = post_of(None, &json);
            assert_eq!((post.platform.name(), post.on_own_page), (platform, private), "{channel}");
        };
        check("TWITTER", "x", None);
        check("FACEBOOK", "facebook", None);
        check("INSTAGRAM", "instagram", None);
        check("EMAIL", "email", None);
        check("YOUTUBE", "other", None);
        for private in ["WHATSAPP_BUSINESS", "FB_MESSENGER", "INSTAGRAM_DIRECT_MESSAGE", "twitter_dm"] {
            check(private, "other", Some(true));
        }
    }

    #[test]
    fn rejections() {
        let check = |json: &str, code: &str| assert_eq!(rejection(Some("sprinklr"), json).code, code, "{json}");
        check(&event("case.created", "{}"), "no_post");
        check(&event("message.created", "{}"), "missing_field");
        check(&event("message.created", r#"{"channelMessageId":"1","channelCreatedTime":"kemarin"}"#), "bad_time");
    }
}
