//! Which brokers can be reached, for the log: told when it changes, once a minute while it lasts (D124), and never once
//! for each client and try. What else the client library says is let through up to a number of lines a minute.
//!
//! One for the whole process: lanes and their clients lose a broker together. Nothing is decided by it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

/// How often it is said again that a broker cannot be reached, and how many other lines were left out.
const SUMMARY: Duration = Duration::from_secs(60);

/// Changes that are told of one broker, and other lines of one kind, at once and then a minute.
const AT_ONCE: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// What the process knows.
pub(super) static REACH: LazyLock<Mutex<Reach<DefaultClock>>> = LazyLock::new(|| Mutex::new(Reach::new(DefaultClock::default())));

/// Brokers that cannot be reached, by `host:port`.
pub(super) struct Reach<C: Clock> {
    clock: C,
    down: BTreeMap<String, Down<C::Instant>>,
    limiter: RateLimiter<String, HashMapStateStore<String>, C, NoOpMiddleware<C::Instant>>,
    /// Other lines that were left out since it was said last.
    left_out: u64,
    last_summary: C::Instant,
}

struct Down<I> {
    since: I,
    said: I,
    tries: u64,
    /// That it is down was told, so its return will be.
    told: bool,
    reason: String,
}

/// What the log is to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum News {
    Lost { broker: String, reason: String },
    StillLost { broker: String, seconds: u64, tries: u64, reason: String },
    Back { broker: String, seconds: u64, tries: u64 },
    LeftOut { lines: u64 },
}

impl<C: Clock + Clone> Reach<C> {
    fn new(clock: C) -> Self {
        let limiter = RateLimiter::hashmap_with_clock(Quota::per_minute(AT_ONCE), clock.clone());
        let last_summary = clock.now();
        Reach { clock, down: BTreeMap::new(), limiter, left_out: 0, last_summary }
    }

    /// Notes a connection that failed, in the library's words.
    pub(super) fn failed(&mut self, line: &str) -> Option<News> {
        let (broker, reason) = parts(line);
        let now = self.clock.now();
        if let Some(down) = self.down.get_mut(broker) {
            down.tries += 1;
            reason.clone_into(&mut down.reason);
            return None;
        }
        let told = self.limiter.check_key(&broker.to_owned()).is_ok();
        let down = Down { since: now, said: now, tries: 1, told, reason: reason.to_owned() };
        self.down.insert(broker.to_owned(), down);
        told.then(|| News::Lost { broker: broker.to_owned(), reason: reason.to_owned() })
    }

    /// Notes that a connection to `broker` stands.
    pub(super) fn stands(&mut self, broker: &str) -> Option<News> {
        let now = self.clock.now();
        let down = self.down.remove(broker)?;
        let seconds = seconds(now, down.since);
        down.told.then(|| News::Back { broker: broker.to_owned(), seconds, tries: down.tries })
    }

    /// Returns whether another line of that kind is to be shown.
    pub(super) fn shows(&mut self, kind: &str) -> bool {
        let shown = self.limiter.check_key(&kind.to_owned()).is_ok();
        self.left_out += u64::from(!shown);
        shown
    }

    /// Returns what is to be said again by now.
    pub(super) fn summary(&mut self) -> Vec<News> {
        let now = self.clock.now();
        let due = |last: C::Instant| Duration::from(now.duration_since(last)) >= SUMMARY;
        let mut news = Vec::new();
        for (broker, down) in self.down.iter_mut().filter(|(_, down)| due(down.said)) {
            (down.said, down.told) = (now, true);
            let (seconds, tries, reason) = (seconds(now, down.since), down.tries, down.reason.clone());
            news.push(News::StillLost { broker: broker.clone(), seconds, tries, reason });
        }
        if due(self.last_summary) {
            self.last_summary = now;
            let lines = std::mem::take(&mut self.left_out);
            news.extend((lines > 0).then_some(News::LeftOut { lines }));
        }
        news
    }
}

fn seconds<I: Reference>(now: I, since: I) -> u64 {
    Duration::from(now.duration_since(since)).as_secs()
}

/// Returns the broker of a line as `host:port`, and the rest without the time that it took:
/// `[thrd:..]: ssl://host:9092/1: Connect to .. failed: .. (after 3ms in state CONNECT)`.
fn parts(line: &str) -> (&str, &str) {
    let line = line.strip_prefix("[thrd:").and_then(|rest| rest.split_once("]: ")).map_or(line, |(_, rest)| rest);
    let (mut broker, mut reason) = line.split_once(": ").unwrap_or(("", line));
    broker = broker.rsplit("://").next().unwrap_or(broker);
    broker = broker.split('/').next().unwrap_or(broker);
    // A coordinator is named by its task, and then by its address.
    if let Some((node, rest)) = reason.split_once(": ").filter(|(node, _)| !broker.contains(':') && is_address(node)) {
        (broker, reason) = (node, rest);
    }
    (broker, reason.rfind(" (after ").map_or(reason, |at| &reason[..at]))
}

fn is_address(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.contains(' ') && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn line(broker: &str) -> String {
        format!(
            "[thrd:{broker}/bootstrap]: {broker}/1: Connect to ipv4#127.0.0.1:9 failed: Connection refused (after 0ms in state CONNECT)"
        )
    }

    #[test]
    fn a_line_is_taken_apart() {
        let check = |line: &str, broker: &str, reason: &str| assert_eq!(parts(line), (broker, reason));
        check(&line("a:9"), "a:9", "Connect to ipv4#127.0.0.1:9 failed: Connection refused");
        check("[thrd:x]: sasl_ssl://a:9/bootstrap: SSL handshake failed: no (after 1ms in state X)", "a:9", "SSL handshake failed: no");
        check("[thrd:GroupCoordinator]: GroupCoordinator: a:9: Disconnected (after 1ms in state UP)", "a:9", "Disconnected");
        check("no idea", "", "no idea");
    }

    #[test]
    fn a_broker_is_told_of_when_it_goes_once_a_minute_and_when_it_is_back() {
        let clock = FakeRelativeClock::default();
        let mut reach = Reach::new(clock.clone());
        let reason = "Connect to ipv4#127.0.0.1:9 failed: Connection refused".to_owned();
        let lost = News::Lost { broker: "a:9".into(), reason: reason.clone() };
        assert_eq!(reach.failed(&line("a:9")), Some(lost));
        let mut said = Vec::new();
        for _ in 0..600 {
            clock.advance(Duration::from_millis(250));
            assert_eq!(reach.failed(&line("a:9")), None);
            said.extend(reach.summary());
        }
        let still = |seconds, tries| News::StillLost { broker: "a:9".into(), seconds, tries, reason: reason.clone() };
        assert_eq!(said, [still(60, 241), still(120, 481)]);
        assert_eq!(reach.stands("a:9"), Some(News::Back { broker: "a:9".into(), seconds: 150, tries: 601 }));
        assert_eq!(reach.stands("a:9"), None);
    }

    #[test]
    fn a_broker_that_comes_and_goes_is_told_of_a_few_times_a_minute() {
        let clock = FakeRelativeClock::default();
        let mut reach = Reach::new(clock.clone());
        let mut said = 0;
        for _ in 0..300 {
            said += usize::from(reach.failed(&line("a:9")).is_some());
            clock.advance(Duration::from_millis(100));
            said += usize::from(reach.stands("a:9").is_some());
            clock.advance(Duration::from_millis(100));
        }
        assert!((12..=26).contains(&said), "{said}");
    }

    #[test]
    fn other_lines_are_let_through_up_to_a_number_and_counted_beyond() {
        let clock = FakeRelativeClock::default();
        let mut reach = Reach::new(clock.clone());
        assert_eq!((0..100).filter(|_| reach.shows("REQTMOUT")).count(), 6);
        assert!(reach.shows("MAXPOLL"), "each kind for itself");
        assert_eq!(reach.summary(), []);
        clock.advance(SUMMARY);
        assert_eq!(reach.summary(), [News::LeftOut { lines: 94 }]);
        assert_eq!(reach.summary(), []);
    }
}
