//! Counts a post in the customer's case, opening one if there is none (D29).

use crate::author::{AuthorState, Case, Recognised};
use crate::post::{Millis, Post};
use crate::rules::Rules;
use crate::signals::{Builtin, Ref};

/// What a post did to its case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CaseChange {
    /// It was counted.
    pub counted: bool,
    /// The case is hard.
    pub hard: bool,
    /// It made the case hard.
    pub becomes_hard: bool,
    /// The case was hard and has a condition more.
    pub gains_condition: bool,
}

/// Counts `post`, which meets the conditions `met` (by number) and arrived at `now`. Why it meets them the case is told
/// when the post is remembered.
pub fn count(
    rules: &Rules,
    state: &mut AuthorState,
    post: &Post<'_>,
    known: &Recognised,
    met: &[bool],
    complaint: bool,
    now: Millis,
) -> CaseChange {
    let id = &*post.post_id;
    let case = state.case.get_or_insert_with(|| Case::begin(id, known.written_at));
    case.add_post(id, known.written_at);
    if let Some(conversation) = post.conversation_id.as_ref().and_then(|id| id.non_blank()).filter(|other| *other != id) {
        case.add_conversation(conversation);
    }
    if let Some(url) = post.url.as_ref().and_then(|url| url.non_blank()) {
        case.add_link(id, url, rules.escalation.links);
    }
    if complaint {
        case.add_complaint(id);
    }
    let known_before = known.replaced.as_ref().map_or(&[][..], |replaced| &replaced.conditions);
    let mut gained = false;
    for (condition, _) in rules.conditions.iter().zip(met).filter(|(_, met)| **met) {
        let is_new = case.add_condition(&condition.name, id);
        gained |= is_new && !known_before.contains(&condition.name);
    }
    let was_hard = case.hard;
    case.hard |= is_hard(rules, case);
    let becomes_hard = case.hard && !was_hard;
    if becomes_hard {
        case.opened_at = Some(now);
    }
    CaseChange { counted: true, hard: case.hard, becomes_hard, gains_condition: was_hard && gained }
}

/// Whether the conditions of `case` make it a hard complaint.
pub fn is_hard(rules: &Rules, case: &Case) -> bool {
    rules.hard.when.holds(&|name| match name {
        Ref::Condition(number) => rules.conditions.get(usize::from(number)).is_some_and(|condition| case.has(&condition.name)),
        Ref::Builtin(Builtin::CaseComplaint) => !case.complaints.is_empty(),
        Ref::Builtin(Builtin::CaseOpen) => true,
        Ref::Builtin(_) | Ref::Signal(_) => false,
    })
}
