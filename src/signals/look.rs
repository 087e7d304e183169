//! Looks at a post: the facts that something asks for, then every signal that could be there.

use super::{Agenda, Builtin, Findings, History, Ref, Relevance, Signal, View};

/// What is to be looked for, of one set of rules.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'r> {
    /// The signals, by their numbers.
    pub signals: &'r [Signal],
    /// Their order.
    pub agenda: &'r Agenda,
    /// Which of them matter; `None`: what can decide nothing about the post is looked at too, somebody asks what it says.
    pub relevance: Option<&'r Relevance>,
    /// The facts that something asks for.
    pub facts: &'r [Builtin],
}

/// Replaces `findings` by what is `sought` and said of the post, in the order of the agenda.
pub fn look(sought: Sought<'_>, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) {
    let Sought { signals, agenda, relevance, facts } = sought;
    findings.reset(signals.len());
    let mut open = agenda.open(view.by_group, &view.facts.present);
    for fact in facts.iter().copied().filter(|fact| fact.holds(view, history)) {
        findings.names.set(Ref::Builtin(fact), true);
        open.note(Ref::Builtin(fact));
    }
    if let Some(relevant) = relevance.and_then(|relevance| relevance.of(signals, &findings.names)) {
        open.leave_out_all_but(relevant);
    }
    while let Some(id) = open.take() {
        if signals[usize::from(id)].evaluate(id, view, history, findings) {
            open.note(Ref::Signal(id));
        }
    }
}
