//! What the brokers allow the program: with the rights that it prints it works, and `topics check` names one that
//! is missing.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use triage::config::service::Service;

use super::broker::{bootstrap, node, produce, service, wait_until};
use super::process::outcomes;
use super::program::{Process, terminate, triage};
use super::stages::posts;

/// No command takes longer to find out that something is not allowed.
const LIMIT: Duration = Duration::from_secs(60);

/// `triage` as a user who may do only what ACLs allow.
fn guest(service: &Service, arguments: &[&str]) -> Command {
    let mut command = triage(service, arguments);
    command.env("TRIAGE_KAFKA__BROKERS", &node().secure).env("TRIAGE_KAFKA__SECURITY__PROTOCOL", "sasl_ssl");
    command.env("TRIAGE_KAFKA__SECURITY__CA_FILE", node().folder.join("broker.pem"));
    command.env("TRIAGE_KAFKA__SECURITY__MECHANISM", "PLAIN").env("TRIAGE_KAFKA__SECURITY__USERNAME", "guest");
    command.env("TRIAGE_KAFKA__SECURITY__PASSWORD", "battery staple");
    command.env("TRIAGE_TOPICS__PARTITIONS", "1").env("TRIAGE_TOPICS__REPLICATION", "1").env("RUST_LOG", "warn");
    command
}

/// Runs it to its end, which must come; exit code and what it says. No code if it had to be killed.
fn said(mut command: Command) -> (Option<i32>, String) {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let mut process = Process(child);
    let begun = Instant::now();
    while process.0.try_wait().expect("a status").is_none() && begun.elapsed() < LIMIT {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    process.kill();
    let code = process.0.wait().expect("a status").code();
    let mut text = String::new();
    process.0.stdout.take().expect("a pipe").read_to_string(&mut text).expect("text");
    process.0.stderr.take().expect("a pipe").read_to_string(&mut text).expect("text");
    (code, text)
}

/// A command as the program prints it, with `--add` or `--remove`, by somebody who may do everything.
fn kafka_acls(printed: &str, action: &str) {
    let arguments = printed.strip_prefix("kafka-acls ").expect("a command").replace("--add", action).replace(&node().secure, bootstrap());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kafka/broker.sh");
    let mut command = Command::new(script);
    command.args(["tool", "org.apache.kafka.tools.AclCommand"]).args(arguments.split(' '));
    command.args((action == "--remove").then_some("--force"));
    let output = command.output().expect("broker.sh runs");
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn with_the_printed_rights_it_works_and_one_that_is_missing_is_named() {
    let service = service("rights", 1);
    let (code, text) = said(guest(&service, &["run"]));
    assert!(code == Some(77) && text.contains("triage: kafka: not allowed to see topic "), "{text}");

    let (code, text) = said(guest(&service, &["topics", "acls"]));
    assert_eq!(code, Some(0), "{text}");
    let commands: Vec<&str> = text.lines().collect();
    commands.iter().for_each(|command| kafka_acls(command, "--add"));
    let (code, text) = said(guest(&service, &["topics", "check"]));
    assert!(code == Some(0) && text.contains("0 missing rights"), "{text}");

    produce(&service.kafka, &service.topics.posts[0], posts(40, 4));
    let process = Process(guest(&service, &["run"]).spawn().expect("triage starts"));
    wait_until("posts by the rights that are printed", || outcomes(&service) == 40);
    assert_eq!(terminate(process), Some(0));

    let prefixed = "--resource-pattern-type prefixed";
    let group = &service.run.group;
    let cases = [
        (
            format!("--operation Write --topic {}", service.topics.agents),
            format!("no right to write to topic {}: grant Write", service.topics.agents),
        ),
        (format!("--operation Read --group {group}- {prefixed}"), format!("no right to commit as group {group}-triage: grant Read")),
        (
            format!("--operation Write --operation Describe --transactional-id {group}- {prefixed}"),
            format!("transactional producer {group}-"),
        ),
    ];
    let mut fed = 40;
    for (right, named) in cases {
        let right = format!("kafka-acls --bootstrap-server {} --add --allow-principal User:guest {right}", node().secure);
        kafka_acls(&right, "--remove");
        let (code, text) = said(guest(&service, &["topics", "check"]));
        assert!(code == Some(1) && text.contains(&named), "{right}: {text}");
        // What only comes up with a post comes up then: with the first of an author, which goes to the agents.
        fed += 20;
        produce(&service.kafka, &service.topics.posts[0], posts(fed, fed).split_off(fed - 20));
        let (code, text) = said(guest(&service, &["run"]));
        assert!(code == Some(77) && text.contains("triage: kafka: not allowed to ") && text.contains(&named), "{right}: {text}");
        kafka_acls(&right, "--add");
    }
}
