//! Looks at a post: the facts that something asks for, then every signal that could be there.

use super::{Agenda, Builtin, Findings, History, Ref, Signal, View};

/// Replaces `findings` by what `facts` and `signals` say of the post, in the order of the `agenda`.
pub fn look(signals: &[Signal], agenda: &Agenda, facts: &[Builtin], view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) {
    findings.reset(signals.len());
    let mut open = agenda.open(view.by_group, &view.facts.present);
    for fact in facts.iter().copied().filter(|fact| fact.holds(view, history)) {
        findings.names.set(Ref::Builtin(fact), true);
        open.note(Ref::Builtin(fact));
    }
    while let Some(id) = open.take() {
        if signals[usize::from(id)].evaluate(id, view, history, findings) {
            open.note(Ref::Signal(id));
        }
    }
}
