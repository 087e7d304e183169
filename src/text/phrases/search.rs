//! The walk over a text that finds every entry, class and guard in it.
//!
//! From the last word to the first: when a word is looked at, all that begins behind it is known already, so a class
//! whose members are phrases is one step like any word.

use std::cmp::Reverse;

use smallvec::SmallVec;

use super::guards::{GuardLine, Marks};
use super::standing::Symbols;
use super::trie::{Bits, Gap, bit, may_be};
use super::{EntryTraits, Hit, Holder, Miss, PhraseBook, WordClass, number};
use crate::text::{Facts, Token, WordId};

/// Buffers that one search leaves to the next.
#[derive(Debug, Default)]
pub struct Search {
    /// What begins at each token beside what always stands with its word: the tokens from the last to the first.
    sightings: Vec<Sighting>,
    /// By token.
    ranges: Vec<Range>,
    /// By token: the bits of what begins there.
    bits: Vec<Bits>,
    pub(super) marks: Marks,
}

/// What begins at one token.
#[derive(Debug, Clone, Copy, Default)]
struct Range {
    /// What always stands with its word.
    symbols: Symbols,
    /// The rest: from where up to where in the sightings. The word itself is the first.
    from: u32,
    to: u32,
    /// One past the last token of its sentence.
    sentence_end: u32,
}

/// A word or a class that stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sighting {
    symbol: WordId,
    /// One past its last token.
    end: u32,
    /// Where entries lead on that begin with the symbol; 0: none does, or they were looked at already.
    node: u32,
}

/// What a search has seen of a text.
#[derive(Debug, Clone, Copy)]
pub struct Sightings<'s> {
    book: &'s PhraseBook,
    search: &'s Search,
}

impl Sightings<'_> {
    /// Returns the words, roots and classes that begin at the token `at`, each with one past its last token.
    pub fn beginning_at(&self, at: usize) -> impl Iterator<Item = (WordId, usize)> {
        let Range { symbols, from, to, .. } = self.search.ranges.get(at).copied().unwrap_or_default();
        let always = self.book.standing.symbols(symbols).iter().map(move |&symbol| (symbol, at + 1));
        let begin = self.search.sightings.get(from as usize..to as usize).unwrap_or_default();
        always.chain(begin.iter().map(|sighting| (sighting.symbol, sighting.end as usize)))
    }

    /// Returns the words, roots and classes that stand in the text.
    pub fn symbols(&self) -> impl Iterator<Item = WordId> {
        (0..self.search.ranges.len()).flat_map(|at| self.beginning_at(at)).map(|(symbol, _)| symbol)
    }

    /// Returns whether the text, all of it, is a member of `class`.
    pub fn is_whole(&self, class: &WordClass) -> bool {
        self.beginning_at(0).any(|(symbol, end)| symbol == class.number && end == self.search.ranges.len())
    }
}

impl PhraseBook {
    /// Returns what `search` has seen of the text that it searched last, which it did for the entries of this book.
    pub fn seen<'s>(&'s self, search: &'s Search) -> Sightings<'s> {
        Sightings { book: self, search }
    }

    /// Puts every entry that stands in `facts` and whose guards agree into `hits`, in order of their first token.
    /// Exclusions have been applied: they mask their words for the other entries of the same lexicon.
    pub fn find(&self, facts: &Facts, search: &mut Search, hits: &mut Vec<Hit>) {
        self.find_unguarded(facts, search, hits);
        self.apply_guards(facts, search, hits);
        self.apply_exclusions(hits);
    }

    /// Finds as [`PhraseBook::find`] does, the exclusions among the entries and nothing masked.
    pub fn find_unmasked(&self, facts: &Facts, search: &mut Search, hits: &mut Vec<Hit>) {
        self.find_unguarded(facts, search, hits);
        self.apply_guards(facts, search, hits);
    }

    /// Returns the entries that would count in `facts` but for a guard, each with the first guard that says no.
    pub fn misses(&self, facts: &Facts) -> Vec<Miss> {
        let (mut search, mut hits) = (Search::default(), Vec::new());
        self.find_unguarded(facts, &mut search, &mut hits);
        hits.iter().filter_map(|hit| self.missed(facts, &search, hit)).collect()
    }

    /// Returns the guards each of which is the only one to say no to an entry that stands in `facts`: without it the
    /// entry counts.
    pub fn decisive_guards(&self, facts: &Facts, search: &mut Search, hits: &mut Vec<Hit>) -> Vec<GuardLine> {
        self.find_unguarded(facts, search, hits);
        let alone = |hit: &Hit| {
            let mut refusals = self.refused_by(facts, search, hit);
            let first = refusals.next()?;
            refusals.all(|other| other == first).then(|| first.clone())
        };
        hits.iter().filter_map(alone).collect()
    }

    /// Returns the guards that say no to `hit`, which [`PhraseBook::find_unguarded`] found in `facts`.
    pub fn refused_by<'b>(&'b self, facts: &Facts, search: &Search, hit: &Hit) -> impl Iterator<Item = &'b GuardLine> {
        let guards = self.guards.get(hit.entry as usize).map(|guards| &**guards).unwrap_or_default();
        search.marks.refusals(guards, facts, hit).map(|(guard, _)| &guard.line)
    }

    fn apply_guards(&self, facts: &Facts, search: &Search, hits: &mut Vec<Hit>) {
        hits.retain(|hit| !self.traits_of(hit.entry).guarded || self.refused_by(facts, search, hit).next().is_none());
    }

    fn missed(&self, facts: &Facts, search: &Search, hit: &Hit) -> Option<Miss> {
        let (guard, place) = search.marks.refusals(self.guards.get(hit.entry as usize)?, facts, hit).next()?;
        let place = place.or_else(|| search.marks.nearest(guard.look.pattern?, hit));
        Some(Miss { hit: *hit, guard: guard.line.text.clone(), wanted: guard.wanted, place })
    }

    /// Finds as [`PhraseBook::find`] does, the exclusions among the entries and no guard asked.
    pub fn find_unguarded(&self, facts: &Facts, search: &mut Search, hits: &mut Vec<Hit>) {
        hits.clear();
        search.sightings.clear();
        search.ranges.clear();
        search.ranges.resize(facts.tokens.len(), Range::default());
        search.bits.clear();
        search.bits.resize(facts.tokens.len(), 0);
        search.marks.clear(self.patterns);
        let (mut limit, mut sentence_end) = (0, 0);
        for (at, token) in facts.tokens.iter().enumerate().rev() {
            // Nothing goes on from the text into the subject, nor into the symbols behind both.
            let next = facts.tokens.get(at + 1);
            if next.is_none_or(|next| next.sentence != token.sentence) {
                sentence_end = at + 1;
            }
            let goes_on = |next: &Token| at + 1 < facts.words && next.in_subject == token.in_subject;
            if at < facts.words && !next.is_some_and(goes_on) {
                limit = at + 1;
            }
            let begin = number(search.sightings.len());
            search.ranges[at] = Range { symbols: Symbols::default(), from: begin, to: begin, sentence_end: number(sentence_end) };
            Walk { book: self, search, hits, first: at, limit }.begin(&token.readings);
            search.ranges[at].to = number(search.sightings.len());
        }
        hits.reverse();
        hits.dedup();
        if !self.taken_out.is_empty() {
            hits.retain(|hit| !self.taken_out.contains(&hit.entry));
        }
    }

    /// Notes that `symbol`, and every class that holds it, stands from the token `at` up to `end`.
    fn sight(&self, search: &mut Search, at: usize, symbol: WordId, end: usize) {
        let (single, end) = (end == at + 1, number(end));
        let Range { symbols, from, .. } = search.ranges[at];
        let itself = Holder { symbol, node: self.first.get(symbol as usize).copied().unwrap_or(0) };
        for &Holder { symbol, node } in std::iter::once(&itself).chain(self.classes.of(symbol)) {
            let same = |seen: &Sighting| seen.symbol == symbol && seen.end == end;
            let stands = single && self.standing.symbols(symbols).contains(&symbol);
            if !stands && !search.sightings[from as usize..].iter().any(same) {
                search.bits[at] |= bit(symbol);
                search.sightings.push(Sighting { symbol, end, node });
            }
        }
    }

    fn apply_exclusions(&self, hits: &mut Vec<Hit>) {
        let mask = |hit: &Hit| {
            let EntryTraits { exclude, file, .. } = self.traits_of(hit.entry);
            exclude.then_some((hit.first, hit.end, file))
        };
        // In order of their first token, as the hits are.
        let masks: SmallVec<[(u32, u32, u8); 8]> = hits.iter().filter_map(mask).collect();
        if masks.is_empty() {
            return;
        }
        hits.retain(|hit| {
            let EntryTraits { exclude, file, .. } = self.traits_of(hit.entry);
            let from = masks.partition_point(|&(first, ..)| first + self.longest <= hit.first);
            let mut near = masks[from..].iter().take_while(|&&(first, ..)| first < hit.end);
            !exclude && !near.any(|&(_, end, other)| file == other && hit.first < end)
        });
    }
}

/// The ways through the trie that begin at one token.
struct Walk<'w> {
    book: &'w PhraseBook,
    search: &'w mut Search,
    hits: &'w mut Vec<Hit>,
    /// The token that they begin at.
    first: usize,
    /// Ways end before this token.
    limit: usize,
}

impl Walk<'_> {
    /// Takes all ways that begin at the token, which can be read as `readings`.
    fn begin(&mut self, readings: &[WordId]) {
        let (known, end, begin) = (self.hits.len(), self.first + 1, self.search.sightings.len());
        let mut readings = readings.iter().copied().take_while(|&reading| reading != 0);
        let in_order = readings.next().map_or(0, |word| self.stand(word, end));
        for reading in readings {
            self.book.sight(self.search, self.first, reading, end);
        }
        let mut next = begin;
        while let Some(&Sighting { end, node, .. }) = self.search.sightings.get(next) {
            next += 1;
            if node != 0 {
                self.visit(node, end as usize);
            }
        }
        if self.hits.len() > known + in_order {
            // Those of one token are few; all of them stand in the opposite order.
            self.hits[known..].sort_unstable_by_key(|hit| Reverse((hit.end, hit.entry)));
        }
    }

    /// Notes all that stands with `word`, the first reading of the token, and goes on from there. Returns how many entries it
    /// is by itself: the first that were found, in their order.
    fn stand(&mut self, word: WordId, end: usize) -> usize {
        let (book, first) = (self.book, number(self.first));
        let Some(with) = book.standing.with(word) else {
            // A book without it finds the same, way by way.
            book.sight(self.search, self.first, word, end);
            return 0;
        };
        self.search.sightings.push(Sighting { symbol: word, end: first + 1, node: 0 });
        self.search.ranges[self.first].symbols = with.symbols;
        self.search.bits[self.first] = with.bits;
        self.hits.extend(with.entries.iter().map(|&(entry, group)| Hit { entry, group, first, end: first + 1 }));
        for &pattern in with.guards {
            self.search.marks.add(pattern, first, first + 1);
        }
        for way in with.ways {
            match way.gap {
                None => self.step(way.node, way.edges, end),
                Some(most) => self.leap(way.node, way.edges, end, usize::from(most)),
            }
        }
        with.entries.len()
    }

    /// Notes what ends at `node`, to which the tokens up to `at` have led, and goes on from there.
    fn visit(&mut self, node: u32, at: usize) {
        let book = self.book;
        let here = book.trie.at(node);
        for &entry in here.entries {
            let group = book.traits_of(entry).group;
            self.hits.push(Hit { entry, group, first: number(self.first), end: number(at) });
        }
        for &class in here.classes {
            book.sight(self.search, self.first, class, at);
        }
        for &pattern in here.guards {
            self.search.marks.add(pattern, number(self.first), number(at));
        }
        if here.bits != 0 {
            self.step(node, here.bits, at);
        }
        for &Gap { most, node } in here.gaps {
            self.leap(node, book.trie.bits(node), at, usize::from(most));
        }
    }

    /// Goes on from `node`, whose edges have these bits, after passing over up to `most` words of the same sentence.
    fn leap(&mut self, node: u32, edges: Bits, at: usize, most: usize) {
        let sentence_end = self.search.ranges[at - 1].sentence_end as usize;
        let end = (at + most + 1).min(self.limit).min(sentence_end);
        let mut next = at;
        while let Some(bits) = self.search.bits.get(next..end) {
            let Some(passed) = bits.iter().position(|bits| edges & bits != 0) else { return };
            self.take(node, edges, next + passed);
            next += passed + 1;
        }
    }

    /// Goes on from `node`, whose edges have these bits, with whatever stands at the token `at`.
    fn step(&mut self, node: u32, edges: Bits, at: usize) {
        match self.search.bits.get(at) {
            Some(&bits) if at < self.limit && edges & bits != 0 => self.take(node, edges, at),
            _ => {}
        }
    }

    /// Goes on from `node`, whose edges have these bits, with what stands at the token `at`.
    fn take(&mut self, node: u32, edges: Bits, at: usize) {
        let (book, Range { symbols, from, to, .. }) = (self.book, self.search.ranges[at]);
        let next = |symbol| if may_be(edges, symbol) { book.trie.next(node, symbol) } else { None };
        for node in book.standing.leading(symbols).iter().filter_map(|&symbol| next(symbol)) {
            self.visit(node, at + 1);
        }
        for at in from..to {
            let Sighting { symbol, end, .. } = self.search.sightings[at as usize];
            if let Some(node) = next(symbol) {
                self.visit(node, end as usize);
            }
        }
    }
}
