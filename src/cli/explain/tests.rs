//! What people read about a decision.

use super::*;
use crate::cli::fixture;

fn render(recorded: &[Recorded<'_>], rules: &Rules) -> String {
    let mut out = String::new();
    explain(rules, recorded, |recorded, outputs, insight| {
        out.push_str(&Explanation { rules, recorded, outputs, insight, read_by: None }.page().plain());
    });
    out
}

#[test]
fn texts() {
    let rules = fixture::rules();
    let texts = ["@TelkomCare halo", "@TelkomCare INTERNET MATI 😭 LAGI,\nSAYA BAWA KE MEDIA MASSA", "makan bakso"];
    let at = Millis::parse("2026-01-01T00:00:00Z").unwrap();
    let recorded: Vec<Recorded<'_>> = texts.iter().enumerate().map(|(number, text)| posts::of_text(text, number, at, &rules)).collect();
    insta::assert_snapshot!(render(&recorded, &rules));
}

#[test]
fn documents() {
    let rules = fixture::rules();
    let document = r#"
{"schema":"telkomcare.post.v1","platform":"email","post_id":"1","author":{"id":"a@contoh.id"},"subject":"los merah","text":"mohon dicek","created_at":"2026-01-02T00:00:00Z"}
{"schema":"telkomcare.post.v1","platform":"email","post_id":"2","author":{"id":"a@contoh.id"},
 "text":"internet mati","created_at":"2026-01-01T23:00:00Z"}
{"schema":"telkomcare.post.v1","platform":"email","post_id":"1","event_kind":"edit","version":"b","author":{"id":"a@contoh.id"},"text":"los merah, ke media massa","created_at":"2026-01-02T00:01:00Z"}
{"schema":"telkomcare.case_event.v1","event_id":"e1","case_id":"email:a@contoh.id:1","event":"resolved","at":"2026-01-02T01:00:00Z"}
{"schema":"telkomcare.case_event.v1","event_id":"e2","case_id":"email:a@contoh.id:1","event":"progress","at":"2026-01-02T02:00:00Z"}
"#;
    let recorded = posts::of_document(document, &rules).unwrap();
    insta::assert_snapshot!(render(&recorded, &rules));
}

#[test]
fn a_field_map_is_named_with_its_paths() {
    let mut rules = fixture::rules();
    let map = crate::config::reader::Source::new("contoh.toml", include_str!("../../../config/feeds/contoh.toml"));
    rules.maps = crate::formats::FieldMaps::compile(&[map], &crate::problem::Reporter::default());
    let items =
        r#"{"uid":7,"when":1736218860000,"body":"los merah","by":{"id":9}},{"id":8,"body":"los merah","by":{"name":"a"},"kind":"new"}"#;
    let document = format!(r#"{{"vendor":"contoh","network":"TW","items":[{items}]}}"#);
    let recorded = posts::of_document(&document, &rules).unwrap();
    let sources = posts::sources_of_document(&document);
    let read_by: Vec<String> = recorded.iter().filter_map(|recorded| posts::read_by(recorded, &sources, &rules)).collect();
    let first = "contoh_feed: event_kind = create, platform ^/network, post_id /uid, author.id /by/id, text /body, created_at /when";
    let second = "contoh_feed: event_kind /kind, platform ^/network, post_id /id, author.handle /by/name, text /body";
    assert_eq!(read_by, [first, second]);
    let ours = r#"{"schema":"telkomcare.post.v1","platform":"x","post_id":"7","text":"a","created_at":"2026-01-02T00:00:00Z","source_format":"contoh_feed"}"#;
    let recorded = posts::of_document(ours, &rules).unwrap();
    assert_eq!(posts::read_by(&recorded[0], &posts::sources_of_document(ours), &rules), None);
}

#[test]
fn unusable_input() {
    let rules = fixture::rules();
    let check = |document: &str, message: &str| {
        let stop = posts::of_document(document, &rules).unwrap_err();
        assert!(matches!(&stop, Stop::Because(Exit::Usage, said) if said == message), "{stop:?}");
    };
    check("", "there is no post in the input; give JSON documents, or plain text with --text");
    check("internet mati", "the posts are not JSON (line 1, column 1); to explain plain text give it with --text");
    check(
        r#"{"schema":"telkomcare.post.v1","platform":"x","post_id":"1","text":"a"}"#,
        "document 1 cannot be read: The field `created_at` is missing (line 1, column 71).",
    );
}

/// Signals made of others: entries with company, a sum, a choice.
fn composed() -> Rules {
    let words = "#@group negator weight=neg\ntidak\n#@group first weight=marker\nsaya\n#@group verb weight=strong\nlaporkan\nviralkan\n";
    let signals = r#"
[signals._negator]
kind = "phrases"
file = "threat.txt"
groups = ["negator"]
[signals._first]
kind = "phrases"
file = "threat.txt"
groups = ["first"]
[signals._verb]
kind = "phrases"
file = "threat.txt"
groups = ["verb"]
requires = [{ signal = "_first", within = 3, side = "before" }]
voided_by = [{ signal = "_negator", within = 2, side = "before" }]
[signals._sum]
kind = "score"
threshold = 3.0
[signals._sum.signals]
_first = 1.0
complaint = 1.5
_own = -0.5
[signals._any]
when = { any = ["_verb", "_sum"] }
[signals._both]
when = { all = ["_any", "complaint"] }
[conditions.capitals]"#;
    fixture::changed(&[
        ("threat.txt", "#@group mass_media", &format!("{words}#@group mass_media")),
        ("rules.toml", "file = \"threat.txt\"\n", "file = \"threat.txt\"\ngroups = [\"mass_media\"]\n"),
        ("rules.toml", "[conditions.capitals]", signals),
        ("rules.toml", "when = \"threat\"", "when = \"_both\""),
    ])
}

/// What came near of the condition `media_threat`, the depth of each part as dots.
fn near(text: &str, rules: &Rules) -> Vec<String> {
    fn flat(all: &[why::Why], depth: usize, lines: &mut Vec<String>) {
        for why in all {
            lines.push(format!("{}{}", ".".repeat(depth), why.what));
            flat(&why.because, depth + 1, lines);
        }
    }
    let recorded = [posts::of_text(text, 0, Millis::parse("2026-01-01T00:00:00Z").unwrap(), rules)];
    let mut lines = Vec::new();
    explain(rules, &recorded, |_, _, insight| {
        let unmet = insight.unwrap().unmet.iter().find(|unmet| unmet.condition == "media_threat");
        unmet.iter().for_each(|unmet| flat(&unmet.why.because, 0, &mut lines));
    });
    lines
}

#[test]
fn the_part_that_failed_is_named_and_by_how_much() {
    let rules = composed();
    // Only what the alternatives of `_any` fail by; above it stands what needs them.
    let check = |text: &str, expected: &[&str]| {
        let near = near(text, &rules);
        let leaves: Vec<&str> = near.iter().filter_map(|line| line.strip_prefix("..")).collect();
        assert_eq!(leaves, expected, "{text}");
    };
    let sum = "_sum: 0.5 of 3, 2.5 short: _first +1, _own -0.5";
    check("@TelkomCare halo", &[]);
    check("@TelkomCare internet mati, saya laporkan", &[]);
    check("@TelkomCare internet mati", &["_sum: 1 of 3, 2 short: complaint +1.5, _own -0.5"]);
    check("@TelkomCare laporkan", &["_verb: `laporkan` needs _first within 3 before, and there is none"]);
    let other_side = "_verb: `laporkan` needs _first within 3 before, and \"saya\" stands on the other side";
    check("@TelkomCare laporkan saya", &[other_side, sum]);
    let far = "_verb: `laporkan` needs _first within 3 before, the nearest is \"saya\", 5 away";
    check("@TelkomCare saya mau satu dua tiga laporkan", &[far, sum]);
    let clause = "_verb: `laporkan` needs _first within 3 before, and a clause ends between it and \"saya\"";
    check("@TelkomCare saya. Laporkan", &[clause, sum]);
    let voided = "_verb: `laporkan` is voided by _negator \"tidak\", within 2 before";
    check("@TelkomCare saya tidak laporkan", &[voided, sum]);
    let absent = "_verb: `laporkan` needs _first within 3 before, and there is none";
    check("@TelkomCare tidak laporkan", &[absent, voided]);
    assert_eq!(near("@TelkomCare saya laporkan, internet normal", &rules), ["_both: no complaint"]);
    assert_eq!(near("@TelkomCare internet mati", &rules)[..2], ["_both: no _any", "._any: none of _verb, _sum"]);
}

#[test]
fn a_composed_signal_is_explained_part_by_part() {
    let rules = composed();
    let at = Millis::parse("2026-01-01T00:00:00Z").unwrap();
    let texts = ["@TelkomCare internet mati, saya tidak viralkan", "@TelkomCare INTERNET mati, LAPORKAN SAYA"];
    let recorded: Vec<Recorded<'_>> = texts.iter().enumerate().map(|(number, text)| posts::of_text(text, number, at, &rules)).collect();
    insta::assert_snapshot!(render(&recorded, &rules));
}

#[test]
fn no_evidence_is_shown_twice_under_another_name() {
    let again = "[signals._again]\nkind = \"phrases\"\nfile = \"complaint.txt\"\n[signals._third]\nwhen = { any = [\"_again\", \"complaint\"] }\n[conditions.capitals]";
    let rules = fixture::changed(&[
        ("rules.toml", "[conditions.capitals]", again),
        ("rules.toml", "when = \"case.hard\"", "when = { any = [\"case.hard\", \"_third\", \"threat\"] }"),
        ("rules.toml", "when = \"threat\"", "when = { any = [\"threat\", \"_again\"] }"),
    ]);
    let check = |text: &str, expected: &[&str]| {
        let recorded = [posts::of_text(text, 0, Millis::parse("2026-01-01T00:00:00Z").unwrap(), &rules)];
        explain(&rules, &recorded, |_, outputs, _| {
            let evidence = outputs[0].verdict().unwrap().evidence.iter().filter(|piece| piece.met);
            let said: Vec<String> = evidence.map(crate::cli::reason::line).collect();
            assert_eq!(said, expected, "{text}");
        });
    };
    check("@TelkomCare los merah", &["complaint: los merah", "media_threat <- _again: los merah"]);
    check("@TelkomCare ke media massa", &["media_threat <- threat: ke media massa"]);
}
