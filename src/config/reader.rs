//! Reads TOML documents so that every mistake in them is found in one go, with its place and a hint.
//!
//! [`Document::parse`] reports broken TOML and keeps what can be read. A [`Table`] hands out values by key and remembers
//! which keys were asked for; [`Table::finish`] reports all others as unknown. A [`Value`] reports a wrong type or a
//! number out of range and then gives `None`: callers go on with the next key and stop at the end.
//!
//! ```
//! use triage::config::reader::{Document, Source, Table};
//! use triage::problem::Reporter;
//!
//! struct Burst {
//!     posts: usize,
//!     within: i64,
//! }
//!
//! fn read_burst(table: Table<'_>) -> Option<Burst> {
//!     let posts = table.required("posts").integer(2..=64);
//!     let within = table.optional("within").duration(1_000..=3_600_000);
//!     table.finish();
//!     Some(Burst { posts: posts?, within: within.unwrap_or(300_000) })
//! }
//!
//! let reporter = Reporter::default();
//! let source = Source::new("rules.toml", "[burst]\nposts = 100\nwithn = \"5m\"\n");
//! let document = Document::parse(&source, &reporter);
//! let root = document.root();
//! let burst = root.required("burst").table().and_then(read_burst);
//! root.finish();
//!
//! assert!(burst.is_none());
//! assert_eq!(
//!     reporter.into_problems().to_string(),
//!     "rules.toml:2:9: error: `posts` must be between 2 and 64, not 100\n\
//!      rules.toml:3:1: error: unknown key `withn` in `burst` (did you mean `within`?)"
//! );
//! ```
//!
//! Knows TOML and nothing of what the documents mean.

mod overrides;
mod source;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::DeTable;

pub use self::overrides::Overrides;
pub use self::source::{Folder, Line, Source};
use self::value::Node;
pub use self::value::{DAY, HOUR, MINUTE, SECOND, Value, parse_duration, show_duration};
use crate::problem::{Problem, Reporter, Spot, Spotted, did_you_mean};

/// A document as far as it could be read; borrows its text.
pub struct Document<'a> {
    scope: Scope<'a>,
    root: DeTable<'a>,
}

/// What tables and values share.
struct Scope<'a> {
    source: &'a Source,
    reporter: &'a Reporter,
    overrides: Overrides,
    /// Lines with broken TOML: what follows from that is not reported again.
    broken: BTreeSet<u32>,
}

impl<'a> Document<'a> {
    /// Parses `source` and reports broken TOML.
    pub fn parse(source: &'a Source, reporter: &'a Reporter) -> Self {
        Document::parse_with(source, Overrides::default(), reporter)
    }

    /// As [`Document::parse`]; values in `overrides` take the place of those in the document.
    pub fn parse_with(source: &'a Source, overrides: Overrides, reporter: &'a Reporter) -> Self {
        let (root, errors) = DeTable::parse_recoverable(source.text());
        let broken = syntax::report(source, &errors, reporter);
        Document { scope: Scope { source, reporter, overrides, broken }, root: root.into_inner() }
    }

    /// Returns the table that holds all others.
    pub fn root(&self) -> Table<'_> {
        Table::new(&self.scope, String::new(), Some(&self.root), 0)
    }

    /// Paths of all keys that were asked for.
    #[cfg(test)]
    pub(crate) fn asked_paths(&self) -> Vec<String> {
        self.scope.overrides.asked()
    }

    /// Reports the values among the overrides that nobody asked for. To be called when everything is read.
    pub fn finish_overrides(&self) {
        self.scope.overrides.report_unknown(self.scope.reporter);
    }
}

/// One table of a document.
pub struct Table<'a> {
    scope: &'a Scope<'a>,
    /// Dotted path from the root, empty for the root itself.
    path: String,
    node: Option<&'a DeTable<'a>>,
    /// Offset of its header or opening brace.
    start: usize,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Table<'a> {
    fn new(scope: &'a Scope<'a>, path: String, node: Option<&'a DeTable<'a>>, start: usize) -> Self {
        Table { scope, path, node, start, asked: RefCell::default() }
    }

    /// Returns the value of `key`, which must be there: if not, that is reported at the head of the table.
    pub fn required(&self, key: &str) -> Value<'a> {
        let value = self.optional(key);
        if !value.is_present() && self.scope.broken.is_empty() {
            self.scope.reporter.error(&self.spot(), format!("missing key `{key}`{}", self.place()));
        }
        value
    }

    /// Returns the value of `key`, which may be absent.
    pub fn optional(&self, key: &str) -> Value<'a> {
        self.asked.borrow_mut().insert(key.to_owned());
        let path = self.path_of(key);
        if let Some(given) = self.scope.overrides.get(&path) {
            return Value::new(self.scope, path, Node::Given(given));
        }
        let node = match self.node.and_then(|table| table.get(key)) {
            Some(value) => Node::Toml(value),
            None => Node::Absent { start: self.start },
        };
        Value::new(self.scope, path, node)
    }

    /// Returns the table `key`; an empty one if it is absent, so that defaults and the overlay still apply.
    pub fn section(&self, key: &str) -> Table<'a> {
        self.asked.borrow_mut().insert(key.to_owned());
        match self.node.and_then(|table| table.get(key)) {
            Some(value) => Value::new(self.scope, self.path_of(key), Node::Toml(value)).table().unwrap_or_else(|| self.empty(key)),
            None => self.empty(key),
        }
    }

    /// Names and values in the order of the document, for tables whose keys are free. The spot of a name is that of
    /// its key. No key of the table is unknown afterwards.
    pub fn entries(&self) -> Vec<(Spotted<String>, Value<'a>)> {
        let mut keys: Vec<&Spanned<_>> = self.node.iter().flat_map(|table| table.keys()).collect();
        keys.sort_by_key(|key| key.span().start);
        let written =
            keys.into_iter().map(|key| Spotted { value: key.get_ref().to_string(), spot: self.scope.source.spot(key.span().start) });
        let mut names: Vec<Spotted<String>> = written.collect();
        for given in self.scope.overrides.below(&self.path) {
            // A value within a table that is written is no entry of its own.
            let within = given.value.split_once('.').and_then(|(first, _)| self.node?.get(first));
            if within.is_some_and(|value| value.get_ref().is_table()) {
                continue;
            }
            names.retain(|name| name.value != given.value);
            names.push(given);
        }
        names
            .into_iter()
            .map(|name| {
                let value = self.optional(&name.value);
                (name, value)
            })
            .collect()
    }

    /// Returns whether `key` is written in the document or given by the overlay. Does not count as asking for it.
    pub fn has(&self, key: &str) -> bool {
        self.node.is_some_and(|table| table.contains_key(key)) || self.scope.overrides.get(&self.path_of(key)).is_some()
    }

    /// Returns where the table begins.
    pub fn spot(&self) -> Spot {
        self.scope.source.spot(self.start)
    }

    /// Returns the dotted path from the root, empty for the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns where to report what is found out about the table.
    pub fn reporter(&self) -> &'a Reporter {
        self.scope.reporter
    }

    /// Reports every key that was never asked for. To be called when all keys of the table have been read, before any
    /// early return.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        let unknown = self.node.iter().flat_map(|table| table.keys()).filter(|key| !asked.contains(key.get_ref().as_ref()));
        for key in unknown {
            let name = key.get_ref().as_ref();
            // A key that is there already cannot be the one that was meant.
            let free = || asked.iter().map(String::as_str).filter(|key| !self.has(key));
            // Broken TOML moves keys to tables they were not written in.
            if self.scope.broken.is_empty() || did_you_mean(name, free()).is_some() {
                let spot = self.scope.source.spot(key.span().start);
                let problem = Problem::error(&spot, format!("unknown key `{name}`{}", self.place()));
                self.scope.reporter.report(problem.suggest(name, free()));
            }
        }
    }

    fn empty(&self, key: &str) -> Table<'a> {
        Table::new(self.scope, self.path_of(key), None, self.start)
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// " in `signals.burst`", nothing for the root.
    fn place(&self) -> String {
        if self.path.is_empty() { String::new() } else { format!(" in `{}`", self.path) }
    }
}
