//! Which rules the journals of a lane's partitions name, and what the open transaction makes them name. Asks no broker.

use std::collections::BTreeMap;

use crate::kafka::journal::accepted::Acceptance;
use crate::kafka::journal::owner::Meta;

/// What the journal of each partition says, and what the open transaction makes it say.
#[derive(Debug, Default)]
pub(super) struct Consents {
    pub(super) certain: BTreeMap<i32, Acceptance>,
    pub(super) open: BTreeMap<i32, Acceptance>,
    /// What the records say besides; known as soon as partitions are assigned.
    pub(super) meta: Option<Meta>,
}

impl Consents {
    /// Takes in what the journal of `partition` says.
    pub(super) fn restore(&mut self, partition: i32, found: Option<&Acceptance>) {
        match found {
            Some(found) => drop(self.certain.insert(partition, found.clone())),
            None => drop(self.certain.remove(&partition)),
        }
    }

    /// Returns what stands beside the offset of `partition`.
    pub(super) fn note(&self, partition: i32) -> Option<String> {
        self.open.get(&partition).or_else(|| self.certain.get(&partition)).map(ToString::to_string)
    }

    /// Returns whether the open transaction records something of `partition`.
    pub(super) fn changes(&self, partition: i32) -> bool {
        self.open.contains_key(&partition)
    }

    /// Notes that it was committed. Returns whether that recorded anything.
    pub(super) fn committed(&mut self) -> bool {
        let recorded = !self.open.is_empty();
        self.certain.append(&mut self.open);
        recorded
    }

    pub(super) fn aborted(&mut self) {
        self.open.clear();
    }
}
