//! `triage backtest`: recorded posts through a rule set, in order, with the states that they build up.

use std::collections::BTreeMap;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;
use serde::Serialize;

use super::input::{self, BadLine};
use super::labels::{Labels, Report};
use super::{ConfigFolder, Exit, Format, Stop, count, load_rules};
use crate::record::{Output, TriageRecord};
use crate::replay::Replay;
use crate::rules::Rules;

/// Judges recorded posts in their order, stateful and in event time, exactly as the stream does.
#[derive(Debug, clap::Args)]
pub struct Backtest {
    #[command(flatten)]
    config: ConfigFolder,
    /// Posts and case events, one JSON document a line, in any supported format; `-` is standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Write one verdict a post to FILE, in the order of the input
    #[arg(long, value_name = "FILE")]
    verdicts: Option<PathBuf>,
    /// Compare with labels: one JSON document a line, with post_id, class and names of signals or conditions
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Mistakes against the labels that are listed
    #[arg(long, value_name = "N", default_value_t = 20, requires = "labels")]
    mistakes: usize,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// What came out.
#[derive(Debug, Default, Serialize)]
struct Summary {
    rules: String,
    lines: usize,
    posts: usize,
    case_events: usize,
    /// Posts by class and route.
    classes: BTreeMap<String, BTreeMap<String, usize>>,
    /// Skipped posts by reason.
    skipped: BTreeMap<String, usize>,
    /// Posts by condition of the post itself.
    conditions: BTreeMap<String, usize>,
    /// Records on the escalations by type.
    escalations: BTreeMap<String, usize>,
    late: usize,
    future: usize,
    /// Lines that cannot be read, by code.
    bad: BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Report>,
}

impl Backtest {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let rules = load_rules(&self.config.folder)?;
        let labels = self.labels.as_deref().map(Labels::read).transpose()?;
        let lines = input::lines(&self.input)?;
        let mut verdicts = self.verdicts.as_deref().map(create).transpose()?;
        let mut summary = Summary { rules: rules.hash.clone(), lines: lines.len(), ..Summary::default() };
        let mut comparison = labels.map(|labels| labels.compare(&rules));
        let mut replay = Replay::default();
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(lines.len() as u64) } else { ProgressBar::hidden() };
        for (number, line) in (1..).zip(&lines) {
            bar.inc(1);
            match input::read_line(line, number, "input", &rules.own) {
                Ok((all, bad)) => {
                    bad.iter().for_each(|bad| summary.add_bad(bad));
                    for recorded in &all {
                        let outputs = replay.step(&rules, recorded);
                        summary.add(&outputs, matches!(recorded.input, crate::engine::Input::Post(_)));
                        let Some(verdict) = outputs.first().and_then(Output::verdict) else { continue };
                        if let Some(out) = &mut verdicts {
                            write_line(out, verdict)?;
                        }
                        if let Some(comparison) = &mut comparison {
                            comparison.add(verdict);
                        }
                    }
                }
                Err(bad) => summary.add_bad(&bad),
            }
        }
        bar.finish_and_clear();
        summary.labels = comparison.map(|comparison| comparison.report(self.mistakes));
        if let Some(mut out) = verdicts {
            out.flush().map_err(|error| Stop::usage(error.to_string()))?;
        }
        summary.print(self.format, &rules);
        Ok(Exit::Ok)
    }
}

fn create(path: &Path) -> Result<BufWriter<fs_err::File>, Stop> {
    fs_err::File::create(path).map(BufWriter::new).map_err(|error| Stop::usage(error.to_string()))
}

fn write_line(out: &mut impl Write, verdict: &TriageRecord<'_>) -> Result<(), Stop> {
    let mut line = serde_json::to_vec(verdict).map_err(|error| Stop::usage(error.to_string()))?;
    line.push(b'\n');
    out.write_all(&line).map_err(|error| Stop::usage(format!("cannot write the verdicts: {error}")))
}

impl Summary {
    fn add(&mut self, outputs: &[Output<'_>], is_post: bool) {
        if is_post {
            self.posts += 1
        } else {
            self.case_events += 1
        }
        for output in outputs {
            match output {
                Output::Escalation(record) => *self.escalations.entry(record.kind.name().to_owned()).or_default() += 1,
                Output::DeadLetter { code, .. } => *self.bad.entry((*code).to_owned()).or_default() += 1,
                Output::Triage(..) => {}
            }
        }
        let Some(verdict) = outputs.first().and_then(Output::verdict).filter(|_| is_post) else { return };
        *self.classes.entry(verdict.class.to_owned()).or_default().entry(verdict.route.to_owned()).or_default() += 1;
        if let (Some(reason), "skipped") = (verdict.reason, verdict.route) {
            *self.skipped.entry(reason.to_owned()).or_default() += 1;
        }
        let mut met: Vec<&str> = verdict.evidence.iter().filter(|piece| piece.met).filter_map(|piece| piece.condition.as_deref()).collect();
        met.dedup();
        for condition in met {
            *self.conditions.entry(condition.to_owned()).or_default() += 1;
        }
        self.late += usize::from(verdict.late);
        self.future += usize::from(verdict.future);
    }

    fn add_bad(&mut self, bad: &BadLine) {
        *self.bad.entry(bad.code.to_owned()).or_default() += 1;
        anstream::eprintln!("line {}: {}: {}", bad.line, bad.code, bad.message);
    }

    fn print(&self, format: Format, rules: &Rules) {
        if format == Format::Json {
            anstream::println!("{}", serde_json::to_string_pretty(self).unwrap_or_default());
            return;
        }
        anstream::println!("{} and {} judged with rules {}", count(self.posts, "post"), count(self.case_events, "case event"), rules.hash);
        anstream::println!("\n{:<16} {:<12} {:>8}", "class", "route", "posts");
        for (class, routes) in &self.classes {
            for (route, posts) in routes {
                anstream::println!("{class:<16} {route:<12} {posts:>8}");
            }
        }
        for (title, counts) in
            [("skipped", &self.skipped), ("condition", &self.conditions), ("escalation", &self.escalations), ("unreadable", &self.bad)]
        {
            for (name, number) in counts {
                anstream::println!("{:<29} {number:>8}", format!("{title}: {name}"));
            }
        }
        if self.late + self.future > 0 {
            anstream::println!("late {}, future {}", self.late, self.future);
        }
        if let Some(labels) = &self.labels {
            anstream::print!("\n{labels}");
        }
    }
}
