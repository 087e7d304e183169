//! Flips counted: from which class and route to which, with samples.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{Cause, Change, Flip, Measure};

/// Characters of a post that are shown.
const SHOWN: usize = 100;
/// Entries of one signal that are shown.
const ENTRIES: usize = 4;

/// Flips so far.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flips {
    /// Posts judged by both.
    pub posts: usize,
    /// Of them decided differently.
    pub flips: usize,
    /// Of the flips: somebody looked at the post before, and nobody would after.
    pub leaving: usize,
    /// Of the flips: to the team leaders.
    pub new_escalations: usize,
    /// By class before and class after.
    pub classes: BTreeMap<String, BTreeMap<String, usize>>,
    /// By route before and route after.
    pub routes: BTreeMap<String, BTreeMap<String, usize>>,
    /// By both, with samples.
    pub cells: Vec<Cell>,
}

/// Flips of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Cell {
    /// `class -> route` before.
    pub from: String,
    /// The same after.
    pub to: String,
    /// How many.
    pub flips: usize,
    /// The first of them.
    pub samples: Vec<Flip>,
    /// Where the samples stand in the input.
    #[serde(skip)]
    order: Vec<usize>,
}

impl Flips {
    /// Counts one post, number `at` of the input, which may have flipped; of each kind of flip `samples` are kept.
    pub fn add(&mut self, at: usize, flip: Option<Flip>, samples: usize) {
        self.posts += 1;
        let Some(flip) = flip else { return };
        self.flips += 1;
        self.leaving += usize::from(flip.leaves());
        self.new_escalations += usize::from(flip.escalates());
        let count = |table: &mut BTreeMap<String, BTreeMap<String, usize>>, from: &str, to: &str| {
            *table.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default() += 1;
        };
        count(&mut self.classes, &flip.before.class, &flip.after.class);
        count(&mut self.routes, flip.before.route, flip.after.route);
        let (from, to) =
            (format!("{} -> {}", flip.before.class, flip.before.route), format!("{} -> {}", flip.after.class, flip.after.route));
        let cell = self.cell(from, to);
        cell.flips += 1;
        cell.keep([(at, flip)], samples);
    }

    /// Counts what was counted elsewhere.
    pub fn merge(&mut self, other: Flips, samples: usize) {
        self.posts += other.posts;
        self.flips += other.flips;
        self.leaving += other.leaving;
        self.new_escalations += other.new_escalations;
        for (mine, theirs) in [(&mut self.classes, other.classes), (&mut self.routes, other.routes)] {
            for (from, row) in theirs {
                for (to, number) in row {
                    *mine.entry(from.clone()).or_default().entry(to).or_default() += number;
                }
            }
        }
        for theirs in other.cells {
            let cell = self.cell(theirs.from, theirs.to);
            cell.flips += theirs.flips;
            cell.keep(theirs.order.into_iter().zip(theirs.samples), samples);
        }
        self.cells.sort_by(|a, b| b.flips.cmp(&a.flips).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to))));
    }

    fn cell(&mut self, from: String, to: String) -> &mut Cell {
        let known = self.cells.iter().position(|cell| cell.from == from && cell.to == to);
        let at = known.unwrap_or_else(|| {
            self.cells.push(Cell { from, to, flips: 0, samples: Vec::new(), order: Vec::new() });
            self.cells.len() - 1
        });
        &mut self.cells[at]
    }
}

impl Cell {
    /// Keeps the first `limit` of the samples known and `more`.
    fn keep(&mut self, more: impl IntoIterator<Item = (usize, Flip)>, limit: usize) {
        let mut all: Vec<(usize, Flip)> = self.order.drain(..).zip(self.samples.drain(..)).chain(more).collect();
        all.sort_by_key(|(at, _)| *at);
        all.truncate(limit);
        (self.order, self.samples) = all.into_iter().unzip();
    }
}

impl fmt::Display for Flips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flips { posts, flips, leaving, new_escalations, .. } = self;
        writeln!(f, "{flips} of {posts} verdicts flip; {leaving} leave the agents' queue, {new_escalations} are escalated")?;
        for (title, table) in [("class", &self.classes), ("route", &self.routes)] {
            if !table.is_empty() {
                writeln!(f)?;
                matrix(f, title, table)?;
            }
        }
        for cell in &self.cells {
            writeln!(f, "\n{}  =>  {}: {}", cell.from, cell.to, cell.flips)?;
            cell.samples.iter().try_for_each(|flip| write!(f, "{flip}"))?;
        }
        Ok(())
    }
}

/// Rows: before; columns: after.
fn matrix(f: &mut fmt::Formatter<'_>, title: &str, table: &BTreeMap<String, BTreeMap<String, usize>>) -> fmt::Result {
    let mut columns: Vec<&str> = table.values().flat_map(|row| row.keys()).map(String::as_str).collect();
    columns.sort_unstable();
    columns.dedup();
    write!(f, "{:<20}", format!("{title}: from \\ to"))?;
    columns.iter().try_for_each(|name| write!(f, " {name:>14}"))?;
    writeln!(f)?;
    for (from, row) in table {
        write!(f, "{from:<20}")?;
        for column in &columns {
            let number = row.get(*column).map_or_else(|| "-".to_owned(), usize::to_string);
            write!(f, " {number:>14}")?;
        }
        writeln!(f)?;
    }
    Ok(())
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one_line: Vec<&str> = self.text.split_whitespace().collect();
        let one_line = one_line.join(" ");
        let shown: String = one_line.chars().take(SHOWN).collect();
        let more = if shown.len() < one_line.len() { "…" } else { "" };
        writeln!(f, "  {}  {shown}{more}", self.post_id)?;
        self.causes.iter().try_for_each(|cause| self.show(cause, f))
    }
}

impl Flip {
    fn show(&self, cause: &Cause, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match cause {
            Cause::Signal { signal, conditions, before, after, entries } => {
                let conditions = if conditions.is_empty() { String::new() } else { format!(" [{}]", conditions.join(", ")) };
                writeln!(f, "      {signal}{conditions}: {} => {}", shown(before.as_ref()), shown(after.as_ref()))?;
                for entry in entries.iter().take(ENTRIES) {
                    let place = entry.place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
                    match entry.change {
                        Change::Gained => writeln!(f, "        + {}{place}", entry.entry)?,
                        Change::Lost => writeln!(f, "        - {}{place}", entry.entry)?,
                        Change::Weight => writeln!(f, "        {}: {} => {}{place}", entry.entry, entry.before, entry.after)?,
                    }
                }
                if entries.len() > ENTRIES {
                    writeln!(f, "        and {} more", entries.len() - ENTRIES)?;
                }
                Ok(())
            }
            Cause::Unread { reason } => writeln!(f, "      put aside unread by one of the two: {reason}"),
            Cause::Case => {
                let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                let (before, after) = (list(&self.before.conditions), list(&self.after.conditions));
                writeln!(f, "      conditions of the case, by earlier posts: {before} => {after}")
            }
            Cause::Rules { differ } => {
                let differ = if differ.is_empty() { "classes or the rule for hard cases".to_owned() } else { differ.join(", ") };
                writeln!(f, "      the same signals and case; written otherwise: {differ}")
            }
        }
    }
}

fn shown(measure: Option<&Measure>) -> String {
    let two_places = |number: f32| (f64::from(number) * 100.0).round() / 100.0;
    match measure {
        Some(Measure { met, value, threshold }) => {
            format!("{} {} of {}", if *met { "met" } else { "not met" }, two_places(*value), two_places(*threshold))
        }
        None => "no such signal".to_owned(),
    }
}
