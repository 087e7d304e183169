//! `config/decisions.md` and those who refer to it agree: each `D12` in sources, rules, lexicons and tests is a decision, each
//! decision has somebody who refers to it, each key it names exists. Examples (`EC13`), sections of `rules.toml` and invariants
//! of the crate are where they are said to be. Run with `cargo test --test decisions`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

/// Every line that may refer to something, with its place. The page itself and this file are not among them.
fn lines() -> Vec<(String, String)> {
    let mut paths = vec![root().join("README.md")];
    ["src", "config", "tests", "benches"].iter().for_each(|folder| walk(&root().join(folder), &mut paths));
    let read = |path: &PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = std::fs::read_to_string(path).unwrap_or_default();
        text.lines().enumerate().map(|(n, line)| (format!("{name}:{}", n + 1), line.to_owned())).collect::<Vec<_>>()
    };
    let speaks = |path: &&PathBuf| {
        let end = path.extension().unwrap_or_default();
        let own = path.ends_with("config/decisions.md") || path.ends_with("tests/decisions.rs");
        !own && ["rs", "toml", "txt", "tsv", "md", "json", "snap"].iter().any(|known| end == *known)
    };
    paths.iter().filter(speaks).flat_map(read).filter(|(_, line)| !line.contains("\\u{")).collect()
}

/// What `pattern` captures, with the place.
fn captured(pattern: &str) -> Vec<(String, String)> {
    let pattern = Regex::new(pattern).unwrap();
    let all = |(place, line): &(String, String)| {
        pattern.captures_iter(line).map(|found| (place.clone(), found[1].to_owned())).collect::<Vec<_>>()
    };
    lines().iter().flat_map(all).collect()
}

/// The paragraphs of the page, by their labels.
fn decisions() -> Vec<(u32, String)> {
    let label = Regex::new(r"^\*\*D([0-9]+)\. ").unwrap();
    let page = read("config/decisions.md");
    let paragraph = |text: &str| Some((label.captures(text)?[1].parse().unwrap(), text.to_owned()));
    page.split("\n\n").filter_map(paragraph).collect()
}

/// The decisions that are referred to, with the place; `D36 to D38` are three.
fn references() -> Vec<(String, u32)> {
    let reference = Regex::new(r"(?:^|[^\w{])D([1-9][0-9]*)(?: to D([1-9][0-9]*))?\b").unwrap();
    let mut all = Vec::new();
    for (place, line) in lines() {
        for found in reference.captures_iter(&line) {
            let first: u32 = found[1].parse().unwrap();
            let last = found.get(2).map_or(first, |last| last.as_str().parse().unwrap());
            all.extend((first..=last).map(|label| (place.clone(), label)));
        }
    }
    all
}

fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn every_reference_leads_to_a_decision() {
    let labels = decisions().into_iter().map(|(label, _)| label).collect::<Vec<_>>();
    assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len(), "a label is given twice: {labels:?}");
    let lost = references().into_iter().filter(|(_, label)| !labels.contains(label));
    none("not in config/decisions.md", lost.map(|(place, label)| format!("D{label} in {place}")).collect());
}

#[test]
fn every_decision_is_referred_to() {
    let used = references().into_iter().map(|(_, label)| label).collect::<BTreeSet<_>>();
    let unused = decisions().into_iter().filter(|(label, _)| !used.contains(label));
    none("nobody refers to", unused.map(|(label, _)| format!("D{label}")).collect());
}

/// A reference to a page that the project does not have. In the clause of a record such a number stays what it was, and the
/// page says which decision it means.
#[test]
fn nothing_refers_to_other_pages() {
    let page = read("config/decisions.md").replace('\n', " ");
    let clause = |place: &(String, String)| {
        let (name, line) = place.0.rsplit_once(':').unwrap();
        let text = read(name);
        let text = text.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
        let quoted = Regex::new(r"W-21 [A-Za-z/]+ \(A[0-9]+\)").unwrap();
        quoted.find(text).is_some_and(|clause| page.contains(&format!("`{}`", clause.as_str())))
    };
    let mut lost = captured(r"(?:^|[^\w=#/{-])(A[1-9][0-9]?)\b");
    lost.retain(|place| !clause(place));
    lost.extend(captured(r"\b(2\.(?:9|10), ?[0-9]+)"));
    lost.extend(captured(r"(`(?:formats|lexicons)` [0-9]\.[0-9]|`contract`|\bdesign, invariant)"));
    none("no page has", lost.into_iter().map(|(place, what)| format!("{what} in {place}")).collect());
}

#[test]
fn keys_that_decisions_name_exist() {
    let rules: toml::Table = read("config/rules.toml").parse().unwrap();
    let shipped = Regex::new(r"(?m)^#(\w)").unwrap().replace_all(&read("config/triage.toml"), "$1").into_owned();
    let service: toml::Table = shipped.parse().unwrap();
    let leads = |table: &toml::Table, path: &str| {
        let mut parts = path.split('.');
        let first = table.get(parts.next().unwrap());
        parts.try_fold(first, |value, part| Some(value?.get(part))).flatten().is_some()
    };
    let exists = |name: &str| match name.rsplit_once('.') {
        Some((_, "txt" | "toml")) => root().join("config").join(name).is_file(),
        Some(("case", _)) => leads(&rules, name) || read("config/rules.toml").contains(&format!("\"{name}\"")),
        Some(_) => leads(&rules, name) || leads(&service, name),
        None => Regex::new(&format!(r"\b{name}\b")).unwrap().is_match(&read("config/rules.toml")),
    };
    let quoted = Regex::new("`([^`]+)`").unwrap();
    let mut lost = Vec::new();
    for (label, text) in decisions() {
        let (_, keys) = text.rsplit_once("*Key:*").unwrap_or_default();
        assert!(!keys.is_empty() || text.ends_with("Fixed."), "D{label} does not say what changes it");
        lost.extend(quoted.captures_iter(keys).filter(|name| !exists(&name[1])).map(|name| format!("{} of D{label}", &name[1])));
    }
    none("no such key or file", lost);
}

#[test]
fn examples_sections_and_invariants_exist() {
    let tests = lines().into_iter().filter(|(place, _)| place.starts_with("config/tests")).map(|(_, line)| line).collect::<Vec<_>>();
    let (rules, map) = (read("config/rules.toml"), read("src/lib.rs"));
    let example = |name: &String| tests.iter().any(|line| line.starts_with(&format!("name = \"{name} ")));
    let section = |number: &String| rules.lines().any(|line| line.starts_with(&format!("# {number}. ")));
    let invariant = |number: &String| map.lines().any(|line| line.starts_with(&format!("//! {number}. ")));
    let lost = |pattern: &str, exists: &dyn Fn(&String) -> bool| {
        captured(pattern)
            .into_iter()
            .filter(|(_, name)| !exists(name))
            .map(|(place, name)| format!("{name} in {place}"))
            .collect::<Vec<_>>()
    };
    none("no example", lost(r"\b(EC[0-9]+)\b", &example));
    none("no section of rules.toml", lost(r"(?:rules\.toml, |why = .)section ([0-9]+)", &section));
    none("no invariant of the crate", lost(r"\b[Ii]nvariant ([0-9]+)\b", &invariant));
}
