//! Looks at a post: the facts that something asks for, then every signal that could be there.

use super::{Agenda, Builtin, Findings, History, Ref, Signal, View};

/// Replaces `findings` by what `facts` and `signals` say of the post, in the order of the `agenda`.
pub fn look(signals: &[Signal], agenda: &Agenda, facts: &[Builtin], view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) {
    findings.reset(signals.len());
    for &fact in facts {
        findings.names.set(Ref::Builtin(fact), fact.holds(view, history));
    }
    for id in agenda.signals(view.hits) {
        signals[usize::from(id)].evaluate(id, view, history, findings);
    }
}
