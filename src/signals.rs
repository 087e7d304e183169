//! Signals: each looks at one post and says whether something is so, and why. What a signal can be is the closed set of
//! [`kind`]s, one file each; beside them stands what several of them share.
//!
//! No kind returns a bare yes or no: a [`Finding`] carries the value, the threshold and the places in the text that
//! decided it, and records, explanations and tests all use that one value. What a signal is called, which
//! words it knows and what follows from it is configuration; nothing here knows a troll from a quiz.

mod accounts;
mod agenda;
mod builtin;
mod channels;
mod evidence;
mod expression;
mod finding;
mod history;
pub mod kind;
mod lexicons;
mod look;
mod names;
mod needs;
mod obstacle;
mod part_number;
mod relation;
mod relevance;
mod scope;
mod trace;

pub use self::accounts::{Account, handles, odd_in_handle};
pub use self::agenda::Agenda;
pub use self::builtin::Builtin;
pub use self::channels::Channels;
pub use self::evidence::{Evidence, of_trace, quotation};
pub use self::expression::{Expression, Ref};
pub use self::finding::{Finding, Findings, Measure};
pub use self::history::{History, MAX_POSTS, PastPost, Series};
pub use self::kind::Kind;
pub use self::lexicons::{Lexicons, LoadedGroup};
pub use self::look::{Sought, look};
pub use self::names::{Names, Test};
pub use self::obstacle::{Obstacle, Snag};
pub use self::part_number::PartNumber;
pub use self::relation::{Relation, Side};
pub use self::relevance::{Relevance, Uses};
pub use self::scope::{Compiled, Declared, Refers, Scope};
pub use self::trace::{Place, Trace, What};

use crate::post::{Millis, OwnAccounts, Post};
use crate::problem::Spot;
use crate::text::{Facts, Hit, HitsByGroup, PhraseBook};

/// Number of a signal in the rules.
pub type SignalId = u16;

/// A signal of the rules: a kind with its keys, under a name.
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
    /// Returns whether it is a helper: its name begins with `_`, other signals use it, records do not list it.
    pub fn is_helper(&self) -> bool {
        self.name.starts_with('_')
    }
}

/// Everything a signal may look at.
#[derive(Debug, Clone, Copy)]
pub struct View<'v, 'a> {
    /// The post as it was read from its record.
    pub post: &'a Post<'a>,
    /// Facts of its text.
    pub facts: &'v Facts,
    /// Lexicon entries in its text that no guard refuses, in order of their first token.
    pub hits: &'v [Hit],
    /// The same by group.
    pub by_group: &'v HitsByGroup,
    /// Accounts that the post names.
    pub accounts: &'v [Account],
    /// Entries of the groups that profile signals look for, in the author's profile.
    pub profile_hits: &'v [Hit],
    /// All entries, by whose numbers `hits` go.
    pub book: &'a PhraseBook,
    /// The accounts that are the brand's own.
    pub own: &'a OwnAccounts,
    /// The party that its author writes for, who then is no customer (D100).
    pub party: Option<&'a str>,
    /// Letters of a mathematical alphabet from which on a text is styled; none is, if absent.
    pub styled_letters: Option<u32>,
    /// When the post was written, as far as it can be believed.
    pub written_at: Millis,
    /// Evidence quotes the text.
    pub quotes: bool,
}

impl Signal {
    /// Looks at the post and writes the finding of this signal, number `id`, into `findings`; those of the signals that it
    /// refers to must be there. Returns whether it is there.
    pub fn evaluate(&self, id: SignalId, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) -> bool {
        let from = findings.noted();
        let measure = self.kind.evaluate(view, history, findings);
        findings.set(id, measure, from);
        measure.met
    }
}
