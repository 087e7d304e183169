//! Mail addresses in lower case.

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
    /// The address, if there is one.
    pub(super) fn address(&self) -> Option<String> {
        bare(self.email.as_deref()?)
    }
}

/// All addresses of a header such as `Nama <a@b>, "Lain, Nama" <c@d>`.
pub(super) fn all(header: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = header.split(|symbol| {
        quoted ^= symbol == '"';
        !quoted && (symbol == ',' || symbol == ';')
    });
    parts.filter_map(bare).collect()
}

/// The address without `+tag`: one person, one address.
pub(super) fn without_tag(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => address.to_owned(),
    }
}

fn bare(written: &str) -> Option<String> {
    let inner = written.rsplit_once('<').map_or(written, |(_, inner)| inner);
    let address = inner.split('>').next().unwrap_or(inner).trim();
    address.contains('@').then(|| address.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let check = |header: &str, expected: &[&str]| assert_eq!(all(header), expected, "{header}");
        check("Budi.Contoh@Example.co.id", &["budi.contoh@example.co.id"]);
        check(r#"Budi <a@b.id>, "Contoh, Ani" <C@d.id>; e@f.id"#, &["a@b.id", "c@d.id", "e@f.id"]);
        check("undisclosed-recipients:;", &[]);
        check("", &[]);
        assert_eq!(without_tag("budi+telkom@contoh.id"), "budi@contoh.id");
        assert_eq!(without_tag("budi"), "budi");
    }
}
