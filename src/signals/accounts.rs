//! Accounts that a post names, in its text or in its record, and accounts in lists.
//!
//! A handle that the platform copied into a reply is not the author's (D42).

use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet};

use super::{LoadedGroup, Place, View, What};
use crate::post::{Mention, OwnAccounts, Post};
use crate::text::Facts;

/// An account that a post names, found once for all signals.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    what: What,
    place: Place,
    explicit: bool,
    own: bool,
    followers: Option<u64>,
}

impl Account {
    /// Puts the accounts that `post` names into `accounts`: the different ones of the text first, then those that only
    /// the record lists. An account counts as named by the author himself if one of its places does: a place in the
    /// text that is not the unlisted head of a reply, an entry of the record that is not implicit.
    pub fn find_all(post: &Post<'_>, facts: &Facts, own: &OwnAccounts, accounts: &mut Vec<Account>) {
        accounts.clear();
        if facts.handles.is_empty() && post.mentions.is_empty() {
            return;
        }
        let mut listed: FxHashMap<Caseless<'_>, Listed> = FxHashMap::default();
        for mention in &post.mentions {
            listed.entry(Caseless(&mention.handle)).or_default().add(mention, own);
        }
        let mut found: FxHashMap<Caseless<'_>, usize> = FxHashMap::default();
        for (number, handle) in (0..).zip(&facts.handles) {
            let mention = listed.get(&Caseless(&handle.name));
            let explicit = mention.map_or(!(post.is_reply && handle.leading), |mention| mention.explicit);
            let at = *found.entry(Caseless(&handle.name)).or_insert(accounts.len());
            match accounts.get_mut(at) {
                Some(account) => account.explicit |= explicit,
                None => accounts.push(Account {
                    what: What::Handle(number),
                    place: Place::Text(handle.span),
                    explicit,
                    own: own.has_handle(&handle.name) || mention.is_some_and(|mention| mention.own),
                    followers: mention.and_then(|mention| mention.followers),
                }),
            }
        }
        for (number, mention) in (0..).zip(&post.mentions) {
            let Entry::Vacant(vacant) = found.entry(Caseless(&mention.handle)) else { continue };
            vacant.insert(accounts.len());
            let all = listed.get(&Caseless(&mention.handle)).copied().unwrap_or_default();
            accounts.push(Account {
                what: What::Mention(number),
                place: Place::Elsewhere,
                explicit: all.explicit,
                own: all.own,
                followers: all.followers,
            });
        }
    }

    /// Returns whether the author names an account in the text that is not ours.
    pub(in crate::signals) fn is_anothers(&self) -> bool {
        self.explicit && !self.own && matches!(self.what, What::Handle(_))
    }

    /// Returns whether the author named it himself: the platform did not copy it into a reply.
    pub(super) fn is_explicit(&self) -> bool {
        self.explicit
    }

    /// Returns whether it is one of ours.
    pub(super) fn is_own(&self) -> bool {
        self.own
    }

    /// Returns whether the profile that came with it has at least `least` followers; `false` without a profile.
    pub(super) fn has_followers(&self, least: u64) -> bool {
        self.followers.is_some_and(|followers| followers >= least)
    }

    /// Returns what a trace of it is of: its first handle in the text, or its mention in the record.
    pub(super) fn what(&self) -> What {
        self.what
    }

    /// Returns where it stands first in the text; `Elsewhere` where only the record lists it.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Returns whether it is one of `handles`, which are in lower case.
    pub(super) fn is_listed(&self, view: &View<'_, '_>, handles: &FxHashSet<Box<str>>) -> bool {
        match self.what {
            What::Handle(number) => view.facts.handles.get(number as usize).is_some_and(|handle| handles.contains(handle.name.as_str())),
            What::Mention(number) => view.post.mentions.get(number as usize).is_some_and(|mention| {
                handles.contains(mention.handle.as_str()) || handles.contains(mention.handle.to_lowercase().as_str())
            }),
            _ => false,
        }
    }
}

/// What the record's entries for one account say together.
#[derive(Debug, Clone, Copy, Default)]
struct Listed {
    explicit: bool,
    own: bool,
    followers: Option<u64>,
}

impl Listed {
    fn add(&mut self, mention: &Mention<'_>, own: &OwnAccounts) {
        self.explicit |= !mention.implicit;
        self.own |= own.is_named_by(mention);
        self.followers = self.followers.max(mention.profile.as_ref().and_then(|profile| profile.followers));
    }
}

/// A handle; upper and lower case are one.
struct Caseless<'a>(&'a str);

impl PartialEq for Caseless<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Caseless<'_> {}

impl Hash for Caseless<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase()));
        state.write_u8(0xff);
    }
}

/// Returns the handles in lists of accounts, in lower case and without `@`.
pub fn handles(groups: &[LoadedGroup]) -> impl Iterator<Item = Box<str>> {
    let entries = groups.iter().flat_map(|group| group.entries.iter());
    entries.filter_map(|entry| Some(entry.value.strip_prefix('@')?.to_lowercase().into()))
}

/// Returns the first character of `name` that no handle has on any platform.
pub fn odd_in_handle(name: &str) -> Option<char> {
    name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
}
