//! The changes of `rules.toml` that a test should notice: each number one step up and down, each part of an expression
//! and each relation left out, each switch turned.
//!
//! Works on the text, so that a change is what an analyst could have written; knows no signal by name.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::Sort;
use crate::config::reader::{Source, parse_duration};
use crate::problem::Spot;
use crate::rules::Rules;
use crate::signals::Kind;

/// Tables that decide. The others say how words are spelt, who is told and what a desk's fields are called.
const DECIDING: [&str; 6] = ["time", "case", "signals", "conditions", "hard", "classes"];
/// Lists whose elements can be left out one by one.
const LISTS: [&str; 11] = ["all", "any", "none", "of", "requires", "voided_by", "asks", "platforms", "verified", "recipients", "handles"];
/// Keys that can be left out with their value.
const OPTIONAL: [&str; 3] = ["not_overlapping", "new_topic", "numbered"];
/// Characters of the source shown for a part.
const SHOWN: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What kind of thing is changed.
    pub sort: Sort,
    pub at: Spot,
    /// The change in words.
    pub what: String,
    range: Range<usize>,
    instead: String,
}

impl Edit {
    /// Returns `text` with the change.
    pub fn apply(&self, text: &str) -> String {
        let mut changed = text.to_owned();
        changed.replace_range(self.range.clone(), &self.instead);
        changed
    }
}

/// Returns all changes of the main document `source` of `rules`, in the order of the document.
pub fn all(source: &Source, rules: &Rules) -> Vec<Edit> {
    let (root, _) = DeTable::parse_recoverable(source.text());
    let mut search = Search { source, rules, path: Vec::new(), edits: Vec::new() };
    for (key, value) in root.get_ref().iter().filter(|(key, _)| DECIDING.contains(&key.get_ref().as_ref())) {
        search.pair(key, value);
    }
    search.edits.sort_by_key(|edit| edit.range.start);
    search.edits
}

struct Search<'a> {
    source: &'a Source,
    rules: &'a Rules,
    path: Vec<String>,
    edits: Vec<Edit>,
}

impl Search<'_> {
    fn pair(&mut self, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) {
        self.path.push(key.get_ref().to_string());
        let name = key.get_ref().as_ref();
        match value.get_ref() {
            DeValue::Table(table) => table.iter().for_each(|(key, value)| self.pair(key, value)),
            DeValue::Array(items) => items.iter().for_each(|item| self.item(item, LISTS.contains(&name))),
            DeValue::Integer(_) | DeValue::Float(_) => self.number(value.span()),
            DeValue::Boolean(on) => self.push(Sort::Conditions, value.span(), (!on).to_string(), format!("{} is {}", self.label(), !on)),
            DeValue::String(text) if parse_duration(text).is_some() => self.duration(value.span(), text),
            DeValue::String(_) if OPTIONAL.contains(&name) => {
                let range = self.with_comma(key.span().start..value.span().end);
                self.push(Sort::Conditions, range, String::new(), format!("{} left out", self.label()));
            }
            DeValue::String(text) if name == "when" => {
                self.push(Sort::Conditions, value.span(), "{ any = [] }".to_owned(), format!("{} without `{text}`", self.label()));
            }
            DeValue::String(_) | DeValue::Datetime(_) => {}
        }
        self.path.pop();
    }

    fn item(&mut self, item: &Spanned<DeValue<'_>>, can_be_left_out: bool) {
        if can_be_left_out {
            let shown: String = self.text(item.span()).chars().take(SHOWN).collect();
            let range = self.with_comma(item.span());
            self.push(Sort::Conditions, range, String::new(), format!("{} without {}", self.label(), shown.replace('\n', " ")));
        }
        if let DeValue::Table(table) = item.get_ref() {
            table.iter().for_each(|(key, value)| self.pair(key, value));
        }
    }

    fn number(&mut self, range: Range<usize>) {
        let written = self.text(range.clone()).to_owned();
        let Ok(number) = written.parse::<f64>() else { return };
        let (step, decimals) = self.step(&written);
        let sort = if self.is_weight() { Sort::Weights } else { Sort::Thresholds };
        for changed in [number - step, number + step] {
            let changed = format!("{changed:.decimals$}");
            let what = format!("{} {written} -> {changed}", self.label());
            self.push(sort, range.clone(), changed, what);
        }
    }

    fn duration(&mut self, range: Range<usize>, text: &str) {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let Ok(number) = number.parse::<i64>() else { return };
        for changed in [number - 1, number + 1].into_iter().filter(|changed| *changed >= 0) {
            let what = format!("{} {text} -> {changed}{unit}", self.label());
            self.push(Sort::Thresholds, range.clone(), format!("\"{changed}{unit}\""), what);
        }
    }

    /// Returns how far a number is moved, and its digits after the point. The sums of a score lie on a grid: less than
    /// one place of it is no change.
    fn step(&self, written: &str) -> (f64, usize) {
        let decimals = written.split_once('.').map_or(0, |(_, after)| after.len());
        let score = self.path.get(1).filter(|_| self.path[0] == "signals").and_then(|name| grid(self.rules, name));
        match score {
            Some(hundredths) => (f64::from(hundredths) / 100.0, decimals.max(2)),
            None => (10_f64.powi(-i32::try_from(decimals).unwrap_or(0)), decimals),
        }
    }

    /// Returns whether it is a summand of a score, not what the sum is held against.
    fn is_weight(&self) -> bool {
        matches!(self.path.iter().map(String::as_str).collect::<Vec<_>>()[..], ["signals", _, "signals", _])
    }

    /// Returns `range` with the comma behind it, or where it is the last of its list the one before it.
    fn with_comma(&self, range: Range<usize>) -> Range<usize> {
        let text: &str = self.source.text();
        let after = text[range.end..].trim_start();
        if after.starts_with(',') {
            return range.start..text.len() - after.len() + 1;
        }
        let before = text[..range.start].trim_end();
        if after.starts_with(['}', ']']) && before.ends_with(',') { before.len() - 1..range.end } else { range }
    }

    fn push(&mut self, sort: Sort, range: Range<usize>, instead: String, what: String) {
        self.edits.push(Edit { sort, at: self.source.spot(range.start), what, range, instead });
    }

    fn text(&self, range: Range<usize>) -> &str {
        self.source.text().get(range).unwrap_or_default()
    }

    fn label(&self) -> String {
        self.path.join(".")
    }
}

/// Returns the greatest common divisor of all weights of the score `name`, in hundredths.
fn grid(rules: &Rules, name: &str) -> Option<u32> {
    let Kind::Score(score) = &rules.signal(rules.signal_named(name)?).kind else { return None };
    let weights = score.groups.iter().chain(score.names.iter().map(|(_, weight)| weight));
    Some(weights.map(|weight| weight.hundredths().unsigned_abs()).fold(0, divisor)).filter(|grid| *grid > 0)
}

fn divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { divisor(b, a % b) }
}
