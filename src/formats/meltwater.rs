//! Meltwater hook batch. The shape of a document depends on a template; the published fields are read.
//!
//! No field map: platform and account stand in the addresses of post and profile only.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::batch::Batch;
use super::handles;
use super::html::unescape;
use super::wire::{Scalar, first, first_time, without_sign};
use super::{Raw, Rejected};
use crate::post::{Author, Millis, Platform, Post, Str, lenient};

#[derive(Deserialize)]
struct Hook<'a> {
    #[serde(borrow)]
    documents: Vec<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Document<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    external_id: Option<Str<'a>>,
    #[serde(borrow)]
    opening_text: Option<Str<'a>>,
    #[serde(borrow)]
    hit_sentence: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    language_code: Option<Str<'a>>,
    #[serde(borrow)]
    publish_date: Scalar<'a>,
    #[serde(borrow)]
    published_date: Scalar<'a>,
    #[serde(borrow)]
    created_at: Scalar<'a>,
    #[serde(borrow, deserialize_with = "lenient::object")]
    author: Option<Writer<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    url: Option<Str<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Writer<'a> {
    #[serde(borrow, deserialize_with = "lenient::value")]
    name: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    external_id: Option<Str<'a>>,
    #[serde(borrow, deserialize_with = "lenient::value")]
    profile_url: Option<Str<'a>>,
}

/// Reads every document of the batch.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let hook: Hook<'_> = serde_json::from_slice(raw.bytes)?;
    let mut batch = Batch::default();
    for document in hook.documents {
        let read = serde_json::from_str(document.get()).map_err(Rejected::from);
        batch.add(read.and_then(|document| post(document, raw.received_at)))?;
    }
    Ok(batch)
}

fn post<'a>(document: Document<'a>, received_at: Millis) -> Result<Post<'a>, Rejected> {
    let times =
        [("publish_date", &document.publish_date), ("published_date", &document.published_date), ("created_at", &document.created_at)];
    let created_at = first_time(&times)?.unwrap_or(received_at);
    let writer = document.author.unwrap_or_default();
    let profile_url = first([writer.profile_url]);
    let url = first([document.url]);
    let platform = [&url, &profile_url]
        .into_iter()
        .flatten()
        .map(|url| platform(url))
        .find(|&found| found != Platform::Other)
        .unwrap_or(Platform::Other);
    let handle = profile_url.as_deref().filter(|_| matches!(platform, Platform::X | Platform::Instagram)).and_then(last_segment);
    let id = first([writer.external_id]);
    let text = first([document.opening_text, document.hit_sentence]).map(unescape).unwrap_or_default();
    Ok(Post {
        platform,
        post_id: first([document.external_id, document.id]).ok_or_else(|| Rejected::missing("external_id"))?,
        author: (id.is_some() || handle.is_some()).then(|| Author { id, handle, name: writer.name.map(unescape), ..Author::default() }),
        mentions: match platform {
            Platform::X => handles::of_text(&text, Platform::X, 0),
            Platform::Instagram => handles::of_text(&text, Platform::Instagram, 0),
            _ => Vec::new(),
        },
        text,
        lang: first([document.language_code]),
        created_at,
        url,
        ..Post::default()
    })
}

fn platform(url: &str) -> Platform {
    let host = url.split("://").nth(1).unwrap_or(url).split('/').next().unwrap_or_default().to_ascii_lowercase();
    let is = |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|sub| sub.ends_with('.'));
    match () {
        () if is("twitter.com") || is("x.com") => Platform::X,
        () if is("facebook.com") => Platform::Facebook,
        () if is("instagram.com") => Platform::Instagram,
        () => Platform::Other,
    }
}

/// Returns the account in the address of a profile.
fn last_segment<'s>(url: &str) -> Option<Str<'s>> {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let (_, name) = path.split("://").nth(1).unwrap_or(path).rsplit_once('/')?;
    without_sign('@', &Str::from(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use crate::formats::samples::{read_as, rejection, summary};

    fn hook(documents: &str) -> String {
        format!(r#"{{"request":{{"company_id":"c"}},"documents":[{documents}]}}"#)
    }

    #[test]
    fn documents() {
        let check = |documents: &str, expected: &str| assert_eq!(summary(&read_as(None, &hook(documents))), expected, "{documents}");
        let at = "2025-01-07T03:01:12.000Z";
        let dated = r#""publish_date":"2025-01-07T10:01:12+07:00""#;
        check(
            &format!(
                r#"{{"id":"a","external_id":"12",{dated},"opening_text":"@IndiHome mati &amp; dingin","author":{{"external_id":"7","profile_url":"https://twitter.com/contoh"}}}}"#
            ),
            &format!("create x:7 12 {at} \"@IndiHome mati & dingin\" [IndiHome]"),
        );
        check(
            &format!(
                r#"{{"id":"a",{dated},"hit_sentence":"mati","author":{{"profile_url":"https://www.instagram.com/contoh.akun/?hl=id"}}}}"#
            ),
            &format!("create instagram:contoh.akun a {at} \"mati\""),
        );
        check(
            &format!(r#"{{"id":"a",{dated},"url":"https://notx.com/b","author":{{"profile_url":"https://x.com"}}}}"#),
            &format!("create x:post:a a {at} \"\""),
        );
        check(
            &format!(r#"{{"id":"a",{dated}}},{{}},{{"id":"b","publish_date":"kemarin"}},{{"id":"c","created_at":1736218872}}"#),
            &format!("create other:post:a a {at} \"\"\ncreate other:post:c c {at} \"\"\nbad 1 missing_field\nbad 2 bad_time"),
        );
    }

    #[test]
    fn rejections() {
        assert_eq!(rejection(None, &hook("")).code, "no_post");
        assert_eq!(rejection(Some("meltwater"), "{}").code, "missing_field");
    }
}
