//! What a verdict says beside its class and where the post goes: its conditions, signals and flags, and what of it two rule
//! sets do not both say.

use serde::Serialize;

use crate::record::{Output, TriageRecord};

/// A kind of thing that a verdict says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// A condition that the post itself meets.
    Condition,
    /// A condition of the customer's open case.
    CaseCondition,
    /// What a record of an escalation is about.
    Escalation,
    /// `late`, `future`, `hard`, `watch`, `linked`, `qc_sample`.
    Flag,
    /// A signal that is met and listed in records.
    Signal,
    /// Why the post is put aside.
    Reason,
    /// The note for the desk.
    Note,
}

impl Of {
    /// Returns the kind as people read it, in the singular.
    pub fn label(self) -> &'static str {
        match self {
            Of::Condition => "condition",
            Of::CaseCondition => "case condition",
            Of::Escalation => "escalation",
            Of::Flag => "flag",
            Of::Signal => "signal",
            Of::Reason => "reason",
            Of::Note => "note",
        }
    }
}

/// One thing that a verdict says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Aspect {
    /// What sort of thing `name` names.
    pub of: Of,
    /// Name of the condition, signal or flag; the text of a reason or note.
    pub name: String,
}

/// Something that one of two verdicts says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// The thing that is said.
    #[serde(flatten)]
    pub what: Aspect,
    /// The second rule set says it; else the first.
    pub gained: bool,
}

/// Returns what is said by one of the two only, in order.
pub(super) fn shifts(before: &[Output<'_>], after: &[Output<'_>]) -> Vec<Shift> {
    let (before, after) = (aspects(before), aspects(after));
    if before == after {
        return Vec::new();
    }
    let only = |these: &[(Of, &str)], those: &[(Of, &str)], gained| -> Vec<Shift> {
        let missing = these.iter().filter(|aspect| !those.contains(aspect));
        missing.map(|(of, name)| Shift { what: Aspect { of: *of, name: (*name).to_owned() }, gained }).collect()
    };
    let mut shifts = only(&before, &after, false);
    shifts.extend(only(&after, &before, true));
    shifts.sort_by(|a, b| (&a.what, a.gained).cmp(&(&b.what, b.gained)));
    shifts
}

/// Returns everything that the records say of the post, in order.
fn aspects<'o>(outputs: &'o [Output<'_>]) -> Vec<(Of, &'o str)> {
    let Some(verdict) = outputs.first().and_then(Output::verdict) else { return Vec::new() };
    let mut said: Vec<(Of, &str)> = Vec::with_capacity(16);
    let met = verdict.evidence.iter().filter(|piece| piece.met).filter_map(|piece| piece.condition.as_deref());
    said.extend(met.map(|name| (Of::Condition, name)));
    let case = verdict.case.iter().flat_map(|case| &case.conditions);
    said.extend(case.map(|name| (Of::CaseCondition, name.as_str())));
    said.extend(outputs.iter().filter_map(|output| match output {
        Output::Escalation(record) => Some((Of::Escalation, record.kind.name())),
        Output::Triage(..) | Output::Handoff(_) | Output::DeadLetter { .. } => None,
    }));
    said.extend(flags(verdict).into_iter().filter(|(_, is)| *is).map(|(name, _)| (Of::Flag, name)));
    said.extend(verdict.signals.iter().map(|name| (Of::Signal, *name)));
    said.extend(verdict.reason.map(|reason| (Of::Reason, reason)));
    said.extend(verdict.note.map(|note| (Of::Note, note)));
    said.sort_unstable();
    said.dedup();
    said
}

fn flags(verdict: &TriageRecord<'_>) -> [(&'static str, bool); 6] {
    let case = verdict.case.as_ref();
    [
        ("late", verdict.late),
        ("future", verdict.future),
        ("hard", case.is_some_and(|case| case.hard)),
        ("watch", case.is_some_and(|case| case.watch)),
        ("linked", case.is_some_and(|case| case.linked)),
        ("qc_sample", verdict.qc_sample),
    ]
}
