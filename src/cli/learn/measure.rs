//! How good what is learned is, on posts that it was not learned from, beside what is written.

use std::fmt;

use serde::Serialize;

use super::super::labels::Counts;
use super::examples::Examples;

/// Four ways to tell the same.
#[derive(Debug, Serialize)]
pub struct Figures {
    target: String,
    posts: usize,
    folds: usize,
    rows: Vec<(String, Counts)>,
}

/// Judges each of `folds` parts by what the others teach.
pub fn cross_validate(examples: &Examples, folds: usize) -> Figures {
    let (mut by_rules, mut by_score, mut weights, mut phrases) =
        (Counts::default(), Counts::default(), Counts::default(), Counts::default());
    let part = |row: usize| usize::try_from(examples.customers[row]).unwrap_or(0) % folds;
    for (row, &target) in examples.targets.iter().enumerate() {
        by_rules.add(examples.by_rules[row], target);
        by_score.add(examples.by_score[row], target);
    }
    for fold in 0..folds {
        for (grams, counts) in [(false, &mut weights), (true, &mut phrases)] {
            let fitted = examples.fit(|row| part(row) != fold, grams);
            let sums = fitted.sums(&examples.columns, examples.targets.len());
            let held_back = (0..sums.len()).filter(|&row| part(row) == fold);
            held_back.for_each(|row| counts.add(sums[row] >= 0.0, examples.targets[row]));
        }
    }
    let rows =
        [("all rules as written", by_rules), ("score as written", by_score), ("weights learned", weights), ("and new phrases", phrases)];
    let rows = rows.map(|(name, counts)| (name.to_owned(), counts)).into();
    Figures { target: format!("{} by {}", examples.target, examples.score), posts: examples.targets.len(), folds, rows }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} labelled posts; what is learned is judged on posts held back ({} parts)\n",
            self.target, self.posts, self.folds
        )?;
        writeln!(f, "{:<22} {:<32} {:<32} {:>6}", "", "precision", "recall", "F1")?;
        self.rows.iter().try_for_each(|(name, counts)| writeln!(f, "{}", counts.row(name, 22)))
    }
}
