//! `triage backtest`: recorded posts through a rule set, in order, with the states that they build up.

mod fold;
mod gate;
mod lines;
mod phrases;
mod summary;
mod sweep;

use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use self::gate::Gate;
pub use self::lines::{Recording, bar};
use self::phrases::Usage;
use self::summary::Summary;
use self::sweep::Sweep;
use super::input::Unread;
use super::labels::{self, Labels};
use super::{ConfigFolder, Exit, Format, Stop, load_rules};
use crate::compare::{Comparison, Flips};
use crate::json;
use crate::post::Input;
use crate::record::{Output, TriageRecord};
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;

/// Judges recorded posts in their order, stateful and in event time, exactly as the stream does.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Backtest {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    recording: Recording,
    /// Write one verdict a post to FILE, in the order of the input
    #[arg(long, value_name = "FILE")]
    verdicts: Option<PathBuf>,
    /// Compare with labels: one JSON document a line, with post_id, class and names of signals or conditions
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Mistakes against the labels that are listed
    #[arg(long, value_name = "N", default_value_t = 20, requires = "labels")]
    mistakes: usize,
    /// Say for each phrase in how many posts it was found, counted by a signal, and decisive; and which never were
    #[arg(long)]
    phrases: bool,
    #[command(flatten)]
    gate: Gate,
    /// Run a number of a signal through a range, as SIGNAL.KEY=FIRST..LAST[:STEP], and show what becomes of the posts
    #[arg(long, value_name = "RANGE", conflicts_with_all = ["verdicts", "labels", "phrases", "compare"])]
    sweep: Option<Sweep>,
    /// Threads; customers are shared out among them [default: one for each processor]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const AFTER_HELP: &str = "\
A phrase is decisive in a post if, without it, a signal would not be met that the post's class, its complaint or one of its
conditions stands on.

Examples:
  triage backtest --input posts.jsonl --labels labels.jsonl
  triage backtest --input posts.jsonl --compare ../other/config --max-new-escalations 0
  triage backtest --topic telkomcare.triage.inbox --from 24h --phrases
  triage backtest --input posts.jsonl --sweep burst.posts=3..7";

/// Room for most verdicts.
const LINE: usize = 2048;

/// What one thread knows.
struct Worker<'r, 'l> {
    replay: Replay,
    summary: Summary,
    labels: Option<labels::Comparison<'l>>,
    phrases: Option<Usage>,
    comparison: Option<Comparison<'r>>,
    flips: Flips,
}

impl Backtest {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let threads = fold::threads(self.threads);
        if let Some(sweep) = &self.sweep {
            return sweep.run(&self.config, self.recording.open(&self.config)?, threads, self.format);
        }
        let rules = load_rules(&self.config.folder)?;
        let other = self.gate.compare.as_deref().map(load_rules).transpose()?;
        let labels = self.labels.as_deref().map(Labels::read).transpose()?;
        let lines = self.recording.open(&self.config)?;
        let mut verdicts = self.verdicts.as_deref().map(create).transpose()?;
        let mut workers: Vec<Worker<'_, '_>> = (0..threads).map(|_| self.worker(&rules, other.as_ref(), labels.as_ref())).collect();
        let (mut summary, mut unread) = (Summary::of(&rules), Unread::default());
        let (writes, samples) = (verdicts.is_some(), self.gate.samples);
        let judge = |worker: &mut Worker<'_, '_>, at: usize, recorded: &Recorded<'_>| worker.judge(&rules, at, recorded, writes, samples);
        fold::fold(lines, &rules, &mut workers, judge, |chunk| {
            summary.lines += chunk.lines;
            chunk.bad.iter().for_each(|bad| summary.add_bad(bad));
            unread.add(chunk.lines, chunk.hint, &chunk.bad);
            match &mut verdicts {
                Some(out) => chunk.written.iter().try_for_each(|line| write_line(out, line)),
                None => Ok(()),
            }
        })?;
        if let Some(mut out) = verdicts {
            out.flush().map_err(|error| Stop::usage(format!("cannot write the verdicts: {error}")))?;
        }
        unread.finish();
        self.gather(&rules, other.as_ref(), workers, &mut summary);
        summary.print(self.format);
        Ok(summary.compare.as_ref().map_or(Exit::Ok, |compared| compared.exit()))
    }

    fn worker<'r, 'l>(&self, rules: &'r Rules, other: Option<&'r Rules>, labels: Option<&'l Labels>) -> Worker<'r, 'l> {
        Worker {
            replay: if self.phrases { Replay::with_moot() } else { Replay::default() },
            summary: Summary::default(),
            labels: labels.map(|labels| labels.compare(rules)),
            phrases: self.phrases.then(|| Usage::new(rules)),
            comparison: other.map(|other| Comparison::new(rules, other)),
            flips: Flips::default(),
        }
    }

    /// Brings together what the threads found.
    fn gather(&self, rules: &Rules, other: Option<&Rules>, workers: Vec<Worker<'_, '_>>, summary: &mut Summary) {
        let (mut flips, mut labels, mut phrases) = (Flips::default(), None::<labels::Comparison<'_>>, None::<Usage>);
        for worker in workers {
            summary.merge(&worker.summary);
            flips.merge(worker.flips, self.gate.samples);
            match (&mut labels, worker.labels) {
                (Some(all), Some(part)) => all.merge(part),
                (all, part) => *all = part.or(all.take()),
            }
            match (&mut phrases, worker.phrases) {
                (Some(all), Some(part)) => all.merge(&part),
                (all, part) => *all = part.or(all.take()),
            }
        }
        summary.labels = labels.map(|labels| labels.report(self.mistakes));
        summary.phrases = phrases.map(|usage| usage.report(rules));
        summary.compare = other.map(|other| self.gate.judge(&rules.hash, &other.hash, flips, summary.unreadable));
    }
}

impl Worker<'_, '_> {
    /// Judges one input; its verdict, if it is wanted.
    fn judge(&mut self, rules: &Rules, at: usize, recorded: &Recorded<'_>, writes: bool, samples: usize) -> Option<Vec<u8>> {
        let is_post = matches!(recorded.input, Input::Post(_));
        if let Some(comparison) = self.comparison.as_mut() {
            let flip = comparison.step(recorded);
            if is_post {
                self.flips.add(at, &recorded.customer, flip, samples);
            }
        }
        let outputs = self.replay.step(rules, recorded);
        self.summary.add(&outputs, is_post);
        let verdict = outputs.first().and_then(Output::verdict)?;
        if let Some(labels) = &mut self.labels {
            labels.add(at, verdict);
        }
        let line = writes.then(|| line(verdict));
        if let Some(phrases) = &mut self.phrases {
            let class = verdict.class.to_owned();
            drop(outputs);
            phrases.add(rules, self.replay.workspace(), &class);
        }
        line
    }
}

/// A verdict as a line of the file that was asked for.
fn line(verdict: &TriageRecord<'_>) -> Vec<u8> {
    let mut line = Vec::with_capacity(LINE);
    // To memory: it cannot fail.
    let _ = json::write(&mut line, verdict);
    line
}

fn create(path: &Path) -> Result<BufWriter<fs_err::File>, Stop> {
    fs_err::File::create(path).map(BufWriter::new).map_err(|error| Stop::usage(error.to_string()))
}

fn write_line(out: &mut impl Write, line: &[u8]) -> Result<(), Stop> {
    let written = out.write_all(line).and_then(|()| out.write_all(b"\n"));
    written.map_err(|error| Stop::usage(format!("cannot write the verdicts: {error}")))
}
