//! How the program gets in: the three mechanisms over an encrypted listener of the real broker, and that a refused login
//! ends the start soon, with a sentence that says why.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use triage::config::service::Service;

use super::broker::{node, produce, service, service_without_topics, wait_until};
use super::process::outcomes;
use super::program::{Process, said, terminate, triage};
use super::stages::posts;

/// What tells us from others.
enum Login {
    Password { mechanism: &'static str, password: &'static str },
    Token(PathBuf),
}

/// `triage` with `arguments` on the encrypted listener, trusting the certificate in `trusted`.
fn secured(service: &Service, arguments: &[&str], login: &Login, trusted: &str) -> Command {
    let mut command = triage(service, arguments);
    let mut set = |name: &str, value: &Path| {
        command.env(format!("TRIAGE_KAFKA__{name}"), value);
    };
    set("BROKERS", Path::new(&node().secure));
    set("SECURITY__PROTOCOL", Path::new("sasl_ssl"));
    set("SECURITY__CA_FILE", &node().folder.join(trusted));
    match login {
        Login::Password { mechanism, password } => {
            set("SECURITY__MECHANISM", Path::new(mechanism));
            set("SECURITY__USERNAME", Path::new("app"));
            set("SECURITY__PASSWORD", Path::new(password));
        }
        Login::Token(file) => {
            set("SECURITY__MECHANISM", Path::new("OAUTHBEARER"));
            set("SECURITY__TOKEN_FILE", file);
        }
    }
    command
}

/// A file with an unsigned token that ends `seconds` from now.
fn token(name: &str, seconds: i64) -> Login {
    let file = node().folder.join(name);
    let now = chrono::Utc::now().timestamp();
    let payload = format!(r#"{{"sub":"app","iat":{},"exp":{}}}"#, now - 60, now + seconds);
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    std::fs::write(&file, format!("{}.{}.\n", part(r#"{"alg":"none"}"#), part(&payload))).expect("written");
    Login::Token(file)
}

fn password(mechanism: &'static str, password: &'static str) -> Login {
    Login::Password { mechanism, password }
}

#[test]
fn posts_go_through_with_every_mechanism() {
    for login in [password("PLAIN", "correct horse"), password("SCRAM-SHA-512", "correct horse"), token("good-token", 3_600)] {
        let service = service("login", 2);
        produce(&service.kafka, &service.topics.posts[0], posts(60, 6));
        let process = Process(secured(&service, &["run"], &login, "broker.pem").spawn().expect("triage starts"));
        wait_until("posts through an encrypted listener", || outcomes(&service) == 60);
        assert_eq!(terminate(process), Some(0));
    }
}

/// What a process says, as it says it.
fn follow(process: &mut Process) -> Arc<Mutex<String>> {
    let errors = process.0.stderr.take().expect("piped");
    let said = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&said);
    std::thread::spawn(move || {
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            eprintln!("{line}");
            heard.lock().unwrap().push_str(&line);
        }
    });
    said
}

#[test]
fn a_token_is_read_anew_before_it_ends() {
    const LIFE: i64 = 20;
    let service = service("renewal", 1);
    let begun = Instant::now();
    let login = token("renewed-token", LIFE);
    let mut command = secured(&service, &["run"], &login, "broker.pem");
    let mut process = Process(command.stderr(Stdio::piped()).spawn().expect("triage starts"));
    let said = follow(&mut process);
    let says = |what: &str| said.lock().unwrap().contains(what);
    produce(&service.kafka, &service.topics.posts[0], posts(20, 4));
    wait_until("posts with the first token", || outcomes(&service) == 20);
    let Login::Token(file) = login else { unreachable!() };
    std::fs::write(file, "no token").expect("written");
    wait_until("the file to be missed", || says("is not a JWT"));
    token("renewed-token", 3_600);
    wait_until("the file to be read again", || says("there is a valid token again"));
    // The listener throws out whoever does not log in again every few seconds.
    wait_until("the end of the first token", || begun.elapsed() > Duration::from_secs(LIFE as u64 + 1));
    produce(&service.kafka, &service.topics.posts[0], posts(40, 4).split_off(20));
    wait_until("posts with the second token", || outcomes(&service) == 40);
    assert_eq!(terminate(process), Some(0));
}

#[test]
fn a_refused_login_ends_the_start_with_the_reason() {
    let service = service("refused-login", 1);
    let check = |login: &Login, trusted: &str, reason: &str| {
        let begun = Instant::now();
        let mut command = secured(&service, &["run"], login, trusted);
        command.env("RUST_LOG", "error");
        let (code, text) = said(command);
        // Whoever renews a token may only be late; a broker that lets nobody in stays as it is.
        let renewed = matches!(login, Login::Token(_));
        assert_eq!(code, Some(if renewed { 69 } else { 77 }), "{text}");
        let sentence = text.lines().last().unwrap_or_default();
        assert!(sentence.starts_with("triage: kafka: no broker of ") && sentence.contains(reason), "{text}");
        assert!(!text.contains("wrong horse") && !text.contains("eyJ"), "{text}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    };
    let reason = "uthentication failed";
    check(&password("PLAIN", "wrong horse"), "broker.pem", reason);
    check(&password("SCRAM-SHA-512", "wrong horse"), "broker.pem", reason);
    check(
        &password("SCRAM-SHA-512", "correct horse"),
        "stranger.pem",
        "name the file with the signer's certificate as `ca_file` of [kafka.security]",
    );
    check(&token("expired-token", -30), "broker.pem", "has expired: whoever renews it must replace the file");
    check(&Login::Token(node().folder.join("no-token")), "broker.pem", "the token cannot be read");
}

#[test]
fn topics_are_made_with_a_password_and_only_counted_with_a_token() {
    let service = service_without_topics("login-topics", 2);
    let (by_token, by_password) = (token("topics-token", 3_600), password("SCRAM-SHA-512", "correct horse"));
    let topics = |login: &Login, action: &str| {
        let mut command = secured(&service, &["topics", action], login, "broker.pem");
        command.env("TRIAGE_TOPICS__PARTITIONS", "2").env("TRIAGE_TOPICS__REPLICATION", "1");
        command.args((action == "create").then_some("--inputs"));
        said(command)
    };
    let (code, text) = topics(&by_token, "create");
    assert!(code == Some(69) && text.contains("with OAUTHBEARER they cannot be made here"), "{text}");
    let (code, text) = topics(&by_password, "create");
    assert!(code == Some(0) && text.contains("9 topics made"), "{text}");
    let (code, text) = topics(&by_token, "check");
    assert!(code == Some(0) && text.contains("0 differences") && text.contains("were not compared"), "{text}");
}
