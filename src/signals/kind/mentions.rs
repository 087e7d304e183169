//! Accounts that the author names, and recipients of a mail: own ones, those on a list, or anybody else.
//!
//! W-10 speaks of the customer's act ("men-CC-kan atau mention"): a handle that the platform copied into a reply is
//! not his (D42).

use rustc_hash::FxHashSet;

use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::problem::Problem;
use crate::signals::{Account, Findings, History, LoadedGroup, Measure, Place, Scope, SignalId, Trace, View, What, handles};
use crate::text::Span;

/// A signal over named accounts.
#[derive(Debug)]
pub struct Mentions {
    /// Whose accounts count.
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

/// Which accounts a signal counts.
#[derive(Debug)]
pub enum Whom {
    /// Accounts of the brand.
    Own,
    /// Those on a list, in lower case; the brand's own never.
    Listed(FxHashSet<Box<str>>),
    /// All but the brand's own.
    Others,
}

/// Which recipients of a mail count.
#[derive(Debug, Default)]
pub struct Recipients {
    /// Those in `To` count.
    pub to: bool,
    /// Those in `Cc` count.
    pub cc: bool,
    /// Those in `Bcc` count, where the mailbox knows them.
    pub bcc: bool,
    /// Domains, `go.id` standing for itself and for everything that ends in `.go.id`.
    pub domains: Vec<Box<str>>,
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
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let from = findings.noted();
        let used = self.not_overlapping.filter(|&other| findings.met(other)).map(|other| Used::by(other, view, findings));
        let is_used = |place: Place| matches!((place, &used), (Place::Text(span), Some(used)) if used.overlaps(span));
        for account in view.accounts {
            if (self.implicit || account.is_explicit()) && self.is_meant(view, account) && !is_used(account.place()) {
                findings.note(account.what(), account.place());
            }
        }
        self.add_recipients(view, findings);
        Measure::counting(findings.noted() - from, self.min)
    }

    fn is_meant(&self, view: &View<'_, '_>, account: &Account) -> bool {
        let known = !account.is_own() && self.min_followers.is_some_and(|min| account.has_followers(min));
        known
            || match &self.whom {
                Whom::Own => account.is_own(),
                Whom::Others => !account.is_own(),
                Whom::Listed(handles) => !account.is_own() && account.is_listed(view, handles),
            }
    }

    fn add_recipients(&self, view: &View<'_, '_>, findings: &mut Findings) {
        let Some(recipients) = &view.post.recipients else { return };
        let lists = [(&recipients.to, self.recipients.to), (&recipients.cc, self.recipients.cc), (&recipients.bcc, self.recipients.bcc)];
        let all = lists.iter().flat_map(|&(list, wanted)| list.iter().map(move |address| (address, wanted)));
        for (number, (address, wanted)) in (0..).zip(all) {
            if wanted && self.recipients.contain(address) && !view.own.has_handle(address) {
                findings.note(What::Recipient(number), Place::Elsewhere);
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
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let own = table.optional("own").bool().unwrap_or(false);
        let others = table.optional("others").bool().unwrap_or(false);
        let groups = if own || others {
            Vec::new()
        } else {
            scope.lexicons.groups(table, |weight| weight != Weight::Off && weight != Weight::Exclude)
        };
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
                    scope.reporter.report(problem.suggest(other, ["to", "cc", "bcc"]));
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
            not_overlapping: table.optional("not_overlapping").spotted_string().and_then(|name| scope.signal(&name)),
        })
    }
}

/// Returns the domains in lists of accounts: what has a dot and is no handle.
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
