//! Every word that some lexicon knows, as a number; and how a word of a text is found among them.
//!
//! Rules are compiled once: entries of the lexicons and words of a post meet in the same normalised form, so matching
//! later compares numbers and its cost does not depend on how many phrases there are.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use smol_str::SmolStr;

use super::affixes;
use super::known::{Fingerprints, Form, Known};
use super::slang::SlangTable;
use super::word::{self, Shape};
use super::{READINGS, WordId};
use crate::config::lexicon::Part;

/// Collects the words of all lexicons.
#[derive(Debug, Default)]
pub struct VocabularyBuilder {
    slang: SlangTable,
    clitics: Vec<Box<str>>,
    ids: FxHashMap<Box<str>, WordId>,
    prefixes: FxHashMap<Box<str>, WordId>,
    /// Roots that stand for all their forms.
    roots: Vec<(Box<str>, WordId)>,
}

/// One step through an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// This word, or a word of this class.
    Word(WordId),
    /// Up to so many words, whatever they are.
    Gap(u8),
}

impl VocabularyBuilder {
    /// Returns a builder that knows this slang and these clitics (endings that leave the word what it is).
    pub fn new(slang: SlangTable, clitics: impl IntoIterator<Item = String>) -> Self {
        VocabularyBuilder { slang, clitics: clitics.into_iter().map(Into::into).collect(), ..VocabularyBuilder::default() }
    }

    /// Returns the steps through the parts of one lexicon entry, its words added to the vocabulary.
    pub(super) fn steps(&mut self, parts: &[&Part]) -> Vec<Step> {
        let mut steps = Vec::new();
        for part in parts {
            match part {
                Part::Gap(most) => steps.push(Step::Gap(*most)),
                Part::Class(name) => steps.push(Step::Word(self.class(name))),
                Part::Root(root) => steps.push(Step::Word(self.root(root))),
                Part::Word(word) => self.push_word(word, &mut steps),
            }
        }
        steps
    }

    /// Returns the number of the class `name`, a new one at its first use.
    pub(super) fn class(&mut self, name: &str) -> WordId {
        self.id(&format!("{{{name}}}"))
    }

    /// Returns the number that stands for a root with all its affixes, a new one at its first use.
    fn root(&mut self, root: &str) -> WordId {
        let number = self.id(&format!("~{root}"));
        if !self.roots.iter().any(|(_, known)| *known == number) {
            self.roots.push((root.into(), number));
        }
        number
    }

    fn push_word(&mut self, piece: &str, steps: &mut Vec<Step>) {
        if let Some(tag) = piece.strip_prefix("tag:") {
            self.push_name('#', tag, steps);
        } else if let Some(handle) = piece.strip_prefix('@') {
            self.push_name('@', handle, steps);
        } else if let Some(word) = shouted(piece) {
            steps.push(Step::Word(self.id(&format!("{}!", word.to_lowercase()))));
        } else {
            self.push_words(piece, steps);
        }
    }

    fn push_name(&mut self, sign: char, name: &str, steps: &mut Vec<Step>) {
        let name = format!("{sign}{}", name.to_lowercase());
        steps.push(Step::Word(match name.strip_suffix('*') {
            Some(prefix) => self.prefix_id(prefix),
            None => self.id(&name),
        }));
    }

    fn push_words(&mut self, piece: &str, steps: &mut Vec<Step>) {
        let (piece, is_prefix) = match piece.strip_suffix('*') {
            Some(prefix) => (prefix, true),
            None => (piece, false),
        };
        let words = super::entry::words_of_entry(piece);
        let last = words.len().saturating_sub(1);
        for (n, word) in words.iter().enumerate() {
            if is_prefix && n == last {
                steps.push(Step::Word(self.prefix_id(word)));
                continue;
            }
            let standard = self.slang.standard(word);
            steps.extend(standard.iter().map(|word| Step::Word(self.id(word))).collect::<Vec<_>>());
        }
    }

    fn id(&mut self, word: &str) -> WordId {
        next_id(&mut self.ids, self.prefixes.len(), word)
    }

    fn prefix_id(&mut self, prefix: &str) -> WordId {
        next_id(&mut self.prefixes, self.ids.len(), prefix)
    }

    /// Returns the finished vocabulary, and which words are forms of which root.
    pub(super) fn build(mut self) -> (Vocabulary, Vec<(WordId, WordId)>) {
        let forms_of_roots = self.forms_of_roots();
        let mut prefix_lengths: FxHashMap<u8, Vec<usize>> = FxHashMap::default();
        for prefix in self.prefixes.keys() {
            let lengths = prefix.bytes().next().map(|first| prefix_lengths.entry(first).or_default());
            lengths.into_iter().for_each(|lengths| lengths.push(prefix.len()));
        }
        for lengths in prefix_lengths.values_mut() {
            lengths.sort_unstable_by(|a, b| b.cmp(a));
            lengths.dedup();
        }
        let size = self.ids.len() + self.prefixes.len() + 1;
        let mut spellings: Vec<Box<str>> = vec!["".into(); size];
        let prefixes = self.prefixes.iter().map(|(prefix, id)| (format!("{prefix}*").into(), *id));
        for (word, id) in self.ids.iter().map(|(word, id)| (word.clone(), *id)).chain(prefixes) {
            spellings[id as usize] = word;
        }
        let vocabulary = Vocabulary {
            spellings,
            forms: FxHashMap::default(),
            prefixes: self.prefixes,
            prefix_lengths,
            clitics: self.clitics,
            shouted: self.ids.iter().filter_map(|(word, id)| Some((shouted(word)?.into(), *id))).collect(),
            slang: self.slang,
            size,
        };
        let known: FxHashMap<Box<str>, WordId> = self.ids;
        let single = |word: &str, id: WordId| -> (Box<str>, Form) { (word.into(), SmallVec::from_elem(vocabulary.readings(word, id), 1)) };
        let mut forms: FxHashMap<Box<str>, Form> = known.iter().map(|(word, &id)| single(word, id)).collect();
        for (slang, standard) in vocabulary.slang.rows() {
            let ids = standard.iter().map(|word| vocabulary.readings(word, known.get(word).copied().unwrap_or(0)));
            forms.insert(slang.into(), ids.collect());
        }
        let stems = vocabulary.stems_of(&forms);
        for (word, stem) in stems {
            if let Some(form) = forms.get_mut(&word) {
                add_reading(&mut form[0], stem);
            }
        }
        let known = |(word, form): (Box<str>, Form)| {
            let known = Known::new(&form, &vocabulary.fingerprints(&word));
            (SmolStr::from(word), known)
        };
        let forms = forms.into_iter().map(known).collect();
        (Vocabulary { forms, ..vocabulary }, forms_of_roots)
    }

    /// Adds every form of every root as a word of its own; what the slang table reads otherwise is left to it. Returns the
    /// pairs of form and root.
    fn forms_of_roots(&mut self) -> Vec<(WordId, WordId)> {
        let mut pairs = Vec::new();
        for (root, number) in std::mem::take(&mut self.roots) {
            for form in affixes::forms(&root) {
                match self.slang.get(&form) {
                    Some([only]) if **only == *form => pairs.push((self.id(&form), number)),
                    Some(_) => {}
                    None => pairs.push((self.id(&form), number)),
                }
            }
        }
        pairs
    }
}

/// Returns `lapor` of `lapor!`, an entry that only stands for the word with the sign behind it.
fn shouted(piece: &str) -> Option<&str> {
    piece.strip_suffix('!').filter(|word| !word.is_empty() && word.chars().all(char::is_alphanumeric))
}

fn next_id(table: &mut FxHashMap<Box<str>, WordId>, others: usize, word: &str) -> WordId {
    if let Some(&id) = table.get(word) {
        return id;
    }
    let id = WordId::try_from(table.len() + others + 1).unwrap_or(WordId::MAX);
    table.insert(word.into(), id);
    id
}

/// Adds `id` to what a token can be read as, if there is room.
pub(super) fn add_reading(readings: &mut [WordId; READINGS], id: WordId) {
    if id == 0 || readings.contains(&id) {
        return;
    }
    if let Some(free) = readings.iter_mut().find(|reading| **reading == 0) {
        *free = id;
    }
}

/// The words of all lexicons by number, with the slang table folded in.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Short words lie in the table itself: most questions end there.
    forms: FxHashMap<SmolStr, Known>,
    prefixes: FxHashMap<Box<str>, WordId>,
    /// By their first byte, how long prefixes are, the longest first: a quick no for most words.
    prefix_lengths: FxHashMap<u8, Vec<usize>>,
    clitics: Vec<Box<str>>,
    slang: SlangTable,
    /// Words that mean something of their own with `!` behind them.
    shouted: FxHashMap<Box<str>, WordId>,
    /// Each word by its number.
    spellings: Vec<Box<str>>,
    size: usize,
}

impl Vocabulary {
    /// Returns one more than the largest number of a word.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Returns how the lexicons spell the word of that number, a root with `~` and a class in braces; `None`: there is none.
    pub fn spelling(&self, id: WordId) -> Option<&str> {
        self.spellings.get(id as usize).map(|word| &**word).filter(|word| !word.is_empty())
    }

    /// Returns what a word, handle or tag stands for that is known as it stands.
    pub(super) fn known(&self, word: &str) -> Option<&Known> {
        self.forms.get(word)
    }

    /// Returns what `word` (lower case) means if `!` stands behind it.
    pub(super) fn shouted(&self, word: &str) -> Option<WordId> {
        self.shouted.get(word).copied()
    }

    fn look_up(&self, word: &str) -> Form {
        self.known(word).map_or_else(|| self.guess(word), Known::form)
    }

    /// Returns what `word` (lower case), not known as it stands, may stand for.
    pub(super) fn guessed(&self, word: &str) -> Known {
        Known::new(&self.guess(word), &self.fingerprints(word))
    }

    fn guess(&self, word: &str) -> Form {
        let shape = Shape::of(word);
        if shape.stretched {
            let twice = word::squeeze(word, 2);
            let once = word::squeeze(word, 1);
            return self.known(&twice).map_or_else(|| self.look_up(&once), Known::form);
        }
        if let Some(stem) = word::doubled_stem(word) {
            let form = self.look_up(stem);
            return form.iter().chain(form.iter()).copied().collect();
        }
        if shape.digit
            && let Some(known) = word::without_digits_for_letters(word).and_then(|letters| self.known(&letters))
        {
            return known.form();
        }
        if shape.doubled
            && let Some(known) = word::without_doubled_letters(word).and_then(|single| self.known(&single))
        {
            return known.form();
        }
        let mut readings = self.readings(word, 0);
        let stem = self.stem(word).and_then(Known::single);
        stem.into_iter().flatten().for_each(|&id| add_reading(&mut readings, id));
        SmallVec::from_elem(readings, 1)
    }

    /// Returns what a handle or a tag, its sign included, can be read as.
    pub(super) fn look_up_name(&self, name: &str) -> [WordId; READINGS] {
        match self.known(name) {
            Some(known) => known.first(),
            None => self.readings(name, 0),
        }
    }

    /// Returns numbers that equal words share in whatever spelling, one for each token that `word` stands for. They depend
    /// on slang and clitics alone, so that they mean the same after a change of the lexicons; 0 for numbers and for words
    /// too short to tell anything.
    fn fingerprints(&self, word: &str) -> Fingerprints {
        if let Some(standard) = self.slang.get(word) {
            return standard.iter().map(|word| self.fingerprint(word)).collect();
        }
        if Shape::of(word).stretched {
            return self.fingerprints(&word::squeeze(word, 1));
        }
        let stem = word::doubled_stem(word).or_else(|| stems(&self.clitics, word).next());
        match stem.and_then(|stem| self.slang.get(stem)) {
            Some([standard]) => SmallVec::from_elem(self.fingerprint(standard), 1),
            _ => SmallVec::from_elem(self.fingerprint(stem.unwrap_or(word)), 1),
        }
    }

    /// Returns the fingerprint of a word in standard spelling.
    fn fingerprint(&self, word: &str) -> u32 {
        let is_number = word.bytes().next().is_some_and(|first| first.is_ascii_digit());
        if word.len() < 4 || is_number { 0 } else { fnv(stems(&self.clitics, word).next().unwrap_or(word)) }
    }

    /// Returns what `word` without its clitic stands for, if that is a known word of at least three letters.
    fn stem(&self, word: &str) -> Option<&Known> {
        stems(&self.clitics, word).find_map(|stem| self.known(stem))
    }

    fn readings(&self, word: &str, id: WordId) -> [WordId; READINGS] {
        let mut readings = [id, 0, 0, 0];
        let lengths = word.bytes().next().and_then(|first| self.prefix_lengths.get(&first));
        for &length in lengths.into_iter().flatten() {
            if let Some(&prefix) = word.get(..length).and_then(|prefix| self.prefixes.get(prefix)) {
                add_reading(&mut readings, prefix);
            }
        }
        readings
    }

    /// Returns the stems of known words that are known themselves. A slang row that maps a word to itself says that its
    /// ending is no clitic (`masalah` is not `masa`).
    fn stems_of(&self, forms: &FxHashMap<Box<str>, Form>) -> Vec<(Box<str>, WordId)> {
        let stem_id = |word: &str| {
            let form = stems(&self.clitics, word).find_map(|stem| forms.get(stem));
            form.filter(|form| form.len() == 1).map(|form| form[0][0])
        };
        let plain = forms.iter().filter(|(word, form)| form.len() == 1 && self.slang.get(word).is_none() && !word.starts_with(['#', '@']));
        plain.filter_map(|(word, _)| Some((word.clone(), stem_id(word)?))).collect()
    }
}

/// Returns `word` without each of the clitics that it ends in, one at a time, where at least three letters are left.
fn stems<'w>(clitics: &[Box<str>], word: &'w str) -> impl Iterator<Item = &'w str> {
    let last = word.as_bytes().last().copied();
    let fitting = clitics.iter().filter(move |clitic| clitic.as_bytes().last().copied() == last);
    fitting.filter_map(|clitic| word.strip_suffix(&**clitic)).filter(|stem| stem.len() >= 3)
}

/// Returns FNV-1a, 32 bits: the same in every version of the program, never 0.
fn fnv(word: &str) -> u32 {
    let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.max(1)
}
