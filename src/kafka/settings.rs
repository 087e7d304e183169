//! Settings of the Kafka clients: how to reach the brokers, and what a consumer, a transactional producer, a reader of
//! the journal and an administrator are created with.
//!
//! Every property that exactly-once depends on is set here and cannot be overridden. Knows no file and no environment:
//! whoever reads the configuration fills in [`Connection`].

use std::collections::BTreeMap;
use std::fmt;

use rdkafka::ClientConfig;

use super::refusal::Refusal;

/// How long a transaction may last before the broker aborts it, in milliseconds: after a crash of an unnamed process
/// readers stand still that long.
pub const TRANSACTION_TIMEOUT_MS: u32 = 5_000;

/// The broker takes a member that has not been heard of for this long, in milliseconds, out of its group.
pub const SESSION_TIMEOUT_MS: u32 = 8_000;

/// The largest record we write, in bytes, and what the topics we create allow beyond it. An input of the usual limit
/// (1 MB) fits in together with the headers that say why it is a dead letter.
pub const MAX_RECORD_BYTES: u32 = 2_000_000;

/// How to reach the brokers.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// `host:port`, separated by commas.
    pub brokers: String,
    /// Encryption and authentication.
    pub security: Security,
    /// PEM file with the authority that signed the brokers' certificates; without one the system's.
    pub ca_file: Option<String>,
    /// PEM file with our certificate, where brokers ask for one.
    pub cert_file: Option<String>,
    /// PEM file with the key of our certificate.
    pub key_file: Option<String>,
    /// Passphrase of that key.
    pub key_password: Option<Secret>,
    /// How we authenticate; needed with [`Security::SaslPlaintext`] and [`Security::SaslSsl`].
    pub mechanism: Option<Mechanism>,
    /// User name (PLAIN, SCRAM).
    pub username: Option<String>,
    /// Password (PLAIN, SCRAM).
    pub password: Option<Secret>,
    /// Further properties of librdkafka, for all clients.
    pub properties: BTreeMap<String, String>,
}

/// Text that must not be printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Encryption and authentication of the connections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Security {
    /// Neither.
    #[default]
    Plaintext,
    /// Encrypted.
    Ssl,
    /// Authenticated.
    SaslPlaintext,
    /// Encrypted and authenticated.
    SaslSsl,
}

impl Security {
    /// All values, in the order of the documentation.
    pub const ALL: [Security; 4] = [Security::Plaintext, Security::Ssl, Security::SaslPlaintext, Security::SaslSsl];

    /// The name in configuration, which is librdkafka's.
    pub fn name(self) -> &'static str {
        match self {
            Security::Plaintext => "plaintext",
            Security::Ssl => "ssl",
            Security::SaslPlaintext => "sasl_plaintext",
            Security::SaslSsl => "sasl_ssl",
        }
    }

    fn authenticates(self) -> bool {
        matches!(self, Security::SaslPlaintext | Security::SaslSsl)
    }
}

/// How we authenticate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// User name and password in the clear.
    Plain,
    /// Challenge and response, SHA-256.
    ScramSha256,
    /// Challenge and response, SHA-512.
    ScramSha512,
    /// A token; how it is got is said by `properties` (`sasl.oauthbearer.*`).
    OAuthBearer,
}

impl Mechanism {
    /// All values, in the order of the documentation.
    pub const ALL: [Mechanism; 4] = [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512, Mechanism::OAuthBearer];

    /// The name in configuration, which is Kafka's.
    pub fn name(self) -> &'static str {
        match self {
            Mechanism::Plain => "PLAIN",
            Mechanism::ScramSha256 => "SCRAM-SHA-256",
            Mechanism::ScramSha512 => "SCRAM-SHA-512",
            Mechanism::OAuthBearer => "OAUTHBEARER",
        }
    }
}

/// A client's place in its consumer group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The consumer group.
    pub group: String,
    /// A name that outlives the process, for static membership; `None`: the broker invents one each time.
    pub instance: Option<String>,
    /// Identity of the transactions; must be the instance's own, or random.
    pub transactional_id: String,
}

impl Member {
    /// Lane `lane` of a process in `group`. With the process's `instance` name a restarted process ends its own hung
    /// transaction at once and keeps its partitions; without one two processes must not be able to fence each other,
    /// so the identity is `random`.
    pub fn new(group: &str, instance: Option<&str>, lane: usize, random: u64) -> Self {
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

/// Properties that exactly-once rests on, or that have a setting of their own.
const OURS: [&str; 22] = [
    "acks",
    "auto.offset.reset",
    "bootstrap.servers",
    "delivery.report.only.error",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "group.protocol",
    "isolation.level",
    "metadata.broker.list",
    "partition.assignment.strategy",
    "partitioner",
    "request.required.acks",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.password",
    "sasl.username",
    "security.protocol",
    "transactional.id",
];

impl Connection {
    /// Whether the settings fit together and name nothing that must not be changed.
    pub fn check(&self) -> Result<(), Refusal> {
        let refuse = |what: String| Err(Refusal::Settings(what));
        if self.brokers.trim().is_empty() {
            return refuse("kafka: `brokers` is empty: give one or more host:port".into());
        }
        if let Some(name) = self.properties.keys().find(|name| OURS.contains(&name.as_str())) {
            return refuse(format!("kafka: the property `{name}` cannot be set: the service depends on its own value"));
        }
        if self.security.authenticates() && self.mechanism.is_none() {
            return refuse(format!("kafka: security `{}` needs a `mechanism`", self.security.name()));
        }
        if self.mechanism.is_some() && !self.security.authenticates() {
            return refuse(format!("kafka: `mechanism` has no effect with security `{}`: use sasl_ssl", self.security.name()));
        }
        if self.cert_file.is_some() != self.key_file.is_some() {
            return refuse("kafka: `cert_file` and `key_file` belong together: give both or neither".into());
        }
        Ok(())
    }

    /// What every client has; `who` is its name in the brokers' logs.
    pub fn client(&self, who: &str) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers).set("client.id", who).set("security.protocol", self.security.name());
        config.set("allow.auto.create.topics", "false");
        config.set("socket.keepalive.enable", "true").set("topic.metadata.refresh.interval.ms", "60000");
        config.set("reconnect.backoff.max.ms", "2000").set("message.max.bytes", MAX_RECORD_BYTES.to_string());
        let mut optional = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                config.set(name, value);
            }
        };
        optional("ssl.ca.location", self.ca_file.as_deref());
        optional("ssl.certificate.location", self.cert_file.as_deref());
        optional("ssl.key.location", self.key_file.as_deref());
        optional("ssl.key.password", self.key_password.as_ref().map(|secret| secret.0.as_str()));
        optional("sasl.mechanism", self.mechanism.map(Mechanism::name));
        optional("sasl.username", self.username.as_deref());
        optional("sasl.password", self.password.as_ref().map(|secret| secret.0.as_str()));
        for (name, value) in &self.properties {
            config.set(name, value);
        }
        config
    }

    /// The consumer of a lane. `report_ends`: tell when the end of a partition is reached.
    pub fn consumer(&self, member: &Member, report_ends: bool) -> ClientConfig {
        let mut config = self.reader(&member.group, Isolation::Committed);
        config.set("client.id", &member.transactional_id).set("enable.partition.eof", report_ends.to_string());
        if let Some(instance) = &member.instance {
            config.set("group.instance.id", instance);
        }
        // Eager assignment: all partitions are given up and taken anew, so there is one moment at which no transaction is open.
        config.set("partition.assignment.strategy", "range");
        config.set("session.timeout.ms", SESSION_TIMEOUT_MS.to_string()).set("heartbeat.interval.ms", "2000");
        // How long the group waits for a member that does not give up its partitions.
        config.set("max.poll.interval.ms", "60000");
        config
    }

    /// A consumer that is given its partitions by hand. It names a group because librdkafka wants one; it never joins it.
    pub fn reader(&self, group: &str, isolation: Isolation) -> ClientConfig {
        let mut config = self.client(group);
        config.set("group.id", group).set("isolation.level", isolation.name()).set("enable.partition.eof", "true");
        config.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
        // Where to begin is decided by the lane, never by a default.
        config.set("auto.offset.reset", "error");
        // Memory is bounded; with a bounded queue the default back-off of 1 s would cost most of the throughput.
        config.set("queued.min.messages", "20000").set("queued.max.messages.kbytes", "32768").set("fetch.queue.backoff.ms", "10");
        config.set("fetch.wait.max.ms", "100").set("socket.timeout.ms", "10000");
        config
    }

    /// The transactional producer of a lane.
    pub fn producer(&self, member: &Member) -> ClientConfig {
        let timeout = TRANSACTION_TIMEOUT_MS.to_string();
        let mut config = self.client(&member.transactional_id);
        config.set("transactional.id", &member.transactional_id).set("enable.idempotence", "true").set("acks", "all");
        // librdkafka refuses longer ones than the transaction's.
        config.set("transaction.timeout.ms", &timeout).set("message.timeout.ms", &timeout).set("socket.timeout.ms", &timeout);
        // A commit that took nearly this long may have been sent twice: see `transaction`.
        config.set("retry.backoff.ms", RETRY_BACKOFF_MS.to_string());
        config.set("compression.type", "lz4").set("partitioner", "murmur2_random");
        config.set("linger.ms", "1").set("delivery.report.only.error", "true");
        config
    }
}

/// Pause before a request is sent again, in milliseconds.
pub const RETRY_BACKOFF_MS: u32 = 500;

/// Which records a reader sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isolation {
    /// Only those whose transaction was committed.
    Committed,
    /// All; used to learn where a partition ends, open transactions included.
    Uncommitted,
}

impl Isolation {
    fn name(self) -> &'static str {
        match self {
            Isolation::Committed => "read_committed",
            Isolation::Uncommitted => "read_uncommitted",
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::consumer::BaseConsumer;
    use rdkafka::producer::BaseProducer;

    use super::*;

    fn sasl() -> Connection {
        Connection {
            brokers: "b:9093".into(),
            security: Security::SaslSsl,
            mechanism: Some(Mechanism::ScramSha512),
            username: Some("app".into()),
            password: Some(Secret("hush".into())),
            ..Connection::default()
        }
    }

    #[test]
    fn each_client_has_what_exactly_once_needs() {
        let member = Member::new("g", None, 0, 7);
        let connection = Connection { brokers: "a:1,b:2".into(), ..Connection::default() };
        let check = |config: &ClientConfig, expected: &[(&str, Option<&str>)]| {
            for &(name, value) in expected {
                assert_eq!(config.get(name), value, "{name}");
            }
        };
        check(
            &connection.consumer(&member, true),
            &[
                ("bootstrap.servers", Some("a:1,b:2")),
                ("group.id", Some("g")),
                ("group.instance.id", None),
                ("enable.auto.commit", Some("false")),
                ("isolation.level", Some("read_committed")),
                ("auto.offset.reset", Some("error")),
                ("partition.assignment.strategy", Some("range")),
                ("fetch.queue.backoff.ms", Some("10")),
            ],
        );
        check(
            &connection.producer(&member),
            &[
                ("transactional.id", Some("g-0000000000000007-0")),
                ("transaction.timeout.ms", Some("5000")),
                ("message.timeout.ms", Some("5000")),
                ("socket.timeout.ms", Some("5000")),
                ("compression.type", Some("lz4")),
                ("partitioner", Some("murmur2_random")),
            ],
        );
        check(&connection.reader("g", Isolation::Uncommitted), &[("isolation.level", Some("read_uncommitted"))]);
        check(
            &sasl().client("c"),
            &[
                ("security.protocol", Some("sasl_ssl")),
                ("sasl.mechanism", Some("SCRAM-SHA-512")),
                ("sasl.username", Some("app")),
                ("sasl.password", Some("hush")),
            ],
        );
    }

    #[test]
    fn librdkafka_knows_every_property() {
        let member = Member::new("g", Some("pod-0"), 0, 0);
        let connection = Connection { security: Security::Plaintext, mechanism: None, ..sasl() };
        let _consumer: BaseConsumer = connection.consumer(&member, false).create().expect("consumer");
        let _producer: BaseProducer = connection.producer(&member).create().expect("producer");
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

    #[test]
    fn settings_that_do_not_fit_are_refused() {
        let check = |change: fn(&mut Connection), part: Option<&str>| {
            let mut connection = sasl();
            change(&mut connection);
            let said = connection.check().err().map(|refusal| refusal.to_string());
            match (&said, part) {
                (Some(said), Some(part)) => assert!(said.contains(part), "{said}"),
                (said, part) => assert_eq!(said.as_deref(), part),
            }
        };
        check(|_| (), None);
        check(|c| c.brokers.clear(), Some("`brokers` is empty"));
        check(|c| c.mechanism = None, Some("needs a `mechanism`"));
        check(|c| c.security = Security::Ssl, Some("`mechanism` has no effect"));
        check(|c| c.cert_file = Some("c.pem".into()), Some("belong together"));
        check(|c| drop(c.properties.insert("isolation.level".into(), "read_uncommitted".into())), Some("`isolation.level`"));
        check(|c| drop(c.properties.insert("debug".into(), "cgrp".into())), None);
    }

    #[test]
    fn secrets_are_not_printed() {
        assert!(!format!("{:?}", sasl()).contains("hush"));
    }
}
