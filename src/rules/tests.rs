//! What an analyst reads about mistakes in `rules.toml`: one row a mistake, all answers in one snapshot.

use std::fmt::Write;
use std::path::Path;

use super::compile;
use crate::problem::Reporter;

/// A rule set without a mistake; rows replace one line of it or add to it.
pub(super) const SOUND: &str = r#"[time]
allowed_lateness = "120s"
max_future_skew = "10m"
[case]
idle_ttl = "24h"
max_age = "7d"
hard_ttl = "7d"
complaint = "complaint"
[accounts]
files = [{ file = "words.txt", groups = ["own"] }]
[text]
slang = "slang.tsv"
acronyms = "acronyms.txt"
[tagging]
Category = "Lainnya"
[escalation]
monitor = "1h"
callback = "6h"
basis = "W-10 5.2"
[signals.complaint]
kind = "phrases"
file = "words.txt"
groups = ["fault"]
[signals.shouting]
kind = "capitals"
min_letters = 10
min_share = 0.6
run_words = 4
run_letters = 15
[conditions.capitals]
clause = "W-10 (1)"
when = { all = ["shouting", "complaint"] }
[hard]
when = { all = ["case.complaint"], at_least = 1, of = ["capitals"] }
watch_at = 1
[evidence]
close = 0.6
most = 3
[[classes]]
name = "normal"
route = "agents"
"#;

/// Name of the mistake, the line that is replaced (empty: something is added at the end), what stands there instead.
const MISTAKES: [(&str, &str, &str); 26] = [
    ("none", "", ""),
    ("unknown key", "min_letters = 10", "min_leters = 10"),
    ("unknown section", "[hard]", "[hrad]"),
    ("misspelt signal in a condition", r#"when = { all = ["shouting", "complaint"] }"#, r#"when = { all = ["shoutin", "complaint"] }"#),
    ("misspelt condition", r#"of = ["capitals"] }"#, r#"of = ["capitls"] }"#),
    ("misspelt fact", r#"all = ["case.complaint"]"#, r#"all = ["case.complant"]"#),
    ("unknown kind", r#"kind = "capitals""#, r#"kind = "capital""#),
    ("neither kind nor when", "", "[signals.idle]\nclause = \"none\"\n"),
    ("wrong type", "run_words = 4", r#"run_words = "four""#),
    ("out of range", "min_share = 0.6", "min_share = 6.0"),
    ("broken duration", r#"idle_ttl = "24h""#, r#"idle_ttl = "a day""#),
    ("missing file", r#"slang = "slang.tsv""#, r#"slang = "slag.tsv""#),
    ("missing group", r#"groups = ["fault"]"#, r#"groups = ["faults"]"#),
    ("broken regex", "", "[signals.odd]\nkind = \"pattern\"\nregex = '(a'\n"),
    ("huge regex", "", "[signals.odd]\nkind = \"pattern\"\nregex = '(a{1000}){1000}'\n"),
    ("a threshold too fine", "", "[signals.odd]\nkind = \"score\"\nthreshold = 0.125\nsignals = { complaint = 1 }\n"),
    ("a weight too fine", "", "[signals.odd]\nkind = \"score\"\nthreshold = 1.0\nsignals = { complaint = 1.005 }\n"),
    ("a circle", "", "[signals.a]\nwhen = \"b\"\n[signals.b]\nwhen = \"a\"\n"),
    ("unused helper", "", "[signals._spare]\nwhen = \"complaint\"\n"),
    ("a signal asks for an outcome", "", "[signals.late]\nwhen = \"case.becomes_hard\"\n"),
    ("empty expression", "", "[signals.void]\nwhen = {}\n"),
    ("at_least without of", "", "[signals.some]\nwhen = { at_least = 2 }\n"),
    ("unreachable class", "", "[[classes]]\nname = \"late\"\nroute = \"agents\"\n"),
    ("no class for the rest", r#"name = "normal""#, "name = \"normal\"\nwhen = \"complaint\""),
    ("unknown route", r#"route = "agents""#, r#"route = "agent""#),
    ("skipped but counted", r#"route = "agents""#, r#"route = "skipped""#),
];

pub(super) fn check(rules: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("rules.toml", rules);
    write("words.txt", "#@group own weight=strong\n@telkomcare\n#@group fault weight=strong\nlemot\ninternet mati\n");
    write("slang.tsv", "gk\ttidak\n");
    write("parties.toml", "[[party]]\nname = \"Plasa\"\n");
    write("acronyms.txt", "#@group all\nLOS\n");
    let reporter = Reporter::default();
    let usable = compile(folder.path(), &reporter).is_some();
    let problems = reporter.into_problems();
    assert_eq!(usable, !problems.has_errors(), "{problems}");
    problems.render().replace(&format!("{}/", folder.path().display()), "")
}

/// Scalars at the end would fall into the last class: additions go before the conditions.
pub(super) fn with(line: &str, instead: &str) -> String {
    let adds_a_class = instead.starts_with("[[");
    match line {
        "" if adds_a_class => format!("{SOUND}{instead}"),
        "" => SOUND.replacen("[conditions.capitals]", &format!("{instead}[conditions.capitals]"), 1),
        line => {
            assert!(SOUND.contains(line), "{line}");
            SOUND.replacen(line, instead, 1)
        }
    }
}

#[test]
fn mistakes_are_named_with_their_place_and_a_hint() {
    let mut answers = String::new();
    for (name, line, instead) in MISTAKES {
        writeln!(answers, "== {name}\n{}", check(&with(line, instead))).unwrap();
    }
    insta::assert_snapshot!(answers);
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let rules = SOUND.replace("min_letters = 10", "min_leters = 10").replace("\"shouting\", \"complaint\"", "\"shoutin\", \"complaint\"");
    let rules = rules.replace("slang.tsv", "slag.tsv").replace("monitor = \"1h\"", "monitor = 1");
    insta::assert_snapshot!(check(&rules));
}

#[test]
fn the_shipped_rules_have_no_problem() {
    let reporter = Reporter::default();
    let rules = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &reporter);
    assert!(rules.is_some());
    rules.iter().for_each(|rules| super::lint(rules, &reporter));
    assert_eq!(reporter.into_problems().to_string(), "");
}
