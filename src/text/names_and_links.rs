//! Handles, hashtags and links of a text, in their order: where each stands.
//!
//! What may stand before and after them are the rules of X, published as twitter-text; which of its own examples are
//! followed says `conformance`. Knows no lexicon.

use unicode_normalization::char::is_combining_mark;

use super::link::{self, Link};
use crate::post::{Platform, handle};

/// Something in a text that is more than a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entity {
    pub(super) kind: Kind,
    /// First byte, the sign included.
    pub(super) start: usize,
    /// One past its last byte.
    pub(super) end: usize,
}

/// What an entity names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Handle,
    Tag,
    /// A link that begins with its protocol.
    Link(Link),
    /// A link that begins with its host.
    Bare(Link),
    /// An address behind a protocol that is no link on X: of a machine at home, under no domain that exists.
    Address,
}

/// Bytes that an entity has at a place where it can be told.
const TELLING: [bool; 256] = {
    let mut telling = [false; 256];
    let signs = [b'@', b'#', b'.', b':', 0xEF];
    let mut at = 0;
    while at < signs.len() {
        telling[signs[at] as usize] = true;
        at += 1;
    }
    telling
};

/// Fills `entities` with those of `text`.
pub(super) fn find(text: &str, platform: Platform, entities: &mut Vec<Entity>) {
    entities.clear();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| TELLING[usize::from(byte)])) {
        at += found;
        let end = entities.last().map_or(0, |last| last.end);
        match entity_at(text, at, platform, entities.last()).filter(|entity| entity.start >= end) {
            Some(entity) => {
                at = entity.end;
                entities.push(entity);
            }
            None => at += 1,
        }
    }
}

fn entity_at(text: &str, at: usize, platform: Platform, last: Option<&Entity>) -> Option<Entity> {
    let rest = &text.as_bytes()[at..];
    let follows = |kind: &Kind| last.is_some_and(|last| last.end == at && last.kind == *kind);
    match rest {
        [b'@', ..] | [0xEF, 0xBC, 0xA0, ..] => {
            let end = handle::end(text, at, platform, follows(&Kind::Handle))?;
            Some(Entity { kind: Kind::Handle, start: at, end })
        }
        [b'#', ..] | [0xEF, 0xBC, 0x83, ..] => {
            let end = tag_end(text, at, follows(&Kind::Tag))?;
            Some(Entity { kind: Kind::Tag, start: at, end })
        }
        [b':', b'/', b'/', ..] => {
            let linked = link::with_protocol(text, at).map(|(start, link)| Entity { start, end: link.end, kind: Kind::Link(link) });
            linked.or_else(|| link::address(text, at).map(|place| Entity { start: place.start, end: place.end, kind: Kind::Address }))
        }
        [b'.', next, ..] if next.is_ascii_alphanumeric() => {
            let link = link::bare(text, at)?;
            Some(Entity { start: link.host.start, end: link.end, kind: Kind::Bare(link) })
        }
        _ => None,
    }
}

/// Returns the end of the hashtag whose sign stands at byte `at`.
fn tag_end(text: &str, at: usize, after_tag: bool) -> Option<usize> {
    let (before, rest) = text.split_at_checked(at)?;
    let name = rest.strip_prefix(['#', '\u{FF03}'])?;
    let last = before.chars().next_back();
    // Variation selectors belong to the emoji before the tag.
    let parts = after_tag || last.is_none_or(|c| matches!(c, '\u{FE0E}' | '\u{FE0F}') || !(is_tag_char(c) || c == '&'));
    // The sign of a keycap is none.
    if !parts || name.starts_with(['\u{FE0F}', '\u{20E3}']) {
        return None;
    }
    let length = name.find(|c| !is_tag_char(c)).unwrap_or(name.len());
    let (tag, tail) = name.split_at_checked(length)?;
    let has_letter = tag.chars().any(|c| c.is_alphabetic() || is_combining_mark(c));
    (has_letter && !tail.starts_with("://")).then(|| text.len() - tail.len())
}

/// Returns whether `c` can stand in a hashtag: letters, marks, digits and what joins them in the scripts of the world.
fn is_tag_char(c: char) -> bool {
    c.is_alphanumeric()
        || c == '_'
        || (!c.is_ascii()
            && (is_combining_mark(c)
                || matches!(
                    c,
                    '\u{200C}'
                        | '\u{200D}'
                        | '\u{A67E}'
                        | '\u{5BE}'
                        | '\u{5F3}'
                        | '\u{5F4}'
                        | '\u{FF5E}'
                        | '\u{301C}'
                        | '\u{309B}'
                        | '\u{309C}'
                        | '\u{30A0}'
                        | '\u{30FB}'
                        | '\u{3003}'
                        | '\u{F0B}'
                        | '\u{F0C}'
                        | '\u{B7}'
                )))
}
