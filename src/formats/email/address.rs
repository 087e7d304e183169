//! Mail addresses in lower case, and headers that are written as encoded words. Taking them apart is the library's.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;
use serde::Deserialize;

use crate::post::Str;

/// One address as the parser has taken it apart.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Mailbox<'a> {
    #[serde(borrow)]
    email: Option<Str<'a>>,
    #[serde(borrow)]
    pub(super) name: Option<Str<'a>>,
}

impl Mailbox<'_> {
    /// Returns the address, if there is one.
    pub(super) fn address(&self) -> Option<String> {
        all(self.email.as_deref()?).into_iter().next()
    }
}

/// Returns all addresses of a header such as `Nama <a@b>, "Lain, Nama" <c@d>`; programs of one maker separate them by
/// `;`.
pub(super) fn all(header: &str) -> Vec<String> {
    named(header).into_iter().map(|(address, _)| address).collect()
}

/// Returns the addresses of a header, each with the name beside it.
pub(super) fn named(header: &str) -> Vec<(String, Option<String>)> {
    let header = line(header);
    let HeaderValue::Address(list) = MessageStream::new(&header).parse_address() else { return Vec::new() };
    let mailbox = |one: &mail_parser::Addr<'_>| {
        let address = one.address.as_deref()?.trim().to_lowercase();
        address.contains('@').then(|| (address, one.name.as_deref().map(str::to_owned)))
    };
    list.iter().filter_map(mailbox).collect()
}

/// Returns a text header with its encoded words (`=?UTF-8?B?..?=`) decoded.
pub(super) fn decoded(header: Str<'_>) -> Str<'_> {
    if !header.contains("=?") {
        return header;
    }
    let text = match MessageStream::new(&line(&header)).parse_unstructured() {
        HeaderValue::Text(text) => Some(text.into_owned()),
        _ => None,
    };
    text.map_or(header, Str::from)
}

/// Returns the header as it stands in a mail: the library takes what ends with a line end.
fn line(header: &str) -> Vec<u8> {
    [header.trim().as_bytes(), b"\n"].concat()
}

/// Returns the address without `+tag`: one person, one address.
pub(super) fn without_tag(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses() {
        let check = |header: &str, expected: &[&str]| assert_eq!(all(header), expected, "{header}");
        check("Budi.Contoh@Example.co.id", &["budi.contoh@example.co.id"]);
        check(r#"Budi <a@b.id>, "Contoh, Ani" <C@d.id>; e@f.id"#, &["a@b.id", "c@d.id", "e@f.id"]);
        check("a@b.id; C@d.id;e@f.id", &["a@b.id", "c@d.id", "e@f.id"]);
        check("=?UTF-8?B?QnVkaQ==?= <a@b.id>", &["a@b.id"]);
        check("<a@b.id>", &["a@b.id"]);
        check("a@b.id (Budi; Contoh)", &["a@b.id"]);
        check("Pelanggan: a@b.id, Ani <c@d.id>;", &["a@b.id", "c@d.id"]);
        check("a@b.id,\r\n c@d.id", &["a@b.id", "c@d.id"]);
        check("undisclosed-recipients:;", &[]);
        check("Budi Contoh", &[]);
        check("", &[]);
        assert_eq!(named("=?UTF-8?B?QnVkaQ==?= <a@b.id>"), [("a@b.id".to_owned(), Some("Budi".to_owned()))]);
        assert_eq!(without_tag("budi+telkom@contoh.id"), "budi@contoh.id");
        assert_eq!(without_tag("budi"), "budi");
    }

    #[test]
    fn encoded_words() {
        for (written, read) in [
            ("=?UTF-8?Q?Keluhan_=C3=A9?=", "Keluhan é"),
            ("Re: =?utf-8?B?SW50ZXJuZXQ=?= mati", "Re: Internet mati"),
            ("Internet = ? mati", "Internet = ? mati"),
            ("=?rusak", "=?rusak"),
        ] {
            assert_eq!(&*decoded(written.into()), read);
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_stumble(header in r#"[a<>@",;:()\\=?\n éQ]{0,40}"#) {
            for address in all(&header) {
                prop_assert!(address.contains('@'));
            }
            decoded(header.as_str().into());
        }
    }
}
