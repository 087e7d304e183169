//! One value of a document: read as the type that is wanted, or reported.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use super::overrides::Given;
use super::{Scope, Table};
use crate::problem::{Problem, Reporter, Spot, Spotted};

/// Milliseconds of a second.
pub const SECOND: i64 = 1000;
/// Milliseconds of a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds of an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds of a day.
pub const DAY: i64 = 24 * HOUR;

/// Units of a duration, largest first.
const UNITS: [(&str, i64); 5] = [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)];

/// The value of a key or an element of a list; may be absent. Every reading gives `None` (or nothing) for an absent
/// value and for a wrong one, which is reported.
pub struct Value<'a> {
    scope: &'a Scope<'a>,
    /// Dotted path from the root.
    path: String,
    node: Node<'a>,
}

/// Where a value comes from.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    /// From nowhere: the key is not in the table that begins at `start`.
    Absent {
        start: usize,
    },
    Toml(&'a Spanned<DeValue<'a>>),
    /// From the environment or an option.
    Given(&'a Given),
}

impl<'a> Value<'a> {
    pub(super) fn new(scope: &'a Scope<'a>, path: String, node: Node<'a>) -> Self {
        Value { scope, path, node }
    }

    /// Returns whether there is a value.
    pub fn is_present(&self) -> bool {
        !matches!(self.node, Node::Absent { .. })
    }

    /// Returns whether the value is a table.
    pub fn is_table(&self) -> bool {
        matches!(self.toml(), Some(DeValue::Table(_)))
    }

    /// Returns whether the value is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.toml(), Some(DeValue::Array(_)))
    }

    /// Returns whether the value is a date or a time, or text that begins with a year.
    pub fn is_date(&self) -> bool {
        match self.toml() {
            Some(DeValue::Datetime(_)) => true,
            Some(DeValue::String(text)) => text.find('-') == Some(4) && text.chars().take(4).all(|c| c.is_ascii_digit()),
            _ => false,
        }
    }

    /// Returns where the value stands; for an absent one where its table begins.
    pub fn spot(&self) -> Spot {
        match self.node {
            Node::Absent { start } => self.scope.source.spot(start),
            Node::Toml(value) => self.scope.source.spot(value.span().start),
            Node::Given(given) => given.spot.clone(),
        }
    }

    /// Returns where `part` of it is written; where the value is, if it is not found.
    pub fn spot_of(&self, part: &str) -> Spot {
        let Some(span) = (if let Node::Toml(value) = self.node { Some(value.span()) } else { None }) else { return self.spot() };
        let written = self.scope.source.text().get(span.clone()).and_then(|text| text.find(part));
        self.scope.source.spot(span.start + written.unwrap_or(0))
    }

    /// Returns where to report what is found out about the value.
    pub fn reporter(&self) -> &'a Reporter {
        self.scope.reporter
    }

    /// Returns the text; `None` if the key is absent, or is something else, which is reported.
    pub fn string(&self) -> Option<String> {
        match self.node {
            Node::Given(given) => Some(given.text.clone()),
            _ => match self.toml()? {
                DeValue::String(text) => Some(text.to_string()),
                _ => self.wrong("text in quotes"),
            },
        }
    }

    /// Returns the text and where it stands; `None` as for [`Value::string`].
    pub fn spotted_string(&self) -> Option<Spotted<String>> {
        self.string().map(|value| Spotted { value, spot: self.spot() })
    }

    /// Returns one text or a list of texts.
    pub fn strings(&self) -> Vec<String> {
        self.spotted_strings().into_iter().map(|text| text.value).collect()
    }

    /// Returns one text or a list of texts, each with its place.
    pub fn spotted_strings(&self) -> Vec<Spotted<String>> {
        match (self.node, self.toml()) {
            (Node::Given(given), _) => {
                let parts = given.text.split(',').map(str::trim).filter(|part| !part.is_empty());
                parts.map(|part| Spotted { value: part.to_owned(), spot: given.spot.clone() }).collect()
            }
            (_, Some(DeValue::Array(_))) => self.items().iter().filter_map(Value::spotted_string).collect(),
            (_, Some(DeValue::String(_))) => self.spotted_string().into_iter().collect(),
            (_, Some(_)) => self.wrong("text in quotes or a list of texts").unwrap_or_default(),
            (_, None) => Vec::new(),
        }
    }

    /// Returns the named choice; `None` if the key is absent, or names none of them, which is reported.
    pub fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.string()?;
        let choice = choices.iter().find(|(name, _)| *name == text);
        if choice.is_none() {
            let problem = Problem::error(&self.spot(), format!("`{text}` is not a choice for {}", self.label()));
            self.scope.reporter.report(problem.suggest(&text, choices.iter().map(|(name, _)| *name)));
        }
        choice.map(|(_, value)| *value)
    }

    /// Returns a whole number within `range`; `None` if the key is absent, or is something else, which is reported.
    pub fn integer<T: TryFrom<i64> + PartialOrd + Display>(&self, range: RangeInclusive<T>) -> Option<T> {
        let number: i64 = match self.node {
            Node::Given(given) => self.parsed(given, "a whole number")?,
            _ => match self.toml()? {
                DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => number,
                    Err(_) => return self.out_of(&range, number),
                },
                _ => return self.wrong("a whole number"),
            },
        };
        match T::try_from(number) {
            Ok(value) if range.contains(&value) => Some(value),
            _ => self.out_of(&range, number),
        }
    }

    /// Returns a number within `range`, whole or not; `None` if the key is absent, or is something else, which is reported.
    pub fn number(&self, range: RangeInclusive<f64>) -> Option<f64> {
        let number: Option<f64> = match self.node {
            Node::Given(given) => Some(self.parsed(given, "a number")?),
            _ => match self.toml()? {
                DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
                DeValue::Float(number) => number.as_str().parse().ok(),
                _ => None,
            },
        };
        match number {
            Some(number) if range.contains(&number) => Some(number),
            Some(number) => self.out_of(&range, number),
            None => self.wrong("a number"),
        }
    }

    /// Returns the truth value; `None` if the key is absent, or is something else, which is reported.
    pub fn bool(&self) -> Option<bool> {
        match self.node {
            Node::Given(given) => self.parsed(given, "`true` or `false`"),
            _ => match self.toml()? {
                DeValue::Boolean(value) => Some(*value),
                _ => self.wrong("`true` or `false`"),
            },
        }
    }

    /// Returns a duration such as `"90s"`, in milliseconds and within `range` of milliseconds; `None` if the key is absent,
    /// or is something else, which is reported.
    pub fn duration(&self, range: RangeInclusive<i64>) -> Option<i64> {
        const EXPECTED: &str = "a duration in quotes such as \"500ms\", \"90s\", \"5m\", \"24h\" or \"7d\"";
        if self.toml().is_some_and(|value| !value.is_str()) {
            return self.wrong(EXPECTED);
        }
        let text = self.string()?;
        match parse_duration(&text) {
            Some(millis) if range.contains(&millis) => Some(millis),
            Some(_) => self.out_of(&(show_duration(*range.start())..=show_duration(*range.end())), text),
            None => {
                let hint = "write a whole number and a unit: ms, s, m, h or d";
                self.scope
                    .reporter
                    .report(Problem::error(&self.spot(), format!("{} is not a duration: `{text}`", self.label())).hint(hint));
                None
            }
        }
    }

    /// Returns a path. In the document it starts from the folder of the document, outside it from the working folder.
    pub fn path(&self) -> Option<PathBuf> {
        let path = PathBuf::from(self.string()?);
        Some(if matches!(self.node, Node::Given(_)) { path } else { self.scope.source.folder().join(path) })
    }

    /// Returns a date or time as it is written, with or without quotes.
    pub fn date_text(&self) -> Option<String> {
        match self.toml() {
            // Broken TOML leaves a time without any part.
            Some(DeValue::Datetime(time)) => Some(time.to_string()).filter(|time| !time.is_empty()),
            Some(DeValue::String(_)) | None => self.string(),
            Some(_) => self.wrong("a date such as 2025-01-31"),
        }
    }

    /// Returns text, number or truth value, as text; `None` if the key is absent, or is something else, which is
    /// reported.
    pub fn scalar(&self) -> Option<String> {
        match self.toml() {
            Some(DeValue::Integer(number)) => Some(number.to_string()),
            Some(DeValue::Float(number)) => Some(number.to_string()),
            Some(DeValue::Boolean(value)) => Some(value.to_string()),
            _ => self.string(),
        }
    }

    /// Returns the table; `None` if the key is absent, or is something else, which is reported.
    pub fn table(&self) -> Option<Table<'a>> {
        match self.node {
            Node::Toml(value) => match value.get_ref() {
                DeValue::Table(table) => Some(Table::new(self.scope, self.path.clone(), Some(table), value.span().start)),
                _ => self.wrong("a table"),
            },
            Node::Given(_) => self.wrong("a table"),
            Node::Absent { .. } => None,
        }
    }

    /// Returns the tables of `[[name]]` or of a list of tables.
    pub fn tables(&self) -> Vec<Table<'a>> {
        match self.toml() {
            Some(DeValue::Table(_)) => {
                let problem = Problem::error(&self.spot(), format!("{} must be a list of tables, found a table", self.label()));
                self.scope.reporter.report(problem.hint(format!("write `[[{}]]` with two brackets", self.path)));
                Vec::new()
            }
            _ => self.items().iter().filter_map(Value::table).collect(),
        }
    }

    /// Returns the elements of a list.
    pub fn items(&self) -> Vec<Value<'a>> {
        match (self.node, self.toml()) {
            (Node::Toml(_), Some(DeValue::Array(items))) => {
                let element = |item| Value::new(self.scope, self.path.clone(), Node::Toml(item));
                items.iter().map(element).collect()
            }
            (Node::Absent { .. }, _) => Vec::new(),
            _ => self.wrong("a list").unwrap_or_default(),
        }
    }

    /// Reports that the value is not what was `expected`, for callers that accept several types.
    pub fn wrong<T>(&self, expected: &str) -> Option<T> {
        let found = match (self.node, self.toml()) {
            (Node::Given(given), _) => format!("`{}`", given.text),
            (_, Some(value)) => type_name(value).to_owned(),
            (_, None) => "nothing".to_owned(),
        };
        self.complain(format!("{} must be {expected}, found {found}", self.label()))
    }

    fn out_of<T, R: Display>(&self, range: &RangeInclusive<R>, found: impl Display) -> Option<T> {
        self.complain(format!("{} must be between {} and {}, not {found}", self.label(), range.start(), range.end()))
    }

    fn parsed<T: std::str::FromStr>(&self, given: &Given, expected: &str) -> Option<T> {
        given.text.trim().parse().ok().or_else(|| self.wrong(expected))
    }

    /// Reports `what`, unless the value is only the ruin that broken TOML has left.
    fn complain<T>(&self, what: String) -> Option<T> {
        let spot = self.spot();
        let ruin = matches!(self.node, Node::Toml(value) if value.span().is_empty());
        if !ruin && !self.scope.broken.contains(&spot.line) {
            self.scope.reporter.error(&spot, what);
        }
        None
    }

    fn toml(&self) -> Option<&'a DeValue<'a>> {
        match self.node {
            Node::Toml(value) => Some(value.get_ref()),
            _ => None,
        }
    }

    /// Returns the name of the value in messages: its key; for a value from outside, where the place has no line, its
    /// path.
    fn label(&self) -> String {
        let key = self.path.rsplit('.').next().unwrap_or_default();
        if matches!(self.node, Node::Given(_)) { format!("`{}`", self.path) } else { format!("`{key}`") }
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text in quotes",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a truth value",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Milliseconds of `"90s"`.
pub fn parse_duration(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, millis) = UNITS.iter().find(|(name, _)| *name == unit)?;
    number.parse::<i64>().ok()?.checked_mul(*millis)
}

/// Returns a duration as it would be written: `90s`, `7d`.
pub fn show_duration(millis: i64) -> String {
    let (unit, size) = UNITS.iter().find(|(_, size)| millis != 0 && millis % size == 0).unwrap_or(&("ms", 1));
    format!("{}{unit}", millis / size)
}
