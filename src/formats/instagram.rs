//! Instagram webhook, fields `comments`, `live_comments` and `mentions`. Comments carry no time of their own.

use serde::Deserialize;

use super::batch::Batch;
use super::handles;
use super::html::unescape;
use super::meta::{self, Account};
use super::wire::{first, first_time};
use super::{Raw, Rejected};
use crate::post::{Author, EventKind, Platform, Post, Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Value<'a> {
    #[serde(borrow)]
    id: Option<Str<'a>>,
    #[serde(borrow)]
    comment_id: Option<Str<'a>>,
    #[serde(borrow)]
    media_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    parent_id: Option<Str<'a>>,
    #[serde(borrow)]
    text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    from: Option<From<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    media: Option<Media<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct From<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    username: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Media<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
}

/// Reads all changes of all entries. A mention comes without text and author: somebody has to look it up.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    meta::read(raw, |field, value, account| {
        let read = || {
            let mut post = post(serde_json::from_str::<Value<'_>>(value)?, account)?;
            post.created_at = first_time(&[("time", account.time)])?.unwrap_or(raw.received_at);
            Ok(post)
        };
        match field {
            "comments" | "live_comments" | "mentions" => Some(read()),
            // Other fields count views and the like, unless somebody wrote something.
            _ => read().ok().filter(|post| post.text.non_blank().is_some()).map(|post| Ok(Post { event_kind: EventKind::Unknown, ..post })),
        }
    })
}

fn post<'a>(value: Value<'a>, account: &Account<'_, 'a>) -> Result<Post<'a>, Rejected> {
    let media_id = first([value.media.unwrap_or_default().id, value.media_id]);
    let post_id = first([value.id, value.comment_id, media_id.clone()]).ok_or_else(|| Rejected::missing("id"))?;
    let from = value.from.unwrap_or_default();
    let (id, handle) = (first([from.id]), first([from.username]));
    let own = account.wrote(id.as_ref());
    let author = (id.is_some() || handle.is_some()).then(|| Author { id, handle, ..Author::default() });
    let text = value.text.map(unescape).unwrap_or_default();
    let parent_id = first([value.parent_id]);
    Ok(Post {
        platform: Platform::Instagram,
        post_id,
        conversation_id: media_id,
        is_reply: parent_id.is_some(),
        parent_id,
        author,
        own,
        mentions: handles::of_text(&text, Platform::Instagram, 0),
        text,
        ..Post::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    fn entry(body: &str) -> String {
        format!(r#"{{"object":"instagram","entry":[{{"id":"900","time":1736218800,{body}}}]}}"#)
    }

    #[test]
    fn comments_and_mentions_in_both_shapes() {
        let check = |body: &str, expected: &str| assert_eq!(summary(&read_as(None, &entry(body))), expected, "{body}");
        let at = "2025-01-07T03:00:00.000Z";
        let comment = r#"{"id":"30","text":"kak @toko.contoh lemot","from":{"id":"7","username":"contoh.akun"},"media":{"id":"20","media_product_type":"FEED"}}"#;
        let expected = format!("create instagram:7 30 {at} \"kak @toko.contoh lemot\" [toko.contoh] in 20");
        check(&format!(r#""changes":[{{"field":"comments","value":{comment}}}]"#), &expected);
        check(&format!(r#""field":"live_comments","value":{comment}"#), &expected);
        check(
            r#""changes":[{"field":"comments","value":{"id":"31","parent_id":"30","text":"Hai kak","from":{"id":900,"username":"halaman"},"media":{"id":"20"}}}]"#,
            &format!("create instagram:900 31 {at} \"Hai kak\" in 20 parent 30 reply own"),
        );
        check(&format!(r#""field":"reel_comments","value":{comment}"#), &expected.replace("create", "unknown"));
        check(
            r#""changes":[{"field":"comments","value":{"id":"30","text":"lemot"}}]"#,
            &format!("create instagram:post:30 30 {at} \"lemot\""),
        );
        check(
            r#""changes":[{"field":"mentions","value":{"media_id":"20","comment_id":"30"}},{"field":"mentions","value":{"media_id":"21"}}]"#,
            &format!("create instagram:post:30 30 {at} \"\" in 20\ncreate instagram:post:21 21 {at} \"\""),
        );
    }

    #[test]
    fn rejections() {
        let check = |body: &str, code: &str| assert_eq!(rejection(None, &entry(body)).code, code, "{body}");
        check(r#""changes":[{"field":"story_insights","value":{}}]"#, "no_post");
        check(r#""changes":[{"field":"comments","value":{"text":"a"}}]"#, "missing_field");
        check(r#""changes":[{"field":"comments","value":7}]"#, "bad_field");
    }
}
