//! Guards that what their own entry says decides, whatever stands around it.

use super::reach::Trial;
use super::variants;
use crate::problem::{Problem, Reporter};
use crate::rules::Rules;
use crate::text::{EntryId, GuardLine};

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    let mut trial = Trial::new(rules);
    let book = &rules.book;
    for (id, entry) in book.entries().filter(|(id, _)| book.guard_lines_of(*id).next().is_some() && !book.looks_for_edge(*id)) {
        for (guard, wanted) in decided(rules, &mut trial, id) {
            // What a group asks for may well be said by some of its entries.
            if wanted && guard.at != entry.at {
                continue;
            }
            let (what, hint) = if wanted {
                (format!("`{}` of `{}` is always met: the entry says it itself", guard.text, entry.text), "leave the guard out")
            } else {
                (format!("`{}` never counts: it says itself what `{}` refuses", entry.text, guard.text), "leave the guard or the entry out")
            };
            reporter.report(Problem::warning(&entry.at, what).hint(hint));
        }
    }
}

/// Returns the guards that refuse `id` in every text that says just that though they ask for absence, and those that
/// ask for presence and refuse it in none.
fn decided<'r>(rules: &'r Rules, trial: &mut Trial<'_>, id: EntryId) -> Vec<(&'r GuardLine, bool)> {
    let mut left: Vec<(&GuardLine, bool)> = rules.book.guard_lines_of(id).collect();
    let mut seen = false;
    variants::all(&rules.book.entry(id).text, &rules.book, |text| {
        trial.read(text);
        for hit in trial.hits.iter().filter(|hit| hit.entry == id) {
            seen = true;
            let refusing: Vec<&GuardLine> = rules.book.refused_by(&trial.facts, &trial.search, hit).collect();
            left.retain(|(guard, wanted)| refusing.contains(guard) != *wanted);
        }
        !left.is_empty()
    });
    if seen { left } else { Vec::new() }
}
