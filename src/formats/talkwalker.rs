//! Talkwalker stream: one chunk a line, and one or more lines a record.
//!
//! No field map: control chunks hold no post, and ids and whom a post answers are taken out of addresses.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::Batch;
use super::handles;
use super::html::unescape;
use super::wire::{Scalar, first, first_time, without_sign};
use super::{Raw, Rejected, x};
use crate::post::{Author, EventKind, Millis, Platform, Post, Str, lenient};

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    chunk_type: Str<'a>,
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    chunk_result: Option<Outer<'a>>,
}

#[derive(Deserialize)]
struct Outer<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    data: Option<Inner<'a>>,
}

#[derive(Deserialize)]
struct Inner<'a> {
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    data: Option<Document<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    url: Option<Str<'a>>,
    #[serde(borrow)]
    published: Scalar<'a>,
    #[serde(borrow)]
    indexed: Scalar<'a>,
    #[serde(borrow)]
    search_indexed: Scalar<'a>,
    #[serde(borrow)]
    content: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    lang: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    source_type: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    post_type: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    tokens_mention: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    tokens_hashtag: Option<Vec<Str<'a>>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    external_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    external_author_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    parent_url: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    extra_author_attributes: Option<Writer<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Writer<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    short_name: Option<Str<'a>>,
}

/// Reads every line; control and error chunks hold no post.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let mut batch = Batch::default();
    for line in serde_json::Deserializer::from_slice(raw.bytes).into_iter::<&RawValue>() {
        match line.map_err(Rejected::from).and_then(|line| one(line.get(), raw.received_at)) {
            Ok(None) => {}
            Ok(Some(post)) => batch.add(Ok(post))?,
            Err(rejected) => batch.add(Err(rejected))?,
        }
    }
    Ok(batch)
}

fn one<'a>(line: &'a str, received_at: Millis) -> Result<Option<Post<'a>>, Rejected> {
    let chunk: Chunk<'_> = serde_json::from_str(line)?;
    let is_result = chunk.chunk_type == "CT_RESULT";
    let document = chunk.chunk_result.and_then(|result| result.data?.data);
    match document {
        Some(document) if is_result => post(document, received_at).map(Some),
        // Control and error chunks carry no document; a kind that no one knows may.
        Some(document) if document.content.as_ref().is_some_and(|text| text.non_blank().is_some()) => {
            Ok(Some(Post { event_kind: EventKind::Unknown, ..post(document, received_at)? }))
        }
        None if is_result => Err(Rejected::missing("chunk_result.data.data")),
        _ => Ok(None),
    }
}

fn post<'a>(document: Document<'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let times = [("published", &document.published), ("indexed", &document.indexed), ("search_indexed", &document.search_indexed)];
    let created_at = first_time(&times)?.unwrap_or(received_at);
    let platform = platform(document.source_type.as_deref().unwrap_or_default());
    let is_kind = |kind: &str| document.post_type.iter().flatten().any(|one| one.as_str() == kind);
    let (is_repost, is_answer) = (is_kind("RETWEET") || is_kind("REPOST"), is_kind("COMMENT") || is_kind("REPLY"));
    let parent_url = first([document.parent_url]).filter(|_| !is_repost);
    let answered = parent_url.as_deref().and_then(x::handle_in_url).map(|handle| Str::from(handle.to_owned()));
    let parent_id = parent_url.map(id_of_url);
    let text = document.content.unwrap_or_default();
    let text = unescape(if is_repost { x::without_repost_prefix(text) } else { text });
    let is_reply = is_answer || parent_id.is_some();
    // The list may be empty although the text names accounts.
    let mentions = match (document.tokens_mention.filter(|names| !names.is_empty()), platform) {
        (Some(names), _) => handles::listed(names, &text, is_reply),
        (None, Platform::X) => handles::of_text(&text, Platform::X, handles::implicit_until(&text, None, is_reply)),
        (None, Platform::Instagram) => handles::of_text(&text, Platform::Instagram, 0),
        (None, _) => Vec::new(),
    };
    let mut post = Post {
        platform,
        post_id: first([document.external_id, document.url.clone().map(id_of_url)]).ok_or_else(|| Rejected::missing("external_id"))?,
        parent_id,
        author: author(document.extra_author_attributes.unwrap_or_default(), document.external_author_id),
        text,
        mentions,
        hashtags: document.tokens_hashtag.iter().flatten().filter_map(|tag| without_sign('#', tag)).collect(),
        is_repost,
        is_reply,
        lang: first([document.lang]),
        created_at,
        url: first([document.url]),
        ..Post::default()
    };
    handles::note_answered(&mut post, answered);
    Ok(post)
}

fn platform(sources: &[Str<'_>]) -> Platform {
    let of = |source: &Str<'_>| match source.as_str() {
        "SOCIALMEDIA_TWITTER" | "SOCIALMEDIA_X" => Some(Platform::X),
        "SOCIALMEDIA_FACEBOOK" => Some(Platform::Facebook),
        "SOCIALMEDIA_INSTAGRAM" => Some(Platform::Instagram),
        _ => None,
    };
    sources.iter().find_map(of).unwrap_or(Platform::Other)
}

/// Returns the id in the address of a post on X; elsewhere the address is the best id there is.
fn id_of_url(url: Str<'_>) -> Str<'_> {
    match x::id_in_url(&url) {
        Some(id) => Str::from(id.to_owned()),
        None => url,
    }
}

/// Ids of authors begin with the source, as in `tw:123`.
fn author<'a>(writer: Writer<'a>, external_id: Option<Str<'a>>) -> Option<Author<'a>> {
    let bare = |id: Str<'a>| match id.split_once(':') {
        Some((_, id)) => Str::from(id.to_owned()),
        None => id,
    };
    let id = first([writer.id, external_id]).map(bare);
    let handle = first([writer.short_name]).and_then(|name| without_sign('@', &name));
    (id.is_some() || handle.is_some()).then(|| Author { id, handle, name: writer.name.map(unescape), ..Author::default() })
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    fn chunk(document: &str) -> String {
        format!(r#"{{"chunk_type":"CT_RESULT","chunk_result":{{"data":{{"data":{document}}}}}}}"#)
    }

    #[test]
    fn documents() {
        let check = |document: &str, expected: &str| assert_eq!(summary(&read_as(None, &chunk(document))), expected, "{document}");
        let at = "2025-01-07T03:01:12.000Z";
        let tweet = r#""source_type":["SOCIALMEDIA","SOCIALMEDIA_TWITTER"],"published":1736218872000,"extra_author_attributes":{"id":"tw:7","short_name":"contoh"}"#;
        check(
            &format!(r#"{{{tweet},"external_id":"12","content":"@IndiHome mati &amp; dingin","tokens_mention":[]}}"#),
            &format!("create x:7 12 {at} \"@IndiHome mati & dingin\" [IndiHome]"),
        );
        check(
            &format!(
                r#"{{{tweet},"url":"https://twitter.com/contoh/status/12","content":"@a mati","parent_url":"https://twitter.com/a/status/11"}}"#
            ),
            &format!("create x:7 12 {at} \"@a mati\" [a*] parent 11 answers a reply"),
        );
        check(
            &format!(r#"{{{tweet},"external_id":"12","content":"RT @a: mati","post_type":["RETWEET"]}}"#),
            &format!("create x:7 12 {at} \"mati\" repost"),
        );
        let unknown = chunk(&format!(r#"{{{tweet},"external_id":"12","content":"@IndiHome mati"}}"#)).replace("CT_RESULT", "CT_UPDATE");
        assert_eq!(summary(&read_as(None, &unknown)), format!("unknown x:7 12 {at} \"@IndiHome mati\" [IndiHome]"));
        check(
            r#"{"url":"https://contoh.id/1","indexed":1736218872000,"source_type":["MESSAGEBOARD"]}"#,
            &format!("create other:post:https://contoh.id/1 https://contoh.id/1 {at} \"\""),
        );
    }

    #[test]
    fn several_lines() {
        let good = chunk(r#"{"external_id":"1","content":"a","published":1736218872000}"#);
        let json = format!("{{\"chunk_type\":\"CT_CONTROL\"}}\n{good}\n{}\n{{\"chunk_type\":7", chunk("{}"));
        let expected = "create other:post:1 1 2025-01-07T03:01:12.000Z \"a\"\nbad 1 missing_field\nbad 2 bad_json";
        assert_eq!(summary(&read_as(None, &json)), expected);
    }

    #[test]
    fn rejections() {
        let check = |json: &str, code: &str| assert_eq!(rejection(None, json).code, code, "{json}");
        check(r#"{"chunk_type":"CT_CONTROL"}"#, "no_post");
        check(r#"{"chunk_type":"CT_RESULT","chunk_result":{}}"#, "missing_field");
        check(&chunk(r#"{"external_id":"1","published":"kemarin"}"#), "bad_time");
    }
}
