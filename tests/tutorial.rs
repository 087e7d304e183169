//! The tutorial of `config/README.md`, command by command, in a copy of `config/`: what it shows is what is printed.
//! `INSTA_UPDATE=always cargo test --test tutorial` writes the answers anew; read them before you keep them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { assert!(std::fs::copy(entry.path(), target).is_ok()) }
    }
}

/// What `command` prints, in the folder that holds the copy.
fn answer(command: &str, folder: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_triage")).parent().unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display());
    let output = Command::new("sh").args(["-c", command]).current_dir(folder).env("PATH", path).env_remove("TRIAGE_CONFIG").output();
    let output = output.unwrap();
    [output.stdout, output.stderr].iter().map(|said| String::from_utf8_lossy(said).into_owned()).collect()
}

/// The document with the answers that its commands give.
fn played(document: &str, folder: &Path) -> String {
    let mut out = String::new();
    let mut in_block = false;
    for line in document.lines() {
        match (in_block, line.strip_prefix("$ ")) {
            (true, Some(command)) => out.push_str(&format!("{line}\n{}", answer(command, folder))),
            (true, None) if line == "```" => {
                in_block = false;
                out.push_str("```\n");
            }
            (true, None) => {}
            (false, _) => {
                in_block = line == "```console";
                out.push_str(&format!("{line}\n"));
            }
        }
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the same switch as the snapshots have")]
fn the_tutorial_shows_what_is_printed() {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let written = std::fs::read_to_string(config.join("README.md")).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    copy(&config, &folder.path().join("config"));
    let played = played(&written, folder.path());
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(config.join("README.md"), &played).unwrap();
        return;
    }
    // Every change of a rule changes the hashes; nobody reads them here.
    let hashes = regex::Regex::new("hash [0-9a-f]{12}").unwrap();
    let [written, played] = [written, played].map(|text| hashes.replace_all(&text, "hash").into_owned());
    let differing = written.lines().zip(played.lines()).find(|(written, played)| written != played);
    assert_eq!(differing, None, "INSTA_UPDATE=always cargo test --test tutorial writes config/README.md anew");
    assert_eq!(written, played);
}
