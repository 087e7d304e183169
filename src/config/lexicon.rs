//! Phrase lists: one entry a line, `#` comments, `#@group NAME weight=W` opens a group, `#@class NAME` a class of words
//! that entries of all lists may name; `#@with ..` and `#@unless ..` guard every entry of their group.
//!
//! Reads and checks the notation only. What an entry matches is decided where texts are normalised; what a weight is
//! worth is decided by the signal that uses the list.

mod notation;
#[cfg(test)]
mod tests;
mod weight;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use self::notation::{Guard, GuardRange, Part, Pattern, Phrase, Scope, Side, Sought};
pub use self::weight::Weight;
use self::weight::{Header, parse_header};
use super::reader::{Line, Source};
use crate::problem::{Problem, Reporter, Spot, Spotted};

/// Entries one list may hold.
const MAX_ENTRIES: usize = 200_000;

/// A phrase list with its private addition.
#[derive(Debug, Clone)]
pub struct Lexicon {
    /// The file as messages name it.
    pub file: Arc<str>,
    /// In the order of the file; a group that is opened twice is one group.
    pub groups: Vec<Group>,
}

/// Entries that are worth the same.
#[derive(Debug, Clone)]
pub struct Group {
    /// Unique within the list.
    pub name: String,
    /// What its entries are worth.
    pub weight: Weight,
    /// It is a class: its entries count nowhere by themselves, other entries name it.
    pub is_class: bool,
    /// Where it was opened.
    pub spot: Spot,
    /// In the order of the file.
    pub entries: Vec<Entry>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As written, with single spaces and without the `!` of an exclusion.
    pub text: String,
    /// Where it stands; its file is the private one for an entry from there.
    pub spot: Spot,
    /// Written with `!`: masks its words before anything else in the list is tried.
    pub exclude: bool,
    /// What it says, the guards of its group included.
    pub phrase: Phrase,
}

impl Entry {
    /// Reads an entry that stands in another document, without an exclusion; what is wrong with it is reported.
    pub fn read(written: &Spotted<String>, reporter: &Reporter) -> Option<Entry> {
        let Spotted { value, spot } = written;
        match Phrase::parse(value) {
            Ok(phrase) => Some(Entry { text: value.clone(), spot: spot.clone(), exclude: false, phrase }),
            Err(mistake) => {
                reporter.report(mistake.problem(spot));
                None
            }
        }
    }
}

impl Lexicon {
    /// Reads the list at `path`, which is named at `named_at`, and the private `NAME.local.txt` beside it if there is
    /// one. `None` if the file cannot be read; mistakes in it are reported and left out.
    pub fn load(path: &Path, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Lexicon> {
        let shipped = Source::read(path, named_at, reporter)?;
        let private = path.with_extension("local.txt");
        let private = private.exists().then(|| Source::read(&private, named_at, reporter)).flatten();
        Some(Lexicon::parse(std::iter::once(&shipped).chain(&private), reporter))
    }

    /// Returns the list in `sources`, of which the first gives the name.
    pub fn parse<'a>(sources: impl IntoIterator<Item = &'a Source>, reporter: &Reporter) -> Lexicon {
        let mut reading = Reading {
            groups: Vec::new(),
            seen: FxHashMap::default(),
            open: None,
            guards: Vec::new(),
            used: BTreeSet::new(),
            entries: 0,
            reporter,
        };
        let mut file = None;
        for source in sources {
            file.get_or_insert_with(|| source.file().clone());
            reading.read(source);
        }
        reading.check_groups();
        Lexicon { file: file.unwrap_or_else(|| "".into()), groups: reading.groups }
    }

    /// Returns the group called `name`, a class included; `None` if the list has none.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.name == name)
    }
}

/// A list while it is being read.
struct Reading<'r> {
    groups: Vec<Group>,
    /// Groups and places of each entry, by text and exclusion.
    seen: FxHashMap<(String, bool), Vec<(usize, Spot)>>,
    open: Option<Target>,
    /// Guards of all entries that follow in the group.
    guards: Vec<Guard>,
    /// Groups that have entries, if only wrong or repeated ones.
    used: BTreeSet<usize>,
    entries: usize,
    reporter: &'r Reporter,
}

#[derive(Clone, Copy)]
enum Target {
    Group(usize),
    /// The header was wrong, which is reported: its entries are checked and dropped.
    Nowhere,
}

impl Target {
    fn group(self) -> Option<usize> {
        match self {
            Target::Group(group) => Some(group),
            Target::Nowhere => None,
        }
    }
}

impl Reading<'_> {
    fn read(&mut self, source: &Source) {
        self.open = None;
        for line in source.lines() {
            let text = line.text.trim();
            if let Some(guard) = text.strip_prefix("#@").filter(|head| head.starts_with("with") || head.starts_with("unless")) {
                self.add_guard(source, line, guard);
            } else if text.starts_with("#@") {
                self.open = Some(self.open_group(source, line));
            } else if text.starts_with('#') {
                self.check_comment(source, line);
            } else if !text.is_empty() && !self.add_entry(source, line) {
                return;
            }
        }
    }

    fn add_guard(&mut self, source: &Source, line: Line<'_>, guard: &str) {
        match notation::parse_guard(guard) {
            Ok(guard) => {
                let at = source.spot_in(line, offset_of(line.text, line.text.trim()));
                self.guards.push(Guard { at: Some(at), ..guard });
            }
            Err(mistake) => {
                let at = source.spot_in(line, mistake.word.map_or(0, |word| offset_of(line.text, word)));
                self.reporter.report(mistake.problem(&at));
            }
        }
    }

    fn open_group(&mut self, source: &Source, line: Line<'_>) -> Target {
        self.guards.clear();
        let Header { name, weight, is_class } = match parse_header(line.text.trim()) {
            Ok(header) => header,
            Err(mistake) => {
                let at = source.spot_in(line, mistake.word.map_or(0, |word| offset_of(line.text, word)));
                self.reporter.report(mistake.problem(&at));
                return Target::Nowhere;
            }
        };
        let spot = source.spot_in(line, offset_of(line.text, name));
        if let Some(known) = self.groups.iter().position(|group| group.name == name) {
            let group = &self.groups[known];
            if weight.is_some_and(|weight| weight != group.weight) || is_class != group.is_class {
                let what = format!("group `{name}` was opened at {} with another weight", group.spot);
                self.reporter.report(Problem::error(&spot, what).hint("give both the same weight, or another name to one of them"));
            }
            return Target::Group(known);
        }
        let weight = weight.unwrap_or(Weight::None);
        self.groups.push(Group { name: name.to_owned(), weight, is_class, spot, entries: Vec::new() });
        Target::Group(self.groups.len() - 1)
    }

    /// `#promo` was probably meant as a hashtag, `# @group` as a group.
    fn check_comment(&self, source: &Source, line: Line<'_>) {
        let spot = source.spot_in(line, offset_of(line.text, line.text.trim()));
        let comment = line.text.trim().trim_start_matches('#');
        if comment.trim_start().starts_with("@group") {
            self.reporter.report(Problem::warning(&spot, "this is a comment and opens no group").hint("write `#@group` without a space"));
        } else if comment.starts_with(char::is_alphanumeric) && !comment.contains(char::is_whitespace) {
            let problem = Problem::warning(&spot, format!("`#{comment}` is a comment, not a hashtag"));
            self.reporter.report(problem.hint(format!("write `tag:{comment}` for the hashtag, `# {comment}` for a comment")));
        }
    }

    /// Adds the entry in `line`; false if the list is full.
    fn add_entry(&mut self, source: &Source, line: Line<'_>) -> bool {
        let trimmed = line.text.trim();
        let phrase = trimmed.trim_start_matches('!');
        let spot = source.spot_in(line, offset_of(line.text, phrase));
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            self.reporter.error(&spot, format!("the list has more than {MAX_ENTRIES} entries, the rest is not read"));
            return false;
        }
        let text = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut taken_apart = match Phrase::parse(phrase) {
            Ok(taken_apart) => taken_apart,
            Err(mistake) => {
                let at = source.spot_in(line, offset_of(line.text, mistake.word.unwrap_or(phrase)));
                self.reporter.report(mistake.problem(&at));
                self.used.extend(self.open.and_then(Target::group));
                return true;
            }
        };
        taken_apart.guards.extend(self.guards.iter().cloned());
        let entry = Entry { text, spot, exclude: phrase.len() < trimmed.len(), phrase: taken_apart };
        match self.open {
            Some(Target::Group(open)) => {
                self.used.insert(open);
                if self.is_new(&entry, open) {
                    self.groups[open].entries.push(entry);
                }
            }
            Some(Target::Nowhere) => {}
            None => {
                let problem = Problem::error(&entry.spot, "this entry stands before the first group");
                self.reporter.report(problem.hint("open one above it: `#@group NAME weight=strong`"));
                self.open = Some(Target::Nowhere);
            }
        }
        true
    }

    /// Returns whether `entry` is not in the group `open` yet; repetitions and contradictions are reported. An entry
    /// may stand in several groups, which is odd only if they weigh differently.
    fn is_new(&mut self, entry: &Entry, open: usize) -> bool {
        let key = (entry.text.clone(), entry.exclude);
        let known = self.seen.get(&key).map_or(&[][..], Vec::as_slice);
        let same_group = known.iter().find(|(group, _)| *group == open);
        // A word may belong to any number of classes.
        let weight = |group: usize| Some(self.groups[group].weight).filter(|_| !self.groups[group].is_class);
        let differs = |group: usize| weight(group).is_some_and(|one| weight(open).is_some_and(|other| one != other));
        let other_weight = known.iter().find(|(group, _)| differs(*group));
        let what = if let Some((_, first)) = same_group {
            Some(format!("`{}` is in the group already, at {first}", entry.text))
        } else if let Some((group, first)) = other_weight {
            Some(format!("`{}` is in group `{}` with another weight, at {first}", entry.text, self.groups[*group].name))
        } else if let Some((_, first)) = self.seen.get(&(entry.text.clone(), !entry.exclude)).and_then(|spots| spots.first()) {
            Some(format!("`{0}` can never count: the list has both `{0}` and `!{0}`, the other at {first}", entry.text))
        } else {
            None
        };
        let is_new = same_group.is_none();
        if let Some(what) = what {
            self.reporter.report(Problem::warning(&entry.spot, what).hint("remove one of the two"));
        }
        if is_new {
            self.seen.entry(key).or_default().push((open, entry.spot.clone()));
        }
        is_new
    }

    fn check_groups(&self) {
        let weighted = self.groups.iter().any(|group| !group.is_class && group.weight != Weight::None);
        for (index, group) in self.groups.iter().enumerate() {
            if !self.used.contains(&index) {
                self.reporter.warning(&group.spot, format!("group `{}` is empty", group.name));
            }
            if weighted && !group.is_class && group.weight == Weight::None {
                let problem = Problem::error(&group.spot, format!("group `{}` has no weight, but others in this list have", group.name));
                self.reporter.report(problem.hint(format!("write `#@group {} weight=strong`", group.name)));
            }
        }
    }
}

/// Bytes of `line` before its part `word`.
fn offset_of(line: &str, word: &str) -> usize {
    (word.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
}

/// What is wrong with a line, and with which part of it.
struct Mistake<'a> {
    /// The part; `None` for the whole.
    word: Option<&'a str>,
    what: String,
    hint: Option<String>,
}

impl<'a> Mistake<'a> {
    fn new(word: &'a str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Mistake { word: Some(word), what: what.into(), hint: Some(hint.into()) }
    }

    fn problem(self, at: &Spot) -> Problem {
        let problem = Problem::error(at, self.what);
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}
