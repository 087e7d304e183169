//! `telkomcare.shadow.v1`: a post that rules which are only tried would have decided otherwise.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Destination, Output, TriageRecord};
use crate::post::{Millis, Platform};

/// The `schema` of such a record.
pub const SHADOW_SCHEMA: &str = "telkomcare.shadow.v1";

/// Two decisions on one post, from the same state of its customer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ShadowRecord<'a> {
    /// The name of the record: `telkomcare.shadow.v1`.
    pub schema: &'static str,
    /// Id of the post on its platform.
    pub post_id: &'a str,
    /// Where it was written.
    pub platform: Platform,
    /// Whose case it belongs to.
    pub customer: &'a str,
    /// What was decided, and acted on.
    pub live: Decision<'a>,
    /// What the rules that are only tried would have decided.
    pub shadow: Decision<'a>,
    /// When it was written, as far as it can be believed.
    pub event_time: Millis,
    /// `topic/partition/offset` of the inbox record.
    pub source: &'a str,
}

/// What rules make of a post.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Decision<'a> {
    /// Hash of the rules.
    pub rules: &'a str,
    /// Name of the class in `rules.toml`.
    pub class: &'a str,
    /// `agents`, `oot`, `escalations` or `skipped`.
    pub route: &'a str,
    /// The note that W-21 fixes for its class.
    pub note: Option<&'a str>,
    /// Why it is put aside.
    pub reason: Option<&'a str>,
    /// What a team leader is told, if anything.
    pub escalation: Option<&'a str>,
    /// Conditions of the customer's case after this post.
    pub conditions: &'a [String],
    /// Signals met, helpers left out.
    pub signals: &'a [&'a str],
}

impl<'a> ShadowRecord<'a> {
    /// Returns the record, if the two differ in what follows from them: signals alone do not count. What is no verdict,
    /// such as the answer to a case event, is not compared.
    pub fn of_difference(live: &'a [Output<'a>], shadow: &'a [Output<'a>]) -> Option<Self> {
        let (live_output, shadow_output) = (live.first()?, shadow.first()?);
        let (verdict, other) = (live_output.verdict()?, shadow_output.verdict()?);
        let (live, shadow) = (Decision::of(live_output, verdict), Decision::of(shadow_output, other));
        (!live.acts_as(&shadow)).then_some(ShadowRecord {
            schema: SHADOW_SCHEMA,
            post_id: verdict.post_id,
            platform: verdict.platform,
            customer: verdict.customer,
            live,
            shadow,
            event_time: verdict.event_time,
            source: verdict.source,
        })
    }
}

impl<'a> Decision<'a> {
    fn of(output: &'a Output<'a>, verdict: &'a TriageRecord<'a>) -> Self {
        let (route, escalation) = match output {
            Output::Escalation(record) => (Destination::Escalations.name(), Some(record.kind.name())),
            Output::Triage(..) | Output::Handoff(_) | Output::DeadLetter { .. } => (verdict.route, None),
        };
        Decision {
            rules: verdict.rules,
            class: verdict.class,
            route,
            note: verdict.note,
            reason: verdict.reason,
            escalation,
            conditions: verdict.case.as_ref().map(|case| case.conditions.as_slice()).unwrap_or_default(),
            signals: &verdict.signals,
        }
    }

    fn acts_as(&self, other: &Decision<'_>) -> bool {
        let acts = |decision: &Decision<'a>| {
            (decision.class, decision.route, decision.note, decision.reason, decision.escalation, decision.conditions)
        };
        acts(self) == (other.class, other.route, other.note, other.reason, other.escalation, other.conditions)
    }
}
