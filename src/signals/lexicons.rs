//! The lexicons that signals look into: loaded once, their groups numbered, their entries put into the phrase book.
//!
//! Every problem is reported and loading goes on, so that one run shows them all.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::config::lexicon::{Entry, Group, Lexicon, Part, Weight};
use crate::config::reader::{Folder, Source, Table, Value};
use crate::problem::{Problem, Reporter, Spot, Spotted};
use crate::text::{EntryInfo, GroupId, PhraseBook, PhraseBookBuilder, Vocabulary};

/// Lexicons that one rule set may have: each has a bit of its own when its exclusions are applied.
const MAX_LEXICONS: usize = 250;

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

/// The lexicons of one rule set, each loaded at its first use, and the other documents that were read with them.
pub struct Lexicons<'r> {
    reporter: &'r Reporter,
    folder: Folder,
    book: PhraseBookBuilder,
    loaded: FxHashMap<String, Option<Vec<LoadedGroup>>>,
    groups: usize,
    sources: Vec<(String, Arc<str>)>,
}

impl<'r> Lexicons<'r> {
    /// Returns the lexicons of the rule set in `folder`; none is loaded yet.
    pub fn new(folder: &Folder, reporter: &'r Reporter, book: PhraseBookBuilder) -> Self {
        Lexicons { reporter, folder: folder.clone(), book, loaded: FxHashMap::default(), groups: 0, sources: Vec::new() }
    }

    /// Returns the reporter that all problems go to.
    pub fn reporter(&self) -> &'r Reporter {
        self.reporter
    }

    /// Reads the document that `name` names; `None` if it cannot be read, which is reported.
    pub fn read(&self, name: &Spotted<String>) -> Option<Source> {
        self.folder.read(&name.value, Some(&name.spot), self.reporter)
    }

    /// Remembers the text of a document of the rule set, for its hash.
    pub fn note_source(&mut self, source: &Source) {
        self.sources.push((source.file().to_string(), source.text().clone()));
    }

    /// Returns the documents read so far, by name.
    pub fn sources(&self) -> &[(String, Arc<str>)] {
        &self.sources
    }

    /// Returns how many groups have been loaded.
    pub fn group_count(&self) -> usize {
        self.groups
    }

    /// Returns the finished phrases and their vocabulary.
    pub fn build_book(self) -> (PhraseBook, Vocabulary) {
        self.book.build(self.reporter)
    }

    /// Returns the groups that `table` names by `file` and `groups`, or by `files`, a list of files and of such tables.
    /// Without `groups`: those for which `wanted` says so.
    pub fn groups(&mut self, table: &Table<'_>, wanted: fn(Weight) -> bool) -> Vec<LoadedGroup> {
        let mut groups = self.groups_of(table, wanted);
        groups.extend(self.listed(&table.optional("files"), wanted));
        if groups.is_empty() && !table.has("file") && !table.has("files") {
            self.reporter.report(Problem::error(&table.spot(), "no lexicon is named").hint("add `file = \"lexicon/..\"`"));
        }
        groups
    }

    /// Returns the groups that `list` names, a list of files and of tables with `file` and `groups`. Without `groups`: those
    /// for which `wanted` says so.
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

    /// Returns the groups of the lexicon `file`, loaded at its first use. Groups that are switched off are there, but
    /// their entries match nothing unless the group is named.
    pub fn lexicon(&mut self, file: &Spotted<String>) -> Option<Vec<LoadedGroup>> {
        if let Some(loaded) = self.loaded.get(&file.value) {
            return loaded.clone();
        }
        let loaded = self.load(file);
        self.loaded.insert(file.value.clone(), loaded.clone());
        loaded
    }

    fn load(&mut self, file: &Spotted<String>) -> Option<Vec<LoadedGroup>> {
        let lexicon = self.read_list(file)?;
        let number = u8::try_from(self.loaded.len().min(MAX_LEXICONS)).ok()?;
        let (classes, groups): (Vec<&Group>, Vec<&Group>) = lexicon.groups.iter().partition(|group| group.is_class);
        for class in classes {
            let problem = Problem::error(&class.spot, format!("the class `{}` stands in a phrase list", class.name));
            self.reporter.report(problem.hint("move it to a file that `classes` of [text] in rules.toml names"));
        }
        Some(groups.into_iter().map(|group| self.add_group(number, group)).collect())
    }

    /// Returns the list `file` with its private addition.
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
        self.reporter
            .warning(at, format!("`{text}` can never match: nothing is left of it, or before or behind a gap, once punctuation is gone"));
    }

    /// Adds `group`, of the lexicon numbered `file`.
    pub fn add_group(&mut self, file: u8, group: &Group) -> LoadedGroup {
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

    /// Returns a table over all groups loaded so far: what `value` says of those in `groups`, `None` for the others.
    pub fn table_of<T: Clone>(&self, groups: &[LoadedGroup], value: impl Fn(&LoadedGroup) -> Option<T>) -> Box<[Option<T>]> {
        let mut table = vec![None; self.groups];
        for group in groups {
            if let Some(place) = table.get_mut(usize::from(group.id)) {
                *place = value(group);
            }
        }
        table.into()
    }
}
