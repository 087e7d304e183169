//! `config/names.md` and the program agree: topics, formats, headers, codes, reasons, exit codes; and its tables of records
//! and of the log are what the program makes. `INSTA_UPDATE=always cargo test --test names` writes those two anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;
use triage::record::schema;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    std::fs::read_to_string(root().join("config/names.md")).unwrap()
}

/// The sources, each up to its tests, in order of their paths.
fn sources() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join("src"), &mut paths);
    paths.retain(|path| path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs"));
    paths.sort();
    let code = |path: &PathBuf| std::fs::read_to_string(path).unwrap().split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
    paths.iter().map(code).collect()
}

/// All that `pattern` captures in the sources.
fn in_sources(pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).unwrap();
    let all = |text: &String| pattern.captures_iter(text).map(|found| found[1].to_owned()).collect::<Vec<_>>();
    sources().iter().flat_map(all).collect()
}

/// The first column of the table under `heading`.
fn listed(heading: &str) -> BTreeSet<String> {
    let page = page();
    let section = page.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let name = |line: &str| line.strip_prefix("| `")?.split('`').next().map(str::to_owned);
    section.lines().filter_map(name).collect()
}

fn check(heading: &str, of_the_program: &BTreeSet<String>) {
    assert!(!of_the_program.is_empty(), "{heading}: nothing found in the program");
    assert_eq!(&listed(heading), of_the_program, "config/names.md, {heading}: left what the page says, right what the program does");
}

/// The value of `key` in the shipped triage.toml; a line that begins with `#` and no blank says the default.
fn shipped(key: &str) -> Option<String> {
    let document = std::fs::read_to_string(root().join("config/triage.toml")).unwrap();
    let line = document.lines().find_map(|line| line.trim_start_matches('#').strip_prefix(&format!("{key} = ")))?;
    Some(line.trim_matches(['[', ']']).trim_matches('"').to_owned())
}

#[test]
fn topics() {
    let keys = "posts case_events inbox agents oot escalations skipped dead_letters state shadow areas areas_state outages handoff";
    check("Topics", &keys.split(' ').map(|key| shipped(key).unwrap()).collect());
    let page = page();
    let retention = std::fs::read_to_string(root().join("config/triage.toml")).unwrap();
    let retention = retention.split("[topics.retention]").nth(1).unwrap().split("\n\n").next().unwrap().to_owned();
    for (key, time) in retention.lines().filter_map(|line| line.strip_prefix('#')?.split_once(" = ")) {
        let (topic, time) = (shipped(key).unwrap(), time.trim_matches('"').replace('d', " d"));
        assert!(
            page.lines().any(|line| line.starts_with(&format!("| `{topic}`")) && line.ends_with(&format!(" {time} |"))),
            "{topic} {time}"
        );
    }
}

#[test]
fn formats() {
    check("Formats", &triage::formats::formats().iter().map(|format| format.name().to_owned()).collect());
}

#[test]
fn headers() {
    let mut names = in_sources(r#""(triage\.(?:source|item|replayed|attempt|error|version|rules|tick)[a-z.]*)""#);
    names.retain(|name| !name.ends_with('.'));
    check("Headers", &names);
}

#[test]
fn codes_of_dead_letters() {
    let near = in_sources(r"(?s)((?:Rejected::new\(|\breject\(|dead_letter\(|\bcode: |let code = |BAD_JSON: &str = )[^;]{0,160})");
    let code = Regex::new(r#""([a-z]+(?:_[a-z]+)+)""#).unwrap();
    check("Codes of dead letters", &near.iter().flat_map(|text| code.captures_iter(text).map(|found| found[1].to_owned())).collect());
}

#[test]
fn reasons_why_posts_are_skipped() {
    let reason = Regex::new(r#"\breason = "([a-z_]+)""#).unwrap();
    let mut expected = BTreeSet::new();
    for document in
        std::fs::read_dir(root().join("config/tests")).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
    {
        expected.extend(reason.captures_iter(&document).map(|found| found[1].to_owned()));
    }
    check("Reasons on `skipped`", &expected);
}

/// The names as they are written; that the page for Prometheus has all of them is tested beside it.
#[test]
fn metrics() {
    let mut names: BTreeSet<String> =
        in_sources(r#"counters\(&mut self.encoder, "([a-z_]+)""#).iter().map(|name| format!("triage_{name}_total")).collect();
    let gauges = in_sources(r#"gauges\(&mut self.encoder, "([a-z_]+)""#);
    names.extend(gauges.iter().map(|name| format!("triage_{name}")));
    let known = listed("Metrics");
    let unknown: Vec<&String> = names.difference(&known).collect();
    assert!(unknown.is_empty() && known.len() > 30, "not in config/names.md: {unknown:?}");
}

#[test]
fn exit_codes() {
    let variants = sources().iter().find_map(|text| Some(text.split("pub enum Exit {").nth(1)?.split('}').next()?.to_owned())).unwrap();
    let code = Regex::new(r" = (\d+),").unwrap();
    check("Exit codes", &code.captures_iter(&variants).map(|found| found[1].to_owned()).collect());
}

/// The texts that a field can be, those of the types that it names among them.
fn constants<'v>(target: &'v Value, all: &'v Value) -> Vec<&'v str> {
    let choices = ["oneOf", "anyOf"].into_iter().filter_map(|key| target[key].as_array()).flatten();
    let of_choice = |choice: &'v Value| match choice["$ref"].as_str() {
        Some(path) => constants(&all["$defs"][path.trim_start_matches("#/$defs/")], all),
        None => choice["const"].as_str().into_iter().collect(),
    };
    choices.flat_map(of_choice).collect()
}

/// One line a field, those of objects within it behind it.
fn fields(schema: &Value, all: &Value, prefix: &str, known: &BTreeMap<String, String>, out: &mut String) {
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let choices = field["anyOf"].as_array();
        let field_type = choices.and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")).unwrap_or(field);
        let (of_many, inner) = if field_type["items"].is_object() { ("[]", &field_type["items"]) } else { ("", field_type) };
        let reference = inner["$ref"].as_str().map(|path| path.trim_start_matches("#/$defs/"));
        let target = reference.map_or(&Value::Null, |reference| &all["$defs"][reference]);
        let path = format!("{prefix}{name}{of_many}");
        let mut meaning = field["description"].as_str().unwrap_or_default().to_owned();
        for choice in constants(target, all).into_iter().enumerate() {
            write!(meaning, "{}`{}`", if choice.0 == 0 { " One of: " } else { ", " }, choice.1).unwrap();
        }
        let elsewhere = reference.and_then(|reference| known.get(reference)).filter(|_| target["properties"].is_object());
        if let Some(elsewhere) = elsewhere {
            write!(meaning, " As in `{elsewhere}`.").unwrap();
        }
        writeln!(out, "| `{path}` | {meaning} |").unwrap();
        if elsewhere.is_none() {
            fields(target, all, &format!("{path}."), known, out);
        }
    }
}

fn records() -> String {
    let (mut out, mut known) = (String::new(), BTreeMap::new());
    for name in schema::NAMES {
        let document = schema(name);
        writeln!(out, "\n### `{name}`\n\n{}\n\n| field | meaning |\n| --- | --- |", document["description"].as_str().unwrap()).unwrap();
        fields(&document, &document, "", &known, &mut out);
        let types = document["$defs"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
        for inner in types.chain([document_type(name)]) {
            known.entry(inner).or_insert_with(|| name.to_owned());
        }
    }
    out
}

fn schema(name: &str) -> Value {
    serde_json::from_str(&schema::document(name).unwrap()).unwrap()
}

/// The type that other records hold a whole verdict as.
fn document_type(name: &str) -> String {
    if name == "telkomcare.triage.v1" { "TriageRecord".to_owned() } else { name.to_owned() }
}

/// The arguments of the call that `text` begins with, behind its opening bracket.
fn arguments(text: &str) -> Vec<String> {
    let (mut all, mut depth, mut quoted, mut escaped) = (vec![String::new()], 1, false, false);
    for c in text.chars() {
        depth += match c {
            '(' | '[' | '{' if !quoted => 1,
            ')' | ']' | '}' if !quoted => -1,
            _ => 0,
        };
        match c {
            _ if depth == 0 => break,
            ',' if depth == 1 && !quoted => all.push(String::new()),
            _ => all.last_mut().unwrap().push(c),
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    all.iter().map(|argument| argument.trim().to_owned()).collect()
}

/// What stands in the log, with the fields beside it.
fn log() -> String {
    let call = Regex::new(r"tracing::(info|warn|error)!\(").unwrap();
    let folded = Regex::new(r"\\\n\s*").unwrap();
    let mut lines = BTreeSet::new();
    for text in sources() {
        for found in call.captures_iter(&text) {
            let arguments = arguments(&text[found.get(0).unwrap().end()..]);
            let Some(place) = arguments.iter().position(|argument| argument.starts_with('"')) else { continue };
            let event = folded.replace_all(arguments[place].trim_matches('"'), "").replace("{}", "..").replace(": {now}", "");
            let names = arguments[..place].iter().filter(|argument| !argument.starts_with("target:"));
            let names = names.map(|field| format!("`{}`", field.split(" = ").next().unwrap().trim_start_matches(['%', '?'])));
            if !event.starts_with('{') {
                lines.insert(format!("| {} | {event} | {} |", &found[1], names.collect::<Vec<_>>().join(", ")));
            }
        }
    }
    let lines = lines.into_iter().collect::<Vec<_>>().join("\n");
    format!("\n| level | event | fields |\n| --- | --- | --- |\n{lines}\n")
}

/// The page with `table` behind the mark `name`, up to the next section.
fn with(page: &str, name: &str, table: &str) -> String {
    let mark = format!("<!-- {name} -->\n");
    let (head, rest) = page.split_once(&mark).unwrap();
    let tail = rest.find("\n## ").map(|end| &rest[end..]).unwrap_or_default();
    format!("{head}{mark}{table}{tail}")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the same switch as the snapshots have")]
fn records_and_log() {
    let made = with(&with(&page(), "records", &records()), "log", &log());
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(root().join("config/names.md"), made).unwrap();
        return;
    }
    assert!(page() == made, "config/names.md is out of date: INSTA_UPDATE=always cargo test --test names, then read what changed");
}
