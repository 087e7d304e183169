use std::fmt::Write;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::config::reader::Source;
use crate::formats::samples::summary;
use crate::formats::{Raw, read};
use crate::post::OwnAccounts;
use crate::problem::Reporter;

/// The worked example that ships.
const EXAMPLE: &str = include_str!("../../../config/feeds/contoh.toml");

/// A map without ornaments; rows of tests replace one part of it or add to its `[post]`.
const PLAIN: &str = r#"name = "contoh"
[when]
has = ["/teks", "/no"]
[post]
platform = { value = "other" }
post_id = "/no"
text = "/teks"
created_at = "/jam"
"#;

/// A map that takes any value for any field.
const ODD: &str = r#"name = "ganjil"
posts = "/items"
[when]
has = "/ganjil"
[post]
platform = ["/kind", "^/kind"]
post_id = ["/uid", "/id", "^/id"]
text = ["/body", "/name", "/items"]
created_at = ["/when", "^/when"]
event_kind = "/kind"
mentions = "/by"
hashtags = "/items"
urls = "^/by"
media_count = "/items/0"
is_reply = "/by/id"
own = "/name"
subject = "/kind"
author.id = ["/by/id", "/by/0"]
author.handle = "/by"
author.followers = "/id"
"#;

const AT: &str = "2025-01-07T03:01:00.000Z";

fn compiled(documents: &[&str]) -> (FieldMaps, String) {
    let reporter = Reporter::default();
    let sources: Vec<Source> = documents.iter().map(|document| Source::new("feed.toml", document)).collect();
    let maps = FieldMaps::compile(&sources, &reporter);
    (maps, reporter.into_problems().to_string())
}

fn edited(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

fn outcome(maps: &FieldMaps, format: Option<&str>, json: &str) -> String {
    let own = OwnAccounts::default();
    let received_at = Millis::parse("2025-01-07T03:05:00.000Z").unwrap();
    match read(&Raw { bytes: json.as_bytes(), format, received_at, own: &own, maps }) {
        Ok(reading) => summary(&reading),
        Err(rejected) => rejected.code.to_owned(),
    }
}

#[test]
fn the_example_reads_its_samples_and_more() {
    let (maps, problems) = compiled(&[EXAMPLE]);
    assert_eq!(problems, "");
    let check = |format: Option<&str>, json: &str, expected: &str| assert_eq!(outcome(&maps, format, json), expected, "{json}");
    let list = |posts: &str| format!(r#"{{"vendor":"contoh","network":"TW","items":[{posts}]}}"#);
    let good = r#"{"uid":7,"when":"07/01/2025 10:01","by":{"id":9},"body":"@TelkomCare mati &amp; dingin"}"#;
    let post = format!("create x:9 7 {AT} \"@TelkomCare mati & dingin\" [TelkomCare]");
    check(None, &list(good), &post);
    check(None, &list(&format!("{good},{{}}")), &format!("{post}\nbad 1 missing_field"));
    check(None, &format!("{}\n{}", list(good), list(good)), &format!("{post}\n{post}"));
    check(None, &format!("{}\n{{", list(good)), &format!("{post}\nbad 1 bad_json"));
    check(None, &format!("[{},{}]", list(good), list(good)), &format!("{post}\n{post}"));
    check(None, &list(r#"{"uid":7,"when":"kemarin","body":"mati"}"#), "bad_time");
    check(None, &list(""), "no_post");
    check(None, r#"{"vendor":"lain","network":"TW","items":[]}"#, "unknown_format");
    check(Some(" Contoh_Feed"), r#"{"items":[]}"#, "no_post");
    check(Some("contoh_feed"), r#"{"isi":[]}"#, "missing_field");
    check(Some("tidak_ada"), &list(good), "unknown_format");
    let misspelt =
        Raw { bytes: b"{}", format: Some("contoh_fed"), received_at: Millis::default(), own: &OwnAccounts::default(), maps: &maps };
    assert!(read(&misspelt).is_err_and(|rejected| rejected.message.ends_with("meltwater, contoh_feed.")));
    check(Some("x_v2"), &list(good), "no_post");
    check(None, &list(&edited(good, "{", r#"{"kind":"baru","#)), &edited(&post, "create", "unknown"));
    check(None, &list(&edited(good, "{", r#"{"kind":"gone","#)), &format!("delete x:9 7 {AT} \"\""));
}

#[test]
fn records_that_another_reader_takes_for_its_own_or_that_are_not_whole() {
    let (maps, _) = compiled(&[EXAMPLE]);
    let record = |more: &str, text: &str| {
        format!(r#"{{"vendor":"contoh","network":"TW",{more}"items":[{{"uid":7,"when":1736218860000,"body":"{text}"}}]}}"#)
    };
    let check = |json: &str, text: &str| assert_eq!(outcome(&maps, None, json), format!("create x:post:7 7 {AT} {text:?}"), "{json}");
    // Keys of empty pages and of a stream's notices.
    check(&record(r#""meta":{},"#, "mati"), "mati");
    check(&record(r#""warning":null,"limit":10,"#, "mati"), "mati");
    check(&record("", r"mati \ud83d"), "mati \u{fffd}");
}

#[test]
fn fields_are_read_as_the_canonical_record_wants_them() {
    let check = |field: &str, value: &str, expected: &str| {
        let (maps, problems) = compiled(&[&format!("{PLAIN}{field}\n")]);
        assert_eq!(problems, "", "{field}");
        let json = format!(r#"{{"no":1,"teks":"mati","jam":1736218860,"v":{value}}}"#);
        assert_eq!(outcome(&maps, None, &json), expected, "{field} {value}");
    };
    let post = format!("create other:post:1 1 {AT} \"mati\"");
    check(r#"mentions = "/v""#, r#"["@a", "", 7]"#, &format!("{post} [a 7]"));
    check(r#"mentions = "/v""#, r#""b""#, &format!("{post} [b]"));
    check(r#"media_count = "/v""#, "[{},{}]", &format!("{post} media 2"));
    check(r#"media_count = "/v""#, r#""3""#, &format!("{post} media 3"));
    check(r#"media_count = "/v""#, r#""banyak""#, &post);
    check(r#"is_repost = "/v""#, r#""True""#, &format!("{post} repost"));
    check(r#"is_repost = { from = "/v", values = { RT = true } }"#, r#""rt""#, &format!("{post} repost"));
    check(r#"is_repost = { from = "/v", values = { RT = true } }"#, r#""lain""#, &post);
    check(r#"parent_id = "/v""#, r#""0x1""#, &format!("{post} parent 0x1 reply"));
    check(r#"author.handle = "/v""#, r#""@akun""#, &edited(&post, "post:1", "akun"));
    check(r#"author.id = "/v""#, "[]", &post);
    check(r#"lang = { from = "/v", required = true }"#, r#""id""#, &post);
    check(r#"lang = { from = "/v", required = true }"#, "null", "missing_field");
}

#[test]
fn what_a_post_cannot_do_without_is_not_guessed() {
    let (maps, _) = compiled(&[&edited(PLAIN, r#"{ value = "other" }"#, r#""/di""#)]);
    let check = |platform: &str, id: &str, text: &str, expected: &str| {
        let json = format!(r#"{{"no":{id},"teks":{text},"jam":1736218860,"di":{platform}}}"#);
        assert_eq!(outcome(&maps, None, &json), expected, "{json}");
    };
    check(r#""Twitter""#, "1", r#""mati""#, &format!("create x:post:1 1 {AT} \"mati\""));
    check(r#""papan""#, r#""a b""#, "12", &format!("create other:post:a b a b {AT} \"12\""));
    check("null", "1", r#""""#, &format!("create other:post:1 1 {AT} \"\""));
    check("[]", "1", r#""mati""#, "bad_field");
    check(r#""x""#, "1.5", r#""mati""#, "bad_field");
    check(r#""x""#, "1", "{}", "bad_field");
    check(r#""x""#, r#"" ""#, r#""mati""#, "missing_field");
}

#[test]
fn times_are_read_as_the_map_says() {
    let check = |time: &str, written: &str, expected: &str| {
        let (maps, problems) = compiled(&[&format!("{PLAIN}[time]\n{time}\n")]);
        assert_eq!(problems, "", "{time}");
        let found = outcome(&maps, None, &format!(r#"{{"no":1,"teks":"mati","jam":{written}}}"#));
        let expected = if expected == "bad_time" { expected.to_owned() } else { format!("create other:post:1 1 {expected} \"mati\"") };
        assert_eq!(found, expected, "{time} {written}");
    };
    check("", r#""2025-01-07 10:01:00 WIB""#, AT);
    check(r#"formats = "epoch_s""#, "1736218860", AT);
    check(r#"formats = "epoch_ms""#, r#""1736218860000""#, AT);
    check(r#"formats = "epoch_s""#, "99999999999999", "bad_time");
    check(r#"formats = ["epoch_s", "rfc3339"]"#, r#""2025-01-07T10:01:00+07:00""#, AT);
    check("formats = \"%d %b %y %I:%M %p\"\nzone = \"+07:00\"", r#""07 Jan 25 10:01 AM""#, AT);
    check(r#"formats = "%Y%m%d %H%M %z""#, r#""20250107 1001 +0700""#, AT);
    check(r#"formats = "rfc3339""#, "[]", "bad_time");
    check(r#"formats = "rfc3339""#, "null", "2025-01-07T03:05:00.000Z");
}

/// What is replaced in the example, and by what.
const MISTAKES: [(&str, &str); 27] = [
    ("posts =", "post_s ="),
    ("text =", "txt ="),
    ("\"/body\"", "\"body\""),
    ("\"/body\"", "\"/bo~dy\""),
    ("\"/body\"", "7"),
    ("\"/vendor\" =", "\"vendor\" ="),
    ("has = [\"/items\"]\nequals = { \"/vendor\" = \"contoh\" }", ""),
    ("TW = \"x\"", "TW = \"twitter\""),
    ("value = \"create\"", "value = \"new\""),
    ("from = \"^/network\", values = { TW = \"x\", FB = \"facebook\" }", ""),
    ("\"/by/name\"", "{ from = \"/by/name\", needed = true }"),
    ("%d/%m/%Y", "%d/%Q/%Y"),
    ("%d/%m/%Y %H:%M", "%d/%m/%Y"),
    ("zone = \"+07:00\"", ""),
    ("%H:%M\"", "%H:%M %z\""),
    ("\"+07:00\"", "\"WIB\""),
    ("\"contoh_feed\"", "\"meltwater\""),
    ("\"contoh_feed\"", "\"contoh feed\""),
    ("post_id = \"7\"", "post_id = \"8\""),
    ("author.id = \"9\"", "author.id = \"8\""),
    ("mentions = [\"TelkomCare\"]", "mentions = []"),
    ("reject = \"missing_field\"", "reject = \"bad_time\""),
    ("reject = \"missing_field\"", ""),
    ("  { post_id = \"7\"", "  {}, { post_id = \"7\""),
    ("{\"vendor\": \"contoh\"", "{\"vendor\": \"lain\""),
    ("[{\"when\"", "{\"when\""),
    ("record = '''{", "rekord = '''{"),
];

#[test]
fn mistakes_are_named_with_their_place() {
    let told = MISTAKES.iter().fold(String::new(), |mut told, (from, to)| {
        let found = compiled(&[&edited(EXAMPLE, from, to)]).1;
        assert!(found.lines().all(|line| line.starts_with("feed.toml:")) && !found.is_empty(), "{to}: {found}");
        write!(told, "{} -> {}\n{found}\n\n", from.replace('\n', " "), if to.is_empty() { "nothing" } else { to }).unwrap();
        told
    });
    insta::assert_snapshot!(told);
}

#[test]
fn two_maps_must_not_recognise_the_same() {
    let second = |when: &str| edited(&edited(PLAIN, "\"contoh\"", "\"lain\""), "has = [\"/teks\", \"/no\"]", when);
    let sample = "[[sample]]\nrecord = '{\"no\":1,\"teks\":\"mati\",\"jenis\":\"a\"}'\nexpect = [{ post_id = 1 }]\n";
    let check = |when: &str, expected: &str| {
        assert_eq!(compiled(&[&format!("{PLAIN}{sample}"), &second(when)]).1, expected, "{when}");
    };
    let same = "feed.toml:1:8: error: `lain` and `contoh` recognise the same records (name a key or a value in `when` that the other feed has not)";
    check("has = \"/teks\"", same);
    check("has = [\"/no\", \"/teks\"]\nequals = { \"/jenis\" = \"a\" }", same);
    check("equals = { \"/jenis\" = \"a\" }", "feed.toml:10:10: error: `contoh` and `lain` both recognise the sample");
    check("equals = { \"/jenis\" = \"b\" }", "");

    let (maps, problems) = compiled(&[PLAIN, &second("has = [\"/teks\", \"/jenis\"]")]);
    assert_eq!(problems, "");
    let both = r#"{"no":1,"teks":"mati","jenis":"a"}"#;
    assert_eq!(outcome(&maps, None, both), "unknown_format");
    assert_eq!(outcome(&maps, Some("contoh"), both), "create other:post:1 1 2025-01-07T03:05:00.000Z \"mati\"");
}

#[test]
fn a_sample_that_another_reader_reads_is_told_of() {
    let map = edited(PLAIN, "\"/teks\", \"/no\"", "\"/documents\"").replace("\"/no\"", "\"/documents/0/id\"");
    let sample = "[[sample]]\nrecord = '{\"documents\":[{\"id\":\"1\"}]}'\nexpect = [{ post_id = 1 }]\n";
    let expected = "feed.toml:10:10: warning: `meltwater` reads the sample before `contoh` is asked (let the records of this feed carry the header `format` with `contoh`)";
    assert_eq!(compiled(&[&format!("{map}{sample}")]).1, expected);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[@#a-z0-9/: &\u{e9}\u{1f600}]{0,12}".prop_map(Value::from),
        Just(json!("07/01/2025 10:01")),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let key = prop_oneof![Just("uid"), Just("when"), Just("by"), Just("id"), Just("body"), Just("items"), Just("name"), Just("kind")];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.prop_map(str::to_owned), inner), 0..6).prop_map(|all| Value::Object(all.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_posts_or_a_reason(record in any_json(), items in any_json()) {
        static MAPS: LazyLock<FieldMaps> = LazyLock::new(|| compiled(&[EXAMPLE, ODD]).0);
        let check = |format: Option<&str>, json: &Value| {
            let found = outcome(&MAPS, format, &json.to_string());
            prop_assert!(!found.is_empty() && found != "bad_json", "{found}");
            Ok(())
        };
        check(Some("contoh_feed"), &record)?;
        check(None, &json!({"vendor": "contoh", "network": "TW", "items": items}))?;
        check(None, &json!({"ganjil": 1, "items": items, "by": record, "when": 1, "id": "a", "kind": record}))?;
    }

    #[test]
    fn any_document_is_a_map_or_its_mistakes_are_told(from in any::<prop::sample::Index>(), length in 0..12_usize, piece in "[\"=\\[\\]{}~/^a%\n']{0,4}") {
        let mut text: Vec<char> = EXAMPLE.chars().collect();
        let from = from.index(text.len());
        text.splice(from..(from + length).min(text.len()), piece.chars());
        let (maps, _) = compiled(&[&text.into_iter().collect::<String>()]);
        let found = outcome(&maps, Some("contoh_feed"), r#"{"items":[{"uid":1,"when":"07/01/2025 10:01"}]}"#);
        prop_assert!(!found.is_empty());
    }
}
