//! What a lane does to records, without Kafka: a [`Stage`] turns one [`Inbound`] record into entries of an [`Outbox`].
//! Two stages exist, `ingest` and `triage`; the tests bring a third.
//!
//! A stage keeps no clock and no client. What it remembers it changes in an overlay, which the lane merges or drops
//! with the transaction.

use std::borrow::Cow;

use rdkafka::message::{BorrowedMessage, Headers, Message};

use crate::post::Millis;

use crate::kafka::topics::topic::Topic;

/// A record as it was read.
pub struct Inbound<'a> {
    /// The topic it was read from.
    pub topic: &'a str,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp; the epoch where the record has none.
    pub timestamp: Millis,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; `None` for a tombstone.
    pub value: Option<&'a [u8]>,
    headers: InboundHeaders<'a>,
}

enum InboundHeaders<'a> {
    /// Read on demand: most records are never asked for them.
    Message(&'a BorrowedMessage<'a>),
    Listed(&'a [(&'a str, &'a [u8])]),
}

impl<'a> Inbound<'a> {
    pub(in crate::kafka) fn new(message: &'a BorrowedMessage<'a>) -> Self {
        Inbound {
            topic: message.topic(),
            partition: message.partition(),
            offset: message.offset(),
            timestamp: Millis::new(message.timestamp().to_millis().unwrap_or(0)),
            key: message.key(),
            value: message.payload(),
            headers: InboundHeaders::Message(message),
        }
    }

    /// A record without a broker, for tests.
    pub fn plain(topic: &'a str, offset: i64, key: Option<&'a [u8]>, value: Option<&'a [u8]>, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        let timestamp = Millis::new(0);
        Inbound { topic, partition: 0, offset, timestamp, key, value, headers: InboundHeaders::Listed(headers) }
    }

    /// Its headers, in order; a header may lack a value.
    pub fn headers(&self) -> Vec<(&str, Option<&[u8]>)> {
        match &self.headers {
            InboundHeaders::Message(message) => {
                message.headers().map(|headers| headers.iter().map(|header| (header.key, header.value)).collect()).unwrap_or_default()
            }
            InboundHeaders::Listed(headers) => headers.iter().map(|&(name, value)| (name, Some(value))).collect(),
        }
    }

    /// Where it stands, as the header `triage.source` writes it.
    pub fn source(&self) -> String {
        format!("{}/{}/{}", self.topic, self.partition, self.offset)
    }
}

/// A header to be written.
pub type Header = (Cow<'static, str>, Option<Vec<u8>>);

/// Header of a record that was a dead letter and was fed in again: where that stands, as `topic/partition/offset`.
pub(in crate::kafka) const REPLAYED: &str = "triage.replayed";

/// A record to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub to: Topic,
    /// The partition; `None`: by the key.
    pub partition: Option<i32>,
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its value; `None` is a tombstone.
    pub value: Option<Vec<u8>>,
    /// Its headers.
    pub headers: Vec<Header>,
    /// Its timestamp; `None`: the time of writing.
    pub timestamp: Option<Millis>,
}

/// What a stage has to say, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    /// The records to be written.
    pub records: Vec<Outgoing>,
    /// Nothing of the record at hand could be read, though there is something in it: counts towards the limit on dead
    /// letters.
    pub unreadable: bool,
    /// Posts and case events that had to be forgotten before their time: their customer had too many.
    pub forgotten_early: u64,
    /// Posts of which the feed says what no one here knows.
    pub unknown_kinds: u64,
}

impl Outbox {
    /// Adds a record.
    pub fn push(&mut self, record: Outgoing) {
        self.records.push(record);
    }
}

/// What becomes of records, in one lane.
pub trait Stage {
    /// Its name in headers, metrics and logs.
    fn name(&self) -> &'static str;

    /// Short hash of the rules in use, for dead letters; empty where there are none.
    fn rules(&self) -> String {
        String::new()
    }

    /// A transaction begins: the one moment at which rules may change.
    fn begin(&mut self) {}

    /// What `record` becomes. Changes nothing but the overlay.
    fn process(&mut self, record: &Inbound<'_>, out: &mut Outbox);

    /// What is due in `partition` at `now` without a record. Called only once the partition has caught up with the end
    /// it had when it was assigned.
    fn tick(&mut self, partition: i32, now: Millis, out: &mut Outbox) {
        let _ = (partition, now, out);
    }

    /// Records of the journal for everything in the overlay; their partition is the inbox's.
    fn journal(&mut self, out: &mut Outbox) {
        let _ = out;
    }

    /// The transaction was committed: the overlay is true.
    fn commit(&mut self) {}

    /// The transaction was aborted: the overlay is void.
    fn rollback(&mut self) {}

    /// A record of the journal of `partition`, in order; later ones win. The error says what is wrong with it.
    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let _ = (partition, key, value);
        Ok(())
    }

    /// `partition` is not ours any more, or will be restored anew.
    fn forget(&mut self, partition: i32) {
        let _ = partition;
    }
}

/// Whether a header of a dead letter is ours: it says why the letter is one, and is no part of the input.
pub(in crate::kafka) fn says_why(name: &str) -> bool {
    name.starts_with("triage.error.") || name.starts_with("triage.source.") || matches!(name, "triage.version" | "triage.rules")
}

/// The dead letter of `record`: the bytes as received, the input's headers, and why. `rules` is the hash of those in use.
pub fn dead_letter(stage: &str, rules: &str, record: &Inbound<'_>, code: &str, message: &str) -> Outgoing {
    let why: [(&'static str, String); 9] = [
        ("triage.error.stage", stage.to_owned()),
        ("triage.error.code", code.to_owned()),
        ("triage.error.message", message.to_owned()),
        ("triage.source.topic", record.topic.to_owned()),
        ("triage.source.partition", record.partition.to_string()),
        ("triage.source.offset", record.offset.to_string()),
        ("triage.source.timestamp", record.timestamp.get().to_string()),
        ("triage.version", env!("CARGO_PKG_VERSION").to_owned()),
        ("triage.rules", rules.to_owned()),
    ];
    // Of a dead letter that was fed in again only the last failure counts.
    let mut headers = copy_headers(record, |name| !says_why(name));
    headers.extend(why.into_iter().map(|(name, value)| (Cow::Borrowed(name), Some(value.into_bytes()))));
    Outgoing {
        to: Topic::DeadLetters,
        partition: None,
        key: record.key.map(<[u8]>::to_vec),
        value: record.value.map(<[u8]>::to_vec),
        headers,
        timestamp: Some(record.timestamp),
    }
}

/// The headers of `record` whose names `keep` wants.
pub fn copy_headers(record: &Inbound<'_>, keep: impl Fn(&str) -> bool) -> Vec<Header> {
    let headers = record.headers();
    let kept = headers.into_iter().filter(|(name, _)| keep(name));
    kept.map(|(name, value)| (Cow::Owned(name.to_owned()), value.map(<[u8]>::to_vec))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_keeps_the_bytes_and_says_why() {
        let headers: [(&str, &[u8]); 3] = [("format", b"x"), ("triage.error.code", b"older"), ("triage.source", b"raw/1/2")];
        let record = Inbound::plain("posts", 7, None, Some(b"\xff\x00"), &headers);
        let letter = dead_letter("ingest", "ab12", &record, "bad_json", "line 1");
        assert_eq!((letter.to, letter.key, letter.value), (Topic::DeadLetters, None, Some(b"\xff\x00".to_vec())));
        let shown: Vec<String> = letter
            .headers
            .iter()
            .map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value.as_deref().unwrap_or_default())))
            .collect();
        assert_eq!(
            shown,
            [
                "format=x",
                "triage.source=raw/1/2",
                "triage.error.stage=ingest",
                "triage.error.code=bad_json",
                "triage.error.message=line 1",
                "triage.source.topic=posts",
                "triage.source.partition=0",
                "triage.source.offset=7",
                "triage.source.timestamp=0",
                concat!("triage.version=", env!("CARGO_PKG_VERSION")),
                "triage.rules=ab12",
            ]
        );
    }
}
