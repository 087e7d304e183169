//! Which rights the service needs of the brokers, as commands that grant them and by trying each (D119).
//!
//! Reading and looking are tried as such. Writing, committing and being a transactional producer have no question of their own:
//! they are tried in transactions that are aborted, so that no reader ever sees what was written. Knows no stage.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use crate::config::service::{Mechanism, Service};
use crate::post::Millis;

use super::clients::settings::{self, Member};
use super::errors::recovery::Call;
use super::errors::refusal::Refusal;
use super::errors::trouble::Trouble;
use super::journal::owner::META_KEY;
use super::lane::report::LaneReport;
use super::lane::settings::LaneSettings;
use super::lane::transaction::{NO_INPUT, Transaction, Writer};
use super::recorded::onlooker::Onlooker;
use super::stages::outbox::Outbox;
use super::topics::topic::{Topic, name};

/// How long a broker may take for a record that is tried.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a record is awaited before it is asked whether it may be written at all.
const SLICE: Duration = Duration::from_millis(200);

/// What rights are for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Resource {
    Topic(String),
    /// All whose name begins so.
    Groups(String),
    /// All whose name begins so.
    TransactionalIds(String),
}

/// The rights on one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Needed {
    resource: Resource,
    operations: &'static [&'static str],
}

/// What the service needs: the feeds, our topics, the groups, the transactions.
fn needed(service: &Service) -> Vec<Needed> {
    let topics = &service.topics;
    let feeds = topics.posts.iter().chain([&topics.case_events]);
    let feeds = feeds.map(|topic| Needed { resource: Resource::Topic(topic.clone()), operations: &["Read"] });
    let ours = Topic::needed(topics).map(|topic| {
        // What is written and never read again: reconciliation and the guard at the start read the outputs.
        let operations: &[&str] = if topic == Topic::Shadow { &["Write"] } else { &["Read", "Write"] };
        Needed { resource: Resource::Topic(name(topics, topic).to_owned()), operations }
    });
    let prefix = format!("{}-", service.run.group);
    let shared = [
        Needed { resource: Resource::Groups(prefix.clone()), operations: &["Read"] },
        Needed { resource: Resource::TransactionalIds(prefix), operations: &["Describe", "Write"] },
    ];
    feeds.chain(ours).chain(shared).collect()
}

/// Returns the commands that grant `principal` (such as `User:triage`; by default who we log in as) the least rights that the
/// service needs, one a line.
pub fn acls(service: &Service, principal: Option<&str>) -> Vec<String> {
    let login = service.kafka.security.username.as_ref().filter(|_| service.kafka.security.mechanism != Some(Mechanism::OauthBearer));
    let principal = principal.map_or_else(|| format!("User:{}", login.map_or("NAME", String::as_str)), str::to_owned);
    let mut grants: Vec<(&[&str], String)> = Vec::new();
    for needed in needed(service) {
        let resource = match needed.resource {
            // One command for all topics with the same rights.
            Resource::Topic(topic) => match grants.iter_mut().find(|(operations, _)| *operations == needed.operations) {
                Some((_, resources)) => {
                    *resources += &format!(" --topic {topic}");
                    continue;
                }
                None => format!("--topic {topic}"),
            },
            Resource::Groups(prefix) => format!("--group {prefix} --resource-pattern-type prefixed"),
            Resource::TransactionalIds(prefix) => format!("--transactional-id {prefix} --resource-pattern-type prefixed"),
        };
        grants.push((needed.operations, resource));
    }
    let command = |(operations, resources): (&[&str], String)| {
        let operations: String = operations.iter().map(|operation| format!(" --operation {operation}")).collect();
        let brokers = service.kafka.brokers.join(",");
        format!("kafka-acls --bootstrap-server {brokers} --add --allow-principal {principal}{operations} {resources}")
    };
    grants.into_iter().map(command).collect()
}

/// Tries every right that the service needs. Returns those that are missing, one sentence each.
///
/// # Errors
/// [`Refusal`] where Kafka cannot be used at all.
pub fn missing_rights(service: &Service) -> Result<Vec<String>, Refusal> {
    let onlooker = Onlooker::new(&service.kafka, &LaneSettings::triage(service, Millis::default).group)?;
    let mut missing = Vec::new();
    for needed in needed(service) {
        let Resource::Topic(topic) = &needed.resource else { continue };
        if needed.operations.contains(&"Read") && denied(onlooker.may_read(topic))? {
            missing.push(format!("no right to read topic {topic}: grant Read"));
        }
    }
    missing.extend(missing_in_transactions(service)?);
    Ok(missing)
}

/// Whether an answer is that something is not allowed; that a topic does not exist is said elsewhere.
fn denied(answer: Result<(), Refusal>) -> Result<bool, Refusal> {
    match answer {
        Ok(()) | Err(Refusal::Topics(_)) => Ok(false),
        Err(Refusal::NotAllowed { .. }) => Ok(true),
        Err(other) => Err(other),
    }
}

/// Tries what only a transaction can try.
fn missing_in_transactions(service: &Service) -> Result<Vec<String>, Refusal> {
    let group = format!("{}-rights", service.run.group);
    let member = Member { transactional_id: group.clone(), instance: None, group };
    let report = LaneReport::default();
    let config = settings::producer_to_feeds(&service.kafka, &service.run, &member)?;
    let mut writer = match Writer::new(&service.kafka, config, &service.run, &report) {
        Ok(writer) => writer,
        Err(Trouble::Refuse(Refusal::NotAllowed { .. })) => {
            let prefix = format!("{}-", service.run.group);
            return Ok(vec![format!(
                "no right to be the transactional producer {prefix}..: grant Describe and Write on transactional ids that begin with {prefix}"
            )]);
        }
        Err(trouble) => return Err(unusable(service, trouble)),
    };
    let mut missing = Vec::new();
    let onlooker = Onlooker::new(&service.kafka, &LaneSettings::triage(service, Millis::default).group)?;
    for topic in Topic::needed(&service.topics) {
        let (topic, mut out) = (name(&service.topics, topic), Outbox::default());
        out.push(Topic::Journal).partition(0).key(META_KEY);
        let transaction = writer.begin().map_err(|trouble| unusable(service, trouble))?;
        let tried = try_to_write(&transaction, topic, &out, &onlooker, service);
        drop(transaction);
        match tried {
            Ok(()) | Err(Trouble::Refuse(Refusal::Topics(_))) => (),
            Err(Trouble::Refuse(Refusal::NotAllowed { .. })) => missing.push(format!("no right to write to topic {topic}: grant Write")),
            Err(trouble) => return Err(unusable(service, trouble)),
        }
    }
    for stage in [LaneSettings::ingest(service, Millis::default), LaneSettings::triage(service, Millis::default)] {
        let onlooker = Onlooker::new(&service.kafka, &stage.group)?;
        let transaction = writer.begin().map_err(|trouble| unusable(service, trouble))?;
        if obstacle(&transaction, &onlooker, service).is_some() {
            missing.push(format!("no right to commit as group {}: grant Read", stage.group));
        }
    }
    Ok(missing)
}

/// Writes a record to `topic` that will be aborted. An error says what is in the way.
fn try_to_write(
    transaction: &Transaction<'_, '_>,
    topic: &str,
    out: &Outbox,
    onlooker: &Onlooker<'_>,
    service: &Service,
) -> Result<(), Trouble> {
    onlooker.partitions(topic)?;
    out.records().try_for_each(|record| transaction.send_to(topic, &record, NO_INPUT))?;
    let begun = Instant::now();
    loop {
        let (failed, done) = (transaction.check().err(), transaction.is_delivered());
        // The client keeps to itself that a partition could not be added to the transaction, until it is asked for more.
        if (failed.is_some() || !done && begun.elapsed() >= SLICE)
            && let Some(error) = obstacle(transaction, onlooker, service)
            && error.rdkafka_error_code() == Some(RDKafkaErrorCode::TopicAuthorizationFailed)
        {
            return Err(Trouble::of(Call::Other, "write", &error));
        }
        match failed {
            Some(trouble) => return Err(trouble),
            None if done => return Ok(()),
            None if begun.elapsed() >= PATIENCE => {
                return Err(Trouble::restart(format!("{topic} took no record within {} s", PATIENCE.as_secs())));
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    }
}

/// What stands in the way of committing offsets in `transaction`, which will be aborted.
fn obstacle(transaction: &Transaction<'_, '_>, onlooker: &Onlooker<'_>, service: &Service) -> Option<KafkaError> {
    let mut offsets = TopicPartitionList::new();
    offsets.add_partition_offset(&service.topics.inbox, 0, Offset::Offset(0)).ok()?;
    transaction.obstacle(&offsets, &onlooker.nobody()?)
}

fn unusable(service: &Service, trouble: Trouble) -> Refusal {
    match trouble {
        Trouble::Refuse(refusal) => refusal,
        Trouble::Abort(reason) | Trouble::Restart { reason, .. } => {
            Refusal::Unreachable { brokers: service.kafka.brokers.join(","), reason }
        }
        Trouble::NeverAccepted(_) => {
            Refusal::Unreachable { brokers: service.kafka.brokers.join(","), reason: "a record is too large".to_owned() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_rights_as_commands() {
        let options = [("kafka.brokers", "a:9092,b:9092"), ("run.group", "try")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let service = Service::load(None, std::iter::empty(), &options).expect("settings");
        insta::assert_snapshot!(acls(&service, Some("User:triage")).join("\n"));
        assert!(acls(&service, None)[0].contains("--allow-principal User:NAME "));
    }
}
