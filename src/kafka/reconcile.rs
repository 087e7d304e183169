//! Proves or refutes that no record was lost or doubled: for each record that a stage has passed, what came of it.
//!
//! The order makes it exact while the service runs: the committed offsets first, then the ends of the outputs with open
//! transactions counted, then the outputs up to there once those transactions are decided, then the records themselves.
//! Memory is four bits an offset of the input (`tally`). Joins no group, commits nothing.
//!
//! Knows the headers that the stages write (`origin`), and what retention may have taken away (`retention`); which record
//! ends its input it asks [`crate::record`].

mod account;
mod origin;
mod reminders;
mod retention;
mod tally;

use std::ops::Range;

use rdkafka::message::{BorrowedMessage, Message};

use self::account::Discrepancies;
pub use self::account::{Account, Discrepancy, Kind, PartitionAccount};
use self::reminders::Reminders;
use self::retention::RetentionEdge;
use self::tally::{Mark, Tally};
use crate::config::service::Service;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::recorded::onlooker::{Onlooker, header};
use crate::kafka::stages::headers;
use crate::kafka::topics::admin::Admin;
use crate::kafka::topics::topic::{Topic, name};
use crate::post::Millis;
use crate::record::{Destination, ends_its_input, handoff_ends_its_input};

/// The stage whose input and output are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passage {
    /// Feeds to inbox and dead letters.
    Ingest,
    /// Inbox to verdicts and dead letters.
    Triage,
}

/// Which records are judged, and how much of what is found is listed.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// Only records from this time on.
    pub since: Option<Millis>,
    /// Most findings that are listed.
    pub most: usize,
    /// The wall clock, for retention.
    pub now: Millis,
}

/// Where the triage stage puts what ends a record.
const OUTCOMES: [Topic; 6] = [Topic::Agents, Topic::Oot, Topic::Escalations, Topic::Skipped, Topic::DeadLetters, Topic::Handoff];

/// Compares what the stage of `passage` has read with what it has written.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used or a topic is missing.
pub fn reconcile(service: &Service, passage: Passage, scope: &Scope) -> Result<Account, Refusal> {
    let topics = &service.topics;
    let (stage, inputs, outputs): (_, Vec<&str>, &[Topic]) = match passage {
        Passage::Ingest => {
            ("ingest", topics.posts.iter().chain([&topics.case_events]).map(String::as_str).collect(), &[Topic::Inbox, Topic::DeadLetters])
        }
        Passage::Triage => ("triage", vec![&topics.inbox], &OUTCOMES),
    };
    let group = format!("{}-{stage}", service.run.group);
    let onlooker = Onlooker::new(&service.kafka, &group)?;
    let admin = Admin::new(&service.kafka)?;
    let mut comparison =
        Comparison { onlooker, stage, sources: Vec::new(), edges: Vec::new(), foreign: 0, reminders: Reminders::default() };
    for input in inputs {
        comparison.add_source(input)?;
    }
    let administrator = admin.administrator()?;
    for &output in outputs.iter().filter(|&&output| !name(topics, output).is_empty()) {
        let config = admin.find(administrator.as_ref(), name(topics, output))?.map(|found| found.config).unwrap_or_default();
        comparison.read_output(output, name(topics, output), retention::horizon(&config, scope.now.get()))?;
    }
    comparison.judge(group, scope)
}

/// One partition that the stage reads.
struct Source {
    topic: String,
    partition: i32,
    /// What was there when asked, up to where the group stands.
    range: Range<i64>,
    committed: Option<i64>,
    tally: Tally,
}

struct Comparison<'a> {
    onlooker: Onlooker<'a>,
    stage: &'static str,
    sources: Vec<Source>,
    edges: Vec<RetentionEdge>,
    foreign: u64,
    reminders: Reminders,
}

impl Comparison<'_> {
    fn add_source(&mut self, topic: &str) -> Result<(), Refusal> {
        for (partition, committed) in (0..).zip(self.onlooker.committed(topic)?) {
            let there = self.onlooker.bounds(topic, partition)?;
            let committed = committed.map(|committed| committed.offset);
            let end = committed.unwrap_or(there.start).clamp(there.start, there.end);
            let tally = Tally::new(there.start);
            self.sources.push(Source { topic: topic.to_owned(), partition, range: there.start..end, committed, tally });
        }
        Ok(())
    }

    /// Notes where the records on `topic` come from. `horizon`: see [`retention::horizon`].
    fn read_output(&mut self, output: Topic, topic: &str, horizon: Option<i64>) -> Result<(), Refusal> {
        let mut wanted = Vec::new();
        let mut edges = Vec::new();
        for partition in 0..self.onlooker.partitions(topic)? {
            let there = self.onlooker.bounds(topic, partition)?;
            edges.push((there.start > 0).then(|| RetentionEdge::new(self.sources.len(), horizon)));
            wanted.push((partition, there));
        }
        let (sources, foreign, stage, reminders) = (&mut self.sources, &mut self.foreign, self.stage, &mut self.reminders);
        self.onlooker.read(topic, &wanted, |message| {
            if output == Topic::Escalations && header(message, headers::TICK).is_some() {
                reminders.note(message.payload().unwrap_or_default());
                return Ok(());
            }
            let Some(said) = Said::of(message, output, stage) else { return Ok(()) };
            let found = origin::parse(&said.source).and_then(|origin| {
                let is = |source: &Source| source.partition == origin.partition && source.topic == origin.topic;
                Some((sources.iter().position(is)?, origin.offset, said.mark?))
            });
            let Some((place, offset, mark)) = found else {
                *foreign += 1;
                return Ok(());
            };
            let edge = usize::try_from(message.partition()).ok().and_then(|partition| edges.get_mut(partition)?.as_mut());
            if let Some(edge) = edge {
                edge.see(place, offset);
            }
            // What the group has not passed yet is not due; what is gone cannot be missed.
            if sources[place].range.contains(&offset) {
                sources[place].tally.note(offset, mark);
            }
            Ok::<(), Refusal>(())
        })?;
        self.edges.extend(edges.into_iter().flatten());
        Ok(())
    }

    /// Reads the records themselves and says what is wrong with each.
    fn judge(mut self, group: String, scope: &Scope) -> Result<Account, Refusal> {
        let partition = |source: &Source| PartitionAccount {
            topic: source.topic.clone(),
            partition: source.partition,
            from: source.range.start,
            committed: source.committed,
            ..PartitionAccount::default()
        };
        let partitions = self.sources.iter().map(partition).collect();
        let Reminders { all: reminders, doubled: doubled_reminders, .. } = self.reminders;
        let (stage, foreign) = (self.stage, self.foreign);
        let account = Account { stage, group, partitions, foreign, reminders, doubled_reminders, ..Account::default() };
        let mut findings = Discrepancies::new(account, scope.most);
        let mut first = 0;
        while first < self.sources.len() {
            let topic = self.sources[first].topic.clone();
            let count = self.sources[first..].iter().take_while(|source| source.topic == topic).count();
            let wanted: Vec<_> = self.sources[first..first + count].iter().map(|source| (source.partition, source.range.clone())).collect();
            let (sources, edges) = (&mut self.sources, &self.edges);
            self.onlooker.read(&topic, &wanted, |message| {
                let place = first + usize::try_from(message.partition()).unwrap_or(0);
                judge_one(&mut sources[place], place, message, edges, scope, &mut findings);
                Ok::<(), Refusal>(())
            })?;
            first += count;
        }
        self.judge_rest(&mut findings)?;
        Ok(findings.finish())
    }

    /// Judges outcomes of records that were not found. Feeds belong to others, who may have them compacted: only the inbox
    /// must still hold what came of it.
    fn judge_rest(&self, findings: &mut Discrepancies) -> Result<(), Refusal> {
        if self.stage != "triage" {
            return Ok(());
        }
        for (place, source) in self.sources.iter().enumerate() {
            // Retention goes on while we read.
            let oldest = self.onlooker.bounds(&source.topic, source.partition)?.start;
            let mut before = None;
            for offset in source.tally.unexplained().into_iter().filter(|&offset| offset >= oldest) {
                if before.replace(offset).is_some_and(|before| before + 1 != offset) {
                    findings.judge(place, offset, &[]);
                }
                findings.judge(place, offset, &[Kind::OfNothing]);
            }
        }
        Ok(())
    }
}

fn judge_one(
    source: &mut Source,
    place: usize,
    message: &BorrowedMessage<'_>,
    edges: &[RetentionEdge],
    scope: &Scope,
    findings: &mut Discrepancies,
) {
    let (offset, at) = (message.offset(), message.timestamp().to_millis().unwrap_or(0));
    let fate = source.tally.settle(offset);
    if scope.since.is_some_and(|since| at < since.get()) {
        return;
    }
    let mut kinds = Vec::new();
    if fate.missing {
        let hidden = edges.iter().any(|edge| edge.may_hide(place, offset, at));
        kinds.push(if hidden { Kind::NotProvable } else { Kind::Missing });
    }
    if fate.doubled {
        kinds.push(Kind::Doubled);
    }
    findings.account().partitions[place].records += 1;
    findings.judge(place, offset, &kinds);
}

/// What an output says of its input.
struct Said {
    /// Where the input lies, as `topic/partition/offset`.
    source: String,
    /// `None`: it contradicts itself.
    mark: Option<Mark>,
}

impl Said {
    /// Reads what `message` says; `None`: the record is no outcome of `stage`.
    fn of(message: &BorrowedMessage<'_>, output: Topic, stage: &str) -> Option<Said> {
        let header = |wanted| header(message, wanted);
        let value = message.payload().unwrap_or_default();
        let ends = match output {
            Topic::DeadLetters => {
                let (topic, partition) = (header(headers::SOURCE_TOPIC)?, header(headers::SOURCE_PARTITION)?);
                let source = format!("{topic}/{partition}/{}", header(headers::SOURCE_OFFSET)?);
                let ours = header(headers::ERROR_STAGE) == Some(stage);
                return ours.then(|| Said { source, mark: header(headers::ERROR_CODE).map(origin::letter) });
            }
            // One that was fed in again stands for itself: what it says of the feed was counted the first time.
            Topic::Inbox if header(headers::REPLAYED).is_some() => return None,
            Topic::Inbox | Topic::Journal | Topic::Shadow | Topic::Areas | Topic::AreasJournal | Topic::Outages => None,
            Topic::Agents => Some(ends_its_input(Destination::Agents, value)),
            Topic::Oot => Some(ends_its_input(Destination::Oot, value)),
            Topic::Escalations => Some(ends_its_input(Destination::Escalations, value)),
            Topic::Skipped => Some(ends_its_input(Destination::Skipped, value)),
            Topic::Handoff => Some(handoff_ends_its_input(value)),
        };
        let source = header(headers::SOURCE)?.to_owned();
        let mark = match ends {
            None => origin::item(header(headers::ITEM)),
            Some(true) => origin::item(None),
            Some(false) => return None,
        };
        Some(Said { source, mark })
    }
}
