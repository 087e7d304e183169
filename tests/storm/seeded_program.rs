//! Builds the program with a mistake in it, from a copy of the sources. Copy and build stay in `target/seeded`, so that
//! only the first one builds the dependencies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::bugs::{Sources, made, root};

/// What the build reads; tests and benches only have to be there.
const COPIED: [&str; 6] = ["Cargo.toml", "Cargo.lock", "src", "config", "tests", "benches"];

/// The program with the mistake `bug`; there until the next is built.
pub fn build(bug: &str) -> PathBuf {
    let apart = root().join("target/seeded");
    let copy = apart.join("source");
    let changed = made(bug).unwrap_or_else(|problem| panic!("{problem}"));
    std::fs::create_dir_all(&copy).expect("a folder");
    for entry in COPIED {
        mirror(Path::new(entry), &copy, &changed);
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--features", "failpoints", "--bin", "triage", "--target-dir"]).arg(apart.join("build"));
    let output = cargo.current_dir(&copy).output().expect("cargo runs");
    assert!(output.status.success(), "{bug} does not build: {}", String::from_utf8_lossy(&output.stderr));
    apart.join("build/debug/triage")
}

/// Makes `path` in `copy` what it is in the project, or in `changed`. Writes only what differs: cargo goes by the time.
fn mirror(path: &Path, copy: &Path, changed: &Sources) {
    let (ours, theirs) = (root().join(path), copy.join(path));
    if ours.is_file() {
        let text = changed.get(path).map_or_else(|| std::fs::read(&ours).expect("a source"), |text| text.clone().into_bytes());
        if std::fs::read(&theirs).ok().as_ref() != Some(&text) {
            std::fs::write(&theirs, text).expect("a copy");
        }
        return;
    }
    std::fs::create_dir_all(&theirs).expect("a folder");
    let names = |folder: &Path| -> BTreeSet<_> {
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect()
    };
    for gone in names(&theirs).difference(&names(&ours)) {
        let gone = theirs.join(gone);
        if gone.is_dir() { std::fs::remove_dir_all(gone) } else { std::fs::remove_file(gone) }.expect("removed");
    }
    names(&ours).iter().for_each(|name| mirror(&path.join(name), copy, changed));
}
