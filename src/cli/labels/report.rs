//! The comparison with labels for people and programs: precision and recall with intervals, a matrix, the worst mistakes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use super::{ByLabel, Counts, Mistake};

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub(super) classes: BTreeMap<String, ByLabel>,
    /// By class as decided.
    pub(super) by_class: BTreeMap<String, Counts>,
    /// By label and class as decided.
    pub(super) confusion: BTreeMap<String, BTreeMap<String, usize>>,
    pub(super) flags: BTreeMap<String, Counts>,
    pub(super) mistakes: Vec<Mistake>,
    pub(super) more_mistakes: usize,
    /// Flags in the labels that no signal or condition is called.
    pub(super) unknown_flags: Vec<String>,
    /// Labels without a verdict.
    pub(super) missing: usize,
}

impl Counts {
    /// Returns the harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.both, 2 * self.both + self.only_ours + self.only_labelled)
    }

    /// Returns precision, recall and F1 after `name`, which takes `width` characters.
    pub fn row(&self, name: &str, width: usize) -> String {
        let precision = share(self.both, self.both + self.only_ours);
        let recall = share(self.both, self.both + self.only_labelled);
        format!("{name:<width$} {precision:<32} {recall:<32} {:>6.3}", self.f1())
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of labelled posts")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Returns `part` of `whole` with the 95 % Wilson interval.
#[expect(clippy::cast_precision_loss, reason = "counts of labelled posts")]
pub fn share(part: usize, whole: usize) -> String {
    const Z: f64 = 1.96;
    if whole == 0 {
        return "-".to_owned();
    }
    let (n, p) = (whole as f64, ratio(part, whole));
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    format!("{p:.3} [{:.3}, {:.3}] {part}/{whole}", ((middle - reach) / scale).max(0.0), ((middle + reach) / scale).min(1.0))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<18} {:>6}  {:<32} {:<32} {:>8}", "label", "posts", "class as labelled", "left the agents' queue", "silenced")?;
        for (name, row) in &self.classes {
            let (right, left) = (share(row.right, row.posts), share(row.left, row.posts));
            writeln!(f, "{name:<18} {:>6}  {right:<32} {left:<32} {:>8}", row.posts, row.silenced)?;
        }
        writeln!(f, "(silenced: left the queue otherwise than as part of a series; in brackets 95 % intervals)\n")?;
        for (title, table) in [("class", &self.by_class), ("flag", &self.flags)] {
            if !table.is_empty() {
                writeln!(f, "{title:<18} {:<32} {:<32} {:>6}", "precision", "recall", "F1")?;
                table.iter().try_for_each(|(name, counts)| writeln!(f, "{}", counts.row(name, 18)))?;
                writeln!(f)?;
            }
        }
        self.matrix(f)?;
        if !self.mistakes.is_empty() {
            writeln!(f, "\n{:<26} {:<14} {:<14} {:<24} because", "mistake", "of", "labelled", "decided")?;
        }
        for mistake in &self.mistakes {
            let Mistake { post_id, what, labelled, decided, because, .. } = mistake;
            writeln!(f, "{post_id:<26} {what:<14} {labelled:<14} {decided:<24} {because}")?;
        }
        if self.more_mistakes > 0 {
            writeln!(f, "and {} more", self.more_mistakes)?;
        }
        if self.missing > 0 {
            writeln!(f, "{} labels have no verdict", self.missing)?;
        }
        if !self.unknown_flags.is_empty() {
            writeln!(f, "no signal or condition is called {}", self.unknown_flags.join(", "))?;
        }
        Ok(())
    }
}

impl Report {
    /// Rows: as labelled; columns: as decided.
    fn matrix(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: BTreeSet<&str> = self.confusion.values().flat_map(|row| row.keys()).map(String::as_str).collect();
        write!(f, "{:<20}", "labelled \\ decided")?;
        columns.iter().try_for_each(|name| write!(f, " {name:>14}"))?;
        writeln!(f)?;
        for (label, row) in &self.confusion {
            write!(f, "{label:<20}")?;
            for column in &columns {
                let number = row.get(*column).map_or_else(|| "-".to_owned(), usize::to_string);
                write!(f, " {number:>14}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
