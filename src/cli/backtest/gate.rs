//! `--compare`: the flips to another rule set, and the limits that gate a change of rules.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::super::{Exit, count};
use crate::compare::Flips;

/// The other rule set, and what may change.
#[derive(Debug, clap::Args)]
pub struct Gate {
    /// Judge with the rules in this folder too, and show which verdicts flip from --config to them and why
    #[arg(long, value_name = "OTHER_DIR")]
    pub compare: Option<PathBuf>,
    /// Posts that are shown for each kind of flip
    #[arg(long, value_name = "N", default_value_t = 3, requires = "compare")]
    pub samples: usize,
    /// End with exit code 1 if more verdicts flip
    #[arg(long, value_name = "N", requires = "compare")]
    max_flips: Option<usize>,
    /// End with exit code 1 if more posts are escalated that were not
    #[arg(long, value_name = "N", requires = "compare")]
    max_new_escalations: Option<usize>,
    /// With one of these limits: lines of the input that may be unreadable, as nobody knows what would become of them
    #[arg(long, value_name = "N", requires = "compare", default_value_t = 0)]
    max_unreadable: usize,
}

#[derive(Debug, Serialize)]
pub struct Compared {
    /// Hash of the rules in --config.
    pub before: String,
    /// Hash of the rules in --compare.
    pub after: String,
    /// Lines and items of the input that cannot be read, and that no number below counts.
    pub unreadable: usize,
    /// The limits that are exceeded, in words.
    pub exceeded: Vec<String>,
    #[serde(flatten)]
    pub flips: Flips,
}

impl Gate {
    /// Holds what differs against the limits. So many lines are `unreadable`.
    pub fn judge(&self, before: &str, after: &str, flips: Flips, unreadable: usize) -> Compared {
        let limits = [
            ("--max-flips", self.max_flips, flips.flips, "verdicts flip"),
            ("--max-new-escalations", self.max_new_escalations, flips.new_escalations, "posts are newly escalated"),
        ];
        let over = |(option, limit, found, what): (&str, Option<usize>, usize, &str)| {
            let limit = limit.filter(|limit| found > *limit)?;
            Some(format!("{found} {what}, more than {option} {limit}"))
        };
        let mut exceeded: Vec<String> = limits.into_iter().filter_map(over).collect();
        if limits.iter().any(|(_, limit, ..)| limit.is_some()) {
            exceeded.extend(self.unproven(flips.posts, unreadable));
        }
        Compared { before: before.to_owned(), after: after.to_owned(), unreadable, exceeded, flips }
    }

    /// Returns why the limits prove nothing though they are kept.
    fn unproven(&self, posts: usize, unreadable: usize) -> Option<String> {
        if unreadable > self.max_unreadable {
            let lines = count(unreadable, "line");
            return Some(format!(
                "{lines} of the input cannot be read, more than --max-unreadable {}: the limits prove nothing",
                self.max_unreadable
            ));
        }
        (posts == 0).then(|| "there is no post in the input: the limits prove nothing".to_owned())
    }
}

impl Compared {
    /// Returns how the command ends.
    pub fn exit(&self) -> Exit {
        if self.exceeded.is_empty() { Exit::Ok } else { Exit::Findings }
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "from rules {} to rules {}", self.before, self.after)?;
        if self.unreadable > 0 {
            writeln!(f, "{} cannot be read and not counted here", count(self.unreadable, "line"))?;
        }
        write!(f, "{}", self.flips)?;
        self.exceeded.iter().try_for_each(|limit| writeln!(f, "\n{limit}"))
    }
}
