//! What every feed that carries posts of X shares: times inside ids, addresses of posts, the repost prefix, the old tick.

use crate::post::{Millis, Str};

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
    let own = text.strip_prefix("RT @").and_then(|rest| rest.split_once(": ")).filter(|(name, _)| !name.contains(' '));
    match own {
        Some((_, own)) => Str::from(own.to_owned()),
        None => text,
    }
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
}
