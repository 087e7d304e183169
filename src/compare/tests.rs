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
        let found: Vec<&str> = shown.lines().filter(|line| line.starts_with("      ")).map(str::trim).collect();
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
