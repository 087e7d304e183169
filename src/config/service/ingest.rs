//! `[ingest]`: how much of the feeds may be unreadable (D118).

use super::super::reader::{DAY, MINUTE, SECOND, Table};
use crate::problem::Problem;

/// Fewer unreadable records than this are nothing to stop for.
const FEWEST: usize = 10;

/// How feeds are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ingest {
    /// `[ingest.dead_letter_limit]`. None where its share is 0: whatever cannot be read becomes a dead letter.
    pub dead_letter_limit: Option<DeadLetterLimit>,
}

/// When a topic is not read on because too much of it cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetterLimit {
    /// `share` of `of`, rounded up: so many unreadable records are too many. Default 0.5; 0 is no
    /// limit.
    pub records: usize,
    /// `of`: among so many of the last records of a topic, 100 to 100,000. Default 200.
    pub of: usize,
    /// `pause`: how long the topic is not read then, in milliseconds, 1 s to 1 d. Default 5 m.
    pub pause: i64,
}

impl Ingest {
    pub(super) fn read(table: Table<'_>) -> Ingest {
        let ingest = Ingest { dead_letter_limit: DeadLetterLimit::read(table.section("dead_letter_limit")) };
        table.finish();
        ingest
    }
}

impl DeadLetterLimit {
    fn read(table: Table<'_>) -> Option<DeadLetterLimit> {
        let share_value = table.optional("share");
        let share = share_value.number(0.0..=1.0).unwrap_or(0.5);
        let of = table.optional("of").integer(100..=100_000_usize).unwrap_or(200);
        let pause = table.optional("pause").duration(SECOND..=DAY).unwrap_or(5 * MINUTE);
        // `of` is small enough to be counted; a share that stands for less than a record is rounded up.
        let records = (1..=of).find(|&records| records as f64 >= share * of as f64).unwrap_or(of);
        if share > 0.0 && records < FEWEST {
            let problem = Problem::error(&share_value.spot(), format!("`share` of `of` must be at least {FEWEST} records, not {records}"));
            table.reporter().report(problem.hint("raise one of them: a few bad records are nothing to stop for"));
        }
        table.finish();
        (share > 0.0).then_some(DeadLetterLimit { records, of, pause })
    }
}
