//! Signals and the customer's state become a verdict: which class, which conditions, what it does to the case.
//!
//! Changes the state it is given; writes nothing.

mod evidence;
mod found;

use smallvec::SmallVec;

use self::evidence::{add_class_evidence, conditions_evidence};
pub use self::found::Piece;
use crate::author::{AuthorState, Case};
use crate::post::{Millis, Post};
use crate::rules::{Class, Rules};
use crate::signals::mentions::Account;
use crate::signals::{Builtin, Evidence, Findings, History, Kind, Names, PastPost, Ref, Series, View};
use crate::text::{Facts, GroupSet, Hit, Search};

/// Buffers that one post leaves to the next.
#[derive(Debug, Default)]
pub struct Workspace {
    facts: Facts,
    search: Search,
    hits: Vec<Hit>,
    groups: GroupSet,
    accounts: Vec<Account>,
    profile: Facts,
    profile_hits: Vec<Hit>,
    findings: Findings,
    past: Vec<PastPost>,
    times: Vec<Millis>,
    decision: Option<Decision>,
    forgotten_early: u64,
}

/// How the class of a post was found, for whoever explains it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The number of the class that won.
    pub class: usize,
    /// What held when classes were tested whose posts are not counted.
    pub before: Names,
    /// What held when the others were tested, the post being counted; `None` if it was not.
    pub after: Option<Names>,
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
    /// It is one that counts: addressed to the brand, whether it is too late to count or not.
    pub addressed: bool,
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
    /// Evidence quotes the text.
    pub quotes: bool,
}

impl Workspace {
    /// Counts a post or case event that had to be forgotten before its time, if `forgot`.
    pub(crate) fn note_forgotten(&mut self, forgot: bool) {
        self.forgotten_early += u64::from(forgot);
    }

    /// How many were since this was asked last.
    pub fn take_forgotten(&mut self) -> u64 {
        std::mem::take(&mut self.forgotten_early)
    }

    /// Nothing has been judged yet.
    pub fn forget(&mut self) {
        self.decision = None;
        self.findings.reset(0);
    }

    /// The decision on the post judged last, if it was asked for (`every_condition`).
    pub fn decision(&self) -> Option<&Decision> {
        self.decision.as_ref()
    }

    /// Facts about the text of the post judged last.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Judges a post and counts it in the customer's case. `state` does not count the post, nor an earlier version of
    /// it; `known_before` are the conditions of the case before that version was taken back.
    pub fn judge<'a>(
        &mut self,
        rules: &'a Rules,
        state: &mut AuthorState,
        candidate: &Candidate<'a>,
        known_before: &[String],
    ) -> Verdict<'a> {
        self.read(rules, candidate.post);
        let Workspace { facts, hits, groups, accounts, profile_hits, findings, past, times, decision, .. } = self;
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
            quotes: candidate.quotes,
        };
        let before = evaluate(rules, &view, &history(rules, state, candidate, past, times), findings);
        let findings = &*findings;
        let (subjects, words) = content(rules, &view);
        let mut verdict = Verdict {
            class: before.aside.unwrap_or(&rules.classes[0]),
            outcome: Outcome::default(),
            joins: rules.continuation.is_some_and(|id| !findings.traces(id).is_empty()),
            signals: met_signals(rules, findings),
            evidence: conditions_evidence(rules, &view, findings, &before.conditions, candidate.every_condition),
            addressed: before.aside.is_none(),
            complaint: findings.met(rules.complaint),
            subjects,
            words,
        };
        let mut after = None;
        if before.aside.is_none() {
            if candidate.eligible {
                verdict.outcome = feed(rules, state, candidate, &before.conditions, &verdict, known_before);
            }
            let hard = candidate.eligible && state.case.as_ref().is_some_and(|case| case.hard);
            let names = after.insert(names_of_case(&before, hard, &verdict.outcome, &findings.names));
            verdict.class = feeding_class(rules, names);
        }
        if candidate.every_condition {
            let class = rules.classes.iter().position(|class| std::ptr::eq(class, verdict.class)).unwrap_or(0);
            *decision =
                Some(Decision { class, before: names_of_case(&before, before.case_hard, &Outcome::default(), &findings.names), after });
        }
        add_class_evidence(rules, &view, findings, &mut verdict);
        verdict
    }

    fn read(&mut self, rules: &Rules, post: &Post<'_>) {
        let subject = post.subject.as_ref().and_then(|subject| subject.non_blank());
        self.facts.read(&post.text, subject, post.platform, &rules.vocabulary, &rules.acronyms);
        rules.book.find(&self.facts, &mut self.search, &mut self.hits);
        self.groups.fill(&self.hits);
        Account::find_all(post, &self.facts, &rules.own, &mut self.accounts);
        self.profile_hits.clear();
        let author = post.author.as_ref().filter(|_| rules.reads_profiles);
        let bio = author.and_then(|author| author.bio.as_ref()).and_then(|bio| bio.non_blank());
        if let Some(bio) = bio {
            let name = author.and_then(|author| author.name.as_ref()).and_then(|name| name.non_blank());
            self.profile.read(bio, name, post.platform, &rules.vocabulary, &rules.acronyms);
            rules.book.find(&self.profile, &mut self.search, &mut self.profile_hits);
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
    case_hard: bool,
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

fn evaluate<'a>(rules: &'a Rules, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) -> Before<'a> {
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
        case_hard: history.case_hard,
        in_conversation: history.in_conversation,
    }
}

fn history<'a>(
    rules: &Rules,
    state: &'a AuthorState,
    candidate: &Candidate<'_>,
    past: &'a mut Vec<PastPost>,
    times: &'a mut Vec<Millis>,
) -> History<'a> {
    let id = &*candidate.post.post_id;
    past.clear();
    times.clear();
    let mut place = None;
    for known in &state.posts {
        let same = *known.id == *id;
        if known.in_series {
            if same {
                place = Some(state.series.as_ref().is_some_and(|series| series.anchor == known.id));
            } else {
                times.push(known.at);
            }
        }
        if known.feeds && !same && !state.is_settled(known.at) && !known.deleted {
            past.push(PastPost { at: known.at, complaint: known.complaint });
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
        answered: series.answered || (may_answer_brand(rules, candidate.post) && state.answers_another(candidate.post)),
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
        in_conversation: state.is_in_conversation(candidate.post),
    }
}

/// Whether the brand may have written what `post` answers: the feed says so, or does not say who did. Its reply need
/// not be in the feed (D61).
fn may_answer_brand(rules: &Rules, post: &Post<'_>) -> bool {
    let answered = post.in_reply_to_author_id.as_ref().and_then(|id| id.non_blank());
    answered.is_none_or(|id| rules.own.has_id(id) || rules.own.has_handle(id))
}

/// Counts the post in the case, opening one if there is none (D29).
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
    if let Some(conversation) = candidate.post.conversation_id.as_ref().and_then(|id| id.non_blank()).filter(|other| *other != id) {
        case.add_conversation(conversation);
    }
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

/// What holds of the post and of the case; `names` hold for the post alone.
fn names_of_case(before: &Before<'_>, hard: bool, outcome: &Outcome, names: &Names) -> Names {
    let mut names = names.clone();
    let known = [before.case_open, before.complaint_open, hard, outcome.becomes_hard, outcome.gains_condition, before.in_conversation];
    for (fact, holds) in OF_THE_CASE.into_iter().zip(known) {
        names.set(Ref::Builtin(fact), holds);
    }
    names
}

/// The class of a post that was counted.
fn feeding_class<'a>(rules: &'a Rules, names: &Names) -> &'a Class {
    let mut feeding = rules.classes.iter().filter(|class| class.feeds);
    let found = feeding.find(|class| class.test.as_ref().is_none_or(|test| test.holds(names)));
    found.or_else(|| rules.classes.last()).unwrap_or(&rules.classes[0])
}

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
