//! The token of OAUTHBEARER: read from its file whenever librdkafka asks for one, so that whoever renews it only has to
//! replace the file.
//!
//! Knows no broker. A token is never part of a message.

use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rdkafka::client::OAuthToken;
use serde::Deserialize;

use crate::config::service::{Kafka, Mechanism};

/// No token is longer, in bytes.
const MAX_TOKEN_BYTES: u64 = 1_000_000;

/// Where a client gets its token; without `token_file` nowhere.
pub(in crate::kafka) struct Login {
    file: Option<PathBuf>,
    /// Why there is no token now.
    failure: Mutex<Option<String>>,
}

/// What we need of a token's payload.
#[derive(Deserialize)]
struct Claims {
    /// Brokers may know the principal by another claim, and they decide: ours is only a name.
    #[serde(default)]
    sub: String,
    /// Seconds since 1970, fractions allowed.
    exp: f64,
}

impl Login {
    pub(in crate::kafka) fn new(kafka: &Kafka) -> Self {
        Login { file: kafka.security.token_file.clone(), failure: Mutex::new(None) }
    }

    /// Reads the token that the file holds now. What keeps it from being one is logged once, not at every further try, and
    /// is the error.
    pub(in crate::kafka) fn token(&self) -> Result<OAuthToken, Box<dyn Error>> {
        let result = match &self.file {
            Some(file) => read(file, chrono::Utc::now().timestamp_millis()),
            None => Err("`token_file` of [kafka.security] is not set".to_owned()),
        };
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        match &result {
            Ok(_) if failure.is_some() => tracing::info!(target: "kafka", "there is a valid token again"),
            Err(now) if failure.as_ref() != Some(now) => tracing::error!(target: "kafka", "no login: {now}"),
            _ => (),
        }
        *failure = result.as_ref().err().cloned();
        Ok(result?)
    }

    /// Returns why there was no token when it was asked for last; `None`: there was one, or nobody has asked.
    pub(in crate::kafka) fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Returns whether the brokers are told who we are by a token.
pub(in crate::kafka) fn by_token(kafka: &Kafka) -> bool {
    kafka.security.mechanism == Some(Mechanism::OauthBearer)
}

fn read(file: &Path, now: i64) -> Result<OAuthToken, String> {
    let mut text = String::new();
    let opened = fs_err::File::open(file).and_then(|file| file.take(MAX_TOKEN_BYTES).read_to_string(&mut text));
    opened.map_err(|error| format!("the token cannot be read ({error}): put a token where `token_file` says"))?;
    parse(text.trim(), now).map_err(|what| format!("the token in {} {what}", file.display()))
}

/// Returns the token `text`; an error if it is none, or ends before `now` (milliseconds since the epoch).
fn parse(text: &str, now: i64) -> Result<OAuthToken, String> {
    let wrong = || "is not a JWT with an `exp`: put the token itself there, three parts with points between".to_owned();
    let mut parts = text.split('.');
    let (Some(_), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(wrong());
    };
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| wrong())?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| wrong())?;
    let lifetime_ms = (claims.exp * 1_000.0) as i64;
    if lifetime_ms <= now {
        return Err("has expired: whoever renews it must replace the file".to_owned());
    }
    Ok(OAuthToken { token: text.to_owned(), principal_name: claims.sub, lifetime_ms })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::service::Service;

    const NOW: i64 = 1_763_000_000_000;

    fn token(payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.", part(r#"{"alg":"none"}"#), part(payload))
    }

    #[test]
    fn principal_and_lifetime_come_from_the_payload() {
        let check = |payload: &str, principal: &str, lifetime: i64| {
            let text = token(payload);
            let parsed = parse(&text, NOW).unwrap_or_else(|error| panic!("{payload}: {error}"));
            assert_eq!((parsed.principal_name.as_str(), parsed.lifetime_ms, parsed.token), (principal, lifetime, text));
        };
        check(r#"{"sub":"app","exp":1763000060}"#, "app", 1_763_000_060_000);
        check(r#"{"sub":"app","exp":1763000060.5,"scope":["a"]}"#, "app", 1_763_000_060_500);
        check(r#"{"azp":"app","exp":1763000060}"#, "", 1_763_000_060_000);
    }

    #[test]
    fn what_is_no_valid_token_is_said_without_showing_it() {
        let check = |text: &str, part: &str| {
            let said = parse(text, NOW).err().expect("refused");
            assert!(said.contains(part) && !said.contains("c2VjcmV0"), "{said}");
        };
        check("", "is not a JWT");
        check("c2VjcmV0", "is not a JWT");
        check("a.c2VjcmV0.b.c", "is not a JWT");
        check("a.c2VjcmV0!.b", "is not a JWT");
        check("a.c2VjcmV0.b", "is not a JWT");
        check(&token(r#"{"sub":"app"}"#), "is not a JWT with an `exp`");
        check(&token(r#"{"sub":"app","exp":1763000000}"#), "has expired");
    }

    #[test]
    fn the_file_is_read_each_time_and_the_failure_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token");
        let options = [
            ("kafka.security.protocol", "sasl_ssl"),
            ("kafka.security.mechanism", "OAUTHBEARER"),
            ("kafka.security.token_file", file.to_str().expect("text")),
        ];
        let options = options.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let kafka = Service::load(None, std::iter::empty(), &options).expect("settings").kafka;
        let login = Login::new(&kafka);
        assert!(by_token(&kafka) && login.failure().is_none());
        assert!(login.token().is_err());
        assert!(login.failure().is_some_and(|why| why.starts_with("the token cannot be read")));
        fs_err::write(&file, token(r#"{"sub":"app","exp":99999999999}"#) + "\n").expect("written");
        assert_eq!(login.token().expect("a token").principal_name, "app");
        assert_eq!(login.failure(), None);
    }
}
