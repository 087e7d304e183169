//! `[outages]`: which areas there are, and how many of their customers make an outage. Counts nothing itself.

use std::sync::Arc;

use crate::config::reader::{DAY, MINUTE, Table};
use crate::outage::Thresholds;
use crate::signals::Lexicons;
use crate::text::{GroupId, Hit, PhraseBook};

/// The group whose entries are areas by their own names; the entries of any other group are names of the area that it is
/// called after, with `_` for spaces.
const OWN_NAMES: &str = "areas";

/// Areas and thresholds.
#[derive(Debug)]
pub struct Outages {
    /// When customers of one area make an outage.
    pub thresholds: Thresholds,
    /// The groups of the list, by number; with the area that they all name, if they do.
    groups: Vec<(GroupId, Option<Arc<str>>)>,
}

impl Outages {
    /// Reads the section; `None`: there is none, or it has mistakes, which are reported.
    pub(super) fn read(table: Option<Table<'_>>, lexicons: &mut Lexicons<'_>) -> Option<Self> {
        let table = table?;
        let customers = table.required("customers").integer(2..=1_000);
        let within = table.required("within").duration(MINUTE..=DAY);
        let list = table.required("areas").spotted_string().and_then(|list| lexicons.lexicon(&list));
        table.finish();
        let of = |name: Arc<str>| (*name != *OWN_NAMES).then(|| name.replace('_', " ").into());
        let groups = list?.into_iter().map(|group| (group.id, of(group.name))).collect();
        Some(Outages { thresholds: Thresholds { customers: customers?, within: within? }, groups })
    }

    /// Returns the areas that a text names, each once, in the order of the text.
    pub fn areas<'r>(&'r self, book: &'r PhraseBook, hits: &[Hit]) -> Vec<&'r str> {
        let mut areas: Vec<&str> = Vec::new();
        for hit in hits {
            let Some((_, name)) = self.groups.iter().find(|(group, _)| *group == hit.group) else { continue };
            let area = name.as_deref().unwrap_or(&book.entry(hit.entry).text);
            if !areas.contains(&area) {
                areas.push(area);
            }
        }
        areas
    }
}
