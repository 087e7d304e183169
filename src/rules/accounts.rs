//! `[accounts]`: which accounts are the brand's own, and which addresses pass on what customers write into forms.

use crate::config::lexicon::Weight;
use crate::config::reader::Table;
use crate::post::OwnAccounts;
use crate::problem::{Problem, Spotted};
use crate::signals::compiler::Compiler;
use crate::signals::mentions::handles;

/// The accounts of `[accounts]`.
pub(super) fn read(table: Table<'_>, compiler: &mut Compiler<'_>) -> OwnAccounts {
    let groups = compiler.groups(&table, |weight| !matches!(weight, Weight::Off | Weight::Exclude));
    let listed: Vec<Box<str>> = handles(&groups).collect();
    let named = table.optional("handles").strings();
    let ids = table.optional("ids").strings();
    let forms = contact_forms(&table);
    table.finish();
    OwnAccounts::new(listed.iter().map(|handle| &**handle).chain(named.iter().map(String::as_str)), ids.iter().map(String::as_str))
        .with_contact_forms(forms.iter().map(String::as_str))
}

/// The addresses of contact forms; what is no address is reported.
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
