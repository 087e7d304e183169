//! All phrases of all lexicons in one trie over word numbers: one walk over a text finds every entry in it.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::vocabulary::{Part, Vocabulary, VocabularyBuilder};
use super::{Facts, WordId};
use crate::problem::Spot;

/// Number of an entry in the book.
pub type EntryId = u32;
/// Number of a group of entries in the book.
pub type GroupId = u16;

/// Words that a gap (`..`) may stand for at most (`lexicons` 3.1).
const GAP: usize = 3;

/// An entry found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Which entry.
    pub entry: EntryId,
    /// Its group.
    pub group: GroupId,
    /// First token.
    pub first: u32,
    /// One past the last token.
    pub end: u32,
}

/// A set of groups.
#[derive(Debug, Default, Clone)]
pub struct GroupSet(Vec<u64>);

impl GroupSet {
    /// The groups for which `is_in` says so, of `count`.
    pub fn of(count: usize, is_in: impl Fn(usize) -> bool) -> Self {
        let mut set = GroupSet(vec![0; count.div_ceil(64)]);
        (0..count).filter(|&group| is_in(group)).for_each(|group| set.insert(group));
        set
    }

    /// Whether the two sets share a group: a quick no before anything is looked at closely.
    pub fn meets(&self, other: &GroupSet) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    fn insert(&mut self, group: usize) {
        if self.0.len() <= group / 64 {
            self.0.resize(group / 64 + 1, 0);
        }
        self.0[group / 64] |= 1 << (group % 64);
    }

    /// Replaces the contents by the groups of `hits`.
    pub fn fill(&mut self, hits: &[Hit]) {
        self.0.iter_mut().for_each(|bits| *bits = 0);
        hits.iter().for_each(|hit| self.insert(usize::from(hit.group)));
    }
}

/// What a person needs to know of an entry.
#[derive(Debug, Clone)]
pub struct EntryInfo {
    /// As written in the lexicon.
    pub text: Arc<str>,
    /// Its group.
    pub group: GroupId,
    /// The lexicon's number, for masks.
    pub file: u8,
    /// It masks its words for its lexicon instead of counting.
    pub exclude: bool,
    /// Where it is written.
    pub at: Spot,
}

/// Collects entries before they are compiled.
#[derive(Debug)]
pub struct PhraseBookBuilder {
    vocabulary: VocabularyBuilder,
    entries: Vec<EntryInfo>,
    nodes: Vec<Node>,
    edges: FxHashMap<(u32, WordId), u32>,
    longest: u32,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Node {
    pub(super) entries: SmallVec<[EntryId; 1]>,
    pub(super) after_gap: u32,
    has_edges: bool,
}

impl PhraseBookBuilder {
    /// An empty book over this vocabulary.
    pub fn new(vocabulary: VocabularyBuilder) -> Self {
        PhraseBookBuilder { vocabulary, entries: Vec::new(), nodes: vec![Node::default()], edges: FxHashMap::default(), longest: 0 }
    }

    /// Adds an entry. `false`: nothing is left of it after normalising, so it can never match.
    pub fn add(&mut self, info: EntryInfo) -> bool {
        let text = info.text.clone();
        let parts = self.vocabulary.entry(text.strip_prefix('!').unwrap_or(&text));
        if !parts.iter().any(|part| matches!(part, Part::Word(_))) {
            return false;
        }
        let entry = EntryId::try_from(self.entries.len()).unwrap_or(EntryId::MAX);
        self.entries.push(info);
        let tokens = |part: &Part| if matches!(part, Part::Gap) { GAP } else { 1 };
        self.longest = self.longest.max(u32::try_from(parts.iter().map(tokens).sum::<usize>()).unwrap_or(u32::MAX / 2));
        let mut node = 0;
        for part in parts {
            node = match part {
                Part::Word(word) => self.edge(node, word),
                Part::Gap => self.gap(node),
            };
        }
        self.nodes[node as usize].entries.push(entry);
        true
    }

    fn push_node(&mut self) -> u32 {
        self.nodes.push(Node::default());
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX)
    }

    fn edge(&mut self, from: u32, word: WordId) -> u32 {
        if let Some(&to) = self.edges.get(&(from, word)) {
            return to;
        }
        let to = self.push_node();
        self.nodes[from as usize].has_edges = true;
        self.edges.insert((from, word), to);
        to
    }

    fn gap(&mut self, from: u32) -> u32 {
        if self.nodes[from as usize].after_gap == 0 {
            self.nodes[from as usize].after_gap = self.push_node();
        }
        self.nodes[from as usize].after_gap
    }

    /// The finished book and the vocabulary it speaks.
    pub fn build(self) -> (PhraseBook, Vocabulary) {
        let PhraseBookBuilder { vocabulary, nodes, edges, entries, longest } = self;
        let vocabulary = vocabulary.build();
        let mut first = vec![0; vocabulary.size()];
        for (&(from, word), &to) in &edges {
            if from == 0
                && let Some(place) = first.get_mut(word as usize)
            {
                *place = to;
            }
        }
        (PhraseBook { first, nodes, edges, entries, longest }, vocabulary)
    }
}

/// An entry that is out of the book for a while.
#[derive(Debug)]
pub struct TakenOut {
    entry: EntryId,
    node: usize,
    at: usize,
}

/// The compiled phrases.
#[derive(Debug, Default)]
pub struct PhraseBook {
    first: Vec<u32>,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: FxHashMap<(u32, WordId), u32>,
    entries: Vec<EntryInfo>,
    /// Tokens that an entry covers at most.
    longest: u32,
}

impl PhraseBook {
    /// What is known of an entry.
    pub fn entry(&self, id: EntryId) -> &EntryInfo {
        &self.entries[id as usize]
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// All entries in the order of their numbers.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &EntryInfo)> {
        (0..).zip(&self.entries)
    }

    /// Whether the book has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts every entry that stands in `facts` into `hits`, in order of their first token. Exclusions have been
    /// applied: they mask their words for the other entries of the same lexicon.
    pub fn find(&self, facts: &Facts, hits: &mut Vec<Hit>) {
        self.find_unmasked(facts, hits);
        self.apply_exclusions(hits);
    }

    /// As [`PhraseBook::find`], the exclusions among the entries and nothing masked.
    pub fn find_unmasked(&self, facts: &Facts, hits: &mut Vec<Hit>) {
        hits.clear();
        for (at, token) in facts.tokens.iter().enumerate() {
            for &reading in token.readings.iter().take_while(|&&reading| reading != 0) {
                let node = self.first.get(reading as usize).copied().unwrap_or(0);
                if node != 0 {
                    self.walk(facts, node, at, at + 1, hits);
                }
            }
        }
    }

    /// Takes `entry` out, as if its line were not in its list, until [`PhraseBook::put_back`]; its words stay known.
    /// `None` if it is not in the book.
    pub fn take_out(&mut self, entry: EntryId) -> Option<TakenOut> {
        let place = self.nodes.iter_mut().enumerate().find_map(|(number, node)| {
            let at = node.entries.iter().position(|&other| other == entry)?;
            node.entries.remove(at);
            Some((number, at))
        });
        place.map(|(node, at)| TakenOut { entry, node, at })
    }

    /// Undoes [`PhraseBook::take_out`].
    pub fn put_back(&mut self, taken: TakenOut) {
        if let Some(node) = self.nodes.get_mut(taken.node) {
            node.entries.insert(taken.at, taken.entry);
        }
    }

    fn walk(&self, facts: &Facts, node: u32, first: usize, at: usize, hits: &mut Vec<Hit>) {
        let here = &self.nodes[node as usize];
        for &entry in &here.entries {
            let place = |token: usize| u32::try_from(token).unwrap_or(u32::MAX);
            let hit = Hit { entry, group: self.entries[entry as usize].group, first: place(first), end: place(at) };
            if !hits.iter().rev().take_while(|earlier| earlier.first == hit.first).any(|earlier| *earlier == hit) {
                hits.push(hit);
            }
        }
        if here.has_edges {
            self.step(facts, node, first, at, hits);
        }
        if here.after_gap != 0 {
            for skipped in 0..=GAP {
                self.step(facts, here.after_gap, first, at + skipped, hits);
            }
        }
    }

    fn step(&self, facts: &Facts, node: u32, first: usize, at: usize, hits: &mut Vec<Hit>) {
        let Some(token) = facts.tokens.get(at).filter(|_| at < facts.words) else { return };
        if token.in_subject != facts.tokens[first].in_subject {
            return;
        }
        for &reading in token.readings.iter().take_while(|&&reading| reading != 0) {
            if let Some(&next) = self.edges.get(&(node, reading)) {
                self.walk(facts, next, first, at + 1, hits);
            }
        }
    }

    fn apply_exclusions(&self, hits: &mut Vec<Hit>) {
        let excludes = |hit: &&Hit| self.entry(hit.entry).exclude;
        // In order of their first token, as the hits are.
        let masks: SmallVec<[(u32, u32, u8); 8]> =
            hits.iter().filter(excludes).map(|hit| (hit.first, hit.end, self.entry(hit.entry).file)).collect();
        if masks.is_empty() {
            return;
        }
        hits.retain(|hit| {
            let info = self.entry(hit.entry);
            let from = masks.partition_point(|&(first, ..)| first + self.longest <= hit.first);
            let mut near = masks[from..].iter().take_while(|&&(first, ..)| first < hit.end);
            !info.exclude && !near.any(|&(_, end, file)| file == info.file && hit.first < end)
        });
    }

    /// Tokens that an entry covers at most, those in its gaps included.
    pub fn longest(&self) -> u32 {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Acronyms, SlangTable};
    use super::*;

    fn check(entries: &[&str], text: &str, expected: &[&str]) {
        let slang = SlangTable::new([("ga", "tidak"), ("gada", "tidak ada"), ("masalah", "masalah")]);
        let mut builder = PhraseBookBuilder::new(VocabularyBuilder::new(slang, ["nya", "lah"].map(String::from)));
        for entry in entries {
            let info = EntryInfo { text: (*entry).into(), group: 0, file: 0, exclude: entry.starts_with('!'), at: Spot::whole("list") };
            assert!(builder.add(info), "{entry} can never match");
        }
        let (book, vocabulary) = builder.build();
        let (mut facts, mut hits) = (Facts::default(), Vec::new());
        facts.read(text, None, crate::post::Platform::X, &vocabulary, &Acronyms::default());
        book.find(&facts, &mut hits);
        let found: Vec<String> = hits
            .iter()
            .map(|hit| {
                let span = facts.span(hit.first as usize, hit.end as usize).expect("in the text");
                let quote: String = text.chars().skip(span.start as usize).take((span.end - span.start) as usize).collect();
                format!("{} = {quote}", book.entry(hit.entry).text)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn phrases_are_found_in_every_spelling() {
        check(&["tidak bisa"], "Ga BISA 😭 login", &["tidak bisa = Ga BISA"]);
        check(&["tidak ada internet"], "gada  internet", &["tidak ada internet = gada  internet"]);
        check(&["putus-putus"], "putus2 dan putus putus", &["putus-putus = putus2", "putus-putus = putus putus"]);
        check(&["internet mati"], "internetnya matiiii", &["internet mati = internetnya matiiii"]);
        check(&["lemot"], "lemoott", &["lemot = lemoott"]);
        check(&["lemot"], "𝐋𝐄𝐌𝐎𝐓 le\u{200B}mot l3mot", &["lemot = 𝐋𝐄𝐌𝐎𝐓", "lemot = le\u{200B}mot", "lemot = l3mot"]);
        check(&["masa"], "masalah", &[]);
        check(&["doesn't work"], "it doesnt work", &["doesn't work = doesnt work"]);
    }

    #[test]
    fn gaps_prefixes_names_and_symbols() {
        check(&["mati .. jam"], "mati sudah hampir dua jam", &["mati .. jam = mati sudah hampir dua jam"]);
        check(&["mati .. jam"], "mati a b c d jam", &[]);
        check(&["mati .. jam"], "mati jam", &["mati .. jam = mati jam"]);
        check(&["giveaway*"], "GiveawayJKT", &["giveaway* = GiveawayJKT"]);
        check(&["tag:pantun*", "tag:kuis"], "#PantunKalsel#Kuis", &["tag:pantun* = #PantunKalsel", "tag:kuis = #Kuis"]);
        check(&["@ylki_id"], "cc @YLKI_ID.", &["@ylki_id = @YLKI_ID"]);
        check(&["indihome"], "#IndiHome a@indihome.co", &["indihome = #IndiHome", "indihome = indihome"]);
        check(&["wa.me", "?", "🙃"], "https://wa.me/62 kapan?? 🙃🙃", &["wa.me = https://wa.me/62", "? = ?", "🙃 = 🙃"]);
    }

    #[test]
    fn exclusions_mask_their_words() {
        check(&["mati", "!mati lampu"], "mati lampu, lalu internet mati", &["mati = mati"]);
        check(&["lampu mati", "!mati lampu"], "lampu mati lampu", &[]);
    }
}
