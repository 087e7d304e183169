//! What analysts read: of a file of tests that is wrong, and of tests that fail.

use std::path::Path;

use super::*;
use crate::cli::fixture;
use crate::config::reader::Source;
use crate::record::{Destination, Output, ends_its_input, handoff_ends_its_input};

/// Reads `text` as tests of the small rule set.
fn read(text: &str) -> (Rules, Vec<RuleTest>, String) {
    let rules = fixture::rules();
    let reporter = Reporter::default();
    let source = Source::new("tests.toml", text);
    reporter.show_lines_of(source.file(), source.text());
    let tests = document::read(&source, &rules, &reporter);
    (rules, tests, reporter.into_problems().render())
}

/// Runs the tests in `text` and renders what fails, without colours.
fn run(text: &str) -> String {
    let (mut rules, tests, problems) = read(text);
    assert_eq!(problems, "");
    let results = Results::of(tests.iter().map(|test| run_one(&mut rules, test)).collect());
    results.page().plain()
}

#[test]
fn failures_say_what_was_expected_and_why_it_is_not_so() {
    let rendered = run(r#"
[[test]]
name = "a threat in capitals is hard"
clause = "W-10 TelkomCare"
why = "two conditions"

[[test.post]]
text = "@TelkomCare INTERNET MATI, SAYA BAWA KE MEDIA MASSA"
expect = { class = "normal", route = "agents", note = "[Kuis]", conditions = ["capitals"], signals = ["burst"], hard = false, escalation = "none", because = ["los merah"] }

[[test.post]]
text = "@TelkomCare internet mati"
expect = { escalation = "followup" }

[[test]]
name = "an event about no case"

[[test.post]]
kind = "case_event"
event = "resolved"
expect = { escalation = "resolved" }

[[test]]
name = "passes"

[[test.post]]
text = "@TelkomCare internet mati"
expect = { class = ["normal", "quiz"], note = "none" }
"#);
    insta::assert_snapshot!(rendered);
}

#[test]
fn build_servers_read_the_failures() {
    let (mut rules, tests, _) = read(
        r#"
[[test]]
name = "a \"threat\" & more"
[[test.post]]
text = "@TelkomCare internet mati"
expect = { class = "quiz" }
[[test]]
name = "passes"
[[test.post]]
text = "@TelkomCare internet mati"
expect = { class = "normal" }
"#,
    );
    let results = Results::of(tests.iter().map(|test| run_one(&mut rules, test)).collect());
    insta::assert_snapshot!(junit::document(&results).unwrap());
}

#[test]
fn coverage_names_what_no_test_exercises() {
    let (mut rules, tests, _) = read(
        r#"
[[test]]
name = "a complaint"
[[test.post]]
text = "@TelkomCare internet mati"
expect = { class = "normal" }
[[test.post]]
text = "@TelkomCare halo"
expect = { class = "normal" }
"#,
    );
    let rendered = coverage::of(&mut rules, &tests).render(2);
    let folder = rules.signals[0].at.file.trim_end_matches("rules.toml").to_owned();
    insta::assert_snapshot!(rendered.replace(&folder, ""));
}

#[test]
fn every_test_begins_anew() {
    let complaint = |name: &str, quiz: &str, expect: &str| {
        format!(
            "[[test]]\nname = \"{name}\"\n{quiz}\n[[test.post]]\nparent = \"kuis-1\"\ntext = \"@TelkomCare jawabannya B\"\nexpect = {{ {expect} }}\n"
        )
    };
    let text = [
        complaint("a quiz post", "quiz_posts = [\"kuis-1\"]", "class = \"quiz\", case = \"none\""),
        complaint("no quiz post", "", "class = \"normal\", case = \"post-1\""),
        complaint("another quiz post", "quiz_posts = [\"kuis-2\"]", "class = \"normal\", case = \"post-1\""),
    ];
    assert_eq!(run(&text.concat()), "3 passed, 0 failed\n");
}

#[test]
fn mistakes_in_a_file_are_reported_at_once() {
    let (_, _, problems) = read(
        r#"
[[test]]
nam = "misspelt key"
platform = "telegram"
author = { followers = "many", verified_type = "gold" }

[[test.post]]
at = "soon"
txt = "misspelt key"
expect = { class = "norml", route = "oott", conditions = ["capital"], signals = ["_onw", "complaint"], hard = "yes", notes = "" }

[[test.post]]
at = 90
reply_to = "post-9"
text = 1

[[test.post]]
at = "2026-13-01T00:00:00Z"
delete = true

[[test.post]]
kind = "case_event"
event = "solved"

[[test]]
name = "expects nothing"

[[test.post]]
text = "a"

[[tests]]
"#,
    );
    insta::assert_snapshot!(problems);
}

#[test]
fn posts_are_what_would_arrive() {
    let (_, tests, problems) = read(
        r#"
[[test]]
name = "posts"
author = { handle = "@Pelanggan", followers = 7 }

[[test.post]]
text = "@TelkomCare internet mati"
expect = { class = "normal" }

[[test.post]]
at = "2m"
recorded_after = "1m"
reply_to = "post-1"
text = "@TelkomCare @Teman masih"
implicit = ["telkomcare"]
quote = "apa"

[[test.post]]
edit_of = "post-1"
text = "internet mati"

[[test.post]]
at = 2026-03-03T10:00:00+07:00
by_brand = true
text = "Hai Kak"

[[test.post]]
kind = "case_event"
event = "resolved"
case = "post-1"
"#,
    );
    assert_eq!(problems, "");
    let written: Vec<String> = tests[0].steps.iter().map(|step| written(&step.recorded)).collect();
    let written = written.join("\n");
    insta::assert_snapshot!(written);
}

fn written(recorded: &crate::replay::Recorded<'_>) -> String {
    let input = match &recorded.input {
        crate::post::Input::Post(post) => serde_json::to_string(post),
        crate::post::Input::CaseEvent(event) => serde_json::to_string(event),
    };
    format!("{} {} {}", recorded.customer, recorded.at, input.unwrap())
}

/// What `reconcile` relies on: whoever adds a report beside the outcome of a record must teach `ends_its_input` of it.
#[test]
fn of_every_shipped_test_the_first_record_alone_ends_its_input() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let reporter = Reporter::default();
    let mut rules = rules::compile(&folder, &reporter).unwrap();
    let tests = document::read_all(&folder.join("tests"), &rules, &reporter);
    let ends = |output: &Output<'_>| match output {
        Output::Triage(destination, record) => ends_its_input(*destination, &serde_json::to_vec(record).unwrap()),
        Output::Escalation(record) => ends_its_input(Destination::Escalations, &serde_json::to_vec(record).unwrap()),
        Output::Handoff(record) => handoff_ends_its_input(&serde_json::to_vec(record).unwrap()),
        Output::DeadLetter { .. } => true,
    };
    let mut additional = 0;
    for test in &tests {
        test.lend_to(&mut rules);
        let mut replay = Replay::default();
        for (number, step) in (1..).zip(&test.steps) {
            let outputs = replay.step(&rules, &step.recorded);
            let all: Vec<bool> = outputs.iter().map(ends).collect();
            assert!(all[0] && !all[1..].contains(&true), "{} step {number}: {all:?}", test.name);
            additional += all.len() - 1;
        }
    }
    assert!(additional > 5, "{additional} additional records show that something was tried");
}

/// The records of a test's steps, as the stream writes them.
fn records(rules: &Rules, test: &RuleTest, mut replay: Replay) -> Vec<serde_json::Value> {
    let steps = test.steps.iter().flat_map(|step| {
        let outputs = replay.step(rules, &step.recorded);
        let written = |output: &Output<'_>| match output {
            Output::Triage(_, record) => serde_json::to_value(record),
            Output::Escalation(record) => serde_json::to_value(record),
            Output::Handoff(record) => serde_json::to_value(record),
            Output::DeadLetter { code, .. } => serde_json::to_value(code),
        };
        outputs.iter().map(|output| written(output).unwrap()).collect::<Vec<_>>()
    });
    steps.collect()
}

#[test]
fn a_signal_that_can_decide_nothing_changes_nothing_but_evidence_of_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let reporter = Reporter::default();
    let mut rules = crate::rules::compile(&folder, &reporter).unwrap();
    let tests = document::read_all(&folder.join("tests"), &rules, &reporter);
    assert!(tests.len() > 1_000, "{}", tests.len());
    for test in &tests {
        test.lend_to(&mut rules);
        for (mut all, some) in records(&rules, test, Replay::with_moot()).into_iter().zip(records(&rules, test, Replay::default())) {
            let evidence = some.get("evidence").and_then(|pieces| pieces.as_array().cloned()).unwrap_or_default();
            if let Some(pieces) = all.get_mut("evidence").and_then(|pieces| pieces.as_array_mut()) {
                pieces.retain(|piece| evidence.contains(piece));
            }
            assert_eq!(all, some, "{}", test.name);
        }
    }
}
