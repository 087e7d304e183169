//! Test support: one sample of each format under `config/samples/formats/`, and a one-line spelling of what was read.

use std::sync::LazyLock;

use super::*;

/// The samples that operators find in the configuration, by format name.
const SAMPLES: [(&str, &[u8]); 13] = [
    ("telkomcare.post.v1", include_bytes!("../../config/samples/formats/telkomcare.post.v1.json")),
    ("telkomcare.case_event.v1", include_bytes!("../../config/samples/formats/telkomcare.case_event.v1.json")),
    ("x_v2", include_bytes!("../../config/samples/formats/x_v2.json")),
    ("x_activity", include_bytes!("../../config/samples/formats/x_activity.json")),
    ("x_v1", include_bytes!("../../config/samples/formats/x_v1.json")),
    ("x_compliance", include_bytes!("../../config/samples/formats/x_compliance.json")),
    ("facebook_page", include_bytes!("../../config/samples/formats/facebook_page.json")),
    ("instagram", include_bytes!("../../config/samples/formats/instagram.json")),
    ("email", include_bytes!("../../config/samples/formats/email.json")),
    ("sprinklr", include_bytes!("../../config/samples/formats/sprinklr.json")),
    ("brandwatch", include_bytes!("../../config/samples/formats/brandwatch.json")),
    ("talkwalker", include_bytes!("../../config/samples/formats/talkwalker.json")),
    ("meltwater", include_bytes!("../../config/samples/formats/meltwater.json")),
];

fn raw<'a>(format: Option<&'a str>, bytes: &'a [u8]) -> Raw<'a> {
    static MAPS: LazyLock<FieldMaps> = LazyLock::new(FieldMaps::default);
    static OWN: LazyLock<OwnAccounts> = LazyLock::new(|| OwnAccounts::default().with_contact_forms(["Formulir@Contoh.id"]));
    Raw { bytes, format, received_at: Millis::parse("2025-01-07T03:05:00.000Z").unwrap(), own: &OWN, maps: &MAPS }
}

/// Reads `json`, which must be readable.
pub(super) fn read_as<'a>(format: Option<&'a str>, json: &'a str) -> Reading<'a> {
    read(&raw(format, json.as_bytes())).unwrap_or_else(|rejected| panic!("{rejected:?}: {json}"))
}

/// Why `json` is not read.
pub(super) fn rejection(format: Option<&str>, json: &str) -> Rejected {
    read(&raw(format, json.as_bytes())).expect_err(json)
}

/// The only post of `json`.
pub(super) fn post_of<'a>(format: Option<&'a str>, json: &'a str) -> Post<'a> {
    match read_as(format, json).items.into_iter().next() {
        Some(Item::Post(post)) => post,
        other => panic!("{other:?}"),
    }
}

/// What was read, one line an item: kind, customer, id@version, time, text, \[mentions, implicit ones with `*`\], then
/// whatever else is out of the ordinary.
pub(super) fn summary(reading: &Reading<'_>) -> String {
    let mut lines: Vec<String> = reading.items.iter().map(line).collect();
    lines.extend(reading.bad.iter().map(|bad| format!("bad {} {}", bad.index, bad.code)));
    lines.join("\n")
}

fn line(item: &Item<'_>) -> String {
    let customer = item.customer(&OwnAccounts::default());
    let post = match item {
        Item::Post(post) => post,
        Item::CaseEvent(event) => return format!("event {} {customer}", event.event.name()),
    };
    let kind = serde_json::to_value(post.event_kind).unwrap();
    let version = post.version.as_ref().map(|version| format!("@{}", &**version)).unwrap_or_default();
    let mut line = format!("{} {customer} {}{version} {} {:?}", kind.as_str().unwrap(), &*post.post_id, post.created_at, &*post.text);
    if !post.mentions.is_empty() {
        let names = post.mentions.iter().map(|mention| format!("{}{}", &*mention.handle, if mention.implicit { "*" } else { "" }));
        line += &format!(" [{}]", names.collect::<Vec<_>>().join(" "));
    }
    let quoted = post.quoted_text.as_ref().map(|quoted| format!("quoted {:?}", &**quoted));
    let parent = post.parent_id.as_ref().map(|parent| format!("parent {}", &**parent));
    let answered = post.in_reply_to_author_id.as_ref().map(|author| format!("answers {}", &**author));
    let conversation = post.conversation_id.as_ref().filter(|id| **id != post.post_id).map(|id| format!("in {}", &**id));
    let media = (post.media_count > 0).then(|| format!("media {}", post.media_count));
    for fact in [conversation, parent, answered, quoted, media].into_iter().flatten() {
        line += &format!(" {fact}");
    }
    let flags = [
        (post.is_reply, "reply"),
        (post.is_repost, "repost"),
        (post.is_quote, "quote"),
        (post.own == Some(true), "own"),
        (post.auto_reply, "auto"),
        (post.on_own_page == Some(true), "on_own_page"),
    ];
    for (_, flag) in flags.iter().filter(|(set, _)| *set) {
        line += &format!(" {flag}");
    }
    line
}

#[test]
fn every_sample_is_detected_and_reads_as_reviewed() {
    for (name, bytes) in SAMPLES {
        let received_at = Millis::parse("2025-11-16T06:00:00.000Z").unwrap();
        let reading = read(&Raw { received_at, ..raw(None, bytes) }).unwrap_or_else(|rejected| panic!("{name}: {rejected:?}"));
        assert_eq!((reading.format.name(), reading.bad.len()), (name, 0));
        let mut written = String::new();
        for item in &reading.items {
            let mut json = Vec::new();
            item.write_json(&mut json);
            let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
            written += &format!("{}\n{value:#}\n", item.customer(&OwnAccounts::default()));
            // What ingest writes is what triage reads.
            let text = String::from_utf8(json).unwrap();
            assert_eq!(read_as(None, &text).items, std::slice::from_ref(item), "{name}");
        }
        insta::assert_snapshot!(name, written);
    }
}

mod hostile {
    use proptest::prelude::*;

    use super::*;

    /// Whatever the bytes, the answer is items or a reason, and no message repeats what the record says.
    fn check(format: Option<&str>, bytes: &[u8]) {
        match read(&raw(format, bytes)) {
            Ok(reading) => {
                assert!(!reading.items.is_empty());
                for item in &reading.items {
                    let mut json = Vec::new();
                    item.write_json(&mut json);
                    assert!(!item.customer(&OwnAccounts::default()).as_str().is_empty());
                    serde_json::from_slice::<serde_json::Value>(&json).unwrap();
                }
            }
            Err(rejected) => {
                assert!(rejected.message.ends_with('.') && !rejected.code.is_empty());
                assert!(!rejected.message.contains("contoh") && !rejected.message.contains("internet"), "{}", rejected.message);
            }
        }
    }

    fn any_format() -> impl Strategy<Value = Option<&'static str>> {
        prop_oneof![Just(None), (0..formats().len()).prop_map(|i| Some(formats()[i].name()))]
    }

    proptest! {
        #[test]
        fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200), format in any_format()) {
            check(format, &bytes);
        }

        #[test]
        fn truncated_samples(sample in 0..SAMPLES.len(), share in 0.0..1.0_f64) {
            let bytes = SAMPLES[sample].1;
            check(None, &bytes[..(bytes.len() as f64 * share) as usize]);
        }

        #[test]
        fn mutated_samples(
            sample in 0..SAMPLES.len(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(b'"'), Just(b'0'), Just(b'['), Just(b',')]), 1..6),
            format in any_format(),
        ) {
            let mut bytes = SAMPLES[sample].1.to_vec();
            for (at, byte) in edits {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            check(None, &bytes);
            check(format, &bytes);
        }

        #[test]
        fn values_of_another_type(
            sample in 0..SAMPLES.len(),
            at in any::<prop::sample::Index>(),
            value in prop_oneof![
                Just("null"), Just("7"), Just("-1.5"), Just("true"), Just("{}"), Just("[]"), Just("[{}]"), Just("[null]"),
                Just("\"\""), Just("\"@contoh &amp; <\""), Just("18446744073709551615"), Just("1e300"),
            ],
        ) {
            let mut json: serde_json::Value = serde_json::from_slice(SAMPLES[sample].1).unwrap();
            let count = nodes(&mut json, &mut |_, _| {});
            let chosen = at.index(count);
            nodes(&mut json, &mut |node, i| if i == chosen { *node = serde_json::from_str(value).unwrap() });
            check(None, json.to_string().as_bytes());
            check(Some(SAMPLES[sample].0), json.to_string().as_bytes());
        }
    }

    /// Visits every value of `json` with its number, parents last, and counts them.
    fn nodes(json: &mut serde_json::Value, visit: &mut dyn FnMut(&mut serde_json::Value, usize)) -> usize {
        fn walk(json: &mut serde_json::Value, next: &mut usize, visit: &mut dyn FnMut(&mut serde_json::Value, usize)) {
            match json {
                serde_json::Value::Array(all) => all.iter_mut().for_each(|one| walk(one, next, visit)),
                serde_json::Value::Object(all) => all.values_mut().for_each(|one| walk(one, next, visit)),
                _ => {}
            }
            visit(json, *next);
            *next += 1;
        }
        let mut count = 0;
        walk(json, &mut count, visit);
        count
    }
}

#[test]
fn limits_and_blank_records() {
    let page = |count: usize| format!(r#"{{"data":[{}],"meta":{{}}}}"#, vec![r#"{"id":"1","text":"a"}"#; count].join(","));
    assert_eq!(read_as(None, &page(MAX_ITEMS)).items.len(), MAX_ITEMS);
    assert_eq!(rejection(None, &page(MAX_ITEMS + 1)).code, "too_many");
    for blank in ["", " \r\n"] {
        assert_eq!(rejection(None, blank).code, "no_post");
    }
    assert_eq!(read(&raw(None, b"{\"schema\":\"telkomcare.post.v1\",\"text\":\"\xff\"}")).unwrap_err().code, "bad_json");
    let deep = "[".repeat(100_000);
    assert_eq!(rejection(None, &deep).code, "bad_json");
}
