//! `triage explain`: why posts are decided as they are, condition by condition, through the production step.

mod posts;
mod report;
#[cfg(test)]
mod tests;
mod underline;

use std::path::PathBuf;

use serde::{Serialize, Serializer};

use self::report::Explanation;
use super::{ConfigFolder, Exit, Format, Stop, load_rules};
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
    /// When the first TEXT was written, as 2026-01-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "2026-01-01T00:00:00Z")]
    at: Millis,
    /// How the explanation is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn time(text: &str) -> Result<Millis, &'static str> {
    Millis::parse(text).ok_or("write a time as 2026-01-01T00:00:00Z or 2026-01-01T07:00:00+07:00")
}

impl Explain {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let rules = load_rules(&self.config.folder)?;
        let document = if self.text.is_empty() { posts::read_document(self.file.as_deref())? } else { String::new() };
        let recorded = if self.text.is_empty() {
            posts::of_document(&document, &rules)?
        } else {
            self.text.iter().enumerate().map(|(number, text)| posts::of_text(text, number, self.at, &rules)).collect()
        };
        match self.format {
            Format::Human => explain(&rules, &recorded, |recorded, outputs| {
                anstream::println!("{}", Explanation { rules: &rules, recorded, outputs });
            }),
            Format::Json => {
                let mut records = Vec::new();
                explain(&rules, &recorded, |_, outputs| {
                    records.extend(outputs.iter().map(|output| serde_json::to_value(Record(output)).unwrap_or_default()));
                });
                anstream::println!("{}", serde_json::to_string_pretty(&records).unwrap_or_default());
            }
        }
        Ok(Exit::Ok)
    }
}

/// Steps through the posts and shows what came of each.
fn explain(rules: &Rules, all: &[Recorded<'_>], mut show: impl FnMut(&Recorded<'_>, &[Output<'_>])) {
    let mut replay = Replay::default();
    replay.every_condition = true;
    for recorded in all {
        let outputs = replay.step(rules, recorded);
        show(recorded, &outputs);
    }
}

/// A record as it would be written.
struct Record<'a>(&'a Output<'a>);

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Output::Triage(_, record) => record.serialize(serializer),
            Output::Escalation(record) => record.serialize(serializer),
            Output::DeadLetter { code, message } => {
                serializer.collect_map([("triage.error.code", *code), ("triage.error.message", *message)])
            }
        }
    }
}
