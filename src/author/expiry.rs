//! What has expired when a record arrives: a whole state that nobody touched for long, a case without posts. A hard case
//! that ended so can be opened again like any that was closed (D74).
//!
//! The record decides, not the wall clock (D66): a state that expired is emptied by the next record of its customer.

use super::{AuthorState, Case, ID_MEMORY, Outcome};
use crate::post::Millis;
use crate::record::Arrival;
use crate::rules::Limits;

impl AuthorState {
    /// Brings the state to the time of an arriving record. Returns the hard case that ended with what expired: it does
    /// not go silently.
    pub fn expire(&mut self, limits: &Limits, arrival: &Arrival<'_>) -> Option<Case> {
        if !arrival.with_text {
            self.all_cases().for_each(Case::drop_quotes);
        }
        let expired = self.forget_all(limits, arrival.at);
        self.forget_closed(arrival.at);
        self.last_record = self.last_record.max(arrival.at);
        self.forget_old_ids(arrival.at);
        self.expire_handoffs(arrival.at, arrival.with_text);
        expired
    }

    /// Empties a state whose last record lies further back than the longest memory that applies to it (D66), but for the
    /// cases that may be opened again.
    fn forget_all(&mut self, limits: &Limits, now: Millis) -> Option<Case> {
        let case = self.case.as_ref().map_or(0, |case| if case.hard { limits.hard_ttl } else { limits.idle_ttl });
        if now.since(self.last_record) <= ID_MEMORY.max(case) {
            return None;
        }
        // How long it is needed, what wrote it knows; a hand-off says it itself.
        let forgotten = std::mem::take(self);
        (self.unknown, self.closed, self.handoffs) = (forgotten.unknown, forgotten.closed, forgotten.handoffs);
        self.note_expired(forgotten.case, limits, now)
    }

    /// Remembers a hard case that ended by itself, and returns it.
    fn note_expired(&mut self, case: Option<Case>, limits: &Limits, now: Millis) -> Option<Case> {
        let case = case.filter(|case| case.hard)?;
        self.note_closed(case.clone(), now, Outcome::Expired, limits.reopen_within.map(|memory| now.plus(memory)));
        Some(case)
    }

    /// When a hard case ends by the wall clock: nobody has written or reported anything for so long.
    pub fn hard_case_ends(&self, limits: &Limits) -> Option<Millis> {
        let hard = self.case.as_ref().is_some_and(|case| case.hard);
        hard.then(|| self.last_record.plus(ID_MEMORY.max(limits.hard_ttl) + 1))
    }

    /// Ends a hard case whose time is over at `now`; it, and when that was.
    pub fn end_hard_case(&mut self, limits: &Limits, now: Millis) -> Option<(Case, Millis)> {
        let at = self.hard_case_ends(limits).filter(|at| *at <= now)?;
        let case = self.case.take();
        self.note_expired(case, limits, at).map(|case| (case, at))
    }

    /// Ends the open case if the customer's next post, written at `at`, comes too long after its last one, or if an
    /// ordinary case has become too old (D27). Returns it if it was hard; the record of that post arrived at `now`.
    pub(super) fn expire_case(&mut self, limits: &Limits, at: Millis, now: Millis) -> Option<Case> {
        let case = self.case.as_ref()?;
        if self.newest.is_some_and(|newest| at <= newest) {
            return None;
        }
        // A case that was opened again begins anew with that.
        let since = |began: Millis| at.since(case.reopened_at.map_or(began, |reopened| reopened.max(began)));
        let idle = since(case.last_at);
        let over = if case.hard { idle > limits.hard_ttl } else { idle > limits.idle_ttl || since(case.first_at) > limits.max_age };
        let ended = self.case.take_if(|_| over);
        self.note_expired(ended, limits, now)
    }
}
