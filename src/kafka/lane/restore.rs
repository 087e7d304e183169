//! Brings back the states of the partitions that a lane was given, from the journal or from what is still in memory.

use std::cell::Cell;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::batch::Work;
use super::{Lane, Released};
use crate::kafka::clients::context::Membership;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::errors::trouble::Trouble;
use crate::kafka::failpoint::{Point, pass};
use crate::kafka::journal::owner::{META_KEY, Meta};
use crate::kafka::journal::reader::Journal;
use crate::kafka::stages::stage::Stage;

impl<S: Stage> Lane<'_, S> {
    /// Makes the states of all partitions those of the journal, which must be that of `ours`. Returns the partitions
    /// whose journal does not say yet whose it is; `None`: a further change has come, and no state is whole.
    pub(super) fn restore(&mut self, consumer: &BaseConsumer<Membership>, ours: &Meta) -> Result<Option<Vec<i32>>, Trouble> {
        let Some(journal) = &self.journal else { return Ok(Some(Vec::new())) };
        let begun = Instant::now();
        let left = std::mem::take(&mut self.released);
        let changed = changed(journal, &self.work, &left)?;
        forget_void(&mut self.work, &left, &changed);
        let unmarked = read_back(journal, &mut self.work, consumer, &changed, ours)?;
        self.work.report.measure(|measures| (measures.restore, measures.restoring) = (Some(begun.elapsed()), 0));
        Ok(unmarked)
    }
}

/// Returns the partitions whose state in memory is not, or may not be, what the journal says now.
fn changed<S: Stage>(journal: &Journal<'_>, work: &Work<'_, S>, left: &[Released]) -> Result<Vec<i32>, Trouble> {
    let mut changed = Vec::new();
    for position in work.positions.all() {
        let as_released = Released {
            partition: position.partition,
            next: position.next,
            journal_end: journal.end(position.partition, || work.report.beat())?,
        };
        if left.contains(&as_released) {
            work.report.update(|counts| counts.kept_partitions += 1);
        } else {
            changed.push(position.partition);
        }
    }
    Ok(changed)
}

/// Forgets the states of `left` that are restored, or are not ours any more.
fn forget_void<S: Stage>(work: &mut Work<'_, S>, left: &[Released], changed: &[i32]) {
    let kept =
        |partition: &i32| work.positions.all().iter().any(|position| position.partition == *partition) && !changed.contains(partition);
    let void: Vec<i32> = left.iter().map(|left| left.partition).filter(|partition| !kept(partition)).collect();
    for partition in void {
        work.stage.forget(partition);
    }
}

/// Hands the journal of `partitions` to the stage. Returns those of them whose journal does not say whose it is;
/// `None`: a further change has come.
fn read_back<S: Stage>(
    journal: &Journal<'_>,
    work: &mut Work<'_, S>,
    consumer: &BaseConsumer<Membership>,
    partitions: &[i32],
    ours: &Meta,
) -> Result<Option<Vec<i32>>, Trouble> {
    let mut unmarked = partitions.to_vec();
    let mut records = 0;
    let (inbox, topic) = (work.settings.input(), journal.topic);
    let (report, stage, stop, consents) = (work.report, &mut work.stage, work.stop, &mut work.consents);
    let accepted = work.settings.accepted.as_ref();
    partitions.iter().for_each(|&partition| consents.restore(partition, None));
    let progress = Cell::new(0_u64);
    let go_on = || {
        report.beat();
        report.measure(|measures| measures.restoring = progress.get());
        drop(consumer.poll(Duration::ZERO));
        !consumer.context().has_changes() && !stop.load(Ordering::Relaxed)
    };
    let done = journal.read(partitions, go_on, |partition, key, value| {
        records += 1;
        progress.set(records);
        pass(Point::DuringRestore);
        let unreadable = |reason: String| Trouble::Refuse(Refusal::Journal { journal: topic.to_owned(), partition, reason });
        if key != META_KEY {
            return stage.restore(partition, key, value).map_err(unreadable);
        }
        let found: Meta = serde_json::from_slice(value.unwrap_or_default()).map_err(|error| unreadable(error.to_string()))?;
        unmarked.retain(|&other| other != partition);
        consents.restore(partition, found.rules.as_ref());
        if let (Some(accepted), Some(rules)) = (accepted, &found.rules) {
            accepted.learn(rules);
        }
        ours.check(&found, inbox, topic).map_err(Trouble::Refuse)
    })?;
    if !done {
        return Ok(None);
    }
    report.update(|counts| {
        counts.restored_partitions += partitions.len() as u64;
        counts.restored_records += records;
    });
    Ok(Some(unmarked))
}
