//! Decides on a post that was looked at: which class it belongs to, and why.
//!
//! Knows the customer only by what the signals found and by what counting the post did to its case; changes no state.

mod evidence;

use smallvec::SmallVec;

use crate::author::Judged;
use crate::case::CaseChange;
use crate::record::Destination;
use crate::rules::{Class, ClassNumber, Rules};
use crate::signals::{Builtin, Evidence, Findings, Kind, Names, Ref, View};

/// What was decided about a post.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The first class that holds.
    pub class: &'a Class,
    /// What the post did to the case; nothing where it was not counted.
    pub change: CaseChange,
    /// It goes on with the newest series.
    pub joins: bool,
    /// Signals met, helpers left out.
    pub signals: Vec<&'a str>,
    /// Why: the complaint, conditions met and nearly met, and what decided the class.
    pub evidence: Vec<Evidence<'a>>,
    addressed: bool,
    complaint: bool,
    subjects: SmallVec<[&'a str; 4]>,
    words: SmallVec<[u32; 32]>,
}

/// How the class of a post was found, for whoever explains it.
#[derive(Debug, Clone)]
pub struct Classification {
    /// The number of the class that won.
    pub class: ClassNumber,
    /// What held when classes were tested whose posts are not counted.
    pub before: Names,
    /// What held when the others were tested, the post being counted; `None` if it was not.
    pub after: Option<Names>,
}

/// What is known of a post when it is decided on.
#[derive(Debug)]
pub struct Candidate<'v, 'a> {
    /// All that signals may look at.
    pub view: View<'v, 'a>,
    /// The class that put it aside; `None`: none did.
    pub aside: Option<ClassNumber>,
    /// For each condition whether the post meets it.
    pub conditions: &'v [bool],
    /// What it did to the case; nothing if it was not counted.
    pub change: CaseChange,
    /// Evidence shall speak of every condition, and the classification be kept.
    pub explained: bool,
}

/// Decides on `candidate`, of which the signals said `findings`; these keep what holds of the post alone. How it was
/// decided is left in `classification` where it shall be explained.
pub fn decide<'a>(
    rules: &'a Rules,
    candidate: &Candidate<'_, 'a>,
    findings: &mut Findings,
    classification: &mut Option<Classification>,
) -> Verdict<'a> {
    let explained = candidate.explained;
    let before = explained.then(|| findings.names.clone());
    let mut after = None;
    let number = candidate.aside.unwrap_or_else(|| {
        set_change(&mut findings.names, &candidate.change);
        after = explained.then(|| findings.names.clone());
        rules.class_of_counted(&findings.names)
    });
    if let Some(before) = before {
        *classification = Some(Classification { class: number, before, after });
    }
    clear_case(&mut findings.names);
    let class = &rules.classes[number];
    let (subjects, words) = if candidate.change.counted { content(rules, &candidate.view) } else { Default::default() };
    Verdict {
        class,
        change: candidate.change,
        joins: rules.continuation.is_some_and(|id| !findings.traces(id).is_empty()),
        signals: met_signals(rules, findings),
        evidence: evidence::gather(rules, candidate, class, findings),
        addressed: candidate.aside.is_none(),
        complaint: findings.met(rules.complaint),
        subjects,
        words,
    }
}

impl Verdict<'_> {
    /// Returns what of it must be remembered.
    pub fn judged(&self) -> Judged<'_> {
        Judged {
            counted: self.change.counted,
            addressed: self.addressed,
            complaint: self.complaint,
            with_agents: self.class.route == Destination::Agents,
            joins: self.joins,
            subjects: &self.subjects,
            words: &self.words,
            evidence: &self.evidence,
        }
    }
}

/// Notes what holds of the case once the post is counted.
fn set_change(names: &mut Names, change: &CaseChange) {
    names.set(Ref::Builtin(Builtin::CaseHard), change.hard);
    names.set(Ref::Builtin(Builtin::CaseBecomesHard), change.becomes_hard);
    names.set(Ref::Builtin(Builtin::CaseGainsCondition), change.gains_condition);
}

/// Leaves what holds of the post alone: that is what evidence speaks of.
fn clear_case(names: &mut Names) {
    const OF_THE_CASE: [Builtin; 6] = [
        Builtin::CaseOpen,
        Builtin::CaseComplaint,
        Builtin::CaseHard,
        Builtin::CaseBecomesHard,
        Builtin::CaseGainsCondition,
        Builtin::InConversation,
    ];
    OF_THE_CASE.into_iter().for_each(|fact| names.set(Ref::Builtin(fact), false));
}

/// Subjects and telling words of the post, for the next one of its series.
fn content<'a>(rules: &'a Rules, view: &View<'_, '_>) -> (SmallVec<[&'a str; 4]>, SmallVec<[u32; 32]>) {
    match rules.continuation.map(|id| &rules.signal(id).kind) {
        Some(Kind::Continuation(continuation)) => continuation.content(view),
        _ => Default::default(),
    }
}

fn met_signals<'a>(rules: &'a Rules, findings: &Findings) -> Vec<&'a str> {
    let met = findings.names.signals().map(|id| rules.signal(id)).filter(|signal| !signal.is_helper());
    met.map(|signal| signal.name.as_str()).collect()
}
