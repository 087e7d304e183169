//! Entries that no text can match. Each is put to the test: a text that says just that must have it.
//!
//! The same reading of texts decides here and in operation, so that nothing has to be known of how words are rewritten.

use crate::post::Platform;
use crate::problem::{Problem, Reporter};
use crate::rules::Rules;
use crate::text::{EntryId, EntryInfo, Facts, Hit};

/// A word that no lexicon has, to stand for any.
const ANY: &str = "qzvx";

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    let mut trial = Trial { rules, facts: Facts::default(), hits: Vec::new() };
    // Whether a handle can be is said elsewhere: platforms differ.
    for (id, entry) in rules.book.entries().filter(|(_, entry)| !entry.text.starts_with('@')) {
        let specimens = specimens(&entry.text);
        if !specimens.iter().any(|text| trial.has(id, text)) {
            let what = format!("no text can match `{}`: read in a text, its words are others", entry.text);
            let hint = "a sign (`?`, an emoji) is an entry of its own, a tag is letters and digits, a link is its host";
            reporter.report(Problem::warning(&entry.at, what).hint(hint));
        } else if let Some(mask) = trial.mask(entry, &specimens) {
            let what = format!("`{}` never counts: `!{}` at {} masks it in every text", entry.text, mask.text, mask.at);
            reporter.report(Problem::warning(&entry.at, what).hint("remove one of the two"));
        }
    }
}

/// Texts that say what `entry` asks for and nothing else: with nothing and with a word in its gaps, its beginnings of
/// words as they stand and prolonged.
fn specimens(entry: &str) -> Vec<String> {
    let say = |gap: &str, ending: &str| {
        let words = entry.split_whitespace().map(|word| match word {
            ".." => gap.to_owned(),
            word => {
                let word = word.strip_prefix("*.").unwrap_or(word);
                let tag = word.strip_prefix("tag:").map(|name| format!("#{name}"));
                let word = tag.unwrap_or_else(|| word.to_owned());
                word.strip_suffix('*').map_or(word.clone(), |beginning| format!("{beginning}{ending}"))
            }
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let mut specimens = vec![say("", ""), say(ANY, ""), say("", ANY), say(ANY, ANY)];
    specimens.dedup();
    specimens
}

struct Trial<'a> {
    rules: &'a Rules,
    facts: Facts,
    hits: Vec<Hit>,
}

impl<'a> Trial<'a> {
    fn read(&mut self, text: &str) {
        self.facts.read(text, None, Platform::X, &self.rules.vocabulary, &self.rules.acronyms);
        self.rules.book.find_unmasked(&self.facts, &mut self.hits);
    }

    fn has(&mut self, id: EntryId, text: &str) -> bool {
        self.read(text);
        self.hits.iter().any(|hit| hit.entry == id)
    }

    /// The exclusion of the same list that masks `entry` in all `specimens` of it.
    fn mask(&mut self, entry: &EntryInfo, specimens: &[String]) -> Option<&'a EntryInfo> {
        if entry.exclude {
            return None;
        }
        let mut mask = None;
        for text in specimens {
            self.read(text);
            let masks = self.hits.iter().map(|hit| self.rules.book.entry(hit.entry));
            mask = Some(masks.into_iter().find(|other| other.exclude && other.file == entry.file)?);
        }
        mask
    }
}
