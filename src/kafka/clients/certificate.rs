//! Why the certificate of a broker is not to be trusted. The client library says only that it is not, so the broker is asked
//! once more, by the TLS library itself, which says why. Nothing is sent to it but the beginning of a handshake.

use std::net::{TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode};

use crate::config::service::Kafka;

/// How long a broker may take for each step.
const PATIENCE: Duration = Duration::from_secs(3);

/// Numbers of OpenSSL's `X509_V_ERR_*`, and what they mean.
const REASONS: [(&[i32], &str); 5] = [
    (&[10], "the broker's certificate has expired: whoever runs the broker must renew it"),
    (&[9], "the broker's certificate is not valid yet: compare the clocks, or ask whoever runs the broker"),
    (
        &[62, 64],
        "the broker's certificate is for another host name: write the name that it is for into `brokers` of [kafka], which must also be \
         the one that the broker calls itself (advertised.listeners)",
    ),
    (
        &[2, 18, 19, 20, 21],
        "the signer of the broker's certificate is unknown: name the file with the signer's certificate as `ca_file` of [kafka.security]",
    ),
    (&[23], "the broker's certificate was revoked: ask whoever runs the broker"),
];

/// Returns what is wrong with the certificate of the first broker that shows one; `None` where nothing is, or nobody answers.
pub(in crate::kafka) fn distrust(kafka: &Kafka) -> Option<String> {
    kafka.brokers.iter().find_map(|broker| Some(format!("{broker}: {}", said_of(&errors(kafka, broker)?)?)))
}

fn said_of(errors: &[i32]) -> Option<&'static str> {
    let of = |error: &i32| REASONS.iter().find(|(numbers, _)| numbers.contains(error)).map(|&(_, reason)| reason);
    errors.iter().find_map(of)
}

/// Begins a handshake with `broker` that trusts whoever answers, and returns what there was to be said against it.
fn errors(kafka: &Kafka, broker: &str) -> Option<Vec<i32>> {
    let (host, _) = broker.rsplit_once(':')?;
    let address = broker.to_socket_addrs().ok()?.next()?;
    let stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let mut connector = SslConnector::builder(SslMethod::tls_client()).ok()?;
    if let Some(file) = &kafka.security.ca_file {
        connector.set_ca_file(file).ok()?;
    }
    let found = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&found);
    connector.set_verify_callback(SslVerifyMode::PEER, move |fine, certificate| {
        if !fine {
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(certificate.error().as_raw());
        }
        true
    });
    // It may want a certificate of ours, and end: what it showed was looked at by then.
    let _ = connector.build().connect(host.trim_matches(['[', ']']), stream);
    let errors = found.lock().unwrap_or_else(PoisonError::into_inner);
    Some(errors.clone())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::path::Path;

    use openssl::asn1::Asn1Time;
    use openssl::bn::BigNum;
    use openssl::hash::MessageDigest;
    use openssl::pkey::{PKey, Private};
    use openssl::rsa::Rsa;
    use openssl::ssl::SslAcceptor;
    use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
    use openssl::x509::{X509, X509NameBuilder};

    use super::*;
    use crate::config::service::Service;

    /// A certificate for `host` from `from` to `until`, seconds since the epoch, that signs itself.
    fn certificate(key: &PKey<Private>, host: &str, from: i64, until: i64) -> X509 {
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", host).unwrap();
        let name = name.build();
        let mut made = X509::builder().unwrap();
        made.set_version(2).unwrap();
        made.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
        made.set_subject_name(&name).unwrap();
        made.set_issuer_name(&name).unwrap();
        made.set_pubkey(key).unwrap();
        made.set_not_before(&Asn1Time::from_unix(from).unwrap()).unwrap();
        made.set_not_after(&Asn1Time::from_unix(until).unwrap()).unwrap();
        made.append_extension(BasicConstraints::new().ca().build().unwrap()).unwrap();
        let named = SubjectAlternativeName::new().dns(host).build(&made.x509v3_context(None, None)).unwrap();
        made.append_extension(named).unwrap();
        made.sign(key, MessageDigest::sha256()).unwrap();
        made.build()
    }

    /// What is said of a broker that shows `shown` to a client that trusts `trusted`.
    fn said(key: &PKey<Private>, shown: &X509, trusted: Option<&Path>) -> Option<String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).unwrap();
        acceptor.set_private_key(key).unwrap();
        acceptor.set_certificate(shown).unwrap();
        let acceptor = acceptor.build();
        let server = std::thread::spawn(move || drop(acceptor.accept(listener.accept().unwrap().0)));
        let mut options = vec![("kafka.brokers", format!("localhost:{port}")), ("kafka.security.protocol", "ssl".to_owned())];
        options.extend(trusted.map(|file| ("kafka.security.ca_file", file.display().to_string())));
        let options: Vec<(String, String)> = options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let found = distrust(&Service::load(None, std::iter::empty(), &options).unwrap().kafka);
        server.join().unwrap();
        found
    }

    #[test]
    fn the_cause_is_told_with_the_key_to_look_at() {
        let folder = tempfile::tempdir().unwrap();
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let (year, far) = (1_700_000_000, 4_000_000_000);
        let check = |host: &str, from: i64, until: i64, known: bool, expected: Option<&str>| {
            let shown = certificate(&key, host, from, until);
            let file = folder.path().join("ca.pem");
            let stranger = certificate(&PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap(), "orang-lain", year, far);
            std::fs::write(&file, if known { &shown } else { &stranger }.to_pem().unwrap()).unwrap();
            let said = said(&key, &shown, Some(&file));
            assert_eq!(said.is_some(), expected.is_some(), "{said:?}");
            assert!(said.is_none_or(|said| said.contains(expected.unwrap())), "{expected:?}");
        };
        check("localhost", year, far, true, None);
        check("localhost", year, year + 1, true, Some("has expired"));
        check("localhost", far - 1, far, true, Some("is not valid yet"));
        check("kafka-1.contoh.id", year, far, true, Some("another host name"));
        check("localhost", year, far, false, Some("`ca_file` of [kafka.security]"));
        assert!(said(&key, &certificate(&key, "localhost", year, far), None).unwrap().contains("the signer of the broker's certificate"));
    }
}
