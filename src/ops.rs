//! Answers those who watch the program, over HTTP: probes, Prometheus, people. It reads what the lanes measure and never
//! decides; the one thing that it can ask for is that the rules are read again.
//!
//! It runs on a thread of its own with a runtime of its own, so that no client can slow a lane. Nothing that it says names
//! a post, a customer or a handle.
//!
//! Rooms, each using only those above it:
//!
//! | room | holds |
//! | --- | --- |
//! | `reloads` | [`Reloads`]: what became of rules that were read again |
//! | `snapshot` | [`Snapshot`]: everything that answers are made of, at one moment |
//! | `health` | [`Health`]: whether the program can do its work |
//! | `metrics` | the snapshot for Prometheus |
//! | `status` | [`Status`]: the snapshot for people and programs |
//! | `routes` | who may ask what, and the answers |
//! | `server` | [`bind`]: connections and their limits |

mod health;
mod metrics;
mod reloads;
mod routes;
mod server;
mod snapshot;
mod status;

pub use self::health::{Health, State};
pub use self::metrics::metrics;
pub use self::reloads::{Outcome, Reloads};
pub use self::routes::{Answers, routes};
pub use self::server::{Listening, bind, converse};
pub use self::snapshot::{LaneSnapshot, Snapshot, Watched};
pub use self::status::Status;
