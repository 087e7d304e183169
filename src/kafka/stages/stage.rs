//! What a lane does to records, without Kafka: a [`Stage`] turns one [`Inbound`] record into entries of an [`Outbox`].
//! Three exist, `ingest`, `triage` and `outages`; the tests bring another.
//!
//! A stage keeps no clock and no client. What it remembers it changes in an overlay, which the lane merges or drops
//! with the transaction.

use super::outbox::Outbox;
use super::record::Inbound;
use crate::post::Millis;

/// What a stage remembers, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Customers of whom something is remembered.
    pub customers: u64,
    /// Cases that are open.
    pub open_cases: u64,
    /// Hard cases in which something should have been done, in the order of [`OVERDUE`].
    pub overdue: [u64; 2],
}

/// What may be overdue: that a team leader takes the case, that the customer is called.
pub const OVERDUE: [&str; 2] = ["assign_tl", "callback"];

/// What finds out of records what each says by itself, whatever is remembered: beside the lane, on another thread.
pub trait Reader: Send {
    /// What is found out of a record.
    type Read<'r>: Send;

    /// Reading costs more than handing over what was read.
    const WORTH_A_THREAD: bool = true;

    /// Reads `records`: one result for each, in their order. All of some dozens are read before the first of them is processed: the
    /// code and the tables of one kind of work then stay near the processor. A duplicate is read in vain.
    fn read<'r>(&mut self, records: &[Inbound<'r>]) -> Vec<Self::Read<'r>>;
}

/// Reads nothing ahead.
impl Reader for () {
    type Read<'r> = ();

    const WORTH_A_THREAD: bool = false;

    fn read<'r>(&mut self, records: &[Inbound<'r>]) -> Vec<()> {
        vec![(); records.len()]
    }
}

/// What becomes of records, in one lane.
pub trait Stage {
    /// What reads records ahead; `()`: nothing does.
    type Reader: Reader;

    /// Returns its name in headers, groups and logs.
    fn name(&self) -> &'static str;

    /// Returns the short hash of the rules in use, for dead letters; empty where there are none.
    fn rules(&self) -> String {
        String::new()
    }

    /// Prepares for a transaction, which begins: the one moment at which rules may change.
    fn begin(&mut self) {}

    /// Lends what reads records by the rules of the transaction that has begun, until [`take_back`](Stage::take_back).
    fn lend_reader(&mut self) -> Self::Reader;

    /// Takes back what was lent.
    fn take_back(&mut self, reader: Self::Reader);

    /// Adds to `out` what `record` becomes, of which `read` was found out since the transaction began. Changes nothing but the
    /// overlay.
    fn process<'r>(&mut self, record: &Inbound<'r>, read: <Self::Reader as Reader>::Read<'r>, out: &mut Outbox);

    /// Reads `record`, the only one at hand, and processes it.
    fn take(&mut self, record: &Inbound<'_>, out: &mut Outbox) {
        let mut reader = self.lend_reader();
        let read = reader.read(std::slice::from_ref(record));
        read.into_iter().for_each(|read| self.process(record, read, out));
        self.take_back(reader);
    }

    /// Does what is due in `partition` at `now` (wall clock) without a record, and adds to `out` what comes of it. Called only
    /// once the partition has caught up with the end it had when it was assigned.
    fn tick(&mut self, partition: i32, now: Millis, out: &mut Outbox) {
        let _ = (partition, now, out);
    }

    /// Adds to `out` the records of the journal for everything in the overlay; their partition is the inbox's.
    fn journal(&mut self, out: &mut Outbox) {
        let _ = out;
    }

    /// Returns what it remembers; what is overdue is worked out at `now`, where it is given, and else as it was.
    fn standing(&mut self, now: Option<Millis>) -> Standing {
        let _ = now;
        Standing::default()
    }

    /// Makes the overlay certain: the transaction was committed.
    fn committed(&mut self) {}

    /// Makes the overlay void: the transaction was aborted.
    fn aborted(&mut self) {}

    /// Takes in a record of the journal of `partition`; they come in order and later ones win.
    ///
    /// # Errors
    /// What is wrong with the record.
    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let _ = (partition, key, value);
        Ok(())
    }

    /// Forgets the states of `partition`, which is not ours any more or will be restored anew.
    fn forget(&mut self, partition: i32) {
        let _ = partition;
    }
}
