//! From a verdict to the records that say so: destination, tagging fields, the team leader's copy.

use crate::author::{AuthorState, Case};
use crate::case;
use crate::post::Post;
use crate::record::{Arrival, CaseView, Destination, EscalationRecord, EscalationType, Output, PostView, Tagging, TriageRecord};
use crate::rules::{Class, Rules};
use crate::verdict::{Outcome, Verdict};

/// What records say beside the verdict.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    /// The post's verdict replaces these.
    pub supersedes: Vec<String>,
    /// What tells this version of the post from the others, if it replaces one.
    pub version: Option<String>,
    /// When it was written, as far as it can be believed.
    pub event_time: crate::post::Millis,
    /// It is late.
    pub late: bool,
    /// It claims to come from the future.
    pub future: bool,
    /// It can have no case.
    pub no_case: bool,
}

/// The record of a post that nobody reads, with the reason.
pub fn skipped<'a>(rules: &'a Rules, post: &'a Post<'a>, reason: &'static str, arrival: &Arrival<'a>, remarks: Remarks) -> Output<'a> {
    Output::Triage(
        Destination::Skipped,
        TriageRecord { class: "skipped", reason: Some(reason), ..bare(rules, post, Destination::Skipped, arrival, remarks) },
    )
}

/// The terminal record of a judged post.
pub fn terminal<'a>(
    rules: &'a Rules,
    state: &AuthorState,
    post: &'a Post<'a>,
    verdict: Verdict<'a>,
    arrival: &Arrival<'a>,
    remarks: Remarks,
) -> Output<'a> {
    let class: &'a Class = verdict.class;
    let case = state.case.as_ref().filter(|_| !remarks.no_case && class.route != Destination::Skipped);
    let note = class.note[post.platform as usize].as_deref();
    let view = case.map(|case| case_view(rules, state, case, arrival.customer, &verdict));
    let outcome = verdict.outcome;
    let (supersedes, version) = (remarks.supersedes.clone(), remarks.version.clone());
    let record = TriageRecord {
        class: &class.name,
        note,
        tagging: tagging(rules, class, note),
        reason: class.reason.as_deref(),
        case: view,
        signals: verdict.signals,
        evidence: verdict.evidence,
        ..bare(rules, post, class.route, arrival, remarks)
    };
    match class.route {
        Destination::Escalations => Output::Escalation(escalation(rules, case, record, outcome, (supersedes, version), arrival)),
        Destination::Agents | Destination::Oot | Destination::Skipped => Output::Triage(class.route, record),
    }
}

/// The fields of the desk's application: a post that somebody still has to look at carries none (D54).
fn tagging<'a>(rules: &'a Rules, class: &'a Class, note: Option<&'a str>) -> Option<Tagging<'a>> {
    let fields = class.tagging.as_ref().unwrap_or(&rules.tagging);
    (class.route == Destination::Oot).then_some(Tagging { fields, note })
}

fn bare<'a>(rules: &'a Rules, post: &'a Post<'a>, route: Destination, arrival: &Arrival<'a>, remarks: Remarks) -> TriageRecord<'a> {
    let unseen = matches!(route, Destination::Oot | Destination::Skipped);
    TriageRecord {
        route: route.name(),
        qc_sample: unseen && rules.quality_sample.takes(&post.post_id),
        supersedes: remarks.supersedes,
        post: Some(post_view(post, arrival.with_text)),
        late: remarks.late,
        future: remarks.future,
        ..TriageRecord::undecided(&post.post_id, post.platform, remarks.event_time, &rules.hash, arrival)
    }
}

fn post_view<'a>(post: &'a Post<'a>, with_text: bool) -> PostView<'a> {
    let author = post.author.as_ref();
    PostView {
        text: with_text.then_some(&*post.text),
        url: post.url.as_deref(),
        handle: author.and_then(|author| author.handle.as_deref()),
        name: author.and_then(|author| author.name.as_deref()),
        created_at: Some(post.created_at),
    }
}

fn case_view(rules: &Rules, state: &AuthorState, case: &Case, customer: &str, verdict: &Verdict<'_>) -> CaseView {
    let anchor = state.series.as_ref().filter(|_| verdict.joins).map(|series| series.anchor.to_string());
    CaseView {
        id: case::id(customer, case),
        hard: case.hard,
        conditions: case.condition_names().map(str::to_owned).collect(),
        watch: !case.hard && case.conditions.len() >= rules.hard.watch_at,
        linked: anchor.is_some(),
        anchor_post_id: anchor,
    }
}

fn escalation<'a>(
    rules: &'a Rules,
    case: Option<&Case>,
    record: TriageRecord<'a>,
    outcome: Outcome,
    (supersedes, version): (Vec<String>, Option<String>),
    arrival: &Arrival<'a>,
) -> EscalationRecord<'a> {
    let kind = match outcome {
        Outcome { becomes_hard: true, .. } => EscalationType::Opened,
        Outcome { gains_condition: true, .. } => EscalationType::ConditionAdded,
        Outcome { .. } => EscalationType::Followup,
    };
    let alone = Case::begin(record.post_id, record.event_time);
    let case = case.unwrap_or(&alone);
    let case_id = case::id(arrival.customer, case);
    let version = version.map(|version| format!("@{version}")).unwrap_or_default();
    let id = match kind {
        EscalationType::Opened => format!("{case_id}:opened"),
        other => format!("{case_id}:{}:{}{version}", other.name(), record.post_id),
    };
    EscalationRecord { id, kind, supersedes, triage: Some(record), ..case::escalation(rules, case, kind, arrival) }
}
