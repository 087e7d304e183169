//! Brandwatch mention: flat, full of nulls, and for X often without text and author.
//!
//! No field map: ids are taken out of addresses, and which account is the author depends on the platform.

use serde::Deserialize;

use super::batch::Batch;
use super::handles;
use super::html::unescape;
use super::wire::{Scalar, first, first_time, without_sign};
use super::{Item, Raw, Rejected, x};
use crate::post::{Author, Millis, Platform, Post, Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Mention<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    resource_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    url: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    original_url: Option<Str<'a>>,
    #[serde(borrow)]
    date: Scalar<'a>,
    #[serde(borrow)]
    added: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    author: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    fullname: Option<Str<'a>>,
    #[serde(borrow)]
    snippet: Option<Str<'a>>,
    #[serde(borrow)]
    full_text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    language: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    page_type: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    author_verified_type: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    twitter_author_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    facebook_author_id: Option<Str<'a>>,
    #[serde(borrow)]
    twitter_followers: Scalar<'a>,
    #[serde(borrow)]
    instagram_follower_count: Scalar<'a>,
    #[serde(borrow)]
    twitter_verified: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    reply_to: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    retweet_of: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    thread_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    insights_mentioned: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    insights_hashtag: Option<Vec<Str<'a>>>,
}

/// Reads one mention. One without text is not one without a complaint: a person has to look it up.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let mention: Mention<'_> = serde_json::from_slice(raw.bytes)?;
    Ok(Batch::of(Item::Post(post(mention, raw.received_at)?)))
}

fn post<'a>(mention: Mention<'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let created_at = first_time(&[("date", &mention.date), ("added", &mention.added)])?.unwrap_or(received_at);
    let platform = match mention.page_type.as_deref() {
        Some("twitter" | "x") => Platform::X,
        Some("facebook" | "facebook_public") => Platform::Facebook,
        Some("instagram" | "instagram_public") => Platform::Instagram,
        _ => Platform::Other,
    };
    let author = author(&mention, platform, created_at);
    let url = first([mention.original_url, mention.url]);
    let id_in_url = url.as_deref().filter(|_| platform == Platform::X).and_then(x::id_in_url).map(|id| Str::from(id.to_owned()));
    let post_id = first([id_in_url, mention.resource_id]).ok_or_else(|| Rejected::missing("resourceId"))?;
    let (parent_id, answered) = first([mention.reply_to]).map_or((None, None), answered);
    let is_repost = first([mention.retweet_of]).is_some();
    let text = first([mention.full_text, mention.snippet]).unwrap_or_default();
    let text = unescape(if is_repost { x::without_repost_prefix(text) } else { text });
    let mentions = match (mention.insights_mentioned, platform) {
        (Some(names), _) => handles::listed(names, &text, parent_id.is_some()),
        (None, Platform::X) => handles::of_text(&text, Platform::X, handles::implicit_until(&text, None, parent_id.is_some())),
        (None, Platform::Instagram) => handles::of_text(&text, Platform::Instagram, 0),
        (None, _) => Vec::new(),
    };
    let mut post = Post {
        platform,
        post_id,
        conversation_id: first([mention.thread_id]),
        is_reply: parent_id.is_some(),
        parent_id,
        author,
        text,
        mentions,
        hashtags: mention.insights_hashtag.iter().flatten().filter_map(|tag| without_sign('#', tag)).collect(),
        is_repost,
        lang: first([mention.language]),
        created_at,
        url,
        ..Post::default()
    };
    handles::note_answered(&mut post, answered);
    Ok(post)
}

/// Returns the post and the account that are answered: an address tells both, else it is the one or the other.
fn answered(reply_to: Str<'_>) -> (Option<Str<'_>>, Option<Str<'_>>) {
    match x::id_in_url(&reply_to) {
        Some(id) => (Some(Str::owned(id)), x::handle_in_url(&reply_to).map(Str::owned)),
        None if reply_to.starts_with('@') => (None, Some(reply_to)),
        None => (Some(reply_to), None),
    }
}

fn author<'a>(mention: &Mention<'a>, platform: Platform, at: Millis) -> Option<Author<'a>> {
    let id = match platform {
        Platform::X => first([mention.twitter_author_id.clone()]),
        Platform::Facebook => first([mention.facebook_author_id.clone()]),
        _ => None,
    };
    let handle = first([mention.author.clone()]).and_then(|handle| without_sign('@', &handle));
    let tick = mention.twitter_verified.flag().filter(|_| mention.author_verified_type.is_none());
    (id.is_some() || handle.is_some()).then(|| Author {
        id,
        handle,
        name: mention.fullname.as_deref().and_then(display_name),
        followers: mention.twitter_followers.count().or_else(|| mention.instagram_follower_count.count()),
        verified_type: first([mention.author_verified_type.clone()]),
        verified_legacy: x::legacy_tick(tick, at),
        ..Author::default()
    })
}

/// Returns the name of `handle (Display Name)`.
fn display_name<'n>(fullname: &str) -> Option<Str<'n>> {
    let name = fullname.split_once(" (").and_then(|(_, name)| name.strip_suffix(')')).unwrap_or(fullname).trim();
    (!name.is_empty()).then(|| unescape(name.to_owned().into()))
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{post_of, read_as, rejection, summary};

    #[test]
    fn mentions() {
        let check = |json: &str, expected: &str| assert_eq!(summary(&read_as(None, json)), expected, "{json}");
        let at = "2025-01-07T03:01:12.000Z";
        let tweet = r#""resourceId":"c54d","pageType":"twitter","date":"2025-01-07T03:01:12.000+0000","url":"http://twitter.com/contoh/statuses/12""#;
        check(
            &format!(
                r#"{{{tweet},"author":"contoh","twitterAuthorId":"7","snippet":"@TelkomCare mati &amp; dingin","insightsMentioned":["@telkomcare"],"threadId":"12"}}"#
            ),
            &format!("create x:7 12 {at} \"@TelkomCare mati & dingin\" [telkomcare]"),
        );
        check(
            &format!(r#"{{{tweet},"author":null,"snippet":null,"fullname":null,"twitterFollowers":null,"insightsMentioned":null}}"#),
            &format!("create x:post:12 12 {at} \"\""),
        );
        check(
            &format!(
                r#"{{{tweet},"author":"contoh","snippet":"@TelkomCare mati","replyTo":"http://twitter.com/a/statuses/11","threadId":"10"}}"#
            ),
            &format!("create x:contoh 12 {at} \"@TelkomCare mati\" [TelkomCare* a*] in 10 parent 11 answers a reply"),
        );
        check(
            &format!(r#"{{{tweet},"author":"contoh","snippet":"RT @a: mati","retweetOf":"http://twitter.com/a/statuses/11"}}"#),
            &format!("create x:contoh 12 {at} \"mati\" repost"),
        );
        check(
            r#"{"resourceId":"c54d","pageType":"forum","added":"2025-01-07T03:01:12.000+0000","author":"contoh","snippet":"mati","url":"https://contoh.id/1"}"#,
            &format!("create other:contoh c54d {at} \"mati\""),
        );
    }

    #[test]
    fn profiles() {
        let json = r##"{"resourceId":"c","pageType":"twitter","date":"2025-01-07T03:01:12.000+0000","author":"contoh","fullname":"contoh (Pelanggan Contoh)","twitterFollowers":210,"authorVerifiedType":"government","twitterVerified":true,"insightsHashtag":["#mati"]}"##;
        let post = post_of(None, json);
        let author = post.author.unwrap();
        assert_eq!((author.name.as_deref(), author.followers), (Some("Pelanggan Contoh"), Some(210)));
        assert_eq!((author.verified_type.as_deref(), author.verified_legacy), (Some("government"), None));
        assert_eq!((&*post.post_id, &*post.hashtags[0]), ("c", "mati"));
    }

    #[test]
    fn rejections() {
        let check = |json: &str, code: &str| assert_eq!(rejection(Some("brandwatch"), json).code, code, "{json}");
        check(r#"{"pageType":"twitter"}"#, "missing_field");
        check(r#"{"resourceId":"c","pageType":"twitter","date":"kemarin"}"#, "bad_time");
    }
}
