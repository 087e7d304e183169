//! What becomes of a record, without a client: the two stages `ingest` and `triage`, and what every [`stage`] is to a
//! lane. `customers` holds the states that `triage` changes, `recent` the posts that it judged last.

pub(super) mod customers;
pub(super) mod ingest;
pub(super) mod recent;
pub(super) mod stage;
pub(super) mod triage;
