//! In which tests the entries of the lexicons occur: only those can notice that an entry is gone.

use crate::post::{Input, Post};
use crate::rules::Rules;
use crate::text::{EntryId, Facts, Hit, Search};

use super::document::RuleTest;

/// For each entry the numbers of the tests it occurs in.
#[derive(Debug)]
pub struct Occurrences(Vec<Vec<usize>>);

impl Occurrences {
    /// Looks for every entry in every post of `tests`, whether a signal counts it there or not.
    pub fn of(rules: &Rules, tests: &[RuleTest]) -> Self {
        let mut found = Occurrences(vec![Vec::new(); rules.book.len()]);
        let names: Vec<(EntryId, String)> = rules.book.entries().filter_map(|(id, info)| Some((id, bare_name(&info.text)?))).collect();
        let (mut search, mut hits) = (Search::default(), Vec::new());
        for (number, test) in tests.iter().enumerate() {
            let written: String = posts(test).map(|post| serde_json::to_string(post).unwrap_or_default().to_lowercase()).collect();
            for_each_text(rules, test, |facts| {
                rules.book.find_unmasked(facts, &mut search, &mut hits);
                hits.iter().for_each(|hit: &Hit| found.note(hit.entry, number));
            });
            names.iter().filter(|(_, name)| written.contains(name)).for_each(|(id, _)| found.note(*id, number));
        }
        found
    }

    /// Returns the tests in which `entry` occurs.
    pub fn tests(&self, entry: EntryId) -> &[usize] {
        self.0.get(entry as usize).map(Vec::as_slice).unwrap_or_default()
    }

    fn note(&mut self, entry: EntryId, test: usize) {
        if let Some(tests) = self.0.get_mut(entry as usize)
            && tests.last() != Some(&test)
        {
            tests.push(test);
        }
    }
}

fn posts(test: &RuleTest) -> impl Iterator<Item = &Post<'static>> {
    test.steps.iter().filter_map(|step| if let Input::Post(post) = &step.recorded.input { Some(&**post) } else { None })
}

/// Reads each text of `test` in which the phrases of lexicons are looked for.
pub fn for_each_text(rules: &Rules, test: &RuleTest, mut look: impl FnMut(&Facts)) {
    let mut facts = Facts::default();
    for post in posts(test) {
        for (text, title) in texts(post) {
            facts.read(text, title, post.platform, &rules.vocabulary, &rules.acronyms);
            look(&facts);
        }
    }
}

/// Returns what the phrases of lexicons are looked for in.
fn texts<'a>(post: &'a Post<'_>) -> impl Iterator<Item = (&'a str, Option<&'a str>)> {
    let author = post.author.as_ref();
    let bio = author.and_then(|author| author.bio.as_deref()).map(|bio| (bio, author.and_then(|author| author.name.as_deref())));
    [(&*post.text, post.subject.as_deref())].into_iter().chain(bio)
}

/// Returns the name in an entry that names an account, a tag or a domain: those are kept in lists of their own.
pub fn bare_name(entry: &str) -> Option<String> {
    let name = entry.strip_prefix('@').or_else(|| entry.strip_prefix("tag:"));
    let domain = || (entry.contains('.') && !entry.contains(' ')).then(|| entry.trim_start_matches("*."));
    name.or_else(domain).map(|name| name.trim_end_matches('*').to_lowercase())
}
