//! Remembers a post that was judged, and why its case is what it is: what the customer's next post is judged by.
//!
//! Knows what was decided only as far as a later post may need it.

use super::{AuthorState, Recognised, Remembered, SeriesMemory};
use crate::post::{Millis, Post, same_id};
use crate::signals::Evidence;

/// What was decided about a post, as far as it must be remembered.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'v> {
    /// It was counted in the case.
    pub counted: bool,
    /// It is addressed to the brand, whether it was counted or not.
    pub addressed: bool,
    /// It is a complaint.
    pub complaint: bool,
    /// The verdict goes to the agents.
    pub with_agents: bool,
    /// It goes on with the newest series.
    pub joins: bool,
    /// Subjects that it names.
    pub subjects: &'v [&'v str],
    /// Fingerprints of its telling words.
    pub words: &'v [u32],
    /// Why it was decided so; what is met is kept in the case.
    pub evidence: &'v [Evidence<'v>],
}

impl AuthorState {
    /// Remembers `post`, which arrived at `seen`, or the newer version that it is, its place in the newest series (D55), and
    /// in the case why it meets conditions. Returns whether another one was forgotten for it.
    pub fn remember_judged(&mut self, post: &Post<'_>, known: &Recognised, judged: &Judged<'_>, seen: Millis) -> bool {
        let at = known.written_at;
        let mut entry = Remembered::of(post, at, seen);
        entry.feeds = judged.counted;
        entry.addressed = judged.addressed && !judged.counted;
        entry.complaint = judged.counted && judged.complaint;
        entry.with_agents = judged.counted && judged.with_agents;
        let place = known.replaced.as_ref().map(|replaced| replaced.place);
        let forgot = match place.and_then(|place| self.posts.get_mut(place)) {
            Some(known) => {
                entry.follow(known);
                *known = entry;
                false
            }
            None => self.remember(entry),
        };
        if judged.counted {
            self.keep_reasons(judged.evidence);
            let id = &*post.post_id;
            if !self.posts.iter().any(|known| known.in_series && same_id(&known.id, id)) {
                self.extend_series(post, judged, at);
            }
        }
        forgot
    }

    fn keep_reasons(&mut self, evidence: &[Evidence<'_>]) {
        let Some(case) = &mut self.case else { return };
        for piece in evidence.iter().filter(|piece| piece.met) {
            if let Some(condition) = &piece.condition {
                case.add_evidence(condition, piece);
            }
        }
    }

    /// Adds the post to the newest series, or begins one with it; a post older than the newest series does neither unless it
    /// joins.
    fn extend_series(&mut self, post: &Post<'_>, judged: &Judged<'_>, at: Millis) {
        let id = &*post.post_id;
        let older = self.series.as_ref().is_some_and(|series| at < series.first_at);
        match &mut self.series {
            Some(series) if judged.joins => {
                series.add_content(judged.subjects, judged.words);
                series.answered = false;
                self.posts.iter_mut().filter(|known| *known.id == *id).for_each(|known| known.in_series = true);
            }
            _ if older => {}
            _ => {
                let parent = post.parent_id.as_ref().and_then(|parent| parent.non_blank()).map(Into::into);
                let mut series = SeriesMemory { anchor: id.into(), first_at: at, parent, ..SeriesMemory::default() };
                series.add_content(judged.subjects, judged.words);
                self.begin_series(series);
            }
        }
    }
}
