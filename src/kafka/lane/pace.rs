//! How fast a lane works through what lies behind: in longer transactions, and no more than so many old records a second
//! (D129). What is live is read at once.
//!
//! Where the number is reached, the partitions that are behind rest and are read on later; what arrives meanwhile in the
//! others is not kept waiting. Nothing is decided about any record. Knows no client.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::config::service::{CatchUp, Run};
use crate::kafka::clients::settings::millis;
use crate::post::Millis;

/// How long partitions rest once the number is reached. Shorter, and they are fetched again and again for a few records.
const REST: Duration = Duration::from_millis(500);

/// Records of which even the newest is so old, in milliseconds and by its timestamp, lose nothing by a transaction [`LONGER`]
/// times as long; while one is committed nothing is judged, and each writes the states of its customers.
const BEHIND: i64 = 10_000;
const LONGER: u32 = 4;

type Limiter<C> = RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>;

/// The pace of one lane.
pub(super) struct Pace<C: Clock = DefaultClock> {
    clock: C,
    /// Nothing is limited, if absent.
    limit: Option<(Limiter<C>, i64)>,
    /// Numbers of the positions whose last record was old.
    behind: BTreeSet<usize>,
    /// Those that rest, and until when.
    resting: BTreeSet<usize>,
    until: Option<C::Instant>,
}

impl Pace {
    /// Begins with nothing read.
    pub(super) fn new(catch_up: Option<CatchUp>) -> Self {
        Pace::with_clock(catch_up, DefaultClock::default())
    }
}

impl<C: Clock + Clone> Pace<C> {
    fn with_clock(catch_up: Option<CatchUp>, clock: C) -> Self {
        let limiter = |rate: NonZeroU32| RateLimiter::direct_with_clock(Quota::per_second(rate), clock.clone());
        let limit = catch_up.map(|CatchUp { rate, live_within }| (limiter(rate).with_middleware(), live_within));
        let (behind, resting, until) = Default::default();
        Pace { clock, limit, behind, resting, until }
    }

    /// Returns whether anything is limited.
    pub(super) fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// Notes a record of position number `position`, written `at` and read when `now` says. Returns whether it is time to
    /// [`rest`](Pace::rest).
    pub(super) fn note(&mut self, position: usize, at: Millis, now: impl FnOnce() -> Millis) -> bool {
        let Some((limiter, live_within)) = &self.limit else { return false };
        if is_live(at, now(), *live_within) {
            self.behind.remove(&position);
            return false;
        }
        self.behind.insert(position);
        limiter.check().map_or(true, |left| left.remaining_burst_capacity() == 0)
    }

    /// Lets the partitions rest that are behind. Returns those that did not before.
    pub(super) fn rest(&mut self) -> Vec<usize> {
        self.until.get_or_insert(self.clock.now() + REST.into());
        let new: Vec<usize> = self.behind.difference(&self.resting).copied().collect();
        self.resting.extend(&new);
        new
    }

    /// Ends the rest, if it is over. Returns the positions that are to be read on.
    pub(super) fn awake(&mut self) -> Vec<usize> {
        if self.until.is_none_or(|until| until > self.clock.now()) {
            return Vec::new();
        }
        self.until = None;
        std::mem::take(&mut self.resting).into_iter().collect()
    }

    /// Begins anew, since partitions are read from elsewhere or given up. Returns the positions that rested.
    pub(super) fn forget(&mut self) -> Vec<usize> {
        self.until = None;
        self.behind.clear();
        std::mem::take(&mut self.resting).into_iter().collect()
    }
}

/// Returns how long a transaction may collect records whose newest was written `age` milliseconds ago.
pub(super) fn longest_transaction(run: &Run, age: i64) -> Duration {
    let interval = millis(run.transaction_interval);
    if age > BEHIND { (interval * LONGER).min(millis(run.transaction_timeout) / 2) } else { interval }
}

/// Whether a record written `at` is read at once: it is not older than `within`, or not as old as that can be told.
fn is_live(at: Millis, now: Millis, within: i64) -> bool {
    now.get().saturating_sub(at.get()) <= within
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use proptest::prelude::*;

    use super::*;
    use crate::config::service::Service;

    const NOW: i64 = 1_000_000;
    const LIVE: i64 = 60_000;

    fn pace(rate: u32) -> (Pace<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let catch_up = CatchUp { rate: NonZeroU32::new(rate).unwrap(), live_within: LIVE };
        (Pace::with_clock(Some(catch_up), clock.clone()), clock)
    }

    #[test]
    fn what_is_behind_is_read_in_longer_transactions() {
        let check = |interval: i64, timeout: i64, age: i64, expected: i64| {
            let service = Service::load(None, std::iter::empty(), &[]).expect("settings");
            let run = Run { transaction_interval: interval, transaction_timeout: timeout, ..service.run };
            assert_eq!(longest_transaction(&run, age), millis(expected), "{interval} of {timeout}, {age} old");
        };
        check(100, 5_000, 0, 100);
        check(100, 5_000, BEHIND, 100);
        check(100, 5_000, BEHIND + 1, 400);
        check(100, 5_000, -BEHIND, 100);
        check(1_000, 5_000, BEHIND + 1, 2_500);
        check(2_500, 5_000, BEHIND + 1, 2_500);
    }

    #[test]
    fn without_a_rate_nothing_rests() {
        let mut pace = Pace::new(None);
        assert!((0..100_000).all(|_| !pace.note(0, Millis::new(0), || Millis::new(NOW))));
    }

    #[test]
    fn what_is_behind_rests_and_is_read_on() {
        let (mut pace, clock) = pace(10);
        let mut old = |position| pace.note(position, Millis::new(0), || Millis::new(NOW));
        assert_eq!((0..10).filter(|_| old(0)).count(), 1, "the last of ten");
        assert!(old(1), "another partition that is behind");
        assert_eq!(pace.rest(), [0, 1]);
        assert_eq!(pace.rest(), [0; 0]);
        assert!(!pace.note(2, Millis::new(NOW), || Millis::new(NOW)));
        assert_eq!(pace.awake(), [0; 0]);
        clock.advance(REST);
        assert_eq!(pace.awake(), [0, 1]);
        assert_eq!((pace.awake(), pace.rest().len()), (vec![], 2));
        assert_eq!(pace.forget(), [0, 1]);
        clock.advance(REST);
        assert_eq!((pace.awake(), pace.rest()), (vec![], vec![]));
    }

    proptest! {
        /// A lane as it reads: live records, however many, never rest; of old ones no more are read than the rate and one
        /// for each partition at each rest.
        #[test]
        fn live_records_pass_and_old_ones_keep_to_the_rate(
            rate in 1u32..200,
            records in prop::collection::vec((0usize..4, any::<bool>(), 0u64..50), 1..400),
        ) {
            let (mut pace, clock) = pace(rate);
            let (mut elapsed, mut old_ones, mut rests) = (0, 0, 0);
            for (position, old, pause) in records {
                clock.advance(Duration::from_millis(pause));
                elapsed += pause;
                pace.awake();
                if old && pace.resting.contains(&position) {
                    continue;
                }
                let at = if old { NOW - LIVE - 1 } else { NOW - LIVE };
                let rest = pace.note(position, Millis::new(at), || Millis::new(NOW));
                prop_assert!(old || !rest);
                old_ones += u64::from(old);
                if rest {
                    rests += 1;
                    pace.rest();
                    prop_assert!(pace.resting.contains(&position));
                }
            }
            prop_assert!(old_ones <= u64::from(rate) * (1_000 + elapsed) / 1_000 + 1 + rests, "{} of {} in {} ms", old_ones, rate, elapsed);
        }
    }
}
