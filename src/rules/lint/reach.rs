//! Entries that no text can match. Each is put to the test: a text that says just that must have it.
//!
//! The same reading of texts decides here and in operation, so that nothing has to be known of how words are rewritten.

use crate::post::Platform;
use crate::problem::{Problem, Reporter, Spot};
use crate::rules::Rules;
use crate::text::{EntryId, EntryInfo, Facts, Hit, PhraseBook, Search, WordClass};

/// A word that no lexicon has, to stand for any.
pub(super) const ANY: &str = "qzvx";
/// Classes within classes that are looked into.
const MAX_DEPTH: usize = 16;

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    let mut trial = Trial::new(rules);
    // Whether a handle can be is said elsewhere: platforms differ.
    for (id, entry) in rules.book.entries().filter(|(_, entry)| !entry.text.starts_with('@')) {
        let specimens = specimens(&entry.text, &rules.book);
        if !specimens.iter().any(|text| trial.has(id, text)) {
            reporter.report(unreachable(&entry.text, &entry.at));
        } else if let Some(mask) = trial.mask(entry, &specimens) {
            let what = format!("`{}` never counts: `!{}` at {} masks it in every text", entry.text, mask.text, mask.at);
            reporter.report(Problem::warning(&entry.at, what).hint("remove one of the two"));
        }
    }
    for class in rules.book.classes() {
        for member in class.members.iter().filter(|member| !member.text.starts_with('@')) {
            if !specimens(&member.text, &rules.book).iter().any(|text| trial.is_member(class, text)) {
                reporter.report(unreachable(&member.text, &member.at));
            }
        }
    }
}

fn unreachable(text: &str, at: &Spot) -> Problem {
    let what = format!("no text can match `{text}`: read in a text, its words are others");
    let hint = "a sign (`?`, an emoji) is an entry of its own, a tag is letters and digits, a link is its host";
    Problem::warning(at, what).hint(hint)
}

/// Texts that say what `entry` asks for and nothing else: with nothing and with a word in its gaps, its beginnings of
/// words as they stand and prolonged, the first member in place of a class. Its guards are not asked.
fn specimens(entry: &str, book: &PhraseBook) -> Vec<String> {
    let pattern = entry.split('|').next().unwrap_or(entry);
    let say = |gap: &str, ending: &str| {
        let words = pattern.split_whitespace().map(|word| match word {
            _ if word.starts_with("..") || word.starts_with('<') => gap.to_owned(),
            word => said(word, ending, book, 0),
        });
        words.collect::<Vec<_>>().join(" ")
    };
    let mut specimens = vec![say("", ""), say(ANY, ""), say("", ANY), say(ANY, ANY)];
    specimens.dedup();
    specimens
}

/// Returns what a text has for one word of an entry.
fn said(word: &str, ending: &str, book: &PhraseBook, depth: usize) -> String {
    let class = word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).and_then(|name| book.class(name));
    if let Some(member) = class.filter(|_| depth < MAX_DEPTH).and_then(|class| class.members.first()) {
        let words = member.text.split_whitespace().filter(|word| !word.starts_with("..") && !word.starts_with('<'));
        return words.map(|word| said(word, ending, book, depth + 1)).collect::<Vec<_>>().join(" ");
    }
    let word = word.strip_prefix("*.").or_else(|| word.strip_prefix('~')).unwrap_or(word);
    let tag = word.strip_prefix("tag:").map(|name| format!("#{name}"));
    let word = tag.unwrap_or_else(|| word.to_owned());
    word.strip_suffix('*').map_or(word.clone(), |beginning| format!("{beginning}{ending}"))
}

/// A text put to the rules.
pub(super) struct Trial<'a> {
    rules: &'a Rules,
    pub facts: Facts,
    pub search: Search,
    pub hits: Vec<Hit>,
}

impl<'a> Trial<'a> {
    pub fn new(rules: &'a Rules) -> Self {
        Trial { rules, facts: Facts::default(), search: Search::default(), hits: Vec::new() }
    }

    /// Finds all that stands in `text`, whatever guards say.
    pub fn read(&mut self, text: &str) {
        self.facts.read(text, None, Platform::X, &self.rules.vocabulary, &self.rules.acronyms);
        self.rules.book.find_unguarded(&self.facts, &mut self.search, &mut self.hits);
    }

    fn has(&mut self, id: EntryId, text: &str) -> bool {
        self.read(text);
        self.hits.iter().any(|hit| hit.entry == id)
    }

    /// Returns whether `text` as a whole is a member of `class`.
    fn is_member(&mut self, class: &WordClass, text: &str) -> bool {
        self.read(text);
        self.rules.book.seen(&self.search).is_whole(class)
    }

    /// Returns the exclusion of the same list that masks `entry` in all `specimens` of it.
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
