//! Signals and the customer's state become a verdict: which class, which conditions, what it does to the case.
//!
//! Changes the state it is given; writes nothing.

mod found;

use smallvec::SmallVec;

pub use self::found::Piece;
use crate::author::{AuthorState, Case};
use crate::post::{Millis, Post};
use crate::rules::{Class, Condition, Rules};
use crate::signals::mentions::Account;
use crate::signals::{Builtin, Evidence, Findings, History, Kind, Names, PastPost, Ref, Series, View, of_trace};
use crate::text::{Facts, GroupSet, Hit};

/// Pieces of evidence that most verdicts have at most.
const USUAL_EVIDENCE: usize = 8;
/// Pieces of evidence shown for one signal.
const MAX_TRACES: usize = 3;

/// Buffers that one post leaves to the next.
#[derive(Debug, Default)]
pub struct Workspace {
    facts: Facts,
    hits: Vec<Hit>,
    groups: GroupSet,
    accounts: Vec<Account>,
    profile: Facts,
    profile_hits: Vec<Hit>,
    findings: Findings,
    past: Vec<PastPost>,
    times: Vec<Millis>,
}

/// What was decided about a post.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// The class that won.
    pub class: &'a Class,
    /// What the post did to the case.
    pub outcome: Outcome,
    /// It goes on with the newest series.
    pub joins: bool,
    /// Signals met, helpers left out.
    pub signals: Vec<&'a str>,
    /// Why: conditions met and nearly met, and what decided the class.
    pub evidence: Vec<Evidence<'a>>,
    /// It is a complaint.
    pub complaint: bool,
    /// Subjects it names, for the next post of the series.
    pub subjects: SmallVec<[&'a str; 4]>,
    /// Its telling words, likewise.
    pub words: SmallVec<[u32; 32]>,
}

/// What a post did to its case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// It was counted.
    pub fed: bool,
    /// It made the case hard.
    pub becomes_hard: bool,
    /// The case was hard and has a condition more.
    pub gains_condition: bool,
}

/// A post on its way to a verdict.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The post.
    pub post: &'a Post<'a>,
    /// When it was written, as far as it can be believed; for an edit: when the first version was.
    pub written_at: Millis,
    /// Whether it can count in a case at all: not settled already, not older than the case by too much.
    pub eligible: bool,
    /// Evidence speaks of every condition.
    pub every_condition: bool,
}

impl Workspace {
    /// Judges a post and counts it in the customer's case. `state` does not count the post, nor an earlier version of
    /// it; `known_before` are the conditions of the case before that version was taken back.
    pub fn judge<'a>(
        &'a mut self,
        rules: &'a Rules,
        state: &mut AuthorState,
        candidate: &Candidate<'a>,
        known_before: &[String],
    ) -> Verdict<'a> {
        self.read(rules, candidate.post);
        let Workspace { facts, hits, groups, accounts, profile_hits, findings, past, times, .. } = self;
        let (facts, hits, groups, accounts, profile_hits) = (&*facts, &*hits, &*groups, &*accounts, &*profile_hits);
        let view = View {
            post: candidate.post,
            facts,
            hits,
            groups,
            accounts,
            profile_hits,
            book: &rules.book,
            own: &rules.own,
            written_at: candidate.written_at,
        };
        let before = evaluate(rules, &view, &history(state, candidate, past, times), findings);
        let findings = &*findings;
        let (subjects, words) = content(rules, &view);
        let mut verdict = Verdict {
            class: before.aside.unwrap_or(&rules.classes[0]),
            outcome: Outcome::default(),
            joins: rules.continuation.is_some_and(|id| !findings.traces(id).is_empty()),
            signals: met_signals(rules, findings),
            evidence: conditions_evidence(rules, &view, findings, &before.conditions, candidate.every_condition),
            complaint: findings.met(rules.complaint),
            subjects,
            words,
        };
        if before.aside.is_none() {
            if candidate.eligible {
                verdict.outcome = feed(rules, state, candidate, &before.conditions, &verdict, known_before);
            }
            let hard = candidate.eligible && state.case.as_ref().is_some_and(|case| case.hard);
            verdict.class = feeding_class(rules, &before, &verdict.outcome, hard, &findings.names);
        }
        add_class_evidence(rules, &view, findings, &mut verdict);
        verdict
    }

    fn read(&mut self, rules: &Rules, post: &Post<'_>) {
        let subject = post.subject.as_ref().and_then(|subject| subject.non_blank());
        self.facts.read(&post.text, subject, &rules.vocabulary, &rules.acronyms);
        rules.book.find(&self.facts, &mut self.hits);
        self.groups.fill(&self.hits);
        Account::find_all(post, &self.facts, &rules.own, &mut self.accounts);
        self.profile_hits.clear();
        let author = post.author.as_ref().filter(|_| rules.reads_profiles);
        let bio = author.and_then(|author| author.bio.as_ref()).and_then(|bio| bio.non_blank());
        if let Some(bio) = bio {
            let name = author.and_then(|author| author.name.as_ref()).and_then(|name| name.non_blank());
            self.profile.read(bio, name, &rules.vocabulary, &rules.acronyms);
            rules.book.find(&self.profile, &mut self.profile_hits);
        }
    }
}

/// What is known before the post is counted.
struct Before<'a> {
    /// The class of a post that is not counted.
    aside: Option<&'a Class>,
    /// The conditions that the post alone meets, by number.
    conditions: SmallVec<[bool; 8]>,
    case_open: bool,
    complaint_open: bool,
    in_conversation: bool,
}

/// Facts that a post alone does not tell.
const OF_THE_CASE: [Builtin; 6] = [
    Builtin::CaseOpen,
    Builtin::CaseComplaint,
    Builtin::CaseHard,
    Builtin::CaseBecomesHard,
    Builtin::CaseGainsCondition,
    Builtin::InConversation,
];

fn evaluate<'a>(rules: &'a Rules, view: &View<'_>, history: &History<'_>, findings: &mut Findings) -> Before<'a> {
    findings.reset(rules.signals.len());
    for &fact in &rules.facts {
        findings.names.set(Ref::Builtin(fact), fact.holds(view, history));
    }
    for id in rules.agenda.signals(view.hits) {
        rules.signal(id).evaluate(id, view, history, findings);
    }
    let names = &findings.names;
    let conditions = rules.conditions.iter().map(|condition| condition.test.holds(names)).collect();
    let mut not_counted = rules.classes.iter().take_while(|class| !class.feeds);
    let aside = not_counted.find(|class| class.test.as_ref().is_none_or(|test| test.holds(names)));
    for fact in OF_THE_CASE {
        findings.names.set(Ref::Builtin(fact), false);
    }
    Before {
        aside,
        conditions,
        case_open: history.case_open,
        complaint_open: history.complaint_open,
        in_conversation: history.in_conversation,
    }
}

fn history<'a>(state: &'a AuthorState, candidate: &Candidate<'_>, past: &'a mut Vec<PastPost>, times: &'a mut Vec<Millis>) -> History<'a> {
    let id = &*candidate.post.post_id;
    past.clear();
    times.clear();
    let mut place = None;
    let mut in_conversation = false;
    for known in &state.posts {
        let same = *known.id == *id;
        if known.in_series {
            if same {
                place = Some(state.series.as_ref().is_some_and(|series| series.anchor == known.id));
            } else {
                times.push(known.at);
            }
        }
        if known.feeds && !same {
            if !state.is_settled(known.at) && !known.deleted {
                past.push(PastPost { at: known.at, complaint: known.complaint });
            }
            let conversation = candidate.post.conversation_id.as_ref().map(|conversation| conversation.as_str());
            let parent = candidate.post.parent_id.as_ref().map(|parent| parent.as_str());
            in_conversation |= conversation.is_some() && known.conversation.as_deref() == conversation || parent == Some(&*known.id);
        }
    }
    past.sort_by_key(|post| post.at);
    let series = state.series.as_ref().filter(|_| !times.is_empty() || place.is_some());
    let series = series.map(|series| Series {
        times,
        first_at: series.first_at,
        parent: series.parent.as_deref(),
        words: &series.words,
        subjects: &series.subjects,
        answered: series.answered,
        replies: &state.replies,
        place,
    });
    let case = state.case.as_ref();
    History {
        posts: past,
        series,
        case_open: case.is_some(),
        complaint_open: case.is_some_and(|case| !case.complaints.is_empty()),
        case_hard: case.is_some_and(|case| case.hard),
        in_conversation,
    }
}

/// Counts the post in the case, opening one if there is none (2.9, 3).
fn feed(
    rules: &Rules,
    state: &mut AuthorState,
    candidate: &Candidate<'_>,
    here: &[bool],
    verdict: &Verdict<'_>,
    known_before: &[String],
) -> Outcome {
    let id = &*candidate.post.post_id;
    let case = state.case.get_or_insert_with(|| Case::begin(id, candidate.written_at));
    case.add_post(id, candidate.written_at);
    if verdict.complaint {
        case.add_complaint(id);
    }
    let mut gained = false;
    for (condition, _) in rules.conditions.iter().zip(here).filter(|(_, met)| **met) {
        let speaks =
            |evidence: &&Evidence<'_>| evidence.met && evidence.condition.as_ref().is_some_and(|name| *name == *condition.name.as_str());
        let reasons = verdict.evidence.iter().filter(speaks).map(|evidence| evidence.clone().into_owned());
        let is_new = case.add_condition(&condition.name, id, reasons);
        gained |= is_new && !known_before.contains(&condition.name);
    }
    let was_hard = case.hard;
    case.hard |= is_hard(rules, case);
    Outcome { fed: true, becomes_hard: case.hard && !was_hard, gains_condition: was_hard && gained }
}

/// Whether the conditions of `case` make it a hard complaint.
pub fn is_hard(rules: &Rules, case: &Case) -> bool {
    rules.hard.when.holds(&|name| match name {
        Ref::Condition(number) => rules.conditions.get(usize::from(number)).is_some_and(|condition| case.has(&condition.name)),
        Ref::Builtin(Builtin::CaseComplaint) => !case.complaints.is_empty(),
        Ref::Builtin(Builtin::CaseOpen) => true,
        Ref::Builtin(_) | Ref::Signal(_) => false,
    })
}

/// The class of a post that was counted, its effect on the case known. `names` hold for the post alone.
fn feeding_class<'a>(rules: &'a Rules, before: &Before<'_>, outcome: &Outcome, hard: bool, names: &Names) -> &'a Class {
    let mut names = names.clone();
    let known = [before.case_open, before.complaint_open, hard, outcome.becomes_hard, outcome.gains_condition, before.in_conversation];
    for (fact, holds) in OF_THE_CASE.into_iter().zip(known) {
        names.set(Ref::Builtin(fact), holds);
    }
    let mut feeding = rules.classes.iter().filter(|class| class.feeds);
    let found = feeding.find(|class| class.test.as_ref().is_none_or(|test| test.holds(&names)));
    found.or_else(|| rules.classes.last()).unwrap_or(&rules.classes[0])
}

fn content<'a>(rules: &'a Rules, view: &View<'_>) -> (SmallVec<[&'a str; 4]>, SmallVec<[u32; 32]>) {
    match rules.continuation.map(|id| &rules.signal(id).kind) {
        Some(Kind::Continuation(continuation)) => continuation.content(view),
        _ => Default::default(),
    }
}

fn met_signals<'a>(rules: &'a Rules, findings: &Findings) -> Vec<&'a str> {
    let met = findings.names.signals().map(|id| rules.signal(id)).filter(|signal| !signal.is_helper());
    met.map(|signal| signal.name.as_str()).collect()
}

/// Evidence for the complaint, for the conditions that the post meets, and for those it comes close to (2.9, 24).
fn conditions_evidence<'a>(rules: &'a Rules, view: &View<'a>, findings: &Findings, here: &[bool], every: bool) -> Vec<Evidence<'a>> {
    let mut evidence = Vec::with_capacity(USUAL_EVIDENCE);
    for &leaf in rules.complaint_leaves.iter().filter(|leaf| findings.met(rules.complaint) && findings.met(**leaf)) {
        push_evidence(rules, view, findings, leaf, &mut evidence);
    }
    evidence.truncate(MAX_TRACES);
    for piece in &mut evidence {
        piece.signal = Some(rules.signal(rules.complaint).name.as_str().into());
    }
    for (condition, &met) in rules.conditions.iter().zip(here) {
        let first = evidence.len();
        if met {
            for &leaf in condition.leaves.iter().filter(|leaf| findings.met(**leaf) && !rules.complaint_leaves.contains(leaf)) {
                push_evidence(rules, view, findings, leaf, &mut evidence);
            }
        } else if every || is_close(condition, findings) {
            for leaf in missing(condition, findings) {
                push_evidence(rules, view, findings, leaf, &mut evidence);
            }
        }
        for piece in &mut evidence[first..] {
            piece.condition = Some(condition.name.as_str().into());
            piece.clause = Some(condition.clause.as_str().into());
            piece.met = met;
        }
    }
    evidence
}

/// For each conjunct that the post does not meet: the signal that came nearest to meeting it.
fn missing(condition: &Condition, findings: &Findings) -> SmallVec<[u16; 4]> {
    let nearness = |&leaf: &u16| {
        let finding = findings.get(leaf);
        finding.value / finding.threshold.max(f32::EPSILON)
    };
    let unmet = condition.conjuncts.iter().filter(|(conjunct, _)| !conjunct.holds(&findings.names));
    let nearest = unmet.filter_map(|(_, leaves)| leaves.iter().copied().max_by(|a, b| nearness(a).total_cmp(&nearness(b))));
    nearest.collect()
}

fn is_close(condition: &Condition, findings: &Findings) -> bool {
    const CLOSE: f32 = 0.6;
    let near = condition.named.iter().any(|&id| {
        let finding = findings.get(id);
        let enough = !finding.met && finding.value >= CLOSE * finding.threshold;
        enough && (finding.threshold < 1.0 || (finding.threshold > 1.0 - f32::EPSILON && finding.value > 0.0))
    });
    near || condition.partly.holds(&findings.names)
}

/// Evidence of one signal: its traces, or where it has none what it measured.
fn push_evidence<'a>(rules: &'a Rules, view: &View<'a>, findings: &Findings, id: u16, evidence: &mut Vec<Evidence<'a>>) {
    let signal = rules.signal(id);
    let traces = findings.traces(id);
    let pieces = traces.iter().take(MAX_TRACES).map(|trace| of_trace(trace, id, &signal.name, view, findings));
    let before = evidence.len();
    evidence.extend(pieces);
    if evidence.len() == before {
        let finding = findings.get(id);
        evidence.push(Evidence {
            signal: Some(signal.name.as_str().into()),
            post_id: (*view.post.post_id).into(),
            met: finding.met,
            value: finding.value,
            threshold: finding.threshold,
            ..Evidence::default()
        });
    }
    for piece in &mut evidence[before..] {
        piece.clause = signal.clause.as_deref().map(Into::into);
    }
}

/// Evidence for what decided the class, where the conditions do not say it already.
fn add_class_evidence<'a>(rules: &'a Rules, view: &View<'a>, findings: &Findings, verdict: &mut Verdict<'a>) {
    let class = verdict.class;
    let first = verdict.evidence.len();
    for &leaf in class.leaves.iter().filter(|leaf| findings.met(**leaf)) {
        let signal = &rules.signal(leaf).name;
        if !verdict.evidence.iter().any(|piece| piece.met && piece.signal.as_ref().is_some_and(|name| *name == *signal.as_str())) {
            push_evidence(rules, view, findings, leaf, &mut verdict.evidence);
        }
    }
    for piece in &mut verdict.evidence[first..] {
        if piece.clause.is_none() {
            piece.clause = class.clause.as_deref().map(Into::into);
        }
    }
}
