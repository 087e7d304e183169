//! The layering and the purity that `lib.rs` promises, read from the sources: in one crate the compiler does not check
//! them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What `lib.rs` promises.
const PROMISES: &str = include_str!("../src/lib.rs");

/// Modules in the order of the table in `lib.rs`: each may use those before it, and itself.
fn layers() -> Vec<&'static str> {
    let rows = PROMISES.lines().filter_map(|line| line.strip_prefix("//! | [`")?.split('`').next());
    let layers: Vec<&str> = rows.collect();
    let declared = PROMISES.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    assert_eq!(layers.iter().copied().collect::<BTreeSet<_>>(), declared.collect(), "the table in lib.rs names every module");
    layers
}

/// Modules that decide: no clock, no environment, no Kafka, no log. Those that the first invariant of `lib.rs` names: from
/// one to another in the table and one more, but for one.
fn pure() -> Vec<&'static str> {
    let promise = PROMISES.lines().find(|line| line.starts_with("//! 1. From")).unwrap();
    let named: Vec<&str> = promise.split('`').skip(1).step_by(2).collect();
    let [first, last, more, apart] = named[..] else { panic!("the first invariant names four modules: {promise}") };
    let layers = layers();
    let place = |name: &str| layers.iter().position(|known| *known == name).unwrap();
    let from_first_to_last = layers[place(first)..=place(last)].iter().copied();
    from_first_to_last.chain([more]).filter(|name| *name != apart).collect()
}

/// What a module that decides must not name.
const FORBIDDEN: [&str; 9] =
    ["SystemTime", "Instant::", "Timestamp::now", "std::env", "rdkafka", "tracing::", "std::thread", "async fn", "println!"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    files
}

/// The top-level module of a file, and the part of it before its tests.
fn modules() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let module = |path: PathBuf| {
        let first = path.strip_prefix(&root).unwrap().components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        let name = first.trim_end_matches(".rs").to_owned();
        let inner = path.strip_prefix(&root).unwrap().with_extension("");
        let is_test = inner.iter().any(|part| part == "tests" || part == "samples");
        let text = std::fs::read_to_string(&path).unwrap();
        let code = if is_test { String::new() } else { text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned() };
        (name, path, code)
    };
    sources(&root).into_iter().map(module).filter(|(name, ..)| name != "lib" && name != "main").collect()
}

#[test]
fn modules_use_only_those_above_them() {
    let layers = layers();
    let layer = |name: &str| layers.iter().position(|known| *known == name);
    for (name, path, code) in modules() {
        let own = layer(&name).unwrap_or_else(|| panic!("{} is in no layer", path.display()));
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for used in lines.flat_map(|line| line.split("crate::").skip(1)) {
            let used: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if let Some(used_layer) = layer(&used) {
                assert!(used_layer <= own, "{} uses {used}, which stands below {name}", path.display());
            }
        }
    }
}

#[test]
fn what_decides_knows_no_clock_no_environment_and_no_kafka() {
    let pure = pure();
    for (name, path, code) in modules().into_iter().filter(|(name, ..)| pure.contains(&name.as_str())) {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for forbidden in FORBIDDEN {
                assert!(!line.contains(forbidden), "{} ({name}) names {forbidden}: {line}", path.display());
            }
        }
    }
}

#[test]
fn no_module_needs_itself_through_its_neighbours() {
    let map = Map::read();
    for (room, neighbours) in map.rooms() {
        if let Some(circle) = circle(&neighbours) {
            panic!("in {}: {}", if room.is_empty() { "the crate" } else { &room }, circle.join(" needs "));
        }
    }
}

/// The modules of the crate by path (`kafka::lane`), and the paths that each names.
struct Map {
    /// As written, `pub use` apart: who only passes a name on does not need it.
    named: BTreeMap<String, Vec<String>>,
    /// What each passes on: name, and the path it has there.
    passed_on: BTreeMap<String, BTreeMap<String, String>>,
}

impl Map {
    fn read() -> Map {
        let mut map = Map { named: BTreeMap::new(), passed_on: BTreeMap::new() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for (_, path, code) in modules().into_iter().filter(|(.., code)| !code.is_empty()) {
            let inner = path.strip_prefix(&root).unwrap().with_extension("");
            let name = inner.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("::");
            let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let (mut named, mut passed_on) = (Vec::new(), BTreeMap::new());
            for statement in code.join("\n").split_inclusive(';') {
                let line = statement.rfind("use ").map_or("", |at| statement[..at].lines().last().unwrap_or_default().trim());
                match statement.rsplit_once("use ") {
                    Some((_, tree)) if line.is_empty() => named.extend(paths(tree.trim_end_matches(';'))),
                    Some((_, tree)) if line.starts_with("pub") => {
                        let paths = paths(tree.trim_end_matches(';')).into_iter();
                        passed_on.extend(paths.map(|path| (path.rsplit("::").next().unwrap().to_owned(), path)));
                    }
                    _ => (),
                }
                let words = statement.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
                named.extend(
                    words.filter(|word| ["crate::", "super::", "self::"].iter().any(|root| word.starts_with(root))).map(str::to_owned),
                );
            }
            map.named.insert(name.clone(), named);
            map.passed_on.insert(name, passed_on);
        }
        map
    }

    /// The module in which what `path` names stands, seen from the module `from`; `None`: outside the crate.
    fn home(&self, from: &str, path: &str) -> Option<String> {
        let mut at: Vec<&str> = from.split("::").collect();
        for (place, part) in path.split("::").enumerate() {
            match part {
                "crate" => at.clear(),
                "super" => drop(at.pop()),
                "self" => (),
                _ if place == 0 => return None,
                _ => {
                    let (here, below) = (at.join("::"), [&at[..], &[part]].concat().join("::"));
                    if !self.named.contains_key(&below) {
                        let passed_on = self.passed_on.get(&here).and_then(|names| names.get(part));
                        return passed_on.and_then(|path| self.home(&here, path)).or(Some(here));
                    }
                    at.push(part);
                }
            }
        }
        Some(at.join("::"))
    }

    /// For each module with others inside, and for the crate: who of those inside needs which of the others. A module and
    /// those inside it are one to its neighbours.
    fn rooms(&self) -> BTreeMap<String, Needs> {
        let mut rooms: BTreeMap<String, Needs> = BTreeMap::new();
        for (from, paths) in &self.named {
            for to in paths.iter().filter_map(|path| self.home(from, path)) {
                let (mine, theirs): (Vec<&str>, Vec<&str>) = (from.split("::").collect(), to.split("::").collect());
                let common = mine.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
                if let (Some(&me), Some(&them)) = (mine.get(common), theirs.get(common)) {
                    let room = rooms.entry(mine[..common].join("::")).or_default();
                    room.entry(me.to_owned()).or_default().insert(them.to_owned());
                }
            }
        }
        rooms
    }
}

/// By module: the neighbours that it needs.
type Needs = BTreeMap<String, BTreeSet<String>>;

/// The paths of a `use`: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn paths(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().to_owned()];
    };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(paths(&inside[start..at]).into_iter().filter(|path| !path.is_empty()).map(|path| format!("{before}{path}")));
                start = at + 1;
            }
            _ => (),
        }
    }
    found
}

/// A circle, if there is one: its modules in order, the first again at the end.
fn circle(needs: &Needs) -> Option<Vec<String>> {
    // Whoever needs none of those left is in no circle.
    let mut left: BTreeSet<&String> = needs.keys().collect();
    while let Some(free) = left.iter().copied().find(|name| needs[*name].iter().all(|need| !left.contains(need))) {
        left.remove(free);
    }
    let mut way = vec![(*left.first()?).clone()];
    loop {
        let next = needs[way.last()?].iter().find(|need| left.contains(need))?.clone();
        let before = way.iter().position(|name| *name == next);
        way.push(next);
        if let Some(before) = before {
            return Some(way.split_off(before));
        }
    }
}

#[test]
fn circles_are_seen() {
    let check = |needs: &[(&str, &[&str])], expected: &str| {
        let needs = needs.iter().map(|(name, needs)| ((*name).to_owned(), needs.iter().map(|&need| need.to_owned()).collect()));
        assert_eq!(circle(&needs.collect()).unwrap_or_default().join(" "), expected);
    };
    check(&[("a", &["b", "c"]), ("b", &["c"])], "");
    check(&[("a", &["b"]), ("b", &["c", "d"]), ("c", &["d", "b"])], "b c b");
    assert_eq!(paths("a::{self, b::{c, d}, e as f}"), ["a::self", "a::b::c", "a::b::d", "a::e"]);
    let map = Map::read();
    assert_eq!(map.home("kafka::lane::run", "super::Lane").as_deref(), Some("kafka::lane"));
    assert_eq!(map.home("cli::run", "crate::kafka::Triage").as_deref(), Some("kafka::stages::triage"));
    assert_eq!(map.home("cli::run", "std::sync::Arc"), None);
}

#[test]
fn a_module_with_others_inside_stands_beside_their_folder() {
    for (_, path, _) in modules() {
        assert!(!path.ends_with("mod.rs"), "{}: write name.rs beside name/, as everywhere", path.display());
    }
}

#[test]
fn the_map_names_files_that_are_there() {
    let (_, table) = PROMISES.split_once("# Where a change begins").unwrap();
    let (table, _) = table.split_once("\n//! #").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named: Vec<&str> = table.split('`').skip(1).step_by(2).filter(|name| name.contains('/') || name.ends_with(".rs")).collect();
    for name in &named {
        let (source, place) = (root.join("src").join(name.replace("/NAME.rs", "")), root.join(name));
        assert!(source.exists() || place.exists(), "the crate's map names {name}, which is not there");
    }
    assert!(named.len() > 20, "{named:?}");
}

#[test]
fn files_can_be_read_in_one_sitting() {
    for (_, path, _) in modules() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines", path.display());
    }
}

/// What writes to standard output or standard error.
const TO_A_TERMINAL: [&str; 9] =
    ["println!", "print!(", "eprint!(", "anstream::", "stdout().write", "stderr().write", "io::stdout)", "io::stderr)", "dbg!"];

#[test]
fn only_a_page_is_shown() {
    for (_, path, code) in modules().into_iter().filter(|(_, path, _)| !path.ends_with("cli/page.rs")) {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for way in TO_A_TERMINAL {
                assert!(!line.contains(way), "{} writes past cli::page: {line}", path.display());
            }
        }
    }
}
