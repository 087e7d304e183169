//! Facebook page webhook, fields `feed` and `mention`. It tells neither profiles nor mentions.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::batch::Batch;
use super::html::unescape;
use super::meta::{self, Account};
use super::wire::{Scalar, first, first_time};
use super::{Raw, Rejected};
use crate::post::{Author, EventKind, Millis, Platform, Post, Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Change<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    item: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    verb: Option<Str<'a>>,
    #[serde(borrow)]
    post_id: Option<Str<'a>>,
    #[serde(borrow)]
    comment_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    parent_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    from: Option<From<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    sender_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    sender_name: Option<Str<'a>>,
    #[serde(borrow)]
    message: Option<Str<'a>>,
    #[serde(borrow)]
    created_time: Scalar<'a>,
    #[serde(borrow)]
    edited_time: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    permalink_url: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    link: Option<Str<'a>>,
    photo: Option<IgnoredAny>,
    photos: Option<Vec<IgnoredAny>>,
    video: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct From<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    name: Option<Str<'a>>,
}

/// Reads all changes of all entries.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    meta::read(raw, |field, value, page| {
        let read = || post(serde_json::from_str::<Change<'_>>(value)?, page, raw.received_at);
        match field {
            "feed" | "mention" => Some(read()),
            // Other fields are about the page itself, unless somebody wrote something.
            _ => read().ok().filter(|post| post.text.non_blank().is_some()).map(|post| Ok(Post { event_kind: EventKind::Unknown, ..post })),
        }
    })
}

fn post<'a>(change: Change<'a>, page: &Account<'_, 'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let delivered = [("created_time", &change.created_time), ("time", page.time)];
    let created_at = first_time(&delivered)?.unwrap_or(received_at);
    let event_kind = change.event_kind();
    let version = if event_kind == EventKind::Edit { Some(change.version(page, received_at)?) } else { None };
    let media_count = change.media_count();
    let author = author(change.from, change.sender_id, change.sender_name);
    let conversation_id = first([change.post_id]);
    let parent_id = first([change.parent_id]);
    let is_comment = change.comment_id.is_some();
    let post_id = first([change.comment_id, conversation_id.clone()]).ok_or_else(|| Rejected::missing("post_id"))?;
    Ok(Post {
        event_kind,
        platform: Platform::Facebook,
        url: Some(first([change.permalink_url]).unwrap_or_else(|| format!("https://www.facebook.com/{}", &*post_id).into())),
        post_id,
        version,
        conversation_id,
        is_reply: is_comment && parent_id.is_some(),
        parent_id,
        own: page.wrote(author.as_ref().and_then(|author| author.id.as_ref())),
        author,
        // What was taken away is not passed on.
        text: change.message.filter(|_| event_kind != EventKind::Delete).map(unescape).unwrap_or_default(),
        urls: first([change.link]).into_iter().collect(),
        media_count,
        created_at,
        ..Post::default()
    })
}

/// `sender_id` is the name before Graph 2.11; without permissions there is no author at all.
fn author<'a>(from: Option<From<'a>>, sender_id: Option<Str<'a>>, sender_name: Option<Str<'a>>) -> Option<Author<'a>> {
    let from = from.unwrap_or_default();
    let id = first([from.id, sender_id])?;
    Some(Author { id: Some(id), name: first([from.name, sender_name]), ..Author::default() })
}

impl Change<'_> {
    /// Returns what happened. Something was written if it is of a kind that consists of words or of a picture, or comes
    /// with words; the rest are likes, tags of friends, hiding by the page.
    fn event_kind(&self) -> EventKind {
        let item = self.item.as_deref().unwrap_or("post");
        let has_words = self.message.as_ref().is_some_and(|message| message.non_blank().is_some());
        let is_written = match item {
            "comment" | "post" | "status" | "photo" | "video" => true,
            "share" | "album" | "link" | "note" => has_words,
            _ => false,
        };
        // A share or photo is taken away without its words.
        let is_removed = self.verb.as_deref() == Some("remove") && !matches!(item, "reaction" | "like");
        match self.verb.as_deref().unwrap_or("add") {
            "add" if is_written => EventKind::Create,
            "edit" | "edited" if is_written => EventKind::Edit,
            _ if is_removed => EventKind::Delete,
            "hide" | "unhide" | "block" | "unblock" | "mute" | "follow" | "remove" => EventKind::Engagement,
            _ if has_words && !matches!(item, "reaction" | "like") => EventKind::Unknown,
            _ => EventKind::Engagement,
        }
    }

    /// Returns when it was edited, as text; deliveries of the same edit agree on it.
    fn version<'v>(&self, page: &Account<'_, '_>, received_at: Millis) -> Result<Str<'v>, Rejected> {
        let edited = first_time(&[("edited_time", &self.edited_time), ("time", page.time)])?;
        Ok(edited.unwrap_or(received_at).to_string().into())
    }

    fn media_count(&self) -> u32 {
        let is_media = matches!(self.item.as_deref(), Some("photo" | "video"));
        let single = (u32::from(self.photo.is_some()) + u32::from(self.video.is_some())).max(u32::from(is_media));
        let many = self.photos.as_ref().map_or(0, |photos| u32::try_from(photos.len()).unwrap_or(u32::MAX));
        single.max(many)
    }
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    fn page(value: &str) -> String {
        format!(r#"{{"object":"page","entry":[{{"id":100,"time":1736218800,"changes":[{{"field":"feed","value":{value}}}]}}]}}"#)
    }

    const CREATED: &str = "2025-01-07T03:00:30.000Z";
    const DELIVERED: &str = "2025-01-07T03:00:00.000Z";

    fn check(value: &str, expected: &str) {
        assert_eq!(summary(&read_as(None, &page(value))), expected, "{value}");
    }

    #[test]
    fn comments() {
        let comment = r#""item":"comment","comment_id":"20_30","post_id":"100_20","parent_id":"100_20","created_time":1736218830"#;
        check(
            &format!(r#"{{{comment},"verb":"add","from":{{"id":7,"name":"Contoh"}},"message":"mati &amp; dingin"}}"#),
            &format!("create facebook:7 20_30 {CREATED} \"mati & dingin\" in 100_20 parent 100_20 reply"),
        );
        check(
            &format!(r#"{{{comment},"verb":"add","from":{{"id":"100","name":"Halaman"}},"message":"Hai kak"}}"#),
            &format!("create facebook:100 20_30 {CREATED} \"Hai kak\" in 100_20 parent 100_20 reply own"),
        );
        check(
            &format!(r#"{{{comment},"verb":"add","message":"mati"}}"#),
            &format!("create facebook:post:20_30 20_30 {CREATED} \"mati\" in 100_20 parent 100_20 reply"),
        );
        check(
            &format!(r#"{{{comment},"verb":"add","sender_id":7,"sender_name":"Contoh","photo":"https://contoh.id/a.jpg"}}"#),
            &format!("create facebook:7 20_30 {CREATED} \"\" in 100_20 parent 100_20 media 1 reply"),
        );
        for verb in ["edit", "edited"] {
            check(
                &format!(r#"{{{comment},"verb":"{verb}","from":{{"id":"7"}},"message":"nyala"}}"#),
                &format!("edit facebook:7 20_30@{DELIVERED} {CREATED} \"nyala\" in 100_20 parent 100_20 reply"),
            );
        }
        for verb in ["hide", "unhide"] {
            check(
                &format!(r#"{{{comment},"verb":"{verb}"}}"#),
                &format!("engagement facebook:post:20_30 20_30 {CREATED} \"\" in 100_20 parent 100_20 reply"),
            );
        }
        check(
            r#"{"item":"comment","verb":"remove","comment_id":"20_30","post_id":"100_20","parent_id":"20_29","from":{"id":7293787835232}}"#,
            &format!("delete facebook:7293787835232 20_30 {DELIVERED} \"\" in 100_20 parent 20_29 reply"),
        );
    }

    #[test]
    fn posts_shares_photos_and_reactions() {
        check(
            r#"{"item":"post","verb":"add","post_id":"100_20","from":{"id":"7"},"message":"mati","created_time":"2025-01-07T03:00:30+0000"}"#,
            &format!("create facebook:7 100_20 {CREATED} \"mati\""),
        );
        check(
            r#"{"item":"share","verb":"add","post_id":"100_21","from":{"id":"7"},"link":"https://contoh.id"}"#,
            &format!("engagement facebook:7 100_21 {DELIVERED} \"\""),
        );
        check(
            r#"{"item":"share","verb":"add","post_id":"100_21","from":{"id":"7"},"message":"lihat"}"#,
            &format!("create facebook:7 100_21 {DELIVERED} \"lihat\""),
        );
        check(
            r#"{"item":"photo","verb":"add","post_id":"100_21","from":{"id":"7"},"message":"los merah","photos":["a","b"]}"#,
            &format!("create facebook:7 100_21 {DELIVERED} \"los merah\" media 2"),
        );
        check(
            r#"{"item":"photo","verb":"add","post_id":"100_21","from":{"id":"7"},"link":"https://contoh.id/a.jpg","photo_id":"5"}"#,
            &format!("create facebook:7 100_21 {DELIVERED} \"\" media 1"),
        );
        for (item, verb) in [("review", "add"), ("comment", "update"), ("post", "publish"), ("live_video", "live")] {
            check(
                &format!(r#"{{"item":"{item}","verb":"{verb}","post_id":"100_21","from":{{"id":"7"}},"message":"los merah"}}"#),
                &format!("unknown facebook:7 100_21 {DELIVERED} \"los merah\""),
            );
        }
        check(
            r#"{"item":"event","verb":"add","post_id":"100_21","from":{"id":"7"}}"#,
            &format!("engagement facebook:7 100_21 {DELIVERED} \"\""),
        );
        check(
            r#"{"item":"photo","verb":"remove","post_id":"100_21","from":{"id":"7"}}"#,
            &format!("delete facebook:7 100_21 {DELIVERED} \"\" media 1"),
        );
        for verb in ["add", "remove"] {
            check(
                &format!(
                    r#"{{"item":"reaction","verb":"{verb}","reaction_type":"angry","post_id":"100_20","parent_id":"100_20","from":{{"id":"7"}}}}"#
                ),
                &format!("engagement facebook:7 100_20 {DELIVERED} \"\" parent 100_20"),
            );
        }
    }

    #[test]
    fn several_entries_and_changes() {
        let json = r#"{"object":"page","entry":[
            {"id":"100","time":1736218800,"changes":[{"field":"feed","value":{"item":"post","post_id":"100_1","message":"a"}},{"field":"ratings","value":{}},{"field":"feed","value":{"item":"comment"}}]},
            7,
            {"id":"100","changes":[{"field":"mention","value":{"item":"post","verb":"add","post_id":"200_5"}}]}]}"#;
        let (delivered, received) = ("2025-01-07T03:00:00.000Z", "2025-01-07T03:05:00.000Z");
        let expected = format!(
            "create facebook:post:100_1 100_1 {delivered} \"a\"\ncreate facebook:post:200_5 200_5 {received} \"\"\nbad 1 missing_field\nbad 2 bad_field"
        );
        assert_eq!(summary(&read_as(None, json)), expected);
    }

    #[test]
    fn rejections() {
        let check = |json: &str, code: &str| assert_eq!(rejection(None, json).code, code, "{json}");
        check(r#"{"object":"page","entry":[]}"#, "no_post");
        check(r#"{"object":"page","entry":[{"id":"100","time":1,"messaging":[{}]}]}"#, "no_post");
        check(&page(r#"{"item":"post","post_id":"1","created_time":"kemarin"}"#), "bad_time");
    }
}
