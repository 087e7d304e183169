//! The result of a reconciliation: numbers for each partition, and what is wrong in runs of offsets. Pure.

use serde::Serialize;

/// The account of one stage.
#[derive(Debug, Default, Serialize)]
pub struct Account {
    /// The stage that was looked at.
    pub stage: &'static str,
    /// The consumer group that it reads as.
    pub group: String,
    /// One for each partition that the stage reads.
    pub partitions: Vec<PartitionAccount>,
    /// What is wrong, as far as it is listed.
    pub findings: Vec<Discrepancy>,
    /// Discrepancies that are not listed.
    pub unlisted: u64,
    /// Outputs that name no record of the stage's input: written by somebody else, or from other topics.
    pub foreign: u64,
    /// Outputs that the wall clock brought about: they have no input.
    pub reminders: u64,
    /// Of these, such as were there before.
    pub doubled_reminders: u64,
}

/// What became of the records of one partition that the group has passed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PartitionAccount {
    /// The topic that the stage reads.
    pub topic: String,
    /// The number of the partition.
    pub partition: i32,
    /// The oldest offset that was there.
    pub from: i64,
    /// Where the group stands: what comes later is not due. `None`: the group has never read the partition.
    pub committed: Option<i64>,
    /// How many records were judged.
    pub records: u64,
    /// Of these, such as have no outcome, or not all of it.
    pub missing: u64,
    /// Such as have more than one.
    pub doubled: u64,
    /// Outcomes of records that do not exist.
    pub of_nothing: u64,
    /// Records without an outcome where it may have been deleted by its topic's retention.
    pub not_provable: u64,
}

impl PartitionAccount {
    /// Returns whether nothing is missing, doubled or of nothing.
    pub fn is_clean(&self) -> bool {
        self.missing + self.doubled + self.of_nothing == 0
    }
}

/// A kind of mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// No outcome, or not all of it.
    Missing,
    /// More than one outcome.
    Doubled,
    /// Outcomes of a record that does not exist.
    OfNothing,
    /// No outcome, but it may have been deleted.
    NotProvable,
}

impl Kind {
    /// Returns the name that people read.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Missing => "missing",
            Kind::Doubled => "doubled",
            Kind::OfNothing => "of nothing",
            Kind::NotProvable => "not provable",
        }
    }
}

/// Neighbouring records with the same mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discrepancy {
    /// What is wrong with them.
    pub kind: Kind,
    /// The topic of the records.
    pub topic: String,
    /// The partition of the records.
    pub partition: i32,
    /// The offset of the first.
    pub first: i64,
    /// The offset of the last, inclusive.
    pub last: i64,
    /// How many there are: fewer than offsets, for some have no record.
    pub records: u64,
}

impl Account {
    /// Returns whether nothing is missing, doubled or of nothing in any partition, and no reminder is doubled.
    pub fn is_clean(&self) -> bool {
        self.doubled_reminders == 0 && self.partitions.iter().all(PartitionAccount::is_clean)
    }
}

/// Collects what is wrong with the records of each partition, neighbours as one.
pub(super) struct Discrepancies {
    account: Account,
    /// By partition, not listed yet; ends with the next record that fares otherwise.
    runs: Vec<Vec<Discrepancy>>,
    most: usize,
}

impl Discrepancies {
    /// Begins with nothing wrong in `account`; lists `most` runs and counts the others.
    pub(super) fn new(account: Account, most: usize) -> Self {
        let runs = account.partitions.iter().map(|_| Vec::new()).collect();
        Discrepancies { account, runs, most }
    }

    pub(super) fn account(&mut self) -> &mut Account {
        &mut self.account
    }

    /// Notes that the record at `offset` of the partition number `place` has these mistakes, or none; records come in order.
    pub(super) fn judge(&mut self, place: usize, offset: i64, kinds: &[Kind]) {
        let Some(partition) = self.account.partitions.get_mut(place) else { return };
        for &kind in kinds {
            let count = match kind {
                Kind::Missing => &mut partition.missing,
                Kind::Doubled => &mut partition.doubled,
                Kind::OfNothing => &mut partition.of_nothing,
                Kind::NotProvable => &mut partition.not_provable,
            };
            *count += 1;
        }
        let (ended, mut going_on): (Vec<Discrepancy>, Vec<Discrepancy>) =
            std::mem::take(&mut self.runs[place]).into_iter().partition(|run| !kinds.contains(&run.kind));
        for &kind in kinds {
            match going_on.iter_mut().find(|run| run.kind == kind) {
                Some(run) => (run.last, run.records) = (offset, run.records + 1),
                None => {
                    let (topic, partition) = (partition.topic.clone(), partition.partition);
                    going_on.push(Discrepancy { kind, topic, partition, first: offset, last: offset, records: 1 });
                }
            }
        }
        self.runs[place] = going_on;
        ended.into_iter().for_each(|run| self.list(run));
    }

    fn list(&mut self, run: Discrepancy) {
        if self.account.findings.len() < self.most {
            self.account.findings.push(run);
        } else {
            self.account.unlisted += 1;
        }
    }

    /// Returns the finished account, what is wrong in order of place.
    pub(super) fn finish(mut self) -> Account {
        let open: Vec<Discrepancy> = std::mem::take(&mut self.runs).into_iter().flatten().collect();
        open.into_iter().for_each(|run| self.list(run));
        self.account.findings.sort_by(|a, b| (&a.topic, a.partition, a.first).cmp(&(&b.topic, b.partition, b.first)));
        self.account
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_finding_and_the_list_is_bounded() {
        let run = |most: usize| {
            let partition = |partition| PartitionAccount { topic: "t".into(), partition, ..PartitionAccount::default() };
            let account = Account { partitions: vec![partition(0), partition(1)], ..Account::default() };
            let mut findings = Discrepancies::new(account, most);
            for (place, offset, kinds) in [
                (0, 1, &[Kind::Missing][..]),
                (1, 1, &[Kind::Missing]),
                (0, 4, &[Kind::Missing, Kind::Doubled]),
                (0, 5, &[]),
                (0, 6, &[Kind::Missing]),
                (1, 2, &[Kind::NotProvable]),
            ] {
                findings.judge(place, offset, kinds);
            }
            findings.finish()
        };
        let account = run(10);
        let shown: Vec<String> =
            account.findings.iter().map(|f| format!("{} {} {}-{} {}", f.kind.label(), f.partition, f.first, f.last, f.records)).collect();
        assert_eq!(shown, ["missing 0 1-4 2", "doubled 0 4-4 1", "missing 0 6-6 1", "missing 1 1-1 1", "not provable 1 2-2 1"]);
        let numbers = |at: usize| (account.partitions[at].missing, account.partitions[at].doubled, account.partitions[at].not_provable);
        assert_eq!((numbers(0), numbers(1)), ((3, 1, 0), (1, 0, 1)));
        assert!(!account.is_clean());
        assert_eq!((run(2).findings.len(), run(2).unlisted), (2, 3));
    }
}
