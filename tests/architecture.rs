//! The layering and the purity that `lib.rs` promises, read from the sources: in one crate the compiler does not check
//! them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::path::{Path, PathBuf};

/// Modules in order: each may use those before it, and itself.
const LAYERS: [&str; 17] = [
    "problem", "post", "config", "formats", "text", "signals", "record", "rules", "author", "case", "verdict", "route", "engine", "replay",
    "compare", "kafka", "cli",
];

/// Modules that decide: no clock, no environment, no Kafka, no log.
const PURE: [&str; 12] =
    ["post", "formats", "text", "signals", "record", "rules", "author", "case", "verdict", "route", "engine", "compare"];

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
        let is_test = path.file_stem().is_some_and(|stem| stem == "tests" || stem == "samples");
        let text = std::fs::read_to_string(&path).unwrap();
        let code = if is_test { String::new() } else { text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned() };
        (name, path, code)
    };
    sources(&root).into_iter().map(module).filter(|(name, ..)| name != "lib" && name != "main").collect()
}

#[test]
fn modules_use_only_those_above_them() {
    let layer = |name: &str| LAYERS.iter().position(|known| *known == name);
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
    for (name, path, code) in modules().into_iter().filter(|(name, ..)| PURE.contains(&name.as_str())) {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for forbidden in FORBIDDEN {
                assert!(!line.contains(forbidden), "{} ({name}) names {forbidden}: {line}", path.display());
            }
        }
    }
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
