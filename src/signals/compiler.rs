//! What compiling a signal needs: the lexicons with their groups, the names of all signals, a place for complaints.
//!
//! Each kind reads its own table in its own file; this is what they share. Every problem is reported and compiling
//! goes on, so that one run shows them all.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Builtin, Expression, Ref, SignalId};
use crate::config::lexicon::{Entry, Group, Lexicon, Part, Weight};
use crate::config::reader::{Folder, Source, Table, Value};
use crate::problem::{Problem, Reporter, Spot, Spotted};
use crate::text::{EntryInfo, GroupId, PhraseBook, PhraseBookBuilder, Vocabulary};

/// Lexicons that one rule set may have: each has a bit of its own when its exclusions are applied.
const MAX_LEXICONS: usize = 250;
/// Levels of nested expressions.
const MAX_DEPTH: usize = 8;

/// A group of a lexicon, loaded.
#[derive(Debug, Clone)]
pub struct LoadedGroup {
    /// Its number in the book.
    pub id: GroupId,
    /// Its name in the lexicon.
    pub name: Arc<str>,
    /// What its entries are worth.
    pub weight: Weight,
    /// Its entries as written, exclusions left out.
    pub entries: Arc<[Spotted<String>]>,
}

/// Compiles signals, conditions and classes of one rule set.
pub struct Compiler<'r> {
    /// Where problems go.
    pub reporter: &'r Reporter,
    folder: Folder,
    book: PhraseBookBuilder,
    lexicons: FxHashMap<String, Option<Vec<LoadedGroup>>>,
    groups: usize,
    signals: Vec<Spotted<String>>,
    conditions: Vec<Spotted<String>>,
    used: FxHashSet<SignalId>,
    facts: FxHashSet<Builtin>,
    depends: Vec<Ref>,
    scores: Vec<(SignalId, Spotted<String>)>,
    sources: Vec<(String, Arc<str>)>,
}

impl<'r> Compiler<'r> {
    /// A compiler for the rule set in `folder`, whose signals and conditions have these names.
    pub fn new(
        folder: &Folder,
        reporter: &'r Reporter,
        book: PhraseBookBuilder,
        signals: Vec<Spotted<String>>,
        conditions: Vec<Spotted<String>>,
    ) -> Self {
        Compiler {
            reporter,
            folder: folder.clone(),
            book,
            lexicons: FxHashMap::default(),
            groups: 0,
            signals,
            conditions,
            used: FxHashSet::default(),
            facts: FxHashSet::default(),
            depends: Vec::new(),
            scores: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// The document that `name` names.
    pub fn read(&self, name: &Spotted<String>) -> Option<Source> {
        self.folder.read(&name.value, Some(&name.spot), self.reporter)
    }

    /// Remembers the text of a document of the rule set, for its hash.
    pub fn note_source(&mut self, source: &Source) {
        self.sources.push((source.file().to_string(), source.text().clone()));
    }

    /// The documents read so far, by name.
    pub fn sources(&self) -> &[(String, Arc<str>)] {
        &self.sources
    }

    /// How many groups have been loaded.
    pub fn group_count(&self) -> usize {
        self.groups
    }

    /// The names that signals refer to, and whether nothing refers to a signal.
    pub fn is_used(&self, id: SignalId) -> bool {
        self.used.contains(&id)
    }

    /// The facts that something refers to.
    pub fn facts(&self) -> Vec<Builtin> {
        self.facts.iter().copied().collect()
    }

    /// The finished phrases and their vocabulary.
    pub fn build_book(self) -> (PhraseBook, Vocabulary) {
        self.book.build(self.reporter)
    }

    /// What the signal compiled last refers to.
    pub fn take_dependencies(&mut self) -> Vec<Ref> {
        std::mem::take(&mut self.depends)
    }

    /// The groups that `table` names by `file` and `groups`, or by `files`, a list of files and of such tables.
    /// Without `groups`: those for which `wanted` says so.
    pub fn groups(&mut self, table: &Table<'_>, wanted: fn(Weight) -> bool) -> Vec<LoadedGroup> {
        let mut groups = self.groups_of(table, wanted);
        groups.extend(self.listed(&table.optional("files"), wanted));
        if groups.is_empty() && !table.has("file") && !table.has("files") {
            self.reporter.report(Problem::error(&table.spot(), "no lexicon is named").hint("add `file = \"lexicon/..\"`"));
        }
        groups
    }

    /// The groups that `list` names, a list of files and of tables with `file` and `groups`. Without `groups`: those for
    /// which `wanted` says so.
    pub fn listed(&mut self, list: &Value<'_>, wanted: fn(Weight) -> bool) -> Vec<LoadedGroup> {
        let mut groups = Vec::new();
        for file in list.items() {
            if let Some(table) = file.is_table().then(|| file.table()).flatten() {
                groups.extend(self.groups_of(&table, wanted));
                table.finish();
            } else if let Some(name) = file.spotted_string() {
                let loaded = self.lexicon(&name).unwrap_or_default();
                groups.extend(loaded.into_iter().filter(|group| wanted(group.weight)));
            }
        }
        groups
    }

    fn groups_of(&mut self, table: &Table<'_>, wanted: fn(Weight) -> bool) -> Vec<LoadedGroup> {
        let names = table.optional("groups").spotted_strings();
        let Some(file) = table.optional("file").spotted_string() else { return Vec::new() };
        let loaded = self.lexicon(&file).unwrap_or_default();
        if names.is_empty() {
            return loaded.into_iter().filter(|group| wanted(group.weight)).collect();
        }
        let find = |name: &Spotted<String>| {
            let found = loaded.iter().find(|group| *group.name == *name.value).cloned();
            if found.is_none() && !loaded.is_empty() {
                let problem = Problem::error(&name.spot, format!("`{}` has no group `{}`", file.value, name.value));
                self.reporter.report(problem.suggest(&name.value, loaded.iter().map(|group| &*group.name)));
            }
            found
        };
        names.iter().filter_map(find).collect()
    }

    /// The groups of the lexicon `file`, loaded at its first use. Groups that are switched off are there, but their
    /// entries match nothing unless the group is named.
    pub fn lexicon(&mut self, file: &Spotted<String>) -> Option<Vec<LoadedGroup>> {
        if let Some(loaded) = self.lexicons.get(&file.value) {
            return loaded.clone();
        }
        let loaded = self.load(file);
        self.lexicons.insert(file.value.clone(), loaded.clone());
        loaded
    }

    fn load(&mut self, file: &Spotted<String>) -> Option<Vec<LoadedGroup>> {
        let lexicon = self.read_list(file)?;
        let number = u8::try_from(self.lexicons.len().min(MAX_LEXICONS)).ok()?;
        let (classes, groups): (Vec<&Group>, Vec<&Group>) = lexicon.groups.iter().partition(|group| group.is_class);
        for class in classes {
            let problem = Problem::error(&class.spot, format!("the class `{}` stands in a phrase list", class.name));
            self.reporter.report(problem.hint("move it to a file that `classes` of [text] in rules.toml names"));
        }
        Some(groups.into_iter().map(|group| self.add_group(number, group)).collect())
    }

    /// The list `file` with its private addition.
    fn read_list(&mut self, file: &Spotted<String>) -> Option<Lexicon> {
        let shipped = self.read(file)?;
        let private = self.folder.path(&file.value).with_extension("local.txt");
        let private = private.exists().then(|| self.folder.read_path(&private, Some(&file.spot), self.reporter)).flatten();
        self.note_source(&shipped);
        private.iter().for_each(|source| self.note_source(source));
        Some(Lexicon::parse(std::iter::once(&shipped).chain(&private), self.reporter))
    }

    /// Reads the classes in `files`, which entries of all lexicons may name.
    pub fn read_classes(&mut self, files: &[Spotted<String>]) {
        let lists: Vec<Lexicon> = files.iter().filter_map(|file| self.read_list(file)).collect();
        for class in lists.iter().flat_map(|list| &list.groups) {
            if !class.is_class {
                let problem = Problem::error(&class.spot, format!("the group `{}` stands in a file of classes", class.name));
                self.reporter.report(problem.hint(format!("write `#@class {}`, or move it to a phrase list", class.name)));
            } else if !self.book.open_class(&class.name, &class.spot) {
                self.reporter.error(&class.spot, format!("there is a class `{{{}}}` already", class.name));
            }
            class.entries.iter().for_each(|member| self.add_member(&class.name, member));
        }
    }

    fn add_member(&mut self, class: &str, member: &Entry) {
        let Entry { text, spot, exclude, phrase } = member;
        if !phrase.guards.is_empty() {
            let problem = Problem::error(spot, format!("`{text}` is no member of a class: it has a guard"));
            self.reporter.report(problem.hint("members are words and phrases; guard the entries that name the class"));
        } else if *exclude && !self.book.exclude_member(class, &phrase.pattern) {
            let problem = Problem::error(spot, format!("`!{text}` takes nothing out of the class: it is not a single word"));
            self.reporter.report(problem.hint("name the form of a root that means something else, as in `!keputusan`"));
        } else if !exclude && !self.book.add_member(class, text, &phrase.pattern, spot) {
            self.never_matches(text, spot);
        }
    }

    fn never_matches(&self, text: &str, at: &Spot) {
        self.reporter.warning(at, format!("`{text}` can never match: nothing is left of it once punctuation is gone"));
    }

    fn add_group(&mut self, file: u8, group: &Group) -> LoadedGroup {
        let id = GroupId::try_from(self.groups).unwrap_or(GroupId::MAX);
        self.groups += 1;
        for entry in &group.entries {
            let is_class = matches!(entry.phrase.pattern.parts[..], [Part::Class(_)]);
            let (text, at) = (entry.text.as_str().into(), entry.spot.clone());
            let info = EntryInfo { text, group: id, file, exclude: entry.exclude, is_class, at };
            if !self.book.add(info, &entry.phrase) {
                self.never_matches(&entry.text, &entry.spot);
            }
        }
        let entries = group.entries.iter().filter(|entry| !entry.exclude);
        let entries = entries.map(|entry| Spotted { value: entry.text.clone(), spot: entry.spot.clone() }).collect();
        LoadedGroup { id, name: group.name.as_str().into(), weight: group.weight, entries }
    }

    /// A dense table over all groups loaded so far.
    pub fn table_of<T: Clone>(&self, groups: &[LoadedGroup], value: impl Fn(&LoadedGroup) -> Option<T>) -> Box<[Option<T>]> {
        let mut table = vec![None; self.groups];
        for group in groups {
            if let Some(place) = table.get_mut(usize::from(group.id)) {
                *place = value(group);
            }
        }
        table.into()
    }

    /// The signal called `name`.
    pub fn signal(&mut self, name: &Spotted<String>) -> Option<SignalId> {
        match self.name(name)? {
            Ref::Signal(id) => Some(id),
            Ref::Condition(_) | Ref::Builtin(_) => {
                self.reporter.report(Problem::error(&name.spot, format!("`{}` is not a signal", name.value)));
                None
            }
        }
    }

    /// The signal called `name`, which must be a score.
    pub fn score(&mut self, name: &Spotted<String>) -> Option<SignalId> {
        let id = self.signal(name)?;
        self.scores.push((id, name.clone()));
        Some(id)
    }

    /// The signals that must be scores, with the place that says so.
    pub fn scores(&self) -> &[(SignalId, Spotted<String>)] {
        &self.scores
    }

    /// What `name` stands for: a signal, a fact (`post.x`, `case.x`) or a condition on the post alone
    /// (`conditions.x`).
    pub fn name(&mut self, name: &Spotted<String>) -> Option<Ref> {
        let find =
            |list: &[Spotted<String>], name: &str| list.iter().position(|known| known.value == name).and_then(|at| u16::try_from(at).ok());
        let found = if let Some(condition) = name.value.strip_prefix("conditions.") {
            find(&self.conditions, condition).map(Ref::Condition)
        } else {
            Builtin::from_name(&name.value).map(Ref::Builtin).or_else(|| find(&self.signals, &name.value).map(Ref::Signal))
        };
        match found {
            Some(found) => {
                match found {
                    Ref::Signal(id) => self.used.insert(id),
                    Ref::Builtin(fact) => self.facts.insert(fact),
                    Ref::Condition(_) => false,
                };
                self.depends.push(found);
            }
            None => self.unknown_name(name),
        }
        found
    }

    fn unknown_name(&self, name: &Spotted<String>) {
        let conditions: Vec<String> = self.conditions.iter().map(|condition| format!("conditions.{}", condition.value)).collect();
        let facts = Builtin::ALL.iter().map(|&(name, _)| name);
        let signals = self.signals.iter().map(|signal| signal.value.as_str());
        let problem = Problem::error(&name.spot, format!("there is no signal `{}`", name.value));
        self.reporter.report(problem.suggest(&name.value, signals.chain(facts).chain(conditions.iter().map(String::as_str))));
    }

    /// An expression: a name, or a table of `all`, `any`, `none`, `at_least` with `of`, all of which must hold.
    pub fn expression(&mut self, value: &Value<'_>) -> Option<Expression> {
        self.nested(value, &mut |compiler, name| compiler.name(name), 0)
    }

    /// An expression over the conditions of the case, which stand in it by their plain names.
    pub fn expression_over_conditions(&mut self, value: &Value<'_>) -> Option<Expression> {
        let mut find = |compiler: &mut Self, name: &Spotted<String>| {
            let at = compiler.conditions.iter().position(|known| known.value == name.value).and_then(|at| u16::try_from(at).ok());
            if at.is_none() && Builtin::from_name(&name.value).is_none() {
                let problem = Problem::error(&name.spot, format!("there is no condition `{}`", name.value));
                let facts = Builtin::ALL.iter().map(|&(name, _)| name);
                let conditions = compiler.conditions.iter().map(|known| known.value.as_str());
                compiler.reporter.report(problem.suggest(&name.value, conditions.chain(facts)));
                return None;
            }
            at.map(Ref::Condition).or_else(|| Builtin::from_name(&name.value).map(Ref::Builtin))
        };
        self.nested(value, &mut find, 0)
    }

    fn nested(
        &mut self,
        value: &Value<'_>,
        find: &mut dyn FnMut(&mut Self, &Spotted<String>) -> Option<Ref>,
        depth: usize,
    ) -> Option<Expression> {
        if depth > MAX_DEPTH {
            self.reporter.error(&value.spot(), format!("expressions nest at most {MAX_DEPTH} deep"));
            return None;
        }
        if !value.is_table() {
            return find(self, &value.spotted_string()?).map(Expression::Name);
        }
        let table = value.table()?;
        let mut parts = Vec::new();
        for (key, make) in
            [("all", Expression::All as fn(Vec<Expression>) -> Expression), ("any", Expression::Any), ("none", Expression::None)]
        {
            if table.has(key) {
                parts.push(make(self.list(&table.optional(key), find, depth)));
            }
        }
        if table.has("at_least") || table.has("of") {
            let least = table.required("at_least").integer(1..=64);
            let of = self.list(&table.required("of"), find, depth);
            if least.is_some_and(|least: usize| least > of.len()) && !self.reporter.has_errors() {
                self.reporter
                    .error(&table.optional("at_least").spot(), format!("`at_least` asks for more than the {} names in `of`", of.len()));
            }
            parts.push(Expression::AtLeast(least.unwrap_or(1), of));
        }
        let spot = table.spot();
        table.finish();
        self.one_of(parts, &spot)
    }

    fn one_of(&self, mut parts: Vec<Expression>, spot: &Spot) -> Option<Expression> {
        match parts.len() {
            0 => {
                self.reporter
                    .report(Problem::error(spot, "an expression must say something").hint("`all`, `any`, `none`, or `at_least` with `of`"));
                None
            }
            1 => parts.pop(),
            _ => Some(Expression::All(parts)),
        }
    }

    fn list(
        &mut self,
        value: &Value<'_>,
        find: &mut dyn FnMut(&mut Self, &Spotted<String>) -> Option<Ref>,
        depth: usize,
    ) -> Vec<Expression> {
        if value.is_list() {
            value.items().iter().filter_map(|item| self.nested(item, find, depth + 1)).collect()
        } else {
            self.nested(value, find, depth + 1).into_iter().collect()
        }
    }
}
