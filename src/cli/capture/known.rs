//! What stays as it is: accounts, domains and posts that the configuration names. They are institutions, brands and
//! public figures, and verdicts depend on them.

use rustc_hash::FxHashSet;

use crate::post::OwnAccounts;
use crate::rules::Rules;
use crate::signals::Kind;
use crate::text::EntryId;

/// Names that are no customer's.
pub struct Known<'r> {
    own: &'r OwnAccounts,
    handles: FxHashSet<String>,
    domains: FxHashSet<String>,
    posts: FxHashSet<String>,
}

impl<'r> Known<'r> {
    /// Returns those that `rules` name.
    pub fn of(rules: &'r Rules) -> Self {
        let entries = (0..rules.book.len()).filter_map(|entry| EntryId::try_from(entry).ok());
        let accounts = entries.filter_map(|entry| Some(rules.book.entry(entry).text.strip_prefix('@')?.to_lowercase()));
        let mut handles: FxHashSet<String> = accounts.collect();
        let (mut posts, mut domains) = (FxHashSet::default(), FxHashSet::default());
        for signal in &rules.signals {
            match &signal.kind {
                Kind::Profile(profile) => handles.extend(profile.handles.iter().map(|handle| handle.to_string())),
                Kind::Campaign(campaign) => posts.extend(campaign.index.keys().map(|id| id.to_string())),
                Kind::Mentions(mentions) => domains.extend(mentions.recipients.domains.iter().map(|domain| domain.to_string())),
                _ => {}
            }
        }
        Known { own: &rules.own, handles, domains, posts }
    }

    /// Returns whether the account `handle`, without `@`, is named.
    pub fn handle(&self, handle: &str) -> bool {
        let lower = handle.to_lowercase();
        self.own.has_handle(&lower) || self.handles.contains(&lower) || self.posts.contains(&lower)
    }

    /// Returns whether the id of an account or a post is named.
    pub fn id(&self, id: &str) -> bool {
        self.own.has_id(id) || self.posts.contains(id)
    }

    /// Returns whether a mail address is named: its own, or one of a domain that is named.
    pub fn address(&self, address: &str) -> bool {
        let lower = address.to_lowercase();
        let mut domain = lower.split_once('@').map(|(_, domain)| domain);
        while let Some(name) = domain {
            if self.domains.contains(name) {
                return true;
            }
            domain = name.split_once('.').map(|(_, rest)| rest);
        }
        self.own.has_handle(&lower)
    }
}
