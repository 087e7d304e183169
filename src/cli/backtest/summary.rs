//! What came out of a backtest, in numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::input::BadLine;
use super::super::labels::Report;
use super::super::page::{self, Page, say};
use super::super::{Format, count};
use super::gate::Compared;
use super::phrases::PhraseReport;
use crate::record::{Destination, Output};
use crate::rules::Rules;

#[derive(Debug, Default, Serialize)]
pub struct Summary {
    rules: String,
    pub lines: usize,
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
    /// Records of hand-offs by step.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    handoffs: BTreeMap<String, usize>,
    late: usize,
    future: usize,
    /// Lines, and items of lines, that cannot be read.
    pub unreadable: usize,
    /// The same and case events of no open case, by code.
    bad: BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phrases: Option<PhraseReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Report>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compared>,
}

impl Summary {
    /// Begins to count what `rules` decide.
    pub fn of(rules: &Rules) -> Self {
        Summary { rules: rules.hash.clone(), ..Summary::default() }
    }

    /// Counts what one input has brought.
    pub fn add(&mut self, outputs: &[Output<'_>], is_post: bool) {
        if is_post {
            self.posts += 1
        } else {
            self.case_events += 1
        }
        for output in outputs {
            match output {
                Output::Escalation(record) => add(&mut self.escalations, record.kind.name(), 1),
                Output::Handoff(record) => add(&mut self.handoffs, record.step, 1),
                Output::DeadLetter { code, .. } => add(&mut self.bad, code, 1),
                Output::Triage(..) => {}
            }
        }
        let Some(verdict) = outputs.first().and_then(Output::verdict).filter(|_| is_post) else { return };
        let routes = entry(&mut self.classes, verdict.class);
        add(routes, verdict.route, 1);
        if let Some(reason) = verdict.reason.filter(|_| verdict.route == Destination::Skipped.name()) {
            add(&mut self.skipped, reason, 1);
        }
        let mut met: Vec<&str> = verdict.evidence.iter().filter(|piece| piece.met).filter_map(|piece| piece.condition.as_deref()).collect();
        met.dedup();
        met.into_iter().for_each(|condition| add(&mut self.conditions, condition, 1));
        self.late += usize::from(verdict.late);
        self.future += usize::from(verdict.future);
    }

    /// Counts a line that cannot be read.
    pub fn add_bad(&mut self, bad: &BadLine) {
        add(&mut self.bad, bad.code, 1);
        self.unreadable += 1;
    }

    /// Adds the counts of another part of the input.
    pub fn merge(&mut self, other: &Summary) {
        self.posts += other.posts;
        self.case_events += other.case_events;
        self.late += other.late;
        self.future += other.future;
        for (class, routes) in &other.classes {
            let mine = self.classes.entry(class.clone()).or_default();
            routes.iter().for_each(|(route, number)| add(mine, route, *number));
        }
        let parts = [
            (&mut self.skipped, &other.skipped),
            (&mut self.conditions, &other.conditions),
            (&mut self.escalations, &other.escalations),
            (&mut self.handoffs, &other.handoffs),
            (&mut self.bad, &other.bad),
        ];
        for (mine, theirs) in parts {
            theirs.iter().for_each(|(name, number)| add(mine, name, *number));
        }
    }

    pub fn print(&self, format: Format) {
        if format == Format::Json {
            page::json(self);
            return;
        }
        let (posts, case_events) = (count(self.posts, "post"), count(self.case_events, "case event"));
        let unreadable = if self.unreadable > 0 { format!("; {} cannot be read", count(self.unreadable, "line")) } else { String::new() };
        say!("{posts} and {case_events} judged with rules {}{unreadable}", self.rules);
        say!("\n{:<16} {:<12} {:>8}", "class", "route", "posts");
        for (class, routes) in &self.classes {
            for (route, posts) in routes {
                say!("{class:<16} {route:<12} {posts:>8}");
            }
        }
        let counts = [
            ("skipped", &self.skipped),
            ("condition", &self.conditions),
            ("escalation", &self.escalations),
            ("hand-off", &self.handoffs),
            ("unreadable", &self.bad),
        ];
        for (title, counts) in counts {
            for (name, number) in counts {
                say!("{:<29} {number:>8}", format!("{title}: {name}"));
            }
        }
        if self.late + self.future > 0 {
            say!("late {}, future {}", self.late, self.future);
        }
        if let Some(phrases) = &self.phrases {
            Page::of(format_args!("\n{phrases}")).show();
        }
        if let Some(labels) = &self.labels {
            Page::of(format_args!("\n{labels}")).show();
        }
        if let Some(compared) = &self.compare {
            Page::of(format_args!("\n{compared}")).show();
        }
    }
}

fn add(counts: &mut BTreeMap<String, usize>, name: &str, number: usize) {
    *entry(counts, name) += number;
}

fn entry<'m, T: Default>(map: &'m mut BTreeMap<String, T>, name: &str) -> &'m mut T {
    map.entry(name.to_owned()).or_default()
}
