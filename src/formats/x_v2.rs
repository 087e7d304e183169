//! X API v2: filtered stream, search pages, timelines, in both spellings of its field names.

mod post;
mod wire;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use self::post::post;
pub(super) use self::wire::{Includes, Tweet};
use super::batch::Batch;
use super::{Raw, Rejected};
use crate::post::lenient;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "lenient::object")]
    includes: Option<Includes<'a>>,
}

/// Reads one post in its envelope, a page of posts, or a bare post.
pub(super) fn read<'a>(raw: &Raw<'a>) -> Result<Batch<'a>, Rejected> {
    let envelope: Envelope<'_> = serde_json::from_slice(raw.bytes)?;
    let includes = envelope.includes.unwrap_or_default();
    let mut batch = Batch::default();
    match envelope.data.map(RawValue::get) {
        None => bare(raw, &includes, &mut batch)?,
        Some(page) if page.starts_with('[') => {
            for tweet in serde_json::from_str::<Vec<&RawValue>>(page)? {
                batch.add(one(tweet.get(), &includes, raw))?;
            }
        }
        Some(tweet) => batch.add(one(tweet, &includes, raw))?,
    }
    Ok(batch)
}

fn one<'a>(json: &'a str, includes: &Includes<'a>, raw: &Raw<'_>) -> Result<crate::post::Post<'a>, Rejected> {
    let tweet: Tweet<'_> = serde_json::from_str(json)?;
    post(tweet, includes, raw.received_at)
}

/// Without `data` it is a bare post, or there is none: an empty page, or the stream's report of its own troubles.
fn bare<'a>(raw: &Raw<'a>, includes: &Includes<'a>, batch: &mut Batch<'a>) -> Result<(), Rejected> {
    let tweet: Tweet<'_> = serde_json::from_slice(raw.bytes)?;
    if tweet.id.is_some() { batch.add(post(tweet, includes, raw.received_at)) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
