//! Why an expression does not hold, in words: which of its parts fail, and by how much where something was found.
//!
//! Reads what the production step has left; decides nothing.

use serde::Serialize;

use crate::cli::reason::number;
use crate::engine::{Piece, Workspace};
use crate::post::Post;
use crate::rules::Rules;
use crate::signals::{Expression, Kind, Names, Ref, SignalId};

/// Names shown of a list.
const SHOWN: usize = 4;
/// Parts of a sum that are shown.
const PARTS: usize = 8;
/// How deep signals that follow from others are followed.
const DEEPEST: usize = 6;

/// Why something does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    pub what: String,
    /// What came near, and what it fails by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Why>,
}

impl Why {
    fn plain(what: String) -> Self {
        Why { what, because: Vec::new() }
    }
}

#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub rules: &'a Rules,
    pub names: &'a Names,
    /// What the signals found.
    pub work: &'a Workspace,
    pub post: &'a Post<'a>,
}

impl Asked<'_> {
    /// Returns what keeps `expression` from holding; `None` if it holds.
    pub fn not(&self, expression: &Expression) -> Option<Why> {
        self.fails(expression, DEEPEST)
    }

    fn fails(&self, expression: &Expression, depth: usize) -> Option<Why> {
        if self.holds(expression) {
            return None;
        }
        let near = |parts: &[Expression]| -> Vec<Why> {
            let mut near: Vec<Why> = parts.iter().filter_map(|part| self.fails(part, depth)).flat_map(|why| why.because).collect();
            near.dedup();
            near
        };
        Some(match expression {
            Expression::Name(name) => Why { what: format!("no {}", self.label(*name)), because: self.shortfall(*name, depth) },
            Expression::All(parts) => {
                let missing: Vec<Why> = parts.iter().filter_map(|part| self.fails(part, depth)).collect();
                let what: Vec<&str> = missing.iter().map(|why| why.what.as_str()).collect();
                Why { what: what.join("; "), because: near(parts) }
            }
            Expression::Any(parts) => Why { what: format!("none of {}", self.listed(parts)), because: near(parts) },
            Expression::None(parts) => {
                let there: Vec<Expression> = parts.iter().filter(|part| self.holds(part)).cloned().collect();
                Why::plain(format!("{} is there", self.listed(&there)))
            }
            Expression::AtLeast(least, parts) => {
                let there: Vec<Expression> = parts.iter().filter(|part| self.holds(part)).cloned().collect();
                let named = if there.is_empty() { String::new() } else { format!(": {}", self.listed(&there)) };
                Why { what: format!("{} of {least}{named}", there.len()), because: near(parts) }
            }
        })
    }

    fn holds(&self, expression: &Expression) -> bool {
        expression.holds(&|name| match name {
            Ref::Condition(number) => self.rules.conditions.get(usize::from(number)).is_some_and(|known| known.test.holds(self.names)),
            other => self.names.has(other),
        })
    }

    /// Returns what `name`, which does not hold, fails by; nothing if nothing of it was found.
    fn shortfall(&self, name: Ref, depth: usize) -> Vec<Why> {
        let condition = |number: u16| self.rules.conditions.get(usize::from(number)).map(|condition| &condition.when);
        match name {
            Ref::Builtin(_) => Vec::new(),
            Ref::Condition(number) => condition(number).and_then(|when| self.part(&self.label(name), when, depth)).into_iter().collect(),
            Ref::Signal(id) => self.of_signal(id, depth),
        }
    }

    fn of_signal(&self, id: SignalId, depth: usize) -> Vec<Why> {
        let signal = self.rules.signal(id);
        let name = &signal.name;
        let Some(finding) = self.work.findings().map(|findings| findings.get(id)) else { return Vec::new() };
        let (value, threshold) = (finding.value, finding.threshold);
        let measured = |near: bool| near.then(|| Why::plain(format!("{name}: {} of {}", number(value), number(threshold))));
        match &signal.kind {
            Kind::Derived(inner) => self.part(name, &inner.when, depth).into_iter().collect(),
            Kind::Phrases(_) => {
                let blocked = self.work.obstacles(self.rules, self.post, id);
                let mut found: Vec<Why> = blocked.iter().map(|obstacle| Why::plain(format!("{name}: {obstacle}"))).collect();
                found.dedup();
                found.truncate(SHOWN);
                found
            }
            Kind::Score(_) => self.sum(name, id, value, threshold).into_iter().collect(),
            Kind::Capitals(limit) => {
                let capitals = &self.work.facts().capitals;
                let near = capitals.share() * 2.0 >= f64::from(limit.min_share) || capitals.run_words > 1;
                let what = || {
                    format!(
                        "{name}: share {} of {} in {} of {} letters; longest run {} of {} words, {} of {} letters",
                        number(capitals_share(capitals.share())),
                        number(limit.min_share),
                        capitals.letters(),
                        limit.min_letters,
                        capitals.run_words,
                        limit.run_words,
                        capitals.run_letters,
                        limit.run_letters
                    )
                };
                near.then(|| Why::plain(what())).into_iter().collect()
            }
            _ => measured(value > 0.0).into_iter().collect(),
        }
    }

    /// Returns a part that follows from others, if anything of it is there.
    fn part(&self, name: &str, when: &Expression, depth: usize) -> Option<Why> {
        let why = self.fails(when, depth.checked_sub(1)?)?;
        let mut partly = false;
        when.names(&mut |part, speaks_for| partly |= speaks_for && self.holds(&Expression::Name(part)));
        (partly || !why.because.is_empty()).then(|| Why { what: format!("{name}: {}", why.what), because: why.because })
    }

    /// What was added up, and what is missing.
    fn sum(&self, name: &str, id: SignalId, value: f32, threshold: f32) -> Option<Why> {
        let mut parts: Vec<(String, f32)> = self.pieces(id).map(|piece| (self.part_name(&piece), piece.weight)).collect();
        if parts.iter().all(|(_, weight)| *weight <= 0.0) {
            return None;
        }
        parts.sort_by(|(_, a), (_, b)| b.abs().total_cmp(&a.abs()));
        let more = parts.len().saturating_sub(PARTS);
        let mut shown: Vec<String> = parts.iter().take(PARTS).map(|(part, weight)| format!("{part} {}", signed(*weight))).collect();
        if more > 0 {
            shown.push(format!("and {more} more"));
        }
        let short = number(threshold - value);
        Some(Why::plain(format!("{name}: {} of {}, {short} short: {}", number(value), number(threshold), shown.join(", "))))
    }

    fn part_name(&self, piece: &Piece<'_>) -> String {
        let counted = piece.counted.map(|id| self.rules.signal(id).name.clone());
        counted.or_else(|| piece.evidence.entry.as_deref().map(str::to_owned)).unwrap_or_default()
    }

    fn pieces(&self, id: SignalId) -> impl Iterator<Item = Piece<'_>> {
        self.work.pieces(self.rules, self.post, id)
    }

    fn listed(&self, parts: &[Expression]) -> String {
        let mut labels: Vec<String> = Vec::new();
        for part in parts {
            part.names(&mut |name, speaks_for| {
                let label = self.label(name);
                if speaks_for && !labels.contains(&label) {
                    labels.push(label);
                }
            });
        }
        let more = if labels.len() > SHOWN { format!(" and {} more", labels.len() - SHOWN) } else { String::new() };
        labels.truncate(SHOWN);
        format!("{}{more}", labels.join(", "))
    }

    fn label(&self, name: Ref) -> String {
        match name {
            Ref::Signal(id) => self.rules.signal(id).name.clone(),
            Ref::Builtin(fact) => fact.name().to_owned(),
            Ref::Condition(number) => {
                self.rules.conditions.get(usize::from(number)).map(|condition| condition.name.clone()).unwrap_or_default()
            }
        }
    }
}

fn signed(weight: f32) -> String {
    let sign = if weight < 0.0 { "-" } else { "+" };
    format!("{sign}{}", number(weight.abs()))
}

#[expect(clippy::cast_possible_truncation, reason = "a share of letters shown with two digits")]
fn capitals_share(share: f64) -> f32 {
    share as f32
}
