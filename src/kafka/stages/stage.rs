//! What a lane does to records, without Kafka: a [`Stage`] turns one [`Inbound`] record into entries of an [`Outbox`].
//! Three exist, `ingest`, `triage` and `outages`; the tests bring another.
//!
//! A stage keeps no clock and no client. What it remembers it changes in an overlay, which the lane merges or drops
//! with the transaction.

use super::outbox::Outbox;
use super::record::Inbound;
use crate::post::Millis;

/// What becomes of records, in one lane.
pub trait Stage {
    /// Its name in headers, metrics and logs.
    fn name(&self) -> &'static str;

    /// Short hash of the rules in use, for dead letters; empty where there are none.
    fn rules(&self) -> String {
        String::new()
    }

    /// A transaction begins: the one moment at which rules may change.
    fn begin(&mut self) {}

    /// What `record` becomes. Changes nothing but the overlay.
    fn process(&mut self, record: &Inbound<'_>, out: &mut Outbox);

    /// What is due in `partition` at `now` without a record. Called only once the partition has caught up with the end
    /// it had when it was assigned.
    fn tick(&mut self, partition: i32, now: Millis, out: &mut Outbox) {
        let _ = (partition, now, out);
    }

    /// Records of the journal for everything in the overlay; their partition is the inbox's.
    fn journal(&mut self, out: &mut Outbox) {
        let _ = out;
    }

    /// The transaction was committed: the overlay is true.
    fn committed(&mut self) {}

    /// The transaction was aborted: the overlay is void.
    fn aborted(&mut self) {}

    /// A record of the journal of `partition`, in order; later ones win. The error says what is wrong with it.
    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let _ = (partition, key, value);
        Ok(())
    }

    /// `partition` is not ours any more, or will be restored anew.
    fn forget(&mut self, partition: i32) {
        let _ = partition;
    }
}
