use super::*;
use crate::cli::fixture;
use crate::post::{Millis, Platform, Post};

type Changes<'a> = &'a [(&'a str, &'a str, &'a str)];

fn flips(changes: Changes<'_>, texts: &[&str]) -> Flips {
    let (before, after) = (fixture::rules(), fixture::changed(changes));
    let mut comparison = Comparison::new(&before, &after);
    let mut flips = Flips::default();
    for (number, text) in texts.iter().enumerate() {
        let at = Millis::parse("2026-01-01T00:00:00Z").unwrap().plus(60_000 * number as i64);
        let id = format!("p{number}");
        let author = crate::post::Author { id: Some("a".into()), ..Default::default() };
        let post = Post {
            platform: Platform::X,
            post_id: id.as_str().into(),
            text: (*text).into(),
            created_at: at,
            author: Some(author),
            ..Post::default()
        };
        let customer = before.own.customer_of(&post);
        let recorded = Recorded { input: Input::Post(Box::new(post)), customer, at, source: format!("input/0/{number}") };
        flips.add(number, &recorded.customer, comparison.step(&recorded), 2);
    }
    flips
}

/// The folder of a rule set is temporary: only the names of its files are shown.
fn without_folders(text: &str) -> String {
    let words = text.split(' ').map(|word| if word.starts_with('/') { word.rsplit('/').next().unwrap() } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_flip_names_what_is_responsible() {
    let check = |changes: Changes<'_>, texts: &[&str], causes: &[&str]| {
        let shown = without_folders(&flips(changes, texts).to_string());
        let found: Vec<&str> =
            shown.lines().filter(|line| line.starts_with("      ") && !line.starts_with("      says ")).map(str::trim).collect();
        assert_eq!(found, causes, "{changes:?}\n{shown}");
    };
    let complaint = "@telkomcare internet mati";
    check(&[], &[complaint], &[]);
    check(
        &[("complaint.txt", "internet mati\n", "")],
        &["internet mati"],
        &["complaint: met 1 of 1 => not met 0 of 1", "- internet mati  complaint.txt:2:1"],
    );
    check(
        &[("complaint.txt", "los merah\n", "los merah\nkabel putus\n")],
        &["kabel putus"],
        &["complaint: not met 0 of 1 => met 1 of 1", "+ kabel putus  complaint.txt:4:1"],
    );
    // The number has changed, not what was found.
    check(
        &[("rules.toml", "posts = 5", "posts = 2"), ("rules.toml", "at_least = 2", "at_least = 1")],
        &[complaint, complaint],
        &["burst [burst]: not met 2 of 5 => met 2 of 2"],
    );
    // Same signals, other classes.
    check(
        &[("rules.toml", "at_least = 2", "at_least = 1")],
        &["@telkomcare ke media massa, internet mati"],
        &["the same signals and case; written otherwise: hard.when"],
    );
    check(
        &[("rules.toml", "route = \"skipped\"\nfeeds", "route = \"agents\"\nfeeds")],
        &["halo"],
        &["the same signals and case; written otherwise: classes.skipped"],
    );
    // The brand's account is known to one only.
    check(&[("accounts.txt", "@telkomcare", "@lain")], &["@telkomcare halo"], &["_own: met 1 of 1 => not met 0 of 1", "- @telkomcare"]);
}

#[test]
fn flips_are_counted_by_what_they_cost() {
    let check = |changes: Changes<'_>, texts: &[&str], expected: (usize, usize, usize)| {
        let flips = flips(changes, texts);
        assert_eq!((flips.flips, flips.leaving, flips.new_escalations), expected, "{changes:?}");
        assert_eq!(flips.posts, texts.len());
    };
    let gone: Changes<'_> = &[("complaint.txt", "internet mati\n", "")];
    check(gone, &["internet mati", "los merah", "halo"], (1, 1, 0));
    check(&[("complaint.txt", "los merah\n", "los merah\nhalo\n")], &["halo"], (1, 0, 0));
    check(&[("rules.toml", "at_least = 2", "at_least = 1")], &["@telkomcare ke media massa, internet mati"], (1, 0, 1));
}

#[test]
fn what_is_counted_apart_is_the_same_when_merged() {
    let texts = ["internet mati", "mati total", "internet mati lagi", "internet mati terus"];
    let changes: Changes<'_> = &[("complaint.txt", "internet mati\n", "")];
    let whole = flips(changes, &texts);
    assert_eq!(whole.cells[0].samples.samples.iter().map(|flip| flip.post_id.as_str()).collect::<Vec<_>>(), ["p0", "p2"]);
    let mut merged = Flips::default();
    // The later first: samples are the first of the input all the same.
    merged.merge(whole.clone(), 2);
    merged.merge(Flips::default(), 2);
    assert_eq!(merged.to_string(), whole.to_string());
}

const MORE: (&str, &str, &str) =
    ("rules.toml", "[conditions.capitals]", "[signals.extra]\nwhen = { any = [\"threat\"] }\n[conditions.capitals]");

#[test]
fn what_changes_beside_the_class_is_named() {
    let check = |changes: Changes<'_>, texts: &[&str], expected: &[&str]| {
        let flips = flips(changes, texts);
        assert_eq!(flips.flips, 0, "{changes:?}");
        let shift = |row: &Row| format!("{} {} +{} -{}", row.what.of.label(), row.what.name, row.gained, row.lost);
        assert_eq!(flips.rows.iter().map(shift).collect::<Vec<_>>(), expected, "{changes:?}");
    };
    let (calm, loud) = ("@telkomcare internet mati", "@telkomcare INTERNET MATI TERUS MENERUS");
    let threat = "@telkomcare ke media massa";
    check(&[], &[calm, loud, threat], &[]);
    let deaf = ("rules.toml", "min_letters = 10\nmin_share = 0.6\nrun_words = 4", "min_letters = 999\nmin_share = 0.6\nrun_words = 99");
    check(&[deaf], &[loud], &["condition capitals +0 -1", "case condition capitals +0 -1", "flag watch +0 -1", "signal shouting +0 -1"]);
    check(&[("rules.toml", "watch_at = 1", "watch_at = 2")], &[loud, calm], &["flag watch +0 -2"]);
    check(&[("rules.toml", "allowed_lateness = \"120s\"", "allowed_lateness = \"1s\"")], &[calm], &[]);
    check(&[MORE], &[threat, calm], &["signal extra +1 -0"]);
    check(
        &[("threat.txt", "ke media massa", "ke koran")],
        &[threat],
        &["condition media_threat +0 -1", "case condition media_threat +0 -1", "flag watch +0 -1", "signal threat +0 -1"],
    );
    let renamed = ("rules.toml", "reason = \"not_addressed\"", "reason = \"duplicate\"");
    check(&[renamed], &["halo"], &["reason duplicate +1 -0", "reason not_addressed +0 -1"]);
    // A condition that the case has already gains nothing in the case.
    check(&[MORE], &[loud, threat, threat], &["signal extra +2 -0"]);
}

#[test]
fn differences_for_people_and_for_programs() {
    let changes = [("complaint.txt", "internet mati\n", ""), ("rules.toml", "watch_at = 1", "watch_at = 2"), MORE];
    let texts = ["@telkomcare ke media massa", "internet mati", "@telkomcare los merah", "halo"];
    let flips = flips(&changes, &texts);
    insta::assert_snapshot!("people", without_folders(&flips.to_string()));
    let json = serde_json::to_string_pretty(&flips).unwrap();
    let lines = json.lines().map(|line| match line.split_once("\"place\": \"/") {
        Some((before, path)) => format!("{before}\"place\": \"{}", path.rsplit('/').next().unwrap()),
        None => line.to_owned(),
    });
    insta::assert_snapshot!("programs", lines.collect::<Vec<_>>().join("\n"));
}
