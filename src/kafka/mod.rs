//! The edge to Kafka: one transactional loop (a *lane*) that both stages share, and what it needs.
//!
//! From the outside in: [`Service`] runs lanes; a `lane` reads records, hands them to a [`Stage`], and commits what
//! they become together with the offsets (`batch`, `transaction`, `positions`); `customers` holds the states,
//! `assignment` and `restore` bring those of a partition back from the journal; `error` says what an error means and `trouble` how far to go back;
//! `limit` stops reading a feed of which too much cannot be read; `failpoint` is for the tests; [`Admin`] makes and
//! checks the `topics`. Beside the lanes stand the commands that look on through an `onlooker`:
//! [`reconcile`](reconcile()) compares what was read with what was written, `letters` shows the dead letters and feeds
//! them in again; `range` reads recorded posts for the tools. `recent` keeps the posts judged last, for whoever brings new
//! rules into use through a [`Swap`].
//!
//! No rule, no threshold and no format is known here; the two stages only call `formats` and `engine`.

mod admin;
mod assignment;
mod batch;
mod client;
mod customers;
mod error;
mod examine;
mod failpoint;
mod ingest;
mod lane;
mod letters;
mod limit;
mod login;
mod onlooker;
mod place;
mod positions;
mod range;
mod recent;
mod reconcile;
mod refusal;
mod report;
mod restore;
mod service;
mod settings;
mod stage;
mod swap;
mod topics;
mod transaction;
mod triage;
mod trouble;

pub use self::admin::Admin;
pub use self::examine::examine;
pub use self::ingest::Ingest;
pub use self::lane::LaneSettings;
pub use self::letters::{Frequency, Letter, ListOptions, Listing, Replay, Selection, dead_letters, replay};
pub use self::place::Place;
pub use self::range::{Edge, Stored, before, stored};
pub use self::recent::{Judged, Recent};
pub use self::reconcile::{Account, Finding, Kind, PartitionAccount, Passage, Scope, reconcile};
pub use self::refusal::Refusal;
pub use self::report::{Counts, LaneReport};
pub use self::service::Service;
pub use self::settings::MAX_RECORD_BYTES;
pub use self::stage::{Header, Inbound, Outbox, Outgoing, Stage, copy_headers, dead_letter};
pub use self::swap::Swap;
pub use self::topics::{Topic, name};
pub use self::triage::Triage;
