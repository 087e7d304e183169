//! The dead letters: what came in and could not be used, and how it is fed in again once it can be.
//!
//! A replay commits the records and, as offsets of a group of its own, which letters they were, in one transaction: run
//! twice, it sends once. Looks at headers only; why a record is a dead letter is the stages' business.

mod letter;
mod progress;
mod replay;

use std::collections::BTreeMap;

use rdkafka::message::Message;
use serde::Serialize;

pub use self::letter::{Letter, Selection};
use self::progress::Done;
pub use self::replay::{Limits, Resent, replay};
use crate::config::service::Service;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::recorded::onlooker::Onlooker;

/// The dead letters that were selected, some of them one by one.
#[derive(Debug, Default, Serialize)]
pub struct Listing {
    /// The newest of those selected, the newest last.
    pub letters: Vec<Letter>,
    /// How many were selected.
    pub selected: u64,
    /// The same by stage and code, the most frequent first.
    pub summary: Vec<Frequency>,
}

/// How often one thing went wrong in one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frequency {
    /// The stage that could not use the records.
    pub stage: String,
    /// Why, as a short name.
    pub code: String,
    /// How many dead letters there are of it.
    pub letters: u64,
    /// Of these, such as were fed in again.
    pub replayed: u64,
}

/// How much of the dead letters is listed.
#[derive(Debug, Clone, Copy)]
pub struct ListOptions {
    /// Most letters that are listed.
    pub most: usize,
    /// With their values, in which posts of customers stand.
    pub values: bool,
}

/// Returns the dead letters that `selection` takes, as they are now.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used or the topic is missing.
pub fn dead_letters(service: &Service, selection: &Selection, options: ListOptions) -> Result<Listing, Refusal> {
    let topic = &service.topics.dead_letters;
    let onlooker = Onlooker::new(&service.kafka, &group(service))?;
    let done = done(&onlooker, topic)?;
    let wanted = (0..).zip(&done).map(|(partition, _)| Ok((partition, onlooker.bounds(topic, partition)?)));
    let wanted = wanted.collect::<Result<Vec<_>, Refusal>>()?;
    let mut listing = Listing::default();
    let mut frequencies: BTreeMap<(String, String), (u64, u64)> = BTreeMap::new();
    onlooker.read(topic, &wanted, |message| {
        let mut letter = Letter::read(message);
        if !selection.takes(&letter) {
            return Ok::<(), Refusal>(());
        }
        letter.replayed = done.get(usize::try_from(letter.partition).unwrap_or(0)).is_some_and(|done| done.contains(letter.offset));
        let frequency = frequencies.entry((letter.stage.clone(), letter.code.clone())).or_default();
        frequency.0 += 1;
        frequency.1 += u64::from(letter.replayed);
        listing.selected += 1;
        if options.values {
            letter.value = message.payload().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        }
        listing.letters.push(letter);
        // Partitions are not in one order: only now and then is it known which are the newest.
        if listing.letters.len() > 2 * options.most + 16 {
            keep_newest(&mut listing.letters, options.most);
        }
        Ok(())
    })?;
    keep_newest(&mut listing.letters, options.most);
    let frequency = |((stage, code), (letters, replayed))| Frequency { stage, code, letters, replayed };
    listing.summary = frequencies.into_iter().map(frequency).collect();
    listing.summary.sort_by_key(|frequency| std::cmp::Reverse(frequency.letters));
    Ok(listing)
}

fn keep_newest(letters: &mut Vec<Letter>, most: usize) {
    letters.sort_by_key(|letter| (letter.at, letter.partition, letter.offset));
    letters.drain(..letters.len().saturating_sub(most));
}

/// Returns the group whose offsets say what was fed in again.
fn group(service: &Service) -> String {
    format!("{}-dead-letters", service.run.group)
}

/// Returns what was fed in again, by partition.
fn done(onlooker: &Onlooker<'_>, topic: &str) -> Result<Vec<Done>, Refusal> {
    let parse = |committed: crate::kafka::recorded::onlooker::Committed| {
        Done::parse(committed.offset, &committed.note).ok_or_else(|| {
            let reason = "the committed offsets of its group were written by another program; give the service a group of its own";
            Refusal::Replay(reason.to_owned())
        })
    };
    onlooker.committed(topic)?.into_iter().map(|committed| committed.map_or(Ok(Done::default()), parse)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::Millis;

    #[test]
    fn the_newest_are_kept_in_their_order() {
        let mut letters: Vec<Letter> = [5, 1, 9, 7].iter().map(|&at| Letter { at: Millis::new(at), ..Letter::default() }).collect();
        keep_newest(&mut letters, 2);
        assert_eq!(letters.iter().map(|letter| letter.at.get()).collect::<Vec<_>>(), [7, 9]);
    }
}
