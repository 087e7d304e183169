//! `backtest --compare` as a gate: what it does not pass, and what it says of input that is no lines.

use serde_json::{Value, json};
use tempfile::TempDir;

use super::analysts::{DEMO, changed, json as answer, said};

fn post(id: usize, text: &str) -> Value {
    json!({"schema": "telkomcare.post.v1", "platform": "x", "post_id": id.to_string(), "text": text,
        "created_at": "2026-01-01T00:00:00Z", "author": {"id": format!("9{id}")}, "mentions": [{"handle": "TelkomCare"}]})
}

#[test]
fn a_gate_does_not_pass_what_could_not_be_read() {
    let folder = TempDir::new().unwrap();
    let check = |input: &str, limits: &[&str], code: i32, expected: &str| {
        let path = folder.path().join("input");
        std::fs::write(&path, input).unwrap();
        let (ended, out, err) = said(&[&["backtest", "--input", path.to_str().unwrap(), "--compare", "config"], limits].concat());
        assert_eq!(ended, code, "{input} {limits:?}: {out}{err}");
        assert!(out.contains(expected), "{expected} is not in {out}");
    };
    let good = post(1, "@TelkomCare internet mati").to_string();
    check(&good, &["--max-flips", "0"], 0, "0 of 1 verdicts flip");
    let broken = format!("{good}\n{{\"schema\":\n{good}\n");
    check(&broken, &[], 0, "1 line cannot be read and not counted here");
    let refused = "1 line of the input cannot be read, more than --max-unreadable 0: the limits prove nothing";
    check(&broken, &["--max-flips", "0"], 1, refused);
    check(&broken, &["--max-new-escalations", "5"], 1, refused);
    check(&broken, &["--max-flips", "0", "--max-unreadable", "1"], 0, "; 1 line cannot be read");
    check(&format!("{broken}[]x\n"), &["--max-flips", "0", "--max-unreadable", "1"], 1, "2 lines of the input cannot be read");
    check("", &["--max-flips", "0"], 1, "there is no post in the input: the limits prove nothing");
    check("", &[], 0, "0 of 0 verdicts flip");
    check("{\"apa\":1}\n", &["--max-flips", "9"], 1, "1 line of the input cannot be read");
}

#[test]
fn a_document_over_several_lines_gets_a_hint() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("input");
    let check = |command: &[&str], input: &str, expected: Option<&str>| {
        std::fs::write(&path, input).unwrap();
        let (_, _, err) = said(&[command, &[path.to_str().unwrap()]].concat());
        match expected {
            Some(expected) => assert!(err.contains(expected), "{command:?} {input}: {expected} is not in {err}"),
            None => assert!(!err.contains("jq"), "{command:?} {input}: {err}"),
        }
    };
    let posts = json!([post(1, "@TelkomCare internet mati"), post(2, "@TelkomCare los merah")]);
    let (pretty, items) = (serde_json::to_string_pretty(&posts).unwrap(), format!("[\n{},\n{}\n]\n", posts[0], posts[1]));
    let documents = [&posts[0], &posts[1]].map(|one| serde_json::to_string_pretty(one).unwrap()).join("\n");
    let (array, each) = (Some("jq -c '.[]' FILE"), Some("jq -c . FILE"));
    let backtest: &[&str] = &["backtest", "--input"];
    check(backtest, &pretty, array);
    check(backtest, &format!("\u{feff}{pretty}"), array);
    check(backtest, &items, array);
    check(backtest, &pretty.replace('\n', "\r\n"), array);
    check(backtest, &documents, each);
    check(backtest, &format!("{}\n{}\n", posts[0], posts[1]), None);
    // A recording whose first line was cut off.
    check(backtest, &format!("{{\"schema\":\"tel\n{}\n{}\n{}\n", posts[0], posts[1], posts[0]), None);
    check(backtest, "{\"schema\":\n", None);
    check(&["backtest", "--sweep", "burst.posts=3..4", "--input"], &pretty, array);
    check(&["capture", "--key-file", ".rustfmt.toml", "--input"], &pretty, array);
    check(&["backtest", "--input", DEMO, "--labels"], "[\n{\"post_id\": \"1\", \"class\": \"promo\"}\n]", array);
    check(&["backtest", "--input", DEMO, "--labels"], "[{\"post_id\": \"1\", \"class\": \"promo\"}]", array);
    check(&["report", "--corrections", DEMO, "--verdicts"], &pretty, None);
}

#[test]
fn a_file_of_nothing_readable_is_not_told_line_by_line() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("input");
    std::fs::write(&path, "bukan json\n".repeat(500)).unwrap();
    let (_, _, err) = said(&["backtest", "--input", path.to_str().unwrap()]);
    assert_eq!(err.lines().count(), 21, "{err}");
    assert!(err.ends_with("and 480 more that cannot be read\n"), "{err}");
}

#[test]
fn what_changes_beside_the_class_is_counted_in_posts_and_customers() {
    let other =
        changed("rules.toml", "min_letters = 10\nmin_share = 0.6\nrun_words = 4", "min_letters = 900\nmin_share = 0.6\nrun_words = 99");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("input");
    let shout = "@TelkomCare INTERNET MATI DARI PAGI TOLONG";
    let (first, second, calm) = (post(1, shout), post(2, shout), post(3, "@TelkomCare internet mati"));
    let again = json!({"post_id": "4", "created_at": "2026-01-03T00:00:00Z"});
    let mut third = first.clone();
    again.as_object().unwrap().iter().for_each(|(key, value)| third[key] = value.clone());
    std::fs::write(&path, [first, second, calm, third].map(|post| format!("{post}\n")).concat()).unwrap();
    let compared = &answer(&["backtest", "--input", path.to_str().unwrap(), "--compare", other.path().to_str().unwrap()])["compare"];
    assert_eq!((&compared["flips"], &compared["shifted"], &compared["customers"]["shifted"]), (&json!(0), &json!(3), &json!(2)));
    let row =
        |of: &str, name: &str| compared["rows"].as_array().unwrap().iter().find(|row| row["of"] == of && row["name"] == name).cloned();
    let row = row("condition", "capitals").unwrap();
    assert_eq!((&row["gained"], &row["lost"], &row["customers"]), (&json!(0), &json!(3), &json!(2)));
    assert!(row["samples"][0]["causes"].to_string().contains("_capitals_to_the_letter"), "{row}");
}

#[test]
fn hand_offs_are_counted_however_the_work_is_divided() {
    let rules = changed("lists/ct0.toml", "email = []", "email = [\"plasa@contoh.id\"]");
    let input = rules.path().join("input");
    let mail = |id: u32| {
        json!({"schema": "telkomcare.post.v1", "platform": "email", "post_id": id.to_string(), "author": {"id": "plasa@contoh.id"},
            "text": "Pelanggan lapor agent membentak saat menawarkan pembayaran", "created_at": "2025-11-13T03:30:00Z"})
    };
    std::fs::write(&input, (0..4).map(|id| format!("{}\n", mail(id))).collect::<String>()).unwrap();
    let (config, input) = (rules.path().to_str().unwrap(), input.to_str().unwrap());
    for threads in ["1", "2"] {
        let arguments = ["backtest", "--config", config, "--input", input, "--threads", threads];
        assert_eq!(answer(&arguments)["handoffs"], json!({"submitted": 4}), "{threads} threads");
        assert!(said(&arguments).1.contains("hand-off: submitted"));
    }
}
