//! What feeds bring besides sound records, from the bytes to the decision by the shipped rules.

use serde_json::Value;
use tempfile::TempDir;

use super::triage;

/// The decisions on the posts in `lines`, each as `id: class/route reason, signals that matter, conditions`, in one line each.
fn decided(lines: &str) -> String {
    let folder = TempDir::new().unwrap();
    let (input, verdicts) = (folder.path().join("posts.jsonl"), folder.path().join("verdicts.jsonl"));
    std::fs::write(&input, lines).unwrap();
    let arguments = ["backtest", "--config", "config", "--input", input.to_str().unwrap(), "--verdicts", verdicts.to_str().unwrap()];
    triage(&arguments).output().unwrap();
    let written = std::fs::read_to_string(&verdicts).unwrap_or_default();
    let one = |line: &str| {
        let verdict: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| verdict[name].as_str().unwrap_or("-").to_owned();
        let told = verdict["signals"].as_array().unwrap().iter().filter_map(Value::as_str);
        let told = told.filter(|name| matches!(*name, "needs_hydration" | "unknown_event_kind")).collect::<Vec<_>>();
        let conditions = verdict["case"]["conditions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
        let counted = if verdict["case"].is_null() { "not counted" } else { "counted" };
        let decided = format!("{} {}/{} {}", text("post_id"), text("class"), text("route"), text("reason"));
        format!("{decided} {counted} {}", [told, conditions].concat().join(" ")).trim_end().to_owned()
    };
    written.lines().map(one).collect::<Vec<_>>().join("\n")
}

fn ours(id: u32, more: &str) -> String {
    format!(
        r#"{{"schema":"telkomcare.post.v1","platform":"x","post_id":"{id}","author":{{"id":"{id}"}},"created_at":"2026-03-02T03:0{id}:00Z","text":"@TelkomCare wifi rumah mati"{more}}}"#
    )
}

#[test]
fn arrays_and_broken_values() {
    let check = |lines: &str, expected: &[&str]| assert_eq!(decided(lines), expected.join("\n"), "{lines}");
    let (one, two) = ("1 normal/agents - counted", "2 normal/agents - counted");
    check(&format!("[{},{}]", ours(1, ""), ours(2, "")), &[one, two]);
    check(&format!("[{},null,{}]", ours(1, ""), ours(2, "")), &[one, two]);
    check("[]", &[]);
    check(&ours(1, r#","lang":{},"urls":7,"mentions":[3],"media_count":"x","conversation_id":1.5e300"#), &[one]);
    check(&ours(1, "").replace("mati", r"mati \\ud83d").replace(r"\\", r"\"), &[one]);
    check(&ours(1, r#","quoted_text":"\ude2d","\ud83d":1"#), &[one]);
    check(&ours(1, "").replace(r#""post_id":"1""#, r#""post_id":"1\ud83d""#), &[]);
    check(&ours(1, "").replace(r#""post_id":"1""#, r#""post_id":1.99147e18"#), &[]);
    let status = r#"{"id":1.99147e18,"id_str":"7","created_at":"Mon Mar 02 03:00:00 +0000 2026","full_text":"@TelkomCare wifi rumah mati","user":{"id":4.1e+02,"name":"\ud83d"}}"#;
    check(status, &["7 normal/agents - counted"]);
}

#[test]
fn kinds_that_no_one_knows() {
    let check = |kind: &str, expected: &str| {
        assert_eq!(decided(&ours(1, &format!(r#","event_kind":{kind}"#))), format!("1 {expected}"), "{kind}");
    };
    for unknown in [r#""post""#, r#""tweet""#, "7", "{}"] {
        check(unknown, "normal/agents - counted unknown_event_kind");
    }
    check(r#""create""#, "normal/agents - counted");
    check(r#""engagement""#, "skipped/skipped engagement not counted");
    check(r#""delete""#, "skipped/skipped delete not counted");
}

#[test]
fn five_replies_to_an_account_known_only_by_name() {
    let statuses = (1..=5).map(|n| {
        format!(
            r#"{{"id_str":"{n}","created_at":"Mon Mar 02 03:00:0{n} +0000 2026","full_text":"@TelkomCare wifi rumah masih mati, laporan {n}","user":{{"id_str":"41"}},"in_reply_to_status_id_str":"9{n}","in_reply_to_user_id_str":"900","in_reply_to_screen_name":"telkomcare"}}"#
        )
    });
    let decided = decided(&statuses.collect::<Vec<_>>().join("\n"));
    assert!(decided.lines().count() == 5 && decided.lines().all(|line| line.contains(" counted")), "{decided}");
    assert!(decided.ends_with("counted burst"), "{decided}");
}

#[test]
fn the_inbox_is_read_where_half_a_character_stands() {
    let read = |json: &str| match ::triage::post::Input::read(json.as_bytes()) {
        Ok(::triage::post::Input::Post(post)) => Some(post.text.to_string()),
        _ => None,
    };
    let cut = ours(1, "").replace(r#"mati""#, r#"mati \ud83d""#);
    assert_eq!(read(&cut).as_deref(), Some("@TelkomCare wifi rumah mati \u{FFFD}"));
    assert_eq!(read(&cut.replace(r#""post_id":"1""#, r#""post_id":"1\ud83d""#)), None);
    assert_eq!(read(&ours(1, r#","lang":[7],"author_x":"\ude2d""#)).as_deref(), Some("@TelkomCare wifi rumah mati"));
}
