//! `triage report`: verdicts against what agents corrected: how often each class, condition and phrase was right.
//!
//! Reads only.

mod tally;

use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use self::tally::Tally;
use super::labels::Labels;
use super::page::{self, Page};
use super::settings::KafkaOptions;
use super::since::Since;
use super::{ConfigFolder, Exit, Format, Stop, input, load_rules, run};
use crate::kafka::{self, Edge};

/// Precision of each class, condition and phrase, by day, from what agents say of verdicts; and what to mute first.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Report {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// Verdicts, one JSON document a line, as `triage backtest --verdicts` writes them; may be repeated. Without it they are
    /// read from the topics of the service
    #[arg(long, value_name = "FILE")]
    verdicts: Vec<PathBuf>,
    /// Agents' corrections, one JSON document a line with post_id and the right class; may be repeated
    #[arg(long, value_name = "FILE", required_unless_present = "corrections_topic")]
    corrections: Vec<PathBuf>,
    /// Read corrections from this topic
    #[arg(long, value_name = "TOPIC")]
    corrections_topic: Option<String>,
    /// Verdicts of then and later, from topics: a time, a day or how long ago
    #[arg(long, value_name = "WHEN", default_value = "7d", conflicts_with = "verdicts")]
    since: Since,
    /// Rows of phrases that are shown; all are in the JSON
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// How the report is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const AFTER_HELP: &str = "\
A correction with the class that was decided confirms it. Precision is the share of right verdicts among those that somebody
has looked at; a verdict without a correction has been looked at by nobody.

Example:
  triage report --since 7d --corrections corrections.jsonl";

/// What of a verdict is counted.
#[derive(Debug, Deserialize)]
struct Verdict {
    post_id: String,
    class: String,
    #[serde(default)]
    reason: Option<String>,
    event_time: String,
    #[serde(default)]
    evidence: Vec<Piece>,
}

#[derive(Debug, Deserialize)]
struct Piece {
    #[serde(default)]
    condition: Option<String>,
    #[serde(default)]
    signal: Option<String>,
    #[serde(default)]
    entry: Option<String>,
    met: bool,
}

impl Verdict {
    /// Returns the verdict in a record: an escalation carries it; steps in the life of a case have none.
    fn read(text: &str) -> Result<Option<Self>, serde_json::Error> {
        let mut value: Value = serde_json::from_str(text)?;
        let carried = value.get_mut("triage").filter(|inner| inner.is_object()).map(Value::take);
        let verdict = match carried {
            Some(verdict) => verdict,
            None if value.get("case_id").is_some() => return Ok(None),
            None => value,
        };
        serde_json::from_value(verdict).map(Some)
    }
}

impl Report {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let rules = load_rules(&self.config.folder)?;
        let labels = self.corrections()?;
        let mut tally = Tally::default();
        if self.verdicts.is_empty() {
            self.add_topics(&labels, &mut tally)?;
        }
        for path in &self.verdicts {
            for (number, line) in (1..).zip(input::lines(path)?) {
                let verdict = Verdict::read(&line);
                let verdict = verdict.map_err(|error| {
                    let hint = input::not_a_line(&line).map_or_else(String::new, |hint| format!("; {hint}"));
                    Stop::usage(format!("{}:{number}: not a verdict: {error}{hint}", path.display()))
                })?;
                verdict.iter().for_each(|verdict| tally.add(verdict, &labels));
            }
        }
        let report = tally.report(&rules);
        match self.format {
            Format::Human => Page::of(report.show(self.top)).show(),
            Format::Json => page::json(&report),
        }
        Ok(Exit::Ok)
    }

    fn corrections(&self) -> Result<Labels, Stop> {
        let mut labels = Labels::default();
        for path in &self.corrections {
            labels.add(Labels::read(path)?);
        }
        if let Some(topic) = &self.corrections_topic {
            let service = self.kafka.load(&self.config)?;
            for record in kafka::stored(&service, topic, None, None)? {
                let place = format!("{topic}/{}/{}", record.partition, record.offset);
                labels.insert(&String::from_utf8_lossy(&record.value)).map_err(|error| Stop::usage(format!("{place}: {error}")))?;
            }
        }
        Ok(labels)
    }

    fn add_topics(&self, labels: &Labels, tally: &mut Tally) -> Result<(), Stop> {
        let service = self.kafka.load(&self.config)?;
        let from = Some(Edge::Time(self.since.moment(run::now())));
        let topics = &service.topics;
        for topic in [&topics.agents, &topics.oot, &topics.escalations, &topics.skipped] {
            for record in kafka::stored(&service, topic, from, None)? {
                let verdict = Verdict::read(&String::from_utf8_lossy(&record.value));
                let place = format!("{topic}/{}/{}", record.partition, record.offset);
                let verdict = verdict.map_err(|error| Stop::usage(format!("{place}: not a verdict: {error}")))?;
                verdict.iter().for_each(|verdict| tally.add(verdict, labels));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixture;

    fn verdict(id: &str, class: &str, day: &str, entries: &[&str]) -> String {
        let evidence: Vec<_> = entries
            .iter()
            .map(|entry| serde_json::json!({"signal": "complaint", "condition": "capitals", "entry": entry, "met": true, "post_id": id}))
            .collect();
        serde_json::json!({"post_id": id, "class": class, "event_time": format!("{day}T08:00:00.000Z"), "evidence": evidence}).to_string()
    }

    #[test]
    fn right_and_wrong_are_counted_where_somebody_looked() {
        let mut labels = Labels::default();
        for correction in [
            r#"{"post_id":"1","class":"normal"}"#,
            r#"{"post_id":"2","class":"promo"}"#,
            r#"{"post_id":"3","class":["promo","quiz"]}"#,
            r#"{"post_id":"4","class":"normal"}"#,
        ] {
            labels.insert(correction).unwrap();
        }
        let mut tally = Tally::default();
        for line in [
            verdict("1", "normal", "2026-01-01", &["los merah"]),
            verdict("2", "normal", "2026-01-01", &["internet mati", "internet mati"]),
            verdict("3", "quiz", "2026-01-02", &[]),
            format!(r#"{{"case_id":"c","triage":{}}}"#, verdict("4", "quiz", "2026-01-02", &["internet mati"])),
            verdict("5", "normal", "2026-01-02", &["los merah"]),
            r#"{"case_id":"c","type":"resolved"}"#.to_owned(),
        ] {
            Verdict::read(&line).unwrap().iter().for_each(|verdict| tally.add(verdict, &labels));
        }
        let shown = tally.report(&fixture::rules()).show(10);
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = shown.lines().map(words).collect();
        for expected in [
            "normal 3 2 1 0.500 [0.095, 0.905] 1/2",
            "quiz 2 2 1 0.500 [0.095, 0.905] 1/2",
            "2026-01-01 normal 2 2 1 0.500 [0.095, 0.905] 1/2",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{expected} is not in\n{shown}");
        }
        let first = lines.iter().skip_while(|line| !line.starts_with("to mute first")).nth(1).unwrap();
        assert!(first.starts_with("internet mati (complaint) complaint.txt:2 2 2 2 0.000"), "{shown}");
    }
}
