//! Entries of lexicons left out one by one.

use super::line::with_line;
use super::{Fate, Fates, with_edit, with_rules};
use crate::cli::cores::on_all_cores;
use crate::cli::test::document::RuleTest;
use crate::cli::test::occurrence::{Occurrences, bare_name};
use crate::config::reader::{Folder, Overrides};
use crate::problem::Reporter;
use crate::rules::{self, Rules};
use crate::text::{EntryId, EntryInfo};

/// Returns what became of each entry of the book: its place, the change, its fate.
pub(super) fn fates(folder: &Folder, rules: &Rules, tests: &[RuleTest], occurrences: &Occurrences) -> Fates {
    let entries: Vec<(EntryId, &EntryInfo)> = rules.book.entries().collect();
    let occurring: Vec<&(EntryId, &EntryInfo)> = entries.iter().filter(|(id, _)| !occurrences.tests(*id).is_empty()).collect();
    let ran = on_all_cores(
        &occurring,
        || rules::compile_changed(folder, Overrides::default(), &Reporter::default()),
        |rules, &&(id, info)| {
            let concerned = occurrences.tests(id).iter().filter_map(|&number| tests.get(number));
            match rules {
                None => Fate::Impossible,
                // Accounts, tags and domains are not only in the book: they are taken out of the file.
                Some(_) if bare_name(&info.text).is_some() => {
                    with_line(folder, &info.at, |_| String::new()).map_or(Fate::Impossible, |folder| with_edit(&folder, concerned))
                }
                Some(rules) => without_entry(rules, id, concerned),
            }
        },
    );
    let mut ran = ran.into_iter();
    let unseen = Fate::Survives { tests: 0 };
    let fate = |id| if occurrences.tests(id).is_empty() { unseen } else { ran.next().unwrap_or(unseen) };
    let with_fate = entries.iter().zip(entries.iter().map(|(id, _)| *id).map(fate));
    with_fate
        .map(|((_, info), fate)| (info.at.clone(), format!("without `{}{}`", if info.exclude { "!" } else { "" }, info.text), fate))
        .collect()
}

fn without_entry<'t>(rules: &mut Rules, id: EntryId, tests: impl Iterator<Item = &'t RuleTest>) -> Fate {
    let Some(taken) = rules.book.take_out(id) else { return Fate::Impossible };
    let fate = with_rules(rules, tests);
    rules.book.put_back(taken);
    fate
}
