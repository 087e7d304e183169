//! What the client library says of a connection that fails, in a sentence with the cause and the name of our own key.
//!
//! Goes by its words, which are its own only interface for this. Knows no client.

/// Words of the client library or of its TLS library, and what they mean. The first that fits holds.
const CAUSES: [(&[&str], &str); 10] = [
    (
        &["Failed to resolve", "Name or service not known"],
        "the name of the broker cannot be resolved: look at `brokers` of [kafka], and at what the brokers call themselves (advertised.listeners)",
    ),
    (
        &["connecting to a SSL listener?"],
        "the broker hangs up on a connection without encryption: `protocol` of [kafka.security] must be \"ssl\" or \"sasl_ssl\" for this port",
    ),
    (
        &["connecting to a PLAINTEXT broker listener?", "wrong version number", "packet length too long", "record layer failure"],
        "what listens there does not encrypt: name the port of the encrypted listener in `brokers` of [kafka], or change `protocol` of [kafka.security]",
    ),
    (
        &["client SSL authentication might be required", "certificate required", "bad certificate", "alert unknown ca"],
        "the broker does not take our certificate, or asks for one: look at `certificate_file` and `key_file` of [kafka.security]",
    ),
    (
        &["certificate verify failed", "Failed to verify broker certificate", "broker certificate could not be verified"],
        "the broker's certificate is not to be trusted: look at `ca_file` of [kafka.security]",
    ),
    (
        &["might require SASL authentication"],
        "the broker hangs up on clients that do not log in: `protocol` of [kafka.security] must be \"sasl_ssl\" for this port",
    ),
    (
        &["Unsupported SASL mechanism", "mechanism handshake failed", "not supported by broker"],
        "the broker does not know this way to log in: look at `mechanism` of [kafka.security]",
    ),
    (
        &["Authentication failed", "authentication failed", "Invalid username or password", "invalid credentials"],
        "the broker refuses the login: look at `username` and `password_file` of [kafka.security], or at the token in `token_file`",
    ),
    (&["Connection refused"], "nobody listens there: the broker is down, or host or port in `brokers` of [kafka] is another one"),
    (
        &["timed out", "No route to host", "Network is unreachable"],
        "nobody answers there: look at the network, and at host and port in `brokers` of [kafka]",
    ),
];

/// Returns what `words` of the client library mean; `None` where they say nothing that a person could mend.
pub(in crate::kafka) fn cause(words: &str) -> Option<&'static str> {
    let found = CAUSES.iter().find(|(signs, _)| signs.iter().any(|sign| words.contains(sign)));
    found.map(|&(_, sentence)| sentence)
}

/// Returns `words` behind what they mean.
pub(in crate::kafka) fn explained(words: &str) -> String {
    cause(words).map_or_else(|| words.to_owned(), |cause| format!("{cause} ({words})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_client_says_is_told_with_the_key_to_look_at() {
        let check = |words: &str, expected: &str| {
            let said = explained(words);
            assert!(said.contains(expected) && said.contains(words), "{said}");
        };
        check("kafka-9:9092/bootstrap: Failed to resolve 'kafka-9:9092': Name or service not known", "`brokers` of [kafka]");
        check("127.0.0.1:9/bootstrap: Connect to ipv4#127.0.0.1:9 failed: Connection refused", "nobody listens there");
        check(
            "Disconnected: requesting ApiVersion: might be caused by incorrect security.protocol configuration (connecting to a SSL listener?)",
            "must be \"ssl\" or \"sasl_ssl\"",
        );
        check("SSL handshake failed: Disconnected: connecting to a PLAINTEXT broker listener?", "does not encrypt");
        check("SSL handshake failed: error:0A00010B:SSL routines::wrong version number", "does not encrypt");
        check(
            "SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify \
             that ssl.ca.location is correctly configured",
            "`ca_file` of [kafka.security]",
        );
        check("SASL authentication error: Authentication failed: Invalid username or password", "`password_file`");
        assert_eq!(explained("something else"), "something else");
    }
}
