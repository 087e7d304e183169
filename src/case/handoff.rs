//! Life of a hand-off (W-02): a mail of a party brings it about, the desk's steps fill in its form (D100 to D105).
//!
//! It is no case: it feeds no condition, and the customer it is about is only named in it.

use crate::author::{AuthorState, DoneStep, Handoff, MetCondition, Reason, Recognised, Unknown};
use crate::post::{CaseEvent, HandoffStep, Millis};
use crate::record::{
    Arrears, Arrival, HANDOFF_SCHEMA, HandoffChannel, HandoffCustomer, HandoffRecord, ManagerApproval, Output, RecordingStatus, SUBMITTED,
    SubmittedBy, VoiceRecording,
};
use crate::rules::{Criterion, Handoffs, Rules};
use crate::signals::{Findings, View, of_trace};

/// Pieces of evidence kept for one criterion.
const MAX_EVIDENCE: usize = 3;

/// What a post brought about.
#[derive(Debug)]
pub struct Opened<'a> {
    /// The record beside the post's own.
    pub output: Output<'a>,
    /// An earlier hand-off had to be forgotten for it before its time.
    pub forgot: bool,
}

/// Notes the hand-off that the post of `view` is, if a party's sender wrote it and a criterion is met. A newer version of
/// the post changes what the text gives and keeps the steps; the same mail once more changes nothing.
pub fn open<'a>(
    rules: &'a Rules,
    state: &mut AuthorState,
    known: &Recognised,
    view: &View<'_, 'a>,
    findings: &Findings,
    arrival: &Arrival<'a>,
) -> Option<Opened<'a>> {
    let (settings, post) = (&rules.handoffs, view.post);
    let party = view.party?;
    let criteria = met(rules, view, findings);
    if criteria.is_empty() {
        return None;
    }
    let form = settings.read(&post.text, arrival.at);
    let (mut forgot, mut version) = (false, String::new());
    match (state.handoff_mut(&post.post_id), &known.replaced) {
        (Some(_), None) => return None,
        (Some(handoff), Some(replaced)) => {
            (handoff.criteria, handoff.form) = (criteria, form);
            version = format!("@{}", replaced.version);
        }
        (None, _) => {
            let until = arrival.at.plus(settings.kept);
            let (id, party) = ((*post.post_id).into(), party.into());
            let handoff = Handoff { id, received_at: arrival.at, until, party, criteria, form, ..Handoff::default() };
            forgot = state.add_handoff(handoff, is_done);
        }
    }
    let handoff = state.handoff_mut(&post.post_id)?;
    let record = record(rules, handoff, SUBMITTED, known.event_time, arrival);
    let id = format!("{}:{SUBMITTED}{version}", record.case_id);
    Some(Opened { output: Output::Handoff(Box::new(HandoffRecord { id, ..record })), forgot })
}

/// Counts the step that `event` reports, and answers it; `None`: there is no such hand-off.
pub fn apply<'a>(
    rules: &'a Rules,
    state: &mut AuthorState,
    event: &'a CaseEvent<'a>,
    step: HandoffStep,
    arrival: &Arrival<'a>,
) -> Option<Output<'a>> {
    let is_named = |handoff: &&mut Handoff| {
        let by_mail = || event.post_id.as_ref().is_some_and(|post| **post == *handoff.id);
        if event.case_id.is_empty() { by_mail() } else { *event.case_id == *case_id(arrival.customer, handoff) }
    };
    let handoff = state.handoffs.iter_mut().find(is_named)?;
    // A clock that is wrong must not settle what is still to come.
    let at = event.at.min(arrival.at.plus(rules.limits.max_future_skew));
    let text = |text: &'a Option<crate::post::Str<'a>>| text.as_ref().and_then(|text| text.non_blank());
    handoff.note(DoneStep::new(step.name(), at, text(&event.agent), text(&event.note)));
    let record = record(rules, handoff, step.name(), event.at, arrival);
    let id = format!("{}:{}:{}", record.case_id, step.name(), &*event.event_id);
    Some(Output::Handoff(Box::new(HandoffRecord { id, ..record })))
}

fn case_id(customer: &str, handoff: &Handoff) -> String {
    format!("{customer}:{}", handoff.id)
}

fn is_done(handoff: &Handoff) -> bool {
    done(handoff, HandoffStep::Sent).is_some()
}

fn done(handoff: &Handoff, step: HandoffStep) -> Option<&DoneStep> {
    handoff.step(step.name())
}

/// The criteria that hold, each with what shows it.
fn met(rules: &Rules, view: &View<'_, '_>, findings: &Findings) -> Vec<MetCondition> {
    let holds = |criterion: &&Criterion| findings.met(criterion.signal);
    let evidence = |criterion: &Criterion| {
        let name = &rules.signal(criterion.signal).name;
        let most = rules.evidence.most.min(MAX_EVIDENCE);
        let pieces = findings.traces(criterion.signal).iter().take(most).map(|trace| {
            let mut piece = of_trace(trace, criterion.signal, name, view, findings).into_owned();
            (piece.condition, piece.clause) = (Some(criterion.name.clone().into()), Some(criterion.clause.clone().into()));
            Reason { piece, unknown: Unknown::default() }
        });
        MetCondition { name: criterion.name.as_str().into(), evidence: pieces.collect(), ..MetCondition::default() }
    };
    rules.handoffs.criteria.iter().filter(holds).map(evidence).collect()
}

/// The record of `handoff` after `step`, which happened at `at`; its id is for the caller.
fn record<'a>(rules: &'a Rules, handoff: &Handoff, step: &'static str, at: Millis, arrival: &Arrival<'a>) -> HandoffRecord<'a> {
    let settings = &rules.handoffs;
    let by = |step| done(handoff, step).and_then(|done| done.by.as_deref()).map(str::to_owned);
    let when = |step| done(handoff, step).map(|done| done.at);
    let chronology = done(handoff, HandoffStep::ChronologyWritten).and_then(|done| done.text.as_deref());
    let pieces = handoff.criteria.iter().flat_map(|criterion| &criterion.evidence);
    HandoffRecord {
        schema: HANDOFF_SCHEMA,
        id: String::new(),
        step,
        case_id: case_id(arrival.customer, handoff),
        at,
        form: &settings.form,
        submitted_by: submitted_by(handoff, arrival.customer),
        received_at: handoff.received_at,
        customer: HandoffCustomer { number: handoff.form.customer_number.clone(), ..HandoffCustomer::default() },
        program: handoff.form.months.and_then(|months| settings.program(months)),
        criteria: handoff.criteria.iter().map(|criterion| criterion.name.to_string()).collect(),
        offer_call_date: handoff.form.call_date.clone(),
        arrears: Arrears { amount_idr: handoff.form.amount_idr, months: handoff.form.months },
        voice_recording: recording(settings, handoff),
        chronology: chronology.map(str::to_owned),
        qco: officer(handoff),
        spv_validated_by: by(HandoffStep::SpvValidated),
        spv_validated_at: when(HandoffStep::SpvValidated),
        manager_approval: ManagerApproval { name: by(HandoffStep::ManagerApproved), at: when(HandoffStep::ManagerApproved) },
        sent_to_external_at: when(HandoffStep::Sent),
        missing: missing(handoff),
        retention_until: Handoffs::day_of(handoff.until),
        evidence: pieces.map(|reason| reason.piece.clone()).collect(),
        rules: &rules.hash,
        source: arrival.source,
    }
}

/// Party, address and channel, which the sender's customer key tells.
fn submitted_by<'a>(handoff: &Handoff, customer: &'a str) -> SubmittedBy<'a> {
    let (platform, contact) = customer.split_once(':').unwrap_or(("", customer));
    let channel = if platform == crate::post::Platform::Email.name() { HandoffChannel::Email } else { HandoffChannel::Whatsapp };
    SubmittedBy { party: handoff.party.to_string(), contact, channel }
}

/// What was said last of the recording: that it is found, or that it is not.
fn recording<'a>(settings: &'a Handoffs, handoff: &Handoff) -> VoiceRecording<'a> {
    let found = done(handoff, HandoffStep::RecordingFound);
    let missing = done(handoff, HandoffStep::RecordingMissing);
    let status = match (found, missing) {
        (Some(found), Some(missing)) if found.at < missing.at => RecordingStatus::Missing,
        (Some(_), _) => RecordingStatus::Found,
        (None, Some(_)) => RecordingStatus::Missing,
        (None, None) => RecordingStatus::Requested,
    };
    let file = found.filter(|_| status == RecordingStatus::Found).and_then(|found| found.text.as_deref());
    let (application, format) = (&settings.application, &settings.format);
    VoiceRecording { required: true, application, format, file_ref: file.map(str::to_owned), status }
}

/// The officer who looked for the recording or wrote the chronology last.
fn officer(handoff: &Handoff) -> Option<String> {
    const HIS: [HandoffStep; 3] = [HandoffStep::RecordingFound, HandoffStep::RecordingMissing, HandoffStep::ChronologyWritten];
    let steps = HIS.into_iter().filter_map(|step| done(handoff, step)).filter(|done| done.by.is_some());
    steps.max_by_key(|done| (done.at, done.by.clone()))?.by.as_deref().map(str::to_owned)
}

/// Fields that the text did not give and steps that nobody has reported.
fn missing(handoff: &Handoff) -> Vec<&'static str> {
    let form = &handoff.form;
    let lacks = |step| done(handoff, step).is_none();
    let no_text = |step| done(handoff, step).is_none_or(|done| done.text.is_none());
    let no_recording = done(handoff, HandoffStep::RecordingFound).is_none_or(|found| {
        found.text.is_none() || done(handoff, HandoffStep::RecordingMissing).is_some_and(|missing| missing.at > found.at)
    });
    let fields = [
        ("customer.number", form.customer_number.is_none()),
        ("arrears.amount_idr", form.amount_idr.is_none()),
        ("arrears.months", form.months.is_none()),
        ("offer_call_date", form.call_date.is_none()),
        ("voice_recording.file_ref", no_recording),
        ("chronology", no_text(HandoffStep::ChronologyWritten)),
        ("spv_validated_at", lacks(HandoffStep::SpvValidated)),
        ("manager_approval.at", lacks(HandoffStep::ManagerApproved)),
        ("sent_to_external_at", lacks(HandoffStep::Sent)),
    ];
    fields.into_iter().filter_map(|(field, lacks)| lacks.then_some(field)).collect()
}

#[cfg(test)]
mod tests;
