//! Guards left out one by one, that of a group for all its entries at once.

use rustc_hash::FxHashMap;

use super::{Fate, Fates, with_rules};
use crate::cli::cores::on_all_cores;
use crate::cli::test::document::RuleTest;
use crate::cli::test::occurrence::for_each_text;
use crate::config::reader::{Folder, Overrides};
use crate::problem::Reporter;
use crate::rules::{self, Rules};
use crate::text::{GuardLine, Search};

/// Returns what became of each guard of the book.
pub(super) fn fates(folder: &Folder, rules: &Rules, tests: &[RuleTest]) -> Fates {
    let concerned = concerned(rules, tests);
    let lines = rules.book.guard_lines();
    let ran = on_all_cores(
        &lines,
        || rules::compile_changed(folder, Overrides::default(), &Reporter::default()),
        |rules, line| match (rules, concerned.get(line)) {
            (_, None) => Fate::Survives { tests: 0 },
            (None, _) => Fate::Impossible,
            (Some(rules), Some(numbers)) => without_guard(rules, line, numbers.iter().filter_map(|&number| tests.get(number))),
        },
    );
    lines.into_iter().zip(ran).map(|(line, fate)| (line.at, format!("without `{}`", line.text), fate)).collect()
}

fn without_guard<'t>(rules: &mut Rules, line: &GuardLine, tests: impl Iterator<Item = &'t RuleTest>) -> Fate {
    let taken = rules.book.take_out_guard(line);
    let fate = with_rules(rules, tests);
    rules.book.put_back_guard(taken);
    fate
}

/// For each guard the numbers of the tests in which it is all that keeps an entry from counting.
fn concerned(rules: &Rules, tests: &[RuleTest]) -> FxHashMap<GuardLine, Vec<usize>> {
    let mut found: FxHashMap<GuardLine, Vec<usize>> = FxHashMap::default();
    let (mut search, mut hits) = (Search::default(), Vec::new());
    for (number, test) in tests.iter().enumerate() {
        for_each_text(rules, test, |facts| {
            for line in rules.book.decisive_guards(facts, &mut search, &mut hits) {
                let numbers = found.entry(line).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
        });
    }
    found
}
