//! The dead letter that an unusable record becomes: the bytes as received, and why in its headers.

use super::headers::{self, says_why};
use super::outbox::{Draft, Outbox};
use super::record::Inbound;
use crate::kafka::topics::topic::Topic;

/// Why a record cannot be used.
#[derive(Debug, Clone, Copy)]
pub struct Reason<'a> {
    /// The stage that could not use it.
    pub stage: &'a str,
    /// Short hash of the rules in use; empty where there are none.
    pub rules: &'a str,
    /// Short name of the reason.
    pub code: &'a str,
    /// A sentence without any text of the input.
    pub message: &'a str,
}

impl Reason<'_> {
    /// Adds the dead letter of `record`: the bytes as received, the input's headers, and why.
    pub fn letter(&self, record: &Inbound<'_>, out: &mut Outbox) {
        out.tally.dead_letter(self.code);
        // Of a dead letter that was fed in again only the last failure counts.
        let draft = out.push(Topic::DeadLetters).key(record.key).value(record.value).at(record.timestamp);
        self.say(record, draft.headers_of(record, |name| !says_why(name)));
    }

    /// Adds the dead letter of a record that a broker has refused. It may be its timestamp that the broker does not like, so the
    /// letter has its own; if that was refused as well, it goes without the bytes and the feed's own headers.
    pub(in crate::kafka) fn letter_of_refused(&self, record: &Inbound<'_>, again: bool, out: &mut Outbox) {
        out.tally.dead_letter(self.code);
        let draft = out.push(Topic::DeadLetters).key(record.key);
        let draft = if again {
            draft.headers_of(record, |name| name.starts_with("triage.") && !says_why(name))
        } else {
            draft.value(record.value).headers_of(record, |name| !says_why(name))
        };
        self.say(record, draft);
    }

    fn say(&self, record: &Inbound<'_>, draft: Draft<'_>) {
        draft
            .header(headers::ERROR_STAGE, self.stage)
            .header(headers::ERROR_CODE, self.code)
            .header(headers::ERROR_MESSAGE, self.message)
            .header(headers::SOURCE_TOPIC, record.topic)
            .header(headers::SOURCE_PARTITION, record.partition)
            .header(headers::SOURCE_OFFSET, record.offset)
            .header(headers::SOURCE_TIMESTAMP, record.timestamp.get())
            .header(headers::VERSION, env!("CARGO_PKG_VERSION"))
            .header(headers::RULES, self.rules);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_keeps_the_bytes_and_says_why() {
        let headers: [(&str, &[u8]); 3] = [("format", b"x"), ("triage.error.code", b"older"), ("triage.source", b"raw/1/2")];
        let record = Inbound::plain("posts", 7, None, Some(b"\xff\x00"), &headers);
        let mut out = Outbox::default();
        Reason { stage: "ingest", rules: "ab12", code: "bad_json", message: "line 1" }.letter(&record, &mut out);
        let letter = out.records().next().expect("a letter");
        assert_eq!((letter.to, letter.key, letter.value), (Topic::DeadLetters, None, Some(&b"\xff\x00"[..])));
        let shown: Vec<String> =
            letter.headers().map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value.unwrap_or_default()))).collect();
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
