//! Changes that no test notices, for people.

use super::{Sort, Survey, Tally};
use crate::cli::count;

impl Survey {
    /// Returns at most `most` changes of each sort, and the counts.
    pub fn render(&self, most: usize) -> String {
        let mut out = String::new();
        for (sort, tally) in &self.tallies {
            let survivors = || self.survivors.iter().filter(|survivor| survivor.sort == *sort);
            for survivor in survivors().take(most) {
                out.push_str(&format!("{}: no test notices {}\n", survivor.at, survivor.what));
            }
            if tally.survive > most {
                out.push_str(&format!("and {}; --list N shows more\n", count(tally.survive - most, "more change")));
            }
            out.push_str(&format!("{}\n", summary(*sort, *tally)));
        }
        out
    }
}

fn summary(sort: Sort, tally: Tally) -> String {
    let name = format!("{sort:?}").to_lowercase();
    let share = if tally.changes == 0 { 0.0 } else { 100.0 * tally.survive as f64 / tally.changes as f64 };
    let mut line = format!("{name}: {}, {} noticed, {} not ({share:.1} %)", count(tally.changes, "change"), tally.noticed, tally.survive);
    if tally.concern_no_test > 0 {
        line.push_str(&format!("; {} of these stand in no post of a test", tally.concern_no_test));
    }
    line
}
