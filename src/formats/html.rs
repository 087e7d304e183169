//! HTML entities in the text of a post.

use html_escape::decode_html_entities;

use crate::post::Str;

/// Returns `text` with its entities decoded; twice, because relays escape what is already escaped (`&amp;lt;`), and
/// never a third time, because then the author himself wrote the entity.
pub(super) fn unescape(text: Str<'_>) -> Str<'_> {
    if !text.contains('&') {
        return text;
    }
    let once = decode_html_entities(text.as_str());
    Str::from(decode_html_entities(&*once).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_at_most_twice_and_leaves_other_ampersands() {
        let check = |text: &'static str, decoded: &str| assert_eq!(unescape(text.into()), decoded);
        check("A &amp; B", "A & B");
        check("&amp;lt;3", "<3");
        check("&amp;amp;lt;3", "&lt;3");
        check("&#39;ok&#x27; &quot;x&quot;", "'ok' \"x\"");
        check("AT&T & co?a=1&copy=2", "AT&T & co?a=1&copy=2");
        check("polos", "polos");
    }
}
