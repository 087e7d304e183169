//! What becomes of a record, without a client: the stages `ingest`, `triage` and `outages`, and what every [`stage`] is to a
//! lane. `record` is what comes in, `outbox` what goes out, `headers` how its headers are called, `dead_letter` what cannot be
//! used becomes; `tally` counts what was decided; `read_ahead` reads posts for `triage`, `customers`
//! holds the states that it changes, `recent` the posts that it judged last.

pub(super) mod customers;
pub(super) mod dead_letter;
pub mod headers;
pub(super) mod ingest;
pub(super) mod outages;
pub(super) mod outbox;
mod read_ahead;
pub(super) mod recent;
pub(super) mod record;
pub(super) mod stage;
pub(super) mod tally;
pub(super) mod triage;
