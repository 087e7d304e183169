//! Where a record lies, as people write it. Knows no client.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A record of some topic, written `topic/partition/offset`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coordinates {
    /// The name of the topic.
    pub topic: String,
    /// The number of the partition, from 0.
    pub partition: i32,
    /// The offset in the partition, from 0.
    pub offset: i64,
}

impl fmt::Display for Coordinates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.topic, self.partition, self.offset)
    }
}

impl FromStr for Coordinates {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const NOTATION: &str = "write TOPIC/PARTITION/OFFSET, such as telkomcare.triage.inbox/3/17";
        let mut parts = text.split('/');
        let (Some(topic), Some(partition), Some(offset), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(NOTATION);
        };
        let number = |text: &str| text.parse::<u32>().ok().and_then(|number| i32::try_from(number).ok());
        let offset = offset.parse::<u64>().ok().and_then(|offset| i64::try_from(offset).ok());
        match (number(partition), offset) {
            (Some(partition), Some(offset)) if !topic.is_empty() => Ok(Coordinates { topic: topic.to_owned(), partition, offset }),
            _ => Err(NOTATION),
        }
    }
}
