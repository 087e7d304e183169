//! The settings of the service for the commands that talk to Kafka.

use super::page::Page;
use super::{ConfigFolder, Exit, Stop};
use crate::config::service::Service;
use crate::kafka::Refusal;

/// Options of every command that talks to Kafka; they beat the environment and `triage.toml`.
#[derive(Debug, clap::Args)]
pub(super) struct KafkaOptions {
    /// Brokers as host:port, separated by commas
    #[arg(long, value_name = "LIST")]
    brokers: Option<String>,
}

impl KafkaOptions {
    /// The settings in the folder's `triage.toml` (defaults where there is none), with `more` options (key and value).
    pub(super) fn load(&self, config: &ConfigFolder, more: Vec<(&str, Option<String>)>) -> Result<Service, Stop> {
        let path = config.folder.join("triage.toml");
        let path = path.exists().then_some(path.as_path());
        let options: Vec<(String, String)> = more
            .into_iter()
            .chain([("kafka.brokers", self.brokers.clone())])
            .filter_map(|(key, value)| Some((key.to_owned(), value?)))
            .collect();
        let service = Service::load(path, std::env::vars(), &options).map_err(Stop::Configuration)?;
        Page::of(service.warnings.render()).tell();
        Ok(service)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        let exit = match refusal {
            Refusal::Settings(_) => Exit::Configuration,
            _ => Exit::Unavailable,
        };
        Stop::Because(exit, refusal.to_string())
    }
}
