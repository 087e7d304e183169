//! `telkomcare.triage.v1`: the verdict on one post.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Arrival;
use crate::post::{Millis, Platform};
use crate::signals::Evidence;

/// The `schema` of a verdict.
pub const TRIAGE_SCHEMA: &str = "telkomcare.triage.v1";

/// The verdict on one post.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TriageRecord<'a> {
    /// The name of the record: `telkomcare.triage.v1`.
    pub schema: &'static str,
    /// Id of the post on its platform; of an edited post the first of the chain.
    pub post_id: &'a str,
    /// Where it was written.
    pub platform: Platform,
    /// `<platform>:<id>` of the customer whose case it is; a reply of ours has that of whom it answers.
    pub customer: &'a str,
    /// `hard_complaint`, `quiz`, `promo`, `troll`, `multi`, `normal`, `skipped`, or a class of the analysts' own.
    pub class: &'a str,
    /// `agents`, `oot`, `escalations` or `skipped`.
    pub route: &'static str,
    /// The note that W-21 fixes for its class.
    pub note: Option<&'a str>,
    /// The fields that W-21 fixes for the desk's application. Only on posts that are out of topic (D54).
    pub tagging: Option<Tagging<'a>>,
    /// Why the post is skipped, or `returned` on the agents' copy of a post that was routed wrongly.
    pub reason: Option<&'a str>,
    /// The customer's open case after this post.
    pub case: Option<CaseView>,
    /// Signals met, helpers left out, in the order of the configuration.
    pub signals: Vec<&'a str>,
    /// Why: for each condition that the post meets or comes close to, for a complaint, and for its class.
    pub evidence: Vec<Evidence<'a>>,
    /// Earlier verdicts that this one replaces, as `post@version`.
    pub supersedes: Vec<String>,
    /// The post as a desk shows it.
    pub post: Option<PostView<'a>>,
    /// When it was written; the record's time where that cannot be believed (`future`, `late`).
    pub event_time: Millis,
    /// Older than the newest post of its author by more than the allowed lateness.
    pub late: bool,
    /// Said to be written later than its record: the record's time was used.
    pub future: bool,
    /// Nobody would look at the post: a person is asked to, as a check on quality. Only there where it is true.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub qc_sample: bool,
    /// Hash of the rules that decided.
    pub rules: &'a str,
    /// `topic/partition/offset` of the inbox record.
    pub source: &'a str,
}

impl<'a> TriageRecord<'a> {
    /// Returns a record about `post_id` with nothing decided yet.
    pub fn undecided(post_id: &'a str, platform: Platform, event_time: Millis, rules: &'a str, arrival: &Arrival<'a>) -> Self {
        TriageRecord {
            schema: TRIAGE_SCHEMA,
            post_id,
            platform,
            customer: arrival.customer,
            class: "",
            route: "",
            note: None,
            tagging: None,
            reason: None,
            case: None,
            signals: Vec::new(),
            evidence: Vec::new(),
            supersedes: Vec::new(),
            post: None,
            event_time,
            late: false,
            future: false,
            qc_sample: false,
            rules,
            source: arrival.source,
        }
    }
}

/// The customer's open case, after the post.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct CaseView {
    /// `<customer>:<id of the first post of the case>`; readers compare it, and do not take it apart.
    pub id: String,
    /// It is a hard complaint.
    pub hard: bool,
    /// Conditions met so far, sorted.
    pub conditions: Vec<String>,
    /// Near a hard complaint, and none yet.
    pub watch: bool,
    /// The post that is answered for the series this post belongs to.
    pub anchor_post_id: Option<String>,
    /// The post goes on with a series.
    pub linked: bool,
}

/// What a desk shows without a join.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PostView<'a> {
    /// The text; `null` where it is not to be kept or not known.
    pub text: Option<&'a str>,
    /// Where people can see it.
    pub url: Option<&'a str>,
    /// Account of the author.
    pub handle: Option<&'a str>,
    /// Display name of the author.
    pub name: Option<&'a str>,
    /// When it says it was written.
    pub created_at: Option<Millis>,
}

/// The fields of the desk's application, and the note as their last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tagging<'a> {
    /// Names and values, in order.
    pub fields: &'a [(String, String)],
    /// The note, if W-21 fixes one.
    pub note: Option<&'a str>,
}

impl JsonSchema for Tagging<'_> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Tagging".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The fields that W-21 5.2 fixes, or the class in their place, by their names in the desk's application, and the note. Only on posts that are out of topic",
            "additionalProperties": { "type": "string" },
            "properties": { "note": { "type": "string" } }
        })
    }
}

impl Serialize for Tagging<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.fields {
            map.serialize_entry(name, value)?;
        }
        if let Some(note) = self.note {
            map.serialize_entry("note", note)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json;

    type Texts = Vec<String>;

    /// A verdict in which everything is there of which `present` has a bit, told in `texts`.
    fn verdict<'a>(texts: &'a Texts, fields: &'a [(String, String)], numbers: &[f32], present: u32, at: Millis) -> TriageRecord<'a> {
        let mut told = texts.iter().map(String::as_str).cycle();
        let mut text = || told.next().unwrap_or_default();
        let has = |bit: u32| present & 1 << bit != 0;
        let arrival = Arrival { customer: text(), at, source: text(), with_text: true, every_condition: false };
        let evidence = numbers.windows(2).enumerate().map(|(place, pair)| Evidence {
            condition: has(place as u32).then(|| text().into()),
            signal: has(1).then(|| text().into()),
            clause: has(2).then(|| text().into()),
            post_id: text().into(),
            met: has(3),
            value: pair[0],
            threshold: pair[1],
            entry: has(4).then(|| text().into()),
            span: has(5).then_some([present, u32::from(has(6))]),
            quote: has(7).then(|| text().into()),
        });
        let evidence = evidence.collect();
        TriageRecord {
            class: text(),
            note: has(8).then(&mut text),
            tagging: has(9).then_some(Tagging { fields, note: has(10).then_some("[Kuis]") }),
            case: has(11).then(|| CaseView {
                id: text().to_owned(),
                hard: has(12),
                conditions: texts.clone(),
                watch: has(13),
                anchor_post_id: has(14).then(|| text().to_owned()),
                linked: has(15),
            }),
            signals: texts.iter().map(String::as_str).collect(),
            evidence,
            supersedes: texts.clone(),
            post: has(16).then(|| PostView {
                text: has(17).then(&mut text),
                url: has(18).then_some("https://x.com/contoh/status/1"),
                handle: None,
                name: has(19).then_some("pelanggan_17 \"tujuh belas\" \u{1F621}"),
                created_at: has(20).then_some(at),
            }),
            qc_sample: has(21),
            ..TriageRecord::undecided("1876464000000000000", Platform::X, at, "ccb5c1aa71fb", &arrival)
        }
    }

    proptest! {
        #[test]
        fn any_verdict_is_what_serde_json_writes(
            texts in prop::collection::vec(any::<String>(), 0..6),
            fields in prop::collection::vec(any::<(String, String)>(), 0..4),
            numbers in prop::collection::vec(proptest::num::f32::ANY, 0..5),
            (present, at) in any::<(u32, i64)>(),
        ) {
            let verdict = verdict(&texts, &fields, &numbers, present, Millis::new(at));
            let mut written = Vec::new();
            json::write(&mut written, &verdict).unwrap();
            prop_assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&verdict).unwrap());
        }
    }
}
