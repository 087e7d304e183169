//! A record of the inbox: which of the two canonical shapes it has, read in place.
//!
//! Knows no Kafka: bytes in, a post or a case event out, borrowed from them where the record is whole. Read by `serde_json`:
//! `sonic-rs` takes 1.07 times as long for a post of 500 bytes.

use std::borrow::Cow;

use super::{CASE_EVENT_SCHEMA, CaseEvent, POST_SCHEMA, Post, Str, repair};

/// What a step of the fold can be given.
#[derive(Debug, Clone, PartialEq)]
pub enum Input<'a> {
    /// A post, whosever it is.
    Post(Box<Post<'a>>),
    /// A report of the ticketing side.
    CaseEvent(Box<CaseEvent<'a>>),
}

impl<'a> Input<'a> {
    /// Reads an inbox record; one that half a character has spoilt is mended (D12).
    ///
    /// # Errors
    /// The reason, in words for an operator: the record is no JSON of ours, or names another schema.
    pub fn read(record: &'a [u8]) -> Result<Self, Cow<'static, str>> {
        Input::read_whole(record).or_else(|reason| {
            let whole = repair::mended(record).ok_or_else(|| reason.clone())?;
            match Input::read_whole(&whole)? {
                Input::Post(post) => repair::post(*post).map(Box::new).map(Input::Post),
                Input::CaseEvent(event) => repair::case_event(*event).map(Box::new).map(Input::CaseEvent),
            }
            .ok_or(reason)
        })
    }

    fn read_whole(bytes: &'a [u8]) -> Result<Self, Cow<'static, str>> {
        #[derive(serde::Deserialize)]
        struct Schema<'a> {
            #[serde(borrow, default)]
            schema: Str<'a>,
        }
        let reason = |error: serde_json::Error| -> Cow<'static, str> {
            format!("the record is not one of ours: unreadable at line {}, column {}", error.line(), error.column()).into()
        };
        let post = parse::<Post<'_>>(bytes);
        match post {
            Ok(post) if *post.schema == *POST_SCHEMA => Ok(Input::Post(Box::new(post))),
            other => {
                let schema: Schema<'_> = parse(bytes).map_err(reason)?;
                match &*schema.schema {
                    CASE_EVENT_SCHEMA => parse(bytes).map(|event| Input::CaseEvent(Box::new(event))).map_err(reason),
                    POST_SCHEMA => Err(other.err().map_or("".into(), reason)),
                    _ => Err("the field `schema` names neither a post nor a case event".into()),
                }
            }
        }
    }
}

/// Reads JSON. Text that is checked as a whole need not be checked string by string.
fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> serde_json::Result<T> {
    match std::str::from_utf8(bytes) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(bytes),
    }
}
