//! The dead letter that an unusable record becomes: the bytes as received, and why in its headers.

use std::borrow::Cow;

use super::headers::{self, says_why};
use super::record::{Inbound, Outgoing, copy_headers};
use crate::kafka::topics::topic::Topic;

/// The dead letter of `record`: the bytes as received, the input's headers, and why. `rules` is the hash of those in use.
pub fn dead_letter(stage: &str, rules: &str, record: &Inbound<'_>, code: &str, message: &str) -> Outgoing {
    let why: [(&'static str, String); 9] = [
        (headers::ERROR_STAGE, stage.to_owned()),
        (headers::ERROR_CODE, code.to_owned()),
        (headers::ERROR_MESSAGE, message.to_owned()),
        (headers::SOURCE_TOPIC, record.topic.to_owned()),
        (headers::SOURCE_PARTITION, record.partition.to_string()),
        (headers::SOURCE_OFFSET, record.offset.to_string()),
        (headers::SOURCE_TIMESTAMP, record.timestamp.get().to_string()),
        (headers::VERSION, env!("CARGO_PKG_VERSION").to_owned()),
        (headers::RULES, rules.to_owned()),
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
