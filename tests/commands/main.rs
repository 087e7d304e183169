//! The commands as people call them: arguments in, text and exit code out. Run with `cargo test --test commands`.
//!
//! What a command decides or prints in detail belongs beside the command; here belongs that it runs with the shipped
//! configuration, and how it ends.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test that cannot go on fails, and waits with deadlines")]

mod analysts;
mod comparing;
mod feeds;
mod logs;
mod packaging;
mod privacy;
mod service;
mod settings;
mod signals;
mod terminal;

use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

fn triage(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("triage").unwrap();
    command.args(arguments).env_remove("TRIAGE_CONFIG").current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// The shipped configuration with `tests` as its only file of tests; nothing else in it is changed.
fn shipped_with(tests: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    for file in ["rules.toml", "summary.toml"] {
        std::fs::copy(shipped.join(file), folder.path().join(file)).unwrap();
    }
    for part in ["lexicon", "lexicon/classes", "lists"] {
        std::fs::create_dir(folder.path().join(part)).unwrap();
        for entry in std::fs::read_dir(shipped.join(part)).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
            std::fs::copy(entry.path(), folder.path().join(part).join(entry.file_name())).unwrap();
        }
    }
    std::fs::create_dir(folder.path().join("tests")).unwrap();
    std::fs::write(folder.path().join("tests/tests.toml"), tests).unwrap();
    folder
}

#[test]
fn rule_tests_end_with_counts_and_a_code() {
    let check = |tests: &str, more: &[&str], code: i32, last: &str| {
        let folder = shipped_with(tests);
        let config = folder.path().to_str().unwrap();
        let result = triage(&[&["test", "--config", config], more].concat()).assert().code(code);
        let output = result.get_output();
        let said = String::from_utf8_lossy(if code > 1 { &output.stderr } else { &output.stdout });
        assert_eq!(said.lines().last(), Some(last), "{said}");
    };
    let passes = "[[test]]\nname = \"lulus\"\n[[test.post]]\ntext = \"@TelkomCare internet mati\"\nexpect = { class = \"normal\" }\n";
    let fails = "[[test]]\nname = \"gagal\"\n[[test.post]]\ntext = \"@TelkomCare internet mati\"\nexpect = { class = \"quiz\" }\n";
    check(passes, &[], 0, "1 passed, 0 failed");
    check(&format!("{passes}{fails}"), &[], 1, "1 passed, 1 failed");
    check(&format!("{passes}{fails}"), &["--filter", "LULUS"], 0, "1 passed, 0 failed");
    check(passes, &["--filter", "hilang"], 2, "triage: no test has \"hilang\" in its name or file; leave --filter away to run all");
    check("[[test]]\nname = 1\n", &[], 78, "2 errors in the configuration: it is not used");
}

#[test]
fn explanations_of_texts_and_documents() {
    let check = |arguments: &[&str], input: &str, code: i32, said: &str| {
        let result = triage(&[&["explain", "--config", "config"], arguments].concat()).write_stdin(input).assert().code(code);
        let output = result.get_output();
        let all = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
        assert!(String::from_utf8_lossy(&all).contains(said), "{said} not in {}", String::from_utf8_lossy(&all));
    };
    check(&["--text", "@TelkomCare internet mati dari pagi"], "", 0, "normal -> agents");
    check(&["--text", "@TelkomCare internet mati dari pagi", "--format", "json"], "", 0, "\"class\": \"normal\"");
    check(&["config/samples/formats/x_v2.json"], "", 0, "-> agents");
    check(&["-"], "bukan json", 2, "the posts are not JSON");
    check(&[], "", 2, "there is no post in the input");
    check(&["tidak-ada.json"], "", 2, "cannot read the posts");
}

#[test]
fn dead_letters_are_not_replayed_by_mistake() {
    let check = |arguments: &[&str], said: &str| {
        let result = triage(&[&["dead-letters", "replay", "--config", "config"], arguments].concat()).assert().code(2);
        let output = String::from_utf8_lossy(&result.get_output().stderr).into_owned();
        assert!(output.contains(said), "{said} not in {output}");
    };
    check(&[], "say which dead letters");
    check(&["--all", "--code", "bad_json"], "cannot be used with");
    check(&["--stage", "inbox"], "possible values: ingest, triage");
    check(&["--since", "yesterday"], "how long ago as 90m, 24h or 7d");
}
