//! A post that its author has numbered as a part of several; how such a number is written is told in `part_number`.
//!
//! A date, a fraction or a figure of speech looks alike (`10/11 ..`, `24/7`), so the numbers must be such as parts have.
//! Whether the parts before it came, and whether a unit follows (`1/2 hari`), is a matter of the series: `continuation`.

use crate::config::reader::Table;
use crate::signals::{Findings, History, Measure, PartNumber, Place, Scope, View, What};
use crate::text::Span;

/// A signal over the number that a post gives itself.
#[derive(Debug)]
pub struct Part {
    /// Parts that a series has at most.
    pub most: u16,
}

impl Part {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let text: &str = &view.post.text;
        let number = PartNumber::of_text(text).filter(|number| number.is_possible(self.most));
        let Some(number) = number else { return Measure::one(false) };
        let place = Place::Text(Span::of_bytes(text, number.at));
        findings.note(What::Fact("number of a part"), place);
        Measure::one(true)
    }

    /// Reads `most`, 2 to 99.
    pub fn compile(table: &Table<'_>, _: &mut Scope<'_, '_>) -> Option<Self> {
        Some(Part { most: table.required("most").integer(2..=99)? })
    }
}
