//! Silences, applied to what one step tells team leaders: a record is marked, never kept back, and when a silence ends, the
//! cases that it held are told of (D89).
//!
//! Decides nothing about a post. Which silences there are is an argument, like the time.

use super::{Tick, escalation, id};
use crate::author::{AuthorState, Case, Hold};
use crate::config::silences::Silence;
use crate::post::{Input, Millis};
use crate::record::{Arrival, EscalationRecord, EscalationType, Output, Silenced};
use crate::rules::{Rules, Silences};

/// Marks those of `outputs`, which the step on `input` has brought about, that a silence holds, and notes in the open case
/// which do. Returns how many records were marked.
pub fn hush(silences: &Silences, state: &mut AuthorState, input: &Input<'_>, arrival: &Arrival<'_>, outputs: &mut [Output<'_>]) -> u64 {
    let told = outputs.iter().any(|output| matches!(output, Output::Escalation(_)));
    if silences.is_empty() || !told {
        return 0;
    }
    let post = if let Input::Post(post) = input { Some(&**post) } else { None };
    let by_post = active(silences.holding(arrival.customer, post), arrival.at);
    let by_customer = active(silences.holding(arrival.customer, None), arrival.at);
    let mut marked = 0;
    for record in outputs.iter_mut().filter_map(|output| if let Output::Escalation(record) = output { Some(record) } else { None }) {
        let holding = if record.triage.is_some() { &by_post } else { &by_customer };
        marked += u64::from(mark(silences, state, record, holding, arrival.at));
    }
    marked
}

fn active(silences: Vec<&Silence>, at: Millis) -> Vec<&Silence> {
    silences.into_iter().filter(|silence| silence.is_active(at)).collect()
}

/// Marks `record` if a silence of `holding` holds it, or one that holds its whole case.
fn mark(silences: &Silences, state: &mut AuthorState, record: &mut EscalationRecord<'_>, holding: &[&Silence], at: Millis) -> bool {
    let case = state.case.as_mut().filter(|case| record.case_id == id(record.customer, case));
    let of_post = record.triage.is_some();
    let mut holding = holding.to_vec();
    if let Some(case) = case.as_deref().filter(|_| !of_post) {
        let whole = case.holds.iter().filter(|hold| hold.whole).filter_map(|hold| silences.named(&hold.by));
        holding.extend(whole.filter(|silence| silence.is_active(at)));
    }
    let longest = holding.iter().max_by_key(|silence| silence.until);
    record.silenced = longest.map(|silence| Silenced { by: silence.name.clone(), until: silence.until });
    if let Some(case) = case {
        let opens = record.kind == EscalationType::Opened;
        holding.iter().for_each(|silence| case.hold(&silence.name, at, opens));
        if holding.is_empty() && of_post {
            case.told();
        }
    }
    record.silenced.is_some()
}

/// Marks those of `outputs`, which `tick` has brought about, that a silence holds. Returns how many were marked.
pub fn hush_due(silences: &Silences, state: &mut AuthorState, tick: &Tick<'_>, outputs: &mut [Output<'_>]) -> u64 {
    let holding = active(silences.holding(tick.customer, None), tick.now);
    let records = outputs.iter_mut().filter_map(|output| if let Output::Escalation(record) = output { Some(record) } else { None });
    records.map(|record| u64::from(mark(silences, state, record, &holding, tick.now))).sum()
}

/// When the first of the silences ends that hold the open case of `state`; long ago for one that is not there any more.
/// `None` where none holds it.
pub fn silence_due(silences: &Silences, state: &AuthorState) -> Option<Millis> {
    state.case.as_ref()?.holds.iter().map(|hold| hold_due(silences, hold)).min()
}

/// When the silence ends by which `hold` holds a case.
fn hold_due(silences: &Silences, hold: &Hold) -> Millis {
    silences.named(&hold.by).map_or(Millis::new(0), |silence| silence.until.plus(1))
}

/// Tells of the open case once for each silence that held it and has ended by the time of `tick`.
pub fn end_silences<'a>(rules: &'a Rules, silences: &Silences, state: &mut AuthorState, tick: &Tick<'a>) -> Vec<Output<'a>> {
    let Some(case) = &mut state.case else { return Vec::new() };
    let (ended, holds): (Vec<Hold>, _) = case.holds.drain(..).partition(|hold| hold_due(silences, hold) <= tick.now);
    case.holds = holds;
    ended.iter().map(|hold| Output::Escalation(ended_by(rules, case, hold, hold_due(silences, hold), tick))).collect()
}

/// What is told of a silence that ended at `due`; long ago: it was taken away, and that is noticed now.
fn ended_by<'a>(rules: &'a Rules, case: &Case, hold: &Hold, due: Millis, tick: &Tick<'a>) -> EscalationRecord<'a> {
    let at = Some(due).filter(|due| due.get() > 0).unwrap_or(tick.now);
    let mut record = escalation(rules, case, EscalationType::SilenceEnded, &tick.arrival(at));
    record.id = format!("{}:{}:{}", record.id, hold.by, hold.since.get());
    record.background.silence = Some(hold.by.to_string());
    record
}
