//! Account names in a text, and which of them the platform put there.
//!
//! A reply on X begins with the handles of the people it answers; the author did not write them: such a mention is `implicit` (D42).

use crate::post::{Mention, Platform, Post, Str, handle};

/// Returns the number of characters up to which mentions are implicit: told by `display_range`, else the handles that a
/// reply begins with, else none.
pub(super) fn implicit_until(text: &str, display_range: Option<&[i64]>, is_reply: bool) -> usize {
    match display_range.and_then(|range| range.first()) {
        Some(start) => usize::try_from(*start).unwrap_or(0),
        None if is_reply => leading(text).1,
        None => 0,
    }
}

/// Mentions by name alone, as some feeds list them; in a reply those that the text begins with are implicit.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = Str<'a>>, text: &str, is_reply: bool) -> Vec<Mention<'a>> {
    let implicit = if is_reply { leading(text).0 } else { Vec::new() };
    let mention = |name: Str<'a>| {
        let handle = super::wire::without_sign('@', &name)?;
        let implicit = implicit.iter().any(|leading| leading.eq_ignore_ascii_case(&handle));
        Some(Mention { handle, implicit, ..Mention::default() })
    };
    names.into_iter().filter_map(mention).collect()
}

/// Notes whom `post` answers, where the feed tells the name: whose id it is, a mention in the record then shows.
pub(super) fn note_answered<'a>(post: &mut Post<'a>, name: Option<Str<'a>>) {
    let Some(handle) = name.and_then(|name| super::wire::without_sign('@', &name)) else { return };
    post.is_reply = true;
    let answered = &mut post.in_reply_to_author_id;
    match post.mentions.iter_mut().find(|mention| mention.handle.eq_ignore_ascii_case(&handle)) {
        Some(mention) if answered.is_some() => mention.id = mention.id.take().or_else(|| answered.clone()),
        Some(mention) => *answered = mention.id.clone().or_else(|| Some(handle.to_lowercase().into())),
        None => {
            let id = answered.clone();
            answered.get_or_insert_with(|| handle.to_lowercase().into());
            post.mentions.push(Mention { handle, id, implicit: true, profile: None });
        }
    }
}

/// Returns the mentions of a text whose feed lists none.
pub(super) fn of_text<'a>(text: &str, platform: Platform, implicit_until: usize) -> Vec<Mention<'a>> {
    let (mut mentions, mut last_end) = (Vec::new(), None);
    let signs = text.char_indices().enumerate().filter(|(_, (_, symbol))| matches!(symbol, '@' | '\u{FF20}'));
    for (place, (at, sign)) in signs {
        let Some(end) = handle::end(text, at, platform, last_end == Some(at)) else { continue };
        last_end = Some(end);
        let name = text.get(at + sign.len_utf8()..end).unwrap_or_default();
        let implicit = place + 1 + name.len() <= implicit_until;
        mentions.push(Mention { handle: Str::from(name.to_owned()), implicit, ..Mention::default() });
    }
    mentions
}

/// Returns the handles that `text` begins with, and how many characters they and the spaces between them take.
fn leading(text: &str) -> (Vec<&str>, usize) {
    let (mut names, mut rest, mut end) = (Vec::new(), text, 0);
    loop {
        let start = rest.trim_start();
        let spaces = rest.chars().count() - start.chars().count();
        let Some(after) = start.strip_prefix('@') else { break };
        // Its length in bytes is its length in characters.
        let name = after.get(..handle::length(after, Platform::X)).unwrap_or_default();
        if name.is_empty() {
            break;
        }
        names.push(name);
        end += spaces + 1 + name.len();
        rest = after.get(name.len()..).unwrap_or_default();
    }
    (names, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(mentions: &[Mention<'_>]) -> String {
        let one = |mention: &Mention<'_>| format!("{}{}", &*mention.handle, if mention.implicit { "*" } else { "" });
        mentions.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn handles_of_a_text() {
        let check = |text: &str, platform: Platform, is_reply: bool, expected: &str| {
            let until = implicit_until(text, None, is_reply);
            assert_eq!(spell(&of_text(text, platform, until)), expected, "{text}");
        };
        check("@TelkomCare mati lagi, cc @contoh_1", Platform::X, false, "TelkomCare contoh_1");
        check("@TelkomCare @contoh mati, cc @lain", Platform::X, true, "TelkomCare* contoh* lain");
        check("halo @TelkomCare", Platform::X, true, "TelkomCare");
        check("kirim ke budi@contoh.id atau .@contoh!", Platform::X, false, "contoh");
        check("kak @toko.contoh. tolong", Platform::Instagram, false, "toko.contoh");
        check("😭 @ @@contoh", Platform::X, false, "");
        check("@TelkomCare.kapan \u{FF20}contoh", Platform::X, false, "TelkomCare contoh");
        check("@TelkomCare@IndiHome mati", Platform::X, true, "TelkomCare* IndiHome*");
    }

    #[test]
    fn who_is_answered_is_named_by_a_mention() {
        let check = |id: Option<&'static str>,
                     mention: Option<(&'static str, Option<&'static str>)>,
                     expected: (&str, &str, Option<&str>)| {
            let listed = mention.map(|(handle, id)| Mention { handle: handle.into(), id: id.map(Into::into), ..Mention::default() });
            let mut post = Post { in_reply_to_author_id: id.map(Into::into), mentions: listed.into_iter().collect(), ..Post::default() };
            note_answered(&mut post, Some("@Contoh".into()));
            let named = &post.mentions[0];
            assert_eq!(
                (post.in_reply_to_author_id.as_deref().unwrap(), &*named.handle, named.id.as_deref()),
                expected,
                "{id:?} {mention:?}"
            );
            assert!(post.is_reply && post.mentions.len() == 1 && named.implicit == mention.is_none());
        };
        check(Some("7"), None, ("7", "Contoh", Some("7")));
        check(None, None, ("contoh", "Contoh", None));
        check(Some("7"), Some(("contoh", None)), ("7", "contoh", Some("7")));
        check(Some("7"), Some(("contoh", Some("8"))), ("7", "contoh", Some("8")));
        check(None, Some(("contoh", Some("8"))), ("8", "contoh", Some("8")));
        check(None, Some(("contoh", None)), ("contoh", "contoh", None));
    }

    #[test]
    fn a_display_range_wins_over_guessing() {
        assert_eq!(implicit_until("@a @b halo", Some(&[3, 10]), true), 3);
        assert_eq!(implicit_until("@a @b halo", Some(&[0, 10]), true), 0);
        assert_eq!(implicit_until("@a @b halo", Some(&[-1]), true), 0);
        assert_eq!(implicit_until("@a @b halo", None, true), 5);
        assert_eq!(implicit_until("@a @b halo", Some(&[]), false), 0);
    }

    #[test]
    fn listed_names_are_implicit_where_a_reply_begins_with_them() {
        let check = |names: &[&'static str], text: &str, is_reply: bool, expected: &str| {
            assert_eq!(spell(&listed(names.iter().map(|&name| Str::from(name)), text, is_reply)), expected, "{text}");
        };
        check(&["@telkomcare", "lain", " "], "@TelkomCare mati @lain", true, "telkomcare* lain");
        check(&["@telkomcare"], "@TelkomCare mati", false, "telkomcare");
    }
}
