//! `[kafka]`: brokers, encryption, identity.

mod properties;

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
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
    /// `[kafka.properties]`: further settings of librdkafka, those of a list, passed on as they are (`_` in a name
    /// stands for `.`).
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
    /// `allow_cleartext_login`: log in without encryption at brokers of other machines too. Default no.
    pub allow_cleartext_login: bool,
    /// `allow_unverified_brokers`: [`Kafka::properties`] may say that nobody looks who the brokers are. Default no.
    pub allow_unverified_brokers: bool,
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

/// No password is longer, in bytes.
const MAX_SECRET_BYTES: u64 = 65_536;

/// The rights of users who are neither the owner of a file nor of its group.
const OTHERS: u32 = 0o007;

impl Kafka {
    pub(super) fn read(table: Table<'_>) -> Kafka {
        let brokers = read_brokers(&table.optional("brokers"));
        let client_id = table.optional("client_id").string().unwrap_or_else(|| "triage".to_owned());
        let security = Security::read(table.section("security"), &brokers);
        let mut properties = BTreeMap::new();
        properties::read(&table.section("properties"), security.allow_unverified_brokers, "", &mut properties);
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

    fn read(table: Table<'_>, brokers: &[String]) -> Security {
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
            allow_cleartext_login: table.optional("allow_cleartext_login"),
        };
        let allow_unverified_brokers = table.optional("allow_unverified_brokers").bool().unwrap_or(false);
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
            allow_cleartext_login: values.allow_cleartext_login.bool().unwrap_or(false),
            allow_unverified_brokers,
        };
        values.check_encryption(&security);
        values.check_cleartext(&security, brokers);
        values.check_identity(&security);
        values.check_secrecy(&security);
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
    allow_cleartext_login: Value<'a>,
}

impl Values<'_> {
    /// A login without encryption can be read by everybody on the way, and what is on the way is not ours.
    fn check_cleartext(&self, security: &Security, brokers: &[String]) {
        let elsewhere = brokers.iter().find(|broker| !is_loopback(broker));
        let Some(broker) = elsewhere.filter(|_| security.protocol == Protocol::SaslPlaintext) else { return };
        let spot = self.protocol.spot();
        self.protocol.reporter().report(if security.allow_cleartext_login {
            let spot = self.allow_cleartext_login.spot();
            Problem::warning(
                &spot,
                format!("the login at `{broker}` can be read by everybody on the way, as `allow_cleartext_login` allows"),
            )
        } else {
            let problem = Problem::error(&spot, format!("the login at `{broker}` would go over the network unencrypted"));
            problem.hint("set `protocol` to \"sasl_ssl\"; or consent with `allow_cleartext_login = true` in [kafka.security]")
        });
    }

    /// Secrets that every user of the machine can read.
    fn check_secrecy(&self, security: &Security) {
        let secrets = [
            (&self.key_file, &security.key_file),
            (&self.password_file, &security.password_file),
            (&self.token_file, &security.token_file),
        ];
        for (value, file) in secrets {
            let Some(found) = file.as_ref().and_then(|file| fs_err::metadata(file).ok()) else { continue };
            if found.is_file() && found.permissions().mode() & OTHERS != 0 {
                let problem = Problem::warning(&value.spot(), "every user of this machine can read this secret");
                self.protocol.reporter().report(problem.hint("take the rights of others away: `chmod o= FILE`"));
            }
        }
    }

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
        let mut text = String::new();
        fs_err::File::open(file)?.take(MAX_SECRET_BYTES).read_to_string(&mut text)?;
        Ok(Secret(text.trim_end_matches(['\r', '\n']).to_owned()))
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

/// Whether a broker, as `host:port`, is on this machine.
fn is_loopback(broker: &str) -> bool {
    let host = broker.rsplit_once(':').map_or(broker, |(host, _)| host).trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
