//! A feed that analysts describe in `config/feeds/*.toml`: where each field of the canonical post stands in its JSON.
//!
//! Asked only of records in which no reader in Rust finds a post (D131). A map says where values stand; what they mean is for
//! the canonical record to say, which is read of what the map took. Knows no feed.

mod compile;
mod field;
mod sample;
#[cfg(test)]
mod tests;
mod times;

use serde_json::{Map, Value, json};

use self::field::Field;
use self::times::Times;
use super::batch::Batch;
use super::html::unescape;
use super::{Format, Raw, Reading, Rejected, handles, wire};
use crate::post::{EventKind, Millis, Platform, Post, Str};

/// The maps of a rule set.
#[derive(Debug, Clone, Default)]
pub struct FieldMaps {
    maps: Vec<FieldMap>,
}

/// From where each field of a post comes that a map read: its name, and the path as it is written in the map; of a constant
/// its value.
pub type Origins = Vec<(&'static str, String)>;

/// How one feed is read.
#[derive(Debug, Clone)]
struct FieldMap {
    /// Its name in the header `format` and in `source_format`.
    name: String,
    /// Paths that must lead to something, and what must stand there, if it matters.
    when: Vec<(String, Option<String>)>,
    /// Where the list is of which each element is a post.
    posts: Option<String>,
    fields: Vec<Field>,
    times: Times,
}

impl FieldMaps {
    /// What the header `format` may name beside the formats with a reader.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.maps.iter().map(|map| map.name.as_str())
    }

    /// Returns what the map of this record reads; `None` if there is none.
    pub(super) fn read<'a>(&self, raw: &Raw<'a>) -> Option<Result<Reading<'a>, Rejected>> {
        if self.maps.is_empty() {
            return None;
        }
        // A record may hold several lines; the first shows whose it is.
        let mut values = serde_json::Deserializer::from_slice(raw.bytes).into_iter::<Value>();
        let first = match values.next()? {
            Ok(first) => first,
            Err(error) => return Some(Err(error.into())),
        };
        let map = match self.only(raw, &first)? {
            Ok(map) => map,
            Err(rejected) => return Some(Err(rejected)),
        };
        let mut batch = Batch::default();
        let added = std::iter::once(Ok(first)).chain(values).try_for_each(|value| match value {
            Ok(value) => map.add(&value, raw.received_at, &mut batch),
            Err(error) => batch.add(Err(error.into())),
        });
        Some(added.and_then(|()| batch.into_reading(Format::FieldMap)))
    }

    /// Returns from which paths of `raw` the map took the fields of `post`; `None` where no map read it.
    pub fn origins(&self, raw: &Raw<'_>, post: &Post<'_>) -> Option<Origins> {
        let named = post.source_format.as_deref()?;
        let records = serde_json::Deserializer::from_slice(raw.bytes).into_iter::<Value>().map_while(Result::ok);
        for record in records.flat_map(|value| if let Value::Array(all) = value { all } else { vec![value] }) {
            let Some(map) = self.fitting(raw, &record).find(|map| map.name == named) else { continue };
            let is_it = |found: &Post<'_>| found.post_id == post.post_id && found.version == post.version;
            let is_wanted = |item: &&Value| map.post(item, &record, raw.received_at).is_ok_and(|found| is_it(&found));
            if let Some(item) = map.items(&record).ok()?.iter().find(is_wanted) {
                return Some(map.fields.iter().filter_map(|field| Some((field.name, field.origin(item, &record)?))).collect());
            }
        }
        None
    }

    /// Returns the map of `record`, of which there must not be two.
    fn only(&self, raw: &Raw<'_>, record: &Value) -> Option<Result<&FieldMap, Rejected>> {
        let mut fitting = self.fitting(raw, record);
        let map = fitting.next()?;
        let message = "Two field maps recognise the record; name one in the header `format`.";
        Some(if fitting.next().is_some() { Err(Rejected::unknown_format(message)) } else { Ok(map) })
    }

    /// Returns the maps that the header names, else those that recognise `record`.
    fn fitting<'m>(&'m self, raw: &Raw<'_>, record: &Value) -> impl Iterator<Item = &'m FieldMap> {
        let header = raw.format.map(str::trim).filter(|name| !name.is_empty());
        self.maps.iter().filter(move |map| match header {
            Some(name) => map.name.eq_ignore_ascii_case(name),
            None => map.recognises(record),
        })
    }
}

impl FieldMap {
    fn recognises(&self, record: &Value) -> bool {
        self.when.iter().all(|(path, wanted)| match (record.pointer(path), wanted) {
            (None | Some(Value::Null), _) => false,
            (Some(_), None) => true,
            (Some(found), Some(wanted)) => plain(found).is_some_and(|found| found == *wanted),
        })
    }

    /// Adds the posts of `record`.
    fn add(&self, record: &Value, received_at: Millis, batch: &mut Batch<'_>) -> Result<(), Rejected> {
        match self.items(record) {
            Ok(items) => items.iter().try_for_each(|item| batch.add(self.post(item, record, received_at))),
            Err(rejected) => batch.add(Err(rejected)),
        }
    }

    /// Returns the parts of `record` that are posts.
    fn items<'r>(&self, record: &'r Value) -> Result<&'r [Value], Rejected> {
        let Some(path) = &self.posts else { return Ok(std::slice::from_ref(record)) };
        match record.pointer(path) {
            Some(Value::Array(posts)) => Ok(posts),
            Some(post @ Value::Object(_)) => Ok(std::slice::from_ref(post)),
            _ => Err(Rejected::missing(path)),
        }
    }

    /// Returns the post at `item`, read as the canonical record that the map makes of it.
    fn post<'a>(&self, item: &Value, record: &Value, received_at: Millis) -> Result<Post<'a>, Rejected> {
        let mut canonical = Map::new();
        let mut author = Map::new();
        let mut names = None;
        for field in &self.fields {
            let value = match field.value(item, record) {
                Some(value) => value,
                None if field.is_required => return Err(Rejected::missing(field.name)),
                None => continue,
            };
            match (field.name, field.name.strip_prefix("author.")) {
                ("created_at", _) => drop(canonical.insert(field.name.to_owned(), json!(self.times.read(&value)?))),
                ("mentions", _) => names = Some(listed(&value)),
                (_, Some(name)) => drop(author.insert(name.to_owned(), value)),
                (name, None) => drop(canonical.insert(name.to_owned(), typed(name, value)?)),
            }
        }
        if !canonical.contains_key("post_id") {
            return Err(Rejected::missing("post_id"));
        }
        canonical.entry("created_at").or_insert_with(|| json!(received_at));
        canonical.entry("platform").or_insert_with(|| json!(Platform::Other));
        canonical.insert("author".to_owned(), Value::Object(author));
        let written = Value::Object(canonical).to_string();
        let post: Post<'_> = serde_json::from_str(&written)?;
        Ok(self.finish(post.into_owned(), names))
    }

    /// Fills in what every reader does: no entities, no signs before names, the mentions of a text whose feed lists none.
    fn finish<'a>(&self, mut post: Post<'a>, names: Option<Vec<String>>) -> Post<'a> {
        if let Some(author) = &mut post.author {
            author.handle = author.handle.take().and_then(|handle| wire::without_sign('@', &handle));
            author.id = author.id.take().filter(|id| id.non_blank().is_some());
        }
        post.author = post.author.filter(|author| author.id.is_some() || author.handle.is_some());
        post.hashtags = post.hashtags.iter().filter_map(|tag| wire::without_sign('#', tag)).collect();
        // What was taken away is not passed on.
        let is_there = post.event_kind != EventKind::Delete;
        post.text = if is_there { unescape(std::mem::take(&mut post.text)) } else { Str::default() };
        post.quoted_text = post.quoted_text.take().filter(|_| is_there);
        post.is_reply |= post.parent_id.is_some();
        post.mentions = match (names, post.platform) {
            _ if !is_there => Vec::new(),
            (Some(names), _) => handles::listed(names.into_iter().map(Str::from), &post.text, post.is_reply),
            (None, Platform::X) => handles::of_text(&post.text, Platform::X, handles::implicit_until(&post.text, None, post.is_reply)),
            (None, Platform::Instagram) => handles::of_text(&post.text, Platform::Instagram, 0),
            (None, _) => Vec::new(),
        };
        post.source_format = Some(self.name.clone().into());
        post.schema = crate::post::POST_SCHEMA.into();
        post
    }
}

/// Returns `value` as the canonical record wants it. What a post cannot do without must not be guessed; that it is of another
/// type is said of the field, because nobody sees the record in between.
fn typed(name: &str, value: Value) -> Result<Value, Rejected> {
    let is_single = value.is_string() || value.is_i64() || value.is_u64();
    match (name, &value) {
        ("post_id" | "text" | "platform", _) if !is_single => {
            Err(Rejected::new("bad_field", format!("The field `{name}` is neither text nor a whole number.")))
        }
        ("platform", _) => Ok(json!(plain(&value).unwrap_or_default().trim().to_ascii_lowercase())),
        ("media_count", Value::Array(all)) => Ok(json!(all.len())),
        ("hashtags" | "urls", _) => Ok(json!(listed(&value))),
        _ => Ok(value),
    }
}

/// Returns a single value as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Returns the single values in a list, or the one that is no list.
fn listed(value: &Value) -> Vec<String> {
    match value {
        Value::Array(all) => all.iter().filter_map(plain).collect(),
        one => plain(one).into_iter().collect(),
    }
}
