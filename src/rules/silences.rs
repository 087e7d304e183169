//! Silences, compiled: their phrases read with the words of the rule set, which is why they are compiled here. They are no
//! rules: no part of the hash, nothing that a trial on posts could refuse (D89).

use std::path::Path;

use crate::config::lexicon::{Entry, Group, Weight};
use crate::config::reader::{Document, Folder, Source};
use crate::config::silences::{Silence, parse};
use crate::post::Post;
use crate::problem::{Reporter, Severity};
use crate::signals::Lexicons;
use crate::text::{Acronyms, GroupId, Language, PhraseBook, PhraseBookBuilder, Reader, Reading, Vocabulary, VocabularyBuilder};

use super::words::Words;

/// The silences that are in use.
#[derive(Debug, Default)]
pub struct Silences {
    all: Vec<(Silence, Vec<GroupId>)>,
    book: PhraseBook,
    vocabulary: Vocabulary,
}

impl Silences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether `other` are the same as they are written.
    pub fn are(&self, other: &Silences) -> bool {
        self.all.iter().map(|(silence, _)| silence).eq(other.all.iter().map(|(silence, _)| silence))
    }

    /// The silence called `name`.
    pub fn named(&self, name: &str) -> Option<&Silence> {
        self.all.iter().map(|(silence, _)| silence).find(|silence| silence.name == name)
    }

    /// The silences, active or not, that hold what `customer` writes in `post`; without a post those that ask for none.
    pub fn holding<'s>(&'s self, customer: &str, post: Option<&Post<'_>>) -> Vec<&'s Silence> {
        let mut reading = Reading::default();
        if let Some(post) = post.filter(|_| self.all.iter().any(|(_, groups)| !groups.is_empty())) {
            let (vocabulary, acronyms, book) = (&self.vocabulary, &Acronyms::default(), &self.book);
            Reader::default().read(post, Language { vocabulary, acronyms, book, openers: None }, &mut reading);
        }
        let says = |group: &GroupId| reading.hits.iter().any(|hit| hit.group == *group);
        let holds = |silence: &Silence, groups: &[GroupId]| {
            let his = silence.customers.is_empty() || silence.customers.iter().any(|key| key == customer);
            his && groups.iter().all(says)
        };
        self.all.iter().filter(|(silence, groups)| holds(silence, groups)).map(|(silence, _)| silence).collect()
    }
}

/// Compiles the silences in the document at `file`, with the words of the rule set in `folder`; there are none where there
/// is no document. All problems of the document go to `reporter`; `None` if it cannot be used.
pub fn silences(folder: &Path, file: &Path, reporter: &Reporter) -> Option<Silences> {
    if !file.exists() {
        return Some(Silences::default());
    }
    let source = Source::read(file, None, reporter)?;
    let inner = Reporter::default();
    let silences = compile(&Folder::new(folder), parse(&source, &inner), &inner);
    // What is wrong with the rules is said by those who compile them.
    let problems = inner.into_problems();
    let own: Vec<_> = problems.iter().filter(|problem| problem.at.file == *source.file()).cloned().collect();
    let usable = !own.iter().any(|problem| problem.severity == Severity::Error);
    own.into_iter().for_each(|problem| reporter.report(problem));
    usable.then_some(silences)
}

fn compile(folder: &Folder, silences: Vec<Silence>, reporter: &Reporter) -> Silences {
    let rules = folder.read("rules.toml", None, reporter).unwrap_or_else(|| Source::new("rules.toml", ""));
    let document = Document::parse(&rules, reporter);
    let words = Words::read(folder, document.root().section("text"), reporter);
    let book = PhraseBookBuilder::new(VocabularyBuilder::new(words.slang, words.clitics));
    let mut lexicons = Lexicons::new(folder, reporter, book);
    // There are many, and most silences name none.
    if silences.iter().flat_map(|silence| silence.words.iter().flatten()).any(|word| word.value.contains('{')) {
        lexicons.read_classes(&words.classes);
    }
    let mut all = Vec::new();
    for silence in silences {
        let groups = silence.words.iter().map(|words| {
            let entries = words.iter().filter_map(|word| Entry::read(word, reporter)).collect();
            let group = Group { name: silence.name.clone(), weight: Weight::Strong, is_class: false, spot: silence.spot.clone(), entries };
            lexicons.add_group(0, &group).id
        });
        let groups = groups.collect();
        all.push((silence, groups));
    }
    let (book, vocabulary) = lexicons.build_book();
    Silences { all, book, vocabulary }
}
