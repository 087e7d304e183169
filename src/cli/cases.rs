//! `triage cases`: what is open, the life of one case, and a customer's wish to be forgotten.

mod show;
#[cfg(test)]
mod tests;
mod view;

use serde::Serialize;

use self::view::OpenCase;
use super::page::{self, Page};
use super::settings::KafkaOptions;
use super::{ConfigFolder, Exit, Format, Stop, load_rules, run};
use crate::case;
use crate::kafka::{self, Customer, Held, Told};

/// Shows cases as the journal has them, from any machine: joins no group and commits nothing.
#[derive(Debug, clap::Args)]
pub struct Cases {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the open cases, those that are hard and longest overdue first
    List(List),
    /// Show one case: why it is hard, what is due, and what was told of it
    Show(ShowCase),
    /// Ask the running service to forget a customer, and say which topics still hold records of him
    Forget(Forget),
}

/// The open cases, those that are hard first, then by what is due. A case is open from the first post that an agent must
/// see until it is resolved, dismissed or idle.
#[derive(Debug, clap::Args)]
struct List {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// Only hard complaints
    #[arg(long)]
    hard: bool,
    /// Only cases of which something is overdue
    #[arg(long)]
    overdue: bool,
    /// Only cases of this team leader; an empty name: of none
    #[arg(long, value_name = "NAME")]
    tl: Option<String>,
    /// Cases that are listed; all are counted
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// One case, as the journal has it now and as the escalations topic tells its life. Shows what the customer wrote, where
/// texts are kept.
#[derive(Debug, clap::Args)]
struct ShowCase {
    /// The case as records name it, such as x:17:1876464070184030661
    case_id: String,
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Writes the case event `forget`: the lane that owns the customer empties his state, of which the journal keeps a
/// tombstone, and tells the team leaders. Records that were written before are deleted by the topics' retention: until
/// when they are held is listed.
#[derive(Debug, clap::Args)]
struct Forget {
    /// The customer as records name him, such as x:17
    customer: String,
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    kafka: KafkaOptions,
    /// Only list the topics
    #[arg(long)]
    dry_run: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Cases {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        match self.action {
            Action::List(list) => list.run(),
            Action::Show(show) => show.run(),
            Action::Forget(forget) => forget.run(),
        }
    }
}

#[derive(Serialize)]
struct Listing {
    open: usize,
    hard: usize,
    overdue: usize,
    /// The first of those selected.
    cases: Vec<OpenCase>,
    selected: usize,
}

impl List {
    fn run(self) -> Result<Exit, Stop> {
        let (service, rules, now) = (self.kafka.load(&self.config)?, load_rules(&self.config.folder)?, run::now());
        let open = kafka::customers(&service, |_, _| true)?;
        let listing = self.select(open.iter().filter_map(|customer| OpenCase::of(&rules, customer, now)).collect());
        match self.format {
            Format::Human => Page::of(show::listing(&listing)).show(),
            Format::Json => page::json(&listing),
        }
        Ok(Exit::Ok)
    }

    fn select(&self, mut cases: Vec<OpenCase>) -> Listing {
        let count = |of: fn(&OpenCase) -> bool| cases.iter().filter(|case| of(case)).count();
        let (open, hard, overdue) = (cases.len(), count(|case| case.hard), count(|case| !case.overdue.is_empty()));
        cases.retain(|case| (case.hard || !self.hard) && (!case.overdue.is_empty() || !self.overdue) && self.is_theirs(case));
        cases.sort_by(|a, b| a.urgency().cmp(&b.urgency()));
        let selected = cases.len();
        cases.truncate(self.limit);
        Listing { open, hard, overdue, cases, selected }
    }

    fn is_theirs(&self, case: &OpenCase) -> bool {
        self.tl.as_deref().is_none_or(|name| case.tl_name.as_deref().unwrap_or_default().eq_ignore_ascii_case(name))
    }
}

#[derive(Serialize)]
struct Life {
    /// As it stands in the journal; `None`: it is not open.
    open: Option<OpenCase>,
    /// Every record about it that the escalations topic still holds.
    told: Vec<Told>,
}

impl ShowCase {
    fn run(self) -> Result<Exit, Stop> {
        let (service, rules, now) = (self.kafka.load(&self.config)?, load_rules(&self.config.folder)?, run::now());
        let is_it = |customer: &Customer| customer.state.case.as_ref().is_some_and(|case| case::id(&customer.key, case) == self.case_id);
        let near = |key: &str| self.case_id.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
        let customers = kafka::customers(&service, |key, _| near(key))?;
        let open = customers.iter().find(|customer| is_it(customer)).and_then(|customer| OpenCase::of(&rules, customer, now));
        let life = Life { open, told: kafka::told(&service, &self.case_id)? };
        if life.open.is_none() && life.told.is_empty() {
            let message =
                format!("no case {}: it is not open, and nothing was told of it; `triage cases list` names those that are", self.case_id);
            return Err(Stop::Because(Exit::Findings, message));
        }
        match self.format {
            Format::Human => Page::of(show::life(&self.case_id, &life)).show(),
            Format::Json => page::json(&life),
        }
        Ok(Exit::Ok)
    }
}

#[derive(Serialize)]
struct Forgetting {
    customer: String,
    /// The event that was written; `None`: none was.
    event_id: Option<String>,
    held: Vec<Held>,
}

impl Forget {
    fn run(self) -> Result<Exit, Stop> {
        let platform_and_id = self.customer.split_once(':').filter(|(platform, id)| !platform.is_empty() && !id.is_empty());
        if platform_and_id.is_none() {
            return Err(Stop::usage("name the customer as records do: <platform>:<id>, such as x:17".to_owned()));
        }
        let (service, now) = (self.kafka.load(&self.config)?, run::now());
        let event_id = if self.dry_run { None } else { Some(kafka::forget(&service, &self.customer, now)?) };
        let held = kafka::held(&service, &self.customer, now)?;
        let forgetting = Forgetting { customer: self.customer, event_id, held };
        match self.format {
            Format::Human => Page::of(show::forgetting(&forgetting)).show(),
            Format::Json => page::json(&forgetting),
        }
        Ok(Exit::Ok)
    }
}
