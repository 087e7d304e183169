//! The edge to Kafka: one transactional loop (a *lane*) that both stages share, and what it needs.
//!
//! Rooms, each using only those above it:
//!
//! | room | holds |
//! | --- | --- |
//! | `errors` | what an error means, how far to go back for it, what only a human can mend: [`Refusal`] |
//! | `clients` | properties, login and callbacks of the clients |
//! | `topics` | [`Topic`]: names, shapes, and [`Admin`], who checks and makes them |
//! | `stages` | [`Ingest`], [`Triage`] and [`Outages`]: what a record becomes; the names of its [`headers`]; states of customers |
//! | `journal` | whose the journal of the states is, which rules its group has [`Accepted`], and how it is read back |
//! | `lane` | records in, records and offsets out in one transaction; assignment, restore; [`Supervisor`] runs lanes |
//! | `recorded` | what lies in topics, for the commands that look on: [`stored`], [`before`] |
//! | `rights` | the [`acls`] that the service needs, [`missing_rights`] |
//! | `letters` | the dead letters: [`dead_letters`] shows them, [`replay`](replay()) feeds them in again |
//! | `cases` | the open [`customers`] of the journal, what was [`told`] of a case, the request to [`forget`] |
//! | `reconcile` | [`reconcile`](reconcile()) compares what was read with what was written |
//!
//! Beside them: `failpoint`, for the tests.
//!
//! No phrase and no condition is known here; the stages call `formats`, `engine` and `outage`, and hold the rules for them.

mod cases;
mod clients;
mod errors;
mod failpoint;
mod journal;
mod lane;
mod letters;
mod reconcile;
mod recorded;
mod rights;
mod stages;
mod topics;

pub use self::cases::{Customer, Held, Told, customers, forget, held, told};
pub use self::clients::examine::examine;
pub use self::clients::settings::MAX_RECORD_BYTES;
pub use self::clients::statistics::ClientStatistics;
pub use self::errors::refusal::Refusal;
pub use self::journal::accepted::{Acceptance, Accepted};
pub use self::lane::measures::{Histogram, Measures, PartitionMeasure, Phase};
pub use self::lane::report::{Counts, LaneReport};
pub use self::lane::settings::LaneSettings;
pub use self::lane::supervisor::Supervisor;
pub use self::letters::{Frequency, Letter, Limits as ReplayLimits, ListOptions, Listing, Resent, Selection, dead_letters, replay};
pub use self::reconcile::{Account, Discrepancy, Kind, PartitionAccount, Passage, Scope, reconcile};
pub use self::recorded::coordinates::Coordinates;
pub use self::recorded::judged::{Group, Past};
pub use self::recorded::range::{Edge, Stored, before, stored};
pub use self::rights::{acls, missing_rights};
pub use self::stages::dead_letter::Reason;
pub use self::stages::headers;
pub use self::stages::ingest::Ingest;
pub use self::stages::outages::Outages;
pub use self::stages::outbox::{Draft, Outbox, Outgoing};
pub use self::stages::recent::{Judged, Recent};
pub use self::stages::record::{Inbound, Source};
pub use self::stages::stage::{OVERDUE, Stage, Standing};
pub use self::stages::tally::{Named, Tally};
pub use self::stages::triage::Triage;
pub use self::topics::admin::Admin;
pub use self::topics::topic::{Topic, name};
