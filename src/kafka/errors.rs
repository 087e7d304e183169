//! What can go wrong with Kafka: what each error means (`outcome`), how far a lane goes back for it (`trouble`), and what
//! only a human can mend (`refusal`). Knows no client.

pub(super) mod outcome;
pub(super) mod refusal;
pub(super) mod trouble;
