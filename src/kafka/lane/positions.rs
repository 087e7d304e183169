//! Where a lane stands in each of its partitions, and where the open transaction has come to. Asks no broker.

use rdkafka::error::KafkaResult;
use rdkafka::{Offset, TopicPartitionList};

use super::consents::Consents;
use crate::kafka::clients::context::Partition;

/// A partition of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) topic: String,
    pub(super) partition: i32,
    /// The next offset to be read, as committed.
    pub(super) next: i64,
    /// The same at the end of the open transaction, if it has read from here.
    reached: Option<i64>,
    /// Whether the end has been reached since the partition was assigned.
    pub(super) caught_up: bool,
}

/// All partitions of a lane.
#[derive(Debug, Default)]
pub(super) struct Positions {
    all: Vec<Position>,
    /// Where the last record was found: records come in runs.
    recent: usize,
}

impl Positions {
    pub(super) fn new(starts: impl IntoIterator<Item = (Partition, i64)>) -> Self {
        let position = |((topic, partition), next)| Position { topic, partition, next, reached: None, caught_up: false };
        Positions { all: starts.into_iter().map(position).collect(), recent: 0 }
    }

    pub(super) fn all(&self) -> &[Position] {
        &self.all
    }

    /// Notes that the open transaction has read `offset`. Returns the position's number; `None` if the record is not ours or
    /// lies behind one that was read, which must never happen.
    pub(super) fn advance(&mut self, topic: &str, partition: i32, offset: i64) -> Option<usize> {
        let is = |position: &Position| position.partition == partition && position.topic == topic;
        if !self.all.get(self.recent).is_some_and(is) {
            self.recent = self.all.iter().position(is)?;
        }
        let position = &mut self.all[self.recent];
        // Offsets may leave gaps (aborted records, ends of transactions), but never go back.
        if offset < position.reached.unwrap_or(position.next) {
            return None;
        }
        position.reached = Some(offset + 1);
        Some(self.recent)
    }

    /// Notes that the end of `partition` was reached, of every topic: the client does not say of which.
    pub(super) fn caught_up(&mut self, partition: i32) {
        for position in self.all.iter_mut().filter(|position| position.partition == partition) {
            position.caught_up = true;
        }
    }

    /// Returns the offsets to commit with the open transaction. One that has read nothing commits where it stands: that
    /// is what makes the broker check whether we still own the partitions. So does one of which `consents` has something to say, and
    /// what they say of each stands beside its offset.
    pub(super) fn to_commit(&self, consents: &Consents) -> KafkaResult<TopicPartitionList> {
        let read_nothing = self.all.iter().all(|position| position.reached.is_none());
        let mut offsets = TopicPartitionList::with_capacity(self.all.len());
        for position in &self.all {
            let in_any_case = read_nothing || consents.changes(position.partition);
            let Some(offset) = position.reached.or_else(|| in_any_case.then_some(position.next)) else { continue };
            let mut added = offsets.add_partition(&position.topic, position.partition);
            added.set_offset(Offset::Offset(offset))?;
            if let Some(note) = consents.note(position.partition) {
                added.set_metadata(note);
            }
        }
        Ok(offsets)
    }

    /// Returns where to read on in the topics that `read` names: behind what was committed.
    pub(super) fn to_assign(&self, read: impl Fn(&str) -> bool) -> KafkaResult<TopicPartitionList> {
        let mut offsets = TopicPartitionList::with_capacity(self.all.len());
        for position in self.all.iter().filter(|position| read(&position.topic)) {
            offsets.add_partition_offset(&position.topic, position.partition, Offset::Offset(position.next))?;
        }
        Ok(offsets)
    }

    /// Returns where to read on in the positions of these numbers: behind what was committed.
    pub(super) fn some(&self, numbers: &[usize]) -> KafkaResult<TopicPartitionList> {
        let mut offsets = TopicPartitionList::with_capacity(numbers.len());
        for position in numbers.iter().filter_map(|&number| self.all.get(number)) {
            offsets.add_partition_offset(&position.topic, position.partition, Offset::Offset(position.next))?;
        }
        Ok(offsets)
    }

    /// Moves to where the open transaction has come: it was committed.
    pub(super) fn committed(&mut self) {
        for position in &mut self.all {
            position.next = position.reached.take().unwrap_or(position.next);
        }
    }

    /// Stays where it is: the open transaction was aborted.
    pub(super) fn aborted(&mut self) {
        for position in &mut self.all {
            position.reached = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Positions {
        Positions::new([(("a".to_owned(), 0), 10), (("b".to_owned(), 0), 20)])
    }

    fn list(offsets: &TopicPartitionList) -> Vec<(String, i64)> {
        offsets.elements().iter().map(|element| (element.topic().to_owned(), element.offset().to_raw().expect("an offset"))).collect()
    }

    #[test]
    fn commits_what_was_read_and_rewinds_to_what_was_committed() {
        let mut positions = two();
        assert_eq!(positions.advance("b", 0, 20), Some(1));
        assert_eq!(positions.advance("b", 0, 24), Some(1), "gaps are allowed");
        assert_eq!(list(&positions.to_commit(&Consents::default()).expect("offsets")), [("b".to_owned(), 25)]);
        positions.aborted();
        assert_eq!(list(&positions.to_assign(|_| true).expect("offsets")), [("a".to_owned(), 10), ("b".to_owned(), 20)]);
        positions.advance("a", 0, 11);
        positions.committed();
        assert_eq!(list(&positions.to_assign(|_| true).expect("offsets")), [("a".to_owned(), 12), ("b".to_owned(), 20)]);
        assert_eq!(list(&positions.to_assign(|topic| topic == "b").expect("offsets")), [("b".to_owned(), 20)]);
    }

    #[test]
    fn a_transaction_without_input_commits_where_it_stands() {
        assert_eq!(list(&two().to_commit(&Consents::default()).expect("offsets")), [("a".to_owned(), 10), ("b".to_owned(), 20)]);
    }

    #[test]
    fn a_record_that_is_not_ours_or_not_next_is_noticed() {
        let mut positions = two();
        assert_eq!(positions.advance("c", 0, 1), None);
        assert_eq!(positions.advance("a", 1, 1), None);
        assert_eq!(positions.advance("a", 0, 9), None);
        positions.advance("a", 0, 10);
        assert_eq!(positions.advance("a", 0, 10), None);
    }
}
