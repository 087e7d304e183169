//! The head of a group: `#@group NAME weight=W`; of a class: `#@class NAME`.

use super::Mistake;
use super::notation::is_class_name;
use crate::config::points::Points;
use crate::problem::did_you_mean;

/// Largest score of a group, of either sign.
const MAX_SCORE: f64 = 1000.0;

/// What the entries of a group are worth. Which of the words mean something is up to the signal that uses the list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weight {
    /// Evidence by itself.
    Strong,
    /// Evidence in company or in the right place.
    Medium,
    /// Evidence only together with other evidence.
    Weak,
    /// No evidence: words of an entry count for no other entry of the list.
    Exclude,
    /// Masks what stands near it.
    ExcludeContext,
    /// Helper list, never evidence.
    Marker,
    /// Counts with a first person and a future only.
    NeedsMe,
    /// Looks like a threat, is a question or irony.
    Rhetoric,
    /// Signal beside the conditions.
    Aux,
    /// Tells who should answer.
    Route,
    /// Name of an organisation.
    Name,
    /// Name that is an ordinary word as well.
    NameAmbiguous,
    /// Denies what follows: `tidak`, `bukan`.
    Neg,
    /// Says that the trouble is over.
    Resolved,
    /// Says something good of us.
    Praise,
    /// Thanks somebody.
    Thanks,
    /// Softens a request: `tolong`, `mohon`.
    Polite,
    /// Speaks of what might be.
    Hypothetical,
    /// Turns praise around.
    Sarcasm,
    /// Ends a clause.
    Break,
    /// A number, for lists that are summed up.
    Score(Points),
    /// Any word that ends in `_off`: shipped switched off.
    Off,
    /// The group names no weight: a plain list of words.
    None,
}

const WORDS: [(&str, Weight); 20] = [
    ("strong", Weight::Strong),
    ("medium", Weight::Medium),
    ("weak", Weight::Weak),
    ("exclude", Weight::Exclude),
    ("exclude_context", Weight::ExcludeContext),
    ("marker", Weight::Marker),
    ("needs_me", Weight::NeedsMe),
    ("rhetoric", Weight::Rhetoric),
    ("aux", Weight::Aux),
    ("route", Weight::Route),
    ("name", Weight::Name),
    ("name_ambiguous", Weight::NameAmbiguous),
    ("neg", Weight::Neg),
    ("resolved", Weight::Resolved),
    ("praise", Weight::Praise),
    ("thanks", Weight::Thanks),
    ("polite", Weight::Polite),
    ("hypothetical", Weight::Hypothetical),
    ("sarcasm", Weight::Sarcasm),
    ("break", Weight::Break),
];

impl Weight {
    /// Returns the weight called `word`: one of the words, a number, or anything that ends in `_off`.
    pub fn parse(word: &str) -> Option<Weight> {
        if let Some((_, weight)) = WORDS.iter().find(|(name, _)| *name == word) {
            return Some(*weight);
        }
        if word.len() > "_off".len() && word.ends_with("_off") {
            return Some(Weight::Off);
        }
        let score: f64 = word.parse().ok()?;
        Points::written(score).filter(|_| score.abs() <= MAX_SCORE).map(Weight::Score)
    }
}

pub(super) struct Header<'a> {
    pub(super) name: &'a str,
    pub(super) weight: Option<Weight>,
    pub(super) is_class: bool,
}

/// Reads the head of a group; `text` begins with `#@`.
pub(super) fn parse_header(text: &str) -> Result<Header<'_>, Mistake<'_>> {
    let mut words = text.split_whitespace();
    let head = words.next().unwrap_or(text);
    let (is_class, notation) = match head {
        "#@group" => (false, "write `#@group NAME weight=W`"),
        "#@class" => (true, "write `#@class NAME`"),
        _ => {
            let hint = "`#@` begins `#@group NAME weight=W`, `#@class NAME`, `#@with ..` or `#@unless ..`";
            return Err(Mistake::new(head, format!("`{head}` is not known"), hint));
        }
    };
    let Some(name) = words.next() else {
        return Err(Mistake::new(head, format!("the {} has no name", head.trim_start_matches("#@")), notation));
    };
    if !is_class_name(name) {
        let what = format!("`{name}` cannot be the name of a {}", head.trim_start_matches("#@"));
        return Err(Mistake::new(name, what, "use a-z, 0-9 and _"));
    }
    let weight = if is_class { None } else { words.next().map(parse_weight).transpose()? };
    match words.next() {
        Some(extra) => Err(Mistake::new(extra, format!("`{extra}` does not belong here"), notation)),
        None => Ok(Header { name, weight, is_class }),
    }
}

fn parse_weight(word: &str) -> Result<Weight, Mistake<'_>> {
    let Some(value) = word.strip_prefix("weight=") else {
        return Err(Mistake::new(word, format!("`{word}` is not a weight"), "write `weight=W` without spaces"));
    };
    Weight::parse(value).ok_or_else(|| {
        let names = WORDS.map(|(name, _)| name);
        let hint = match did_you_mean(value, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "a number up to {MAX_SCORE} with at most two digits behind the point, a word that ends in _off, or one of {}",
                names.join(", ")
            ),
        };
        Mistake::new(value, format!("unknown weight `{value}`"), hint)
    })
}
