//! Hashtags: those on a list, in the text or in the record's own list.

use rustc_hash::FxHashSet;

use super::{Findings, Place, Trace, View, What};

/// A signal over hashtags.
#[derive(Debug)]
pub struct Hashtags {
    /// Whole tags, in lower case.
    pub tags: FxHashSet<Box<str>>,
    /// Beginnings of tags, in lower case.
    pub prefixes: Vec<Box<str>>,
    /// Any tag counts.
    pub any: bool,
    /// How many different ones it takes.
    pub min: u16,
}

impl Hashtags {
    pub(super) fn evaluate(&self, view: &View<'_>, findings: &mut Findings) -> (bool, f32, f32) {
        let mut count = 0_u16;
        for (number, tag) in view.facts.tags.iter().enumerate() {
            if self.counts(&tag.name) && !view.facts.tags[..number].iter().any(|earlier| earlier.name == tag.name) {
                count += 1;
                let what = What::Tag(u16::try_from(number).unwrap_or(u16::MAX));
                findings.traces.push(Trace { what, place: Place::Text(tag.span), weight: 1.0 });
            }
        }
        for (number, tag) in view.post.hashtags.iter().enumerate() {
            let tag = tag.trim_start_matches('#').to_lowercase();
            if self.counts(&tag) && !view.facts.tags.iter().any(|in_text| in_text.name == tag) {
                count += 1;
                let what = What::RecordTag(u16::try_from(number).unwrap_or(u16::MAX));
                findings.traces.push(Trace { what, place: Place::Elsewhere, weight: 1.0 });
            }
        }
        (count >= self.min, f32::from(count), f32::from(self.min))
    }

    fn counts(&self, tag: &str) -> bool {
        self.any || self.tags.contains(tag) || self.prefixes.iter().any(|prefix| tag.starts_with(&**prefix))
    }
}
