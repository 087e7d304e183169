//! The corpus of the fuzz targets and mutations of it, the same in each run, through the same functions.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test")]

#[path = "fuzz/targets.rs"]
mod targets;

use std::path::Path;

use fastrand::Rng;

/// Mutations of each file.
const MUTATIONS: usize = 60;

/// Pieces that break things.
const PIECES: [&[u8]; 12] =
    [b"\"", b"\\", b"{", b"[", b"]}", b"\\ud800", b"\xff", b"\0", b"9223372036854775808", b"-1e999", "\u{301}".as_bytes(), b"\n\n[[a]]\n"];

fn mutate(bytes: &[u8], dice: &mut Rng) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    for _ in 0..dice.usize(1..=4) {
        let (from, to) = (dice.usize(..=mutated.len()), dice.usize(..=mutated.len()));
        let (from, to) = (from.min(to), from.max(to));
        match dice.u8(..5) {
            0 => drop(mutated.splice(from..from, PIECES[dice.usize(..PIECES.len())].iter().copied())),
            1 => drop(mutated.drain(from..to.min(from + 20))),
            2 => mutated.truncate(to),
            3 if from < mutated.len() => mutated[from] ^= 1 << dice.u8(..8),
            _ => drop({
                let piece = mutated[from..to.min(from + 100)].to_vec();
                mutated.splice(to..to, piece)
            }),
        }
    }
    mutated
}

fn check(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has a corpus");
    let mut dice = Rng::with_seed(19);
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let mutations = std::iter::repeat_with(|| mutate(&bytes, &mut dice)).take(MUTATIONS).collect::<Vec<_>>();
        for input in std::iter::once(bytes.clone()).chain(mutations) {
            let result = std::panic::catch_unwind(|| target(&input));
            assert!(result.is_ok(), "{}: {:?}", file.display(), String::from_utf8_lossy(&input));
        }
    }
}

#[test]
fn any_record_of_a_feed_is_read_or_refused() {
    check("formats", targets::formats);
}

#[test]
fn any_record_is_read_by_a_map_or_refused_and_so_is_any_map() {
    check("maps", targets::maps);
}

#[test]
fn any_mail_is_read_or_refused() {
    check("mail", targets::mail);
}

#[test]
fn any_text_is_judged() {
    check("text", targets::text);
}

#[test]
fn any_document_is_read_or_its_mistakes_are_shown() {
    check("documents", targets::documents);
}

#[test]
fn any_record_of_the_journal_is_read_the_same_again_or_refused() {
    check("journal", targets::journal);
}

#[test]
fn any_rules_are_used_or_their_mistakes_are_shown() {
    check("rules", targets::rules);
}

#[test]
fn any_settings_are_read_or_their_mistakes_are_shown() {
    check("settings", targets::settings);
}

#[test]
fn any_request_is_answered_or_hung_up_on() {
    check("http", targets::http);
}
