//! The closed set of signal kinds: each looks at one post and says whether something is so, and why.
//!
//! No kind returns a bare yes or no: a [`Finding`] carries the value, the threshold and the places in the text that
//! decided it, and records, metrics, explanations and tests all use that one value. What a signal is called, which
//! words it knows and what follows from it is configuration; nothing here knows a troll from a quiz.

mod agenda;
mod builtin;
pub mod compiler;
mod evidence;
mod expression;
mod history;
pub mod kind;
mod names;
mod obstacle;

pub use self::agenda::Agenda;
pub use self::builtin::Builtin;
pub use self::evidence::{Evidence, of_trace};
pub use self::expression::{Expression, Ref};
pub use self::history::{History, PastPost, Series};
pub use self::names::{Names, Test};
pub use self::obstacle::{Obstacle, Snag};

use rustc_hash::FxHashSet;

use self::kind::{burst, campaign, capitals, continuation, mentions, part, pattern, phrases, profile, score, tags};
use crate::post::{Millis, OwnAccounts, Post};
use crate::problem::Spot;
use crate::text::{EntryId, Facts, GroupSet, Hit, PhraseBook, Span, WordId};

/// Number of a signal in the rules.
pub type SignalId = u16;

/// A named signal.
#[derive(Debug)]
pub struct Signal {
    /// Its name in the configuration.
    pub name: String,
    /// The sentence of a work instruction that it stands for, if one was given.
    pub clause: Option<String>,
    /// What it looks at.
    pub kind: Kind,
    /// Where it is written.
    pub at: Spot,
}

impl Signal {
    /// A helper (its name begins with `_`) is used by other signals and not listed in records.
    pub fn is_helper(&self) -> bool {
        self.name.starts_with('_')
    }
}

/// What a signal looks at.
#[derive(Debug)]
pub enum Kind {
    /// Words and phrases of lexicons.
    Phrases(phrases::Phrases),
    /// A regular expression on the text.
    Pattern(pattern::Pattern),
    /// The number that a post gives itself as a part of several.
    Part(part::Part),
    /// Accounts named in the post, recipients of the mail.
    Mentions(mentions::Mentions),
    /// Hashtags.
    Hashtags(tags::Hashtags),
    /// Writing in capitals.
    Capitals(capitals::CapitalsLimit),
    /// Who the author is.
    Profile(profile::Profile),
    /// A quiz in the registry.
    Campaign(campaign::Campaign),
    /// Many posts in a short time.
    Burst(burst::Burst),
    /// A post that goes on with the customer's earlier one.
    Continuation(Box<continuation::Continuation>),
    /// A weighted sum.
    Score(score::Score),
    /// Other signals, combined.
    Derived(Derived),
}

/// A signal that follows from others.
#[derive(Debug)]
pub struct Derived {
    /// As it was written.
    pub when: Expression,
    /// The same, to be tested.
    pub test: Test,
}

/// What a signal says of one post.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Finding {
    /// The signal is there.
    pub met: bool,
    /// How much of it was found, in the unit of the kind (entries, share of letters, posts, points).
    pub value: f32,
    /// How much it takes.
    pub threshold: f32,
    traces: (u32, u32),
}

/// One thing that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trace {
    /// What it is.
    pub what: What,
    /// Where it stands.
    pub place: Place,
    /// How much it contributes, where contributions differ (scores).
    pub weight: f32,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// An entry of a lexicon.
    Entry(EntryId),
    /// An entry of a lexicon in the author's profile.
    ProfileEntry(EntryId),
    /// The mention of that number in the post.
    Mention(u32),
    /// The handle of that number in the text.
    Handle(u32),
    /// The recipient of that number, all lists counted through.
    Recipient(u32),
    /// The tag of that number in the text.
    Tag(u32),
    /// The tag of that number in the record's own list.
    RecordTag(u32),
    /// Another signal.
    Signal(SignalId),
    /// The quiz of that number in the registry.
    Quiz(u16),
    /// Something with a fixed name.
    Fact(&'static str),
}

/// Where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// From the first token up to but without the second.
    Tokens(u32, u32),
    /// A range of the text.
    Text(Span),
    /// Not in the text.
    Elsewhere,
}

/// Findings of all signals for one post. Reused from post to post.
#[derive(Debug, Default)]
pub struct Findings {
    /// The signals that are there, and the facts that hold.
    pub names: Names,
    findings: Vec<Finding>,
    traces: Vec<Trace>,
    seen: Seen,
}

/// Entries that a signal has counted already: a question asked for every hit, so it must not cost a search.
#[derive(Debug, Default)]
struct Seen {
    /// By entry: the round in which it was counted last.
    rounds: Vec<u32>,
    round: u32,
    /// Members of classes, where each counts for itself.
    members: FxHashSet<(EntryId, WordId)>,
}

impl Seen {
    /// Nothing is counted any more.
    fn clear(&mut self) {
        self.members.clear();
        self.round = self.round.wrapping_add(1);
        if self.round == 0 {
            self.rounds.clear();
            self.round = 1;
        }
    }

    /// Counts an entry, or a member of the class that it is; `true` if it was not counted before.
    fn insert(&mut self, (entry, member): (EntryId, WordId)) -> bool {
        if member != 0 {
            return self.members.insert((entry, member));
        }
        let entry = entry as usize;
        if self.rounds.len() <= entry {
            self.rounds.resize(entry + 1, 0);
        }
        std::mem::replace(&mut self.rounds[entry], self.round) != self.round
    }
}

impl Findings {
    /// Forgets the last post and makes room for `signals` findings: of a signal that is not looked at, that there is
    /// none of it.
    pub fn reset(&mut self, signals: usize) {
        self.names.clear(signals);
        self.findings.clear();
        self.findings.resize(signals, Finding { threshold: 1.0, ..Finding::default() });
        self.traces.clear();
    }

    /// Whether there are no findings: nothing has been looked at.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }

    /// The finding of signal `id`.
    pub fn get(&self, id: SignalId) -> Finding {
        self.findings.get(usize::from(id)).copied().unwrap_or_default()
    }

    /// Whether signal `id` is there.
    pub fn met(&self, id: SignalId) -> bool {
        self.names.has(Ref::Signal(id))
    }

    /// What signal `id` found.
    pub fn traces(&self, id: SignalId) -> &[Trace] {
        let (start, end) = self.get(id).traces;
        self.traces.get(start as usize..end as usize).unwrap_or_default()
    }

    fn mark(&self) -> u32 {
        u32::try_from(self.traces.len()).unwrap_or(u32::MAX)
    }

    fn set(&mut self, id: SignalId, met: bool, value: f32, threshold: f32, from: u32) {
        let traces = (from, self.mark());
        if let Some(finding) = self.findings.get_mut(usize::from(id)) {
            *finding = Finding { met, value, threshold, traces };
        }
        if met {
            self.names.set(Ref::Signal(id), true);
        }
    }
}

/// Everything a signal may look at.
#[derive(Debug, Clone, Copy)]
pub struct View<'v, 'a> {
    /// The post.
    pub post: &'a Post<'a>,
    /// Facts of its text.
    pub facts: &'v Facts,
    /// Lexicon entries in its text.
    pub hits: &'v [Hit],
    /// Their groups.
    pub groups: &'v GroupSet,
    /// Accounts that the post names.
    pub accounts: &'v [mentions::Account],
    /// Lexicon entries in the author's profile.
    pub profile_hits: &'v [Hit],
    /// The lexicons.
    pub book: &'a PhraseBook,
    /// The brand's accounts.
    pub own: &'a OwnAccounts,
    /// When the post was written, as far as it can be believed.
    pub written_at: Millis,
    /// Evidence quotes the text.
    pub quotes: bool,
}

impl Signal {
    /// Looks at the post and writes the finding of this signal, number `id`; `history` is what is
    /// remembered of the author.
    pub fn evaluate(&self, id: SignalId, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) {
        let from = findings.mark();
        let (met, value, threshold) = match &self.kind {
            Kind::Phrases(kind) => kind.evaluate(view, findings),
            Kind::Pattern(kind) => kind.evaluate(view, findings),
            Kind::Part(kind) => kind.evaluate(view, findings),
            Kind::Mentions(kind) => kind.evaluate(view, findings),
            Kind::Hashtags(kind) => kind.evaluate(view, findings),
            Kind::Capitals(kind) => kind.evaluate(view, findings),
            Kind::Profile(kind) => kind.evaluate(view, findings),
            Kind::Campaign(kind) => kind.evaluate(view, findings),
            Kind::Burst(kind) => kind.evaluate(view, history, findings),
            Kind::Continuation(kind) => kind.evaluate(view, history, findings),
            Kind::Score(kind) => kind.evaluate(view, findings),
            Kind::Derived(derived) => {
                let met = derived.test.holds(&findings.names);
                (met, f32::from(u8::from(met)), 1.0)
            }
        };
        findings.set(id, met, value, threshold, from);
    }
}
