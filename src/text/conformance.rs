//! The published examples of twitter-text, the library in which X says what a mention, a hashtag and a link is: which of
//! them are followed, and why not the others.

use serde::Deserialize;
use serde_json::Value;

use super::{Acronyms, Facts, Span, VocabularyBuilder};
use crate::post::Platform;

/// A list of accounts, `@owner/list`: who writes `@IndiHome/teknisi` means our account, and what stands behind the stroke
/// are words of his.
const LIST: &str = "a list is a mention of its owner";
/// Where scripts without spaces run into each other, a word would be taken for a domain.
const OTHER_SCRIPT: &str = "no domain of another script without a protocol";

/// Examples that are not followed: group, description, reason.
const NOT_FOLLOWED: [(&str, &str, &str); 4] = [
    ("mentions_or_lists_with_indices", "Extract a list", LIST),
    ("mentions_or_lists_with_indices", "Extract a mention and list", LIST),
    ("mentions_or_lists_with_indices", "Extract a list in the middle of a Japanese tweet", LIST),
    ("urls", "Extract domain followed by Japanese characters", OTHER_SCRIPT),
];

#[derive(Deserialize)]
struct Suite {
    groups: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct Example {
    description: String,
    text: String,
    expected: Value,
}

fn facts_of(text: &str) -> Facts {
    let mut facts = Facts::default();
    facts.read(text, None, Platform::X, &VocabularyBuilder::default().build().0, &Acronyms::default());
    facts
}

fn cut(text: &str, span: Span, sign: u32) -> String {
    text.chars().skip((span.start + sign) as usize).take((span.end - span.start - sign) as usize).collect()
}

/// Returns what is found in the text of an example, in the form of its group.
fn found(group: &str, text: &str) -> Value {
    let facts = facts_of(text);
    let places = |spans: Vec<Span>, key: &str, sign: u32| -> Value {
        let one = |span: Span| {
            let mut one = serde_json::json!({ key: cut(text, span, sign), "indices": [span.start, span.end] });
            if group == "mentions_or_lists_with_indices" {
                one["list_slug"] = "".into();
            }
            one
        };
        spans.into_iter().map(one).collect()
    };
    let texts = |spans: Vec<Span>, sign: u32| -> Value { spans.into_iter().map(|span| cut(text, span, sign)).collect() };
    let spans = |named: &[super::Named]| named.iter().map(|named| named.span).collect::<Vec<_>>();
    let (handles, tags, links) = (spans(&facts.handles), spans(&facts.tags), facts.links.clone());
    match group {
        "mentions" => texts(handles, 1),
        "mentions_with_indices" | "mentions_or_lists_with_indices" => places(handles, "screen_name", 1),
        "replies" => {
            let begins = |handle: &&super::Named| handle.leading && text.chars().take(handle.span.start as usize).all(char::is_whitespace);
            facts.handles.first().filter(begins).map_or(Value::Null, |handle| cut(text, handle.span, 1).into())
        }
        "hashtags" | "hashtags_from_astral" => texts(tags, 1),
        "hashtags_with_indices" => places(tags, "hashtag", 1),
        "urls_with_indices" | "urls_with_directional_markers" => places(links, "url", 0),
        _ => texts(links, 0),
    }
}

#[test]
fn every_example_is_followed_or_listed_with_a_reason() {
    let suite: Suite = serde_json::from_str(include_str!("../../tests/conformance/twitter_text.json")).unwrap();
    let (mut count, mut wrong) = (0, Vec::new());
    for (group, examples) in suite.groups {
        for example in serde_json::from_value::<Vec<Example>>(examples).unwrap() {
            count += 1;
            let found = found(&group, &example.text);
            let follows = found == example.expected;
            let listed = NOT_FOLLOWED.iter().find(|(of, description, _)| *of == group && *description == example.description);
            if follows == listed.is_some() {
                let reason = listed.map(|(_, _, reason)| format!(" (listed: {reason})")).unwrap_or_default();
                wrong.push(format!("{group}: {}: {found} for {}{reason}", example.description, example.expected));
            }
        }
    }
    assert_eq!(count, 228);
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
