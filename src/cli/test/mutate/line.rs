//! Lines of lexicons written otherwise, one at a time: the rules are compiled as if somebody had saved the file.

use std::path::Path;

use super::{Fate, Fates, with_edit};
use crate::cli::cores::on_all_cores;
use crate::cli::test::document::RuleTest;
use crate::config::reader::Folder;
use crate::problem::Spot;

/// One line written otherwise.
#[derive(Debug)]
pub(super) struct LineChange {
    pub at: Spot,
    /// The change in words.
    pub what: String,
    /// This word of the line becomes that one; `None`: the line is left empty.
    pub words: Option<(String, String)>,
    /// The numbers of the tests that it can change.
    pub concerned: Vec<usize>,
}

impl LineChange {
    fn apply(&self, line: &str) -> String {
        let Some((from, to)) = &self.words else { return String::new() };
        let word = |word: &str| if word.trim_start_matches('!') == from { word.replace(from.as_str(), to) } else { word.to_owned() };
        line.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
    }
}

/// Returns what became of each of `changes`. What concerns no test needs no run.
pub(super) fn fates(folder: &Folder, tests: &[RuleTest], changes: Vec<LineChange>) -> Fates {
    let ran = on_all_cores(
        &changes,
        || (),
        |(), change| {
            if change.concerned.is_empty() {
                return Fate::Survives { tests: 0 };
            }
            let concerned = change.concerned.iter().filter_map(|&number| tests.get(number));
            with_line(folder, &change.at, |line| change.apply(line)).map_or(Fate::Impossible, |folder| with_edit(&folder, concerned))
        },
    );
    changes.into_iter().zip(ran).map(|(change, fate)| (change.at, change.what, fate)).collect()
}

/// Returns the folder with the line at `spot` written otherwise.
pub(super) fn with_line(folder: &Folder, spot: &Spot, otherwise: impl Fn(&str) -> String) -> Option<Folder> {
    let path = Path::new(&*spot.file);
    let text = fs_err::read_to_string(path).ok()?;
    let line = (spot.line as usize).checked_sub(1)?;
    let lines: Vec<String> =
        text.lines().enumerate().map(|(number, text)| if number == line { otherwise(text) } else { text.to_owned() }).collect();
    Some(folder.edited_at(path, &lines.join("\n")))
}
