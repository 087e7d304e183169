//! Where a link stands in a text, with or without a protocol, and where it ends: the rules of twitter-text.
//!
//! A name without a protocol is a link only under a top-level domain that exists.

use std::ops::Range;

use crate::post::handle::is_accented;

/// Longest label of a host name, in characters.
const LONGEST_LABEL: usize = 63;
/// The shortener that X puts every link through, and the longest of its names.
const SHORTENER: (&str, usize) = ("t.co", 40);

/// A link in a text; where it begins, whoever found it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Its host in bytes of the text.
    pub(super) host: Range<usize>,
    /// Its end in bytes of the text.
    pub(super) end: usize,
}

/// Returns the link whose `://` stands at byte `colon`, and where it begins.
pub(super) fn with_protocol(text: &str, colon: usize) -> Option<(usize, Link)> {
    let start = protocol(text, colon)?;
    let host = colon + "://".len();
    let host = host..host_end(text, host, true)?;
    let (shortener, longest) = SHORTENER;
    let end = if text.get(host.clone())?.eq_ignore_ascii_case(shortener) {
        let slug = text.get(host.end..)?.strip_prefix('/').map_or(0, |path| path.bytes().take_while(u8::is_ascii_alphanumeric).count());
        if slug > longest {
            return None;
        }
        query_end(text, host.end + if slug > 0 { slug + 1 } else { 0 })
    } else {
        tail_end(text, host.end)
    };
    Some((start, Link { host, end }))
}

/// Returns where an address stands whose `://` is at byte `colon` and whose host has a dot: no words of anybody. It ends where
/// something else may begin, and what ends a sentence is none of it.
pub(super) fn address(text: &str, colon: usize) -> Option<Range<usize>> {
    let start = protocol(text, colon)?;
    let host = colon + "://".len();
    let rest = text.get(host..)?;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~:/?!$&'*+=%".contains(byte);
    let length = rest.bytes().take_while(|byte| is_part(byte)).count();
    let address = rest.get(..length)?.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '/');
    let name = address.split(['/', '?', ':']).next()?;
    let has_dot = name.trim_matches('.').contains('.') && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    has_dot.then_some(start..host + address.len())
}

/// Returns where the protocol begins whose `://` stands at byte `colon`.
fn protocol(text: &str, colon: usize) -> Option<usize> {
    let head = text.get(..colon)?;
    let ends_with = |scheme: &str| {
        head.len().checked_sub(scheme.len()).filter(|&at| head.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(scheme)))
    };
    let start = ends_with("https").or_else(|| ends_with("http"))?;
    let before = text.get(..start)?.chars().next_back();
    (!before.is_some_and(|c| c.is_ascii_alphanumeric() || is_sign(c))).then_some(start)
}

/// Returns the link without a protocol whose first dot stands at byte `dot`.
pub(super) fn bare(text: &str, dot: usize) -> Option<Link> {
    let head = text.get(..dot)?;
    let label = head.char_indices().rev().take(LONGEST_LABEL + 1).take_while(|(_, c)| is_label(*c, false));
    let start = label.last()?.0;
    // A letter before it: the label is longer than any label.
    if head.get(..start)?.chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || is_sign(c) || matches!(c, '.' | '/' | '-' | '_'))
    {
        return None;
    }
    let host = start..host_end(text, start, false)?;
    Some(Link { end: tail_end(text, host.end), host })
}

fn is_sign(c: char) -> bool {
    matches!(c, '@' | '\u{FF20}' | '$' | '#' | '\u{FF03}')
}

/// Returns whether `c` can be a character of a host name. Beyond Latin letters only after a protocol: elsewhere scripts that
/// write no spaces would run into each other.
fn is_label(c: char, any_script: bool) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '-' | '_')
        || is_accented(c)
        || (any_script
            && !c.is_ascii()
            && !c.is_whitespace()
            && !matches!(c, '\u{2000}'..='\u{206F}' | '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF0F}'))
}

/// Returns the end of the host that begins at byte `start`: the last label that is a top-level domain.
fn host_end(text: &str, start: usize, any_script: bool) -> Option<usize> {
    let (mut found, mut at, mut before) = (None, start, None);
    loop {
        let rest = text.get(at..)?;
        let length = rest.find(|c| !is_label(c, any_script)).unwrap_or(rest.len());
        let label = rest.get(..length)?;
        if let Some(before) = before
            && let Some(domain) = top_level(label, rest)
            && is_registrable(before)
        {
            found = Some(at + domain);
        }
        if !is_well_formed(label) || !rest.get(length..)?.starts_with('.') {
            return found;
        }
        before = Some(label);
        at += length + 1;
    }
}

fn is_well_formed(label: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| !matches!(c, '-' | '_'));
    edge(label.chars().next()) && edge(label.chars().next_back()) && label.chars().nth(LONGEST_LABEL).is_none() && !is_false_code(label)
}

/// Returns whether `label` can stand right before a top-level domain: there it has no `_`.
fn is_registrable(label: &str) -> bool {
    is_well_formed(label) && !label.contains('_')
}

/// Returns whether `label` claims to be the ASCII form of a name, by `xn--`, and is not.
fn is_false_code(label: &str) -> bool {
    !label.is_ascii() && label.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("xn--"))
}

/// Returns the length of the top-level domain that `label` begins with, if nothing follows that would make it another
/// word. `rest` is the text from there on.
fn top_level(label: &str, rest: &str) -> Option<usize> {
    let plain = label.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
    if plain == 0 {
        // Names of countries and the like in their own script.
        return (!label.is_empty() && label.chars().all(|c| !c.is_ascii() && c.is_alphanumeric())).then_some(label.len());
    }
    let next = rest.get(plain..)?.chars().next();
    let is_whole = next.is_none_or(|c| !(c.is_ascii_alphanumeric() || is_accented(c) || matches!(c, '@' | '+' | '-' | '_')));
    (is_whole && tld::exist_case_insensitive(label.get(..plain)?)).then_some(plain)
}

/// Returns the end of port, path and query that follow a host.
fn tail_end(text: &str, host_end: usize) -> usize {
    let rest = text.get(host_end..).unwrap_or_default();
    let port = rest.strip_prefix(':').map_or(0, |port| port.bytes().take_while(u8::is_ascii_digit).count());
    let at = if port > 0 { host_end + 1 + port } else { host_end };
    query_end(text, path_end(text, at))
}

fn path_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let Some(path) = rest.strip_prefix('/') else { return start };
    let (mut end, mut at) = (start + 1, 0);
    while let Some(c) = path.get(at..).and_then(|rest| rest.chars().next()) {
        if let Some(length) = (c == '(').then(|| in_brackets(path.get(at..).unwrap_or_default(), 0)).flatten() {
            at += length;
            end = start + 1 + at;
            continue;
        }
        if !is_path(c) {
            break;
        }
        at += c.len_utf8();
        if is_letter(c) || c.is_ascii_digit() || matches!(c, '+' | '-' | '=' | '_' | '#' | '/') {
            end = start + 1 + at;
        }
    }
    end
}

/// Returns the length of `(..)` at the head of `path`, one pair of brackets within it allowed.
fn in_brackets(path: &str, depth: usize) -> Option<usize> {
    let mut at = 1;
    loop {
        let c = path.get(at..)?.chars().next()?;
        match c {
            ')' => return (at > 1).then_some(at + 1),
            '(' if depth == 0 => at += in_brackets(path.get(at..)?, 1)?,
            c if is_path(c) => at += c.len_utf8(),
            _ => return None,
        }
    }
}

fn query_end(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let Some(query) = rest.strip_prefix('?') else { return start };
    let is_query = |byte: u8| byte.is_ascii_alphanumeric() || b"!?*'@();:&=+$/%#[]-_.,~|".contains(&byte);
    let length = query.bytes().take_while(|&byte| is_query(byte)).count();
    let ends = |byte: &u8| byte.is_ascii_alphanumeric() || b"_&=#/-".contains(byte);
    let kept = query.as_bytes().get(..length).unwrap_or_default().iter().rposition(ends);
    kept.map_or(start, |last| start + 1 + last + 1)
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || is_accented(c) || matches!(c, '\u{400}'..='\u{4FF}')
}

fn is_path(c: char) -> bool {
    let is_dash = matches!(c, '\u{2010}'..='\u{2015}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}');
    is_letter(c) || c.is_ascii_digit() || is_dash || "!*';:=+,.$/%#[]-_~@|&".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_something_else_may_begin() {
        let check = |text: &str, expected: Option<&str>| {
            let found = address(text, text.find("://").unwrap()).map(|place| &text[place]);
            assert_eq!(found, expected, "{text}");
        };
        check("buka http://192.168.1.1/HALAMAN mati", Some("http://192.168.1.1/HALAMAN"));
        check("HTTPS://UJI.CONTOH/HASIL/AB-C?X=1", Some("HTTPS://UJI.CONTOH/HASIL/AB-C?X=1"));
        check("buka http://192.168.1.1? mati", Some("http://192.168.1.1"));
        check("http://192.168.1.1:8080/.", Some("http://192.168.1.1:8080/"));
        check("http://192.168.1.1,internet", Some("http://192.168.1.1"));
        check("http://192.168.1.1@indihome", Some("http://192.168.1.1"));
        check("(http://modem.rumah)mati", Some("http://modem.rumah"));
        check("http://192.168.1.1😡mati", Some("http://192.168.1.1"));
        for text in ["http://mati-total-tolong", "http://wifi@indihome", "http://mati...", "http:// mati.total", "xhttp://a.b", "://a.b"] {
            check(text, None);
        }
    }
}
