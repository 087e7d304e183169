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

mod clients;
mod errors;
mod failpoint;
mod journal;
mod lane;
mod letters;
mod reconcile;
mod recorded;
mod stages;
mod swap;
mod topics;

pub use self::clients::examine::examine;
pub use self::clients::settings::MAX_RECORD_BYTES;
pub use self::errors::refusal::Refusal;
pub use self::lane::life::LaneSettings;
pub use self::lane::report::{Counts, LaneReport};
pub use self::lane::service::Service;
pub use self::letters::{Frequency, Letter, ListOptions, Listing, Replay, Selection, dead_letters, replay};
pub use self::reconcile::{Account, Finding, Kind, PartitionAccount, Passage, Scope, reconcile};
pub use self::recorded::place::Place;
pub use self::recorded::range::{Edge, Stored, before, stored};
pub use self::stages::ingest::Ingest;
pub use self::stages::recent::{Judged, Recent};
pub use self::stages::stage::{Header, Inbound, Outbox, Outgoing, Stage, copy_headers, dead_letter};
pub use self::stages::triage::Triage;
pub use self::swap::Swap;
pub use self::topics::admin::Admin;
pub use self::topics::topic::{Topic, name};
