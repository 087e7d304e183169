//! Links: what in them names a person or leads to one.

use super::scrub::Scrubber;

/// Sites whose paths begin with an account.
const SOCIAL: [&str; 12] = [
    "x.com",
    "twitter.com",
    "mobile.twitter.com",
    "facebook.com",
    "www.facebook.com",
    "m.facebook.com",
    "instagram.com",
    "www.instagram.com",
    "tiktok.com",
    "www.tiktok.com",
    "wa.me",
    "t.me",
];
/// Parts of paths that every link has.
const USUAL: [&str; 12] = ["status", "posts", "p", "reel", "videos", "groups", "photo", "permalink.php", "watch", "i", "web", "stories"];

impl Scrubber<'_> {
    /// Returns the link without user, query and what leads to a person; the site stays, and words of paths elsewhere.
    pub fn link(&self, link: &str) -> String {
        let (scheme, rest) = link.split_once("://").map_or(("", link), |(scheme, rest)| (scheme, rest));
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (site, path) = rest.split_once('/').map_or((rest, None), |(site, path)| (site, Some(path)));
        let site = site.rsplit('@').next().unwrap_or_default();
        let social = SOCIAL.contains(&site.to_lowercase().as_str());
        let parts =
            path.map(|path| path.split('/').enumerate().map(|(place, part)| self.part(part, social, place == 0)).collect::<Vec<_>>());
        let path = parts.map(|parts| format!("/{}", parts.join("/"))).unwrap_or_default();
        let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
        format!("{scheme}{site}{path}")
    }

    fn part(&self, part: &str, social: bool, first: bool) -> String {
        let name = part.trim_start_matches(['@', '~']);
        if name.is_empty() || USUAL.contains(&part) {
            part.to_owned()
        } else if name.bytes().all(|byte| byte.is_ascii_digit()) {
            self.id(name)
        } else if name.len() < part.len() || (social && first) {
            let sign = part.get(..part.len() - name.len()).unwrap_or_default();
            format!("{sign}{}", self.handle(name))
        } else if social || part.bytes().filter(u8::is_ascii_digit).count() > 4 || is_code(part) {
            self.code(part)
        } else {
            part.to_owned()
        }
    }
}

/// Returns whether `part` is a short link's code: capitals and small letters mixed, no word.
fn is_code(part: &str) -> bool {
    let inner_capital = part.chars().skip(1).any(char::is_uppercase);
    inner_capital && part.chars().any(char::is_lowercase) && !part.contains(['-', '.'])
}
