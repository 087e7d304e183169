//! Points at which a process can be made to die or to wait, for the tests of exactly-once. Without the feature
//! `failpoints`, which no shipped program has, passing a point does nothing.
//!
//! `FAILPOINTS=name=actions` in the environment, in the notation of the crate `fail`: `after_poll=19*off->return` is a
//! real SIGKILL, by the process itself, the 20th time one of its lanes passes the point; `return(900)`: so many
//! microseconds later; `sleep(3000)`: a wait of so many milliseconds. Knows nothing of what is done there.

use std::time::Duration;

/// Where something can happen to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// A first record was read, no transaction is open.
    AfterPoll,
    /// A transaction begins. Asked for: it is held open until the group wants something, or for [`HELD_OPEN`].
    OpenBatch,
    /// The group wants something while a transaction is open.
    ChangeInBatch,
    /// Some records of a transaction are handed over.
    MidProduce,
    /// All records are delivered; the offsets are not sent.
    BeforeOffsets,
    /// So are the offsets; nothing is decided.
    AfterOffsets,
    /// The request to commit is on its way.
    DuringCommit,
    /// The commit was answered.
    AfterCommit,
    /// Some of a state was read back.
    DuringRestore,
    /// The group says that partitions come or go.
    InRebalance,
}

/// How long a transaction is held open at [`Point::OpenBatch`].
pub(super) const HELD_OPEN: Duration = Duration::from_secs(300);

#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(super) fn pass(_: Point) {}

/// Returns whether something out of the ordinary is to be done at a point.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(super) const fn asked(_: Point) -> bool {
    false
}

#[cfg(feature = "failpoints")]
pub(super) use self::armed::{asked, pass};

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::Once;
    use std::thread;
    use std::time::Duration;

    use fail::{FailScenario, fail_point};
    use signal_hook::consts::signal::SIGKILL;
    use signal_hook::low_level::raise;

    use super::Point;

    /// Passes `point`; may be the end.
    pub(in super::super) fn pass(point: Point) {
        read_environment();
        fail_point!(name(point), |micros| die(point, micros.and_then(|text| text.parse().ok()).unwrap_or_default()));
    }

    /// Returns whether something out of the ordinary is to be done at `point`.
    pub(in super::super) fn asked(point: Point) -> bool {
        read_environment();
        fail_point!(name(point), |_| true);
        false
    }

    /// Reads `FAILPOINTS`, once; it holds as long as the process lives.
    fn read_environment() {
        static READ: Once = Once::new();
        READ.call_once(|| std::mem::forget(FailScenario::setup()));
    }

    fn die(point: Point, micros: u64) {
        let kill = move || {
            thread::sleep(Duration::from_micros(micros));
            drop(raise(SIGKILL));
        };
        // Beside the lane, which goes on into the call.
        if point == Point::DuringCommit { drop(thread::spawn(kill)) } else { kill() }
    }

    fn name(point: Point) -> &'static str {
        match point {
            Point::AfterPoll => "after_poll",
            Point::OpenBatch => "open_batch",
            Point::ChangeInBatch => "change_in_batch",
            Point::MidProduce => "mid_produce",
            Point::BeforeOffsets => "before_offsets",
            Point::AfterOffsets => "after_offsets",
            Point::DuringCommit => "during_commit",
            Point::AfterCommit => "after_commit",
            Point::DuringRestore => "during_restore",
            Point::InRebalance => "in_rebalance",
        }
    }
}
