//! Which dead letters of one partition were fed in again: the committed offset, below which all were, and the runs
//! beyond it, which a filter has left gaps between. They travel as the note of the committed offset. Pure.

/// The longest note that brokers take by default is 4,096 bytes.
const LONGEST_NOTE: usize = 4_000;

/// What was done before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// The first offset that was not fed in again, or lies behind a letter that was not.
    pub(super) below: i64,
    /// First and last of each run beyond.
    runs: Vec<(i64, i64)>,
}

impl Done {
    /// Reads what was committed. `None`: the note is not ours.
    pub(super) fn parse(below: i64, note: &str) -> Option<Done> {
        let mut at = below;
        let mut runs = Vec::new();
        for run in note.split(',').filter(|run| !run.is_empty()) {
            let (gap, more) = run.split_once('+')?;
            let (gap, more): (u32, u32) = (gap.parse().ok()?, more.parse().ok()?);
            let first = at.checked_add(i64::from(gap))?;
            at = first.checked_add(i64::from(more))?;
            runs.push((first, at));
        }
        Some(Done { below, runs })
    }

    /// Returns whether the letter at `offset` is among them.
    pub(super) fn contains(&self, offset: i64) -> bool {
        offset < self.below || self.runs.iter().any(|&(first, last)| (first..=last).contains(&offset))
    }
}

/// What will be done, letter by letter in their order. Offsets without a letter do not break a run.
#[derive(Debug, Default)]
pub(super) struct Progress {
    done: Done,
    /// A letter was left.
    gap: bool,
    /// The last letter belongs to the last run.
    running: bool,
}

impl Progress {
    /// Begins with everything before `below` done.
    pub(super) fn new(below: i64) -> Self {
        Progress { done: Done { below, runs: Vec::new() }, gap: false, running: false }
    }

    /// Passes the next letter, at `offset`; `done`: it was or is fed in again.
    pub(super) fn pass(&mut self, offset: i64, done: bool) {
        self.gap |= !done;
        match (done, self.gap, self.done.runs.last_mut()) {
            (false, ..) => (),
            (true, false, _) => self.done.below = offset + 1,
            (true, true, Some(run)) if self.running => run.1 = offset,
            (true, true, _) => self.done.runs.push((offset, offset)),
        }
        self.running = done;
    }

    /// Returns what to commit: offset and note. `None`: the note is too long for a broker.
    pub(super) fn to_commit(&self) -> Option<(i64, String)> {
        let mut at = self.done.below;
        let mut parts = Vec::new();
        for &(first, last) in &self.done.runs {
            parts.push(format!("{}+{}", first - at, last - first));
            at = last;
        }
        let note = parts.join(",");
        (note.len() <= LONGEST_NOTE).then_some((self.done.below, note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_by_an_offset_and_a_note() {
        let check = |letters: &[(i64, bool)], below: i64, note: &str| {
            let mut progress = Progress::new(3);
            letters.iter().for_each(|&(offset, done)| progress.pass(offset, done));
            let (offset, said) = progress.to_commit().expect("short");
            assert_eq!((offset, said.as_str()), (below, note), "{letters:?}");
            let done = Done::parse(offset, &said).expect("ours");
            for &(offset, is) in letters {
                assert_eq!(done.contains(offset), is, "{offset} of {letters:?}");
            }
        };
        check(&[], 3, "");
        check(&[(3, true), (5, true)], 6, "");
        check(&[(3, false), (5, false)], 3, "");
        check(&[(4, true), (6, false), (7, true), (9, true), (10, false), (12, true)], 5, "2+2,3+0");
        check(&[(4, false), (5, true)], 3, "2+0");
    }

    #[test]
    fn notes_of_others_and_endless_ones_are_noticed() {
        for note in ["x", "1", "1+", "-1+2", "99999999999+1"] {
            assert_eq!(Done::parse(0, note), None, "{note}");
        }
        let mut progress = Progress::new(0);
        (0..4_000).for_each(|offset| progress.pass(offset, offset % 2 == 1));
        assert_eq!(progress.to_commit(), None);
    }
}
