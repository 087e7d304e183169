//! The tools over recorded posts, with the shipped rules and changed ones.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::{shipped_with, triage};

pub const DEMO: &str = "config/samples/demo.jsonl";

/// A copy of the shipped rules in which `from` is `to`.
pub fn changed(file: &str, from: &str, to: &str) -> TempDir {
    let folder = shipped_with("");
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} is not in {file}");
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
    folder
}

/// Exit code, standard output and standard error.
pub fn said(arguments: &[&str]) -> (i32, String, String) {
    let result = triage(arguments).assert();
    let output = result.get_output();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

pub fn json(arguments: &[&str]) -> Value {
    let (code, out, err) = said(&[arguments, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

#[test]
fn a_change_of_rules_is_gated_by_what_flips() {
    let easier = changed("rules.toml", "at_least = 3, of = [\"capitals\"", "at_least = 1, of = [\"capitals\"");
    let easier = easier.path().to_str().unwrap();
    let check = |other: &str, limits: &[&str], code: i32, expected: &str| {
        // Two lines of the samples are unreadable on purpose.
        let limits = [limits, if limits.is_empty() { &[] } else { &["--max-unreadable", "2"] }].concat();
        let (ended, out, err) = said(&[&["backtest", "--input", DEMO, "--compare", other], &limits[..]].concat());
        assert_eq!(ended, code, "{limits:?}: {err}");
        assert!(out.contains(expected), "{expected} is not in {out}");
    };
    check("config", &["--max-flips", "0", "--max-new-escalations", "0"], 0, "0 of 65 verdicts flip; 0 leave");
    check(easier, &[], 0, "=>  hard_complaint -> escalations");
    check(easier, &["--max-flips", "1000"], 0, "written otherwise: hard.when");
    check(easier, &["--max-new-escalations", "0"], 1, "more than --max-new-escalations 0");
    check(easier, &["--max-flips", "0"], 1, "more than --max-flips 0");
}

#[test]
fn a_flip_names_the_phrase_behind_it() {
    let richer = changed("lexicon/complaint.txt", "\n#@group fault weight=strong\n", "\n#@group fault weight=strong\nkucing hujan\n");
    let text = "kucing hujan, besok promo";
    let post = serde_json::json!({"schema": "telkomcare.post.v1", "platform": "x", "post_id": "1", "text": text,
        "created_at": "2026-01-01T00:00:00Z", "author": {"id": "9"}});
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("posts.jsonl");
    std::fs::write(&input, post.to_string()).unwrap();
    let input = input.to_str().unwrap();
    let compared = json(&["backtest", "--input", input, "--phrases", "--compare", richer.path().to_str().unwrap()]);
    let cells = compared["compare"]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 1, "{cells:?}");
    assert_eq!((&cells[0]["from"], &cells[0]["to"]), (&"skipped -> skipped".into(), &"normal -> agents".into()));
    let causes = cells[0]["samples"][0]["causes"].to_string();
    assert!(causes.contains("kucing hujan") && causes.contains("complaint.txt:"), "{causes}");
    // And of the phrases as they are: which were found, and which decided.
    let found = compared["phrases"]["found"].as_array().unwrap();
    assert!(found.iter().any(|row| row["entry"] == "promo" && row["found"] == 1), "{found:?}");
    let never = compared["phrases"]["never"].as_array().unwrap();
    assert!(never.iter().any(|row| row["entry"] == "{again} {broken}") && !never.iter().any(|row| row["entry"] == "promo"));
}

#[test]
fn threads_change_nothing() {
    let folder = TempDir::new().unwrap();
    let verdicts = |threads: &str| {
        let out = folder.path().join(threads);
        let (code, summary, err) = said(&["backtest", "--input", DEMO, "--threads", threads, "--verdicts", out.to_str().unwrap()]);
        assert_eq!(code, 0, "{err}");
        (std::fs::read(out).unwrap(), summary)
    };
    let one = verdicts("1");
    assert!(one.0.len() > 10_000);
    assert!(one == verdicts("2"));
    assert!(one == verdicts("7"));
}

#[test]
fn a_sweep_shows_one_row_a_value() {
    let curve = json(&["backtest", "--input", DEMO, "--sweep", "burst.posts=2..6:2"]);
    let rows = curve["rows"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| row["value"].as_str().unwrap()).collect::<Vec<_>>(), ["2", "4", "6"]);
    let opened: Vec<i64> = rows.iter().map(|row| row["opened"].as_i64().unwrap()).collect();
    assert!(opened.is_sorted_by(|a, b| a >= b), "fewer the more posts it takes: {opened:?}");
    assert!(opened[0] > opened[2], "the number must matter: {opened:?}");
    let check = |range: &str, code: i32, expected: &str| {
        let (ended, _, err) = said(&["backtest", "--input", DEMO, "--sweep", range]);
        assert!(ended == code && err.contains(expected), "{range}: {ended}: {err}");
    };
    check("burst.postz=2..3", 78, "did you mean `signals.burst.posts`?");
    check("burst.posts=0..3", 78, "must be between");
    check("burst.posts", 2, "write a signal, a key and a range");
}

#[test]
fn what_is_learned_is_a_configuration_to_review() {
    let folder = TempDir::new().unwrap();
    let (mut posts, mut labels) = (String::new(), String::new());
    for number in 0..60 {
        let promo = number % 2 == 0;
        let said = if promo { "kucing terbang tinggi sekali" } else { "meja bundar warna hijau" };
        posts += &format!(
            "{{\"schema\":\"telkomcare.post.v1\",\"platform\":\"x\",\"post_id\":\"{number}\",\"text\":\"@IndiHome {said}\",\"created_at\":\"2026-01-01T00:00:00Z\",\"author\":{{\"id\":\"9{number}\"}}}}\n"
        );
        labels += &format!("{{\"post_id\":\"{number}\",\"class\":\"{}\"}}\n", if promo { "promo" } else { "normal" });
    }
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("posts"), posts).unwrap();
    std::fs::write(path("labels"), labels).unwrap();
    let (input, labels, out) = (path("posts"), path("labels"), path("proposal"));
    let arguments = [
        "learn",
        "--config",
        "config",
        "--input",
        &input,
        "--labels",
        &labels,
        "--score",
        "_promo_score",
        "--class",
        "promo",
        "--trials",
        "5",
        "--out",
        &out,
    ];
    let (code, shown, err) = said(&arguments);
    assert_eq!(code, 0, "{err}");
    let row = |name: &str| shown.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{shown}")).to_owned();
    assert!(row("and new phrases").ends_with("1.000"), "what tells them apart is learned: {shown}");
    let list = std::fs::read_to_string(Path::new(&out).join("lexicon/promo_score.txt")).unwrap();
    let learned: BTreeSet<&str> = list.split("#@group learned_").skip(1).flat_map(|group| group.lines().skip(1)).collect();
    assert!(!learned.is_empty(), "new phrases are in the list");
    let (code, ..) = said(&["check", "--config", &out]);
    assert_eq!(code, 0);
    // It is never written over, and nothing is written into the rules in use.
    let (code, _, err) = said(&arguments);
    assert!(code == 2 && err.contains("exists already"), "{err}");
}

#[test]
fn words_are_learned_for_a_condition_without_any_class() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let post = "{\"schema\":\"telkomcare.post.v1\",\"platform\":\"x\",\"post_id\":\"1\",\"text\":\"@TelkomCare internet mati, besok saya kirim ke buletin kampung\",\"created_at\":\"2026-01-01T00:00:00Z\",\"author\":{\"id\":\"91\"}}\n";
    std::fs::write(path("posts"), post).unwrap();
    std::fs::write(path("labels"), "{\"post_id\":\"1\",\"media_threat\":true}\n").unwrap();
    let (input, labels) = (path("posts"), path("labels"));
    let learn =
        |more: &[&str]| said(&[&["learn", "--config", "config", "--input", &input, "--labels", &labels, "--trials", "30"], more].concat());
    let (code, shown, err) = learn(&["--condition", "media_threat"]);
    assert_eq!(code, 0, "{err}");
    assert!(shown.starts_with("media_threat: 1 labelled posts, 1 missed, 0 taken wrongly\n"), "{shown}");
    assert!(shown.contains("\n`buletin` into {"), "{shown}");
    assert!(shown.contains("besok saya kirim ke buletin kampung"), "the post is shown: {shown}");
    let (code, shown, err) = learn(&["--flag", "media_threat", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let answer: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let words = answer["words"]["proposed"].as_array().unwrap();
    let word = words.iter().find(|word| word["member"] == "buletin").unwrap();
    assert_eq!((&word["right"][0]["post_id"], word["wrong"].as_array().map(Vec::len)), (&"1".into(), Some(0)), "{word}");
    assert!(word["at"].as_str().unwrap().starts_with("config/lexicon/classes/"), "{word}");
    // Whoever names nothing that the rules know is told what they know.
    for (aim, expected) in [("--condition", "conditions are"), ("--flag", "no signal and no condition"), ("--class", "classes are")] {
        let (code, _, err) = learn(&[aim, "nothing_known"]);
        assert!(code == 2 && err.contains(expected), "{aim}: {err}");
    }
    let (code, ..) = learn(&[]);
    assert_eq!(code, 2, "something must be told better");
}

#[test]
fn captured_posts_need_a_key() {
    let check = |arguments: &[&str], code: i32, expected: &str| {
        let (ended, _, err) = said(&[&["capture", "--input", DEMO], arguments].concat());
        assert!(ended == code && err.contains(expected), "{arguments:?}: {ended}: {err}");
    };
    check(&[], 2, "pseudonyms need a secret key");
    check(&["--key-file", ".rustfmt.toml"], 0, "68 records captured; 0 verdicts decided otherwise");
}
