//! The last posts that a group has judged, with what became of them: what the rules of a process that starts are tried on.
//! Joins no group.

use std::collections::BTreeMap;
use std::ops::Range;

use rdkafka::message::Message;

use super::coordinates::Coordinates;
use super::onlooker::{Onlooker, header};
use crate::config::service::Service;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::journal::accepted::{Acceptance, Accepted};
use crate::kafka::journal::owner::{META_KEY, Meta};
use crate::kafka::lane::settings::LaneSettings;
use crate::kafka::stages::headers::SOURCE;
use crate::kafka::stages::recent::Judged;
use crate::post::Millis;

/// Offsets beside those of records: marks of transactions, reminders.
const SPARE: i64 = 1_000;

/// A record of the inbox that was judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// What was read.
    pub judged: Judged,
    /// Where it stands in the inbox.
    pub place: Coordinates,
    /// Somebody looks at it: it went to the agents or the team leaders.
    pub seen: bool,
}

/// Why a topic is not read to its end.
enum Early {
    Found(Meta),
    Refused(Refusal),
}

impl From<Refusal> for Early {
    fn from(refusal: Refusal) -> Self {
        Early::Refused(refusal)
    }
}

/// The group of the stage `triage`, looked on from outside.
pub struct Group<'a> {
    service: &'a Service,
    onlooker: Onlooker<'a>,
}

impl<'a> Group<'a> {
    /// Looks on the group that `service` names.
    ///
    /// # Errors
    /// [`Refusal::Settings`] where no client can be made of the settings.
    pub fn new(service: &'a Service) -> Result<Self, Refusal> {
        Ok(Group { service, onlooker: Onlooker::new(&service.kafka, &LaneSettings::triage(service, Millis::default).group)? })
    }

    /// Returns the rules that the group has accepted last; `None`: it has never judged, or by a program that did not say.
    ///
    /// # Errors
    /// [`Refusal`] where Kafka cannot be used or a topic is missing.
    pub fn accepted(&self) -> Result<Option<Acceptance>, Refusal> {
        let beside = self.by_partition()?.into_values().max();
        // Offsets that were set by hand say nothing. Then all of the journal is read, which happens to a group once.
        if beside.is_some() { Ok(beside) } else { self.in_journal() }
    }

    /// Lets `accepted` know what the group's offsets say. Returns whether that is news.
    ///
    /// # Errors
    /// [`Refusal`] where Kafka cannot be used or the inbox is missing.
    pub fn tell(&self, accepted: &Accepted) -> Result<bool, Refusal> {
        self.by_partition().map(|partitions| accepted.see(partitions))
    }

    fn by_partition(&self) -> Result<BTreeMap<i32, Acceptance>, Refusal> {
        let committed = self.onlooker.committed_so_far(&self.service.topics.inbox)?;
        let noted = (0..).zip(committed).filter_map(|(partition, found)| Some((partition, Acceptance::parse(&found?.note)?)));
        Ok(noted.collect())
    }

    fn in_journal(&self) -> Result<Option<Acceptance>, Refusal> {
        let mut found = None;
        let journal = &self.service.topics.state;
        self.onlooker.read(journal, &self.whole(journal)?, |message| {
            if message.key() == Some(META_KEY) {
                found = found.take().max(meta(journal, message.partition(), message.payload())?.rules);
            }
            Ok::<(), Refusal>(())
        })?;
        Ok(found)
    }

    /// Refuses a journal that belongs to another group, before anything is written to the inbox.
    ///
    /// # Errors
    /// [`Refusal::OtherGroup`], and [`Refusal`] where Kafka cannot be used or a topic is missing.
    pub fn owns_journal(&self) -> Result<(), Refusal> {
        let topics = &self.service.topics;
        if self.onlooker.committed_so_far(&topics.inbox)?.iter().any(Option::is_some) {
            // It has judged: its lanes have looked.
            return Ok(());
        }
        let ours = Meta {
            group: LaneSettings::triage(self.service, Millis::default).group,
            partitions: self.onlooker.partitions(&topics.inbox)?,
            rules: None,
        };
        for (partition, range) in self.whole(&topics.state)? {
            let read = self.onlooker.read(&topics.state, &[(partition, range)], |message| {
                if message.key() != Some(META_KEY) {
                    return Ok(());
                }
                Err(meta(&topics.state, partition, message.payload()).map_or_else(Early::Refused, Early::Found))
            });
            match read {
                Ok(()) => (),
                Err(Early::Refused(refusal)) => return Err(refusal),
                Err(Early::Found(found)) => return ours.check(&found, &topics.inbox, &topics.state),
            }
        }
        Ok(())
    }

    /// Returns about the last `count` posts and case events that were judged and have an outcome, in the order of each partition.
    ///
    /// # Errors
    /// [`Refusal`] where Kafka cannot be used or a topic is missing.
    pub fn last(&self, count: usize) -> Result<Vec<Past>, Refusal> {
        let inbox = &self.service.topics.inbox;
        let committed = self.onlooker.committed_so_far(inbox)?;
        let each = count.div_ceil(committed.len().max(1));
        let mut wanted = Vec::new();
        for (partition, found) in (0..).zip(&committed) {
            let Some(found) = found else { continue };
            let first = self.onlooker.bounds(inbox, partition)?.start;
            wanted.push((partition, first.max(found.offset - reach(each))..found.offset));
        }
        let mut read: BTreeMap<i32, Vec<(Coordinates, Judged)>> = BTreeMap::new();
        self.onlooker.read(inbox, &wanted, |message| {
            let customer = String::from_utf8_lossy(message.key().unwrap_or_default()).into();
            let at = Millis::new(message.timestamp().to_millis().unwrap_or(0));
            let judged = Judged { customer, at, value: message.payload().unwrap_or_default().into() };
            let place = Coordinates { topic: inbox.clone(), partition: message.partition(), offset: message.offset() };
            read.entry(message.partition()).or_default().push((place, judged));
            Ok::<(), Refusal>(())
        })?;
        let last = read.into_values().flat_map(|mut records| records.split_off(records.len().saturating_sub(each)));
        let last: Vec<(Coordinates, Judged)> = last.collect();
        let Some(oldest) = last.iter().map(|(_, judged)| judged.at).min() else { return Ok(Vec::new()) };
        let outcomes = self.outcomes(oldest, reach(count))?;
        let past = |(place, judged): (Coordinates, Judged)| {
            let seen = outcomes.get(&place.to_string())?;
            Some(Past { judged, place, seen: *seen })
        };
        Ok(last.into_iter().filter_map(past).collect())
    }

    /// What became of records, by their place: whether somebody looks at them.
    fn outcomes(&self, oldest: Millis, reach: i64) -> Result<BTreeMap<String, bool>, Refusal> {
        let topics = &self.service.topics;
        let mut outcomes = BTreeMap::new();
        for (topic, seen) in [(&topics.oot, false), (&topics.skipped, false), (&topics.agents, true), (&topics.escalations, true)] {
            let mut wanted = self.whole(topic)?;
            for (partition, range) in &mut wanted {
                range.start = self.onlooker.offset_at(topic, *partition, oldest)?.max(range.end - reach).clamp(range.start, range.end);
            }
            self.onlooker.read(topic, &wanted, |message| {
                if let Some(source) = header(message, SOURCE) {
                    outcomes.insert(source.to_owned(), seen);
                }
                Ok::<(), Refusal>(())
            })?;
        }
        Ok(outcomes)
    }

    /// All partitions of `topic`, from their beginning to what is certain now.
    fn whole(&self, topic: &str) -> Result<Vec<(i32, Range<i64>)>, Refusal> {
        let partitions = 0..self.onlooker.partitions(topic)?;
        partitions.map(|partition| Ok((partition, self.onlooker.settled_bounds(topic, partition)?))).collect()
    }
}

/// So far back in a partition `count` records reach, whose transactions leave marks between them.
fn reach(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 4).saturating_mul(2).saturating_add(SPARE)
}

fn meta(journal: &str, partition: i32, value: Option<&[u8]>) -> Result<Meta, Refusal> {
    let unreadable = |error: serde_json::Error| Refusal::Journal { journal: journal.to_owned(), partition, reason: error.to_string() };
    serde_json::from_slice(value.unwrap_or_default()).map_err(unreadable)
}
