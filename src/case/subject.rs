//! What a case event is about: the customer's open case, one that has ended, a post; or why that cannot be said (D71).
//!
//! Changes nothing.

use super::id;
use crate::author::{AuthorState, Case};
use crate::post::{CaseEvent, CaseEventKind};
use crate::record::{Arrival, Output};

/// What an event that can be used is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject<'e> {
    /// The open case.
    Open,
    /// The ended case at this place, which is to be opened again.
    Closed(usize),
    /// A post, in a case or not.
    Post(&'e str),
}

/// Why an event cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    /// No open case is called so, and none that has ended.
    Unknown,
    /// The case has ended.
    Closed,
    /// It has no id of its own.
    NoEventId,
    /// It sends back a post and does not say which.
    NoPost,
    /// It opens a case again while another one is a hard complaint.
    AnotherIsHard,
    /// It ends a case that was opened again later.
    EndedBefore,
}

/// What `event` is about.
pub(super) fn of<'e>(state: &AuthorState, event: &'e CaseEvent<'_>, arrival: &Arrival<'_>) -> Result<Subject<'e>, Unusable> {
    if event.event_id.non_blank().is_none() {
        return Err(Unusable::NoEventId);
    }
    let named = |case: &Case| event.case_id.non_blank().is_none_or(|name| *name == id(arrival.customer, case));
    let open = state.case.as_ref().filter(|case| named(case));
    let closed = state.closed.iter().rposition(|closed| named(&closed.case));
    match (event.event, open, closed) {
        (CaseEventKind::Returned, ..) => {
            let post = event.post_id.as_ref().and_then(|post| post.non_blank()).ok_or(Unusable::NoPost)?;
            if open.is_some() || remembers(state, post) { Ok(Subject::Post(post)) } else { Err(Unusable::Unknown) }
        }
        (CaseEventKind::Resolved | CaseEventKind::Dismissed, Some(case), _)
            if case.reopened_at.is_some_and(|reopened| event.at < reopened) =>
        {
            Err(Unusable::EndedBefore)
        }
        (_, Some(_), _) => Ok(Subject::Open),
        (CaseEventKind::Reopened, None, Some(_)) if state.case.as_ref().is_some_and(|case| case.hard) => Err(Unusable::AnotherIsHard),
        (CaseEventKind::Reopened, None, Some(place)) => Ok(Subject::Closed(place)),
        (_, None, Some(_)) => Err(Unusable::Closed),
        (_, None, None) => Err(Unusable::Unknown),
    }
}

fn remembers(state: &AuthorState, post: &str) -> bool {
    let mut cases = state.case.iter().chain(state.closed.iter().map(|closed| &closed.case));
    state.posts.iter().any(|known| *known.id == *post) || cases.any(|case| case.posts.iter().any(|known| *known == post))
}

impl From<Unusable> for Output<'_> {
    fn from(why: Unusable) -> Self {
        let code = if matches!(why, Unusable::Unknown | Unusable::Closed) { "unknown_case" } else { "unusable_event" };
        let message = match why {
            Unusable::Unknown => {
                "the case event names a case that is not open; check its case_id and customer, or whether the case was closed before"
            }
            Unusable::Closed => "the case event names a case that is closed; `reopened` would open it again",
            Unusable::NoEventId => "the case event has no event_id, so it could not be told from another one; give it one",
            Unusable::NoPost => "`returned` does not say which post is sent back; give its post_id",
            Unusable::AnotherIsHard => "another case of the customer is open and a hard complaint; report on that one, or close it first",
            Unusable::EndedBefore => {
                "the case was opened again after the `at` of this end; if it is over now, report that with the time of now"
            }
        };
        Output::DeadLetter { code, message }
    }
}
