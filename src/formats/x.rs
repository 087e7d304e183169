//! What every feed that carries posts of X shares: times inside ids, addresses of posts, what is repeated of others, the old tick.

use super::handles;
use crate::post::{Mention, Millis, OwnAccounts, Platform, Post, Str, handle};

/// Returns when the post `id` was written, read from the id itself; `None` for ids from before November 2010.
pub(super) fn time_of_id(id: &str) -> Option<Millis> {
    const EPOCH: u64 = 1_288_834_974_657;
    const FIRST: u64 = 100_000_000_000_000;
    let id: u64 = id.parse().ok()?;
    let millis = i64::try_from((id >> 22) + EPOCH).ok()?;
    (id >= FIRST).then(|| Millis::new(millis))
}

/// Returns where people see the post.
pub(super) fn url_of<'a>(handle: Option<&str>, id: &str) -> Str<'a> {
    format!("https://x.com/{}/status/{id}", handle.unwrap_or("i")).into()
}

/// Returns the id of the post that `url` leads to.
pub(super) fn id_in_url(url: &str) -> Option<&str> {
    let (_, tail) = url.split_once("/status/").or_else(|| url.split_once("/statuses/"))?;
    let end = tail.find(|symbol: char| !symbol.is_ascii_digit()).unwrap_or(tail.len());
    tail.get(..end).filter(|id| !id.is_empty())
}

/// Returns the account whose post `url` leads to.
pub(super) fn handle_in_url(url: &str) -> Option<&str> {
    let (head, _) = url.split_once("/status/").or_else(|| url.split_once("/statuses/"))?;
    let (_, name) = head.rsplit_once('/')?;
    // `x.com/i/status` and `x.com/i/web/status` leave the name out.
    let is_name = !matches!(name, "" | "i" | "web") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name.then_some(name)
}

/// Returns `text` without `RT @name: ` in front; the prefix is the platform's.
pub(super) fn without_repost_prefix(text: Str<'_>) -> Str<'_> {
    match repeated(&text) {
        Some(("", _, own)) => Str::from(own.to_owned()),
        _ => text,
    }
}

/// Sets apart what `post` repeats of another's post by hand: of `own words RT @name: words of name` the author wrote the first
/// only, and where he wrote nothing it is a repost (D132; exports that have lost the original show every repost so). Whom it
/// names is not called by him, but for us. Where the end of what is repeated may be followed by words of his own the text stays
/// whole: nobody's complaint is cut off.
pub(super) fn set_apart_repeated(post: &mut Post<'_>, ours: &OwnAccounts) {
    if post.platform != Platform::X || post.is_repost || post.is_quote || post.is_reply {
        return;
    }
    let author = post.author.as_ref().and_then(|author| author.handle.as_deref()).unwrap_or_default().trim_start_matches('@');
    let Some((own, name, repeated)) = repeated(&post.text) else { return };
    if ours.has_handle(name) || name.eq_ignore_ascii_case(author) || repeated.contains('\n') {
        return;
    }
    let (own, repeated) = (own.trim_end().to_owned(), repeated.to_owned());
    if own.is_empty() {
        post.is_repost = true;
        post.text = repeated.into();
        return;
    }
    if !says_something(&own) {
        return;
    }
    let called = handles::of_text(&own, Platform::X, 0);
    let is_called = |mention: &Mention<'_>| called.iter().any(|named| named.handle.eq_ignore_ascii_case(&mention.handle));
    post.mentions.iter_mut().for_each(|mention| mention.implicit |= !is_called(mention) && !ours.is_named_by(mention));
    let tags: Vec<String> =
        own.split('#').skip(1).map(|behind| behind.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()).collect();
    post.hashtags.retain(|tag| tags.iter().any(|written| written.to_lowercase() == tag.to_lowercase()));
    post.text = own.into();
    post.quoted_text.get_or_insert(repeated.into());
}

/// Splits `text` at `RT @name:`, where a word may begin; returns what stands before, the name, and what stands behind.
fn repeated(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("RT @").find_map(|(at, prefix)| {
        let (before, rest) = (text.get(..at)?, text.get(at + prefix.len()..)?);
        let (name, behind) = rest.split_at_checked(handle::length(rest, Platform::X))?;
        let behind = behind.trim_start().strip_prefix(':')?.trim_start();
        let begins = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        // `RT 04` is a neighbourhood.
        (name.contains(|c: char| c.is_ascii_alphabetic()) && begins && !behind.is_empty()).then_some((before, name, behind))
    })
}

/// Returns whether `own` has a word beside handles, and opens no quotation that may end before the text does.
fn says_something(own: &str) -> bool {
    let is_word = |word: &str| !word.starts_with('@') && word.contains(char::is_alphanumeric);
    own.split_whitespace().any(is_word) && own.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | ',' | '!' | '?' | ':'))
}

/// Returns what a tick without a type says: before April 2023 the platform gave it to notable people, since then it is
/// for sale.
pub(super) fn legacy_tick(verified: Option<bool>, created_at: Millis) -> Option<bool> {
    const APRIL_2023: i64 = 1_680_307_200_000;
    verified.filter(|_| created_at.get() < APRIL_2023)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_the_time_since_2010() {
        let check = |id: &str, at: Option<&str>| assert_eq!(time_of_id(id).map(|at| at.to_string()).as_deref(), at, "{id}");
        check("1050118620312502272", Some("2018-10-10T20:19:24.000Z"));
        check("29700859247", None);
        check("18446744073709551615", Some("2150-03-18T09:18:05.760Z"));
        check("bukan", None);
    }

    #[test]
    fn addresses_prefixes_and_ticks() {
        for (url, id) in [
            ("https://x.com/a/status/12?s=20", Some("12")),
            ("http://twitter.com/a/statuses/7", Some("7")),
            ("https://x.com/a/status/", None),
            ("https://contoh.id/12", None),
        ] {
            assert_eq!(id_in_url(url), id, "{url}");
        }
        for (url, handle) in [
            ("https://x.com/contoh_1/status/12?s=20", Some("contoh_1")),
            ("http://twitter.com/contoh/statuses/7", Some("contoh")),
            ("https://x.com/i/status/7", None),
            ("https://x.com/i/web/status/7", None),
            ("https://twitter.com/statuses/7", None),
            ("12", None),
        ] {
            assert_eq!(handle_in_url(url), handle, "{url}");
        }
        for (text, own) in [("RT @a: isi: x", "isi: x"), ("RT @a dan b: isi", "RT @a dan b: isi"), ("isi", "isi")] {
            assert_eq!(without_repost_prefix(text.into()), own);
        }
        assert_eq!(legacy_tick(Some(true), Millis::new(1_600_000_000_000)), Some(true));
        assert_eq!(legacy_tick(Some(true), Millis::new(1_700_000_000_000)), None);
    }

    #[test]
    fn what_is_repeated_by_hand_is_set_apart() {
        let ours = OwnAccounts::new(["indihome"], []);
        let author = || Some(crate::post::Author { handle: Some("Penulis".into()), ..Default::default() });
        let written = |text: &str| {
            let handles = ["indihome", "contoh", "lembaga"].map(|name| Mention { handle: name.into(), ..Mention::default() });
            Post { platform: Platform::X, author: author(), text: text.to_owned().into(), mentions: handles.into(), ..Post::default() }
        };
        let check = |mut post: Post<'_>, own: &str, quoted: Option<&str>, implicit: &[&str]| {
            let text = post.text.to_string();
            set_apart_repeated(&mut post, &ours);
            let names: Vec<_> = post.mentions.iter().filter(|mention| mention.implicit).map(|mention| &*mention.handle).collect();
            assert_eq!((&*post.text, post.quoted_text.as_deref(), names), (own, quoted, implicit.to_vec()), "{text}");
            assert_eq!(post.is_repost, *post.text != *text && quoted.is_none(), "{text}");
        };
        check(written("RT @contoh: MATI TOTAL @lembaga"), "MATI TOTAL @lembaga", None, &[]);
        check(written("setuju RT @contoh: MATI @lembaga"), "setuju", Some("MATI @lembaga"), &["contoh", "lembaga"]);
        check(written("sama @Lembaga! RT @contoh : mati"), "sama @Lembaga!", Some("mati"), &["contoh"]);
        check(written("sama @contoh_lain RT @contoh: mati"), "sama @contoh_lain", Some("mati"), &["contoh", "lembaga"]);
        let whole = [
            // What we wrote, and what he wrote himself, he answers or says again: his words may stand behind it.
            "RT @indihome: hai kak || masih mati min",
            "masih mati min RT @IndiHome: hai kak",
            "RT @penulis: @indihome internet saya mati",
            "@indihome RT @penulis: internet saya mati",
            // Where the repeated ends is not certain.
            "\"RT @contoh: indihome kamu gimana?\" punyaku mati total",
            "kata dia (RT @contoh: mati) punyaku juga",
            "RT @contoh: indihome gimana?\n\npunyaku mati total",
            "@indihome RT @contoh: mati, punyaku juga",
            // The head of a neighbourhood is an RT, too, and what merely ends in these letters is none.
            "rumah pak RT @indihome mati",
            "DI RT @04: JALAN MAWAR",
            "START @contoh: mulai",
            "mati RT @contoh:",
            "kirim ke RT @: mati",
            "mati",
        ];
        whole.iter().for_each(|text| check(written(text), text, None, &[]));
        let answer = "RT @contoh: hai, punyaku mati";
        check(Post { is_reply: true, ..written(answer) }, answer, None, &[]);
    }
}
