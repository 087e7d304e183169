//! What is remembered of one customer: recent posts, the series going on, the open case. [`recognise()`] meets an arriving
//! post with it, [`AuthorState::remember_judged`] adds the post to it.
//!
//! The state is exactly what its last journal record says (invariant 6 of the crate). It is bounded: at most
//! [`MAX_POSTS`] posts and as many event ids, whatever the thresholds. Of the rules it asks limits of time and who the brand
//! is; names of conditions and subjects are opaque, so a renamed condition is simply unknown.

mod case;
mod closed;
mod codec;
mod expiry;
mod handoff;
mod history;
mod json;
mod memory;
mod recognise;
mod remember;
mod remembered;
mod reminded;
mod told;
mod unknown;
mod version;

pub use self::case::{Case, Link, MetCondition, Reason, Reported};
pub use self::closed::{ClosedCase, Outcome};
pub use self::codec::{CorruptState, Head};
pub use self::handoff::{DoneStep, Handoff, MAX_HANDOFFS};
pub use self::history::HistoryBuffer;
use self::memory::Acquaintance;
pub use self::memory::{ID_MEMORY, SeriesMemory};
pub use self::recognise::{Recognised, Replaced, is_to_be_read, recognise};
pub use self::remember::Judged;
pub use self::remembered::Remembered;
pub use self::reminded::{Reminded, Reminder, Reminders};
pub use self::told::{Group, Hold, Step};
pub use self::unknown::{Unknown, UnknownOfPost};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::post::Millis;
pub use crate::signals::MAX_POSTS;

/// Replies of the brand remembered.
const MAX_REPLIES: usize = 8;

/// State of one customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AuthorState {
    /// Time of the newest record that was counted.
    #[serde(rename = "r", with = "json::number")]
    pub last_record: Millis,
    /// Newest time of writing among the customer's posts.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub newest: Option<Millis>,
    /// Recent posts in order of arrival.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<Remembered>,
    /// Ids of recent case events, with the time of their record.
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<(SmolStr, i64)>,
    /// When the latest replies of the brand were written, in order of arrival.
    #[serde(rename = "b", default, skip_serializing_if = "Vec::is_empty", with = "json::numbers")]
    pub replies: Vec<Millis>,
    /// The newest series, going on or over; `None` before the first counted post.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesMemory>,
    /// What was written up to then is settled (`resolved`, `dismissed`).
    #[serde(rename = "z", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub ended: Option<Millis>,
    /// The open case; `None` where none is open.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// Cases that have ended and may be opened again, the latest last.
    #[serde(rename = "q", default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<ClosedCase>,
    /// What the customer handed in for others, where it is none but a party (W-02), the oldest first. Records of before,
    /// which were JSON, have none.
    #[serde(rename = "h", default, skip_deserializing, skip_serializing_if = "Vec::is_empty")]
    pub handoffs: Vec<Handoff>,
    /// What a newer program has written of the customer.
    #[serde(skip)]
    pub unknown: Unknown,
}

impl AuthorState {
    /// Returns whether there is nothing that the next record could need.
    pub fn is_empty(&self) -> bool {
        let no_posts = self.posts.is_empty() && self.events.is_empty() && self.replies.is_empty();
        no_posts && self.ended.is_none() && self.closed.is_empty() && !self.is_kept()
    }

    /// Returns whether time alone does not make the state one that nobody needs: a case is open, a hand-off is kept, or a
    /// newer program knows why.
    fn is_kept(&self) -> bool {
        self.case.is_some() || !self.handoffs.is_empty() || !self.unknown.is_empty()
    }

    /// Returns how long after its last record the next record may need the state, in milliseconds; `None`: however long it takes.
    fn needed_for(&self) -> Option<i64> {
        let closed = self.closed.iter().map(|closed| closed.until.since(self.last_record)).max();
        (!self.is_kept()).then(|| closed.map_or(ID_MEMORY, |closed| closed.max(ID_MEMORY)))
    }

    /// Returns whether what was written at `at` is settled already.
    pub fn is_settled(&self, at: Millis) -> bool {
        self.ended.is_some_and(|ended| at <= ended)
    }

    /// Notes a reply of the brand, written at `at`.
    pub fn note_reply(&mut self, at: Millis) {
        if self.replies.len() == MAX_REPLIES {
            self.replies.remove(0);
        }
        self.replies.push(at);
        if let Some(series) = &mut self.series {
            series.answered = true;
        }
    }

    /// Returns whether the event `id` is known.
    pub fn knows_event(&self, id: &str) -> bool {
        self.events.iter().any(|(known, _)| **known == *id)
    }

    /// Notes the event `id`, at record time `now`; where there are too many, forgets the oldest. Returns whether one was
    /// forgotten.
    pub fn note_event(&mut self, id: &str, now: Millis) -> bool {
        let full = self.events.len() >= MAX_POSTS;
        if full {
            self.events.remove(0);
        }
        self.events.push((id.into(), now.get()));
        full
    }

    /// Drops ids that are older than they need be, at record time `now`.
    pub fn forget_old_ids(&mut self, now: Millis) {
        let case = self.case.as_ref();
        self.posts.retain(|post| now.since(post.seen) <= ID_MEMORY || case.is_some_and(|case| case.is_first(&post.id)));
        self.events.retain(|&(_, seen)| now.since(Millis::new(seen)) <= ID_MEMORY);
        if self.ended.is_some_and(|ended| now.since(ended) > ID_MEMORY) {
            self.ended = None;
        }
    }
}
