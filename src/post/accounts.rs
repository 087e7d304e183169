//! The brand's own accounts: who of the authors is us, whose case a reply of ours belongs to, and which senders only pass
//! on what a customer wrote into a form.

use rustc_hash::FxHashSet;

use super::{CustomerKey, Mention, Post};

/// Own accounts by handle (compared in lower case, without `@`) and by id.
#[derive(Debug, Clone, Default)]
pub struct OwnAccounts {
    handles: FxHashSet<String>,
    ids: FxHashSet<String>,
    contact_forms: FxHashSet<String>,
}

impl OwnAccounts {
    /// Returns the accounts with these handles and ids.
    pub fn new<'a>(handles: impl IntoIterator<Item = &'a str>, ids: impl IntoIterator<Item = &'a str>) -> Self {
        OwnAccounts {
            handles: handles.into_iter().map(|handle| handle.trim_start_matches('@').to_lowercase()).collect(),
            ids: ids.into_iter().map(str::to_owned).collect(),
            contact_forms: FxHashSet::default(),
        }
    }

    /// Returns the same, with the addresses that contact forms send their mails from.
    #[must_use]
    pub fn with_contact_forms<'a>(self, senders: impl IntoIterator<Item = &'a str>) -> Self {
        OwnAccounts { contact_forms: senders.into_iter().map(str::to_lowercase).collect(), ..self }
    }

    /// Returns whether `address`, in lower case, sends what customers wrote into a contact form (D13).
    pub fn is_contact_form(&self, address: &str) -> bool {
        self.contact_forms.contains(address)
    }

    /// Returns whether `handle`, without `@` and in any case, is one of ours.
    pub fn has_handle(&self, handle: &str) -> bool {
        self.handles.contains(handle) || (handle.chars().any(char::is_uppercase) && self.handles.contains(&handle.to_lowercase()))
    }

    /// Returns whether `id` is the id of one of our accounts.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Returns whether `mention` names one of our accounts, by its handle or by its id.
    pub fn is_named_by(&self, mention: &Mention<'_>) -> bool {
        self.has_handle(&mention.handle) || id_of(mention).is_some_and(|id| self.has_id(id))
    }

    /// Returns whether `account`, which `post` answers, is ours: by its id, by its handle, or by what the record itself
    /// tells of the id in a mention (D18).
    fn is_answered(&self, post: &Post<'_>, account: &str) -> bool {
        let shown = |mention: &Mention<'_>| self.has_handle(&mention.handle) && id_of(mention) == Some(account);
        self.has_id(account) || self.has_handle(account.trim_start_matches('@')) || post.mentions.iter().any(shown)
    }

    /// Returns whether `post` answers one of our accounts.
    pub fn are_answered(&self, post: &Post<'_>) -> bool {
        let answered = post.in_reply_to_author_id.as_ref().and_then(|id| id.non_blank());
        answered.is_some_and(|account| self.is_answered(post, account))
    }

    /// Returns whether the brand wrote `post`: the feed says so, or the author is one of the accounts.
    pub fn wrote(&self, post: &Post<'_>) -> bool {
        if let Some(own) = post.own {
            return own;
        }
        post.author.as_ref().is_some_and(|author| {
            author.id.as_ref().is_some_and(|id| self.has_id(id))
                || author.handle.as_ref().is_some_and(|handle| self.has_handle(handle.trim_start_matches('@')))
        })
    }

    /// Returns whose case `post` belongs to: its author's; for a post of the brand the customer it answers, told by
    /// `in_reply_to_author_id`, else by the first mention, an implicit one too (D62).
    pub fn customer_of(&self, post: &Post<'_>) -> CustomerKey {
        if !self.wrote(post) {
            return CustomerKey::of_author(post);
        }
        if let Some(id) = post.in_reply_to_author_id.as_ref().and_then(|id| id.non_blank()).filter(|id| !self.is_answered(post, id)) {
            return CustomerKey::new(post.platform, id);
        }
        let mentioned = post.mentions.iter().find(|mention| !self.is_named_by(mention));
        match mentioned {
            Some(mention) => match mention.id.as_ref().and_then(|id| id.non_blank()) {
                Some(id) => CustomerKey::new(post.platform, id),
                None => CustomerKey::new(post.platform, &mention.handle.to_lowercase()),
            },
            None => CustomerKey::of_author(post),
        }
    }
}

/// Returns the id of the account, from the mention or from the profile that came with it.
fn id_of<'m>(mention: &'m Mention<'_>) -> Option<&'m str> {
    let profile = mention.profile.as_ref().and_then(|profile| profile.id.as_ref());
    mention.id.as_ref().or(profile).and_then(|id| id.non_blank())
}

#[cfg(test)]
mod tests {
    use super::super::{Author, Mention, Platform};
    use super::*;

    #[test]
    fn a_reply_of_the_brand_travels_with_the_customer() {
        let own = OwnAccounts::new(["@TelkomCare"], ["155"]);
        let check = |in_reply_to: Option<&'static str>, mentions: &[(&'static str, Option<&'static str>)], key: &str| {
            let post = Post {
                platform: Platform::X,
                post_id: "1".into(),
                author: Some(Author { id: Some("155".into()), handle: Some("telkomcare".into()), ..Author::default() }),
                in_reply_to_author_id: in_reply_to.map(Into::into),
                mentions: mentions
                    .iter()
                    .map(|&(handle, id)| Mention { handle: handle.into(), id: id.map(Into::into), ..Mention::default() })
                    .collect(),
                ..Post::default()
            };
            assert_eq!(own.customer_of(&post).as_str(), key);
        };
        check(Some("7"), &[("lain", Some("8"))], "x:7");
        check(None, &[("TelkomCare", Some("155")), ("Lain", Some("8"))], "x:8");
        check(None, &[("Lain", None)], "x:lain");
        check(None, &[], "x:155");
        check(Some("155"), &[], "x:155");
        check(Some("156"), &[("TelkomCare", Some("156")), ("Lain", Some("8"))], "x:8");
        check(None, &[("nama_lama", Some("155")), ("Lain", Some("8"))], "x:8");
    }

    #[test]
    fn our_account_by_id_by_handle_or_by_what_the_record_tells() {
        let own = OwnAccounts::new(["@TelkomCare"], ["155"]);
        let check = |answered: Option<&'static str>, mentions: &[(&'static str, Option<&'static str>)], expected: bool| {
            let mention = |&(handle, id): &(&'static str, Option<&'static str>)| Mention {
                handle: handle.into(),
                id: id.map(Into::into),
                implicit: true,
                ..Mention::default()
            };
            let post = Post {
                in_reply_to_author_id: answered.map(Into::into),
                mentions: mentions.iter().map(mention).collect(),
                ..Post::default()
            };
            assert_eq!(own.are_answered(&post), expected, "{answered:?} {mentions:?}");
        };
        check(Some("155"), &[], true);
        check(Some("telkomcare"), &[], true);
        check(Some("@TELKOMCARE"), &[], true);
        check(Some("7"), &[("TelkomCare", Some("7"))], true);
        check(Some("7"), &[("lain", Some("8")), ("TelkomCare", Some("7"))], true);
        check(Some("7"), &[("TelkomCare", Some("8"))], false);
        check(Some("7"), &[("TelkomCare", None)], false);
        check(Some("7"), &[("lain", Some("7"))], false);
        check(None, &[("TelkomCare", Some("7"))], false);
    }
}
