//! The closed set of kinds of signals, one file each: its keys, how it is compiled, how it looks at a post.
//!
//! A kind is listed once, in `kinds!`, with the name that the configuration has for it. A further one is a file with a
//! type that has `compile` and `evaluate` like the others, and a line there.

pub mod burst;
pub mod campaign;
pub mod capitals;
pub mod continuation;
pub mod derived;
pub mod mentions;
pub mod part;
pub mod pattern;
pub mod phrases;
pub mod profile;
pub mod score;
pub mod tags;

use self::burst::Burst;
use self::campaign::Campaign;
use self::capitals::CapitalsLimit;
use self::continuation::Continuation;
use self::derived::Derived;
use self::mentions::Mentions;
use self::part::Part;
use self::pattern::Pattern;
use self::phrases::Phrases;
use self::profile::Profile;
use self::score::Score;
use self::tags::Hashtags;
use crate::config::reader::Table;
use crate::problem::{Problem, Spotted};
use crate::signals::agenda::Awaits;
use crate::signals::{Findings, History, Measure, Scope, View};

/// Makes [`Kind`] out of the list of kinds: name in the configuration, variant, type.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:literal $variant:ident($kind:ty),)*) => {
        /// What a signal looks at.
        #[derive(Debug)]
        pub enum Kind {
            $($(#[$doc])* $variant($kind),)*
            /// Other signals, combined: what has `when` in place of a kind.
            Derived(Derived),
        }

        impl Kind {
            /// The names that `kind` may have in the configuration.
            pub const NAMES: &[&str] = &[$($name),*];

            /// Reads the keys of the kind that `name` names from `table`.
            pub fn compile(name: &Spotted<String>, table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
                match name.value.as_str() {
                    $($name => <$kind>::compile(table, scope).map(Kind::$variant),)*
                    other => {
                        let problem = Problem::error(&name.spot, format!("there is no kind of signal `{other}`"));
                        scope.reporter.report(problem.suggest(other, Kind::NAMES.iter().copied()));
                        None
                    }
                }
            }

            /// Looks at a post: notes in `findings` what it finds, and says how much that is.
            pub(super) fn evaluate(&self, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) -> Measure {
                match self {
                    $(Kind::$variant(kind) => kind.evaluate(view, history, findings),)*
                    Kind::Derived(kind) => kind.evaluate(view, history, findings),
                }
            }
        }
    };
}

kinds! {
    /// Words and phrases of lexicons.
    "phrases" Phrases(Phrases),
    /// A regular expression on the text.
    "pattern" Pattern(Pattern),
    /// The number that a post gives itself as a part of several.
    "part" Part(Part),
    /// Accounts named in the post, recipients of the mail.
    "mentions" Mentions(Mentions),
    /// Hashtags that the author wrote or the record lists.
    "hashtags" Hashtags(Hashtags),
    /// Writing in capitals, all of it or a part.
    "capitals" Capitals(CapitalsLimit),
    /// Who the author is.
    "profile" Profile(Profile),
    /// A quiz in the registry.
    "campaign" Campaign(Campaign),
    /// Many posts in a short time.
    "burst" Burst(Burst),
    /// A post that goes on with the customer's earlier one.
    "continuation" Continuation(Continuation),
    /// A weighted sum of entries and other signals.
    "score" Score(Score),
}

impl Kind {
    /// What must be there for it to find anything.
    pub(super) fn awaits(&self) -> Awaits<'_> {
        match self {
            Kind::Phrases(phrases) => Awaits::Any { groups: Some(&phrases.groups), names: Vec::new(), base: None },
            Kind::Pattern(pattern) => pattern.awaits(),
            Kind::Derived(derived) => derived.awaits(),
            Kind::Score(score) => score.awaits(),
            _ => Awaits::Nothing,
        }
    }
}
