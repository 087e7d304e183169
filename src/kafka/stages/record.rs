//! A record as it was read, without a client.

use std::fmt;

use rdkafka::message::{BorrowedMessage, Headers, Message};

use crate::post::Millis;

/// A record as it was read.
pub struct Inbound<'a> {
    /// The topic it was read from.
    pub topic: &'a str,
    /// The partition that it lies in.
    pub partition: i32,
    /// Where it lies in the partition.
    pub offset: i64,
    /// Its timestamp; the epoch where the record has none.
    pub timestamp: Millis,
    /// Its key; `None` where it has none.
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

    /// Makes a record without a broker, for tests: of partition 0, written at the epoch.
    pub fn plain(topic: &'a str, offset: i64, key: Option<&'a [u8]>, value: Option<&'a [u8]>, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        let timestamp = Millis::new(0);
        Inbound { topic, partition: 0, offset, timestamp, key, value, headers: InboundHeaders::Listed(headers) }
    }

    /// Returns its headers, in order; a header may lack a value.
    pub fn headers(&self) -> impl Iterator<Item = (&str, Option<&[u8]>)> {
        let (message, listed) = match self.headers {
            InboundHeaders::Message(message) => (message.headers(), &[][..]),
            InboundHeaders::Listed(headers) => (None, headers),
        };
        let read = message.into_iter().flat_map(|headers| headers.iter()).map(|header| (header.key, header.value));
        read.chain(listed.iter().map(|&(name, value)| (name, Some(value))))
    }

    /// Returns where it stands, as the header `triage.source` writes it.
    pub fn source(&self) -> Source<'a> {
        Source { topic: self.topic, partition: self.partition, offset: self.offset }
    }
}

/// Where a record stands; shown as `topic/partition/offset`.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    topic: &'a str,
    partition: i32,
    offset: i64,
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.topic, self.partition, self.offset)
    }
}
