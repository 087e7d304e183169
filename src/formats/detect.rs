//! Tells which format a record is in, by its keys.
//!
//! Looks for keys only: what a format's own reader makes of the values is its own affair.

use std::fmt;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Format, Raw, Rejected, formats};
use crate::post::{CASE_EVENT_SCHEMA, POST_SCHEMA};

/// Returns the format that the header names, else the one that the keys show.
pub(super) fn format_of(raw: &Raw<'_>) -> Result<Format, Rejected> {
    if let Some(name) = raw.format.filter(|name| !name.trim().is_empty()) {
        return Format::from_name(name).ok_or_else(|| unknown_name(raw));
    }
    if begins_with_our_schema(raw.bytes) {
        return Ok(Format::CanonicalPost);
    }
    // The first value only: a record may hold several lines, and the readers check what follows.
    let mut json = serde_json::Deserializer::from_slice(raw.bytes);
    let keys = Peek::deserialize(&mut json)?.0.unwrap_or_default();
    by_keys(&keys).ok_or_else(|| {
        Rejected::unknown_format("The keys of the record show none of the supported formats; name one in the header `format`.")
    })
}

fn unknown_name(raw: &Raw<'_>) -> Rejected {
    let names: Vec<_> = formats().iter().map(|format| format.name()).chain(raw.maps.names()).collect();
    Rejected::unknown_format(format!("The header `format` names no supported format; there are {}.", names.join(", ")))
}

/// Spares our own format, by far the most frequent one, a pass over the record.
fn begins_with_our_schema(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    [b"{", b"\"schema\"".as_slice(), b":", b"\"", POST_SCHEMA.as_bytes(), b"\""].iter().all(|token| {
        match rest.trim_ascii_start().strip_prefix(*token) {
            Some(after) => {
                rest = after;
                true
            }
            None => false,
        }
    })
}

/// Every format's test, in order: the first that holds. Whatever else a record carries, one that says it is ours is.
fn by_keys(keys: &Keys<'_>) -> Option<Format> {
    let tests: [(bool, Format); 15] = [
        (keys.schema.0 == Some(POST_SCHEMA), Format::CanonicalPost),
        (keys.schema.0 == Some(CASE_EVENT_SCHEMA), Format::CaseEvent),
        (sprinklr(keys) || keys.payload().is_some_and(sprinklr), Format::Sprinklr),
        (keys.chunk_type.is_some(), Format::Talkwalker),
        (keys.resource_id.and(keys.page_type).is_some(), Format::Brandwatch),
        (keys.entry.is_some() && keys.object.0 == Some("page"), Format::FacebookPage),
        (keys.entry.is_some() && keys.object.0 == Some("instagram"), Format::Instagram),
        (keys.data().is_some_and(|data| data.event_type.is_some() && data.payload.0.is_some()), Format::XActivity),
        (x_v2(keys), Format::XV2),
        (x_v1(keys), Format::XV1),
        (x_compliance(keys) || keys.data().is_some_and(x_compliance), Format::XCompliance),
        (keys.message_id.is_some() && keys.from_full.or(keys.from).is_some(), Format::Email),
        (keys.documents.is_some(), Format::Meltwater),
        // Records without a post: an empty page or the stream's own troubles, and its notices about itself.
        (any(&[keys.meta, keys.errors]), Format::XV2),
        (any(&[keys.limit, keys.scrub_geo, keys.status_withheld, keys.user_withheld, keys.warning, keys.disconnect]), Format::XV1),
    ];
    tests.into_iter().find(|(holds, _)| *holds).map(|(_, format)| format)
}

fn sprinklr(keys: &Keys<'_>) -> bool {
    any(&[keys.universal_message_id, keys.sn_type, keys.channel_message_id])
        || (keys.subscription_details.is_some() && keys.payload.0.is_some())
}

/// A post in its envelope, a page of posts, or a bare post.
fn x_v2(keys: &Keys<'_>) -> bool {
    let edits = |keys: &Keys<'_>| any(&[keys.edit_history_tweet_ids, keys.edit_history_post_ids]);
    match keys.data() {
        Some(data) => any(&[keys.matching_rules, keys.includes, keys.meta]) || edits(data) || data.id.and(data.text).is_some(),
        None => edits(keys),
    }
}

/// A status, or the export of a scraper.
fn x_v1(keys: &Keys<'_>) -> bool {
    let author = keys.user.0.as_ref().and_then(|user| user.screen_name).or(keys.username).or(keys.user_id_str);
    keys.id_str.is_some() && author.or(keys.full_text).is_some()
}

fn x_compliance(keys: &Keys<'_>) -> bool {
    let deleted = keys.delete.0.as_ref().is_some_and(|delete| any(&[delete.status, delete.tweet, delete.post]));
    deleted || any(&[keys.tweet_edit, keys.post_edit, keys.withheld, keys.drop, keys.undrop])
}

fn any(keys: &[Key]) -> bool {
    keys.iter().any(Option::is_some)
}

/// Whether a key is there; `null` equals absent.
type Key = Option<IgnoredAny>;

/// The keys that tell formats apart, at whatever level they stand.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Keys<'a> {
    #[serde(borrow)]
    schema: Word<'a>,
    #[serde(borrow)]
    object: Word<'a>,
    #[serde(borrow)]
    data: Peek<'a>,
    #[serde(borrow)]
    payload: Peek<'a>,
    #[serde(borrow)]
    user: Peek<'a>,
    #[serde(borrow)]
    delete: Peek<'a>,
    #[serde(rename = "universalMessageId")]
    universal_message_id: Key,
    #[serde(rename = "snType")]
    sn_type: Key,
    #[serde(rename = "channelMessageId")]
    channel_message_id: Key,
    #[serde(rename = "subscriptionDetails")]
    subscription_details: Key,
    chunk_type: Key,
    #[serde(rename = "resourceId")]
    resource_id: Key,
    #[serde(rename = "pageType")]
    page_type: Key,
    entry: Key,
    event_type: Key,
    matching_rules: Key,
    includes: Key,
    meta: Key,
    errors: Key,
    edit_history_tweet_ids: Key,
    edit_history_post_ids: Key,
    id: Key,
    text: Key,
    id_str: Key,
    screen_name: Key,
    username: Key,
    user_id_str: Key,
    full_text: Key,
    limit: Key,
    scrub_geo: Key,
    status_withheld: Key,
    user_withheld: Key,
    warning: Key,
    disconnect: Key,
    status: Key,
    tweet: Key,
    post: Key,
    tweet_edit: Key,
    post_edit: Key,
    withheld: Key,
    drop: Key,
    undrop: Key,
    #[serde(rename = "MessageID")]
    message_id: Key,
    #[serde(rename = "FromFull")]
    from_full: Key,
    #[serde(rename = "From")]
    from: Key,
    documents: Key,
}

impl<'a> Keys<'a> {
    fn data(&self) -> Option<&Keys<'a>> {
        self.data.0.as_deref()
    }

    fn payload(&self) -> Option<&Keys<'a>> {
        self.payload.0.as_deref()
    }
}

/// The keys of an object, or of the first object of an array; none of anything else.
#[derive(Default)]
struct Peek<'a>(Option<Box<Keys<'a>>>);

/// A string that JSON does not escape; nothing of anything else.
#[derive(Default)]
struct Word<'a>(Option<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Peek<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(|(keys, _)| Peek(keys))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Word<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor).map(|(_, word)| Word(word))
    }
}

/// Takes any value and keeps of it what is asked for.
struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = (Option<Box<Keys<'de>>>, Option<&'de str>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let keys = Keys::deserialize(MapAccessDeserializer::new(map))?;
        Ok((Some(Box::new(keys)), None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let first = seq.next_element::<Peek<'de>>()?.and_then(|peek| peek.0);
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok((Some(first.unwrap_or_default()), None))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok((None, Some(text)))
    }
    fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok((None, None))
    }
    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok((None, None))
    }
    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok((None, None))
    }
    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok((None, None))
    }
    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok((None, None))
    }
    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok((None, None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::{Millis, OwnAccounts};

    fn check(json: &str, header: Option<&str>, expected: Result<Format, &str>) {
        let own = OwnAccounts::default();
        let found = format_of(&Raw {
            bytes: json.as_bytes(),
            format: header,
            received_at: Millis::new(0),
            own: &own,
            maps: &crate::formats::FieldMaps::default(),
        });
        assert_eq!(found.map_err(|rejected| rejected.code), expected, "{json}");
    }

    #[test]
    fn by_keys_in_order() {
        for (json, format) in [
            (r#" { "schema" : "telkomcare.post.v1", "#, Format::CanonicalPost),
            (r#"{"platform":"x","schema":"telkomcare.post.v1"}"#, Format::CanonicalPost),
            (r#"{"meta":{},"id_str":"1","full_text":"a","schema":"telkomcare.post.v1"}"#, Format::CanonicalPost),
            (r#"{"schema":"telkomcare.case_event.v1"}"#, Format::CaseEvent),
            (r#"{"type":"message.created","payload":{"channelMessageId":"1"}}"#, Format::Sprinklr),
            (r#"{"snType":"TWITTER","snMsgId":"1"}"#, Format::Sprinklr),
            (r#"{"type":"message.engagement.updated","payload":{},"subscriptionDetails":{}}"#, Format::Sprinklr),
            (r#"{"chunk_type":"CT_CONTROL"}"#, Format::Talkwalker),
            ("{\"chunk_type\":\"CT_CONTROL\"}\n{\"chunk_type\":\"CT_RESULT\"}", Format::Talkwalker),
            (r#"{"resourceId":"a","pageType":"forum"}"#, Format::Brandwatch),
            (r#"{"object":"page","entry":[]}"#, Format::FacebookPage),
            (r#"{"entry":[],"object":"instagram"}"#, Format::Instagram),
            (r#"{"data":{"event_type":"post.create","payload":{}}}"#, Format::XActivity),
            (r#"{"data":{"id":"1"},"matching_rules":[]}"#, Format::XV2),
            (r#"{"data":[],"includes":{}}"#, Format::XV2),
            (r#"{"data":[{"id":"1","text":"a"}]}"#, Format::XV2),
            (r#"{"meta":{"result_count":0}}"#, Format::XV2),
            (r#"{"data":{"edit_history_post_ids":["1"]}}"#, Format::XV2),
            (r#"{"id":"1","edit_history_tweet_ids":["1"]}"#, Format::XV2),
            (r#"{"errors":[{"title":"operational-disconnect"}]}"#, Format::XV2),
            (r#"{"id_str":"1","user":{"screen_name":"a"}}"#, Format::XV1),
            (r#"{"id_str":"1","full_text":"a","username":"b"}"#, Format::XV1),
            (r#"{"limit":{"track":1}}"#, Format::XV1),
            (r#"{"delete":{"status":{"id":1}}}"#, Format::XCompliance),
            (r#"{"data":{"delete":{"tweet":{"id":"1"}}}}"#, Format::XCompliance),
            (r#"{"tweet_edit":{}}"#, Format::XCompliance),
            (r#"{"MessageID":"1","FromFull":{}}"#, Format::Email),
            (r#"{"documents":[],"meta":{}}"#, Format::Meltwater),
        ] {
            check(json, None, Ok(format));
        }
    }

    #[test]
    fn a_header_wins_and_must_be_known() {
        check("{}", Some("email"), Ok(Format::Email));
        check(r#"{"chunk_type":"CT_CONTROL"}"#, Some(" "), Ok(Format::Talkwalker));
        check("{}", Some("xml"), Err("unknown_format"));
    }

    #[test]
    fn what_is_no_format() {
        for json in ["{}", "[]", "7", "null", r#""teks""#, r#"{"schema":{},"object":[1],"data":7,"user":"a"}"#, r#"{"delete":{}}"#] {
            check(json, None, Err("unknown_format"));
        }
        for json in ["{", "bukan", "{\"a\":\u{0}}"] {
            check(json, None, Err("bad_json"));
        }
    }
}
