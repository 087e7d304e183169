//! `triage demo`: the whole service on a broker inside this process, fed with sample posts, verdict by verdict.
//!
//! Shows what `triage run` does; decides nothing itself.

mod broker;
mod feed;
mod ledger;
mod show;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use self::broker::Broker;
use self::feed::{Feed, Sample};
use self::ledger::Ledger;
use super::run::{self, Sources};
use super::{ConfigFolder, Exit, Format, Stop, load_rules};
use crate::config::reader::parse_duration;
use crate::kafka::{self, Topic};

/// Longest time the command waits for something to happen.
const IDLE: Duration = Duration::from_secs(30);
/// How long one look at the outputs waits for a record.
const LOOK: Duration = Duration::from_millis(20);
/// Records under way, at most: the broker keeps only about 5 MB of a partition and drops older records silently.
const WINDOW_RECORDS: u64 = 500;
/// Bytes of raw records under way, at most.
const WINDOW_BYTES: usize = 1_000_000;
/// Pause between posts for people who watch.
const WATCHABLE: Duration = Duration::from_millis(60);

/// Shows the service at work: both stages on a broker inside this process, with sample posts of every kind.
#[derive(Debug, clap::Args)]
pub struct Demo {
    #[command(flatten)]
    config: ConfigFolder,
    /// Your own posts instead of the samples: one JSON document a line, in any supported format; `-` is standard input
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,
    /// Pause between posts, as 60ms or 1s [default: 60ms on a terminal, else none]
    #[arg(long, value_name = "TIME", value_parser = pause)]
    pace: Option<Duration>,
    /// How verdicts and the summary are printed; json: one document a line
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn pause(text: &str) -> Result<Duration, &'static str> {
    let wrong = "write a time as 60ms or 1s";
    parse_duration(text).and_then(|millis| u64::try_from(millis).ok()).map(Duration::from_millis).ok_or(wrong)
}

impl Demo {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let rules = load_rules(&self.config.folder)?;
        let feed = Feed::open(self.input.as_deref(), rules.own.clone(), rules.maps.clone())?;
        show::opening(self.format, &rules.hash);
        let broker = Broker::start()?;
        let stop = Arc::new(AtomicBool::new(false));
        let lanes = run::start(&broker.service, &Sources::alone(rules), Arc::clone(&stop))?;
        let pace = self.pace.unwrap_or(if std::io::stdout().is_terminal() { WATCHABLE } else { Duration::ZERO });
        let mut stage = Performance { broker, lanes, ledger: Ledger::default(), format: self.format, moved: Instant::now(), under_way: 0 };
        let performed = stage.perform(feed, pace);
        stop.store(true, Ordering::Relaxed);
        stage.lanes.wait()?;
        performed?;
        let summary = stage.ledger.summary();
        show::closing(self.format, &summary);
        Ok(if summary.unaccounted.is_empty() { Exit::Ok } else { Exit::Findings })
    }
}

/// The service at work and what has been seen of it.
struct Performance {
    broker: Broker,
    lanes: kafka::Supervisor,
    ledger: Ledger,
    format: Format,
    /// When something happened last.
    moved: Instant,
    /// Raw bytes fed since everything was last accounted for.
    under_way: usize,
}

impl Performance {
    /// Feeds everything and waits for what becomes of it; gives up once nothing has happened for [`IDLE`].
    fn perform(&mut self, feed: Feed, pace: Duration) -> Result<(), Stop> {
        self.wait_for_lanes()?;
        for sample in feed {
            let sample = sample?;
            if !self.make_room(&sample)? {
                return Ok(());
            }
            self.under_way += sample.bytes.len();
            self.broker.feed(&sample)?;
            self.ledger.fed(self.broker.input(sample.is_case_event));
            self.moved = Instant::now();
            self.watch(pace)?;
        }
        self.settle().map(drop)
    }

    /// Waits until both stages read, so that the first posts are seen one by one too; not longer than [`IDLE`].
    fn wait_for_lanes(&mut self) -> Result<(), Stop> {
        let begun = Instant::now();
        let reads = |stage: &str| self.lanes.counts(stage).partitions > 0;
        while !(reads("ingest") && reads("triage")) && begun.elapsed() < IDLE {
            // Nothing can come yet: this only passes the time and keeps the connection alive.
            self.broker.next(LOOK)?;
        }
        self.moved = Instant::now();
        Ok(())
    }

    /// Waits until `sample` may be fed; `false`: in vain.
    fn make_room(&mut self, sample: &Sample) -> Result<bool, Stop> {
        let first = self.under_way == 0;
        let full = self.ledger.open_records() >= WINDOW_RECORDS || self.under_way + sample.bytes.len() > WINDOW_BYTES;
        // Case events come by another topic: only waiting keeps them in their place among the posts.
        if first || !(full || sample.is_case_event || self.ledger.last_was_case_event(&self.broker.service.topics.case_events)) {
            return Ok(true);
        }
        self.settle()
    }

    /// Shows what comes out for `time`, at least everything that is there.
    fn watch(&mut self, time: Duration) -> Result<(), Stop> {
        let begun = Instant::now();
        loop {
            let left = time.saturating_sub(begun.elapsed());
            if !self.look(left.min(LOOK))? && left.is_zero() {
                return Ok(());
            }
        }
    }

    /// Shows what comes out until all is accounted for; `false`: nothing has happened for too long.
    fn settle(&mut self) -> Result<bool, Stop> {
        while !self.is_settled() {
            if !self.look(LOOK)? && self.moved.elapsed() > IDLE {
                return Ok(false);
            }
        }
        self.under_way = 0;
        Ok(true)
    }

    /// Shows one record if one comes within `patience`.
    fn look(&mut self, patience: Duration) -> Result<bool, Stop> {
        let Some(seen) = self.broker.next(patience)? else { return Ok(false) };
        self.moved = Instant::now();
        self.ledger.seen(&seen);
        if seen.topic != Topic::Inbox {
            show::record(self.format, &seen);
        }
        Ok(true)
    }

    /// Returns whether the lanes have committed everything, and all that they wrote was seen. Read in the order of the
    /// stages: what the first has written is final once it has read everything.
    fn is_settled(&self) -> bool {
        let ingest = self.lanes.counts("ingest");
        if ingest.records < self.ledger.raw_records() {
            return false;
        }
        let triage = self.lanes.counts("triage");
        let written = |topic| ingest.written_to(topic) + triage.written_to(topic);
        triage.records >= ingest.written_to(Topic::Inbox)
            && broker::WATCHED.iter().all(|&topic| self.ledger.seen_on(topic) >= written(topic))
    }
}
