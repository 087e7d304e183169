//! What has expired when a record arrives: a whole state that nobody touched for long, a case without posts.
//!
//! The record decides, not the wall clock (D66): a state that expired is emptied by the next record of its customer.

use super::{AuthorState, Case, ID_MEMORY};
use crate::post::Millis;
use crate::record::Arrival;
use crate::rules::Limits;

impl AuthorState {
    /// Brings the state to the time of an arriving record. Returns the hard case that ended with what expired: it does
    /// not go silently.
    pub fn expire(&mut self, limits: &Limits, arrival: &Arrival<'_>) -> Option<Case> {
        if !arrival.with_text
            && let Some(case) = &mut self.case
        {
            case.drop_quotes();
        }
        let expired = self.forget_all(limits, arrival.at);
        self.last_record = self.last_record.max(arrival.at);
        self.forget_old_ids(arrival.at);
        self.expire_handoffs(arrival.at, arrival.with_text);
        expired
    }

    /// Empties a state whose last record lies further back than the longest memory that applies to it (D66).
    fn forget_all(&mut self, limits: &Limits, now: Millis) -> Option<Case> {
        let case = self.case.as_ref().map_or(0, |case| if case.hard { limits.hard_ttl } else { limits.idle_ttl });
        if now.since(self.last_record) <= ID_MEMORY.max(case) {
            return None;
        }
        // How long it is needed, what wrote it knows; a hand-off says it itself.
        let (unknown, handoffs) = (std::mem::take(&mut self.unknown), std::mem::take(&mut self.handoffs));
        let forgotten = std::mem::replace(self, AuthorState { unknown, handoffs, ..AuthorState::default() });
        forgotten.case.filter(|case| case.hard)
    }

    /// Ends the open case if the customer's next post, written at `at`, comes too long after its last one, or if an
    /// ordinary case has become too old (D27). Returns it if it was hard.
    pub(super) fn expire_case(&mut self, limits: &Limits, at: Millis) -> Option<Case> {
        let case = self.case.as_ref()?;
        if self.newest.is_some_and(|newest| at <= newest) {
            return None;
        }
        let idle = at.since(case.last_at);
        let over = if case.hard { idle > limits.hard_ttl } else { idle > limits.idle_ttl || at.since(case.first_at) > limits.max_age };
        self.case.take_if(|_| over).filter(|case| case.hard)
    }
}
