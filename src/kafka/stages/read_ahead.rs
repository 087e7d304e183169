//! Reads posts ahead of their steps, on a thread beside the lane.
//!
//! Knows no customer and writes nothing: what is read depends on the bytes and the rules alone.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::mpsc;

use crate::author;
use crate::post::Input;
use crate::rules::Rules;
use crate::text;
use crate::text::Reading;

use super::record::Inbound;
use super::stage::Reader;

/// Words of a text whose reading is kept to be written over: hardly a post has more, and what a huge one needs would be held for
/// every place there is.
const MOST_WORDS_KEPT: usize = 4_096;

/// Reads by the rules of one transaction.
pub struct ReadAhead {
    rules: Arc<Rules>,
    buffers: Buffers,
    /// Readings that their steps have done with.
    used: mpsc::Receiver<Reading>,
}

/// What one transaction leaves to the next.
#[derive(Debug, Default)]
pub struct Buffers {
    reader: text::Reader,
    /// To be written over.
    spare: Vec<Reading>,
}

/// What a record says by itself.
pub struct Read<'r> {
    /// The post or case event; what is wrong with the record if it is none.
    pub input: Result<Input<'r>, Cow<'r, str>>,
    /// `None`: there is no text that anybody must read.
    pub reading: Option<Reading>,
}

impl ReadAhead {
    /// Makes it, with the way back for readings that are done with.
    pub fn new(rules: Arc<Rules>, buffers: Buffers) -> (Self, mpsc::Sender<Reading>) {
        let (sender, used) = mpsc::channel();
        (ReadAhead { rules, buffers, used }, sender)
    }

    /// Returns its buffers, when all that it has read is done with.
    pub fn into_buffers(self) -> Buffers {
        let mut buffers = self.buffers;
        buffers.spare.extend(small(&self.used));
        buffers
    }
}

/// Takes the readings that have come back, but for those that hold much memory.
fn small(used: &mpsc::Receiver<Reading>) -> impl Iterator<Item = Reading> {
    used.try_iter().filter(|reading| reading.facts.tokens.capacity() <= MOST_WORDS_KEPT)
}

impl Reader for ReadAhead {
    type Read<'r> = Read<'r>;

    fn read<'r>(&mut self, records: &[Inbound<'r>]) -> Vec<Read<'r>> {
        let ReadAhead { rules, buffers: Buffers { reader, spare }, used } = self;
        spare.extend(small(used));
        let parsed = |record: &Inbound<'r>| Read { input: Input::read(record.value.unwrap_or_default()), reading: None };
        let mut all: Vec<_> = records.iter().map(parsed).collect();
        for Read { input, reading } in &mut all {
            if let Ok(Input::Post(post)) = input
                && author::is_to_be_read(rules, post)
            {
                let mut new = spare.pop().unwrap_or_default();
                reader.read(post, rules.language(), &mut new);
                *reading = Some(new);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_huge_post_needed_is_given_back() {
        let check = |words: usize, kept: usize| {
            let (sender, used) = mpsc::channel();
            let mut reading = Reading::default();
            reading.facts.tokens = Vec::with_capacity(words);
            sender.send(reading).unwrap();
            assert_eq!(small(&used).count(), kept, "{words}");
        };
        check(20, 1);
        check(MOST_WORDS_KEPT + 1, 0);
    }
}
