//! The key under which everything about one customer travels: `platform:author`.

use std::fmt;

use super::{Author, Platform, Post};

/// `<platform>:<author id>`; where the id is missing the lower-cased handle, else the e-mail address without
/// `+tag`; a post without an author has a key of its own, `<platform>:post:<post id>` (D11).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerKey(String);

impl CustomerKey {
    /// Returns the key of the person who wrote `post`.
    pub fn of_author(post: &Post<'_>) -> Self {
        match post.author.as_ref().and_then(|author| author_part(post.platform, author)) {
            Some(part) => CustomerKey::new(post.platform, &part),
            None => CustomerKey(format!("{}:post:{}", post.platform.name(), &*post.post_id)),
        }
    }

    /// Returns the key of the customer `id` (an id, a handle or an address) on `platform`.
    pub fn new(platform: Platform, id: &str) -> Self {
        CustomerKey([platform.name(), ":", id].concat())
    }

    /// Returns the key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for CustomerKey {
    fn from(key: String) -> Self {
        CustomerKey(key)
    }
}

impl fmt::Display for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn author_part(platform: Platform, author: &Author<'_>) -> Option<String> {
    if let Some(id) = author.id.as_ref().and_then(|id| id.non_blank()) {
        return Some(if platform == Platform::Email { mailbox(id) } else { id.to_owned() });
    }
    let handle = author.handle.as_ref()?.non_blank()?.trim_start_matches('@');
    Some(if handle.contains('@') { mailbox(handle) } else { handle.to_lowercase() })
}

/// The mailbox that `written` names, if it is a mail address.
pub(super) fn address_of(written: &str) -> Option<String> {
    let (local, domain) = written.split_once('@')?;
    let fits = !local.is_empty() && domain.contains('.') && !written.contains(char::is_whitespace);
    fits.then(|| mailbox(written))
}

/// Returns the address in lower case and without `+tag`: one person, one key.
fn mailbox(address: &str) -> String {
    let address = address.to_lowercase();
    match address.split_once('@') {
        Some((local, domain)) => {
            let local = local.split_once('+').map_or(local, |(before, _)| before);
            format!("{local}@{domain}")
        }
        None => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(platform: Platform, id: Option<&str>, handle: Option<&str>, key: &str) {
        let author = Author { id: id.map(Into::into), handle: handle.map(Into::into), ..Author::default() };
        let post = Post { platform, post_id: "9".into(), author: Some(author), ..Post::default() };
        assert_eq!(CustomerKey::of_author(&post).as_str(), key);
    }

    #[test]
    fn id_then_handle_then_address_then_the_post_itself() {
        check(Platform::X, Some("12"), Some("Nama"), "x:12");
        check(Platform::X, None, Some("@Nama"), "x:nama");
        check(Platform::X, Some(" "), Some("Nama"), "x:nama");
        check(Platform::Email, None, Some("Budi+telkom@Example.co.id"), "email:budi@example.co.id");
        check(Platform::Email, Some("Budi+a@example.co.id"), None, "email:budi@example.co.id");
        check(Platform::Facebook, None, None, "facebook:post:9");
    }
}
