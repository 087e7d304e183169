//! Facts of a post and of the customer's case that have no words and lists, and no thresholds of their own.

use super::{Account, History, View};
use crate::post::EventKind;

/// A fact with a fixed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// `post.on_own_page`: under the brand's page or in its mailbox.
    OnOwnPage,
    /// `post.is_reply`: the feed says that it answers a post.
    IsReply,
    /// `post.replies_to_own`: an answer to one of the brand's accounts.
    RepliesToOwn,
    /// `post.is_quote`: somebody else's post with own words above it.
    IsQuote,
    /// `post.no_text`: nothing to read, media or not; links and our names beside a picture say nothing either.
    NoText,
    /// `post.only_links`: no word but links, and names of ours or copied by the platform.
    OnlyLinks,
    /// `post.shares_link`: the record lists an address that the text does not show, and no picture of a post.
    SharesLink,
    /// `post.has_link`: a link stands in the text or is listed in the record.
    HasLink,
    /// `post.unknown_kind`: the feed says of it what no one here knows.
    UnknownKind,
    /// `post.styled_text`: at least so many letters of a mathematical alphabet (`styled_letters` of `[text]`).
    StyledText,
    /// `post.by_party`: written for one of the parties that hand in complaints of others (D100).
    ByParty,
    /// `case.open`: the customer has an open case.
    CaseOpen,
    /// `case.complaint`: a complaint is open in it.
    CaseComplaint,
    /// `case.hard`: it is a hard complaint.
    CaseHard,
    /// `case.becomes_hard`: this post makes it one.
    CaseBecomesHard,
    /// `case.gains_condition`: it was one and this post adds a condition.
    CaseGainsCondition,
    /// `case.in_conversation`: the post goes on with an earlier addressed post of the customer, or answers the brand.
    InConversation,
}

impl Builtin {
    /// Every fact with its name.
    pub const ALL: [(&'static str, Builtin); 17] = [
        ("post.on_own_page", Builtin::OnOwnPage),
        ("post.is_reply", Builtin::IsReply),
        ("post.replies_to_own", Builtin::RepliesToOwn),
        ("post.is_quote", Builtin::IsQuote),
        ("post.no_text", Builtin::NoText),
        ("post.only_links", Builtin::OnlyLinks),
        ("post.shares_link", Builtin::SharesLink),
        ("post.has_link", Builtin::HasLink),
        ("post.unknown_kind", Builtin::UnknownKind),
        ("post.styled_text", Builtin::StyledText),
        ("post.by_party", Builtin::ByParty),
        ("case.open", Builtin::CaseOpen),
        ("case.complaint", Builtin::CaseComplaint),
        ("case.hard", Builtin::CaseHard),
        ("case.becomes_hard", Builtin::CaseBecomesHard),
        ("case.gains_condition", Builtin::CaseGainsCondition),
        ("case.in_conversation", Builtin::InConversation),
    ];

    /// Returns the fact called `name`; `None`: there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        Builtin::ALL.iter().find(|(known, _)| *known == name).map(|&(_, fact)| fact)
    }

    /// Returns its name in the configuration.
    pub fn name(self) -> &'static str {
        Builtin::ALL.iter().find(|(_, fact)| *fact == self).map_or("", |&(name, _)| name)
    }

    /// Returns whether it is known only after the post has been counted in its case, so that only classes may ask for
    /// it.
    pub fn is_outcome(self) -> bool {
        matches!(self, Builtin::CaseBecomesHard | Builtin::CaseGainsCondition)
    }

    /// Returns whether counting the post can change it: what classes are told of it may differ from what signals are.
    pub fn changes_with_the_count(self) -> bool {
        self.is_outcome() || self == Builtin::CaseHard
    }

    /// Returns whether it holds for the post, before the post is counted in its case.
    pub fn holds(self, view: &View<'_, '_>, history: &History<'_>) -> bool {
        let post = view.post;
        match self {
            Builtin::OnOwnPage => post.on_own_page(),
            Builtin::IsReply => post.is_reply,
            Builtin::RepliesToOwn => view.own.are_answered(post),
            Builtin::IsQuote => post.is_quote,
            Builtin::NoText => view.facts.words == 0 || (post.media_count > 0 && is_wordless(view)),
            Builtin::OnlyLinks => !view.facts.links.is_empty() && is_wordless(view),
            Builtin::SharesLink => post.urls.iter().any(|url| !post.text.contains(&**url) && !is_picture(url)),
            Builtin::HasLink => !view.facts.links.is_empty() || !post.urls.is_empty(),
            Builtin::UnknownKind => post.event_kind == EventKind::Unknown,
            Builtin::StyledText => view.styled_letters.is_some_and(|least| view.facts.styled_letters >= least),
            Builtin::ByParty => view.party.is_some(),
            Builtin::CaseOpen => history.case_open,
            Builtin::CaseComplaint => history.complaint_open,
            Builtin::CaseHard => history.case_hard,
            Builtin::CaseBecomesHard | Builtin::CaseGainsCondition => false,
            Builtin::InConversation => history.in_conversation,
        }
    }
}

/// Returns whether there is no word, tag or name of another account that the author wrote.
fn is_wordless(view: &View<'_, '_>) -> bool {
    view.facts.words == view.facts.unspoken && !view.accounts.iter().any(Account::is_anothers)
}

/// Returns whether an address is that of a picture or a film of a post.
fn is_picture(url: &str) -> bool {
    let mut parts = url.trim_end_matches('/').rsplit('/');
    parts.next().is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit())) && matches!(parts.next(), Some("photo" | "video"))
}
