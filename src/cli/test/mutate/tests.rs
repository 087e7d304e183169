//! Which changes are tried, that each is the change it says it is, and how those that survive are told.

use super::*;
use crate::cli::fixture;
use crate::cli::test::document;
use crate::config::reader::Source;

/// Tests that notice some changes of the small rule set and not others.
const TESTS: &str = r#"
[[test]]
name = "a threat in capitals"
[[test.post]]
text = "@TelkomCare INTERNET MATI, SAYA BAWA KE MEDIA MASSA"
expect = { class = "hard_complaint", conditions = ["capitals", "media_threat"] }
[[test.post]]
text = "internet mati"
expect = { signals = ["complaint"], no_signals = ["shouting"] }
"#;

#[test]
fn each_change_is_what_it_says() {
    let rules = fixture::rules();
    let source = Source::new("rules.toml", fixture::RULES);
    let changes: Vec<String> = edit::all(&source, &rules).iter().map(|edit| changed_lines(fixture::RULES, edit)).collect();
    insta::assert_snapshot!(changes.concat());
}

/// The change, the line that it changes and what stands there afterwards.
fn changed_lines(text: &str, edit: &edit::Edit) -> String {
    let changed = edit.apply(text);
    let pairs = text.lines().zip(changed.lines()).filter(|(before, after)| before != after);
    let lines: String = pairs.map(|(before, after)| format!("  - {before}\n  + {after}\n")).collect();
    assert!(!lines.is_empty(), "{} changes nothing", edit.what);
    format!("{}:{} {:?}: {}\n{lines}", edit.at.line, edit.at.column, edit.sort, edit.what)
}

#[test]
fn what_no_test_notices_is_named_with_its_place() {
    let folder = fixture::folder();
    let rules = fixture::compiled(folder.path());
    let reporter = Reporter::default();
    let tests = document::read(&Source::new("tests.toml", TESTS), &rules, &reporter);
    assert!(reporter.into_problems().is_empty());
    let survey = survey(folder.path(), &rules, &tests, &Sort::ALL);
    let rendered = survey.render(100).replace(&format!("{}/", folder.path().display()), "");
    assert!(!survey.is_clean());
    insta::assert_snapshot!(rendered);
}

const CLASSES: &str = "#@class thing\nwifi\nmodem\n~jaring\n#@class dead\nmati\npadam\n#@class not\nnggak\nbukan\n";
const GUARDED: &str = "#@group outage weight=strong\n#@unless {not} before 2\n{thing} {dead}\n\
    los merah | unless sudah after 4\n#@group cut weight=strong\n~putus .. terus | with internet near 8 | unless ~janji after 3\n";
const WORD_TESTS: &str = r#"
[[test]]
name = "what is dead and what is not"
[[test.post]]
text = "@TelkomCare wifi mati"
expect = { signals = ["complaint"] }
[[test.post]]
text = "@TelkomCare bukan wifi mati kok"
expect = { no_signals = ["complaint"] }
[[test.post]]
text = "@TelkomCare jaringan mati"
expect = { signals = ["complaint"] }
[[test.post]]
text = "@TelkomCare los merah"
expect = { signals = ["complaint"] }
[[test.post]]
text = "@TelkomCare internet diputus terus, los merah sudah hilang"
[[test]]
name = "cut off elsewhere"
[[test.post]]
text = "@TelkomCare telepon diputus terus"
expect = { no_signals = ["complaint"] }
"#;

#[test]
fn words_and_guards_that_no_test_notices_are_named() {
    let folder = fixture::folder();
    let write = |name: &str, text: &str| fs_err::write(folder.path().join(name), text).unwrap();
    write("rules.toml", &fixture::RULES.replace("[tagging]", "classes = [\"classes.txt\"]\n[tagging]"));
    write("classes.txt", CLASSES);
    write("complaint.txt", GUARDED);
    let rules = fixture::compiled(folder.path());
    let reporter = Reporter::default();
    let tests = document::read(&Source::new("tests.toml", WORD_TESTS), &rules, &reporter);
    assert!(reporter.into_problems().is_empty());
    let survey = survey(folder.path(), &rules, &tests, &[Sort::Guards, Sort::Members, Sort::Roots]);
    assert!(!survey.is_clean(), "a guard survives");
    let rendered = survey.render(100).replace(&format!("{}/", folder.path().display()), "");
    insta::assert_snapshot!(rendered);
}
