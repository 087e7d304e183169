//! Writing in capitals: a share of all letters, or an unbroken shout within a calm text (D34).

use crate::config::reader::Table;
use crate::signals::{Findings, History, Measure, Place, Scope, View, What};

/// When a text counts as written in capitals.
#[derive(Debug)]
pub struct CapitalsLimit {
    /// Letters it takes for the share to mean anything.
    pub min_letters: u32,
    /// Capitals among the letters, 0 to 1, inclusive.
    pub min_share: f32,
    /// Words of an unbroken run.
    pub run_words: u32,
    /// Letters of that run.
    pub run_letters: u32,
}

impl CapitalsLimit {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let capitals = &view.facts.capitals;
        #[expect(clippy::cast_possible_truncation, reason = "a share of letters needs no more than six digits")]
        let share = capitals.share() as f32;
        let by_share = capitals.letters() >= self.min_letters && share >= self.min_share;
        let by_run = capitals.run_words >= self.run_words && capitals.run_letters >= self.run_letters;
        if by_run || by_share {
            findings.note(What::Fact("capitals"), Place::Text(capitals.run_span));
        }
        let share = if capitals.letters() >= self.min_letters { share } else { 0.0 };
        Measure { met: by_share || by_run, value: share, threshold: self.min_share }
    }
}

impl CapitalsLimit {
    /// Reads `min_letters`, `min_share`, `run_words` and `run_letters`.
    pub fn compile(table: &Table<'_>, _: &mut Scope<'_, '_>) -> Option<Self> {
        let min_letters = table.required("min_letters").integer(1..=1_000);
        let min_share = table.required("min_share").number(0.05..=1.0);
        let run_words = table.required("run_words").integer(1..=100);
        let run_letters = table.required("run_letters").integer(1..=1_000);
        #[expect(clippy::cast_possible_truncation, reason = "between 0.05 and 1")]
        let min_share = min_share? as f32;
        Some(CapitalsLimit { min_letters: min_letters?, min_share, run_words: run_words?, run_letters: run_letters? })
    }
}
