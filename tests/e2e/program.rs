//! Starts and ends the program as a process of its own, against the topics and the group of a test.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use triage::config::service::Service;

use super::broker::{PATIENCE, wait_until};

/// A process that does not outlive its test.
pub struct Process(pub Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    /// SIGKILL.
    pub fn kill(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A folder with the shipped rules, but that their clocks stand still: the tests' posts are of other days, and what comes of
/// them must not depend on this one.
pub fn shipped() -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(concat!(env!("CARGO_CRATE_NAME"), "-config"));
        drop(fs_err::remove_dir_all(&folder));
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &folder);
        let rules = fs_err::read_to_string(folder.join("rules.toml")).expect("rules");
        assert!(rules.contains("clocks = true"), "the clocks run as delivered");
        fs_err::write(folder.join("rules.toml"), rules.replacen("clocks = true", "clocks = false", 1)).expect("written");
        folder
    });
    FOLDER.clone()
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("made");
    for entry in fs_err::read_dir(from).expect("read").map(|entry| entry.expect("an entry").path()) {
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs_err::copy(&entry, &target).expect("copied");
        }
    }
}

/// `triage` with `arguments`, the shipped rules, and the topics and the group of `service`.
pub fn triage(service: &Service, arguments: &[&str]) -> Command {
    triage_with(&shipped(), service, arguments)
}

/// The same with the rules in `config`.
pub fn triage_with(config: &Path, service: &Service, arguments: &[&str]) -> Command {
    program_with(Path::new(env!("CARGO_BIN_EXE_triage")), config, service, arguments)
}

/// The same of another build of the program.
pub fn program_with(program: &Path, config: &Path, service: &Service, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).arg("--config").arg(config);
    // Those are for the tests, and the program would wonder about them.
    command.env_remove("TRIAGE_LONG").env_remove("TRIAGE_TEST_KAFKA");
    command.env("TRIAGE_KAFKA__BROKERS", service.kafka.brokers.join(",")).env("TRIAGE_RUN__START", "earliest");
    let prefix = service.topics.inbox.trim_end_matches("inbox");
    command.env("TRIAGE_TOPICS__OUTPUT_PREFIX", prefix).env("TRIAGE_TOPICS__POSTS", &service.topics.posts[0]);
    command.env("TRIAGE_TOPICS__CASE_EVENTS", &service.topics.case_events).env("TRIAGE_RUN__GROUP", &service.run.group);
    command.env("TRIAGE_RUN__TRANSACTION_INTERVAL", "20ms");
    if let Some(handoff) = &service.topics.handoff {
        command.env("TRIAGE_HANDOFF__ENABLED", "true").env("TRIAGE_TOPICS__HANDOFF", handoff);
    }
    command
}

/// Runs it to its end, which must come; exit code and what it says. No code if it had to be killed.
pub fn said(mut command: Command) -> (Option<i32>, String) {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    let mut process = Process(child);
    let begun = Instant::now();
    while process.0.try_wait().expect("a status").is_none() && begun.elapsed() < PATIENCE {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    process.kill();
    let code = process.0.wait().expect("a status").code();
    let mut text = String::new();
    process.0.stdout.take().expect("a pipe").read_to_string(&mut text).expect("text");
    process.0.stderr.take().expect("a pipe").read_to_string(&mut text).expect("text");
    (code, text)
}

/// What a command printed as JSON, and its exit code.
pub fn json(service: &Service, arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let output = triage(service, &[arguments, &["--format", "json"]].concat()).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no JSON from {arguments:?}: {said}"));
    (output.status.code(), value)
}

/// `triage run`.
pub fn start(service: &Service, instance: Option<&str>) -> Process {
    let mut command = triage(service, &["run"]);
    command.args(instance.map(|name| format!("--instance={name}")));
    Process(command.stdout(Stdio::null()).spawn().expect("triage starts"))
}

/// SIGTERM; the exit code.
pub fn terminate(process: Process) -> Option<i32> {
    let sent = Command::new("kill").args(["-TERM", &process.0.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    ended(process)
}

/// Waits for the end; the exit code.
pub fn ended(mut process: Process) -> Option<i32> {
    let mut status = None;
    wait_until("the end of the process", || {
        status = process.0.try_wait().expect("a status");
        status.is_some()
    });
    status.and_then(|status| status.code())
}
