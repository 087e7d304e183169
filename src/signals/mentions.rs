//! Accounts that the author names, and recipients of a mail: own ones, those on a list, or anybody else.
//!
//! W-10 speaks of the customer's act ("men-CC-kan atau mention"): a handle that the platform copied into a reply is
//! not his (D42).

use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet};

use super::compiler::{Compiler, LoadedGroup};
use super::{Findings, Place, SignalId, Trace, View, What};
use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::post::{Mention, OwnAccounts, Post};
use crate::problem::Problem;
use crate::text::{Facts, Span};

/// A signal over named accounts.
#[derive(Debug)]
pub struct Mentions {
    /// Which accounts count.
    pub whom: Whom,
    /// Also those that the platform copied into a reply.
    pub implicit: bool,
    /// How many different ones it takes.
    pub min: u16,
    /// Which recipients of a mail count, by the domain of their address.
    pub recipients: Recipients,
    /// A mention counts too if the profile that came with it has that many followers.
    pub min_followers: Option<u64>,
    /// Places that this signal has used already do not count again (D48).
    pub not_overlapping: Option<SignalId>,
}

/// Which accounts count.
#[derive(Debug)]
pub enum Whom {
    /// The brand's own.
    Own,
    /// Those on a list, in lower case; the brand's own never.
    Listed(FxHashSet<Box<str>>),
    /// All but the brand's own.
    Others,
}

/// Which recipients of a mail count.
#[derive(Debug, Default)]
pub struct Recipients {
    /// Look at To.
    pub to: bool,
    /// Look at Cc.
    pub cc: bool,
    /// Look at Bcc.
    pub bcc: bool,
    /// Domains, `go.id` standing for itself and for everything that ends in `.go.id`.
    pub domains: Vec<Box<str>>,
}

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

    /// Whether the account is one of ours that the author named himself.
    pub(super) fn is_own_named(&self) -> bool {
        self.own && self.explicit
    }

    /// Whether the author names an account in the text that is not ours.
    pub(super) fn is_anothers(&self) -> bool {
        self.explicit && !self.own && matches!(self.what, What::Handle(_))
    }

    fn is_listed(&self, view: &View<'_, '_>, handles: &FxHashSet<Box<str>>) -> bool {
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

/// Places in the text that another signal has used: in order, none touching the next.
#[derive(Debug, Default)]
struct Used(Vec<Span>);

impl Used {
    fn by(other: SignalId, view: &View<'_, '_>, findings: &Findings) -> Self {
        let place = |trace: &Trace| match trace.place {
            Place::Tokens(first, end) => view.facts.span(first as usize, end as usize),
            Place::Text(span) => Some(span),
            Place::Elsewhere => None,
        };
        let mut places: Vec<Span> = findings.traces(other).iter().filter_map(place).collect();
        places.sort_unstable_by_key(|span| span.start);
        let mut joined: Vec<Span> = Vec::new();
        for span in places {
            match joined.last_mut() {
                Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
                _ => joined.push(span),
            }
        }
        Used(joined)
    }

    fn overlaps(&self, span: Span) -> bool {
        let at = self.0.partition_point(|used| used.end <= span.start);
        self.0.get(at).is_some_and(|used| used.overlaps(span))
    }
}

impl Mentions {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, findings: &mut Findings) -> (bool, f32, f32) {
        let from = findings.traces.len();
        let used = self.not_overlapping.filter(|&other| findings.met(other)).map(|other| Used::by(other, view, findings));
        let is_used = |place: Place| matches!((place, &used), (Place::Text(span), Some(used)) if used.overlaps(span));
        for account in view.accounts {
            if (self.implicit || account.explicit) && self.is_meant(view, account) && !is_used(account.place) {
                findings.traces.push(Trace { what: account.what, place: account.place, weight: 1.0 });
            }
        }
        self.add_recipients(view, findings);
        let count = u16::try_from(findings.traces.len() - from).unwrap_or(u16::MAX);
        (count >= self.min, f32::from(count), f32::from(self.min))
    }

    fn is_meant(&self, view: &View<'_, '_>, account: &Account) -> bool {
        let known = !account.own && self.min_followers.is_some_and(|min| account.followers.is_some_and(|followers| followers >= min));
        known
            || match &self.whom {
                Whom::Own => account.own,
                Whom::Others => !account.own,
                Whom::Listed(handles) => !account.own && account.is_listed(view, handles),
            }
    }

    fn add_recipients(&self, view: &View<'_, '_>, findings: &mut Findings) {
        let Some(recipients) = &view.post.recipients else { return };
        let lists = [(&recipients.to, self.recipients.to), (&recipients.cc, self.recipients.cc), (&recipients.bcc, self.recipients.bcc)];
        let all = lists.iter().flat_map(|&(list, wanted)| list.iter().map(move |address| (address, wanted)));
        for (number, (address, wanted)) in (0..).zip(all) {
            if wanted && self.recipients.contain(address) && !view.own.has_handle(address) {
                findings.traces.push(Trace { what: What::Recipient(number), place: Place::Elsewhere, weight: 1.0 });
            }
        }
    }
}

impl Recipients {
    fn contain(&self, address: &str) -> bool {
        let Some((_, domain)) = address.rsplit_once('@') else { return false };
        let domain = domain.trim_end_matches('>').to_lowercase();
        self.domains.iter().any(|listed| domain.strip_suffix(&**listed).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

impl Mentions {
    /// Reads `own`, `others` or lists of handles and domains by `file`, `groups`, `files`; `min`, `implicit`,
    /// `recipients`, `min_followers`, `not_overlapping`.
    pub fn compile(table: &Table<'_>, compiler: &mut Compiler<'_>) -> Option<Self> {
        let own = table.optional("own").bool().unwrap_or(false);
        let others = table.optional("others").bool().unwrap_or(false);
        let groups =
            if own || others { Vec::new() } else { compiler.groups(table, |weight| weight != Weight::Off && weight != Weight::Exclude) };
        let whom = match (own, others) {
            (true, _) => Whom::Own,
            (_, true) => Whom::Others,
            _ => Whom::Listed(handles(&groups).collect()),
        };
        let asked = table.optional("recipients").spotted_strings();
        let mut recipients = Recipients { domains: domains(&groups), ..Recipients::default() };
        for list in asked {
            match list.value.as_str() {
                "to" => recipients.to = true,
                "cc" => recipients.cc = true,
                "bcc" => recipients.bcc = true,
                other => {
                    let problem = Problem::error(&list.spot, format!("there is no list of recipients `{other}`"));
                    compiler.reporter.report(problem.suggest(other, ["to", "cc", "bcc"]));
                }
            }
        }
        Some(Mentions {
            whom,
            recipients,
            implicit: table.optional("implicit").bool().unwrap_or(false),
            min: table.optional("min").integer(1..=50).unwrap_or(1),
            min_followers: table
                .optional("min_followers")
                .integer(1..=u64::from(u32::MAX) as i64)
                .and_then(|followers| u64::try_from(followers).ok()),
            not_overlapping: table.optional("not_overlapping").spotted_string().and_then(|name| compiler.signal(&name)),
        })
    }
}

/// The handles in lists of accounts, in lower case and without `@`.
pub fn handles(groups: &[LoadedGroup]) -> impl Iterator<Item = Box<str>> {
    let entries = groups.iter().flat_map(|group| group.entries.iter());
    entries.filter_map(|entry| Some(entry.value.strip_prefix('@')?.to_lowercase().into()))
}

/// The first character of `name` that no handle has on any platform.
pub fn odd_in_handle(name: &str) -> Option<char> {
    name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.')))
}

/// The domains in lists of accounts: what has a dot and is no handle.
fn domains(groups: &[LoadedGroup]) -> Vec<Box<str>> {
    let entries = groups.iter().flat_map(|group| group.entries.iter()).map(|entry| entry.value.as_str());
    let domains = entries.filter(|entry| !entry.starts_with('@') && entry.contains('.') && !entry.contains(' '));
    domains.map(|entry| entry.trim_start_matches("*.").to_lowercase().into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_match_whole_labels() {
        let check = |address: &str, matches: bool| {
            let recipients = Recipients { domains: vec!["go.id".into(), "ylki.or.id".into()], ..Recipients::default() };
            assert_eq!(recipients.contain(address), matches, "{address}");
        };
        check("pengaduan@komdigi.go.id", true);
        check("a@GO.ID", true);
        check("a@cargo.id", false);
        check("a@ylki.or.id", true);
        check("a@lain.or.id", false);
        check("no address", false);
    }
}
