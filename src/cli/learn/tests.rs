//! Words proposed from labelled posts over a rule set that is small enough to be read in one go.

use indicatif::ProgressBar;

use super::lacking::{self, Lacking};
use super::trial::Trials;
use super::{aim, words};
use crate::cli::fixture;
use crate::cli::input;
use crate::cli::labels::Labels;
use crate::config::reader::Folder;
use crate::replay::Recorded;
use crate::rules::Rules;

const CLASSES: &str = "\
#@class brings
kirim
muat

#@class medium
koran
tabloid

#@class sell
dijual

#@class wares
apel
";

const ADVERT: &str = "\
[signals.advert]
kind = \"phrases\"
file = \"advert.txt\"
[signals.complaint]";

const ADVERT_CLASS: &str = "\
[[classes]]
name = \"advert\"
when = { all = [\"advert\"] }
route = \"oot\"
feeds = false
[[classes]]
name = \"skipped\"";

/// The rules with classes of words, and an advert that leaves the queue.
fn rules() -> (tempfile::TempDir, Rules) {
    let folder = fixture::folder_with(&[
        ("rules.toml", "slang = \"slang.tsv\"", "slang = \"slang.tsv\"\nclasses = [\"classes.txt\"]"),
        ("rules.toml", "[signals.complaint]", ADVERT),
        ("rules.toml", "[[classes]]\nname = \"skipped\"", ADVERT_CLASS),
        ("threat.txt", "ke media massa\n", "{brings} .. {medium} | unless tidak before 2\n"),
    ]);
    fs_err::write(folder.path().join("classes.txt"), CLASSES).unwrap();
    fs_err::write(folder.path().join("advert.txt"), "#@group advert weight=strong\n{sell} {wares}\n").unwrap();
    let rules = fixture::compiled(folder.path());
    (folder, rules)
}

/// What is proposed for `aim` after `posts`, each with its label: `member > class at line: right, wrong`; and how many
/// tried words would have silenced somebody.
fn proposed(aim: &str, posts: &[(&str, &str)]) -> (Vec<String>, usize) {
    let (folder, rules) = rules();
    let mut labels = Labels::default();
    let lines: Vec<String> = (1..)
        .zip(posts)
        .map(|(number, (text, label))| {
            labels.insert(&format!("{{\"post_id\":\"{number}\",{label}}}")).unwrap();
            format!(
                "{{\"schema\":\"telkomcare.post.v1\",\"platform\":\"x\",\"post_id\":\"{number}\",\"text\":\"@telkomcare {text}\",\
                 \"created_at\":\"2026-01-01T00:00:00Z\",\"author\":{{\"id\":\"9{number}\"}}}}"
            )
        })
        .collect();
    let inputs: Vec<Recorded<'_>> =
        lines.iter().enumerate().flat_map(|(at, line)| input::read_line(line, at + 1, "test", &rules).unwrap().0).collect();
    let trials = Trials::new(&rules, &inputs, &labels, aim);
    let candidates = words::candidates(&rules, &trials, aim::groups(&rules, aim), 100);
    let search = lacking::try_all(&rules, &Folder::new(folder.path()), candidates, &trials, 10, &ProgressBar::hidden());
    let line = |one: &Lacking| {
        let (candidate, effect) = (&one.candidate, &one.effect);
        format!("{} > {} at {}: {}, {}", candidate.member, candidate.class, one.at.line, effect.right.len(), effect.wrong.len())
    };
    (search.found.iter().map(line).collect(), search.silencing)
}

const THREAT: &str = "\"media_threat\":true";
const NONE: &str = "\"media_threat\":false";

/// Those that the gap reaches, the closest first.
const FOUR: [&str; 4] = ["satu > medium at 8: 1, 0", "dua > medium at 8: 1, 0", "tiga > medium at 8: 1, 0", "empat > medium at 8: 1, 0"];

#[test]
fn words_are_proposed_where_an_entry_lacks_them() {
    let check = |posts: &[(&str, &str)], expected: &[&str]| assert_eq!(proposed("media_threat", posts).0, expected, "{posts:?}");
    check(&[("saya kirim ke buletin", THREAT)], &["buletin > medium at 8: 1, 0"]);
    check(&[("besok posting di koran", THREAT)], &["posting > brings at 4: 1, 0", "besok > brings at 4: 1, 0"]);
    check(&[("saya kirim ke buletin", THREAT), ("kami kirim buletin", THREAT)], &["buletin > medium at 8: 2, 0"]);
    // A word that means it and a word that does not: the second would be found too.
    check(&[("saya kirim ke rumah", THREAT), ("kapan kirim ke rumah", NONE)], &[]);
    check(&[("saya kirim ke rumah", THREAT), ("kami kirim rumah", THREAT), ("kapan kirim ke rumah", NONE)], &["rumah > medium at 8: 2, 1"]);
    // The guard says no whatever the word is.
    check(&[("tidak kirim ke buletin", THREAT)], &[]);
    // Two parts are missing, the gap is too wide, the sentence is over, what is found needs nothing.
    check(&[("posting ke buletin", THREAT)], &[]);
    check(&[("kirim satu dua tiga empat buletin", THREAT)], &FOUR);
    check(&[("sudah kirim. Buletin", THREAT)], &[]);
    check(&[("kirim ke koran dan buletin", THREAT)], &[]);
    // Names, tags, numbers and links are no words.
    check(&[("kirim @buletin #buletin 12345 https://example.com/buletin", THREAT)], &[]);
}

#[test]
fn words_are_proposed_that_resemble_a_member() {
    let check = |posts: &[(&str, &str)], expected: &[&str]| assert_eq!(proposed("media_threat", posts).0, expected, "{posts:?}");
    check(&[("kirim ke tabliod", THREAT)], &["tabliod > medium at 8: 1, 0"]);
    check(&[("dimuat koran", THREAT)], &["~muat > brings at 4: 1, 0"]);
    check(&[("mengirim ke koran", THREAT), ("ngirim ke koran", THREAT)], &["~kirim > brings at 4: 2, 0"]);
}

#[test]
fn nothing_is_proposed_that_silences_a_customer() {
    let check = |posts: &[(&str, &str)], expected: &[&str], silencing: usize| {
        let expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(proposed("advert", posts), (expected, silencing), "{posts:?}");
    };
    let (advert, normal) = ("\"class\":\"advert\"", "\"class\":\"normal\"");
    check(&[("dijual pisang", advert)], &["pisang > wares at 14: 1, 0"], 0);
    check(&[("dijual pisang", advert), ("kami dijual pisang", advert), ("kok dijual pisang", normal)], &[], 1);
    // Who has no class in the labels may not be silenced either.
    check(&[("dijual pisang", advert), ("kok dijual pisang", "\"complaint\":false")], &[], 1);
}

#[test]
fn no_class_is_needed_for_a_flag() {
    let of_flag = proposed("threat", &[("saya kirim ke buletin", "\"threat\":true")]);
    assert_eq!(of_flag, (vec!["buletin > medium at 8: 1, 0".to_owned()], 0));
}

#[test]
fn the_same_posts_give_the_same_proposals() {
    let posts = [("saya kirim ke buletin desa besar", THREAT), ("kirim ke majalah", THREAT), ("unggah ke koran", THREAT)];
    assert_eq!(proposed("media_threat", &posts), proposed("media_threat", &posts));
}
