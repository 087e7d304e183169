//! From entries to the trie: words become numbers, guards become patterns, classes know all that is in them. Knows no file.

use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

use super::guards::{CompiledGuard, GuardLine, Look, PatternId};
use super::standing::Standing;
use super::trie::{Draft, Gap, Trie};
use super::{Classes, Edition, EntryId, EntryInfo, EntryTraits, Holder, Member, PhraseBook, WordClass, number};
use crate::config::lexicon::{Guard, Pattern, Phrase, Sought};
use crate::problem::{Problem, Reporter, Spot};
use crate::text::WordId;
use crate::text::vocabulary::{Step, Vocabulary, VocabularyBuilder};

/// Collects entries before they are compiled.
#[derive(Debug)]
pub struct PhraseBookBuilder {
    vocabulary: VocabularyBuilder,
    entries: Vec<EntryInfo>,
    guards: Vec<Box<[CompiledGuard]>>,
    patterns: FxHashMap<Pattern, PatternId>,
    nodes: Vec<Draft>,
    edges: FxHashMap<(u32, WordId), u32>,
    classes: FxHashMap<Box<str>, Class>,
    /// Where each class is named first.
    uses: Vec<(Box<str>, Spot)>,
    /// The classes that a word or a class is a member of by itself.
    direct: FxHashMap<WordId, SmallVec<[WordId; 2]>>,
    /// How long entries are, and members of classes.
    lengths: Lengths,
    /// Words that a class does not hold, though a root or a class in it does.
    excluded: FxHashSet<(WordId, WordId)>,
}

/// A class while it is being read.
#[derive(Debug)]
struct Class {
    number: WordId,
    at: Spot,
    /// Classes named by its members.
    names: Vec<(Box<str>, Spot)>,
    members: Vec<Member>,
}

impl PhraseBookBuilder {
    /// Returns an empty book over this vocabulary.
    pub fn new(vocabulary: VocabularyBuilder) -> Self {
        PhraseBookBuilder {
            vocabulary,
            entries: Vec::new(),
            guards: Vec::new(),
            patterns: FxHashMap::default(),
            nodes: vec![Draft::default()],
            edges: FxHashMap::default(),
            classes: FxHashMap::default(),
            uses: Vec::new(),
            direct: FxHashMap::default(),
            lengths: Lengths::default(),
            excluded: FxHashSet::default(),
        }
    }

    /// Opens the class `name`; `false` if there is one already.
    pub fn open_class(&mut self, name: &str, at: &Spot) -> bool {
        let number = self.vocabulary.class(name);
        let is_new = !self.classes.contains_key(name);
        self.classes.entry(name.into()).or_insert_with(|| Class { number, at: at.clone(), names: Vec::new(), members: Vec::new() });
        is_new
    }

    /// Adds the member `text` to the class `name`, which is open. `false`: nothing is left of it after normalising.
    pub fn add_member(&mut self, name: &str, text: &str, pattern: &Pattern, at: &Spot) -> bool {
        let Some(number) = self.classes.get(name).map(|class| class.number) else { return false };
        let named: Vec<_> = classes_in(pattern).map(|inner| (inner.into(), at.clone())).collect();
        let words = words_in(&self.vocabulary.steps(&pattern.parts.iter().collect::<Vec<_>>()));
        if let Some(class) = self.classes.get_mut(name) {
            class.names.extend(named.iter().cloned());
            class.members.push(Member { text: text.into(), at: at.clone(), words });
        }
        self.uses.extend(named);
        let mut complete = true;
        for parts in pattern.orders() {
            let steps = self.vocabulary.steps(&parts);
            self.lengths.members.entry(number).or_default().push(steps.clone());
            match steps[..] {
                [Step::Word(word)] => self.direct.entry(word).or_default().push(number),
                _ => {
                    let end = self.way(&steps);
                    complete &= end != 0;
                    if let Some(node) = self.nodes.get_mut(end as usize).filter(|_| end != 0) {
                        node.classes.push(number);
                    }
                }
            }
        }
        complete
    }

    /// Takes a word out of the class `name`, which is open: a form of a root that means something else. `false` if
    /// `pattern` is not a single word.
    pub fn exclude_member(&mut self, name: &str, pattern: &Pattern) -> bool {
        let Some(number) = self.classes.get(name).map(|class| class.number) else { return false };
        match self.vocabulary.steps(&pattern.parts.iter().collect::<Vec<_>>())[..] {
            [Step::Word(word)] => self.excluded.insert((word, number)),
            _ => return false,
        };
        true
    }

    /// Adds an entry. `false`: nothing is left of it after normalising, so it can never match.
    pub fn add(&mut self, info: EntryInfo, phrase: &Phrase) -> bool {
        let entry = EntryId::try_from(self.entries.len()).unwrap_or(EntryId::MAX);
        let at = info.at.clone();
        self.note_uses(&phrase.pattern, &at);
        let mut ends: SmallVec<[u32; 2]> = SmallVec::new();
        for parts in phrase.pattern.orders() {
            let steps = self.vocabulary.steps(&parts);
            ends.push(self.way(&steps));
            self.lengths.entries.push(steps);
        }
        if ends.contains(&0) {
            return false;
        }
        let guards = phrase.guards.iter().map(|guard| self.guard(guard, &at)).collect();
        self.entries.push(info);
        self.guards.push(guards);
        for end in ends {
            self.nodes[end as usize].entries.push(entry);
        }
        true
    }

    fn note_uses(&mut self, pattern: &Pattern, at: &Spot) {
        self.uses.extend(classes_in(pattern).map(|name| (name.into(), at.clone())));
    }

    fn guard(&mut self, guard: &Guard, at: &Spot) -> CompiledGuard {
        let mut look = |sought: &Sought, place| match sought {
            Sought::Pattern(pattern) => {
                self.note_uses(pattern, at);
                Look { pattern: Some(self.pattern(pattern)), place }
            }
            Sought::Edge => Look { pattern: None, place },
        };
        let look_for = look(&guard.sought, guard.place);
        let except = guard.except.as_ref().map(|(sought, place)| look(sought, *place));
        let line = GuardLine { at: guard.at.clone().unwrap_or_else(|| at.clone()), text: guard.text.as_str().into() };
        CompiledGuard { wanted: guard.wanted, look: look_for, except, line }
    }

    /// Returns the number of what a guard looks for.
    fn pattern(&mut self, pattern: &Pattern) -> PatternId {
        if let Some(&known) = self.patterns.get(pattern) {
            return known;
        }
        let number = PatternId::try_from(self.patterns.len()).unwrap_or(PatternId::MAX);
        self.patterns.insert(pattern.clone(), number);
        for parts in pattern.orders() {
            let steps = self.vocabulary.steps(&parts);
            let end = self.way(&steps);
            self.nodes[end as usize].guards.push(number);
        }
        number
    }

    /// Returns the node at the end of `steps`, the nodes on the way made where they are missing; 0 if they do not begin and end
    /// with a word, which the search never finds.
    fn way(&mut self, steps: &[Step]) -> u32 {
        if matches!(steps, [] | [Step::Gap(_), ..] | [.., Step::Gap(_)]) {
            return 0;
        }
        steps.iter().fold(0, |node, step| match *step {
            Step::Word(word) => self.edge(node, word),
            Step::Gap(most) => self.gap(node, most),
        })
    }

    fn push_node(&mut self) -> u32 {
        self.nodes.push(Draft::default());
        number(self.nodes.len() - 1)
    }

    fn edge(&mut self, from: u32, word: WordId) -> u32 {
        if let Some(&to) = self.edges.get(&(from, word)) {
            return to;
        }
        let to = self.push_node();
        self.edges.insert((from, word), to);
        to
    }

    fn gap(&mut self, from: u32, most: u8) -> u32 {
        if let Some(gap) = self.nodes[from as usize].gaps.iter().find(|gap| gap.most == most) {
            return gap.node;
        }
        let node = self.push_node();
        self.nodes[from as usize].gaps.push(Gap { most, node });
        node
    }

    /// Returns the finished book and the vocabulary it speaks. Classes that are named and not there, or that hold
    /// themselves, are reported.
    pub fn build(self, reporter: &Reporter) -> (PhraseBook, Vocabulary) {
        self.check_classes(reporter);
        let (vocabulary, roots) = self.vocabulary.build();
        let mut direct = self.direct;
        for (word, root) in roots {
            direct.entry(word).or_default().push(root);
        }
        let (excluded, longest) = (self.excluded, self.lengths.longest());
        let trie = Trie::new(&self.nodes, &self.edges);
        let first = trie.first(vocabulary.size());
        let named = self.classes.into_iter();
        let mut named: Vec<WordClass> =
            named.map(|(name, class)| WordClass { name, at: class.at, members: class.members, number: class.number }).collect();
        named.sort_unstable_by_key(|class| class.number);
        let classes = closed(&direct, &excluded, &first, named);
        let standing = Standing::new(&classes, &first, &trie, &self.entries);
        let book = PhraseBook {
            first,
            trie,
            traits: self.entries.iter().zip(&self.guards).map(|(entry, guards)| EntryTraits::new(entry, guards)).collect(),
            entries: self.entries,
            guards: self.guards,
            patterns: self.patterns.len(),
            classes,
            standing,
            taken_out: Vec::new(),
            longest,
            edition: Edition::default(),
        };
        (book, vocabulary)
    }

    fn check_classes(&self, reporter: &Reporter) {
        let mut unknown = FxHashSet::default();
        for (name, at) in self.uses.iter().filter(|(name, _)| !self.classes.contains_key(name)) {
            if unknown.insert(name) {
                let problem = Problem::error(at, format!("there is no class `{{{name}}}`"));
                reporter.report(problem.suggest(name, self.classes.keys().map(|name| &**name)));
            }
        }
        let used: FxHashSet<&str> = self.uses.iter().map(|(name, _)| &**name).collect();
        let mut classes: Vec<_> = self.classes.iter().collect();
        classes.sort_unstable_by_key(|(_, class)| class.number);
        for (name, class) in classes {
            if !used.contains(&**name) {
                let problem = Problem::warning(&class.at, format!("nothing names the class `{{{name}}}`"));
                reporter.report(problem.hint("name it in an entry, or remove it"));
            }
            let mut seen = FxHashSet::default();
            if let Some(at) = class.names.iter().find(|(inner, _)| self.reaches(inner, name, &mut seen)).map(|(_, at)| at) {
                reporter.report(
                    Problem::error(at, format!("the class `{{{name}}}` holds itself")).hint("take one of the classes out of the circle"),
                );
            }
        }
    }

    /// Returns whether the class `from` is `to` or names it, at any depth.
    fn reaches<'s>(&'s self, from: &'s str, to: &str, seen: &mut FxHashSet<&'s str>) -> bool {
        from == to
            || (seen.insert(from)
                && self.classes.get(from).is_some_and(|class| class.names.iter().any(|(inner, _)| self.reaches(inner, to, seen))))
    }
}

/// How many tokens entries cover, and members of classes.
#[derive(Debug, Default)]
struct Lengths {
    entries: Vec<Vec<Step>>,
    members: FxHashMap<WordId, Vec<Vec<Step>>>,
}

impl Lengths {
    /// Returns how many tokens an entry covers at most.
    fn longest(&self) -> u32 {
        let mut known = FxHashMap::default();
        self.entries.iter().map(|steps| self.of(steps, &mut known)).max().unwrap_or(0)
    }

    fn of(&self, steps: &[Step], known: &mut FxHashMap<WordId, u32>) -> u32 {
        let step = |step: &Step| match *step {
            Step::Gap(most) => u32::from(most),
            Step::Word(word) => self.of_word(word, known),
        };
        steps.iter().map(step).sum()
    }

    /// Returns the longest member of a class, 1 for a word. A class that holds itself, which is refused, counts as a
    /// word.
    fn of_word(&self, word: WordId, known: &mut FxHashMap<WordId, u32>) -> u32 {
        if let Some(&length) = known.get(&word) {
            return length;
        }
        known.insert(word, 1);
        let members = self.members.get(&word).map(Vec::as_slice).unwrap_or_default();
        let length = members.iter().map(|steps| self.of(steps, known)).max().unwrap_or(1);
        known.insert(word, length);
        length
    }
}

fn words_in(steps: &[Step]) -> Box<[WordId]> {
    steps.iter().filter_map(|step| if let Step::Word(word) = step { Some(*word) } else { None }).collect()
}

fn classes_in(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.parts.iter().filter_map(|part| if let crate::config::lexicon::Part::Class(name) = part { Some(name.as_str()) } else { None })
}

/// Returns for each word and class all classes that hold it, from those that hold it directly.
fn closed(
    direct: &FxHashMap<WordId, SmallVec<[WordId; 2]>>,
    excluded: &FxHashSet<(WordId, WordId)>,
    first: &[u32],
    named: Vec<WordClass>,
) -> Classes {
    let mut classes = Classes { starts: Vec::with_capacity(first.len() + 1), all: Vec::new(), named };
    for word in (0..=first.len()).filter_map(|word| WordId::try_from(word).ok()) {
        let begin = classes.all.len();
        classes.starts.push(u32::try_from(begin).unwrap_or(u32::MAX));
        let mut next = begin;
        let mut of = Some(word);
        while let Some(inner) = of {
            for &symbol in direct.get(&inner).into_iter().flatten() {
                let is_known = classes.all[begin..].iter().any(|holder| holder.symbol == symbol);
                if !is_known && !excluded.contains(&(word, symbol)) {
                    classes.all.push(Holder { symbol, node: first.get(symbol as usize).copied().unwrap_or(0) });
                }
            }
            of = classes.all.get(next).map(|holder| holder.symbol);
            next += 1;
        }
    }
    classes
}
