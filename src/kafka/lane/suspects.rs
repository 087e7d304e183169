//! Which input a broker refuses: found out by trying the inputs of an aborted transaction one by one.

use std::collections::HashMap;

use super::positions::Positions;
use super::transaction::NO_INPUT;
use crate::kafka::stages::dead_letter::Reason;
use crate::kafka::stages::outbox::Outbox;
use crate::kafka::stages::record::Inbound;
use crate::kafka::stages::stage::Stage;

type InputId = (String, i32, i64);

/// Inputs of which a broker refused what they became. A broker refuses whole batches, so the inputs of the aborted
/// transaction are tried one by one until the guilty one is found; it becomes a dead letter, and if not even that is
/// taken, a dead letter without the bytes.
#[derive(Default)]
pub(super) struct Suspects {
    guilty: HashMap<InputId, u32>,
    /// So many inputs still get a transaction of their own.
    one_by_one: usize,
}

impl Suspects {
    /// Returns how many inputs the next transaction may have: one while they are tried one by one, else `most`.
    pub(super) fn most_inputs(&self, most: usize) -> usize {
        if self.one_by_one > 0 { 1 } else { most }
    }

    /// Makes a dead letter of `record` if it is guilty. Returns whether it is; then the stage is not to process it.
    pub(super) fn reject(&self, stage: &impl Stage, record: &Inbound<'_>, out: &mut Outbox) -> bool {
        if self.guilty.is_empty() {
            return false;
        }
        let Some(strikes) = self.guilty.get(&(record.topic.to_owned(), record.partition, record.offset)) else { return false };
        let bytes = record.value.map_or(0, <[u8]>::len);
        let message = format!("the broker refuses what this record ({bytes} bytes) becomes");
        let why = Reason { stage: stage.name(), rules: &stage.rules(), code: "not_writable", message: &message };
        why.letter_of_refused(record, *strikes > 1, out);
        true
    }

    /// Notes that a transaction of so many `inputs` was aborted because of those in `refused`, whose records no broker will
    /// take. `name` gives the place of an input by its number.
    pub(super) fn accuse(&mut self, inputs: usize, refused: &[usize], name: impl Fn(usize) -> Option<InputId>) {
        let Some(&first) = refused.first() else { return };
        let guilty = match inputs {
            1 => Some(0),
            _ => (first != NO_INPUT && refused.iter().all(|&input| input == first)).then_some(first),
        };
        match guilty.and_then(name) {
            Some(id) => {
                tracing::error!(target: "kafka", topic = id.0, partition = id.1, offset = id.2, "the broker refuses what a record becomes: dead letter");
                *self.guilty.entry(id).or_default() += 1;
            }
            None => self.one_by_one = inputs,
        }
    }

    /// Notes that a transaction was committed, which brought the lane to `positions`.
    pub(super) fn passed(&mut self, positions: &Positions) {
        self.one_by_one = self.one_by_one.saturating_sub(1);
        if !self.guilty.is_empty() {
            self.guilty.retain(|(topic, partition, offset), _| {
                positions
                    .all()
                    .iter()
                    .any(|position| position.partition == *partition && position.topic == *topic && position.next <= *offset)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_traced_to_one_input() {
        let check = |inputs: usize, refused: &[usize], guilty: Option<i64>, one_by_one: usize| {
            let mut suspects = Suspects::default();
            suspects.accuse(inputs, refused, |input| Some(("t".into(), 0, input as i64)));
            assert_eq!(suspects.guilty.keys().map(|id| id.2).next(), guilty, "{inputs} {refused:?}");
            assert_eq!(suspects.one_by_one, one_by_one, "{inputs} {refused:?}");
        };
        check(9, &[], None, 0);
        check(9, &[4, 4], Some(4), 0);
        check(9, &[4, 5], None, 9);
        check(9, &[NO_INPUT], None, 9);
        check(1, &[NO_INPUT], Some(0), 0);
        check(0, &[NO_INPUT], None, 0);
    }

    #[test]
    fn the_guilty_are_remembered_until_they_are_passed() {
        let mut suspects = Suspects::default();
        suspects.accuse(1, &[0], |_| Some(("t".into(), 0, 7)));
        let mut positions = Positions::new([(("t".to_owned(), 0), 7)]);
        suspects.passed(&positions);
        assert_eq!(suspects.guilty.len(), 1);
        positions.advance("t", 0, 7);
        positions.committed();
        suspects.passed(&positions);
        assert!(suspects.guilty.is_empty());
    }
}
