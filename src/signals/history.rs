//! What signals may know of a customer's past: a view that the author's state fills in.

use smol_str::SmolStr;

use crate::post::Millis;

/// Posts, and ids of case events, remembered of one customer (D10). A burst can ask for no more, nor does the schema of the
/// rules let it.
pub const MAX_POSTS: usize = 64;

/// The customer's past, as far as a signal may look at it.
#[derive(Debug, Default)]
pub struct History<'a> {
    /// Posts that count in windows, this one and superseded versions of it left out, oldest first by time of writing.
    pub posts: &'a [PastPost],
    /// The newest series, if one can still go on.
    pub series: Option<Series<'a>>,
    /// A case is open.
    pub case_open: bool,
    /// A complaint is open in it.
    pub complaint_open: bool,
    /// The open case is a hard complaint.
    pub case_hard: bool,
    /// The post goes on with a remembered addressed post, or answers a remembered one of the brand.
    pub in_conversation: bool,
}

/// A post that counts in windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPost {
    /// When it was written.
    pub at: Millis,
    /// It was a complaint.
    pub complaint: bool,
}

/// A series of posts about one matter: the first is answered, the others are attached to it.
#[derive(Debug, Clone, Copy)]
pub struct Series<'a> {
    /// Times of its posts, in order of arrival.
    pub times: &'a [Millis],
    /// When its first post was written.
    pub first_at: Millis,
    /// What its first post answered.
    pub parent: Option<&'a str>,
    /// Fingerprints of the words used in it.
    pub words: &'a [u32],
    /// Subjects named in it.
    pub subjects: &'a [SmolStr],
    /// A brand reply arrived after its last post.
    pub answered: bool,
    /// When the latest brand replies were written.
    pub replies: &'a [Millis],
    /// The post being judged is itself a member (an edit): `Some(true)` if it is the first one.
    pub place: Option<bool>,
}
