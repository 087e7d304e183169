//! One record of a topic and those before it, for `triage explain`: read through an `onlooker`, which leaves no trace.

use rdkafka::message::{Headers, Message};

use crate::config::service::Service;
use crate::post::Millis;

use super::onlooker::Onlooker;
use super::refusal::Refusal;

/// A record as it lies in its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peeked {
    /// Its offset.
    pub offset: i64,
    /// Its timestamp.
    pub at: Millis,
    /// The header `format`, where there is one.
    pub format: Option<String>,
    /// Its value.
    pub value: Vec<u8>,
}

/// The record at `offset` of `topic`/`partition` and at most `before` of those in front of it, oldest first. Sees only
/// what was committed.
///
/// # Errors
/// The brokers cannot be used, or the partition does not reach from there to `offset`.
pub fn peek(service: &Service, topic: &str, partition: i32, offset: i64, before: i64) -> Result<Vec<Peeked>, Refusal> {
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    let count = onlooker.partitions(topic)?;
    let unreadable = |reason: String| Refusal::Unreadable { topic: topic.to_owned(), reason };
    if partition >= count {
        return Err(unreadable(format!("it has {count} partitions, the first is 0")));
    }
    let bounds = onlooker.bounds(topic, partition)?;
    if !bounds.contains(&offset) {
        return Err(unreadable(format!("partition {partition} has offsets {} to {}", bounds.start, bounds.end - 1)));
    }
    let first = bounds.start.max(offset.saturating_sub(before));
    let mut records = Vec::new();
    onlooker.read::<Refusal>(topic, &[(partition, first..offset + 1)], |message| {
        let headers = message.headers().into_iter().flat_map(|headers| headers.iter());
        let format = headers.filter(|header| header.key == "format").find_map(|header| std::str::from_utf8(header.value?).ok());
        records.push(Peeked {
            offset: message.offset(),
            at: Millis::new(message.timestamp().to_millis().unwrap_or_default()),
            format: format.map(str::to_owned),
            value: message.payload().unwrap_or_default().to_vec(),
        });
        Ok(())
    })?;
    match records.last() {
        Some(last) if last.offset == offset => Ok(records),
        _ => Err(unreadable(format!("there is no record at {partition}/{offset}, only a mark of a transaction or an aborted one"))),
    }
}
