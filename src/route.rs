//! Tells what was decided: a verdict becomes the records that say so, with destination, tagging fields, the team
//! leader's copy.

use crate::author::{AuthorState, Case, Recognised, Replaced};
use crate::case::{self, CaseChange};
use crate::post::Post;
use crate::record::{
    Arrival, CaseView, Destination, EscalationRecord, EscalationType, Output, PostView, Skip, Tagging, TriageRecord, UNREAD,
};
use crate::rules::{Class, Rules};
use crate::verdict::Verdict;

/// Returns what is told of a post that nobody reads.
pub fn tell_unread<'a>(
    rules: &'a Rules,
    post: &'a Post<'a>,
    reason: Skip,
    mut known: Recognised,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let expired = known.expired.take();
    let record =
        TriageRecord { class: UNREAD, reason: Some(reason.name()), ..bare(rules, post, Destination::Skipped, arrival, &known, Vec::new()) };
    with_expired(Output::Triage(Destination::Skipped, record), rules, expired, arrival)
}

/// Returns what is told of a post that was judged and remembered: its terminal record first.
pub fn tell<'a>(
    rules: &'a Rules,
    state: &AuthorState,
    post: &'a Post<'a>,
    verdict: Verdict<'a>,
    mut known: Recognised,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let expired = known.expired.take();
    with_expired(terminal(rules, state, post, verdict, known, arrival), rules, expired, arrival)
}

fn with_expired<'a>(first: Output<'a>, rules: &'a Rules, expired: Option<Case>, arrival: &Arrival<'a>) -> Vec<Output<'a>> {
    let mut outputs = vec![first];
    outputs.extend(tell_expired(rules, expired.as_ref(), arrival));
    outputs
}

/// Returns what is told of a hard case that ended with nobody saying so.
pub fn tell_expired<'a>(rules: &'a Rules, case: Option<&Case>, arrival: &Arrival<'a>) -> Option<Output<'a>> {
    case.map(|case| Output::Escalation(case::escalation(rules, case, EscalationType::Expired, arrival)))
}

fn terminal<'a>(
    rules: &'a Rules,
    state: &AuthorState,
    post: &'a Post<'a>,
    verdict: Verdict<'a>,
    known: Recognised,
    arrival: &Arrival<'a>,
) -> Output<'a> {
    let class: &'a Class = verdict.class;
    let case = state.case.as_ref().filter(|_| known.countable && class.route != Destination::Skipped);
    let note = class.note[post.platform as usize].as_deref();
    let view = case.map(|case| case_view(rules, state, case, arrival.customer, &verdict));
    let supersedes = known.replaced.iter().map(|replaced| replaced.superseded.clone()).collect();
    let record = TriageRecord {
        class: &class.name,
        note,
        tagging: tagging(rules, class, note),
        reason: class.reason.as_deref(),
        case: view,
        signals: verdict.signals,
        evidence: verdict.evidence,
        ..bare(rules, post, class.route, arrival, &known, supersedes)
    };
    match class.route {
        Destination::Escalations => Output::Escalation(escalation(rules, state, case, record, verdict.change, known.replaced, arrival)),
        Destination::Agents | Destination::Oot | Destination::Skipped => Output::Triage(class.route, record),
    }
}

/// Returns the fields of the desk's application: a post that somebody still has to look at carries none (D54).
fn tagging<'a>(rules: &'a Rules, class: &'a Class, note: Option<&'a str>) -> Option<Tagging<'a>> {
    let fields = class.tagging.as_ref().unwrap_or(&rules.tagging);
    (class.route == Destination::Oot).then_some(Tagging { fields, note })
}

fn bare<'a>(
    rules: &'a Rules,
    post: &'a Post<'a>,
    route: Destination,
    arrival: &Arrival<'a>,
    known: &Recognised,
    supersedes: Vec<String>,
) -> TriageRecord<'a> {
    TriageRecord {
        route: route.name(),
        qc_sample: route.is_unseen() && rules.quality_sample.takes(&post.post_id),
        supersedes,
        post: Some(post_view(post, arrival.with_text)),
        late: known.late,
        future: known.future,
        ..TriageRecord::undecided(&post.post_id, post.platform, known.event_time, &rules.hash, arrival)
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
    state: &AuthorState,
    case: Option<&Case>,
    record: TriageRecord<'a>,
    change: CaseChange,
    replaced: Option<Replaced>,
    arrival: &Arrival<'a>,
) -> EscalationRecord<'a> {
    let kind = match change {
        CaseChange { becomes_hard: true, .. } => EscalationType::Opened,
        CaseChange { gains_condition: true, .. } => EscalationType::ConditionAdded,
        CaseChange { .. } => EscalationType::Followup,
    };
    let alone = Case::begin(record.post_id, record.event_time);
    let case = case.unwrap_or(&alone);
    let case_id = case::id(arrival.customer, case);
    let version = replaced.as_ref().map(|replaced| format!("@{}", replaced.version)).unwrap_or_default();
    let id = match kind {
        EscalationType::Opened => format!("{case_id}:opened"),
        other => format!("{case_id}:{}:{}{version}", other.name(), record.post_id),
    };
    let mut supersedes: Vec<String> = replaced.into_iter().map(|replaced| replaced.superseded).collect();
    if kind == EscalationType::Opened {
        supersedes.extend(case::with_agents(state, case, record.post_id));
    }
    let told = case::escalation(rules, case, kind, arrival);
    let own_link = record.post.as_ref().and_then(|post| post.url).filter(|_| rules.escalation.links > 0 && told.links.is_empty());
    let links = own_link.map(|url| vec![url.to_owned()]).unwrap_or(told.links);
    EscalationRecord { id, kind, supersedes, links, triage: Some(record), ..told }
}
