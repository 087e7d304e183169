//! A day of an operator: the program on an encrypted listener of the real broker with the least rights; everything that can
//! be wrong around it is broken once, what the program says is read, and it is mended. The snapshot holds every sentence.
//!
//! `cargo test --release --test e2e operator` plays it with the binary as it ships.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;
use tempfile::TempDir;
use triage::config::service::Service;

use super::broker::{Record, bootstrap, consume, node, produce, service_without_topics, wait_until};
use super::process::outcomes;
use super::program::{Process, ended, said, terminate, triage_with};
use super::reload::{NO_COMPLAINT, change};
use super::ruleset::Rules;
use super::stages::posts;

/// Topics, rules, and what has been said so far.
struct Day {
    service: Service,
    rules: Rules,
    folder: TempDir,
    told: String,
    fed: usize,
}

impl Day {
    fn begin() -> Self {
        let service = service_without_topics("operator", 1);
        Day { service, rules: Rules::copy(), folder: TempDir::new().expect("a folder"), told: String::new(), fed: 0 }
    }

    /// `triage` as the service's user, who may do only what ACLs allow.
    fn guest(&self, arguments: &[&str]) -> Command {
        self.user(arguments, "PLAIN", "guest", "battery staple")
    }

    /// The same as somebody who may do everything.
    fn admin(&self, arguments: &[&str]) -> Command {
        self.user(arguments, "SCRAM-SHA-512", "app", "correct horse")
    }

    fn user(&self, arguments: &[&str], mechanism: &str, name: &str, password: &str) -> Command {
        let secret = self.folder.path().join(name);
        write_secret(&secret, password, 0o600);
        let mut command = triage_with(&self.rules.path(), &self.service, arguments);
        command.env("TRIAGE_KAFKA__BROKERS", &node().secure).env("TRIAGE_KAFKA__SECURITY__PROTOCOL", "sasl_ssl");
        command.env("TRIAGE_KAFKA__SECURITY__CA_FILE", node().folder.join("broker.pem"));
        command.env("TRIAGE_KAFKA__SECURITY__MECHANISM", mechanism).env("TRIAGE_KAFKA__SECURITY__USERNAME", name);
        command.env("TRIAGE_KAFKA__SECURITY__PASSWORD_FILE", secret).env("RUST_LOG", "warn");
        command.env("TRIAGE_TOPICS__PARTITIONS", "1").env("TRIAGE_TOPICS__REPLICATION", "1");
        command
    }

    fn note(&mut self, text: &str) {
        self.told.push_str(text);
        self.told.push('\n');
    }

    /// Lets `command` run to its end and notes the exit code and what it says, under `title`. Returns what it said.
    fn runs(&mut self, title: &str, command: Command) -> String {
        let shown: Vec<String> = command.get_args().map(|one| one.to_string_lossy().into_owned()).collect();
        let shown = shown.split(|argument| argument == "--config").next().unwrap_or_default().join(" ");
        let (code, text) = said(command);
        let text = self.clean(&text);
        self.note(&format!(
            "# {title}\n$ triage {}\n{}exit {}\n",
            self.clean(&shown).trim_end(),
            text,
            code.map_or("killed".into(), |code| code.to_string())
        ));
        text
    }

    /// `triage run` that goes on, as the guest; what it logs goes to a file.
    fn starts(&mut self, title: &str, name: &str) -> (Process, PathBuf) {
        let log = self.folder.path().join(name);
        let mut command = self.guest(&["run"]);
        command.stderr(Stdio::from(fs_err::File::create(&log).expect("a log").into_file())).stdout(Stdio::null());
        self.note(&format!("# {title}\n$ triage run &\n"));
        (Process(command.spawn().expect("triage starts")), log)
    }

    /// Waits until the log says `part` and notes that line.
    fn hears(&mut self, title: &str, log: &Path, part: &str) {
        let line = || fs_err::read_to_string(log).expect("a log").lines().find(|line| line.contains(part)).map(str::to_owned);
        wait_until(part, || line().is_some());
        let line = self.clean(&line().unwrap_or_default());
        self.note(&format!("# {title}\n{line}"));
    }

    /// Feeds posts of so many authors and waits for their verdicts.
    fn feeds(&mut self, count: usize, authors: usize) {
        self.sends(count, authors);
        let fed = self.fed;
        wait_until("verdicts", || outcomes(&self.service) == fed);
        self.note(&format!("# {count} posts: judged\n"));
    }

    fn sends(&mut self, count: usize, authors: usize) {
        self.fed += count;
        produce(&self.service.kafka, &self.service.topics.posts[0], posts(self.fed, authors).split_off(self.fed - count));
    }

    /// What was said without what differs from day to day, and without what the client library says.
    fn clean(&self, text: &str) -> String {
        let group = &self.service.run.group;
        let mut text =
            text.replace(&format!("{group}."), "").replace(group, "GROUP").replace(&node().secure, "BROKER").replace(bootstrap(), "BROKER");
        text =
            text.replace(&self.rules.path().display().to_string(), "config").replace(&self.folder.path().display().to_string(), "FOLDER");
        text = text.replace(&node().folder.display().to_string(), "SECRETS");
        for (pattern, by) in [
            (r"\d{4}-\d\d-\d\d(T| )\d\d:\d\d(:\d\d(\.\d+)?)?(Z| UTC)?\s*", ""),
            (r"\b[0-9a-f]{12}\b", "HASH"),
            (r"\b\d+(\.\d+)?\s?(ms|µs|s|seconds?)\b", "TIME"),
            (r" \(after TIME in state.*", ""),
            // Columns are as wide as the topics' names.
            (r"(?m)^(  \S+/\d+|  partition)  +", "$1  "),
            // Markers of transactions count, too.
            (r"inbox/0/\d+", "inbox/0/N"),
            (r"(inbox/0\s+0\s+)\d+", "${1}N"),
            (r"127\.0\.0\.1:\d+", "ADDRESS"),
        ] {
            text = Regex::new(pattern).expect("a pattern").replace_all(&text, by).into_owned();
        }
        // The sentence at the end says the same as the warnings before it, of which there are now more, now fewer.
        let repeated = [" librdkafka", "WARN kafka: ", "ERROR kafka: a lane has given up"];
        let ours = |line: &&str| !repeated.iter().any(|part| line.contains(part));
        text.lines().filter(ours).map(|line| format!("{}\n", line.trim_end())).collect()
    }
}

impl Drop for Day {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.told);
        }
    }
}

fn write_secret(file: &Path, text: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs_err::write(file, format!("{text}\n")).expect("written");
    fs_err::set_permissions(file, std::fs::Permissions::from_mode(mode)).expect("set");
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

impl Day {
    fn right(&self, right: &str) -> String {
        format!("kafka-acls --bootstrap-server {} --add --allow-principal User:guest {right}", node().secure)
    }

    /// Before the first post: who we are, topics, rights.
    fn sets_up(&mut self) {
        let mut command = self.guest(&["run"]);
        command.env("TRIAGE_KAFKA__BROKER", "kafka:9092");
        self.runs("A variable is mistyped", command);
        let refused = self.user(&["run"], "PLAIN", "guest", "wrong horse");
        self.runs("The password is wrong", refused);
        let mut command = self.guest(&["run"]);
        command.env("TRIAGE_KAFKA__SECURITY__CA_FILE", node().folder.join("stranger.pem"));
        self.runs("The certificate is somebody else's", command);
        let mut command = self.guest(&["run"]);
        let open = self.folder.path().join("open");
        write_secret(&open, "battery staple", 0o644);
        command.env("TRIAGE_KAFKA__SECURITY__PASSWORD_FILE", open);
        self.runs("Others can read the password, and nobody has made the topics", command);
        let create = self.guest(&["topics", "create", "--inputs"]);
        self.runs("The service's user may not make topics", create);
        let create = self.admin(&["topics", "create", "--inputs"]);
        self.runs("Somebody who may makes them", create);
        let check = self.guest(&["topics", "check"]);
        self.runs("Nothing is granted yet", check);
        let (_, printed) = said(self.guest(&["topics", "acls"]));
        printed.lines().for_each(|command| kafka_acls(command, "--add"));
        let acls = self.guest(&["topics", "acls"]);
        self.runs("What is printed is granted", acls);
        let check = self.guest(&["topics", "check"]);
        self.runs("Now nothing is missing", check);
    }

    /// Bad feeds and bad rules, while it runs.
    fn is_disturbed(&mut self, log: &Path) {
        let broken = [("k", "{\"name\": 1"), ("k", "{\"not\": \"ours\"}"), ("k", "")];
        let records = broken.map(|(key, value)| Record { timestamp: 1_763_000_000_001, ..Record::new(key, value) });
        produce(&self.service.kafka, &self.service.topics.posts[0], records);
        let letters = || consume(&self.service.kafka, &self.service.topics.dead_letters, "read_committed").len();
        wait_until("dead letters", || letters() == broken.len());
        let list = self.admin(&["dead-letters", "list"]);
        self.runs("Three records of a feed cannot be read", list);
        change(&self.rules, "[time]", "[time");
        self.hears("A mistake in the rules", log, "the rules have errors");
        let check = self.guest(&["check"]);
        self.runs("Where it is", check);
        change(&self.rules, "[time", "[time]");
        self.feeds(10, 5);
        change(&self.rules, "[[classes]]", NO_COMPLAINT);
        self.hears("Rules under which nobody would look at most posts", log, "[reload.guard] allows");
        let second = self.guest(&["run"]);
        self.runs("A second process does not take them either", second);
        let text = fs_err::read_to_string(self.rules.document()).expect("rules").replacen(NO_COMPLAINT, "[[classes]]", 1);
        self.rules.write(&text);
        self.feeds(10, 5);
    }

    /// The brokers take a moment until they go by what was granted or taken away: until `topics check` ends with `code`.
    fn waits_for_rights(&self, code: i32) {
        wait_until("the rights to be in force", || said(self.guest(&["topics", "check"])).0 == Some(code));
    }

    /// Rights that are taken away from a process that runs, and from the next one.
    fn loses_rights(&mut self, process: Process) {
        let prefixed = "--resource-pattern-type prefixed";
        let group = self.service.run.group.clone();
        let cases = [
            ("to write to a topic", format!("--operation Write --topic {}", self.service.topics.agents)),
            ("to commit", format!("--operation Read --group {group}- {prefixed}")),
            ("to have transactions", format!("--operation Write --operation Describe --transactional-id {group}- {prefixed}")),
        ];
        let mut running = Some(process);
        for (what, right) in cases {
            let right = self.right(&right);
            kafka_acls(&right, "--remove");
            self.waits_for_rights(1);
            // What only comes up with a post for the agents comes up then: with the first of an author.
            self.sends(20, 1_000);
            if let Some(process) = running.take() {
                let code = ended(process);
                self.note(&format!("# The right {what} is taken away: the process that runs\nexit {}\n", code.unwrap_or(-1)));
            }
            let check = self.guest(&["topics", "check"]);
            self.runs(&format!("The right {what} is missing"), check);
            let run = self.guest(&["run"]);
            self.runs("A process that starts", run);
            kafka_acls(&right, "--add");
            self.waits_for_rights(0);
        }
    }
}

#[test]
fn a_day_of_an_operator() {
    let mut day = Day::begin();
    day.sets_up();
    let (process, log) = day.starts("It runs", "first");
    day.feeds(60, 5);
    day.is_disturbed(&log);
    day.loses_rights(process);
    let mut other = day.admin(&["run", "--stage", "ingest"]);
    other.env("TRIAGE_RUN__GROUP", format!("{}-other", day.service.run.group));
    day.runs("Another group would write the inbox a second time", other);
    let mut command = day.guest(&["run"]);
    command.stderr(Stdio::from(fs_err::OpenOptions::new().write(true).open("/dev/full").expect("a full disk").into_file()));
    day.note("# The rights are back, and the disk with the log is full\n$ triage run 2>/dev/full &\n");
    let process = Process(command.stdout(Stdio::null()).spawn().expect("triage starts"));
    day.feeds(20, 1_000);
    let code = terminate(process);
    day.note(&format!("# SIGTERM\nexit {}\n", code.unwrap_or(-1)));
    let account = day.admin(&["reconcile", "--stage", "both"]);
    day.runs("Every record has its outcome", account);
    insta::assert_snapshot!("a_day_of_an_operator", day.told);
}
