//! Why a post is skipped unread. What the rules skip has the reason that its class gives.

/// The class of what is skipped unread.
pub const UNREAD: &str = "skipped";

/// Why a post, or a report of the ticketing side, is skipped unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// It was taken away.
    Delete,
    /// A like, a follow: nobody wrote anything.
    Engagement,
    /// It came before.
    Duplicate,
    /// The brand wrote it.
    OwnPost,
    /// A machine answered a mail.
    AutoReply,
    /// Somebody else's words, passed on.
    Repost,
}

impl Skip {
    /// The `reason` in records.
    pub fn name(self) -> &'static str {
        match self {
            Skip::Delete => "delete",
            Skip::Engagement => "engagement",
            Skip::Duplicate => "duplicate",
            Skip::OwnPost => "own_post",
            Skip::AutoReply => "auto_reply",
            Skip::Repost => "repost",
        }
    }
}
