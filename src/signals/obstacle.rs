//! Why an entry of a lexicon that stands in the text does not count: what voids it, or what it lacks near it and by how
//! much. For whoever explains; decides nothing.

use std::fmt;

use serde::Serialize;

use super::{Findings, Place, Relation, Side, View};
use crate::text::{Hit, Miss};

/// An entry that stands in the text, and what keeps it from counting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// The entry as it is written.
    pub entry: String,
    /// What must stand near it, or must not: the name of a signal or of a group.
    pub by: String,
    /// How near, in words; neighbours are 1 apart.
    pub within: u16,
    /// On which side of the entry.
    pub side: Side,
    /// What is the matter.
    #[serde(flatten)]
    pub snag: Snag,
}

/// What is the matter between an entry and what must, or must not, stand near it. `found` is the text there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Snag {
    /// It stands near, and voids the entry.
    Voided {
        /// What voids it, as the text has it.
        found: String,
    },
    /// It must stand near, and stands nowhere.
    Absent,
    /// It must stand near, and the nearest is too far.
    TooFar {
        /// The nearest, as the text has it.
        found: String,
        /// How far away, in words; neighbours are 1 apart.
        away: u32,
    },
    /// It must stand near, and stands on the other side only.
    OtherSide {
        /// The nearest on that side, as the text has it.
        found: String,
    },
    /// A guard of the entry itself, which `by` quotes, says no.
    Guarded {
        /// What it looked for and found, or, being wanted, the nearest that is too far away.
        #[serde(skip_serializing_if = "Option::is_none")]
        found: Option<String>,
        /// It looked for what must stand there.
        wanted: bool,
    },
    /// It stands near, and a clause ends between.
    OtherClause {
        /// What stands in the other clause.
        found: String,
    },
}

impl Obstacle {
    /// Returns what a guard said of an entry of `view.book`.
    pub(super) fn of_guard(miss: &Miss, view: &View<'_, '_>) -> Self {
        let entry = view.book.entry(miss.hit.entry).text.split('|').next().unwrap_or_default().trim().to_owned();
        let snag = Snag::Guarded { found: miss.place.map(|place| said(place, view)), wanted: miss.wanted };
        Obstacle { entry, by: miss.guard.to_string(), within: 0, side: Side::Either, snag }
    }
}

impl Snag {
    /// Returns what `relation`, which `hit` must have if `required` and must not have otherwise, keeps it from; `None`:
    /// nothing.
    pub(super) fn of(relation: &Relation, required: bool, hit: &Hit, view: &View<'_, '_>, findings: &Findings) -> Option<Self> {
        let places = || {
            findings.traces(relation.signal).iter().filter_map(|trace| match trace.place {
                Place::Tokens(first, end) => Some((first, end)),
                Place::Text(_) | Place::Elsewhere => None,
            })
        };
        let near = places().find(|&(first, end)| relation.fits(hit, first, end, view));
        match (required, near) {
            (true, Some(_)) | (false, None) => None,
            (false, Some(place)) => Some(Snag::Voided { found: said(place, view) }),
            (true, None) => Some(Snag::missing(relation, hit, places(), view)),
        }
    }

    fn missing(relation: &Relation, hit: &Hit, places: impl Iterator<Item = (u32, u32)> + Clone, view: &View<'_, '_>) -> Self {
        let away = |&(first, end): &(u32, u32)| if first >= hit.end { first - hit.end + 1 } else { (hit.first + 1).saturating_sub(end) };
        let on_side = |&(first, end): &(u32, u32)| match relation.side {
            Side::Before => end <= hit.first,
            Side::After => first >= hit.end,
            Side::Either => true,
        };
        match (places.clone().filter(on_side).min_by_key(away), places.min_by_key(away)) {
            (Some(place), _) if away(&place) > u32::from(relation.within) => Snag::TooFar { found: said(place, view), away: away(&place) },
            (Some(place), _) => Snag::OtherClause { found: said(place, view) },
            (None, Some(place)) => Snag::OtherSide { found: said(place, view) },
            (None, None) => Snag::Absent,
        }
    }
}

fn said((first, end): (u32, u32), view: &View<'_, '_>) -> String {
    let bytes = view.facts.bytes(first as usize, end as usize);
    bytes.and_then(|(from, to)| view.post.text.get(from..to)).unwrap_or_default().to_owned()
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Obstacle { entry, by, within, side, snag } = self;
        let side = match side {
            Side::Before => " before",
            Side::After => " after",
            Side::Either => "",
        };
        match snag {
            Snag::Voided { found } => write!(f, "`{entry}` is voided by {by} \"{found}\", within {within}{side}"),
            Snag::Guarded { found: Some(found), wanted: true } => {
                write!(f, "`{entry}` counts only `{by}`, and the nearest is \"{found}\"")
            }
            Snag::Guarded { found: None, .. } => write!(f, "`{entry}` counts only `{by}`, and there is none"),
            Snag::Guarded { found: Some(found), wanted: false } => write!(f, "`{entry}` does not count `{by}`: \"{found}\""),
            Snag::Absent => write!(f, "`{entry}` needs {by} within {within}{side}, and there is none"),
            Snag::TooFar { found, away } => {
                write!(f, "`{entry}` needs {by} within {within}{side}, the nearest is \"{found}\", {away} away")
            }
            Snag::OtherSide { found } => {
                write!(f, "`{entry}` needs {by} within {within}{side}, and \"{found}\" stands on the other side")
            }
            Snag::OtherClause { found } => {
                write!(f, "`{entry}` needs {by} within {within}{side}, and a clause ends between it and \"{found}\"")
            }
        }
    }
}
