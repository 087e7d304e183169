//! What must come of a post or a case event, and how that compares with what came.

use serde::Serialize;

use crate::config::reader::{Table, Value};
use crate::engine::Workspace;
use crate::post::HandoffStep;
use crate::problem::Problem;
use crate::record::{Destination, EscalationRecord, EscalationType, HandoffRecord, Output, SUBMITTED, TriageRecord, UNREAD};
use crate::rules::Rules;

/// What stands in a test for "there is none".
pub(super) const NONE: &str = "none";

/// How a test calls where records of hand-offs go.
const HANDOFF: &str = "handoff";

/// Expectations; only what is given is compared.
#[derive(Debug, Default)]
pub struct Expected {
    checks: Vec<(Key, Want)>,
}

/// Something expected that did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The key in `expect`.
    pub key: &'static str,
    pub expected: String,
    pub actual: String,
}

/// What came of a post or a case event.
#[derive(Debug)]
pub struct Seen<'a> {
    outputs: &'a [Output<'a>],
    /// Signals met, helpers included.
    signals: Vec<&'a str>,
}

#[derive(Debug, Clone, PartialEq)]
enum Want {
    /// This text, one of these texts.
    One(Vec<String>),
    /// These and no others, in any order.
    Exactly(Vec<String>),
    /// These among others.
    Among(Vec<String>),
    /// None of these.
    Without(Vec<String>),
    /// A text in which each of these stands.
    Saying(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Class,
    Route,
    Note,
    Reason,
    Conditions,
    Signals,
    NoSignals,
    Because,
    NotBecause,
    Case,
    Hard,
    Watch,
    Anchor,
    Linked,
    Escalation,
    Also,
    DeadLetter,
    Supersedes,
    Group,
    Summary,
    Late,
    Future,
    TlName,
    TlMissing,
    Links,
    Hints,
    Handoff,
    Form,
    Missing,
}

impl Key {
    const ALL: [(&'static str, Key); 29] = [
        ("class", Key::Class),
        ("route", Key::Route),
        ("note", Key::Note),
        ("reason", Key::Reason),
        ("conditions", Key::Conditions),
        ("signals", Key::Signals),
        ("no_signals", Key::NoSignals),
        ("because", Key::Because),
        ("not_because", Key::NotBecause),
        ("case", Key::Case),
        ("hard", Key::Hard),
        ("watch", Key::Watch),
        ("anchor", Key::Anchor),
        ("linked", Key::Linked),
        ("escalation", Key::Escalation),
        ("also", Key::Also),
        ("dead_letter", Key::DeadLetter),
        ("supersedes", Key::Supersedes),
        ("group", Key::Group),
        ("summary", Key::Summary),
        ("late", Key::Late),
        ("future", Key::Future),
        ("tl_name", Key::TlName),
        ("tl_missing", Key::TlMissing),
        ("links", Key::Links),
        ("hints", Key::Hints),
        ("handoff", Key::Handoff),
        ("form", Key::Form),
        ("missing", Key::Missing),
    ];

    fn name(self) -> &'static str {
        Key::ALL.iter().find(|(_, key)| *key == self).map_or("", |(name, _)| name)
    }

    /// Returns what the value of the key says; `None` if it is absent or wrong.
    fn want(self, value: &Value<'_>, rules: &Rules) -> Option<Want> {
        if !value.is_present() {
            return None;
        }
        Some(match self {
            Key::Hard | Key::Watch | Key::Linked | Key::Late | Key::Future | Key::TlMissing => Want::One(vec![value.bool()?.to_string()]),
            Key::Conditions | Key::Also | Key::Supersedes | Key::Links | Key::Hints | Key::Missing => {
                Want::Exactly(self.names(value, rules))
            }
            Key::Signals | Key::Because | Key::Form => Want::Among(self.names(value, rules)),
            Key::NoSignals | Key::NotBecause => Want::Without(self.names(value, rules)),
            Key::Summary => Want::Saying(value.strings()),
            Key::Class if value.is_list() => Want::One(self.names(value, rules)),
            _ => Want::One(vec![value.spotted_string().filter(|text| self.knows(text, value, rules))?.value]),
        })
    }

    fn names(self, value: &Value<'_>, rules: &Rules) -> Vec<String> {
        let known = |text: &crate::problem::Spotted<String>| self.knows(text, value, rules);
        value.spotted_strings().into_iter().filter(known).map(|text| text.value).collect()
    }

    /// Reports a name that nothing can have.
    fn knows(self, text: &crate::problem::Spotted<String>, value: &Value<'_>, rules: &Rules) -> bool {
        let Some(mut names) = self.possible(rules) else { return true };
        let known = names.iter().any(|name| *name == text.value);
        if !known {
            names.dedup();
            let problem = Problem::error(&text.spot, format!("`{}` is not a choice for `{}`", text.value, self.name()));
            value.reporter().report(problem.suggest(&text.value, names));
        }
        known
    }

    /// Returns all names that the key can have; `None` if they cannot be listed.
    fn possible(self, rules: &Rules) -> Option<Vec<&str>> {
        let routes = Destination::ALL.map(Destination::name).into_iter().chain([HANDOFF]);
        let steps = HandoffStep::ALL.map(HandoffStep::name);
        let escalations = EscalationType::ALL.map(EscalationType::name);
        Some(match self {
            Key::Class => rules.classes.iter().map(|class| class.name.as_str()).chain([UNREAD]).collect(),
            Key::Route => routes.collect(),
            Key::Note => rules.classes.iter().flat_map(|class| class.note.iter().flatten()).map(String::as_str).chain([NONE]).collect(),
            Key::Conditions => rules.conditions.iter().map(|condition| condition.name.as_str()).collect(),
            Key::Signals | Key::NoSignals => rules.signals.iter().map(|signal| signal.name.as_str()).collect(),
            Key::Handoff => steps.into_iter().chain([SUBMITTED, NONE]).collect(),
            Key::Escalation => escalations.into_iter().chain([NONE]).collect(),
            Key::Also => escalations.into_iter().chain(routes).collect(),
            _ => return None,
        })
    }
}

impl Expected {
    /// Reads an `expect` table.
    pub fn read(table: Table<'_>, rules: &Rules) -> Self {
        let checks = Key::ALL.iter().filter_map(|&(name, key)| Some((key, key.want(&table.optional(name), rules)?))).collect();
        table.finish();
        Expected { checks }
    }

    /// Returns whether it is met by anything.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// Returns what is not as expected.
    pub fn compare(&self, seen: &Seen<'_>) -> Vec<Mismatch> {
        self.checks.iter().filter_map(|(key, want)| want.compare(*key, seen.of_key(*key))).collect()
    }
}

impl Want {
    fn compare(&self, key: Key, seen: Vec<String>) -> Option<Mismatch> {
        let has = |name: &String| seen.iter().any(|seen| seen == name);
        let (right, expected) = match self {
            Want::One(names) => (names.iter().any(has) || seen.is_empty() && names.iter().any(|name| name == NONE), names.join(" or ")),
            Want::Exactly(names) => (names.iter().all(has) && seen.iter().all(|seen| names.contains(seen)), listed(names)),
            Want::Among(names) => (names.iter().all(has), listed(names)),
            Want::Saying(words) => (words.iter().all(|word| seen.iter().any(|text| text.contains(word))), listed(words)),
            Want::Without(names) => (!names.iter().any(has), format!("without {}", names.join(", "))),
        };
        (!right).then(|| Mismatch { key: key.name(), expected, actual: listed(&seen) })
    }
}

pub(super) fn listed(names: &[String]) -> String {
    if names.is_empty() { NONE.to_owned() } else { names.join(", ") }
}

impl<'a> Seen<'a> {
    /// Returns what `outputs` say, and what the rules saw on the way to them.
    pub fn of(outputs: &'a [Output<'a>], rules: &'a Rules, work: &Workspace) -> Self {
        let met = work.classification().iter().flat_map(|decision| decision.before.signals()).collect::<Vec<_>>();
        Seen { outputs, signals: met.into_iter().map(|id| rules.signal(id).name.as_str()).collect() }
    }

    fn verdict(&self) -> Option<&'a TriageRecord<'a>> {
        self.outputs.first()?.verdict()
    }

    fn escalation(&self) -> Option<&'a EscalationRecord<'a>> {
        if let Output::Escalation(record) = self.outputs.first()? { Some(record) } else { None }
    }

    /// Returns the record of a hand-off, which stands beside that of its mail.
    fn handoff(&self) -> Option<&'a HandoffRecord<'a>> {
        self.outputs.iter().find_map(|output| if let Output::Handoff(record) = output { Some(&**record) } else { None })
    }

    /// Returns what is there of `key`: no name, one or several.
    fn of_key(&self, key: Key) -> Vec<String> {
        let verdict = self.verdict();
        let case = verdict.and_then(|verdict| verdict.case.as_ref());
        let one = |text: Option<&str>| text.map(str::to_owned).into_iter().collect::<Vec<_>>();
        let flag = |flag: Option<bool>| vec![flag.unwrap_or(false).to_string()];
        match key {
            Key::Class => one(verdict.map(|verdict| verdict.class)),
            Key::Route => one(self.outputs.first().map(route)),
            Key::Note => one(verdict.and_then(|verdict| verdict.note)),
            Key::Reason => one(verdict.and_then(|verdict| verdict.reason)),
            Key::Conditions => case
                .map(|case| case.conditions.clone())
                .or_else(|| self.escalation().map(|record| record.conditions.clone()))
                .unwrap_or_default(),
            Key::Signals | Key::NoSignals => self.signals.iter().map(|&name| name.to_owned()).collect(),
            Key::Because | Key::NotBecause => verdict.map(reasons).unwrap_or_default(),
            Key::Case => one(case.map(|case| case.id.as_str()).or(self.escalation().map(|record| record.case_id.as_str())).map(first_post)),
            Key::Hard => flag(case.map(|case| case.hard)),
            Key::Watch => flag(case.map(|case| case.watch)),
            Key::Anchor => one(case.and_then(|case| case.anchor_post_id.as_deref())),
            Key::Linked => flag(case.map(|case| case.linked)),
            Key::Escalation => one(self.escalation().map(|record| record.kind.name())),
            Key::Also => self.outputs.iter().skip(1).map(additional).map(str::to_owned).collect(),
            Key::DeadLetter => one(self.outputs.first().and_then(dead_letter)),
            Key::Supersedes => {
                let told = self.escalation().map(|record| &record.supersedes).or(verdict.map(|verdict| &verdict.supersedes));
                told.cloned().unwrap_or_default()
            }
            Key::Group => one(self.escalation().and_then(|record| record.group.as_deref()).map(first_post)),
            Key::Summary => one(self.escalation().and_then(|record| record.summary.as_deref())),
            Key::Late => flag(verdict.map(|verdict| verdict.late)),
            Key::Future => flag(verdict.map(|verdict| verdict.future)),
            Key::TlName => one(self.escalation().and_then(|record| record.tl_name.as_deref())),
            Key::TlMissing => flag(self.escalation().map(|record| record.tl_missing)),
            Key::Links => self.escalation().map(|record| record.links.clone()).unwrap_or_default(),
            Key::Hints => self.escalation().map(|record| record.hints.clone()).unwrap_or_default(),
            Key::Handoff => one(self.handoff().map(|record| record.step)),
            Key::Form => self.handoff().map(said).unwrap_or_default(),
            Key::Missing => self.handoff().map(|record| record.missing.iter().map(|&field| field.to_owned()).collect()).unwrap_or_default(),
        }
    }
}

/// Conditions and signals that are met, and what was found for them.
fn reasons(verdict: &TriageRecord<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for piece in verdict.evidence.iter().filter(|piece| piece.met) {
        for name in [&piece.condition, &piece.signal, &piece.entry].into_iter().flatten() {
            if !names.iter().any(|known: &String| **known == **name) {
                names.push(name.to_string());
            }
        }
    }
    names
}

/// Returns what the record says, as `arrears.months = 3` and `criteria = rude_agent`; what is not known is not said.
fn said(record: &HandoffRecord<'_>) -> Vec<String> {
    fn add(path: &str, value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                add(&path, value, found);
            }),
            serde_json::Value::Array(items) => items.iter().for_each(|item| add(path, item, found)),
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => found.push(format!("{path} = {text}")),
            other => found.push(format!("{path} = {other}")),
        }
    }
    let mut found = Vec::new();
    add("", &serde_json::to_value(record).unwrap_or_default(), &mut found);
    found
}

/// Returns the post that a case is named after. Ids of posts hold no colon in tests.
fn first_post(case_id: &str) -> &str {
    case_id.rsplit(':').next().unwrap_or(case_id)
}

fn route(output: &Output<'_>) -> &'static str {
    match output {
        Output::Triage(route, _) => route.name(),
        Output::Escalation(_) => Destination::Escalations.name(),
        Output::Handoff(_) => HANDOFF,
        Output::DeadLetter { .. } => "dead-letters",
    }
}

fn additional(output: &Output<'_>) -> &'static str {
    if let Output::Escalation(record) = output { record.kind.name() } else { route(output) }
}

fn dead_letter(output: &Output<'_>) -> Option<&'static str> {
    if let Output::DeadLetter { code, .. } = output { Some(*code) } else { None }
}
