//! Decides, post by post, who must look at what people write to a telecom's customer care.
//!
//! # Bird's eye
//!
//! ```text
//!  posts, case events ──► ingest ──► inbox, keyed by customer ──► triage ──► agents · oot · escalations · skipped
//!  (any format)             │                                     │   ▲                       dead letters
//!                           └──► dead letters                     └───┴── state (compacted journal)
//! ```
//!
//! Two stages, each a transactional loop over Kafka ([`kafka`]). `ingest` maps bytes of any feed to canonical records
//! ([`formats`], [`post`]). `triage` folds them, customer by customer, into verdicts. Begin with [`engine::step`]; it is the
//! whole product in one function.
//!
//! # The way of a post
//!
//! | stage | room | what it does | changes the state |
//! | --- | --- | --- | --- |
//! | recognise | [`author`] | what has expired, what is known of the post, whether anybody need read it | yes |
//! | read | [`text`] | facts of its text, entries of the lexicons in it | |
//! | look | [`signals`] | what each signal finds in it | |
//! | put aside | [`rules`] | whether a class that is not counted takes it | |
//! | count | [`case`] | the post, its complaint and its conditions in the case | yes |
//! | decide | [`verdict`] | the class, and why | |
//! | remember | [`author`] | the post, its series, the reasons in the case | yes |
//! | tell | [`route`] | records and destinations | |
//!
//! # Modules, each using only those above it
//!
//! | module | holds |
//! | --- | --- |
//! | [`problem`] | a mistake in configuration as data: where, what, how to mend it |
//! | [`post`] | the canonical post, the case event, the customer key |
//! | [`config`] | the documents that people write: reader, phrase lists, quiz registry, service settings, the watch on a folder |
//! | [`formats`] | one file per feed: bytes → canonical records |
//! | [`text`] | facts about one text: words, phrases, capitals, with their places in the original |
//! | [`signals`] | the closed set of signal kinds; each says why |
//! | [`record`] | wire shapes of everything that is written, and their JSON Schemas |
//! | [`rules`] | signals, conditions and classes compiled from `config/`, and what looks odd in them |
//! | [`author`] | what is remembered of one customer: recognises a post by it, remembers what was judged |
//! | [`case`] | life of a case: posts counted in it, case events, what is due |
//! | [`verdict`] | what signals found and counting did → class, evidence |
//! | [`route`] | verdict → records and destinations |
//! | [`engine`] | the order of the stages; [`engine::step`] |
//! | [`replay`] | the same fold over recorded posts, in memory |
//! | [`compare`] | two rule sets over the same posts: flips and what is responsible |
//! | [`kafka`] | lanes, restore, error table, topics; reconciliation and dead letters |
//! | [`cli`] | one file per subcommand; the only place that names the real clock |
//!
//! # Invariants, as absences
//!
//! 1. From [`post`] to [`engine`] there is no clock, no environment, no Kafka type, no log; the only files read are the
//!    rules being compiled. Time comes in as an argument.
//! 2. No decision is made twice: `run`, `explain`, `test` and `backtest` call the same [`engine::step`]; `check`,
//!    start-up and reload the same [`rules::compile`].
//! 3. No signal returns a bare yes or no: a [`signals::Finding`] says why.
//! 4. No post disappears: every inbox record ends as exactly one record in one output.
//! 5. No output without its input offset in the same transaction.
//! 6. No state outside the journal.
//! 7. No rule text, name or threshold in the code.
//! 8. No post text, handle, number or password in logs and error messages.
//! 9. No `unsafe`, no backtracking regular expressions, no unbounded input.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod author;
pub mod case;
pub mod cli;
pub mod compare;
pub mod config;
pub mod engine;
pub mod formats;
#[allow(clippy::disallowed_methods, reason = "timeouts and measurements of the Kafka edge need a clock; decisions get none from it")]
pub mod kafka;
pub mod post;
pub mod problem;
pub mod record;
pub mod replay;
pub mod route;
pub mod rules;
pub mod signals;
pub mod text;
pub mod verdict;
