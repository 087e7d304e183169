//! Accounts that the author names, and recipients of a mail: own ones, those on a list, or anybody else.
//!
//! W-10 speaks of the customer's act ("men-CC-kan atau mention"): a handle that the platform copied into a reply is
//! not his (2.3, A14; `formats` 1.0).

use rustc_hash::FxHashSet;

use super::compiler::{Compiler, LoadedGroup};
use super::{Findings, Place, SignalId, Trace, View, What};
use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::post::{Mention, OwnAccounts, Post};
use crate::problem::Problem;
use crate::text::{Facts, Named};

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
    /// Places that this signal has used already do not count again (A4).
    pub not_overlapping: Option<SignalId>,
}

/// Which accounts count.
#[derive(Debug)]
pub enum Whom {
    /// The brand's own.
    Own,
    /// Those on a list, in lower case.
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

/// Whether the author wrote `handle` himself: it is not listed as implicit, and not the unlisted head of a reply.
pub(super) fn is_explicit(post: &Post<'_>, handle: &Named) -> bool {
    wrote_himself(post, handle, post.mentions.iter().find(|mention| is_same(handle, mention)))
}

fn wrote_himself(post: &Post<'_>, handle: &Named, listed: Option<&Mention<'_>>) -> bool {
    match listed {
        Some(mention) => !mention.implicit,
        None => !(post.is_reply && handle.leading),
    }
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
    /// the record lists.
    pub fn find_all(post: &Post<'_>, facts: &Facts, own: &OwnAccounts, accounts: &mut Vec<Account>) {
        accounts.clear();
        for (number, handle) in facts.handles.iter().enumerate() {
            if facts.handles[..number].iter().any(|earlier| earlier.name == handle.name) {
                continue;
            }
            let mention = post.mentions.iter().find(|mention| is_same(handle, mention));
            accounts.push(Account {
                what: What::Handle(place(number)),
                place: Place::Text(handle.span),
                explicit: wrote_himself(post, handle, mention),
                own: own.has_handle(&handle.name) || mention.is_some_and(|mention| own.is_named_by(mention)),
                followers: mention.and_then(followers),
            });
        }
        for (number, mention) in post.mentions.iter().enumerate() {
            if !facts.handles.iter().any(|handle| is_same(handle, mention)) {
                accounts.push(Account {
                    what: What::Mention(place(number)),
                    place: Place::Elsewhere,
                    explicit: !mention.implicit,
                    own: own.is_named_by(mention),
                    followers: followers(mention),
                });
            }
        }
    }

    /// Whether the author names an account in the text that is not ours.
    pub(super) fn is_anothers(&self) -> bool {
        self.explicit && !self.own && matches!(self.what, What::Handle(_))
    }

    fn is_listed(&self, view: &View<'_, '_>, handles: &FxHashSet<Box<str>>) -> bool {
        match self.what {
            What::Handle(number) => {
                view.facts.handles.get(usize::from(number)).is_some_and(|handle| handles.contains(handle.name.as_str()))
            }
            What::Mention(number) => view.post.mentions.get(usize::from(number)).is_some_and(|mention| {
                handles.contains(mention.handle.as_str()) || handles.contains(mention.handle.to_lowercase().as_str())
            }),
            _ => false,
        }
    }
}

fn is_same(handle: &Named, mention: &Mention<'_>) -> bool {
    mention.handle.eq_ignore_ascii_case(&handle.name)
}

fn followers(mention: &Mention<'_>) -> Option<u64> {
    mention.profile.as_ref().and_then(|profile| profile.followers)
}

impl Mentions {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, findings: &mut Findings) -> (bool, f32, f32) {
        let mut count = 0_u16;
        for account in view.accounts {
            if (self.implicit || account.explicit) && self.is_meant(view, account) && !self.is_used(account.place, view, findings) {
                count += 1;
                findings.traces.push(Trace { what: account.what, place: account.place, weight: 1.0 });
            }
        }
        count += self.count_recipients(view, findings);
        (count >= self.min, f32::from(count), f32::from(self.min))
    }

    fn is_meant(&self, view: &View<'_, '_>, account: &Account) -> bool {
        let known = !account.own && self.min_followers.is_some_and(|min| account.followers.is_some_and(|followers| followers >= min));
        known
            || match &self.whom {
                Whom::Own => account.own,
                Whom::Others => !account.own,
                Whom::Listed(handles) => account.is_listed(view, handles),
            }
    }

    fn is_used(&self, place: Place, view: &View<'_, '_>, findings: &Findings) -> bool {
        let Place::Text(span) = place else { return false };
        let Some(other) = self.not_overlapping.filter(|&other| findings.met(other)) else { return false };
        findings.traces(other).iter().any(|trace| match trace.place {
            Place::Tokens(first, end) => view.facts.span(first.into(), end.into()).is_some_and(|used| used.overlaps(span)),
            Place::Text(used) => used.overlaps(span),
            Place::Elsewhere => false,
        })
    }

    fn count_recipients(&self, view: &View<'_, '_>, findings: &mut Findings) -> u16 {
        let Some(recipients) = &view.post.recipients else { return 0 };
        let lists = [(&recipients.to, self.recipients.to), (&recipients.cc, self.recipients.cc), (&recipients.bcc, self.recipients.bcc)];
        let all = lists.iter().flat_map(|&(list, wanted)| list.iter().map(move |address| (address, wanted)));
        let mut count = 0;
        for (number, (address, wanted)) in all.enumerate() {
            if wanted && self.recipients.contain(address) && !view.own.has_handle(address) {
                count += 1;
                findings.traces.push(Trace { what: What::Recipient(place(number)), place: Place::Elsewhere, weight: 1.0 });
            }
        }
        count
    }
}

impl Recipients {
    fn contain(&self, address: &str) -> bool {
        let Some((_, domain)) = address.rsplit_once('@') else { return false };
        let domain = domain.trim_end_matches('>').to_lowercase();
        self.domains.iter().any(|listed| domain.strip_suffix(&**listed).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

fn place(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
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
