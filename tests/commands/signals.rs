//! Signals that come while a process has only begun.

use std::process::Command as Unchecked;
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;

use super::shipped_with;

/// No process takes longer to read its rules and to end.
const LIMIT: Duration = Duration::from_secs(60);

/// `run` with the settings in a pipe: it stands still while it reads them, so that `signal` surely comes before the rules
/// are compiled. The exit code and what was logged; no code if the signal has killed it.
#[expect(clippy::disallowed_methods, reason = "the end of a process is waited for with a deadline")]
fn told_while_it_begins(signal: &str) -> (Option<i32>, String) {
    let folder = shipped_with("");
    let settings = folder.path().join("triage.toml");
    assert!(Unchecked::new("mkfifo").arg(&settings).status().unwrap().success());
    let mut command = Unchecked::new(cargo_bin("triage"));
    command.args(["run", "--config", folder.path().to_str().unwrap()]).stderr(std::process::Stdio::piped());
    let mut process = command.spawn().unwrap();
    let id = process.id().to_string();
    let signal = signal.to_owned();
    // Opening the pipe waits for the reader.
    let writer = thread::spawn(move || {
        let pipe = std::fs::File::options().write(true).open(&settings).unwrap();
        assert!(Unchecked::new("kill").args([signal, id]).status().unwrap().success());
        drop(pipe);
    });
    let begun = Instant::now();
    while process.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < LIMIT, "the process does not end");
        thread::park_timeout(Duration::from_millis(10));
    }
    writer.join().unwrap();
    let output = process.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_process_that_is_told_to_end_while_it_begins_ends_well() {
    for signal in ["-TERM", "-INT"] {
        let (code, log) = told_while_it_begins(signal);
        assert_eq!(code, Some(0), "{signal}: {log}");
        assert!(log.contains("told to end before anything was read"), "{signal}: {log}");
    }
}
