//! `triage explain`: why posts are decided as they are, condition by condition, through the production step.

mod insight;
mod posts;
mod report;
#[cfg(test)]
mod tests;
mod why;
mod word;

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use self::insight::Insight;
use self::posts::Sources;
use self::report::Explanation;
use self::word::Word;
use super::input::Line;
use super::page::{self, Page};
use super::settings::KafkaOptions;
use super::{ConfigFolder, Exit, Format, Stop, load_rules};
use crate::author::AuthorState;
use crate::kafka::{self, Coordinates, headers};
use crate::post::Millis;
use crate::record::Output;
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;

/// Says for each post which class won, which conditions are met or not, and what in the text decided it.
#[derive(Debug, clap::Args)]
pub struct Explain {
    #[command(flatten)]
    config: ConfigFolder,
    /// Posts of one customer in their order, as JSON in any supported format; `-` is standard input
    #[arg(value_name = "FILE", conflicts_with = "text")]
    file: Option<PathBuf>,
    /// A post on X with this text; given several times: posts of one customer, a minute apart
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    text: Vec<String>,
    /// What the lexicons take this word for; all forms of a root (`~kirim`), all members of a class (`{medium}`)
    #[arg(long, value_name = "WORD", conflicts_with_all = ["file", "text", "from"])]
    word: Vec<String>,
    /// When the first TEXT was written, as 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "2026-01-01T00:00:00Z")]
    at: Millis,
    /// A record in Kafka as TOPIC/PARTITION/OFFSET, such as the `triage.source` of another one: read without a trace
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["file", "text"])]
    from: Option<Coordinates>,
    /// Records before that one which are looked through for earlier posts of the same customer; they are explained too
    #[arg(long, value_name = "N", default_value_t = 1000, requires = "from", value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    back: i64,
    /// A record of the journal as TOPIC/PARTITION/OFFSET: what is remembered of its customer there, as JSON
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["file", "text", "word", "from"])]
    state: Option<Coordinates>,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// How the explanation is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn time(text: &str) -> Result<Millis, &'static str> {
    Millis::parse(text).ok_or("write a time as 2026-01-01T00:00:00Z or 2026-01-01T07:00:00+07:00")
}

impl Explain {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        if let Some(place) = &self.state {
            return self.show_state(place);
        }
        let rules = load_rules(&self.config.folder)?;
        if !self.word.is_empty() {
            self.word.iter().for_each(|word| Page::of(Word { rules: &rules, word }).show());
            return Ok(Exit::Ok);
        }
        let (document, records);
        let mut sources = Sources::default();
        let recorded = if let Some(place) = &self.from {
            let service = self.kafka.load(&self.config)?;
            let stored = kafka::before(&service, place, self.back)?;
            records = Line::of_stored(&place.topic, stored).collect::<Vec<_>>();
            sources = posts::sources_of_records(&records);
            posts::of_records(&records, &rules)?
        } else if self.text.is_empty() {
            document = posts::read_document(self.file.as_deref())?;
            sources = posts::sources_of_document(&document);
            posts::of_document(&document, &rules)?
        } else {
            self.text.iter().enumerate().map(|(number, text)| posts::of_text(text, number, self.at, &rules)).collect()
        };
        match self.format {
            Format::Human => explain(&rules, &recorded, |recorded, outputs, insight| {
                let read_by = posts::read_by(recorded, &sources, &rules);
                Explanation { rules: &rules, recorded, outputs, insight, read_by: read_by.as_deref() }.page().show();
            }),
            Format::Json => {
                let mut records = Vec::new();
                explain(&rules, &recorded, |recorded, outputs, insight| {
                    let read_by = || posts::read_by(recorded, &sources, &rules);
                    let first =
                        outputs.iter().take(1).map(|output| Explained { record: Record(output), explain: insight, read_by: read_by() });
                    let others = outputs.iter().skip(1).map(|output| Explained { record: Record(output), explain: None, read_by: None });
                    records.extend(first.chain(others).map(|record| serde_json::to_string_pretty(&record).unwrap_or_default()));
                });
                page::document(&format!("[\n{}\n]", records.join(",\n")));
            }
        }
        Ok(Exit::Ok)
    }
}

impl Explain {
    fn show_state(&self, place: &Coordinates) -> Result<Exit, Stop> {
        let stored = kafka::before(&self.kafka.load(&self.config)?, place, 0)?;
        let record = stored.last().map(|record| record.value.as_slice()).unwrap_or_default();
        let state = AuthorState::decode(record).map_err(|error| Stop::usage(error.to_string()))?;
        page::document(&serde_json::to_string_pretty(&state).unwrap_or_default());
        Ok(Exit::Ok)
    }
}

/// Steps through the posts and shows what came of each.
fn explain(rules: &Rules, all: &[Recorded<'_>], mut show: impl FnMut(&Recorded<'_>, &[Output<'_>], Option<&Insight>)) {
    let mut replay = Replay::default();
    replay.every_condition = true;
    for recorded in all {
        let outputs = replay.step(rules, recorded);
        let insight = Insight::of(rules, &replay, recorded, &outputs);
        show(recorded, &outputs, insight.as_ref());
    }
}

/// A record, and what stands behind its verdict.
#[derive(Serialize)]
struct Explained<'a> {
    #[serde(flatten)]
    record: Record<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<&'a Insight>,
    /// The field map that read the post, and from where it took each field.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_by: Option<String>,
}

/// A record as it would be written.
struct Record<'a>(&'a Output<'a>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Output::Triage(_, record) => record.serialize(serializer),
            Output::Escalation(record) => record.serialize(serializer),
            Output::Handoff(record) => record.serialize(serializer),
            Output::DeadLetter { code, message } => {
                serializer.collect_map([(headers::ERROR_CODE, *code), (headers::ERROR_MESSAGE, *message)])
            }
        }
    }
}
