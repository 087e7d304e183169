//! What can go wrong with Kafka: what each error means (`recovery`), how far a lane goes back for it (`trouble`), and what
//! only a human can mend (`refusal`). Knows no client.

pub(super) mod recovery;
pub(super) mod refusal;
pub(super) mod trouble;
