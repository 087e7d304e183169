//! The trie as the search walks it: one list for the edges of all nodes, one for the entries, and so on, what belongs to a
//! node standing together. A way through it touches little memory.
//!
//! Knows no text, and no word but by its number.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::{EntryId, PatternId, number};
use crate::text::WordId;

/// A node while entries are being added.
#[derive(Debug, Default, Clone)]
pub(super) struct Draft {
    pub(super) entries: SmallVec<[EntryId; 1]>,
    /// Classes of which the way to here is a member.
    pub(super) classes: SmallVec<[WordId; 1]>,
    /// What guards look for and have found here.
    pub(super) guards: SmallVec<[PatternId; 1]>,
    pub(super) gaps: SmallVec<[Gap; 1]>,
}

/// A gap behind a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    /// Up to so many words are passed over.
    pub(super) most: u8,
    /// The node behind it.
    pub(super) node: u32,
}

/// A word or class that leads on from a node.
#[derive(Debug, Clone, Copy)]
struct Edge {
    symbol: WordId,
    node: u32,
}

/// The trie; node 0 is its root.
#[derive(Debug, Default)]
pub(super) struct Trie {
    /// One more than there are nodes: what belongs to a node ends where that of the next one begins.
    nodes: Vec<Node>,
    /// Those of one node in the order of their symbols.
    edges: Vec<Edge>,
    entries: Vec<EntryId>,
    classes: Vec<WordId>,
    guards: Vec<PatternId>,
    gaps: Vec<Gap>,
}

/// Some symbols, each by one bit that it shares with others: most of what is not there is seen not to be.
pub(super) type Bits = u128;

/// Where in the lists begins what belongs to a node.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// The bits of the symbols that lead on from here.
    bits: Bits,
    edges: u32,
    entries: u32,
    classes: u32,
    guards: u32,
    gaps: u32,
}

/// What belongs to one node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Here<'t> {
    /// The bits of the words and classes that lead on.
    pub(super) bits: Bits,
    pub(super) entries: &'t [EntryId],
    pub(super) classes: &'t [WordId],
    pub(super) guards: &'t [PatternId],
    pub(super) gaps: &'t [Gap],
}

impl Trie {
    /// Lays out `drafts`, between which `edges` lead: from a node by a symbol to another.
    pub(super) fn new(drafts: &[Draft], edges: &FxHashMap<(u32, WordId), u32>) -> Self {
        let mut leading: Vec<Vec<Edge>> = vec![Vec::new(); drafts.len()];
        for (&(from, symbol), &node) in edges {
            leading[from as usize].push(Edge { symbol, node });
        }
        leading.iter_mut().for_each(|edges| edges.sort_unstable_by_key(|edge| edge.symbol));
        let order = in_order(drafts, &leading);
        let mut places = vec![0; drafts.len()];
        (0..).zip(&order).for_each(|(place, &draft)| places[draft as usize] = place);
        let mut trie = Trie::default();
        for draft in order {
            let (draft, edges) = (&drafts[draft as usize], &leading[draft as usize]);
            let bits = edges.iter().fold(0, |bits, edge| bits | bit(edge.symbol));
            trie.nodes.push(Node { bits, ..trie.end() });
            trie.edges.extend(edges.iter().map(|edge| Edge { node: places[edge.node as usize], ..*edge }));
            trie.entries.extend_from_slice(&draft.entries);
            trie.classes.extend_from_slice(&draft.classes);
            trie.guards.extend_from_slice(&draft.guards);
            trie.gaps.extend(draft.gaps.iter().map(|gap| Gap { node: places[gap.node as usize], ..*gap }));
        }
        trie.nodes.push(trie.end());
        trie
    }

    /// What belongs to `node`; panics for a number that no node has.
    pub(super) fn at(&self, node: u32) -> Here<'_> {
        let (here, next) = (&self.nodes[node as usize], &self.nodes[node as usize + 1]);
        Here {
            bits: here.bits,
            entries: part(&self.entries, here.entries, next.entries),
            classes: part(&self.classes, here.classes, next.classes),
            guards: part(&self.guards, here.guards, next.guards),
            gaps: part(&self.gaps, here.gaps, next.gaps),
        }
    }

    /// The bits of the words and classes that lead on from `node`.
    pub(super) fn bits(&self, node: u32) -> Bits {
        self.nodes[node as usize].bits
    }

    /// The node to which `symbol` leads from `node`; `None`: to none.
    pub(super) fn next(&self, node: u32, symbol: WordId) -> Option<u32> {
        let edges = self.edges_of(node as usize);
        edges.binary_search_by_key(&symbol, |edge| edge.symbol).ok().map(|at| edges[at].node)
    }

    /// The symbols that lead on from some node behind the root, each as often as it does.
    pub(super) fn leading(&self) -> impl Iterator<Item = WordId> {
        let behind = self.edges_of(0).len();
        self.edges.get(behind..).unwrap_or_default().iter().map(|edge| edge.symbol)
    }

    /// By number of a symbol, `symbols` of them, the node to which it leads at the beginning of an entry; 0: to none.
    pub(super) fn first(&self, symbols: usize) -> Vec<u32> {
        let mut first = vec![0; symbols];
        for edge in self.edges_of(0) {
            if let Some(place) = first.get_mut(edge.symbol as usize) {
                *place = edge.node;
            }
        }
        first
    }

    /// How many nodes there are.
    pub(super) fn len(&self) -> usize {
        self.nodes.len().saturating_sub(1)
    }

    /// The nodes that follow on `node`: their numbers are larger than its own.
    pub(super) fn following(&self, node: u32) -> impl Iterator<Item = u32> {
        self.edges_of(node as usize).iter().map(|edge| edge.node).chain(self.at(node).gaps.iter().map(|gap| gap.node))
    }

    /// The entries of each node.
    pub(super) fn entries(&self) -> impl Iterator<Item = &[EntryId]> {
        self.nodes.windows(2).map(|pair| part(&self.entries, pair[0].entries, pair[1].entries))
    }

    fn edges_of(&self, node: usize) -> &[Edge] {
        let bounds = self.nodes.get(node).zip(self.nodes.get(node + 1));
        bounds.map(|(here, next)| part(&self.edges, here.edges, next.edges)).unwrap_or_default()
    }

    fn end(&self) -> Node {
        Node {
            bits: 0,
            edges: number(self.edges.len()),
            entries: number(self.entries.len()),
            classes: number(self.classes.len()),
            guards: number(self.guards.len()),
            gaps: number(self.gaps.len()),
        }
    }
}

fn part<T>(all: &[T], from: u32, to: u32) -> &[T] {
    all.get(from as usize..to as usize).unwrap_or_default()
}

/// The drafts in the order of the ways through them: what follows on a node stands near it.
fn in_order(drafts: &[Draft], leading: &[Vec<Edge>]) -> Vec<u32> {
    let mut order = Vec::with_capacity(drafts.len());
    let mut open = vec![0];
    while let Some(draft) = open.pop() {
        order.push(draft);
        let gaps = drafts[draft as usize].gaps.iter().map(|gap| gap.node);
        open.extend(leading[draft as usize].iter().map(|edge| edge.node).chain(gaps).rev());
    }
    order
}

/// Returns the bit of a symbol: what no bit is set for does not stand there, and most questions end with that.
pub(super) fn bit(symbol: WordId) -> Bits {
    1 << number_of_bit(symbol)
}

/// Returns whether the bit of `symbol` is among `bits`: what [`bit`] would say, without shifting twice as many bits as there are in
/// a word of the machine.
#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
pub(super) fn may_be(bits: Bits, symbol: WordId) -> bool {
    let number = number_of_bit(symbol);
    let half = if number < 64 { bits as u64 } else { (bits >> 64) as u64 };
    half >> (number % 64) & 1 != 0
}

fn number_of_bit(symbol: WordId) -> u32 {
    symbol.wrapping_mul(0x9E37_79B1) >> 25
}
