//! What people read when a TOML document is wrong. Each case is a document and, in the snapshot, its problems.

use super::*;

/// Reads `text` as a made-up document that uses every kind of value, and renders what is wrong with it.
fn check(text: &str) -> String {
    let reporter = Reporter::default();
    let source = Source::from_bytes("rules.toml", text.as_bytes(), &reporter);
    reporter.show_lines_of(source.file(), source.text());
    let document = Document::parse(&source, &reporter);
    let root = document.root();
    root.optional("title").string();
    if let Some(burst) = root.optional("burst").table() {
        burst.required("posts").integer(2..=64u32);
        burst.optional("within").duration(SECOND..=HOUR);
        burst.optional("share").number(0.0..=1.0);
        burst.optional("on").bool();
        burst.optional("route").one_of(&[("agents", 1), ("oot", 2), ("escalations", 3)]);
        burst.optional("groups").strings();
        if let Some(need) = burst.optional("need").table() {
            need.finish();
        }
        burst.finish();
    }
    for class in root.optional("classes").tables() {
        class.required("name").string();
        class.required("when").items();
        class.finish();
    }
    root.finish();
    reporter.into_problems().render()
}

fn check_all(cases: &[(&str, &str)]) -> String {
    cases.iter().map(|(name, text)| format!("## {name}\n{}\n", check(text))).collect()
}

#[test]
fn nothing_is_wrong() {
    let text = "title = \"a\"\n[burst]\nposts = 5\nwithin = \"5m\"\nshare = 1\non = true\nroute = \"oot\"\ngroups = \"a\"\nneed = {}\n[[classes]]\nname = \"a\"\nwhen = []\n";
    assert_eq!(check(text), "");
}

#[test]
fn keys_and_values() {
    let rendered = check_all(&[
        ("misspelt key", "[burst]\nposts = 5\nwithn = \"5m\"\n"),
        ("unknown key like nothing there", "[burst]\nposts = 5\ncolour = 1\n"),
        ("unknown table", "[brust]\nposts = 5\n"),
        ("unknown key of the whole document", "color = 1\n"),
        ("missing key", "# no posts\n[burst]\nwithin = \"5m\"\n"),
        ("missing keys in a list of tables", "[[classes]]\nname = \"a\"\nwhen = []\n\n[[classes]]\n"),
        (
            "wrong types",
            "title = 3\n[burst]\nposts = \"5\"\nwithin = 300\nshare = \"half\"\non = \"yes\"\nroute = [\"oot\"]\ngroups = 7\nneed = 2\n",
        ),
        ("wrong type in a list", "[burst]\nposts = 5\ngroups = [\"a\", 2, \"c\", []]\n"),
        ("table instead of list of tables", "[classes]\nname = \"a\"\nwhen = []\n"),
        ("out of range", "[burst]\nposts = 100\nwithin = \"2h\"\nshare = 1.5\n"),
        ("out of any range", "[burst]\nposts = 99999999999999999999\nshare = nan\n"),
        ("fraction instead of whole number", "[burst]\nposts = 5.0\n"),
        ("no durations", "[burst]\nposts = 5\nwithin = \"5 minutes\"\n"),
        ("no duration: unit missing", "[burst]\nposts = 5\nwithin = \"300\"\n"),
        ("bad choice", "[burst]\nposts = 5\nroute = \"agent\"\n"),
        ("bad choice like nothing there", "[burst]\nposts = 5\nroute = \"redis\"\n"),
        ("unknown key in an inline table", "[burst]\nposts = 5\nneed = { strong = 1 }\n"),
        ("several at once", "titel = \"x\"\n[burst]\npost = 5\nwithin = \"5\"\n[[classes]]\nnam = \"a\"\nwhen = 1\n"),
    ]);
    insta::assert_snapshot!(rendered);
}

#[test]
fn broken_toml() {
    let rendered = check_all(&[
        ("duplicate key", "[burst]\nposts = 5\nposts = 6\n"),
        ("duplicate table", "[burst]\nposts = 5\n[burst]\nwithin = \"5m\"\n"),
        ("two mistakes", "title = \"a\n[burst]\nposts = = 5\nwithin = \"5m\"\n"),
        ("broken TOML and a wrong value", "title = hello\n[burst]\nposts = \"5\"\nwithn = \"5m\"\n"),
        ("key without value", "[burst]\nposts\nwithin = \"5m\"\n"),
        ("value missing", "[burst]\nposts =\nwithin = \"5m\"\n"),
        ("text without quotes", "[burst]\nposts = 5\nroute = oot\n"),
        ("single bracket left open", "[burst\nposts = 5\n"),
        ("list left open", "[burst]\nposts = 5\ngroups = [\"a\", \"b\"\n"),
        ("comma missing", "[burst]\nposts = 5\ngroups = [\"a\" \"b\"]\n"),
        ("curly quotes", "title = “a”\n"),
        ("colon instead of equals sign", "[burst]\nposts: 5\n"),
        ("bad escape", "title = \"\\d+\"\n"),
        ("leading zero", "[burst]\nposts = 05\n"),
        ("too deep", &format!("title = {}1{}\n", "[".repeat(100), "]".repeat(100))),
    ]);
    insta::assert_snapshot!(rendered);
}

#[test]
fn not_utf8() {
    let reporter = Reporter::default();
    Source::from_bytes("rules.toml", b"title = \"a\"\n# caf\xE9 \xE9\n", &reporter);
    insta::assert_snapshot!(reporter.into_problems().render(), @r"
    rules.toml:2:6: error: this is not UTF-8 text
      hint: save the file with the encoding UTF-8
    ");
}

#[test]
fn unreadable_files() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("complaint.txt"), "").unwrap();
    let check = |name: &str, named_at: Option<&Spot>| {
        let reporter = Reporter::default();
        assert!(Source::read(&folder.path().join(name), named_at, &reporter).is_none());
        reporter.into_problems().to_string().replace(&folder.path().display().to_string(), "config")
    };
    let spot = Spot { file: "rules.toml".into(), line: 3, column: 8 };
    insta::assert_snapshot!(check("complain.txt", Some(&spot)), @"rules.toml:3:8: error: cannot read `config/complain.txt`: there is no such file (did you mean `complaint.txt`?)");
    insta::assert_snapshot!(check("other.toml", None), @"config/other.toml: error: cannot read the file: there is no such file");
}

#[test]
fn entries_keep_the_order_of_the_document() {
    let reporter = Reporter::default();
    let source = Source::new("a", "[s.z]\n[s.a]\n[other]\n[s.m]\n");
    let document = Document::parse(&source, &reporter);
    let root = document.root();
    let names: Vec<_> = root.section("s").entries().into_iter().map(|(name, _)| (name.value, name.spot.line)).collect();
    assert_eq!(names, [("z".to_owned(), 1), ("a".to_owned(), 2), ("m".to_owned(), 4)]);
}

#[test]
fn durations() {
    let check = |text: &str, millis: Option<i64>| {
        let reporter = Reporter::default();
        let source = Source::new("a", &format!("d = \"{text}\""));
        let document = Document::parse(&source, &reporter);
        assert_eq!(document.root().required("d").duration(0..=1000 * DAY), millis, "{text}");
        assert_eq!(reporter.has_errors(), millis.is_none());
    };
    check("120s", Some(120_000));
    check("24h", Some(86_400_000));
    check("7d", Some(7 * DAY));
    check("5m", Some(300_000));
    check("100ms", Some(100));
    check("0s", Some(0));
    for wrong in ["", "5", "m", "-5m", "5 m", "1.5h", "5M", "5min", "99999999999999999999d", "9223372036854775807d", "5²s"] {
        check(wrong, None);
    }
}
