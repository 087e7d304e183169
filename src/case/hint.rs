//! What a post hints at: told with its case, and counted nowhere (D78).

use crate::author::{AuthorState, Outcome};
use crate::rules::{Hint, Rules};
use crate::signals::Findings;

/// Notes in the open case what the post that was just counted in it hints at.
pub fn note_hints(rules: &Rules, state: &mut AuthorState, findings: &Findings) {
    let Some(case) = &mut state.case else { return };
    let repeats = || findings.met(rules.complaint) && state.closed.iter().any(|closed| closed.outcome != Outcome::Dismissed);
    for hint in &rules.escalation.hints {
        let met = match hint {
            Hint::RepeatReport => repeats(),
            Hint::Signal(id, _) => findings.met(*id),
        };
        if met {
            case.add_hint(hint.name());
        }
    }
}
