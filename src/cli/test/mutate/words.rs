//! What classes hold and what roots stand for: each member left out, each root standing for the bare word only.

use rustc_hash::{FxHashMap, FxHashSet};

use super::line::LineChange;
use crate::cli::test::document::RuleTest;
use crate::cli::test::occurrence::for_each_text;
use crate::problem::Spot;
use crate::rules::Rules;
use crate::text::{Facts, Search, Sightings, WordId};

/// Returns each member of a class left out. It concerns the tests with a text that has all its words.
pub(super) fn without_members(rules: &Rules, tests: &[RuleTest]) -> Vec<LineChange> {
    let texts = texts(rules, tests, |_, seen| seen.symbols().collect());
    let mut changes = Vec::new();
    for class in rules.book.classes() {
        for member in &class.members {
            let concerned = tests_of(&texts, |symbols| member.words.iter().all(|word| symbols.contains(word)));
            let what = format!("`{{{}}}` without `{}`", class.name, member.text);
            changes.push(LineChange { at: member.at.clone(), what, words: None, concerned });
        }
    }
    changes
}

/// Returns each root of a line standing for the bare word only. It concerns the tests with a text that has another form
/// of it.
pub(super) fn bare_roots(rules: &Rules, tests: &[RuleTest]) -> Vec<LineChange> {
    let numbers = numbers(rules);
    let texts = texts(rules, tests, |facts, _| inflected(rules, &numbers, facts));
    let mut changes = Vec::new();
    for (at, root) in roots(rules) {
        let concerned = numbers.get(root).map(|number| tests_of(&texts, |roots| roots.contains(number))).unwrap_or_default();
        let bare = root.trim_start_matches('~');
        let what = format!("`{root}` as `{bare}` alone");
        changes.push(LineChange { at: at.clone(), what, words: Some((root.to_owned(), bare.to_owned())), concerned });
    }
    changes
}

/// Returns what `look` sees in each text of the tests, with the number of the test.
fn texts(rules: &Rules, tests: &[RuleTest], look: impl Fn(&Facts, Sightings<'_>) -> FxHashSet<WordId>) -> Vec<(usize, FxHashSet<WordId>)> {
    let mut seen = Vec::new();
    let (mut search, mut hits) = (Search::default(), Vec::new());
    for (number, test) in tests.iter().enumerate() {
        for_each_text(rules, test, |facts| {
            rules.book.find_unguarded(facts, &mut search, &mut hits);
            seen.push((number, look(facts, rules.book.seen(&search))));
        });
    }
    seen
}

fn tests_of(texts: &[(usize, FxHashSet<WordId>)], concerns: impl Fn(&FxHashSet<WordId>) -> bool) -> Vec<usize> {
    let mut tests: Vec<usize> = texts.iter().filter(|(_, symbols)| concerns(symbols)).map(|(number, _)| *number).collect();
    tests.dedup();
    tests
}

/// Returns the numbers of all words.
fn numbers(rules: &Rules) -> FxHashMap<&str, WordId> {
    let known = (1..rules.vocabulary.size()).filter_map(|number| WordId::try_from(number).ok());
    known.filter_map(|number| Some((rules.vocabulary.spelling(number)?, number))).collect()
}

/// Returns the roots of which `facts` has a form other than the bare word.
fn inflected(rules: &Rules, numbers: &FxHashMap<&str, WordId>, facts: &Facts) -> FxHashSet<WordId> {
    let bare = |root: WordId| rules.vocabulary.spelling(root).and_then(|root| numbers.get(root.trim_start_matches('~')).copied());
    let of_token = facts.tokens.iter().flat_map(|token| {
        let roots = token.readings.into_iter().filter(|reading| *reading != 0).flat_map(|reading| rules.book.roots_of(reading));
        roots.filter(move |root| bare(*root).is_none_or(|bare| !token.readings.contains(&bare)))
    });
    of_token.collect()
}

/// Every line that names a root, with the root: each once, in the order of the files.
fn roots(rules: &Rules) -> Vec<(Spot, &str)> {
    let guards = rules.book.guard_lines();
    let members = rules.book.classes().iter().flat_map(|class| &class.members).map(|member| (&member.at, &*member.text));
    let entries = rules.book.entries().map(|(_, info)| (&info.at, &*info.text));
    let mut found: Vec<(Spot, &str)> = Vec::new();
    for (at, text) in members.chain(entries) {
        found.extend(text.split_whitespace().filter(|word| word.starts_with('~')).map(|root| (at.clone(), root)));
    }
    let names = numbers(rules);
    for line in &guards {
        let words = line.text.split_whitespace().filter_map(|word| names.get_key_value(word)).map(|(name, _)| *name);
        found.extend(words.filter(|word| word.starts_with('~')).map(|root| (line.at.clone(), root)));
    }
    found.sort_by(|a, b| (&a.0.file, a.0.line, a.1).cmp(&(&b.0.file, b.0.line, b.1)));
    found.dedup_by(|a, b| a.0.file == b.0.file && a.0.line == b.0.line && a.1 == b.1);
    found
}
