//! `triage dead-letters`: what came in broken, and how to feed it in again.

mod show;

use std::num::NonZeroU32;

use super::page::{self, Page};
use super::settings::KafkaOptions;
use super::since::Since;
use super::{ConfigFolder, Exit, Format, Stop, run};
use crate::kafka::{self, ListOptions, ReplayLimits, Selection};

/// Shows the dead letters, or feeds them in again once what was wrong is mended.
#[derive(Debug, clap::Args)]
pub struct DeadLetters {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Say what came in broken: when, from where, why; a summary by code
    List(List),
    /// Send dead letters again to where they came from, each once however often the command is run
    Replay(Resend),
}

/// The newest dead letters, and how many there are by code. Joins no group and commits nothing.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    #[command(flatten)]
    filter: Filter,
    /// Letters that are listed, the newest; all are counted
    #[arg(long, value_name = "N", default_value = "20")]
    limit: NonZeroU32,
    /// Show the values too: what people wrote
    #[arg(long)]
    show_value: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Sends the records with their bytes, keys, timestamps and headers as they were, and notes which letters they were, in
/// one transaction. Parts of a batch that could be read come in again too; their posts are skipped as duplicates as
/// long as they are remembered.
#[derive(Debug, clap::Args)]
struct Resend {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    #[command(flatten)]
    filter: Filter,
    /// All that were not sent yet
    #[arg(long, conflicts_with_all = ["stage", "code", "since"])]
    all: bool,
    /// Most letters that are sent: they share one transaction
    #[arg(long, value_name = "N", default_value = "10000")]
    limit: NonZeroU32,
    /// Letters that were sent again so often without success are left
    #[arg(long, value_name = "N", default_value = "5")]
    attempts: u32,
    /// Only say what would be sent
    #[arg(long)]
    dry_run: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, clap::Args)]
struct Filter {
    /// Only letters of this stage: ingest, triage or outages
    #[arg(long, value_parser = ["ingest", "triage", "outages"])]
    stage: Option<String>,
    /// Only letters with this code, such as bad_json; may be repeated
    #[arg(long, value_name = "CODE")]
    code: Vec<String>,
    /// Only letters whose record is of then or later: a time, a day or how long ago, such as 24h
    #[arg(long, value_name = "WHEN")]
    since: Option<Since>,
}

impl Filter {
    fn selection(self) -> Selection {
        Selection { stage: self.stage, codes: self.code, since: self.since.map(|since| since.moment(run::now())) }
    }
}

impl DeadLetters {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        match self.action {
            Action::List(list) => list.run(),
            Action::Replay(replay) => replay.run(),
        }
    }
}

impl List {
    fn run(self) -> Result<Exit, Stop> {
        let service = self.kafka.load(&self.config)?;
        let options = ListOptions { most: number(self.limit), values: self.show_value };
        let listing = kafka::dead_letters(&service, &self.filter.selection(), options)?;
        match self.format {
            Format::Human => Page::of(show::listing(&listing)).show(),
            Format::Json => page::json(&listing),
        }
        Ok(Exit::Ok)
    }
}

impl Resend {
    fn run(self) -> Result<Exit, Stop> {
        let selection = self.filter.selection();
        if !self.all && selection == Selection::default() {
            return Err(Stop::usage("say which dead letters: --stage, --code or --since, or --all; `triage dead-letters list` shows them"));
        }
        let service = self.kafka.load(&self.config)?;
        let limits = ReplayLimits { letters: number(self.limit), attempts: self.attempts };
        let replay = kafka::replay(&service, &selection, limits, !self.dry_run)?;
        if replay.total() == 0 {
            return Err(Stop::usage(show::nothing(&replay)));
        }
        match self.format {
            Format::Human => Page::of(show::replay(&replay, self.dry_run)).show(),
            Format::Json => page::json(&replay),
        }
        Ok(Exit::Ok)
    }
}

fn number(limit: NonZeroU32) -> usize {
    usize::try_from(limit.get()).unwrap_or(usize::MAX)
}
