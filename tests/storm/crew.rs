//! The processes of a group, each with a log of its own.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use triage::config::service::Service;

use super::broker::wait_until;
use super::calm::{wait_for_all, wait_for_closed};
use super::load::Load;
use super::oracle::{Findings, examine};
use super::program::{Process, program_with, shipped};

/// A process that is told to end has so long.
const GRACE: Duration = Duration::from_secs(10);

/// Starts processes and remembers what they said.
pub struct Crew<'a> {
    pub service: &'a Service,
    test: &'static str,
    logs: PathBuf,
    started: usize,
    transaction_timeout: &'static str,
    environment: Vec<(&'static str, String)>,
    rules: PathBuf,
    program: PathBuf,
}

impl<'a> Crew<'a> {
    /// For `service`; dead processes' transactions are given up after `transaction_timeout`.
    pub fn new(service: &'a Service, test: &'static str, transaction_timeout: &'static str) -> Self {
        let logs = std::env::temp_dir().join(format!("triage-storm-{}-{test}", std::process::id()));
        std::fs::create_dir_all(&logs).expect("a folder for logs");
        let program = env!("CARGO_BIN_EXE_triage").into();
        Crew { service, test, logs, started: 0, transaction_timeout, environment: Vec::new(), rules: shipped(), program }
    }

    /// Processes get this too.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Processes use the rules in this folder.
    pub fn with_rules(mut self, folder: PathBuf) -> Self {
        self.rules = folder;
        self
    }

    /// Processes are this build of the program.
    pub fn with_program(mut self, program: PathBuf) -> Self {
        self.program = program;
        self
    }

    /// `triage run`, to which happens what `failpoints` say; see the module `failpoint` of the program.
    pub fn start(&mut self, instance: Option<&str>, failpoints: Option<&str>) -> Process {
        self.started += 1;
        let log = std::fs::File::create(self.logs.join(format!("{:04}.log", self.started))).expect("a log");
        let mut command = program_with(&self.program, &self.rules, self.service, &["run"]);
        command.args(instance.map(|name| format!("--instance={name}"))).envs(failpoints.map(|points| ("FAILPOINTS", points)));
        command.env("TRIAGE_RUN__TRANSACTION_TIMEOUT", self.transaction_timeout).env("TRIAGE_RUN__SESSION_TIMEOUT", "6s");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        Process(command.stderr(Stdio::from(log)).spawn().expect("triage starts"))
    }

    /// In how many lines of all logs `part` occurs.
    pub fn said(&self, part: &str) -> usize {
        let files = std::fs::read_dir(&self.logs).expect("logs").map(|file| file.expect("a log").path());
        let count = |path: PathBuf| {
            let text = std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).to_lowercase()).unwrap_or_default();
            text.lines().filter(|line| line.contains(part)).count()
        };
        files.map(count).sum()
    }

    /// The rules that came into use in any process.
    pub fn hashes(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for file in std::fs::read_dir(&self.logs).expect("logs").map(|file| file.expect("a log").path()) {
            let text = std::fs::read_to_string(file).expect("a log");
            for line in text.lines() {
                let begun = line.split_once("starting rules=\"").or_else(|| line.split_once(" now=\""));
                found.extend(begun.and_then(|(_, rest)| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
        found
    }

    /// Everything that must hold at the end: all is read, the processes end in order, nothing is open, and what was
    /// written is what should have been.
    pub fn finish(self, load: Load, processes: Vec<Process>) {
        let test = self.test;
        self.settle(load, processes).assert_none(test);
    }

    /// The same, but gives what is wrong with what was written.
    pub fn settle(self, load: Load, processes: Vec<Process>) -> Findings {
        let raw = load.finish();
        self.settle_after(raw, processes)
    }

    /// The same when so many raw records were written.
    pub fn settle_after(self, raw: usize, processes: Vec<Process>) -> Findings {
        let begun = Instant::now();
        wait_for_all(self.service);
        let settled = begun.elapsed();
        end(processes);
        wait_for_closed(self.service);
        let count = |part| self.said(part);
        println!(
            "{}: {raw} raw records, {} processes; all read {settled:.1?} after the last; fencings {}, lanes begun anew {}, aborts {}, standstills {}, logs {}",
            self.test,
            self.started,
            count("fenced"),
            count("begins anew"),
            count("transaction aborted"),
            count("stands still"),
            self.logs.display()
        );
        let findings = examine(self.service, &self.rules, raw);
        findings.show(self.test);
        if findings.kinds().is_empty() {
            drop(std::fs::remove_dir_all(self.logs));
        }
        findings
    }
}

/// Sends `signal`.
pub fn signal(process: &Process, signal: &str) {
    let sent = Command::new("kill").args([signal, &process.0.id().to_string()]).status().expect("kill");
    assert!(sent.success());
}

/// Whether `process` takes signals yet: SIGUSR1 is the last that it asks for. It does so first of all, but on a busy machine
/// even that takes a while, and until then the system kills it.
fn takes_signals(process: &Process) -> bool {
    const SIGUSR1: u32 = 10;
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.0.id())).expect("a process of ours that runs");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("the signals it takes");
    u64::from_str_radix(caught.trim(), 16).expect("a mask of signals") >> (SIGUSR1 - 1) & 1 == 1
}

/// SIGTERM to all, once they take signals; each must end well and in time. How long the slowest took.
pub fn end(processes: Vec<Process>) -> Duration {
    wait_until("processes that take signals", || processes.iter().all(takes_signals));
    let begun = Instant::now();
    processes.iter().for_each(|process| signal(process, "-TERM"));
    for mut process in processes {
        let mut status: Option<ExitStatus> = None;
        wait_until("the end of a process", || {
            status = process.0.try_wait().expect("a status");
            status.is_some()
        });
        assert_eq!(status.and_then(|status| status.code()), Some(0), "SIGTERM drains and ends well");
        assert!(begun.elapsed() <= GRACE, "SIGTERM ends in time: {:?}", begun.elapsed());
    }
    begun.elapsed()
}

/// How `process` has ended, if it has: killed or not.
pub fn ended(process: &mut Process) -> Option<ExitStatus> {
    process.0.try_wait().expect("a status")
}

/// Whether a process with this status was killed with SIGKILL.
pub fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(9)
}
