//! What an analyst reads about rules that can be used but are odd: one row a kind, all answers in one snapshot.

use std::fmt::Write;

use super::lint;
use crate::problem::Reporter;
use crate::rules::compile;
use crate::rules::tests::with;

const WORDS: &str = "#@group own weight=strong\n@telkomcare\n#@group fault weight=strong\nlemot\ninternet mati\n";

/// Kind of oddity, the line of the sound rule set that is replaced (empty: something is added), what stands there
/// instead, what is added to the words.
const ODDITIES: [(&str, &str, &str, &str); 49] = [
    ("none", "", "", ""),
    ("the same phrase in another spelling", "", "", "tidak nyala\ngk nyala\n"),
    ("the same phrase stretched", "", "", "lemooot\n"),
    ("a phrase that a shorter one finds", "", "", "lemot banget\n"),
    ("longer phrases are no oddity where they are counted", "", COUNTED, "#@group sum weight=1.0\nbagus\nbagus banget\n"),
    ("a phrase that another finds at its end", "", "", "wifi lemot\n"),
    ("a phrase that another finds in its middle", "", "", "wifi .. internet mati .. lagi\n"),
    ("a phrase that another finds by its gap", "", "", "wifi .. putus\nwifi putus\n"),
    ("a phrase that a wider gap finds", "", "", "wifi ..6 putus\nwifi .. putus total\n"),
    ("a phrase in one order that either order finds", "", "", "wifi <> putus\nwifi .. putus total\n"),
    ("a wider gap and either order are no oddity", "", "", "wifi .. putus\nwifi ..6 putus total\nwifi <> putus lagi\n"),
    ("a phrase that a class covers", "", CLASSED, "{thing} putus\nmodem putus\n{any_thing} padam\n"),
    ("a class that a wider class covers", "", CLASSED, "{any_thing} putus\n{thing} putus\n"),
    ("a wider class is no oddity", "", CLASSED, "wifi putus\n{any_thing} putus terus\n{thing} putus lagi\n"),
    ("a phrase that a root covers", "", "", "~putus terus\ndiputus terus\n"),
    ("guards make a phrase more than another", "", "", "wifi putus | unless sudah near\nwifi putus terus\n"),
    ("a phrase at the end and a longer one", "", "", "wifi putus | with $ after\nwifi putus terus | with $ after\n"),
    ("a guarded phrase that another finds unguarded", "", "", "lemot lagi | unless sudah near 3\n"),
    ("what stands around is looked at", "", VOIDED, "wifi lemot\n#@group praise weight=praise\nbagus\n"),
    (
        "a phrase that its own guard refuses",
        "",
        CLASSED,
        "{any_thing} putus | unless {thing} near 4\n{thing} padam | unless {any_thing} near 4\n",
    ),
    ("a guard that its own phrase meets", "", CLASSED, "{thing} padam | with {any_thing} near 4\nputus | with {thing} near 4\n"),
    ("a form that is another root", "", ROOTED, "{cut} lagi\n{decide} lagi\n{send} lagi\n"),
    ("a form that is taken out of its class", "", LEFT_OUT, "{cut} lagi\n{decide} lagi\n{send} lagi\n"),
    ("a phrase that voids itself", "", VOIDED, "#@group praise weight=praise\nlemot\n"),
    ("a handle with a hyphen", "", LISTED, "#@group press weight=strong\n@berita-satu\n"),
    ("a handle that is too long", "", LISTED, "#@group press weight=strong\n@abcdefghijklmnopqrstuvwxyzabcdefghijk\n"),
    ("our account among others", "", LISTED, "#@group press weight=strong\n@TelkomCare\n"),
    ("a signal that cannot be", "", "[signals.odd]\nwhen = { all = [\"complaint\"], none = [\"complaint\"] }\n", ""),
    ("a signal that cannot be, behind another", "", BEHIND, ""),
    (
        "a condition that cannot be met",
        "all = [\"shouting\", \"complaint\"]",
        "all = [\"shouting\", \"complaint\"], none = [\"shouting\"]",
        "",
    ),
    ("a class that cannot be", "[[classes]]", "[[classes]]\nname = \"odd\"\nroute = \"agents\"\nwhen = { any = [] }\n[[classes]]", ""),
    ("a class below its like", "[[classes]]", TWICE, ""),
    ("a class below a wider one", "[[classes]]", WIDER, ""),
    ("small letters that shout", "min_share = 0.6", "min_share = 0.3", ""),
    ("two letters that shout", "min_letters = 10", "min_letters = 2", ""),
    ("a run without length", "run_letters = 15", "run_letters = 3", ""),
    ("a burst faster than typing", "", "[signals.burst]\nkind = \"burst\"\nposts = 5\nwithin = \"2s\"\n", ""),
    ("a burst of a day", "", "[signals.burst]\nkind = \"burst\"\nposts = 5\nwithin = \"24h\"\n", ""),
    ("a sum that cannot be reached", "", UNREACHABLE, "#@group sum weight=1.0\nbagus\n"),
    ("a sum that is always reached", "", ALWAYS, "#@group sum weight=1.0\nbagus\n"),
    ("a sign within a phrase", "", "", "benar ?\n"),
    ("a sign of several", "", "", "👨‍👩‍👧\n"),
    ("a tag with a hyphen", "", "", "tag:tebak-gambar\n"),
    ("a link with its path", "", "", "http://contoh.id/masuk\n"),
    ("a phrase that an exclusion masks", "", "", "mati lampu terus\n!mati lampu\n"),
    ("a phrase that an exclusion masks without a word between", "", "", "mati .. lampu\n!mati lampu\n"),
    ("capitals, signs, doubling and slang are no oddity", "", "", "PUTUS-PUTUS\nkabel2\nDon't go\ngk2 ada\ngiveaway*\nlapor!\n🙃\nwa.me\n"),
    (
        "accounts that cannot be",
        "[accounts]",
        "[accounts]\nhandles = [\"telkom care\"]\nids = [\"@12\"]",
        "#@group own weight=strong\ntelkomcare\n",
    ),
    ("a pattern for every text", "", "[signals.odd]\nkind = \"pattern\"\nregex = 'a*'\n", ""),
];

/// The classes are in a file of their own.
const CLASSED: &str = "things.txt";
const ROOTED: &str = "roots.txt";
const LEFT_OUT: &str = "left_out.txt";
const CLASSES: [(&str, &str); 3] = [
    (CLASSED, "#@class thing\nwifi\nmodem\n#@class any_thing\n{thing}\ntelepon\n"),
    (ROOTED, "#@class cut\n~putus\n#@class decide\n~keputusan\n#@class send\n~kirim\n"),
    (LEFT_OUT, "#@class cut\n~putus\n!keputusan\n#@class decide\n~keputusan\n#@class send\n~kirim\n"),
];
const COUNTED: &str = "[signals.odd]\nkind = \"score\"\nfile = \"words.txt\"\nthreshold = 1.0\n";
const UNREACHABLE: &str = "[signals.odd]\nkind = \"score\"\nfile = \"words.txt\"\nthreshold = 5.0\n";
const ALWAYS: &str = "[signals.odd]\nkind = \"score\"\nfile = \"words.txt\"\nthreshold = 0.0\n";
const LISTED: &str = "[signals.press]\nkind = \"mentions\"\nfile = \"words.txt\"\ngroups = [\"press\"]\n";
const VOIDED: &str = "[signals.praise]\nkind = \"phrases\"\nfile = \"words.txt\"\ngroups = [\"praise\"]\n\
    [signals.odd]\nkind = \"phrases\"\nfile = \"words.txt\"\ngroups = [\"fault\"]\nvoided_by = [{ signal = \"praise\", within = 2 }]\n";
const BEHIND: &str = "[signals.loud]\nwhen = { all = [\"shouting\", \"complaint\"] }\n\
    [signals.odd]\nwhen = { all = [\"loud\"], none = [\"complaint\"] }\n";
const TWICE: &str = "[[classes]]\nname = \"first\"\nroute = \"agents\"\nwhen = \"shouting\"\n\
    [[classes]]\nname = \"second\"\nroute = \"agents\"\nwhen = { all = [\"shouting\"] }\n[[classes]]";
const WIDER: &str = "[[classes]]\nname = \"wide\"\nroute = \"agents\"\nwhen = { any = [\"shouting\", \"complaint\"] }\n\
    [[classes]]\nname = \"narrow\"\nroute = \"agents\"\nwhen = { all = [\"complaint\", \"case.open\"] }\n[[classes]]";

/// The rules with `line` replaced; with the classes in the file `instead` if it is one.
fn rules_with(line: &str, instead: &str) -> String {
    match CLASSES.iter().find(|(file, _)| *file == instead) {
        Some((file, _)) => with("", "").replace("[text]", &format!("[text]\nclasses = [\"{file}\"]")),
        None => with(line, instead),
    }
}

fn check(rules: &str, words: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("rules.toml", rules);
    write("words.txt", &format!("{WORDS}{words}"));
    CLASSES.iter().for_each(|(name, text)| write(name, text));
    write("slang.tsv", "gk\ttidak\n");
    write("acronyms.txt", "#@group all\nLOS\n");
    let reporter = Reporter::default();
    let rules = compile(folder.path(), &reporter);
    rules.iter().for_each(|rules| lint(rules, &reporter));
    let problems = reporter.into_problems();
    assert!(rules.is_some(), "{problems}");
    problems.render().replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn oddities_are_named_with_their_place_and_a_hint() {
    let mut answers = String::new();
    for (name, line, instead, words) in ODDITIES {
        writeln!(answers, "== {name}\n{}", check(&rules_with(line, instead), words)).unwrap();
    }
    insta::assert_snapshot!(answers);
}

#[test]
fn numbers_of_the_case_are_held_against_each_other() {
    let rules = with(r#"idle_ttl = "24h""#, r#"idle_ttl = "8d""#).replace("watch_at = 1", "watch_at = 3");
    insta::assert_snapshot!(check(&rules.replace(r#"callback = "6h""#, r#"callback = "30m""#), ""));
}
