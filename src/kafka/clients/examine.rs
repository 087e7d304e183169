//! Whether clients can be made of the settings: known properties, values that go together, certificates and passwords that
//! can be read. No broker is asked.

use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaResult;
use rdkafka::producer::BaseProducer;

use super::context::{Deliveries, Plain};
use super::settings::{self, Member};
use crate::config::service::Service;
use crate::kafka::errors::refusal::Refusal;

/// Returns everything that keeps the clients of a lane from being made; nothing if they can be.
pub fn examine(service: &Service) -> Vec<Refusal> {
    let Service { kafka, run, .. } = service;
    let member = Member::new(&run.group, run.instance.as_deref(), 0, 0);
    let consumer = settings::consumer(kafka, run, &member, false).and_then(|mut config| {
        let made: KafkaResult<BaseConsumer<Plain>> = config.remove("bootstrap.servers").create_with_context(Plain::new(kafka));
        made.map(drop).map_err(|error| Refusal::unusable(&error))
    });
    let producer = settings::producer(kafka, run, &member).and_then(|mut config| {
        let made: KafkaResult<BaseProducer<Deliveries>> = config.remove("bootstrap.servers").create_with_context(Deliveries::new(kafka));
        made.map(drop).map_err(|error| Refusal::unusable(&error))
    });
    let mut found: Vec<Refusal> = [consumer, producer].into_iter().filter_map(Result::err).collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_client_can_be_made_of_is_said() {
        let check = |options: &[(&str, &str)], expected: &[&str]| {
            let options: Vec<(String, String)> = options.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
            let service = Service::load(None, std::iter::empty(), &options).expect("settings");
            let found: Vec<String> = examine(&service).iter().map(ToString::to_string).collect();
            assert!(found.len() == expected.len() && found.iter().zip(expected).all(|(all, part)| all.contains(part)), "{found:?}");
        };
        let ssl = ("kafka.security.protocol", "ssl");
        check(&[], &[]);
        check(&[("kafka.properties.linger_ms", "5")], &[]);
        check(&[("kafka.properties.linger_ms", "viel")], &["linger.ms"]);
        check(&[ssl, ("kafka.security.ca_file", "/nowhere/ca.pem")], &["ssl.ca.location"]);
        let login = [("kafka.security.protocol", "sasl_ssl"), ("kafka.security.mechanism", "PLAIN"), ("kafka.security.username", "app")];
        check(&[&login[..], &[("kafka.security.password_file", "/nowhere/password")]].concat(), &["the password"]);
        check(&[&login[..], &[("kafka.security.password", "hush")]].concat(), &[]);
        let token = [("kafka.security.protocol", "sasl_ssl"), ("kafka.security.mechanism", "OAUTHBEARER")];
        check(&[&token[..], &[("kafka.security.token_file", "/nowhere/token")]].concat(), &[]);
    }
}
