//! `triage topics`: make and check the topics.

use super::page::say;
use super::settings::KafkaOptions;
use super::{ConfigFolder, Exit, Stop, count};
use crate::kafka::{self, Admin};

/// Makes the topics that are missing, or tells how they differ from what the service needs.
#[derive(Debug, clap::Args)]
pub struct Topics {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make the topics that do not exist; nothing that exists is changed
    Create {
        #[command(flatten)]
        config: ConfigFolder,
        #[command(flatten)]
        kafka: KafkaOptions,
        /// The topics that are read too, which usually belong to whoever fills them
        #[arg(long)]
        inputs: bool,
    },
    /// Report every difference, and try every right that the service needs (exit code 1 if anything is wrong)
    Check {
        #[command(flatten)]
        config: ConfigFolder,
        #[command(flatten)]
        kafka: KafkaOptions,
    },
    /// Print the commands that grant the least rights that the service needs
    Acls {
        #[command(flatten)]
        config: ConfigFolder,
        #[command(flatten)]
        kafka: KafkaOptions,
        /// Who gets them, such as User:triage; by default the configured user name
        #[arg(long, value_name = "WHO")]
        principal: Option<String>,
    },
}

/// What the settings alone cannot show.
const RETENTION_NOTE: &str = "note: brokers count retention from the time of the post. Before posts of last year are fed in, raise \
[topics.retention] and the topics' retention.ms, or their records vanish within minutes.
note: readers need isolation.level=read_committed, or they see records of aborted transactions.";

/// Behind the names of topics that are read and do not exist.
const INPUTS_NOTE: &str = "still missing: whoever writes a feed makes its topic, with the partitions and retention that suit the feed; \
`triage run` starts once they are there. To make them here all the same: `triage topics create --inputs`";

/// Why less than usual is compared.
const LOGIN_NOTE: &str = "note: with OAUTHBEARER the settings of topics (cleanup, retention, sizes) cannot be read and were not compared; \
log in with SCRAM to compare them.";

impl Topics {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        match self.action {
            Action::Create { config, kafka, inputs } => {
                let service = kafka.load(&config)?;
                let admin = Admin::new(&service.kafka)?;
                let made = admin.create(&service.topics, inputs)?;
                made.iter().for_each(|name| say!("made {name}"));
                say!("{} made", count(made.len(), "topic"));
                let missing = admin.missing_inputs(&service.topics)?;
                if !missing.is_empty() {
                    say!("{} {INPUTS_NOTE}", missing.join(", "));
                }
                Ok(Exit::Ok)
            }
            Action::Check { config, kafka } => {
                let service = kafka.load(&config)?;
                let admin = Admin::new(&service.kafka)?;
                // First what may be done at all: what may not be seen looks as if it were missing.
                let missing = kafka::missing_rights(&service)?;
                missing.iter().for_each(|sentence| say!("{sentence}"));
                say!("{}", count(missing.len(), "missing right"));
                if !missing.is_empty() {
                    say!("`triage topics acls` prints the commands that grant them");
                    return Ok(Exit::Findings);
                }
                let differences = admin.check(&service.topics)?;
                differences.iter().for_each(|sentence| say!("{sentence}"));
                say!("{}", count(differences.len(), "difference"));
                if !admin.reads_settings() {
                    say!("{LOGIN_NOTE}");
                }
                say!("{RETENTION_NOTE}");
                Ok(if differences.is_empty() { Exit::Ok } else { Exit::Findings })
            }
            Action::Acls { config, kafka, principal } => {
                let service = kafka.load(&config)?;
                kafka::acls(&service, principal.as_deref()).iter().for_each(|command| say!("{command}"));
                Ok(Exit::Ok)
            }
        }
    }
}
