//! `--sweep`: one number of the rules through a range of values, and what becomes of the posts at each.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Serialize;

use super::super::input::Unread;
use super::super::page::{self, say};
use super::super::{ConfigFolder, Exit, Format, Stop};
use super::fold;
use super::lines::Lines;
use crate::config::reader::{Folder, Overrides};
use crate::post::Input;
use crate::problem::Reporter;
use crate::record::Output;
use crate::replay::{Recorded, Replay};
use crate::rules::{self, Rules};

/// Values that one sweep may have.
const MOST: usize = 200;

/// A number of a signal and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// `signal.key`.
    name: String,
    values: Vec<String>,
}

impl FromStr for Sweep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || "write a signal, a key and a range: burst.posts=3..7, or with a step: promo.threshold=1..3:0.5".to_owned();
        let (name, range) = text.split_once('=').filter(|(name, _)| name.contains('.')).ok_or_else(wrong)?;
        let (range, step) = range.split_once(':').unwrap_or((range, "1"));
        let (first, last) = range.split_once("..").ok_or_else(wrong)?;
        let places =
            [first, step].into_iter().map(|number| number.split_once('.').map_or(0, |(_, places)| places.len())).max().unwrap_or(0);
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(wrong);
        let (first, last, step) = (number(first)?, number(last)?, number(step)?);
        if last < first || step <= 0.0 {
            return Err("a range goes upwards, in steps of more than nothing".to_owned());
        }
        let values = (0..=MOST).map(|at| first + step * f64::from(u16::try_from(at).unwrap_or(u16::MAX)));
        let values: Vec<String> = values.take_while(|value| *value <= last + step / 1e6).map(|value| format!("{value:.places$}")).collect();
        if values.len() > MOST {
            return Err(format!("that are more than {MOST} values: take a larger step"));
        }
        Ok(Sweep { name: name.to_owned(), values })
    }
}

/// What becomes of the posts at one value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Row {
    value: String,
    /// Cases that became hard.
    opened: usize,
    routes: BTreeMap<&'static str, usize>,
    classes: BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Curve<'a> {
    sweep: &'a str,
    rows: &'a [Row],
}

impl Sweep {
    /// Runs through the values.
    pub fn run(&self, config: &ConfigFolder, lines: Lines, threads: usize, format: Format) -> Result<Exit, Stop> {
        let all = self.values.iter().map(|value| self.compile(config, value)).collect::<Result<Vec<Rules>, _>>()?;
        let Some(first) = all.first() else { return Err(Stop::usage("the range has no value")) };
        let fresh = || all.iter().map(|_| (Replay::default(), Row::default())).collect::<Vec<_>>();
        let mut workers: Vec<_> = (0..threads).map(|_| fresh()).collect();
        let mut unread = Unread::default();
        let judge = |worker: &mut Vec<(Replay, Row)>, _: usize, recorded: &Recorded<'_>| {
            for ((replay, row), rules) in worker.iter_mut().zip(&all) {
                row.add(&replay.step(rules, recorded), recorded);
            }
            None
        };
        fold::fold(lines, first, &mut workers, judge, |chunk| {
            unread.add(chunk.lines, chunk.hint, &chunk.bad);
            Ok(())
        })?;
        unread.finish();
        let mut rows: Vec<Row> = self.values.iter().map(|value| Row { value: value.clone(), ..Row::default() }).collect();
        for worker in &workers {
            rows.iter_mut().zip(worker).for_each(|(row, (_, part))| row.merge(part));
        }
        self.print(&rows, format);
        Ok(Exit::Ok)
    }

    fn compile(&self, config: &ConfigFolder, value: &str) -> Result<Rules, Stop> {
        let reporter = Reporter::default();
        let path = format!("signals.{}", self.name);
        let rules = rules::compile_changed(&Folder::new(&config.folder), Overrides::replacing(&path, value), &reporter);
        let problems = reporter.into_problems();
        rules.ok_or(Stop::Configuration(problems))
    }

    fn print(&self, rows: &[Row], format: Format) {
        if format == Format::Json {
            page::json(&Curve { sweep: &self.name, rows });
            return;
        }
        let mut columns: Vec<(&str, &str)> = rows.iter().flat_map(|row| row.routes.keys().map(|route| ("to", *route))).collect();
        columns.extend(rows.iter().flat_map(|row| row.classes.keys().map(|class| ("class", class.as_str()))));
        columns.sort_unstable_by_key(|(kind, name)| (*kind == "class", *name));
        columns.dedup();
        let titles: Vec<String> = columns.iter().map(|(kind, name)| format!("{kind} {name}")).collect();
        let titles = titles.iter().map(|title| format!(" {title:>15}")).collect::<String>();
        say!("{:<24} {:>8}{titles}", self.name, "opened");
        for row in rows {
            let numbers = columns.iter().map(|(kind, name)| {
                let number = if *kind == "to" { row.routes.get(name) } else { row.classes.get(*name) };
                let width = kind.len() + 1 + name.len();
                format!(" {:>1$}", number.copied().unwrap_or(0), width.max(15))
            });
            say!("{:<24} {:>8}{}", row.value, row.opened, numbers.collect::<String>());
        }
    }
}

impl Row {
    fn add(&mut self, outputs: &[Output<'_>], recorded: &Recorded<'_>) {
        let opened = outputs.iter().filter(|output| matches!(output, Output::Escalation(record) if record.kind.name() == "opened"));
        self.opened += opened.count();
        let verdict = outputs.first().and_then(Output::verdict).filter(|_| matches!(recorded.input, Input::Post(_)));
        let Some(verdict) = verdict else { return };
        *self.routes.entry(verdict.route).or_default() += 1;
        *self.classes.entry(verdict.class.to_owned()).or_default() += 1;
    }

    fn merge(&mut self, other: &Row) {
        self.opened += other.opened;
        other.routes.iter().for_each(|(route, number)| *self.routes.entry(route).or_default() += number);
        other.classes.iter().for_each(|(class, number)| *self.classes.entry(class.clone()).or_default() += number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_become_values() {
        let check = |text: &str, expected: Option<&[&str]>| {
            let values = text.parse::<Sweep>().ok().map(|sweep| sweep.values);
            assert_eq!(
                values.as_deref(),
                expected.map(|all| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()).as_deref(),
                "{text}"
            );
        };
        check("burst.posts=3..7", Some(&["3", "4", "5", "6", "7"]));
        check("a.b=0.5..0.6:0.05", Some(&["0.50", "0.55", "0.60"]));
        check("a.within.social=1..4:2", Some(&["1", "3"]));
        check("a.b=2..2", Some(&["2"]));
        check("a.b=-1..1", Some(&["-1", "0", "1"]));
        for wrong in ["a=1..2", "a.b=1", "a.b=2..1", "a.b=1..2:0", "a.b=x..2", "a.b=0..1:0.001", ""] {
            check(wrong, None);
        }
    }
}
