//! The rule set, compiled: signals, conditions, the rule for hard complaints, classes in order of precedence.
//!
//! Compiled once, evaluated for every post; shared read-only by all lanes. Knows no rule: names, phrases, numbers and
//! order come from `config/`.

mod accounts;
mod choose;
mod class;
mod compile;
mod escalation;
mod handoff;
mod hours;
mod lint;
mod order;
mod outages;
mod quality;
mod ready;
mod silences;
mod spelling;
mod summary;
mod template;
#[cfg(test)]
mod tests;
mod words;

pub use self::choose::ClassNumber;
pub use self::class::Class;
pub use self::compile::{compile, compile_changed};
pub use self::handoff::{Criterion, Handoffs};
pub use self::hours::Hours;
pub use self::lint::lint;
pub use self::outages::Outages;
pub use self::quality::QualitySample;
pub use self::silences::{Silences, silences};
pub use self::summary::{Gap, MoreGap, StepGap, Summary, TimeGap, WordGap};
pub use self::template::Template;

use crate::formats::FieldMaps;
use crate::post::OwnAccounts;
use crate::problem::{Spot, Spotted};
use crate::signals::{Agenda, Builtin, Expression, Kind, Ref, Relevance, Signal, SignalId, Sought, Test};
use crate::text::{Acronyms, Language, Openers, PhraseBook, Vocabulary};

/// A compiled rule set.
#[derive(Debug)]
pub struct Rules {
    /// First 12 digits of a hash over rules, lexicons and lists: what records call `rules`.
    pub hash: String,
    /// The words of all lexicons.
    pub vocabulary: Vocabulary,
    /// The phrases of all lexicons.
    pub book: PhraseBook,
    /// Words that are capitals by nature.
    pub acronyms: Acronyms,
    /// Accounts and contact forms of `[accounts]`: who is not a customer, and who is spoken to.
    pub own: OwnAccounts,
    /// Feeds that `[feeds]` describes: where the fields of a post stand in their records.
    pub maps: FieldMaps,
    /// Every signal, helpers too, by [`SignalId`].
    pub signals: Vec<Signal>,
    /// The order to evaluate them in: none before what it refers to.
    pub agenda: Agenda,
    /// Which of them matter for a post, by its facts.
    pub relevance: Relevance,
    /// The facts that something asks for.
    pub facts: Vec<Builtin>,
    /// Conditions of W-10, in the order of the configuration.
    pub conditions: Vec<Condition>,
    /// When a case is hard.
    pub hard: Hard,
    /// Classes in order of precedence.
    pub classes: Vec<Class>,
    /// What a team leader is told.
    pub escalation: Escalation,
    /// The words of what a team leader reads; there is nothing to read, if absent. No part of the hash.
    pub summary: Option<Summary>,
    /// When a mail of somebody who is no customer is a hand-off, and what its record says.
    pub handoffs: Handoffs,
    /// How much evidence records show.
    pub evidence: EvidenceLimits,
    /// Letters of a mathematical alphabet from which on a text is styled; none is, if absent.
    pub styled_letters: Option<u32>,
    /// Limits of time and memory.
    pub limits: Limits,
    /// The fields that W-21 fixes for the desk's application, with their values, in order.
    pub tagging: Vec<(String, String)>,
    /// Posts that leave the agents' queue and are marked for a person to check.
    pub quality_sample: QualitySample,
    /// Areas, and how many of their customers make an outage; `None`: nobody asks.
    pub outages: Option<Outages>,
    /// The signal that makes a post a complaint.
    pub complaint: SignalId,
    /// The signals that decide it.
    pub complaint_leaves: Vec<SignalId>,
    /// The signal that looks for continuations, if there is one.
    pub continuation: Option<SignalId>,
    /// The words that entries begin with which profile signals look for; `None`: there is no such signal.
    pub profile_openers: Option<Openers>,
}

/// A condition of the hard complaint.
#[derive(Debug)]
pub struct Condition {
    /// Its name in records.
    pub name: String,
    /// The sentence of the work instruction.
    pub clause: String,
    /// Where it is written.
    pub at: Spot,
    /// When a post meets it.
    pub when: Expression,
    /// The signals that decide it, derived ones resolved.
    pub leaves: Vec<SignalId>,
    /// Its conjuncts, each with the signals that decide it.
    pub conjuncts: Vec<(Test, Vec<SignalId>)>,
    /// `when`, to be tested.
    pub test: Test,
    /// Holds where a part of `when` does.
    pub partly: Test,
    /// The signals that `when` names and that speak for it.
    pub named: Vec<SignalId>,
}

impl Condition {
    /// Returns a condition as it was written; what follows from `when` is for the compiler to fill in.
    pub fn new(name: Spotted<String>, clause: String, when: Expression) -> Self {
        let (test, partly) = (Test::of(&when, &[]), Test::of(&when.partly(), &[]));
        let Spotted { value: name, spot: at } = name;
        Condition { name, clause, at, when, leaves: Vec::new(), conjuncts: Vec::new(), test, partly, named: Vec::new() }
    }
}

/// When a customer's case is a hard complaint.
#[derive(Debug)]
pub struct Hard {
    /// Over the conditions of the case.
    pub when: Expression,
    /// From that many conditions on a case is watched.
    pub watch_at: usize,
}

/// What a team leader is told about a hard complaint.
#[derive(Debug, Clone, Default)]
pub struct Escalation {
    /// Who has to know.
    pub notify: Vec<String>,
    /// The clocks, if they are kept.
    pub clocks: Option<ClockSettings>,
    /// Links to posts that a case keeps at most.
    pub links: usize,
    /// What posts may hint at.
    pub hints: Vec<Hint>,
    /// Follow-ups of one case within so many milliseconds are told of once; each for itself, if absent.
    pub group: Option<i64>,
}

/// What a post may hint at: told with its case, and counted nowhere (D78).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// It complains though a case of the customer's was closed a short time ago.
    RepeatReport,
    /// It meets the signal of that name.
    Signal(SignalId, String),
}

impl Hint {
    /// The name of [`Hint::RepeatReport`].
    pub const REPEAT_REPORT: &str = "lapul_candidate";

    /// Returns the name in records.
    pub fn name(&self) -> &str {
        match self {
            Hint::RepeatReport => Hint::REPEAT_REPORT,
            Hint::Signal(_, name) => name,
        }
    }
}

/// How much evidence records show.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceLimits {
    /// A condition that is not met is shown as near from this share of what it takes, 0 to 1.
    pub close: f32,
    /// Pieces shown for one signal.
    pub most: usize,
}

/// Intervals in milliseconds.
#[derive(Debug, Clone)]
pub struct ClockSettings {
    /// Between two looks at the progress.
    pub monitor: i64,
    /// Between two calls back.
    pub callback: i64,
    /// Between two reminders that nobody has the case; none are sent, if absent.
    pub assign_tl: Option<i64>,
    /// When somebody is there to be reminded.
    pub hours: Hours,
    /// The sentence that they come from.
    pub basis: String,
}

/// Limits of time, all in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// A post older than the newest of its author by more is late.
    pub allowed_lateness: i64,
    /// A post written that much after its record is not believed.
    pub max_future_skew: i64,
    /// A mail written that much before its record is not believed; every one is, if absent.
    pub max_mail_age: Option<i64>,
    /// An ordinary case without a post for longer is over.
    pub idle_ttl: i64,
    /// An ordinary case is over after that.
    pub max_age: i64,
    /// A hard case without a post for longer is over.
    pub hard_ttl: i64,
    /// So long after its end a case may be opened again; none may, if absent.
    pub reopen_within: Option<i64>,
}

impl Rules {
    /// Returns the signal numbered `id`, which must be of these rules.
    pub fn signal(&self, id: SignalId) -> &Signal {
        &self.signals[usize::from(id)]
    }

    /// Returns what posts are looked at for; `moot_too`: what can decide nothing about one as well.
    pub fn sought(&self, moot_too: bool) -> Sought<'_> {
        Sought { signals: &self.signals, agenda: &self.agenda, relevance: (!moot_too).then_some(&self.relevance), facts: &self.facts }
    }

    /// Returns what posts are read for.
    pub fn language(&self) -> Language<'_> {
        let Rules { vocabulary, acronyms, book, .. } = self;
        Language { vocabulary, acronyms, book, openers: self.profile_openers.as_ref() }
    }

    /// Returns the signals that signal `id` stands on: itself, if it follows from no others.
    pub fn leaves_of(&self, id: SignalId) -> Vec<SignalId> {
        leaves(&Expression::Name(Ref::Signal(id)), &self.signals)
    }

    /// Returns the number of the signal called `name`, helpers included; `None` if these rules have none.
    pub fn signal_named(&self, name: &str) -> Option<SignalId> {
        self.signals.iter().position(|signal| signal.name == name).and_then(|at| SignalId::try_from(at).ok())
    }

    /// Knows `posts` as posts of a quiz, besides those of the registry and in place of those lent before: rule tests
    /// have quizzes of their own.
    pub fn with_quiz_posts(&mut self, posts: &[String]) {
        for signal in &mut self.signals {
            if let Kind::Campaign(campaign) = &mut signal.kind {
                campaign.lend(posts);
            }
        }
    }

    /// Whether some mail can be a hand-off: then there must be a topic for its record.
    pub fn finds_handoffs(&self) -> bool {
        !self.handoffs.parties.has_no_sender()
    }

    /// Takes the author of a customer key for a sender of the party of that name, in place of the one lent before: rule
    /// tests have senders of their own.
    pub fn with_sender(&mut self, lent: Option<(&str, &str)>) {
        self.handoffs.parties.lend(lent);
    }

    /// The name of the class that takes what no other class takes.
    pub fn rest(&self) -> &str {
        self.classes.last().map_or("", |class| &class.name)
    }

    /// The condition called `name`.
    pub fn condition_named(&self, name: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.name == name)
    }
}

/// Returns the signals that speak for `expression`: what a derived signal stands on instead of the signal itself.
fn leaves(expression: &Expression, signals: &[Signal]) -> Vec<SignalId> {
    let mut found = Vec::new();
    collect_leaves(expression, signals, &mut found, 0);
    found
}

fn collect_leaves(expression: &Expression, signals: &[Signal], found: &mut Vec<SignalId>, depth: usize) {
    expression.names(&mut |name, speaks_for| {
        let Ref::Signal(id) = name else { return };
        if !speaks_for || depth > 16 {
            return;
        }
        match signals.get(usize::from(id)).map(|signal| &signal.kind) {
            Some(Kind::Derived(inner)) => collect_leaves(&inner.when, signals, found, depth + 1),
            Some(_) if !found.contains(&id) => found.push(id),
            Some(_) | None => {}
        }
    });
}
