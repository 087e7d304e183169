//! `triage demo` as a visitor runs it: it ends by itself, shows every class, and its account adds up.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::process::Output;

use serde_json::Value;

/// Runs the demonstration and gives its lines as JSON.
fn demo(more: &[&str], input: &str) -> (Output, Vec<Value>) {
    let output = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("triage"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["demo", "--pace", "0ms", "--format", "json"])
        .args(more)
        .write_stdin(input)
        .output()
        .expect("the program runs");
    let lines = String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    (output, lines)
}

/// The account in the last line, after checking that it adds up.
fn account(output: &Output, lines: &[Value]) -> Value {
    let summary = lines.last().map(|line| line["summary"].clone()).unwrap_or_default();
    assert!(output.status.success(), "{summary} {}", String::from_utf8_lossy(&output.stderr));
    let number = |name: &str| summary[name].as_u64().unwrap_or_default();
    let total = |name: &str| summary[name].as_object().into_iter().flatten().filter_map(|(_, number)| number.as_u64()).sum::<u64>();
    assert_eq!(number("raw_records"), number("raw_read") + number("raw_dead_letters"), "{summary}");
    assert_eq!(number("inbox_records"), total("terminal"), "{summary}");
    assert_eq!(total("classes"), total("terminal"), "{summary}");
    assert_eq!(lines.len() as u64 - 1, total("terminal") + total("additional") + number("raw_dead_letters"), "{summary}");
    assert_eq!(summary["unaccounted"], serde_json::json!([]), "{summary}");
    summary
}

#[test]
fn the_samples_show_every_class_and_all_are_accounted_for() {
    let (output, lines) = demo(&[], "");
    let summary = account(&output, &lines);
    let classes: BTreeSet<&str> = summary["classes"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "case event",
        "hard_complaint",
        "multi",
        "normal",
        "promo",
        "quiz",
        "skipped: auto_reply",
        "skipped: delete",
        "skipped: duplicate",
        "skipped: not_addressed",
        "skipped: own_post",
        "skipped: repost",
        "troll",
    ];
    assert_eq!(classes, BTreeSet::from(expected));
    let steps: BTreeSet<&str> = lines.iter().filter_map(|line| line["record"]["type"].as_str()).collect();
    assert_eq!(steps, BTreeSet::from(["callback_on_close", "followup", "opened", "resolved", "tl_assigned"]));
    assert_eq!(summary["dead_letters"], serde_json::json!({"bad_json": 1, "unknown_format": 1}));
}

#[test]
fn a_visitors_own_posts_are_judged_without_loss_however_many() {
    let post = |number: usize| {
        format!(
            r#"{{"schema":"telkomcare.post.v1","platform":"x","post_id":"{number}","author":{{"id":"{}"}},"text":"@TelkomCare internet mati","mentions":[{{"handle":"TelkomCare"}}],"created_at":"2026-11-09T01:{:02}:00Z"}}"#,
            number % 300,
            number / 60 % 60,
        )
    };
    let input: Vec<String> = (1..=1_200).map(post).collect();
    let (output, lines) = demo(&["--input", "-"], &input.join("\n"));
    assert_eq!(account(&output, &lines)["raw_records"], 1_200);
}
