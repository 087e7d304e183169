//! What becomes of posts on X afterwards: deletions and edits, of the v2 compliance stream and of v1.1.

use serde::Deserialize;

use super::batch::Batch;
use super::wire::{Scalar, first, first_time};
use super::{Item, Raw, Rejected};
use crate::post::{Author, EventKind, Millis, Platform, Post, Str, lenient};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Notice<'a> {
    /// The v2 stream wraps its events.
    #[serde(borrow, deserialize_with = "lenient::object")]
    data: Option<Box<Notice<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    delete: Option<Event<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    tweet_edit: Option<Event<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    post_edit: Option<Event<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    withheld: Option<Event<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    drop: Option<Event<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    undrop: Option<Event<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event<'a> {
    #[serde(borrow, deserialize_with = "lenient::object")]
    tweet: Option<About<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    post: Option<About<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    status: Option<About<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    initial_tweet_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    initial_post_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    edit_tweet_ids: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    edit_post_ids: Option<Vec<Str<'a>>>,
    #[serde(borrow)]
    event_at: Scalar<'a>,
    #[serde(borrow)]
    timestamp_ms: Scalar<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct About<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    id_str: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    author_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    user_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    user_id_str: Option<Str<'a>>,
}

/// Reads one notice. That a post is shown or hidden somewhere changes nothing that we decide: an engagement.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let outer: Notice<'_> = serde_json::from_slice(raw.bytes)?;
    let notice = match outer.data {
        Some(inner) => *inner,
        None => outer,
    };
    let edit = notice.tweet_edit.or(notice.post_edit);
    let shown = notice.withheld.or(notice.drop).or(notice.undrop);
    let (kind, event) = match (notice.delete, edit, shown) {
        (Some(event), ..) => (EventKind::Delete, event),
        (None, Some(event), _) => (EventKind::Edit, event),
        (None, None, Some(event)) => (EventKind::Engagement, event),
        (None, None, None) => return Err(Rejected::no_post("The notice is about no post.")),
    };
    Ok(Batch::of(Item::Post(post(kind, event, raw.received_at)?)))
}

fn post<'a>(event_kind: EventKind, event: Event<'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let created_at = first_time(&[("event_at", &event.event_at), ("timestamp_ms", &event.timestamp_ms)])?.unwrap_or(received_at);
    let about = event.tweet.or(event.post).or(event.status).unwrap_or_default();
    let id = first([about.id_str, about.id]);
    let history = event.edit_tweet_ids.or(event.edit_post_ids).unwrap_or_default();
    let first_id = first([event.initial_tweet_id, event.initial_post_id, history.first().cloned(), id.clone()]);
    let last_id = first([history.last().cloned(), id.clone()]);
    // The notice of an edit does not say what the text is now: a person has to look.
    let (post_id, version) = if event_kind == EventKind::Edit { (first_id, last_id) } else { (id, None) };
    Ok(Post {
        event_kind,
        platform: Platform::X,
        post_id: post_id.ok_or_else(|| Rejected::missing("id"))?,
        version,
        author: first([about.author_id, about.user_id_str, about.user_id]).map(|id| Author { id: Some(id), ..Author::default() }),
        created_at,
        ..Post::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    #[test]
    fn notices() {
        let check = |json: &str, expected: &str| assert_eq!(summary(&read_as(None, json)), expected, "{json}");
        let at = "2016-09-19T11:14:19.935Z";
        check(
            r#"{"delete":{"status":{"id":1900000000000000000,"id_str":"1900000000000000001","user_id":7,"user_id_str":"7"},"timestamp_ms":"1474283659935"}}"#,
            &format!("delete x:7 1900000000000000001 {at} \"\""),
        );
        check(
            r#"{"delete":{"status":{"id":1900000000000000001,"user_id":7},"timestamp_ms":1474283659935}}"#,
            &format!("delete x:7 1900000000000000001 {at} \"\""),
        );
        check(
            r#"{"delete":{"tweet":{"id":"12","author_id":"7"},"event_at":"2016-09-19T11:14:19.935Z"}}"#,
            &format!("delete x:7 12 {at} \"\""),
        );
        check(r#"{"data":{"delete":{"post":{"id":"12","author_id":"7"}}}}"#, "delete x:7 12 2025-01-07T03:05:00.000Z \"\"");
        check(
            r#"{"tweet_edit":{"tweet":{"id":"11"},"initial_tweet_id":"11","edit_tweet_ids":["11","12"],"event_at":"2016-09-19T11:14:19.935Z"}}"#,
            &format!("edit x:post:11 11@12 {at} \"\""),
        );
        check(
            r#"{"data":{"post_edit":{"post":{"id":"12","author_id":"7"},"initial_post_id":"11"}}}"#,
            "edit x:7 11@12 2025-01-07T03:05:00.000Z \"\"",
        );
        check(
            r#"{"withheld":{"tweet":{"id":"12","author_id":"7"},"withheld_in_countries":["XY"]}}"#,
            "engagement x:7 12 2025-01-07T03:05:00.000Z \"\"",
        );
    }

    #[test]
    fn rejections() {
        let check = |json: &str, code: &str| assert_eq!(rejection(Some("x_compliance"), json).code, code, "{json}");
        check(r#"{"user_delete":{"user":{"id":"7"}}}"#, "no_post");
        check(r#"{"delete":{"tweet":{}}}"#, "missing_field");
        check(r#"{"delete":{"tweet":{"id":"1"},"event_at":"kemarin"}}"#, "bad_time");
    }
}
