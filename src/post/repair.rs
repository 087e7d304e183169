//! Mends records that no JSON reader takes: half a character where a relay cut a text (D12).
//!
//! Only for records that could not be read as they are: it costs a copy.

use std::borrow::Cow;

use super::{CaseEvent, Post, Str};

/// Returns the record with U+FFFD in place of every half of a surrogate pair and of every byte that is no UTF-8; `None`
/// if there is none of either.
pub fn mended(record: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(record);
    let whole = without_halves(&text);
    match (text, whole) {
        (_, Some(whole)) => Some(whole.into_bytes()),
        (Cow::Owned(text), None) => Some(text.into_bytes()),
        (Cow::Borrowed(_), None) => None,
    }
}

/// Returns `text` with U+FFFD in place of escaped halves; `None` if there is none. Outside of strings a backslash is no JSON
/// anyway, so that strings need not be told apart.
fn without_halves(text: &str) -> Option<String> {
    let mut whole = String::new();
    let (mut kept, mut at) = (0, 0);
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        let escape = at + found;
        at = match (unit(text, escape), unit(text, escape + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => escape + 12,
            (Some(0xD800..=0xDFFF), _) => {
                whole.push_str(text.get(kept..escape).unwrap_or_default());
                whole.push('\u{FFFD}');
                kept = escape + 6;
                kept
            }
            (Some(_), _) => escape + 6,
            // The escaped character may have several bytes; what is no escape is not mended here.
            (None, _) => escape + 1 + text.get(escape + 1..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8),
        };
    }
    (kept > 0).then(|| {
        whole.push_str(text.get(kept..).unwrap_or_default());
        whole
    })
}

/// Returns the UTF-16 unit of the escape `\uXXXX` at `at`.
fn unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Returns a mended post: a name that was broken is not the name, and two of them could become one.
///
/// `None` if its own id was broken.
pub fn post(mut post: Post<'_>) -> Option<Post<'static>> {
    if is_broken(&post.post_id) {
        return None;
    }
    let ids = [&mut post.version, &mut post.conversation_id, &mut post.parent_id, &mut post.in_reply_to_author_id];
    ids.into_iter().for_each(leave_out);
    if let Some(author) = &mut post.author {
        leave_out(&mut author.id);
        leave_out(&mut author.handle);
    }
    for mention in &mut post.mentions {
        leave_out(&mut mention.id);
    }
    post.mentions.retain(|mention| !is_broken(&mention.handle));
    Some(post.into_owned())
}

/// Returns a mended case event; `None` if what names the event or the case was broken.
pub fn case_event(event: CaseEvent<'_>) -> Option<CaseEvent<'static>> {
    let names = [Some(&event.event_id), Some(&event.case_id), event.customer.as_ref(), event.post_id.as_ref()];
    let broken = names.into_iter().flatten().any(|name| is_broken(name));
    (!broken).then(|| event.into_owned())
}

fn is_broken(name: &str) -> bool {
    name.contains('\u{FFFD}')
}

fn leave_out(name: &mut Option<Str<'_>>) {
    if name.as_ref().is_some_and(|name| is_broken(name)) {
        *name = None;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_of_characters() {
        let check = |record: &[u8], expected: Option<&str>| {
            assert_eq!(mended(record).map(|bytes| String::from_utf8(bytes).unwrap()).as_deref(), expected);
        };
        check(br#"{"text":"mati \ud83d"}"#, Some("{\"text\":\"mati \u{FFFD}\"}"));
        check(br#"{"text":"\ude2d mati"}"#, Some("{\"text\":\"\u{FFFD} mati\"}"));
        check(br#"{"t\uD83Dxt":"\ud83d\ud83d\ude2d"}"#, Some("{\"t\u{FFFD}xt\":\"\u{FFFD}\\ud83d\\ude2d\"}"));
        check(br#"{"text":"\ud83d\\ude2d"}"#, Some("{\"text\":\"\u{FFFD}\\\\ude2d\"}"));
        check(br#"{"text":"\\ud83d"}"#, None);
        check(br#"{"text":"\ud83d\ude2d \u0041 \n"}"#, None);
        check(b"{\"text\":\"mati \xf0\x9f\"}", Some("{\"text\":\"mati \u{FFFD}\"}"));
        check(b"{\"text\":\"mati \\", None);
        check(b"\\ud83", None);
    }

    #[test]
    fn broken_names_are_left_out() {
        let json = "{\"platform\":\"x\",\"post_id\":\"1\",\"created_at\":\"2026-01-07T03:01:12Z\",\"version\":\"\u{FFFD}\",\
                    \"author\":{\"id\":\"4\u{FFFD}\",\"handle\":\"contoh\",\"name\":\"Budi \u{FFFD}\"},\"mentions\":[{\"handle\":\"a\u{FFFD}\"},{\"handle\":\"b\",\"id\":\"\u{FFFD}\"}]}";
        let whole = post(serde_json::from_str(json).unwrap()).unwrap();
        let author = whole.author.unwrap();
        assert_eq!((author.id, author.handle.as_deref(), author.name.as_deref()), (None, Some("contoh"), Some("Budi \u{FFFD}")));
        assert_eq!((whole.version, whole.mentions.len(), whole.mentions[0].id.clone()), (None, 1, None));
        let json = json.replace("\"post_id\":\"1\"", "\"post_id\":\"1\u{FFFD}\"");
        assert_eq!(post(serde_json::from_str(&json).unwrap()), None);
    }

    proptest! {
        /// Whatever stands between the quotes, a mended string can be read unless it is broken in another way too.
        #[test]
        fn escapes_of_any_units(units in prop::collection::vec(any::<u16>(), 0..20)) {
            let escaped: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("\"{escaped}\"");
            let read: String = match mended(json.as_bytes()) {
                Some(whole) => serde_json::from_slice(&whole).unwrap(),
                None => serde_json::from_str(&json).unwrap(),
            };
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }

        #[test]
        fn any_bytes(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\\'), Just(b'u'), Just(b'd')], 0..60)) {
            if let Some(whole) = mended(&bytes) {
                prop_assert!(mended(&whole).is_none());
            }
        }
    }
}
