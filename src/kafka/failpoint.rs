//! Points at which a process can be made to die, and mistakes it can be made to make, for the tests of exactly-once and
//! for the test of those tests. Without the feature `failpoints`, which no shipped program has, passing a point does
//! nothing and no mistake can be made.
//!
//! `FAILPOINT=name:n` in the environment: a real SIGKILL, by the process itself, the `n`th time one of its lanes passes
//! the point. `SEEDED_BUG=name`: that mistake. Knows nothing of what is done there.

/// Where a process can die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// A first record was read, no transaction is open.
    AfterPoll,
    /// Some records of a transaction are handed over.
    MidProduce,
    /// All are delivered; the offsets are not sent.
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

/// A mistake that must be noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bug {
    /// Offsets are committed beside the transaction.
    OffsetsOutsideTransaction,
    /// The journal is written beside the transaction.
    JournalOutsideTransaction,
    /// What an aborted transaction has done to the state stays.
    NoRollback,
    /// A producer of which a late request may still be under way goes on.
    NoEndGuard,
    /// Partitions are given up while what was read of them is still to be committed, and is: as the member of the group
    /// that the lane has become meanwhile. Either alone does no harm.
    BatchKeptAfterRevoke,
    /// The journal is read with what was never committed.
    UncommittedJournal,
    /// Where the committed offset is gone, reading begins at the oldest.
    EarliestWhenGone,
    /// A partition that comes back is taken to be as it was left.
    NeverRestored,
    /// States are forgotten by the wall clock, with their cases.
    ExpiryByWallClock,
}

#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(super) fn pass(_: Point) {}

/// Whether the mistake is to be made.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(super) const fn made(_: Bug) -> bool {
    false
}

#[cfg(feature = "failpoints")]
pub(super) use self::armed::{made, pass};

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    use signal_hook::consts::signal::SIGKILL;
    use signal_hook::low_level::raise;

    use super::{Bug, Point};

    struct Armed {
        name: String,
        passes_left: AtomicU64,
    }

    fn armed() -> Option<&'static Armed> {
        static ARMED: OnceLock<Option<Armed>> = OnceLock::new();
        let read = || {
            let value = std::env::var("FAILPOINT").ok()?;
            let (name, passes) = value.split_once(':')?;
            Some(Armed { name: name.to_owned(), passes_left: AtomicU64::new(passes.parse().ok()?) })
        };
        ARMED.get_or_init(read).as_ref()
    }

    fn name(point: Point) -> &'static str {
        match point {
            Point::AfterPoll => "after_poll",
            Point::MidProduce => "mid_produce",
            Point::BeforeOffsets => "before_offsets",
            Point::AfterOffsets => "after_offsets",
            Point::DuringCommit => "during_commit",
            Point::AfterCommit => "after_commit",
            Point::DuringRestore => "during_restore",
            Point::InRebalance => "in_rebalance",
        }
    }

    /// Passes `point`; may be the end.
    pub(in super::super) fn pass(point: Point) {
        let Some(armed) = armed().filter(|armed| armed.name == name(point)) else { return };
        if armed.passes_left.fetch_sub(1, Ordering::Relaxed) != 1 {
            return;
        }
        match point {
            // Long enough for the client to send some of what it was given.
            Point::MidProduce => thread::sleep(Duration::from_millis(u64::from(std::process::id() % 16))),
            // Beside the lane, which goes on into the call; most commits take 0.5 to 3 ms.
            Point::DuringCommit => {
                let delay = Duration::from_micros(u64::from(std::process::id() % 32) * 60);
                drop(thread::spawn(move || {
                    thread::sleep(delay);
                    drop(raise(SIGKILL));
                }));
                return;
            }
            _ => (),
        }
        drop(raise(SIGKILL));
    }

    /// Whether the mistake is to be made.
    pub(in super::super) fn made(bug: Bug) -> bool {
        static SEEDED: OnceLock<Option<String>> = OnceLock::new();
        SEEDED.get_or_init(|| std::env::var("SEEDED_BUG").ok()).as_deref() == Some(bug_name(bug))
    }

    fn bug_name(bug: Bug) -> &'static str {
        match bug {
            Bug::OffsetsOutsideTransaction => "offsets_outside_transaction",
            Bug::JournalOutsideTransaction => "journal_outside_transaction",
            Bug::NoRollback => "no_rollback",
            Bug::NoEndGuard => "no_end_guard",
            Bug::BatchKeptAfterRevoke => "batch_kept_after_revoke",
            Bug::UncommittedJournal => "uncommitted_journal",
            Bug::EarliestWhenGone => "earliest_when_gone",
            Bug::NeverRestored => "never_restored",
            Bug::ExpiryByWallClock => "expiry_by_wall_clock",
        }
    }
}
