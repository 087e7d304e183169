//! Differences for people.

use std::collections::BTreeMap;
use std::fmt;

use super::{Cause, Change, Difference, Flips, Measure};

/// Characters of a post that are shown.
const SHOWN: usize = 100;
/// Entries of one signal that are shown.
const ENTRIES: usize = 4;

impl fmt::Display for Flips {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Flips { posts, flips, leaving, new_escalations, shifted, customers: of, .. } = self;
        writeln!(f, "{flips} of {posts} verdicts flip; {leaving} leave the agents' queue, {new_escalations} are escalated")?;
        let [all, flipped, gone, escalated, said] =
            [&of.posts, &of.flips, &of.leaving, &of.new_escalations, &of.shifted].map(super::Customers::count);
        writeln!(f, "{flipped} of {all} customers are concerned; posts of {gone} leave the agents' queue, of {escalated} are escalated")?;
        writeln!(f, "{shifted} more keep class and route, and something else is said of them (customers: {said})")?;
        for (title, table) in [("class", &self.classes), ("route", &self.routes)] {
            if !table.is_empty() {
                writeln!(f)?;
                matrix(f, title, table)?;
            }
        }
        for cell in &self.cells {
            writeln!(f, "\n{}  =>  {}: {} (customers: {})", cell.from, cell.to, cell.flips, cell.customers.count())?;
            cell.samples.samples.iter().try_for_each(|flip| write!(f, "{flip}"))?;
        }
        self.rows(f)
    }
}

impl Flips {
    /// Returns what is said otherwise where class and route stay.
    fn rows(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return Ok(());
        }
        writeln!(f, "\n{:<40} {:>8} {:>8} {:>9}", "class and route stay", "gained", "lost", "customers")?;
        for row in &self.rows {
            let name = format!("{} {}", row.what.of.label(), row.what.name);
            writeln!(f, "{name:<40} {:>8} {:>8} {:>9}", row.gained, row.lost, row.customers.count())?;
        }
        for row in &self.rows {
            writeln!(f, "\n{} {}: {} gained, {} lost", row.what.of.label(), row.what.name, row.gained, row.lost)?;
            row.samples.samples.iter().try_for_each(|difference| write!(f, "{difference}"))?;
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

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = one_line(&self.text);
        let shown: String = text.chars().take(SHOWN).collect();
        let more = if shown.len() < text.len() { "…" } else { "" };
        writeln!(f, "  {}  {shown}{more}", one_line(&self.post_id))?;
        let shifts: Vec<String> = self.shifts.iter().map(ToString::to_string).collect();
        if !shifts.is_empty() {
            writeln!(f, "      says {}", shifts.join(", "))?;
        }
        self.causes.iter().try_for_each(|cause| self.show(cause, f))
    }
}

impl fmt::Display for super::Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.gained { '+' } else { '-' };
        write!(f, "{sign}{} {}", self.what.of.label(), self.what.name)
    }
}

impl Difference {
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
            Cause::Unread { reason } => writeln!(f, "      skipped unread by one of the two: {reason}"),
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
