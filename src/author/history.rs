//! What signals may know of the customer's past, out of what is remembered.

use super::AuthorState;
use crate::post::{Millis, OwnAccounts, Post, same_id};
use crate::signals::{History, PastPost, Series};

/// Room for the lists that a [`History`] lends. Reused from post to post.
#[derive(Debug, Default)]
pub struct HistoryBuffer {
    posts: Vec<PastPost>,
    times: Vec<Millis>,
}

impl AuthorState {
    /// Returns the past as `post` meets it, the post itself and earlier versions of it left out.
    pub fn history<'a>(&'a self, own: &OwnAccounts, post: &Post<'_>, buffer: &'a mut HistoryBuffer) -> History<'a> {
        let place = self.fill(&post.post_id, buffer);
        let HistoryBuffer { posts, times } = buffer;
        let series = self.series.as_ref().filter(|_| !times.is_empty() || place.is_some());
        let series = series.map(|series| Series {
            times,
            first_at: series.first_at,
            parent: series.parent.as_deref(),
            words: &series.words,
            subjects: &series.subjects,
            answered: series.answered || (may_answer_brand(own, post) && self.answers_another(post)),
            replies: &self.replies,
            place,
        });
        let case = self.case.as_ref();
        History {
            posts,
            series,
            case_open: case.is_some(),
            complaint_open: case.is_some_and(|case| !case.complaints.is_empty()),
            case_hard: case.is_some_and(|case| case.hard),
            in_conversation: self.is_in_conversation(post),
        }
    }

    /// Fills the lists without the post `id`. If that is a member of the newest series itself: whether it is the first.
    fn fill(&self, id: &str, buffer: &mut HistoryBuffer) -> Option<bool> {
        let HistoryBuffer { posts, times } = buffer;
        posts.clear();
        times.clear();
        let mut place = None;
        for known in &self.posts {
            let same = same_id(&known.id, id);
            if known.in_series {
                if same {
                    place = Some(self.series.as_ref().is_some_and(|series| series.anchor == known.id));
                } else {
                    times.push(known.at);
                }
            }
            if known.feeds && !same && !self.is_settled(known.at) && !known.deleted {
                posts.push(PastPost { at: known.at, complaint: known.complaint });
            }
        }
        posts.sort_by_key(|post| post.at);
        place
    }
}

/// Returns whether the brand may have written what `post` answers: the feed says so, or does not say who did. Its reply
/// need not be in the feed (D61).
fn may_answer_brand(own: &OwnAccounts, post: &Post<'_>) -> bool {
    let answered = post.in_reply_to_author_id.as_ref().and_then(|id| id.non_blank());
    answered.is_none_or(|id| own.has_id(id) || own.has_handle(id))
}
