//! `triage learn`: proposes words for classes, and weights and phrases for a score, from labelled posts, each with the
//! posts that it would change. Nothing is applied: what comes out is to be reviewed.

mod aim;
mod change;
mod examples;
mod lacking;
mod measure;
mod model;
mod near;
mod proposal;
mod show;
#[cfg(test)]
mod tests;
mod trial;
mod words;

use std::path::PathBuf;

use serde::Serialize;

use self::aim::Aim;
use self::examples::Examples;
use self::proposal::Proposal;
use self::show::Report;
use self::trial::Trials;
use super::backtest::{Recording, bar};
use super::input::{self, Line, Unread};
use super::labels::Labels;
use super::page::{self, Page, say};
use super::{ConfigFolder, Exit, Format, Stop, load_rules};
use crate::compare::{Comparison, Flips};
use crate::config::reader::Folder;
use crate::replay::Recorded;
use crate::rules::Rules;

/// Learns from labelled posts which words the classes of the lexicons lack and, for a score, what its entries and signals are
/// worth and which phrases it misses. Every proposal is tried on all posts and shown with those that it makes right or wrong;
/// nothing is proposed that takes a post away from the agents which a label does not send away. Nothing in use is changed.
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
    #[command(flatten)]
    aim: Aim,
    /// Words for classes that are proposed at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    words: usize,
    /// Words that are tried in a class at most: each takes as long as reading the rules and judging the posts once
    #[arg(long, value_name = "N", default_value_t = 300)]
    trials: usize,
    /// Propose weights and phrases too, for this signal of kind `score`
    #[arg(long, value_name = "SIGNAL")]
    score: Option<String>,
    /// Parts for cross-validation of a score: each is judged by what was learned from the others
    #[arg(long, value_name = "K", default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=20))]
    folds: u16,
    /// New phrases that are proposed at most for a score
    #[arg(long, value_name = "N", default_value_t = 30)]
    phrases: usize,
    /// New phrases must come from that many customers: no name and no handle does
    #[arg(long, value_name = "N", default_value_t = 4)]
    customers: usize,
    /// Write a copy of the configuration with what is proposed for the score to this folder, which must not exist
    #[arg(long, value_name = "DIR", requires = "score")]
    out: Option<PathBuf>,
    /// Posts that are shown for each proposal and each kind of flip
    #[arg(long, value_name = "N", default_value_t = 3)]
    samples: usize,
    /// How the proposals are printed; JSON names all posts that change
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const AFTER_HELP: &str = "\
Words: an unknown word of a misjudged post is tried as a member of each class that an entry lacks there (of `{brings} ..4
{medium}` only {medium} is missing), and of classes with a member of which it is a form or a misspelling. A label needs
post_id and the flag: {\"post_id\":\"17\",\"media_threat\":true}. Judge each word by what it means: one post proves little.
Weights start from those that are written and move as far as the posts give reason to, the threshold with them. The posts of one
customer are all in one part, so that nobody is judged by what was learned from himself.

Examples:
  triage learn --input posts.jsonl --labels labels.jsonl --condition media_threat
  triage learn --input posts.jsonl --labels labels.jsonl --class promo --score _promo_score --out /tmp/proposal
  diff -ru config /tmp/proposal && triage test --config /tmp/proposal";

/// The answer as one JSON document.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// What the copy that was written would change.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'a Flips>,
}

impl Learn {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let rules = load_rules(&self.config.folder)?;
        let aim = self.aim.name(&rules)?;
        let mut labels = Labels::default();
        for path in &self.labels {
            labels.add(Labels::read(path)?);
        }
        let mut opened = self.recording.open(&self.config)?;
        let lines: Vec<Line> = opened.by_ref().collect::<Result<_, _>>()?;
        opened.bar.finish_and_clear();
        let inputs = inputs(&lines, opened.hint, &rules);
        let examples = self.score.as_ref().map(|score| Examples::gather(&rules, score, aim, &labels, &inputs, self.customers));
        let examples = examples.transpose()?;
        let trials = Trials::new(&rules, &inputs, &labels, aim);
        if trials.standing().labelled == 0 {
            return Err(Stop::usage(format!("no post of the input is labelled as {aim} or as something else")));
        }
        let folder = Folder::new(&self.config.folder);
        let search = self.search(&rules, &folder, aim, &trials);
        let proposal = examples.as_ref().map(|examples| self.proposal(&rules, &folder, examples, &trials)).transpose()?;
        let flips = self.write(&rules, proposal.as_ref(), &inputs)?;
        let score = examples.as_ref().zip(proposal.as_ref());
        let score = score
            .map(|(examples, proposal)| show::Score::of(proposal, measure::cross_validate(examples, usize::from(self.folds)), &trials));
        let report = Report {
            aim: aim.to_owned(),
            standing: trials.standing(),
            words: show::Words::of(&search, &trials),
            score,
            scores: aim::scores(&rules, aim).into_iter().map(str::to_owned).collect(),
            samples: self.samples,
        };
        self.show(&report, flips.as_ref());
        Ok(Exit::Ok)
    }

    fn search(&self, rules: &Rules, folder: &Folder, aim: &str, trials: &Trials<'_>) -> lacking::Search {
        let candidates = words::candidates(rules, trials, aim::groups(rules, aim), self.trials);
        let bar = bar(candidates.len() as u64);
        lacking::try_all(rules, folder, candidates, trials, self.words, &bar)
    }

    fn proposal(&self, rules: &Rules, folder: &Folder, examples: &Examples, trials: &Trials<'_>) -> Result<Proposal, Stop> {
        let learned = examples.fit(|_| true, true);
        Proposal::new(rules, folder, (examples, &learned), self.phrases, trials, &bar(1))
    }

    /// Writes the copy, if one is wanted; what it would change.
    fn write(&self, rules: &Rules, proposal: Option<&Proposal>, inputs: &[Recorded<'_>]) -> Result<Option<Flips>, Stop> {
        let Some((out, proposal)) = self.out.as_ref().zip(proposal) else { return Ok(None) };
        proposal.write(&self.config.folder, out)?;
        Ok(Some(self.flips(rules, &load_rules(out)?, inputs)))
    }

    fn show(&self, report: &Report, flips: Option<&Flips>) {
        if self.format == Format::Json {
            return page::json(&Answer { report, written: flips });
        }
        Page::of(report).show();
        match (&self.out, flips) {
            (Some(out), Some(flips)) => {
                say!("\nWritten to {}: review it with `diff -ru`. On the posts it was learned from:\n", out.display());
                Page::of(flips).show();
            }
            _ if report.score.is_some() => say!("\nNothing is written without --out DIR."),
            _ => {}
        }
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
        match input::read(line, rules) {
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
