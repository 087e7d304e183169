//! `[accounts]`: which accounts are the brand's own, and which addresses pass on what customers write into forms.

use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::post::OwnAccounts;
use crate::problem::{Problem, Reporter, Spotted};
use crate::signals::{Lexicons, handles, odd_in_handle};

/// The accounts of `[accounts]`.
pub(super) fn read(table: Table<'_>, lexicons: &mut Lexicons<'_>) -> OwnAccounts {
    let groups = lexicons.groups(&table, |weight| !matches!(weight, Weight::Off | Weight::Exclude));
    let listed: Vec<Box<str>> = handles(&groups).collect();
    let named = table.optional("handles").spotted_strings();
    let ids = table.optional("ids").spotted_strings();
    let forms = contact_forms(&table);
    let entries = groups.iter().flat_map(|group| group.entries.iter());
    warn_of(entries.filter(|entry| !entry.value.starts_with('@')), "it does not begin with `@`", lexicons.reporter());
    let odd = named.iter().filter(|name| odd_in_handle(name.value.trim_start_matches('@')).is_some());
    warn_of(odd, "a handle is letters, digits, `_` and `.`", lexicons.reporter());
    let no_id = |id: &&Spotted<String>| id.value.contains(|c: char| c.is_whitespace() || matches!(c, '@' | '/'));
    warn_of(ids.iter().filter(no_id), "an id has no spaces, `@` or `/`", lexicons.reporter());
    table.finish();
    let named = named.iter().map(|name| name.value.as_str());
    OwnAccounts::new(listed.iter().map(|handle| &**handle).chain(named), ids.iter().map(|id| id.value.as_str()))
        .with_contact_forms(forms.iter().map(String::as_str))
}

/// Accounts of ours that no post can name.
fn warn_of<'a>(accounts: impl Iterator<Item = &'a Spotted<String>>, why: &str, reporter: &Reporter) {
    for account in accounts {
        reporter.report(Problem::warning(&account.spot, format!("no post can name the account `{}`", account.value)).hint(why));
    }
}

/// Returns the addresses of contact forms; what is no address is reported.
fn contact_forms(table: &Table<'_>) -> Vec<String> {
    let is_address = |text: &str| text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
    let (good, bad): (Vec<_>, Vec<_>) =
        table.optional("contact_forms").spotted_strings().into_iter().partition(|form| is_address(&form.value));
    for Spotted { value, spot } in bad {
        let problem = Problem::error(&spot, format!("`{value}` is not a mail address"));
        table.reporter().report(problem.hint("name the address that the form sends from, such as formulir@contoh.co.id"));
    }
    good.into_iter().map(|form| form.value).collect()
}
