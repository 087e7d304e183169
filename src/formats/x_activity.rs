//! X Activity API: one event of a webhook or stream, with a v2 post as its payload.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::Batch;
use super::wire::first;
use super::x_v2::{Includes, Tweet, post};
use super::{Raw, Rejected};
use crate::post::{Author, EventKind, Platform, Post, Str, lenient};

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Event<'a>,
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    includes: Option<Includes<'a>>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    event_type: Str<'a>,
    #[serde(borrow, default, deserialize_with = "lenient::value")]
    event_uuid: Option<Str<'a>>,
    #[serde(borrow)]
    payload: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    includes: Option<Includes<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    text: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    author_id: Option<Str<'a>>,
}

pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let Envelope { data: event, includes } = serde_json::from_slice(raw.bytes)?;
    let payload = event.payload.get();
    let includes = event.includes.or(includes).unwrap_or_default();
    let written = || post(serde_json::from_str::<Tweet<'_>>(payload)?, &includes, raw.received_at);
    let mut batch = Batch::default();
    match event.event_type.as_str() {
        "post.create" | "post.mention.create" | "post.reply.create" | "post.quote.create" | "post.repost.create" => batch.add(written())?,
        "post.delete" => batch.add(mark(EventKind::Delete, serde_json::from_str(payload)?, None, raw))?,
        // Private messages and the like: no shape is documented, and what a customer says must not pass for a like.
        private if ["dm.", "chat.", "message."].iter().any(|kind| private.starts_with(kind)) => {
            return Err(Rejected::no_post("Events about private messages are not supported in this format."));
        }
        // What happens around posts may show the post that it happened to.
        around if ["like.", "bookmark.", "follow.", "mute.", "block.", "profile."].iter().any(|kind| around.starts_with(kind)) => {
            batch.add(mark(EventKind::Engagement, serde_json::from_str(payload)?, event.event_uuid, raw))?;
        }
        _ => {
            let about: Named<'_> = serde_json::from_str(payload)?;
            let has_words = about.text.as_ref().is_some_and(|text| text.non_blank().is_some()) && about.id.is_some();
            batch.add(match has_words {
                true => written().map(|post| Post { event_kind: EventKind::Unknown, ..post }),
                false => mark(EventKind::Engagement, about, event.event_uuid, raw),
            })?;
        }
    }
    Ok(batch)
}

/// Returns an event that has no words of its own. It carries no time either.
fn mark<'a>(event_kind: EventKind, about: Named<'a>, event: Option<Str<'a>>, raw: &Raw<'_>) -> Result<Post<'a>, Rejected> {
    Ok(Post {
        event_kind,
        platform: Platform::X,
        post_id: first([about.id, event]).ok_or_else(|| Rejected::missing("id"))?,
        author: first([about.author_id]).map(|id| Author { id: Some(id), ..Author::default() }),
        created_at: raw.received_at,
        ..Post::default()
    })
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    fn event(kind: &str, payload: &str) -> String {
        format!(
            r#"{{"data":{{"event_uuid":-12,"filter":{{"user_id":"155"}},"event_type":"{kind}","payload":{payload},"includes":{{"users":[{{"data":{{"id":"7","username":"contoh"}}}}]}}}}}}"#
        )
    }

    #[test]
    fn events() {
        let check = |kind: &str, payload: &str, expected: &str| {
            assert_eq!(summary(&read_as(None, &event(kind, payload))), expected, "{kind} {payload}");
        };
        let full = r#"{"id":"1050118620312502272","author_id":"7","text":"@TelkomCare mati","public_metrics":{"like_count":0,"like_count_str":"0"}}"#;
        let at = "2018-10-10T20:19:24.000Z";
        check("post.create", full, &format!("create x:7 1050118620312502272 {at} \"@TelkomCare mati\" [TelkomCare]"));
        check("post.mention.create", full, &format!("create x:7 1050118620312502272 {at} \"@TelkomCare mati\" [TelkomCare]"));
        check(
            "post.repost.create",
            r#"{"id":"1050118620312502272","author_id":"7","text":"RT @contoh: mati","referenced_tweets":[{"type":"retweeted","id":"3"}]}"#,
            &format!("create x:7 1050118620312502272 {at} \"mati\" [contoh] repost"),
        );
        check("post.delete", r#"{"id":"9","author_id":"7"}"#, "delete x:7 9 2025-01-07T03:05:00.000Z \"\"");
        check("like.create", r#"{"id":"9","author_id":"7"}"#, "engagement x:7 9 2025-01-07T03:05:00.000Z \"\"");
        check("like.create", full, "engagement x:7 1050118620312502272 2025-01-07T03:05:00.000Z \"\"");
        check("post.update", full, &format!("unknown x:7 1050118620312502272 {at} \"@TelkomCare mati\" [TelkomCare]"));
        check("community.post", full, &format!("unknown x:7 1050118620312502272 {at} \"@TelkomCare mati\" [TelkomCare]"));
        check("spaces.start", r#"{"id":"9"}"#, "engagement x:post:9 9 2025-01-07T03:05:00.000Z \"\"");
        check("follow.follow", r#"{"source":{}}"#, "engagement x:post:-12 -12 2025-01-07T03:05:00.000Z \"\"");
    }

    #[test]
    fn rejections() {
        let check = |kind: &str, payload: &str, code: &str| assert_eq!(rejection(None, &event(kind, payload)).code, code, "{kind}");
        check("dm.received", r#"{"id":"9"}"#, "no_post");
        check("post.create", r#"{"text":"mati"}"#, "missing_field");
        check("post.create", r#"{"id":"9","text":[]}"#, "bad_field");
    }
}
