//! `triage learn`: proposes weights for a score, and new phrases, from labelled posts. Nothing is applied: what comes out
//! is a copy of the configuration to be reviewed.

mod examples;
mod measure;
mod model;
mod proposal;

use std::path::PathBuf;

use self::examples::Examples;
use self::proposal::Proposal;
use super::backtest::Recording;
use super::input::{self, Line, Unread};
use super::labels::Labels;
use super::page::{Page, say};
use super::{ConfigFolder, Exit, Stop, load_rules};
use crate::compare::{Comparison, Flips};
use crate::replay::Recorded;
use crate::rules::Rules;

/// Learns from labelled posts what the entries and signals of a score are worth, and which phrases it misses. Writes a copy
/// of the configuration with the proposed changes, for `diff -ru`, `triage test` and `triage backtest --compare`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Learn {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    recording: Recording,
    /// Labels and corrections, as for `triage backtest`; may be repeated, later files win
    #[arg(long, value_name = "FILE", required = true)]
    labels: Vec<PathBuf>,
    /// The signal of kind `score` that is to be improved
    #[arg(long, value_name = "SIGNAL")]
    score: String,
    /// What the score is to tell: a class or a flag of the labels
    #[arg(long, value_name = "NAME")]
    target: String,
    /// Parts for cross-validation: each is judged by what was learned from the others
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,
    /// New phrases that are proposed at most
    #[arg(long, value_name = "N", default_value_t = 30)]
    phrases: usize,
    /// New phrases must come from that many customers: no name and no handle does
    #[arg(long, value_name = "N", default_value_t = 4)]
    customers: usize,
    /// Write the copy of the configuration with the proposal to this folder, which must not exist
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Posts that are shown for each kind of flip
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: usize,
}

const AFTER_HELP: &str = "\
Held back: the posts of one customer are all in one part, so that nobody is judged by what was learned from himself.
The weights start from those that are written and move as far as the posts give reason to, the threshold with them.

Example:
  triage learn --input posts.jsonl --labels labels.jsonl --score _promo_score --target promo --out /tmp/proposal
  diff -ru config /tmp/proposal && triage test --config /tmp/proposal";

impl Learn {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let rules = load_rules(&self.config.folder)?;
        let mut labels = Labels::default();
        for path in &self.labels {
            labels.add(Labels::read(path)?);
        }
        let mut opened = self.recording.open(&self.config)?;
        let lines: Vec<Line> = opened.by_ref().collect::<Result<_, _>>()?;
        let inputs = inputs(&lines, opened.hint, &rules);
        let examples = Examples::gather(&rules, &self.score, &self.target, &labels, &inputs, self.customers)?;
        Page::of(measure::cross_validate(&examples, usize::from(self.folds))).show();
        let learned = examples.fit(|_| true, true);
        let proposal = Proposal::new(&rules, &examples, &learned, self.phrases);
        Page::of(format_args!("\n{proposal}")).show();
        let Some(out) = &self.out else {
            say!("\nNothing is written without --out DIR.");
            return Ok(Exit::Ok);
        };
        proposal.write(&self.config.folder, out)?;
        let proposed = load_rules(out)?;
        say!("\nWritten to {}: review it with `diff -ru`. On the posts it was learned from:\n", out.display());
        Page::of(self.flips(&rules, &proposed, &inputs)).show();
        Ok(Exit::Ok)
    }

    fn flips(&self, before: &Rules, after: &Rules, inputs: &[Recorded<'_>]) -> Flips {
        let mut comparison = Comparison::new(before, after);
        let mut part = Flips::default();
        for (at, recorded) in inputs.iter().enumerate() {
            part.add(at, &recorded.customer, comparison.step(recorded), self.samples);
        }
        let mut flips = Flips::default();
        flips.merge(part, self.samples);
        flips
    }
}

fn inputs<'a>(lines: &'a [Line], hint: Option<&'static str>, rules: &'a Rules) -> Vec<Recorded<'a>> {
    let (mut inputs, mut unread) = (Vec::new(), Unread::default());
    for line in lines {
        match input::read(line, &rules.own) {
            Ok((recorded, bad)) => {
                inputs.extend(recorded);
                unread.add(1, hint, &bad);
            }
            Err(bad) => unread.add(1, hint, &[bad]),
        }
    }
    unread.finish();
    inputs
}
