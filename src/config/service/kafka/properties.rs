//! `[kafka.properties]`: which settings of librdkafka may be passed on (D125). Those of connections, batches and fetches; none that
//! loads code, writes elsewhere, opens a door, or that exactly-once or our own keys depend on.

use std::collections::BTreeMap;

use super::super::super::reader::{Table, Value};
use super::Secret;
use crate::problem::{Problem, Spotted, did_you_mean};

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

/// What may be passed on.
pub(super) const ALLOWED: [&str; 52] = [
    "socket.keepalive.enable",
    "socket.timeout.ms",
    "socket.send.buffer.bytes",
    "socket.receive.buffer.bytes",
    "socket.nagle.disable",
    "socket.max.fails",
    "socket.connection.setup.timeout.ms",
    "connections.max.idle.ms",
    "broker.address.ttl",
    "broker.address.family",
    "client.dns.lookup",
    "client.rack",
    "reconnect.backoff.ms",
    "reconnect.backoff.max.ms",
    "metadata.max.age.ms",
    "topic.metadata.refresh.interval.ms",
    "topic.metadata.refresh.fast.interval.ms",
    "topic.metadata.refresh.sparse",
    "topic.metadata.propagation.max.ms",
    "metadata.recovery.strategy",
    "metadata.recovery.rebootstrap.trigger.ms",
    "retry.backoff.ms",
    "retry.backoff.max.ms",
    "max.in.flight",
    "receive.message.max.bytes",
    "message.copy.max.bytes",
    "linger.ms",
    "queue.buffering.max.ms",
    "queue.buffering.max.messages",
    "queue.buffering.max.kbytes",
    "batch.size",
    "batch.num.messages",
    "compression.type",
    "compression.codec",
    "compression.level",
    "sticky.partitioning.linger.ms",
    "fetch.wait.max.ms",
    "fetch.queue.backoff.ms",
    "fetch.message.max.bytes",
    "max.partition.fetch.bytes",
    "fetch.max.bytes",
    "fetch.min.bytes",
    "fetch.error.backoff.ms",
    "queued.min.messages",
    "queued.max.messages.kbytes",
    "check.crcs",
    "api.version.request.timeout.ms",
    "ssl.cipher.suites",
    "ssl.curves.list",
    "ssl.sigalgs.list",
    "ssl.crl.location",
    "ssl.key.password",
];

/// Properties with a value that lets anybody pass for a broker.
const CHECKS: [(&str, &str); 2] = [("ssl.endpoint.identification.algorithm", "none"), ("enable.ssl.certificate.verification", "false")];

/// Reads the table and, because `a.b = 1` without quotes makes tables of a name, those below it.
pub(super) fn read(table: &Table<'_>, unverified: bool, above: &str, properties: &mut BTreeMap<String, Secret>) {
    for (Spotted { value: key, spot }, value) in table.entries() {
        let name = format!("{above}{}", key.replace('_', "."));
        if value.is_table() {
            if let Some(table) = value.table() {
                read(&table, unverified, &format!("{name}."), properties);
            }
            continue;
        }
        if let Some((_, weak)) = CHECKS.iter().find(|(checks, _)| *checks == name) {
            let Some(text) = value.scalar() else { continue };
            if text.eq_ignore_ascii_case(weak) {
                report_weak(&value, &name, unverified);
            }
            properties.insert(name, Secret(text));
        } else if let Some((_, instead)) = RESERVED.iter().find(|(reserved, _)| is_reserved(&name, reserved)) {
            value.reporter().report(Problem::error(&spot, format!("the property `{name}` cannot be set here")).hint(*instead));
        } else if !ALLOWED.contains(&name.as_str()) {
            let near = did_you_mean(&name, ALLOWED);
            let hint =
                near.map_or_else(|| "triage.toml as shipped lists those that can".to_owned(), |near| format!("did you mean `{near}`?"));
            value.reporter().report(Problem::error(&spot, format!("the property `{name}` cannot be set here")).hint(hint));
        } else if let Some(text) = value.scalar() {
            properties.insert(name, Secret(text));
        }
    }
}

/// Reports that nobody looks who the brokers are.
fn report_weak(value: &Value<'_>, name: &str, allowed: bool) {
    let what = format!("`{name}` lets whoever is on the way pass for the brokers, and read the login");
    value.reporter().report(if allowed {
        Problem::warning(&value.spot(), format!("{what}, as `allow_unverified_brokers` allows"))
    } else {
        let hint = "name the certificate's signer in `ca_file`; or consent with `allow_unverified_brokers = true` in [kafka.security]";
        Problem::error(&value.spot(), what).hint(hint)
    });
}

fn is_reserved(name: &str, reserved: &str) -> bool {
    if reserved.ends_with('.') { name.starts_with(reserved) } else { name == reserved }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_document_lists_what_may_be_set() {
        let shipped = include_str!("../../../../config/triage.toml");
        let listed = shipped.split("[kafka.properties]").next().unwrap().split("# Further settings of librdkafka").nth(1).unwrap();
        let words: Vec<&str> = listed.split_whitespace().map(|word| word.trim_end_matches([',', '.'])).collect();
        for name in ALLOWED {
            assert!(words.contains(&name), "{name} is not described");
        }
    }

    #[test]
    fn the_client_knows_what_may_be_set() {
        let mut config = rdkafka::ClientConfig::new();
        assert!(ALLOWED.iter().chain(CHECKS.iter().map(|(name, _)| name)).all(|name| {
            config.set(*name, "");
            // Values are another matter.
            !matches!(config.create_native_config(), Err(error) if error.to_string().contains("No such configuration property"))
        }));
    }
}
