//! One dead letter as its headers describe it, and which of them are asked for. Pure, but for reading a message.

use rdkafka::message::{BorrowedMessage, Message};
use serde::Serialize;

use crate::kafka::recorded::coordinates::Coordinates;
use crate::kafka::recorded::onlooker::header;
use crate::kafka::stages::headers;
use crate::post::Millis;

/// A dead letter, without its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Its partition on the topic of dead letters.
    pub partition: i32,
    /// Its offset in that partition.
    pub offset: i64,
    /// Timestamp of the record that it was.
    pub at: Millis,
    /// Where that record came in; `None`: the letter does not say, so it is not one of ours.
    pub source: Option<Coordinates>,
    /// The stage that could not use it.
    pub stage: String,
    /// Why, as a short name.
    pub code: String,
    /// Why, as a sentence without any of its text.
    pub message: String,
    /// Bytes of the value; `None`: it has none.
    pub bytes: Option<usize>,
    /// How often what it holds was fed in again before it became this letter.
    #[serde(skip_serializing_if = "is_zero")]
    pub attempts: u32,
    /// It was fed in again.
    pub replayed: bool,
    /// The value, where it is to be shown; what is not UTF-8 is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Letter {
    /// Returns what the headers of `message` say.
    pub(super) fn read(message: &BorrowedMessage<'_>) -> Letter {
        let header = |wanted: &'static str| header(message, wanted);
        let source = || {
            let (topic, partition) = (header(headers::SOURCE_TOPIC)?.to_owned(), header(headers::SOURCE_PARTITION)?.parse().ok()?);
            Some(Coordinates { topic, partition, offset: header(headers::SOURCE_OFFSET)?.parse().ok()? })
        };
        // The letter of a record whose timestamp no broker takes has one of its own.
        let at = header(headers::SOURCE_TIMESTAMP).and_then(|at| at.parse().ok()).or(message.timestamp().to_millis());
        let text = |name| header(name).unwrap_or_default().to_owned();
        Letter {
            partition: message.partition(),
            offset: message.offset(),
            at: Millis::new(at.unwrap_or(0)),
            source: source(),
            stage: text(headers::ERROR_STAGE),
            code: text(headers::ERROR_CODE),
            message: text(headers::ERROR_MESSAGE),
            bytes: message.payload().map(<[u8]>::len),
            attempts: header(headers::ATTEMPT).map_or(u32::from(header(headers::REPLAYED).is_some()), |count| count.parse().unwrap_or(0)),
            replayed: false,
            value: None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Which dead letters; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What this stage could not use.
    pub stage: Option<String>,
    /// With one of these codes; empty: any.
    pub codes: Vec<String>,
    /// Of records from this time on.
    pub since: Option<Millis>,
}

impl Selection {
    /// Returns whether `letter` is one of those asked for.
    pub fn takes(&self, letter: &Letter) -> bool {
        self.stage.as_ref().is_none_or(|stage| *stage == letter.stage)
            && (self.codes.is_empty() || self.codes.contains(&letter.code))
            && self.since.is_none_or(|since| letter.at >= since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_takes_what_fits_all_of_it() {
        let letter = Letter { stage: "ingest".into(), code: "bad_json".into(), at: Millis::new(100), ..Letter::default() };
        let check = |stage: Option<&str>, codes: &[&str], since: Option<i64>, takes: bool| {
            let codes = codes.iter().map(|&code| code.to_owned()).collect();
            let selection = Selection { stage: stage.map(str::to_owned), codes, since: since.map(Millis::new) };
            assert_eq!(selection.takes(&letter), takes, "{selection:?}");
        };
        check(None, &[], None, true);
        check(Some("ingest"), &["no_post", "bad_json"], Some(100), true);
        check(Some("triage"), &[], None, false);
        check(None, &["no_post"], None, false);
        check(None, &[], Some(101), false);
    }
}
