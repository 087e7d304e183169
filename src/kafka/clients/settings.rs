//! Properties of the Kafka clients: what a consumer, a transactional producer, a reader of the journal and an
//! administrator are created with.
//!
//! Everything that exactly-once depends on is set here, last, so that nothing can override it. Reads no environment, and no
//! file but that of the password, as late as possible.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use crate::config::service::{Kafka, Mechanism, Protocol, Run};

use super::statistics::INTERVAL_MS;
use crate::kafka::errors::refusal::Refusal;

/// The largest record we write, in bytes. An input of the usual limit (1 MB) fits in together with the headers that say
/// why it is a dead letter.
pub const MAX_RECORD_BYTES: u32 = 2_000_000;

/// Pause before a request is sent again, in milliseconds.
pub(in crate::kafka) const RETRY_BACKOFF_MS: u32 = 500;

/// A client's place in its consumer group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Member {
    /// The group that it joins.
    pub(in crate::kafka) group: String,
    /// A name that outlives the process, for static membership; `None`: the broker invents one each time.
    pub(in crate::kafka) instance: Option<String>,
    /// Identity of the transactions; must be the instance's own, or random.
    pub(in crate::kafka) transactional_id: String,
}

impl Member {
    /// Names lane `lane` of a process in `group`. With the process's `instance` name a restarted process ends its own hung
    /// transaction at once and keeps its partitions; without one two processes must not be able to fence each other,
    /// so the identity is `random`.
    pub(in crate::kafka) fn new(group: &str, instance: Option<&str>, lane: usize, random: u64) -> Self {
        match instance {
            Some(instance) => Member {
                group: group.to_owned(),
                instance: Some(format!("{instance}-{lane}")),
                transactional_id: format!("{group}-{instance}-{lane}"),
            },
            None => Member { group: group.to_owned(), instance: None, transactional_id: format!("{group}-{random:016x}-{lane}") },
        }
    }
}

/// Which records a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kafka) enum Isolation {
    /// Only those whose transaction was committed.
    Committed,
    /// All; used to learn where a partition ends, open transactions included.
    Uncommitted,
}

/// Returns milliseconds of the configuration as a duration; 0 where they are negative.
pub(in crate::kafka) fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// Returns what every client has. `purpose` is added to its name in the brokers' logs.
pub(in crate::kafka) fn client(kafka: &Kafka, purpose: &str) -> Result<ClientConfig, Refusal> {
    with_defaults(kafka, purpose, &[])
}

/// Returns the same with `defaults` of its own, which the configured properties may override.
fn with_defaults(kafka: &Kafka, purpose: &str, defaults: &[(&str, &str)]) -> Result<ClientConfig, Refusal> {
    let mut config = ClientConfig::new();
    config.set_log_level(RDKafkaLogLevel::Info);
    for &(name, value) in defaults {
        config.set(name, value);
    }
    config.set("socket.keepalive.enable", "true").set("topic.metadata.refresh.interval.ms", "60000");
    config.set("reconnect.backoff.max.ms", "2000");
    for (name, value) in &kafka.properties {
        config.set(name, value.expose());
    }
    config.set("bootstrap.servers", kafka.brokers.join(",")).set("client.id", format!("{}-{purpose}", kafka.client_id));
    config.set("allow.auto.create.topics", "false").set("message.max.bytes", MAX_RECORD_BYTES.to_string());
    secure(kafka, &mut config)?;
    Ok(config)
}

fn secure(kafka: &Kafka, config: &mut ClientConfig) -> Result<(), Refusal> {
    let security = &kafka.security;
    let protocol = match security.protocol {
        Protocol::Plaintext => "plaintext",
        Protocol::Ssl => "ssl",
        Protocol::SaslPlaintext => "sasl_plaintext",
        Protocol::SaslSsl => "sasl_ssl",
    };
    config.set("security.protocol", protocol);
    let files = [
        ("ssl.ca.location", &security.ca_file),
        ("ssl.certificate.location", &security.certificate_file),
        ("ssl.key.location", &security.key_file),
    ];
    for (name, file) in files {
        if let Some(file) = file {
            config.set(name, file.to_string_lossy());
        }
    }
    let Some(mechanism) = security.mechanism else { return Ok(()) };
    let mechanism = match mechanism {
        Mechanism::Plain => "PLAIN",
        Mechanism::ScramSha256 => "SCRAM-SHA-256",
        Mechanism::ScramSha512 => "SCRAM-SHA-512",
        // The token itself is handed over by the client's context, whenever it is asked for one.
        Mechanism::OauthBearer => "OAUTHBEARER",
    };
    config.set("sasl.mechanism", mechanism);
    if let Some(username) = &security.username {
        config.set("sasl.username", username);
    }
    if let Some(password) = security.password().map_err(|error| Refusal::Settings(format!("kafka: the password: {error}")))? {
        config.set("sasl.password", password.expose());
    }
    Ok(())
}

/// Returns a consumer that is given its partitions by hand. It names a group because librdkafka wants one; it never
/// joins it.
pub(in crate::kafka) fn reader(kafka: &Kafka, group: &str, isolation: Isolation) -> Result<ClientConfig, Refusal> {
    let mut config = client(kafka, "reader")?;
    let isolation = match isolation {
        Isolation::Committed => "read_committed",
        Isolation::Uncommitted => "read_uncommitted",
    };
    config.set("group.id", group).set("isolation.level", isolation).set("enable.partition.eof", "true");
    config.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
    // Where to begin is decided by the lane, never by a default.
    config.set("auto.offset.reset", "error");
    // Memory is bounded; with a bounded queue the default back-off of 1 s would cost most of the throughput.
    config.set("queued.min.messages", "20000").set("queued.max.messages.kbytes", "32768").set("fetch.queue.backoff.ms", "10");
    config.set("fetch.wait.max.ms", "100").set("socket.timeout.ms", "10000");
    Ok(config)
}

/// Returns the consumer of a lane. `report_ends`: tell when the end of a partition is reached.
pub(in crate::kafka) fn consumer(kafka: &Kafka, run: &Run, member: &Member, report_ends: bool) -> Result<ClientConfig, Refusal> {
    let mut config = reader(kafka, &member.group, Isolation::Committed)?;
    config.set("client.id", &member.transactional_id).set("enable.partition.eof", report_ends.to_string());
    if let Some(instance) = &member.instance {
        config.set("group.instance.id", instance);
    }
    // Eager assignment: all partitions are given up and taken anew, so there is one moment at which no transaction is open.
    config.set("partition.assignment.strategy", "range").set("statistics.interval.ms", INTERVAL_MS);
    config.set("session.timeout.ms", run.session_timeout.to_string());
    config.set("heartbeat.interval.ms", (run.session_timeout / 3).min(3_000).to_string());
    // How long the group waits for a member that does not give up its partitions.
    config.set("max.poll.interval.ms", run.session_timeout.max(60_000).to_string());
    Ok(config)
}

/// Of every producer, unless the settings say otherwise.
const WRITES: [(&str, &str); 2] = [("compression.type", "lz4"), ("linger.ms", "5")];

/// Of a producer that writes to our own topics alone. librdkafka's limit of five messages in flight to a partition counts
/// messages, and what waits behind them polls busily in some rounds at full load, which doubles the processor time of a
/// post. With batches as large as our topics take, and a pause for them to fill, a handover is one or two of them and
/// nothing waits; a shorter pause makes it worse.
const WRITES_MUCH: [(&str, &str); 4] = [WRITES[0], WRITES[1], ("batch.size", "2000000"), ("batch.num.messages", "100000")];

/// Returns the transactional producer of a lane.
pub(in crate::kafka) fn producer(kafka: &Kafka, run: &Run, member: &Member) -> Result<ClientConfig, Refusal> {
    transactional(kafka, run, member, &WRITES_MUCH)
}

/// Returns a transactional producer for the topics of feeds. Their brokers may take no batch above the usual 1 MB, so
/// it keeps to librdkafka's own.
pub(in crate::kafka) fn producer_to_feeds(kafka: &Kafka, run: &Run, member: &Member) -> Result<ClientConfig, Refusal> {
    transactional(kafka, run, member, &WRITES)
}

fn transactional(kafka: &Kafka, run: &Run, member: &Member, defaults: &[(&str, &str)]) -> Result<ClientConfig, Refusal> {
    let mut config = with_defaults(kafka, "producer", defaults)?;
    config.set("client.id", &member.transactional_id);
    config.set("transactional.id", &member.transactional_id).set("enable.idempotence", "true").set("acks", "all");
    // librdkafka refuses longer ones than the transaction's.
    let timeout = run.transaction_timeout.to_string();
    config.set("transaction.timeout.ms", &timeout).set("message.timeout.ms", &timeout);
    config.set("socket.timeout.ms", run.transaction_timeout.min(60_000).to_string());
    // A commit that took nearly this long may have been sent twice: see `transaction`.
    config.set("retry.backoff.ms", RETRY_BACKOFF_MS.to_string());
    config.set("statistics.interval.ms", INTERVAL_MS);
    config.set("partitioner", "murmur2_random").set("delivery.report.only.error", "true");
    Ok(config)
}

#[cfg(test)]
mod tests {
    use rdkafka::consumer::BaseConsumer;
    use rdkafka::producer::BaseProducer;

    use super::*;
    use crate::config::service::Service;

    /// The settings that a user gets with these options.
    fn service(options: &[(&str, &str)]) -> Service {
        let options: Vec<(String, String)> = options.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        Service::load(None, std::iter::empty(), &options).expect("settings")
    }

    fn check(config: &ClientConfig, expected: &[(&str, Option<&str>)]) {
        for &(name, value) in expected {
            assert_eq!(config.get(name), value, "{name}");
        }
    }

    #[test]
    fn each_client_has_what_exactly_once_needs() {
        let member = Member::new("g", None, 0, 7);
        let service = service(&[("kafka.brokers", "a:1,b:2")]);
        check(
            &consumer(&service.kafka, &service.run, &member, true).expect("a consumer"),
            &[
                ("bootstrap.servers", Some("a:1,b:2")),
                ("group.id", Some("g")),
                ("group.instance.id", None),
                ("enable.auto.commit", Some("false")),
                ("isolation.level", Some("read_committed")),
                ("auto.offset.reset", Some("error")),
                ("partition.assignment.strategy", Some("range")),
                ("session.timeout.ms", Some("6000")),
                ("heartbeat.interval.ms", Some("2000")),
                ("fetch.queue.backoff.ms", Some("10")),
            ],
        );
        check(
            &producer(&service.kafka, &service.run, &member).expect("a producer"),
            &[
                ("transactional.id", Some("g-0000000000000007-0")),
                ("transaction.timeout.ms", Some("5000")),
                ("message.timeout.ms", Some("5000")),
                ("socket.timeout.ms", Some("5000")),
                ("compression.type", Some("lz4")),
                ("linger.ms", Some("5")),
                ("batch.size", Some("2000000")),
                ("batch.num.messages", Some("100000")),
                ("partitioner", Some("murmur2_random")),
            ],
        );
        check(
            &producer_to_feeds(&service.kafka, &service.run, &member).expect("a producer"),
            &[("transactional.id", Some("g-0000000000000007-0")), ("compression.type", Some("lz4")), ("batch.size", None)],
        );
        check(&reader(&service.kafka, "g", Isolation::Uncommitted).expect("a reader"), &[("isolation.level", Some("read_uncommitted"))]);
    }

    #[test]
    fn identity_and_properties_are_passed_on() {
        let service = service(&[
            ("kafka.security.protocol", "sasl_ssl"),
            ("kafka.security.mechanism", "SCRAM-SHA-512"),
            ("kafka.security.username", "app"),
            ("kafka.security.password", "hush"),
            ("kafka.properties.linger_ms", "7"),
            ("kafka.properties.batch_size", "500000"),
        ]);
        let config = producer(&service.kafka, &service.run, &Member::new("g", None, 0, 0)).expect("a producer");
        check(
            &config,
            &[
                ("security.protocol", Some("sasl_ssl")),
                ("sasl.mechanism", Some("SCRAM-SHA-512")),
                ("sasl.username", Some("app")),
                ("sasl.password", Some("hush")),
                ("linger.ms", Some("7")),
                ("batch.size", Some("500000")),
            ],
        );
    }

    #[test]
    fn a_token_is_no_property() {
        let options = [
            ("kafka.security.protocol", "sasl_ssl"),
            ("kafka.security.mechanism", "OAUTHBEARER"),
            ("kafka.security.token_file", "/nowhere/token"),
        ];
        let config = client(&service(&options).kafka, "admin").expect("a client");
        check(&config, &[("sasl.mechanism", Some("OAUTHBEARER")), ("sasl.username", None), ("sasl.password", None)]);
    }

    #[test]
    fn librdkafka_knows_every_property() {
        let member = Member::new("g", Some("pod-0"), 0, 0);
        for timeout in ["1s", "15m"] {
            let service = service(&[("run.transaction_timeout", timeout), ("run.session_timeout", "30m")]);
            let _consumer: BaseConsumer =
                consumer(&service.kafka, &service.run, &member, false).expect("set").create().expect("a consumer");
            let _producer: BaseProducer = producer(&service.kafka, &service.run, &member).expect("set").create().expect("a producer");
        }
    }

    #[test]
    fn a_named_process_keeps_its_identity_and_an_unnamed_one_gets_its_own() {
        let check = |instance: Option<&str>, lane: usize, id: &str, static_id: Option<&str>| {
            let member = Member::new("g", instance, lane, 255);
            assert_eq!((member.transactional_id.as_str(), member.instance.as_deref()), (id, static_id));
        };
        check(None, 1, "g-00000000000000ff-1", None);
        check(Some("pod-0"), 1, "g-pod-0-1", Some("pod-0-1"));
    }
}
