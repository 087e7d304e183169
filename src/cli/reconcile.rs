//! `triage reconcile`: does what was written add up with what was read?

use serde::Serialize;

use super::page::{self, Page};
use super::settings::KafkaOptions;
use super::since::Since;
use super::{ConfigFolder, Exit, Format, Stop, count, run};
use crate::kafka::{self, Account, Kind, PartitionAccount, Passage, Scope};

/// Proves or refutes, record by record, that none was lost or doubled: each record that a stage has passed must have
/// exactly one outcome. Reads only what was committed, while the service runs or stands; joins no group and commits
/// nothing. Needs memory of four bits a record.
#[derive(Debug, clap::Args)]
pub struct Reconcile {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// What is compared: ingest (feeds with inbox), triage (inbox with verdicts) or both
    #[arg(long, value_enum, default_value_t)]
    stage: Compared,
    /// Only records from then on: a time, a day or how long ago, such as 24h. Needed where the group began at `latest`
    #[arg(long, value_name = "WHEN")]
    since: Option<Since>,
    /// Findings that are listed for each stage; all are counted
    #[arg(long, value_name = "N", default_value_t = 20)]
    list: usize,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Compared {
    Ingest,
    Triage,
    #[default]
    Both,
}

#[derive(Serialize)]
struct Document<'a> {
    clean: bool,
    stages: &'a [Account],
}

impl Reconcile {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let service = self.kafka.load(&self.config)?;
        let now = run::now();
        let scope = Scope { since: self.since.map(|since| since.moment(now)), most: self.list, now };
        let passages: &[Passage] = match self.stage {
            Compared::Ingest => &[Passage::Ingest],
            Compared::Triage => &[Passage::Triage],
            Compared::Both => &[Passage::Ingest, Passage::Triage],
        };
        let mut stages = Vec::new();
        for &passage in passages {
            stages.push(kafka::reconcile(&service, passage, &scope)?);
        }
        let clean = stages.iter().all(Account::is_clean);
        match self.format {
            Format::Human => stages.iter().for_each(|account| Page::of(show(account)).show()),
            Format::Json => page::json(&Document { clean, stages: &stages }),
        }
        Ok(if clean { Exit::Ok } else { Exit::Findings })
    }
}

/// Returns the account for people.
fn show(account: &Account) -> String {
    let mut lines = vec![format!("{} (group {})", account.stage, account.group)];
    let width = account.partitions.iter().map(|partition| partition.topic.len() + 4).max().unwrap_or(0).max(10);
    lines.push(format!(
        "  {:width$} {:>12} {:>12} {:>12} {:>9} {:>9} {:>10} {:>12}",
        "partition", "from", "committed", "records", "missing", "doubled", "of nothing", "not provable"
    ));
    lines.extend(account.partitions.iter().map(|partition| {
        let name = format!("{}/{}", partition.topic, partition.partition);
        let committed = partition.committed.map_or_else(|| "never".to_owned(), |offset| offset.to_string());
        let PartitionAccount { from, records, missing, doubled, of_nothing, not_provable, .. } = partition;
        format!("  {name:width$} {from:>12} {committed:>12} {records:>12} {missing:>9} {doubled:>9} {of_nothing:>10} {not_provable:>12}")
    }));
    for finding in &account.findings {
        let offsets =
            if finding.first == finding.last { finding.first.to_string() } else { format!("{} to {}", finding.first, finding.last) };
        let (kind, records) = (finding.kind.label(), many(finding.records, "record"));
        lines.push(format!("  {kind}: {}/{} offset {offsets} ({records})", finding.topic, finding.partition));
    }
    if account.unlisted > 0 {
        lines.push(format!("  and {}; --list N shows more", many(account.unlisted, "more finding")));
    }
    lines.push(format!("  {}", verdict(account)));
    lines.iter().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Returns what it comes to, in a sentence or two.
fn verdict(account: &Account) -> String {
    let sum = |of: fn(&PartitionAccount) -> u64| account.partitions.iter().map(of).sum::<u64>();
    let records = many(sum(|partition| partition.records), "record");
    let not_provable = sum(|partition| partition.not_provable);
    let mut said = if account.partitions.iter().all(|partition| partition.committed.is_none()) {
        format!("group {} has read nothing yet: there is nothing to compare.", account.group)
    } else if sum(|partition| partition.records) == 0 && account.is_clean() {
        "no record is there to be compared.".to_owned()
    } else if account.is_clean() && not_provable == 0 {
        format!("{records}, each with exactly one outcome.")
    } else if account.is_clean() {
        format!("{records}, none found missing or doubled.")
    } else {
        let wrong = [
            (sum(|partition| partition.missing), Kind::Missing),
            (sum(|partition| partition.doubled), Kind::Doubled),
            (sum(|partition| partition.of_nothing), Kind::OfNothing),
        ];
        let mut wrong: Vec<String> =
            wrong.iter().filter(|(number, _)| *number > 0).map(|(number, kind)| format!("{number} {}", kind.label())).collect();
        wrong.extend((account.doubled_reminders > 0).then(|| format!("{} doubled", many(account.doubled_reminders, "reminder"))));
        format!("{records}: {}. Stop the stage and keep the topics until it is clear why.", wrong.join(", "))
    };
    if not_provable > 0 {
        said.push_str(&format!(" Of {not_provable} the outcome may have been deleted by its topic's retention: not provable."));
    }
    if account.reminders > 0 {
        said.push_str(&format!(" The clock brought {}.", many(account.reminders, "more record")));
    }
    if account.foreign > 0 {
        said.push_str(&format!(" The outputs hold {} of other inputs.", many(account.foreign, "record")));
    }
    said
}

fn many(number: u64, what: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(missing: u64, not_provable: u64, committed: Option<i64>) -> Account {
        let partition =
            PartitionAccount { topic: "inbox".into(), committed, records: 9, missing, not_provable, ..PartitionAccount::default() };
        Account { stage: "triage", group: "g-triage".into(), partitions: vec![partition], ..Account::default() }
    }

    #[test]
    fn the_last_sentence_says_what_it_comes_to() {
        let check = |account: Account, expected: &str| assert_eq!(verdict(&account), expected);
        check(account(0, 0, None), "group g-triage has read nothing yet: there is nothing to compare.");
        check(account(0, 0, Some(9)), "9 records, each with exactly one outcome.");
        check(account(2, 0, Some(9)), "9 records: 2 missing. Stop the stage and keep the topics until it is clear why.");
        check(
            account(0, 3, Some(9)),
            "9 records, none found missing or doubled. Of 3 the outcome may have been deleted by its topic's retention: not provable.",
        );
        check(
            Account { reminders: 7, ..account(0, 0, Some(9)) },
            "9 records, each with exactly one outcome. The clock brought 7 more records.",
        );
        check(
            Account { reminders: 7, doubled_reminders: 2, ..account(1, 0, Some(9)) },
            "9 records: 1 missing, 2 reminders doubled. Stop the stage and keep the topics until it is clear why. The clock brought 7 more records.",
        );
        check(
            Account { foreign: 1, ..account(0, 0, Some(9)) },
            "9 records, each with exactly one outcome. The outputs hold 1 record of other inputs.",
        );
    }

    #[test]
    fn findings_are_lines_below_the_table() {
        let finding =
            |first, last| kafka::Discrepancy { kind: Kind::Missing, topic: "inbox".into(), partition: 0, first, last, records: 2 };
        let account = Account { findings: vec![finding(3, 4), finding(8, 8)], unlisted: 1, ..account(3, 0, Some(9)) };
        let shown = show(&account);
        let lines: Vec<&str> = shown.lines().skip(3).collect();
        assert_eq!(
            lines[..3],
            [
                "  missing: inbox/0 offset 3 to 4 (2 records)",
                "  missing: inbox/0 offset 8 (2 records)",
                "  and 1 more finding; --list N shows more"
            ]
        );
    }
}
