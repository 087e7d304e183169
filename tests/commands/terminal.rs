//! Nothing that others wrote commands a terminal, whichever command shows it.

use std::path::{Path, PathBuf};

use serde_json::json;
use tempfile::TempDir;

use super::{shipped_with, triage};

/// An escape, a bell, a C1 sequence, a link, a change of direction and whatever else moves a cursor.
const HOSTILE: &str = "a\u{1b}[7mb\u{7}c\u{9b}2Jd\u{1b}]8;;tautan:contoh\u{1b}\\e\u{202e}f\u{7f}g\rh\u{8}i\u{2066}j\u{90}k\u{2028}l\u{85}m";

/// Files of which every field holds it.
struct Given {
    folder: TempDir,
    rules: TempDir,
}

impl Given {
    fn new() -> Self {
        let text = format!("@TelkomCare internet mati {HOSTILE}");
        let author = json!({"id": format!("9{HOSTILE}"), "handle": HOSTILE, "name": HOSTILE, "bio": HOSTILE});
        let post = json!({"schema": "telkomcare.post.v1", "platform": "x", "post_id": format!("1{HOSTILE}"), "text": text, "version": HOSTILE,
            "created_at": "2026-01-01T00:00:00Z", "author": author, "mentions": [{"handle": "TelkomCare"}], "hashtags": [HOSTILE]});
        let mut mail = post.clone();
        mail["platform"] = json!("email");
        mail["subject"] = json!(HOSTILE);
        let event = json!({"schema": "telkomcare.case_event.v1", "event_id": HOSTILE, "case_id": format!("x:9{HOSTILE}:1"),
            "event": "progress", "at": "2026-01-01T00:00:00Z", "customer": format!("x:9{HOSTILE}")});
        let unknown = json!({HOSTILE: HOSTILE});
        let given = Given { folder: TempDir::new().unwrap(), rules: shipped_with(&failing_test()) };
        given.write("posts", &format!("{post}\n{mail}\n{event}\n{unknown}\n{{\"{HOSTILE}\n{post}{HOSTILE}\n"));
        given.write("one", &post.to_string());
        let label = json!({"post_id": format!("1{HOSTILE}"), "class": HOSTILE, HOSTILE: true, "complaint": false});
        given.write("labels", &format!("{label}\n"));
        given.write("no_labels", HOSTILE);
        let piece = json!({"condition": HOSTILE, "signal": HOSTILE, "entry": HOSTILE, "met": true});
        let verdict =
            json!({"post_id": format!("1{HOSTILE}"), "class": HOSTILE, "reason": HOSTILE, "event_time": "2026-01-01", "evidence": [piece]});
        given.write("verdicts", &format!("{verdict}\n"));
        std::fs::create_dir(given.path(HOSTILE)).unwrap();
        let path = |name: &str| given.path(HOSTILE).join(name);
        std::fs::write(path("rules.toml"), format!("[case]\nidle = \"x{HOSTILE}\"\n# {HOSTILE}\n\"{HOSTILE}\" = 1\n")).unwrap();
        std::fs::write(path("triage.toml"), "[kafka]\n\"x\\u001b[7m\" = 1\n").unwrap();
        given
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// `FILE:x` is the file x, `HOSTILE` the text itself, `RULES` a folder with rules whose test fails.
    fn argument(&self, written: &str) -> String {
        let known = |path: &Path| path.to_str().unwrap().to_owned();
        match written.split_once("FILE:") {
            Some((before, name)) => format!("{before}{}", known(&self.path(&name.replace("HOSTILE", HOSTILE)))),
            None => written.replace("HOSTILE", HOSTILE).replace("RULES", &known(self.rules.path())),
        }
    }
}

fn failing_test() -> String {
    let escaped: String = HOSTILE.chars().map(|symbol| format!("\\u{:04x}", u32::from(symbol))).collect();
    format!(
        "[[test]]\nname = \"{escaped}\"\nwhy = \"{escaped}\"\n[[test.post]]\ntext = \"internet mati {escaped}\"\nexpect = {{ class = \"quiz\" }}\n"
    )
}

/// Whether the program's own colours are all that is left of controls.
fn is_harmless(said: &str) -> bool {
    let own = regex::Regex::new("\u{1b}\\[(?:0|1|2|3[0-7]|9[0-7])m").unwrap();
    let commands = |symbol: char| symbol.is_control() || matches!(symbol, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !own.replace_all(said, "").chars().any(|symbol| commands(symbol) && !matches!(symbol, '\n' | '\t'))
}

#[test]
fn no_command_passes_controls_on() {
    let given = Given::new();
    let mut shown = 0;
    let mut check = |arguments: &str| {
        let arguments: Vec<String> = arguments.split(' ').map(|written| given.argument(written)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        for colours in ["0", "1"] {
            let result = triage(&arguments).env("CLICOLOR_FORCE", colours).assert();
            let output = result.get_output();
            let said = String::from_utf8([output.stdout.as_slice(), output.stderr.as_slice()].concat()).unwrap();
            assert!(is_harmless(&said), "{arguments:?}\n{said:?}");
            shown += usize::from(said.contains(['␛', '␇', '\u{fffd}']) || said.contains("\\u001b"));
            assert!(!said.contains("panicked"), "{arguments:?}\n{said}");
        }
    };
    check("explain --text HOSTILE");
    check("explain FILE:one");
    check("explain FILE:one --format json");
    check("explain FILE:HOSTILE");
    check("explain --at HOSTILE --text x");
    check("backtest --input FILE:posts");
    check("backtest --input FILE:posts --format json --labels FILE:labels");
    check("backtest --input FILE:posts --compare RULES --max-flips 0");
    check("backtest --input FILE:posts --labels FILE:labels --phrases");
    check("backtest --input FILE:posts --labels FILE:no_labels");
    check("backtest --input FILE:one --verdicts FILE:HOSTILE");
    check("backtest --input FILE:posts --sweep HOSTILE");
    check("capture --input FILE:one --key-file .rustfmt.toml");
    check("report --verdicts FILE:verdicts --corrections FILE:labels");
    check("report --verdicts FILE:verdicts --corrections FILE:labels --format json");
    check("report --verdicts FILE:labels --corrections FILE:no_labels");
    check("learn --input FILE:posts --labels FILE:labels --score HOSTILE --target promo");
    check("test --config RULES");
    check("test --config RULES --format json");
    check("test --config RULES --filter HOSTILE2");
    check("check --config FILE:HOSTILE");
    check("check --config FILE:HOSTILE --format json");
    check("check --config FILE:nowhereHOSTILE");
    check("run --config FILE:HOSTILE");
    check("topics check --config FILE:HOSTILE");
    check("reconcile --config FILE:HOSTILE");
    check("dead-letters list --config FILE:HOSTILE");
    check("dead-letters list --stage HOSTILE");
    check("schema HOSTILE");
    check("demo --pace 0ms --input FILE:posts");
    check("demo --pace 0ms --input FILE:posts --format json");
    check("HOSTILE");
    assert!(shown > 50, "most of them show it: {shown}");
}

#[test]
fn json_means_what_it_meant() {
    let given = Given::new();
    let result = triage(&["explain", "--format", "json", given.path("one").to_str().unwrap()]).assert().code(0);
    let explained: serde_json::Value = serde_json::from_slice(&result.get_output().stdout).unwrap();
    assert_eq!(explained[0]["post"]["text"], format!("@TelkomCare internet mati {HOSTILE}"));
    assert_eq!(explained[0]["post_id"], format!("1{HOSTILE}"));
}
