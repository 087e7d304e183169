//! Bytes of one raw record, in any supported format, to canonical records.
//!
//! One file per format; `detect` tells them apart. Knows nothing of Kafka, rules or clocks: the record's own time comes
//! in as an argument, and reading the same bytes twice gives the same records and ids.

mod array;
mod batch;
mod brandwatch;
mod canonical;
mod detect;
mod email;
mod facebook_page;
mod format;
mod handles;
mod html;
mod instagram;
mod map;
mod meltwater;
mod meta;
mod reject;
#[cfg(test)]
mod samples;
mod sprinklr;
mod talkwalker;
mod time;
mod wire;
mod x;
mod x_activity;
mod x_compliance;
mod x_v1;
mod x_v2;

pub use self::format::{Format, formats};
pub use self::map::{FieldMaps, Origins};
pub use self::reject::{BadItem, Rejected};

use self::reject::BAD_JSON;
use crate::json;
use crate::post::{CaseEvent, CustomerKey, Millis, OwnAccounts, Post, repair};

/// Most items that one record may hold.
pub const MAX_ITEMS: usize = 10_000;

/// A record as it came from the feed.
#[derive(Debug, Clone, Copy)]
pub struct Raw<'a> {
    /// The value of the record.
    pub bytes: &'a [u8],
    /// The header `format`, where there is one: a [`Format::name`].
    pub format: Option<&'a str>,
    /// Timestamp of the record: stands in for times that the feed does not give. Zero where nobody knows it.
    pub received_at: Millis,
    /// The brand's accounts: some of them pass on what customers wrote.
    pub own: &'a OwnAccounts,
    /// Feeds that no reader here knows.
    pub maps: &'a FieldMaps,
}

/// What one item of a raw record becomes in the inbox.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly every item is a post; boxing it would cost every one an allocation")]
pub enum Item<'a> {
    /// `telkomcare.post.v1`.
    Post(Post<'a>),
    /// `telkomcare.case_event.v1`.
    CaseEvent(CaseEvent<'a>),
}

impl Item<'_> {
    /// Returns whose record it is: the key it travels under.
    pub fn customer(&self, own: &OwnAccounts) -> CustomerKey {
        match self {
            Item::Post(post) => own.customer_of(post),
            // `read` refuses events of nobody; the case itself is the next best name.
            Item::CaseEvent(event) => event.customer().unwrap_or_else(|| CustomerKey::from(format!("other:{}", &*event.case_id))),
        }
    }

    /// Appends the record as JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let written = match self {
            Item::Post(post) => json::write(out, post),
            Item::CaseEvent(event) => json::write(out, event),
        };
        debug_assert!(written.is_ok(), "writing strings and numbers to memory cannot fail");
    }
}

/// What a record held.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<'a> {
    /// The format it was in; of an array, the first that could be told.
    pub format: Format,
    /// Its canonical records in their order; at least one.
    pub items: Vec<Item<'a>>,
    /// The items of a batch that could not be read.
    pub bad: Vec<BadItem>,
}

impl Reading<'_> {
    /// Returns the same, read from a mended copy of the record: whatever names a thing must not have been mended.
    fn mended(self) -> Result<Reading<'static>, Rejected> {
        let mut mended = Reading { format: self.format, items: Vec::with_capacity(self.items.len()), bad: self.bad };
        for (index, item) in self.items.into_iter().enumerate() {
            let whole = match item {
                Item::Post(post) => repair::post(post).map(Item::Post),
                Item::CaseEvent(event) => repair::case_event(event).map(Item::CaseEvent),
            };
            match whole {
                Some(item) => mended.items.push(item),
                None => mended.bad.push(Rejected::new("bad_field", "An id holds half a character.").at(index)),
            }
        }
        if mended.items.is_empty() { Err(batch::nothing(mended.bad)) } else { Ok(mended) }
    }
}

/// Reads a record. A JSON array is several records; half a character does not spoil what it stands in (D12).
///
/// # Errors
/// [`Rejected`] where not one canonical record came out of it; `no_post` if there was none in it.
pub fn read<'a>(raw: &Raw<'a>) -> Result<Reading<'a>, Rejected> {
    let reading = array::read(raw);
    let is_no_json = match &reading {
        Ok(reading) => reading.bad.iter().any(|bad| bad.code == BAD_JSON),
        Err(rejected) => rejected.code == BAD_JSON,
    };
    if !is_no_json {
        return reading;
    }
    let Some(mended) = repair::mended(raw.bytes) else { return reading };
    array::read(&Raw { bytes: &mended, ..*raw }).and_then(Reading::mended).or(reading)
}

/// The same with what authors repeat by hand set apart; canonical records say what their author wrote.
fn with_repeated_apart<'a>(mut reading: Reading<'a>, ours: &OwnAccounts) -> Reading<'a> {
    if reading.format != Format::CanonicalPost {
        reading.items.iter_mut().for_each(|item| {
            if let Item::Post(post) = item {
                x::set_apart_repeated(post, ours);
            }
        });
    }
    reading
}

/// Reads a record that is no array.
fn read_one<'a>(raw: &Raw<'a>) -> Result<Reading<'a>, Rejected> {
    read_by_format(raw).map(|reading| with_repeated_apart(reading, raw.own))
}

fn read_by_format<'a>(raw: &Raw<'a>) -> Result<Reading<'a>, Rejected> {
    if raw.bytes.trim_ascii().is_empty() {
        return Err(Rejected::no_post("The record is empty: a tombstone or a heartbeat."));
    }
    let format = match detect::format_of(raw) {
        Ok(format) => format,
        Err(rejected) => return raw.maps.read(raw).unwrap_or(Err(rejected)),
    };
    let batch = match format {
        Format::CanonicalPost => canonical::post(raw),
        Format::CaseEvent => canonical::case_event(raw),
        Format::XV2 => x_v2::read(raw),
        Format::XActivity => x_activity::read(raw),
        Format::XV1 => x_v1::read(raw),
        Format::XCompliance => x_compliance::read(raw),
        Format::FacebookPage => facebook_page::read(raw),
        Format::Instagram => instagram::read(raw),
        Format::Email => email::read(raw),
        Format::Sprinklr => sprinklr::read(raw),
        Format::Brandwatch => brandwatch::read(raw),
        Format::Talkwalker => talkwalker::read(raw),
        Format::Meltwater => meltwater::read(raw),
        Format::FieldMap => return Err(Rejected::unknown_format("A field map is chosen by its own name.")),
    };
    match batch.and_then(|batch| batch.into_reading(format)) {
        // `meta` is a key of X's empty pages, and of many a feed that only a map knows.
        Err(rejected) if rejected.code == "no_post" => raw.maps.read(raw).unwrap_or(Err(rejected)),
        reading => reading,
    }
}
