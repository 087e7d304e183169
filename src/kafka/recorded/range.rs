//! A part of a topic as it was recorded, for the commands that look at posts: no group, no commits, only what was
//! committed.
//!
//! Knows nothing of what the records mean.

use std::ops::Range;

use rdkafka::message::{BorrowedMessage, Message};

use super::coordinates::Coordinates;
use super::onlooker::{Onlooker, header};
use crate::config::service::Service;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::stages::headers::FORMAT;
use crate::post::Millis;

/// Where a part begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// At this offset of each partition.
    Offset(i64),
    /// At the first record of each partition that is not older.
    Time(Millis),
}

/// A record of a topic, with what the commands that look at posts need of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The partition that it lies in.
    pub partition: i32,
    /// Where it lies in the partition.
    pub offset: i64,
    /// Its timestamp; the epoch where it has none.
    pub at: Millis,
    /// Its header `format`, where it has one that is text.
    pub format: Option<String>,
    /// The bytes of its value.
    pub value: Vec<u8>,
}

/// Returns the records of `topic` between `from` and `to` (exclusive; `None`: as it ends now): each partition in its
/// own order, the partitions woven together by the newest timestamp so far. Records without a value are left out.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used or the topic is missing.
pub fn stored(service: &Service, topic: &str, from: Option<Edge>, to: Option<Edge>) -> Result<Vec<Stored>, Refusal> {
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    let mut wanted = Vec::new();
    for partition in 0..onlooker.partitions(topic)? {
        let bounds = onlooker.bounds(topic, partition)?;
        let place = |edge: Option<Edge>, open: i64| match edge {
            None => Ok(open),
            Some(Edge::Offset(offset)) => Ok(offset.clamp(bounds.start, bounds.end)),
            Some(Edge::Time(at)) => onlooker.offset_at(topic, partition, at),
        };
        wanted.push((partition, place(from, bounds.start)?..place(to, bounds.end)?));
    }
    Ok(woven(read(&onlooker, topic, &wanted)?))
}

/// Returns the record at `place` and at most `back` of those in front of it in its partition, oldest first. Records
/// without a value are left out.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used, or there is no such record.
pub fn before(service: &Service, place: &Coordinates, back: i64) -> Result<Vec<Stored>, Refusal> {
    let Coordinates { topic, partition, offset } = place;
    let onlooker = Onlooker::new(&service.kafka, &service.run.group)?;
    let count = onlooker.partitions(topic)?;
    let unreadable = |reason: String| Refusal::Unreadable { topic: topic.clone(), reason };
    if *partition >= count {
        return Err(unreadable(format!("it has {count} partitions, the first is 0")));
    }
    let bounds = onlooker.bounds(topic, *partition)?;
    if !bounds.contains(offset) {
        return Err(unreadable(format!("partition {partition} has offsets {} to {}", bounds.start, bounds.end - 1)));
    }
    let first = bounds.start.max(offset.saturating_sub(back));
    let records = read(&onlooker, topic, &[(*partition, first..offset + 1)])?;
    match records.last() {
        Some(last) if last.offset == *offset => Ok(records),
        _ => Err(unreadable(format!(
            "there is no record with a value at {partition}/{offset}, only a mark of a transaction, an aborted record or a tombstone"
        ))),
    }
}

fn read(onlooker: &Onlooker, topic: &str, wanted: &[(i32, Range<i64>)]) -> Result<Vec<Stored>, Refusal> {
    let mut records = Vec::new();
    onlooker.read(topic, wanted, |message| {
        records.extend(record(message));
        Ok::<(), Refusal>(())
    })?;
    Ok(records)
}

fn woven(mut records: Vec<Stored>) -> Vec<Stored> {
    records.sort_by_key(|record| (record.partition, record.offset));
    let (mut partition, mut newest) = (-1, Millis::default());
    let mut placed: Vec<(Millis, Stored)> = Vec::with_capacity(records.len());
    for record in records {
        newest = if record.partition == partition { newest.max(record.at) } else { record.at };
        partition = record.partition;
        placed.push((newest, record));
    }
    placed.sort_by_key(|(newest, _)| *newest);
    placed.into_iter().map(|(_, record)| record).collect()
}

fn record(message: &BorrowedMessage<'_>) -> Option<Stored> {
    let value = message.payload()?.to_vec();
    Some(Stored {
        partition: message.partition(),
        offset: message.offset(),
        at: Millis::new(message.timestamp().to_millis().unwrap_or(0)),
        format: header(message, FORMAT).map(str::to_owned),
        value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_woven_and_keep_their_order() {
        let check = |records: &[(i32, i64, i64)], expected: &[(i32, i64)]| {
            let stored = |&(partition, offset, at): &(i32, i64, i64)| Stored {
                partition,
                offset,
                at: Millis::new(at),
                format: None,
                value: Vec::new(),
            };
            let woven = woven(records.iter().map(stored).collect());
            assert_eq!(woven.iter().map(|one| (one.partition, one.offset)).collect::<Vec<_>>(), expected, "{records:?}");
        };
        check(&[(1, 0, 20), (0, 0, 10), (0, 1, 30)], &[(0, 0), (1, 0), (0, 1)]);
        // A late record stays behind the newer one that came before it.
        check(&[(0, 0, 30), (0, 1, 10), (1, 0, 20)], &[(1, 0), (0, 0), (0, 1)]);
        check(&[], &[]);
    }
}
