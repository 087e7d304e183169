//! A record as it was read and as it is to be written, without a client.

use std::borrow::Cow;

use rdkafka::message::{BorrowedMessage, Headers, Message};

use crate::kafka::topics::topic::Topic;
use crate::post::Millis;

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

/// The headers of `record` whose names `keep` wants.
pub fn copy_headers(record: &Inbound<'_>, keep: impl Fn(&str) -> bool) -> Vec<Header> {
    let headers = record.headers();
    let kept = headers.into_iter().filter(|(name, _)| keep(name));
    kept.map(|(name, value)| (Cow::Owned(name.to_owned()), value.map(<[u8]>::to_vec))).collect()
}
