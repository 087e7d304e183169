//! What happens when the group gives a lane partitions or takes them back: where to begin, whose journal it is, and
//! when state must be restored.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use crate::config::service::Start;

use super::measures::Phase;
use super::positions::Positions;
use super::report::LaneReport;
use super::{Lane, Released, nothing};
use crate::kafka::clients::context::{Membership, Partition};
use crate::kafka::errors::recovery::Call;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::errors::trouble::{Trouble, persist};
use crate::kafka::journal::owner::{META_KEY, Meta};
use crate::kafka::stages::stage::Stage;
use crate::kafka::topics::topic::Topic;

/// How long one question to a broker may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long questions are repeated: the committed offset is not told while somebody else's transaction has offsets of
/// the same partition in it.
const PERSISTENCE: Duration = Duration::from_secs(60);

/// How long giving up partitions may wait for the journal to fall silent.
const SILENCE: Duration = Duration::from_millis(200);

impl<S: Stage> Lane<'_, S> {
    /// Takes in these partitions, which are ours now. They are not read before their state is there; meanwhile the consumer
    /// is polled and a further change ends the work.
    pub(super) fn assigned(&mut self, consumer: &BaseConsumer<Membership>, partitions: &[Partition]) -> Result<(), Trouble> {
        consumer.assign(&nothing()).map_err(|error| failed("assign", &error))?;
        self.work.report.measure(|measures| (measures.phase, measures.rebalances) = (Phase::Restoring, measures.rebalances + 1));
        self.waits_for_rules = false;
        let Some(starts) = self.starts(consumer, partitions)? else {
            return Ok(());
        };
        tracing::debug!(target: "kafka", ?starts, "starts are known");
        let first = starts.iter().any(|start| start.first);
        self.work.positions = Positions::new(starts.into_iter().map(|start| (start.partition, start.next)));
        let unmarked = match &self.journal {
            Some(_) => {
                let meta = self.meta(consumer)?;
                self.work.consents.meta = Some(meta.clone());
                self.restore(consumer, &meta)?
            }
            None => Some(Vec::new()),
        };
        let Some(unmarked) = unmarked else {
            self.forget();
            return Ok(());
        };
        tracing::debug!(target: "kafka", "states are restored");
        if first || !unmarked.is_empty() {
            self.mark(consumer, unmarked)?;
        }
        let count = partitions.len();
        tracing::info!(target: "kafka", stage = self.work.stage.name(), partitions = count, "partitions assigned");
        self.work.report.update(|counts| counts.partitions = count as u64);
        let (now, standing) = ((self.settings.clock)(), self.work.stage.standing(None));
        self.work.report.measure(|measures| {
            measures.assigned(&self.work.positions, now);
            measures.standing = standing;
        });
        self.next_standing = Instant::now();
        if consumer.context().has_changes() || !self.follow_rules(consumer)? { Ok(()) } else { self.read_on(consumer) }
    }

    /// Gives up all partitions, no transaction being open. States stay in memory where the journal has fallen silent.
    pub(super) fn revoked(&mut self, consumer: &BaseConsumer<Membership>, lost: bool) -> Result<(), Trouble> {
        self.work.report.update(|counts| counts.partitions = 0);
        self.work.report.measure(|measures| (measures.partitions, measures.phase) = (Vec::new(), Phase::Joining));
        self.rouse(consumer)?;
        let positions = std::mem::take(&mut self.work.positions);
        self.released.clear();
        if let Some(journal) = &self.journal {
            for position in positions.all() {
                let end = if lost { None } else { journal.quiet_end(consumer, position.partition, SILENCE) };
                match end {
                    Some(journal_end) => self.released.push(Released { partition: position.partition, next: position.next, journal_end }),
                    None => self.work.stage.forget(position.partition),
                }
            }
        }
        tracing::info!(target: "kafka", stage = self.work.stage.name(), lost, "partitions revoked");
        consumer.unassign().map_err(|error| failed("give up partitions", &error))
    }

    /// Drops all partitions and their states.
    fn forget(&mut self) {
        let positions = std::mem::take(&mut self.work.positions);
        for position in positions.all() {
            self.work.stage.forget(position.partition);
        }
        for left in self.released.drain(..) {
            self.work.stage.forget(left.partition);
        }
    }

    /// Returns where each partition begins. `None`: a further change has come.
    fn starts(&self, consumer: &BaseConsumer<Membership>, partitions: &[Partition]) -> Result<Option<Vec<Begin>>, Trouble> {
        let Some(committed) = self.committed(consumer, partitions)? else { return Ok(None) };
        let mut starts = Vec::with_capacity(committed.len());
        for (partition, committed) in committed {
            let ask = || consumer.fetch_watermarks(&partition.0, partition.1, PATIENCE);
            let (oldest, end) =
                persist("find where a partition begins", PERSISTENCE, || self.work.report.beat(), ask).map_err(Trouble::outside)?;
            let next = match committed {
                Some(offset) if offset < oldest || offset > end => return Err(self.gone(&partition, offset, oldest, end).into()),
                Some(offset) => offset,
                None => match self.first_start(consumer, &partition.0)? {
                    Start::Earliest | Start::None => oldest,
                    Start::Latest => end,
                },
            };
            starts.push(Begin { partition, next, first: committed.is_none() });
        }
        Ok(Some(starts))
    }

    fn gone(&self, (topic, partition): &Partition, offset: i64, oldest: i64, end: i64) -> Refusal {
        Refusal::OffsetGone { group: self.settings.group.clone(), topic: topic.clone(), partition: *partition, offset, oldest, end }
    }

    /// Returns where to begin in a partition without a committed offset. A group that has read other partitions of the
    /// topic has met a new one, of which nothing must be missed.
    fn first_start(&self, consumer: &BaseConsumer<Membership>, topic: &str) -> Result<Start, Trouble> {
        let start = self.settings.run.start;
        if start != Start::None {
            return Ok(start);
        }
        let count = partition_count(consumer, topic, self.work.report)?;
        let all: Vec<Partition> = (0..count).map(|partition| (topic.to_owned(), partition)).collect();
        let known = self.committed(consumer, &all)?.is_some_and(|all| all.iter().any(|(_, offset)| offset.is_some()));
        if known {
            return Ok(Start::Earliest);
        }
        Err(Refusal::NoStart { group: self.settings.group.clone(), topic: topic.to_owned() }.into())
    }

    /// Returns the offsets committed by the group, once no transaction is open that may change them. `None`: a further
    /// change has come.
    #[expect(clippy::type_complexity, reason = "a list of answers, one a partition")]
    fn committed(
        &self,
        consumer: &BaseConsumer<Membership>,
        partitions: &[Partition],
    ) -> Result<Option<Vec<(Partition, Option<i64>)>>, Trouble> {
        let mut asked = TopicPartitionList::with_capacity(partitions.len());
        for (topic, partition) in partitions {
            asked.add_partition(topic, *partition);
        }
        let between = || {
            self.work.report.beat();
            // Nothing is assigned, so this yields no record; it answers the group.
            drop(consumer.poll(Duration::ZERO));
        };
        let ask = || {
            if consumer.context().has_changes() {
                return Ok(None);
            }
            let answer = consumer.committed_offsets(asked.clone(), PATIENCE)?;
            answer.elements().iter().try_for_each(|element| element.error())?;
            Ok(Some(answer))
        };
        let Some(answer) = persist("find the committed offsets", PERSISTENCE, between, ask).map_err(Trouble::outside)? else {
            return Ok(None);
        };
        let offset = |offset| if let Offset::Offset(offset) = offset { Some(offset) } else { None };
        let found =
            answer.elements().iter().map(|element| ((element.topic().to_owned(), element.partition()), offset(element.offset()))).collect();
        Ok(Some(found))
    }

    /// Returns what the journal must say of itself; refuses one that has another number of partitions than the topic that is read.
    fn meta(&self, consumer: &BaseConsumer<Membership>) -> Result<Meta, Trouble> {
        let (input, journal) = (self.settings.input(), self.journal.as_ref().map_or("", |journal| journal.topic));
        let partitions = partition_count(consumer, input, self.work.report)?;
        let then = partition_count(consumer, journal, self.work.report)?;
        if partitions != then {
            let (inbox, journal) = (input.to_owned(), journal.to_owned());
            return Err(Refusal::PartitionCount { inbox, journal, now: partitions, then }.into());
        }
        Ok(Meta { group: self.settings.group.clone(), partitions, rules: None })
    }

    /// Commits where a first run begins, and writes into the journal whose it is. From then on neither depends on a
    /// setting.
    fn mark(&mut self, consumer: &BaseConsumer<Membership>, unmarked: Vec<i32>) -> Result<(), Trouble> {
        let value = if unmarked.is_empty() { None } else { serde_json::to_vec(&self.meta(consumer)?).ok() };
        let journal = self.settings.journal.unwrap_or(Topic::Journal);
        for partition in unmarked {
            self.work.outbox.push(journal).partition(partition).key(META_KEY).value(value.as_deref());
        }
        match self.transact(consumer, |work, transaction| work.write(transaction))? {
            true => Ok(()),
            false => Err(Trouble::restart("the first commit of an assignment failed")),
        }
    }
}

#[derive(Debug)]
struct Begin {
    partition: Partition,
    next: i64,
    /// The group has no offset here yet.
    first: bool,
}

fn partition_count(consumer: &BaseConsumer<Membership>, topic: &str, report: &LaneReport) -> Result<i32, Trouble> {
    let metadata = persist("ask for a topic", PERSISTENCE, || report.beat(), || consumer.fetch_metadata(Some(topic), PATIENCE))
        .map_err(Trouble::outside)?;
    let count = metadata.topics().iter().find(|found| found.name() == topic).map_or(0, |found| found.partitions().len());
    if count == 0 {
        return Err(Refusal::Topics(format!("{topic} does not exist")).into());
    }
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

fn failed(doing: &str, error: &KafkaError) -> Trouble {
    Trouble::of(Call::Other, doing, error).outside()
}
