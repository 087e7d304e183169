//! What people read about a decision.

use super::*;
use crate::cli::fixture;

fn render(recorded: &[Recorded<'_>], rules: &Rules) -> String {
    let mut out = String::new();
    explain(rules, recorded, |recorded, outputs, insight| {
        out.push_str(&Explanation { rules, recorded, outputs, insight }.page().plain());
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
