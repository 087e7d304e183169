//! What came of each record of one partition: four bits an offset, and a bitmap for each batch that is not complete yet.
//!
//! Pure: knows offsets and marks, no topic and no Kafka.

use fixedbitset::FixedBitSet;
use rustc_hash::FxHashMap;

/// What an output says of the record it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is one of the records that the input must become.
    Item {
        /// Which one, from 1.
        number: u16,
        /// How many there are.
        of: u16,
    },
    /// The input became a dead letter and nothing else.
    Letter,
    /// The dead letter of an input of which other parts could be read.
    PartLetter,
}

/// What is wrong with a record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// Something it should have become is not there.
    pub(super) missing: bool,
    /// Something of it is there more than once.
    pub(super) doubled: bool,
}

/// The outputs seen so far, by the offset they come from.
#[derive(Debug, Default)]
pub(super) struct Tally {
    base: i64,
    /// All items were seen.
    whole: FixedBitSet,
    letter: FixedBitSet,
    part: FixedBitSet,
    twice: FixedBitSet,
    /// Batches of which some items were seen.
    batches: FxHashMap<i64, Items>,
}

#[derive(Debug)]
struct Items {
    of: u16,
    seen: FixedBitSet,
    count: u16,
}

impl Tally {
    /// Begins with no output seen, for the offsets from `base` on.
    pub(super) fn new(base: i64) -> Self {
        Tally { base, ..Tally::default() }
    }

    /// Notes that an output was seen that comes from `offset`; one before the base is left out.
    pub(super) fn note(&mut self, offset: i64, mark: Mark) {
        let Ok(place) = usize::try_from(offset - self.base) else { return };
        let again = match mark {
            Mark::Item { of: 0 | 1, .. } => set(&mut self.whole, place),
            Mark::Item { number, of } => self.note_item(place, offset, number, of),
            Mark::Letter => set(&mut self.letter, place),
            Mark::PartLetter => set(&mut self.part, place),
        };
        if again {
            set(&mut self.twice, place);
        }
    }

    /// Notes an item of a batch. Returns whether it was there before.
    fn note_item(&mut self, place: usize, offset: i64, number: u16, of: u16) -> bool {
        if self.whole.contains(place) {
            return true;
        }
        let items = self.batches.entry(offset).or_insert_with(|| Items { of, seen: FixedBitSet::new(), count: 0 });
        // The same batch cut in another way was read twice.
        let again = items.of != of || set(&mut items.seen, usize::from(number));
        items.count += u16::from(!again);
        if items.count == items.of {
            self.batches.remove(&offset);
            set(&mut self.whole, place);
        }
        again
    }

    /// Returns what is wrong with the record at `offset`, which exists. Its outputs count as explained from now on.
    pub(super) fn settle(&mut self, offset: i64) -> Fate {
        let Ok(place) = usize::try_from(offset - self.base) else { return Fate::default() };
        let begun = self.batches.remove(&offset).is_some();
        let whole = clear(&mut self.whole, place);
        let letter = clear(&mut self.letter, place);
        let part = clear(&mut self.part, place);
        let twice = clear(&mut self.twice, place);
        Fate { missing: !whole && !letter, doubled: twice || (letter && (whole || begun || part)) }
    }

    /// Returns the offsets that outputs come from and that no record was found at.
    pub(super) fn unexplained(&self) -> Vec<i64> {
        let places = [&self.whole, &self.letter, &self.part].into_iter().flat_map(FixedBitSet::ones);
        let mut places: Vec<i64> = places.filter_map(|place| self.base.checked_add_unsigned(place as u64)).collect();
        places.extend(self.batches.keys());
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// Adds `place`. Returns whether it was there before.
fn set(bits: &mut FixedBitSet, place: usize) -> bool {
    bits.grow(place + 1);
    bits.put(place)
}

/// Takes `place` out. Returns whether it was there.
fn clear(bits: &mut FixedBitSet, place: usize) -> bool {
    let before = bits.contains(place);
    if before {
        bits.remove(place);
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Mark = Mark::Item { number: 1, of: 1 };

    fn item(number: u16, of: u16) -> Mark {
        Mark::Item { number, of }
    }

    #[test]
    fn each_record_becomes_its_items_once_or_one_dead_letter() {
        let check = |marks: &[Mark], missing: bool, doubled: bool| {
            let mut tally = Tally::new(1_000);
            marks.iter().for_each(|&mark| tally.note(1_070, mark));
            tally.note(1_071, ONE);
            assert_eq!(tally.settle(1_070), Fate { missing, doubled }, "{marks:?}");
            assert_eq!(tally.unexplained(), [1_071], "{marks:?}");
        };
        check(&[], true, false);
        check(&[ONE], false, false);
        check(&[ONE, ONE], false, true);
        check(&[Mark::Letter], false, false);
        check(&[Mark::Letter, Mark::Letter], false, true);
        check(&[Mark::Letter, ONE], false, true);
        check(&[item(2, 3), item(1, 3), item(3, 3)], false, false);
        check(&[item(2, 3), item(1, 3)], true, false);
        check(&[item(2, 3), item(2, 3), item(1, 3)], true, true);
        check(&[item(1, 2), item(2, 2), item(2, 2)], false, true);
        check(&[item(1, 2), item(2, 2), Mark::PartLetter], false, false);
        check(&[item(1, 2), item(1, 3), item(2, 2)], false, true);
        check(&[Mark::PartLetter], true, false);
        check(&[ONE, Mark::PartLetter, Mark::PartLetter], false, true);
        check(&[item(1, 2), Mark::Letter], false, true);
    }

    #[test]
    fn outputs_of_nothing_are_found() {
        let mut tally = Tally::new(10);
        for offset in [10, 75, 300] {
            tally.note(offset, ONE);
        }
        tally.note(12, item(1, 2));
        tally.note(9, ONE);
        assert_eq!(tally.settle(75), Fate::default());
        assert_eq!(tally.unexplained(), [10, 12, 300]);
    }
}
