//! What else must stand near an entry, or must not: `with {me} near 8`, `unless {negation} before 2 in clause`,
//! `unless {negation} before 2 except {rhetorical} in post`, `with $ after 2`.

use std::fmt;

use super::super::Mistake;
use super::Pattern;
use crate::problem::Spot;

/// A condition on what stands around an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// It must stand there; else it must not.
    pub wanted: bool,
    /// What must stand there, or must not.
    pub sought: Sought,
    /// Where, seen from the entry.
    pub place: GuardRange,
    /// Where this stands, the guard is not asked.
    pub except: Option<(Sought, GuardRange)>,
    /// As written, for people.
    pub text: String,
    /// The line that it has for itself, for all entries that follow in the group; `None`: it stands in the line of its entry.
    pub at: Option<Spot>,
}

/// What a guard looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// Words.
    Pattern(Pattern),
    /// The beginning (`^ before`) or the end (`$ after`) of the part of the text that the range must not leave.
    Edge,
}

/// Where a guard looks, seen from the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GuardRange {
    /// On which side.
    pub side: Side,
    /// Words away at most, neighbours being 1 apart; `None`: as far as the scope goes.
    pub within: Option<u16>,
    /// What it must not leave.
    pub scope: Scope,
}

/// On which side of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Before its first word.
    Before,
    /// After its last word.
    After,
    /// Between its first and its last word.
    Between,
    /// On either side, or within it.
    Near,
}

/// The part of the text that holds the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Up to the next comma or other break.
    Clause,
    /// Up to the next full stop, question or exclamation mark.
    Sentence,
    /// The whole text.
    Post,
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

const HINT: &str = "write `with {me} near 8` or `unless {negation} before 2 in clause`: before, after, near (how many words, or as far as the \
                    sentence goes) or between; in clause, in sentence or in post; `^ before` and `$ after` for the beginning and the end of it; \
                    `except PATTERN PLACE` if need be";

/// Reads one guard, without the `|` before it.
pub(in super::super) fn parse(text: &str) -> Result<Guard, Mistake<'_>> {
    let trimmed = text.trim();
    let mut words = trimmed.split_whitespace();
    let wanted = match words.next() {
        Some("with") => true,
        Some("unless") => false,
        Some(other) => return Err(Mistake::new(other, format!("`{other}` begins no guard"), HINT)),
        None => return Err(Mistake::new(text, "nothing stands behind `|`", HINT)),
    };
    let rest: Vec<&str> = words.collect();
    let exception = rest.iter().position(|word| *word == "except");
    let (sought, place) = looked_for(trimmed, &rest[..exception.unwrap_or(rest.len())])?;
    let except = exception.map(|at| looked_for(trimmed, &rest[at + 1..])).transpose()?;
    Ok(Guard { wanted, sought, place, except, text: trimmed.split_whitespace().collect::<Vec<_>>().join(" "), at: None })
}

/// What is looked for, and where.
fn looked_for<'t>(guard: &'t str, words: &[&'t str]) -> Result<(Sought, GuardRange), Mistake<'t>> {
    let end = words.iter().position(|word| ["before", "after", "near", "between", "in"].contains(word));
    let (pattern, place) = words.split_at(end.unwrap_or(words.len()));
    let (Some(first), Some(last)) = (pattern.first(), pattern.last()) else {
        return Err(Mistake::new(guard, "the guard does not say what it looks for", HINT));
    };
    let range = read_range(guard, place)?;
    match (*first, range.side) {
        ("^", Side::Before) | ("$", Side::After) if pattern.len() == 1 => {
            // An edge that may be anywhere says nothing.
            Ok((Sought::Edge, GuardRange { within: range.within.or(Some(1)), ..range }))
        }
        ("^" | "$", _) => {
            Err(Mistake::new(first, format!("`{first}` is no word"), "write `^ before` for the beginning, `$ after` for the end"))
        }
        _ => Ok((Sought::Pattern(Pattern::parse(between(guard, first, last))?), range)),
    }
}

/// Returns the part of `text` from its part `first` to its part `last`.
fn between<'t>(text: &'t str, first: &str, last: &str) -> &'t str {
    let offset = |part: &str| (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.get(offset(first)..offset(last) + last.len()).unwrap_or(text)
}

fn read_range<'t>(guard: &'t str, words: &[&'t str]) -> Result<GuardRange, Mistake<'t>> {
    let mut place = GuardRange { side: Side::Near, within: None, scope: Scope::Sentence };
    let mut words = words.iter().copied().peekable();
    let Some(side) = words.peek() else { return Err(Mistake::new(guard, "the guard does not say where it looks", HINT)) };
    if *side != "in" {
        place.side = match *side {
            "before" => Side::Before,
            "after" => Side::After,
            "between" => Side::Between,
            _ => Side::Near,
        };
        words.next();
        place.within =
            words.next_if(|word| word.parse::<u16>().is_ok_and(|within| (1..=100).contains(&within))).and_then(|word| word.parse().ok());
    }
    if words.next_if_eq(&"in").is_some() {
        place.scope = match words.next() {
            Some("clause") => Scope::Clause,
            Some("sentence") => Scope::Sentence,
            Some("post") => Scope::Post,
            other => return Err(Mistake::new(other.unwrap_or(guard), "`in` is followed by clause, sentence or post", HINT)),
        };
    }
    match words.next() {
        Some(extra) => Err(Mistake::new(extra, format!("`{extra}` does not belong here"), HINT)),
        None => Ok(place),
    }
}
