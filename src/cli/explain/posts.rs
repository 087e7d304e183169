//! The posts to be explained: from a document of JSON, from a text typed on the command line, from a record in Kafka.

use std::collections::HashMap;
use std::io::{IsTerminal, Read};
use std::path::Path;

use serde_json::value::RawValue;

use crate::cli::input::{self, Line};
use crate::cli::{Stop, draft};
use crate::config::reader::MINUTE;
use crate::formats::Raw;
use crate::post::{Author, Input, Millis, POST_SCHEMA, Platform, Post};
use crate::replay::Recorded;
use crate::rules::Rules;

/// The account that typed texts come from.
const HANDLE: &str = "pelanggan_contoh";

/// What the `source` of documents begins with.
const NAME: &str = "explain";

/// Returns the text of `file`; `-`, or no file where something is piped in, is standard input.
pub fn read_document(file: Option<&Path>) -> Result<String, Stop> {
    let path = file.unwrap_or(Path::new("-"));
    let unreadable = |error: std::io::Error| Stop::usage(format!("cannot read the posts: {error}"));
    if path != Path::new("-") {
        return fs_err::read_to_string(path).map_err(unreadable);
    }
    let mut stdin = std::io::stdin();
    if file.is_none() && stdin.is_terminal() {
        return Err(Stop::usage("nothing to explain; name a FILE with posts, `-` for standard input, or give --text \"...\""));
    }
    let mut document = String::new();
    stdin.read_to_string(&mut document).map_err(unreadable)?;
    Ok(document)
}

/// A raw record, as it was written.
#[derive(Debug, Clone, Copy)]
pub struct Written<'a> {
    bytes: &'a [u8],
    format: Option<&'a str>,
}

/// Raw records by the `source` of what was read from them.
pub type Sources<'a> = HashMap<String, Written<'a>>;

/// Returns the records in `document`.
pub fn sources_of_document(document: &str) -> Sources<'_> {
    let values = serde_json::Deserializer::from_str(document.trim_start_matches('\u{feff}')).into_iter::<&RawValue>();
    let texts = values.map_while(Result::ok).map(RawValue::get).enumerate();
    texts.map(|(place, text)| (format!("{NAME}/0/{place}"), Written { bytes: text.as_bytes(), format: None })).collect()
}

/// Returns the records in `lines`.
pub fn sources_of_records(lines: &[Line]) -> Sources<'_> {
    lines.iter().map(|line| (line.source.clone(), Written { bytes: &line.bytes, format: line.format.as_deref() })).collect()
}

/// Returns which field map read `recorded`, and from where each field comes; `None` if none did.
pub fn read_by(recorded: &Recorded<'_>, sources: &Sources<'_>, rules: &Rules) -> Option<String> {
    let Input::Post(post) = &recorded.input else { return None };
    let Written { bytes, format } = *sources.get(&recorded.source)?;
    let raw = Raw { bytes, format, received_at: recorded.at, own: &rules.own, maps: &rules.maps };
    let origins = rules.maps.origins(&raw, post)?;
    let fields: Vec<String> = origins.into_iter().map(|(field, path)| format!("{field} {path}")).collect();
    Some(format!("{}: {}", post.source_format.as_deref()?, fields.join(", ")))
}

/// Returns the posts and case events in `document`: JSON documents one after the other, each on one line or on several.
pub fn of_document<'a>(document: &'a str, rules: &'a Rules) -> Result<Vec<Recorded<'a>>, Stop> {
    let mut all = Vec::new();
    let values = serde_json::Deserializer::from_str(document.trim_start_matches('\u{feff}')).into_iter::<&'a RawValue>();
    for (number, value) in (1..).zip(values) {
        let value = value.map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            Stop::usage(format!("the posts are not JSON ({place}); to explain plain text give it with --text"))
        })?;
        let (recorded, bad) = input::read_line(value.get(), number, NAME, rules).unwrap_or_else(|bad| (Vec::new(), vec![bad]));
        if let Some(bad) = bad.first() {
            return Err(Stop::usage(format!("document {number} cannot be read: {}", bad.message)));
        }
        all.extend(recorded);
    }
    if all.is_empty() {
        return Err(Stop::usage("there is no post in the input; give JSON documents, or plain text with --text"));
    }
    Ok(all)
}

/// Returns the posts and case events in the last of `records`, and before them what the others hold of the same
/// customers.
pub fn of_records<'a>(records: &'a [Line], rules: &'a Rules) -> Result<Vec<Recorded<'a>>, Stop> {
    let Some((last, before)) = records.split_last() else { return Ok(Vec::new()) };
    let unreadable = |why: &str| Stop::usage(format!("the record at {} cannot be read: {why}", last.source));
    let (wanted, bad) = input::read(last, rules).map_err(|bad| unreadable(&bad.message))?;
    if wanted.is_empty() {
        return Err(unreadable(bad.first().map_or("it holds no post and no case event", |bad| &bad.message)));
    }
    let is_wanted = |earlier: &Recorded<'_>| wanted.iter().any(|recorded| recorded.customer == earlier.customer);
    let earlier = before.iter().filter_map(|line| input::read(line, rules).ok()).flat_map(|(earlier, _)| earlier);
    let mut all: Vec<Recorded<'a>> = earlier.filter(is_wanted).collect();
    all.extend(wanted);
    Ok(all)
}

/// Returns a post on X of somebody unknown, the `number`th of a series that began at `first`. It names whom its text
/// names.
pub fn of_text(text: &str, number: usize, first: Millis, rules: &Rules) -> Recorded<'static> {
    let at = first.plus(i64::try_from(number).unwrap_or(0) * MINUTE);
    let id = format!("text-{}", number + 1);
    let author = Author { id: Some(HANDLE.into()), handle: Some(HANDLE.into()), ..Author::default() };
    let post = Post {
        schema: POST_SCHEMA.into(),
        platform: Platform::X,
        post_id: id.clone().into(),
        conversation_id: Some(id.into()),
        author: Some(author),
        mentions: draft::mentions(text, Platform::X, rules),
        text: text.to_owned().into(),
        created_at: at,
        ..Post::default()
    };
    let customer = rules.own.customer_of(&post);
    Recorded { input: Input::Post(Box::new(post)), customer, at, source: format!("text/0/{number}") }
}
