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
//! Stages, each a transactional loop over Kafka ([`kafka`]). `ingest` maps bytes of any feed to canonical records
//! ([`formats`], [`post`]). `triage` folds them, customer by customer, into verdicts. Begin with [`engine::step`]; it is the
//! whole product in one function. A third stage, off by default, makes [outages](outage) of complaints by area.
//!
//! # The way of a post
//!
//! | phase | module | what it does | changes the state |
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
//! | [`json`] | what leaves the program as JSON, written fast |
//! | [`post`] | the canonical post, the case event, the customer key |
//! | [`config`] | the documents that people write: reader, phrase lists, quiz registry, service settings, the watch on a folder |
//! | [`formats`] | one file per feed: bytes → canonical records |
//! | [`text`] | facts about one text: words, phrases, capitals, with their places in the original |
//! | [`signals`] | the closed set of signal kinds; each says why |
//! | [`outage`] | several customers of one area: when their complaints make an outage |
//! | [`record`] | wire shapes of everything that is written, and their JSON Schemas |
//! | [`rules`] | signals, conditions and classes compiled from `config/`, and what looks odd in them |
//! | [`author`] | what is remembered of one customer: recognises a post by it, remembers what was judged |
//! | [`case`] | life of a case: posts counted in it, case events, what is due |
//! | [`verdict`] | what signals found and counting did → class, evidence |
//! | [`route`] | verdict → records and destinations |
//! | [`engine`] | the order of the phases; [`engine::step`] |
//! | [`replay`] | the same fold over recorded posts, in memory |
//! | [`compare`] | two rule sets over the same posts: flips and what is responsible |
//! | [`kafka`] | errors, clients, topics, the stages, journal, lanes; dead letters and reconciliation |
//! | [`ops`] | HTTP for those who watch: health, metrics, status; reads what lanes measure, never decides |
//! | [`cli`] | one file per subcommand; the only place that names the wall clock |
//!
//! # Where a change begins
//!
//! What analysts change is in `config/` and needs no line of code: `config/README.md` says how.
//!
//! | to change | begin in |
//! | --- | --- |
//! | how a feed is read | a field map in `config/feeds` (`formats/map.rs`); what none can say: `formats/NAME.rs`, its sample in `config/samples/formats`; HTML and its entities in `formats/html.rs` |
//! | the platforms | `post/platform.rs` |
//! | what is skipped unread, and how that is called | `author/recognise.rs`, `record/skip.rs`; what a class skips has its `reason` in `rules.toml` |
//! | a kind of signal, or a further one | `signals/kind/NAME.rs`, listed in `signals/kind.rs` |
//! | a fact that rules can name (`post.x`, `case.x`) | `signals/builtin.rs` |
//! | how much is remembered of a customer, and how long | `signals/history.rs` (how many posts), `author/memory.rs` |
//! | the bytes of the journal | `author/codec.rs` |
//! | what makes a case hard, what ends it | `case/count.rs`, `case/event.rs`, `author/expiry.rs` |
//! | a field of a record | `record/NAME.rs`; filled in by `route.rs` (verdicts), `case.rs` (escalations), `case/handoff.rs` (hand-offs) |
//! | what an error of Kafka leaves to do | `kafka/errors/recovery.rs` |
//! | what a dead letter holds | `kafka/stages/dead_letter.rs` |
//! | what the service counts | `kafka/lane/report.rs`, `kafka/stages/tally.rs`, `kafka/lane/measures.rs`; how metrics are called `ops/metrics.rs`; what a backtest counts: `cli/backtest/summary.rs` |
//! | what is said of a mistake in a document | `config/reader.rs` (keys), `config/reader/value.rs` (values); how it is shown: `problem.rs` |
//! | what is answered over HTTP | `ops/routes.rs`; its limits `ops/server.rs` |
//! | a subcommand | `cli/NAME.rs`, listed in `cli.rs` |
//!
//! # Words, each for one thing
//!
//! | word | means |
//! | --- | --- |
//! | stage | a transactional loop over Kafka: `ingest`, `triage` or `outages` ([`kafka::Stage`]) |
//! | lane | one thread that runs a stage with a consumer and a producer of its own; under load another one reads text ahead of it |
//! | supervisor | runs the lanes of a process, begins one anew that failed ([`kafka::Supervisor`]) |
//! | coordinates | topic, partition and offset of a record ([`kafka::Coordinates`]) |
//! | recovery | what an error of Kafka leaves to do: try again, abort, begin the lane anew |
//! | discrepancy | records whose outcome reconciliation does not find once ([`kafka::Discrepancy`]) |
//! | phase | a part of the way of a post through [`engine::step`] |
//! | feed | where posts come from; a format is how it writes them ([`formats`]) |
//! | post, case event | the two canonical records of the inbox ([`post::Input`]) |
//! | customer | whose state a record concerns: the author of a post, or whom the brand's reply answers ([`post::CustomerKey`]) |
//! | state | what is remembered of a customer ([`author::AuthorState`]); the journal is the topic that keeps it |
//! | entry, hit | a phrase of a lexicon; a place in a text where it stands ([`text::Hit`]) |
//! | guard | what must stand near an entry, or must not, for it to count, or that the text begins or ends there; its range is where that is looked for ([`config::lexicon::GuardRange`]) |
//! | fact | something that holds of a post or case without any configuration ([`signals::Builtin`]) |
//! | signal, finding | what the rules look for in a post; what one look found, with value and threshold ([`signals::Finding`]) |
//! | trace, place | one thing that a signal found; where in the text it stands ([`signals::Place`]) |
//! | evidence | a trace or measurement in the form that people read and records carry ([`signals::Evidence`]) |
//! | condition | a condition of the hard complaint ([`rules::Condition`]); a case collects those that its posts meet |
//! | class | what a post is; the first that holds wins ([`rules::Class`]) |
//! | destination, route | one of the four outputs of verdicts; the key of a class that names it ([`record::Destination`]) |
//! | put aside | given to a class whose posts are not counted |
//! | count (`feeds` in the configuration) | let a post contribute to its customer's case, windows and series |
//! | case | the posts of a customer from the first that an agent must see until it is over ([`author::Case`]) |
//! | hard | of a case: its conditions make it a hard complaint; a post then becomes an escalation |
//! | series | posts of one customer about one matter: the first is answered, the others are attached to it |
//! | group | follow-ups of one case within a minute, of which a reader tells once ([`author::Group`]) |
//! | silence, hold | what team leaders are not to be told of for a while; that it holds a case ([`rules::Silences`], [`author::Hold`]) |
//! | summary | what a team leader reads, in the words of the configuration ([`rules::Summary`]) |
//! | case change | what counting a post did to its case ([`case::CaseChange`]) |
//! | verdict | what was decided about a post ([`verdict::Verdict`]); the classification says how its class was found |
//! | decision | a verdict as records of two rule sets are compared by ([`record::Decision`]) |
//! | terminal record | the one record as which an inbox record ends |
//! | overrides | values given outside a document, by variables and options ([`config::reader::Overrides`]) |
//! | replay | the fold over recorded inputs in memory ([`replay`]); `dead-letters replay` sends letters in again |
//!
//! # Invariants, as absences
//!
//! 1. From [`post`] to [`engine`] and in [`compare`], [`config`] apart, there is no clock, no environment, no Kafka type,
//!    no log; the only files read are the rules being compiled. Time comes in as an argument.
//! 2. No decision is made twice: `run`, `explain`, `test` and `backtest` call the same [`engine::step`]; `check`,
//!    start-up and reload the same [`rules::compile`].
//! 3. No signal returns a bare yes or no: a [`signals::Finding`] says why.
//! 4. No post disappears: every inbox record ends as exactly one record in one output, dead letters being one.
//! 5. No output without its input offset in the same transaction.
//! 6. No state outside the journal.
//! 7. No rule text, name or threshold in the code; bounds of memory and input are no thresholds.
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
pub mod json;
#[allow(clippy::disallowed_methods, reason = "timeouts and measurements of the Kafka edge need a clock; decisions get none from it")]
pub mod kafka;
pub mod ops;
pub mod outage;
pub mod post;
pub mod problem;
pub mod record;
pub mod replay;
pub mod route;
pub mod rules;
pub mod signals;
pub mod text;
pub mod verdict;
