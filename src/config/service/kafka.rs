//! `[kafka]`: brokers, encryption, identity.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::super::reader::{Table, Value};
use crate::problem::{Problem, Spotted};

/// How to reach the brokers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kafka {
    /// `brokers`: `host:port` of some of them. Default `localhost:9092`.
    pub brokers: Vec<String>,
    /// `client_id`: how the program is called in the brokers' logs. Default `triage`.
    pub client_id: String,
    /// `[kafka.security]`: how the connection is protected and who we are. Default: neither.
    pub security: Security,
    /// `[kafka.properties]`: further settings of librdkafka, passed on as they are (`_` in a name stands for `.`).
    /// Default none.
    pub properties: BTreeMap<String, Secret>,
}

/// How the connection is protected, and how we say who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Security {
    /// `protocol`. Default plaintext.
    pub protocol: Protocol,
    /// `ca_file`: certificates of who may sign the brokers' (PEM). Default: those of the system.
    pub ca_file: Option<PathBuf>,
    /// `certificate_file`: our certificate (PEM), where brokers ask for one. Needs `key_file`.
    pub certificate_file: Option<PathBuf>,
    /// `key_file`: its private key (PEM).
    pub key_file: Option<PathBuf>,
    /// `mechanism`, for the two sasl protocols.
    pub mechanism: Option<Mechanism>,
    /// `username`, for PLAIN and SCRAM.
    pub username: Option<String>,
    /// `password`, for PLAIN and SCRAM; better given by variable or by `password_file`.
    pub password: Option<Secret>,
    /// `password_file`: file that holds the password and nothing else.
    pub password_file: Option<PathBuf>,
    /// `token_file`: file that holds the current token, for OAUTHBEARER.
    pub token_file: Option<PathBuf>,
}

/// Whether the connection is encrypted, and whether we say who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// Neither encryption nor identity.
    Plaintext,
    /// `ssl`: encryption, and our certificate where one is given.
    Ssl,
    /// `sasl_plaintext`: a login, not encrypted.
    SaslPlaintext,
    /// `sasl_ssl`: a login over an encrypted connection.
    SaslSsl,
}

/// How we log in, with one of the two sasl protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mechanism {
    /// User name and password as they are.
    Plain,
    /// Challenge and response with SHA-256.
    ScramSha256,
    /// Challenge and response with SHA-512.
    ScramSha512,
    /// A token from a file.
    OauthBearer,
}

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

const PROTOCOLS: [(&str, Protocol); 4] = [
    ("plaintext", Protocol::Plaintext),
    ("ssl", Protocol::Ssl),
    ("sasl_plaintext", Protocol::SaslPlaintext),
    ("sasl_ssl", Protocol::SaslSsl),
];

const MECHANISMS: [(&str, Mechanism); 4] = [
    ("PLAIN", Mechanism::Plain),
    ("SCRAM-SHA-256", Mechanism::ScramSha256),
    ("SCRAM-SHA-512", Mechanism::ScramSha512),
    ("OAUTHBEARER", Mechanism::OauthBearer),
];

/// Properties that the program sets itself: beginning of the name and what to use instead.
const RESERVED: [(&str, &str); 16] = [
    ("bootstrap.servers", "use `brokers` of [kafka]"),
    ("metadata.broker.list", "use `brokers` of [kafka]"),
    ("client.id", "use `client_id` of [kafka]"),
    ("security.protocol", "use [kafka.security]"),
    ("sasl.", "use [kafka.security]"),
    ("ssl.ca.location", "use [kafka.security]"),
    ("ssl.certificate.location", "use [kafka.security]"),
    ("ssl.key.location", "use [kafka.security]"),
    ("group.", "use `group`, `instance` and `session_timeout` of [run]"),
    ("session.timeout.ms", "use `session_timeout` of [run]"),
    ("transaction.timeout.ms", "use `transaction_timeout` of [run]"),
    ("auto.offset.reset", "use `start` of [run]"),
    ("transactional.id", "the program sets it: no post is lost or judged twice"),
    ("enable.", "the program sets it: no post is lost or judged twice"),
    ("isolation.level", "the program sets it: no post is lost or judged twice"),
    ("partitioner", "the program sets it: every post of a customer must go to one partition"),
];

impl Kafka {
    pub(super) fn read(table: Table<'_>) -> Kafka {
        let brokers = read_brokers(&table.optional("brokers"));
        let client_id = table.optional("client_id").string().unwrap_or_else(|| "triage".to_owned());
        let security = Security::read(table.section("security"));
        let mut properties = BTreeMap::new();
        read_properties(&table.section("properties"), "", &mut properties);
        table.finish();
        Kafka { brokers, client_id, security, properties }
    }
}

impl Security {
    /// Returns the password, read from its file where that is how it is given; without the line end there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn password(&self) -> std::io::Result<Option<Secret>> {
        match &self.password_file {
            Some(file) => Secret::read(file).map(Some),
            None => Ok(self.password.clone()),
        }
    }

    fn read(table: Table<'_>) -> Security {
        let values = Values {
            protocol: table.optional("protocol"),
            ca_file: table.optional("ca_file"),
            certificate_file: table.optional("certificate_file"),
            key_file: table.optional("key_file"),
            mechanism: table.optional("mechanism"),
            username: table.optional("username"),
            password: table.optional("password"),
            password_file: table.optional("password_file"),
            token_file: table.optional("token_file"),
        };
        table.finish();
        let security = Security {
            protocol: values.protocol.one_of(&PROTOCOLS).unwrap_or(Protocol::Plaintext),
            ca_file: values.ca_file.path(),
            certificate_file: values.certificate_file.path(),
            key_file: values.key_file.path(),
            mechanism: values.mechanism.one_of(&MECHANISMS),
            username: values.username.string(),
            password: values.password.string().map(Secret),
            password_file: values.password_file.path(),
            token_file: values.token_file.path(),
        };
        values.check_encryption(&security);
        values.check_identity(&security);
        security
    }
}

/// The values of `[kafka.security]` with their places, for checks of one against another.
struct Values<'a> {
    protocol: Value<'a>,
    ca_file: Value<'a>,
    certificate_file: Value<'a>,
    key_file: Value<'a>,
    mechanism: Value<'a>,
    username: Value<'a>,
    password: Value<'a>,
    password_file: Value<'a>,
    token_file: Value<'a>,
}

impl Values<'_> {
    fn check_encryption(&self, security: &Security) {
        let reporter = self.protocol.reporter();
        for (one, other, missing) in
            [(&self.certificate_file, &self.key_file, "key_file"), (&self.key_file, &self.certificate_file, "certificate_file")]
        {
            if one.is_present() && !other.is_present() {
                reporter.error(&one.spot(), format!("`{missing}` is missing: a certificate and its key belong together"));
            }
        }
        if matches!(security.protocol, Protocol::Plaintext | Protocol::SaslPlaintext) {
            for file in [&self.ca_file, &self.certificate_file, &self.key_file] {
                if file.is_present() {
                    let problem = Problem::error(&file.spot(), "certificates are of no use to a protocol without encryption");
                    reporter.report(problem.hint("set `protocol` to \"ssl\" or \"sasl_ssl\""));
                }
            }
            if security.mechanism == Some(Mechanism::Plain) {
                let problem = Problem::warning(&self.mechanism.spot(), "the password travels over the network unencrypted");
                reporter.report(problem.hint("set `protocol` to \"sasl_ssl\""));
            }
        }
    }

    fn check_identity(&self, security: &Security) {
        let reporter = self.protocol.reporter();
        let sasl = matches!(security.protocol, Protocol::SaslPlaintext | Protocol::SaslSsl);
        if sasl && !self.mechanism.is_present() {
            let problem = Problem::error(&self.protocol.spot(), "this protocol needs a `mechanism`");
            reporter.report(problem.hint(format!("one of {}", MECHANISMS.map(|(name, _)| name).join(", "))));
        }
        if !sasl {
            for value in [&self.mechanism, &self.username, &self.password, &self.password_file, &self.token_file] {
                if value.is_present() {
                    let problem = Problem::error(&value.spot(), "the protocol asks nobody who they are, so this is of no use");
                    reporter.report(problem.hint("set `protocol` to \"sasl_ssl\""));
                }
            }
            return;
        }
        if self.password.is_present() && self.password_file.is_present() {
            reporter.error(&self.password_file.spot(), "give either `password` or `password_file`, not both");
        }
        let password = self.password.is_present() || self.password_file.is_present();
        let needed: &[(&str, bool)] = match security.mechanism {
            Some(Mechanism::OauthBearer) => &[("token_file", self.token_file.is_present())],
            Some(_) => &[("username", self.username.is_present()), ("password_file` or `password", password)],
            None => &[],
        };
        for (name, _) in needed.iter().filter(|(_, present)| !present) {
            reporter.error(&self.mechanism.spot(), format!("this mechanism needs `{name}`"));
        }
    }
}

impl Secret {
    pub(super) fn new(text: String) -> Self {
        Secret(text)
    }

    /// Reads a file that holds nothing else, without the line end there.
    pub(super) fn read(file: &Path) -> std::io::Result<Self> {
        Ok(Secret(fs_err::read_to_string(file)?.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Returns the text, for the one who needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

fn read_brokers(value: &Value<'_>) -> Vec<String> {
    if !value.is_present() {
        return vec!["localhost:9092".to_owned()];
    }
    let brokers = value.spotted_strings();
    if brokers.is_empty() {
        value.reporter().error(&value.spot(), "at least one broker is needed");
    }
    for Spotted { value: broker, spot } in &brokers {
        let port = broker.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(1..))) {
            value
                .reporter()
                .report(Problem::error(spot, format!("`{broker}` is not a broker")).hint("write host:port, such as kafka-1:9092"));
        }
    }
    brokers.into_iter().map(|broker| broker.value).collect()
}

/// Reads the table and, because `a.b = 1` without quotes makes tables of a name, those below it.
fn read_properties(table: &Table<'_>, above: &str, properties: &mut BTreeMap<String, Secret>) {
    for (Spotted { value: key, spot }, value) in table.entries() {
        let name = format!("{above}{}", key.replace('_', "."));
        if value.is_table() {
            if let Some(table) = value.table() {
                read_properties(&table, &format!("{name}."), properties);
            }
        } else if let Some((_, instead)) = RESERVED.iter().find(|(reserved, _)| is_reserved(&name, reserved)) {
            value.reporter().report(Problem::error(&spot, format!("the property `{name}` cannot be set here")).hint(*instead));
        } else if let Some(text) = value.scalar() {
            properties.insert(name, Secret(text));
        }
    }
}

fn is_reserved(name: &str, reserved: &str) -> bool {
    if reserved.ends_with('.') { name.starts_with(reserved) } else { name == reserved }
}
