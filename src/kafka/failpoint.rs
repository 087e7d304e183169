//! Points at which a process can be made to die, for the tests of exactly-once. Without the feature `failpoints`, which
//! no shipped program has, passing a point does nothing.
//!
//! `FAILPOINT=name:n` in the environment: a real SIGKILL, by the process itself, the `n`th time one of its lanes passes
//! the point. Knows nothing of what is done there.

/// Where a process can die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Point {
    /// A first record was read, no transaction is open.
    AfterPoll,
    /// Some records of a transaction are handed over.
    MidProduce,
    /// All are; the offsets are not.
    BeforeOffsets,
    /// All are delivered, and so are the offsets; nothing is decided.
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

#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub(super) fn pass(_: Point) {}

#[cfg(feature = "failpoints")]
pub(super) use self::armed::pass;

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    use signal_hook::consts::signal::SIGKILL;
    use signal_hook::low_level::raise;

    use super::Point;

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
}
