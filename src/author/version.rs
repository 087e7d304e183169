//! Which of two versions of a post is the newer one: what the platform says, then the order of arrival (D8).
//!
//! Knows how platforms name versions: growing numbers (X gives each edit an id, others count) or the time of the edit.
//! The text itself is not remembered, only a print of it, which tells two edits of one second apart.

use std::cmp::Ordering;

use super::Remembered;
use crate::post::{EventKind, Millis, Post};

/// Texts of one version that are told apart.
const MAX_TEXTS: usize = 8;

/// What an arriving version is to the one that is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// It takes its place.
    Newer,
    /// It was seen already.
    Same,
    /// It was superseded before it came.
    Older,
}

/// Compares `post` with the version of it that is `known`.
pub(super) fn age(post: &Post<'_>, known: &Remembered) -> Age {
    let is_original = version(post).is_none() && post.event_kind != EventKind::Edit;
    let known_version = known.version.as_deref().filter(|version| *version != known.id);
    let knows_original = known_version.is_none() && !known.edited;
    match (is_original, knows_original) {
        (true, false) => return Age::Older,
        (false, true) if version(post).is_some() => return Age::Newer,
        _ => {}
    }
    let said = match (version(post), known_version) {
        (Some(version), Some(known)) => order(version, known),
        _ => None,
    };
    match said {
        Some(Ordering::Greater) => Age::Newer,
        Some(Ordering::Less) => Age::Older,
        Some(Ordering::Equal) if known.has_text(print(post)) => Age::Same,
        None if version(post) == known_version && known.newest_text(print(post)) => Age::Same,
        Some(Ordering::Equal) | None => Age::Newer,
    }
}

/// Returns the version of `post`; `None` for the original, whose version is its own id where it has one.
pub(super) fn version<'p>(post: &'p Post<'_>) -> Option<&'p str> {
    post.version.as_ref().and_then(|version| version.non_blank()).filter(|version| *version != &*post.post_id)
}

/// Returns how the platform orders two versions; `None` where their names do not tell.
fn order(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    let number = |version: &str| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
    if number(a) && number(b) {
        let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
        return Some(a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    }
    Some(Millis::parse(a)?.cmp(&Millis::parse(b)?))
}

/// Returns a number that equal texts share, in this and every later version of the program; never 0.
pub(super) fn print(post: &Post<'_>) -> u32 {
    let subject = post.subject.as_deref().unwrap_or_default();
    let bytes = subject.bytes().chain([0]).chain(post.text.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    #[expect(clippy::cast_possible_truncation, reason = "both halves are in it")]
    let folded = (hash ^ (hash >> 32)) as u32;
    folded.max(1)
}

impl Remembered {
    /// Returns whether this version was seen with that text. One whose text was not noted was seen with any.
    fn has_text(&self, print: u32) -> bool {
        self.newest_text(print) || self.texts_before.contains(&print)
    }

    fn newest_text(&self, print: u32) -> bool {
        self.text == 0 || self.text == print
    }

    /// Returns a name for `post`, a newer version of this one: what the platform calls it, with a print of the text
    /// where that does not tell the two apart.
    pub fn name_of_next(&self, post: &Post<'_>) -> String {
        match version(post) {
            Some(version) if self.version.as_deref() != Some(version) => version.to_owned(),
            version => format!("{}.{:08x}", version.unwrap_or_default(), print(post)),
        }
    }

    /// Takes over from `earlier`, whose place this version takes, what only memory knows of the post.
    pub fn follow(&mut self, earlier: &Remembered) {
        self.in_series = earlier.in_series;
        self.unknown.clone_from(&earlier.unknown);
        if self.version.is_some() && self.version == earlier.version {
            self.texts_before.clone_from(&earlier.texts_before);
            self.texts_before.push(earlier.text);
            let surplus = self.texts_before.len().saturating_sub(MAX_TEXTS);
            self.texts_before.drain(..surplus);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADD: EventKind = EventKind::Create;
    const EDIT: EventKind = EventKind::Edit;

    fn post(kind: EventKind, version: &'static str, text: &'static str) -> Post<'static> {
        Post {
            event_kind: kind,
            post_id: "100".into(),
            version: (!version.is_empty()).then(|| version.into()),
            text: text.into(),
            ..Post::default()
        }
    }

    fn check(before: (EventKind, &'static str, &'static str), then: (EventKind, &'static str, &'static str), age_of_it: Age) {
        let known = Remembered::of(&post(before.0, before.1, before.2), Millis::default(), Millis::default());
        assert_eq!(age(&post(then.0, then.1, then.2), &known), age_of_it, "{before:?}, then {then:?}");
    }

    #[test]
    fn the_platform_says_which_is_newer() {
        // X: ids grow; as text 99 would be larger than 101.
        check((EDIT, "101", "a"), (EDIT, "1000", "b"), Age::Newer);
        check((EDIT, "1000", "a"), (EDIT, "101", "b"), Age::Older);
        check((EDIT, "0101", "a"), (EDIT, "101", "a"), Age::Same);
        // Facebook: times, in whatever zone they are written.
        check((EDIT, "2026-11-20T03:03:00.000Z", "a"), (EDIT, "2026-11-20T03:09:00Z", "b"), Age::Newer);
        check((EDIT, "2026-11-20T03:09:00.000Z", "a"), (EDIT, "2026-11-20T03:03:00.000Z", "b"), Age::Older);
        check((EDIT, "2026-11-20T10:03:00+07:00", "a"), (EDIT, "2026-11-20T03:09:00Z", "b"), Age::Newer);
        check((EDIT, "2026-11-20T10:03:00+07:00", "a"), (EDIT, "2026-11-20T03:03:00Z", "a"), Age::Same);
    }

    #[test]
    fn the_original_is_the_oldest() {
        for original in ["", "100", " "] {
            check((EDIT, "101", "a"), (ADD, original, "b"), Age::Older);
            check((ADD, original, "a"), (EDIT, "101", "b"), Age::Newer);
            check((ADD, original, "a"), (EDIT, "101", "a"), Age::Newer);
            check((ADD, original, "a"), (ADD, original, "a"), Age::Same);
            check((EDIT, "", "a"), (ADD, original, "b"), Age::Older);
        }
        check((ADD, "", "a"), (ADD, "100", "a"), Age::Same);
    }

    #[test]
    fn another_text_is_another_version() {
        check((EDIT, "2026-11-20T03:03:00.000Z", "a"), (EDIT, "2026-11-20T03:03:00.000Z", "b"), Age::Newer);
        check((EDIT, "2026-11-20T03:03:00.000Z", "a"), (EDIT, "2026-11-20T03:03:00.000Z", "a"), Age::Same);
        check((ADD, "", "a"), (ADD, "", "b"), Age::Newer);
    }

    #[test]
    fn arrival_decides_where_the_platform_says_nothing() {
        check((EDIT, "satu-b", "a"), (EDIT, "satu-a", "b"), Age::Newer);
        check((EDIT, "101", "a"), (EDIT, "2026-11-20T03:03:00.000Z", "b"), Age::Newer);
        check((EDIT, "101", "a"), (EDIT, "", "b"), Age::Newer);
        check((EDIT, "", "a"), (EDIT, "101", "a"), Age::Newer);
        check((ADD, "", "a"), (EDIT, "", "b"), Age::Newer);
        check((ADD, "", "a"), (EDIT, "", "a"), Age::Same);
        check((EDIT, "", "a"), (EDIT, "", "a"), Age::Same);
    }

    #[test]
    fn what_was_delivered_once_more_is_not_new() {
        let at = "2026-11-20T03:03:00.000Z";
        let first = Remembered::of(&post(EDIT, at, "a"), Millis::default(), Millis::default());
        let mut second = Remembered::of(&post(EDIT, at, "b"), Millis::default(), Millis::default());
        second.follow(&first);
        assert_eq!(age(&post(EDIT, at, "a"), &second), Age::Same);
        assert_eq!(age(&post(EDIT, at, "c"), &second), Age::Newer);
    }

    #[test]
    fn a_memory_without_prints_knows_every_text() {
        let mut known = Remembered::of(&post(EDIT, "101", "a"), Millis::default(), Millis::default());
        known.text = 0;
        assert_eq!(age(&post(EDIT, "101", "b"), &known), Age::Same);
    }
}
