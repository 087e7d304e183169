//! Completes what team leaders are told in one step: which follow-ups belong together, and the summary.
//!
//! Adds to records and takes nothing away: every post keeps its own (D88).

use super::{id, summary};
use crate::author::{AuthorState, Group};
use crate::record::{EscalationRecord, EscalationType, Output};
use crate::rules::Rules;

/// Completes `outputs`, which one step has brought about. To be called once, when `state` is as the step leaves it.
pub fn complete(rules: &Rules, state: &mut AuthorState, outputs: &mut [Output<'_>]) {
    for output in outputs {
        if let Output::Escalation(record) = output {
            record.group = group(rules, state, record);
            record.summary = rules.summary.as_ref().map(|summary| summary::of(summary, record));
        }
    }
}

/// The id of the first of the follow-ups among which `record` is: those of one case within a minute of the first.
fn group(rules: &Rules, state: &mut AuthorState, record: &EscalationRecord<'_>) -> Option<String> {
    let within = rules.escalation.group.filter(|_| record.kind == EscalationType::Followup)?;
    let case = state.case.as_mut().filter(|case| record.case_id == id(record.customer, case))?;
    let known = case.group.take().filter(|group| record.at.since(group.at).abs() <= within);
    let begun = || {
        let first = record.id.strip_prefix(&record.case_id).unwrap_or(&record.id);
        Group { first: first.into(), at: record.at }
    };
    let group = case.group.insert(known.unwrap_or_else(begun));
    Some(format!("{}{}", record.case_id, group.first))
}
