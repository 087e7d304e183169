//! What can go wrong with Kafka: what each error means (`recovery`), how far a lane goes back for it (`trouble`), what
//! only a human can mend (`refusal`), and which of our keys the words of the client library point to (`cause`). Knows no
//! client.

pub(super) mod cause;
pub(super) mod recovery;
pub(super) mod refusal;
pub(super) mod trouble;
