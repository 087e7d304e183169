//! What becomes of the service when its log cannot be written: nothing.

use std::fs::File;
use std::io::{PipeReader, Read, Write, pipe};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::service::{Broker, POSTS, ended, run, terminate, wait_until};
use super::{shipped_with, triage};

/// A process that is told to end ends within this.
const LIMIT: Duration = Duration::from_secs(10);

fn post(number: usize) -> String {
    format!(
        r#"{{"schema":"telkomcare.post.v1","platform":"x","post_id":"{number}","author":{{"id":"9"}},"text":"@TelkomCare internet mati","mentions":[{{"handle":"TelkomCare"}}],"created_at":"2026-01-01T00:00:00Z"}}"#
    )
}

/// The same program with the same arguments and standard error closed.
fn without_stderr(command: &Command) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec \"$0\" \"$@\" 2>&-"]).arg(command.get_program()).args(command.get_args()).env_remove("TRIAGE_CONFIG");
    shell
}

/// A pipe that is full and stays so.
fn full_pipe() -> (PipeReader, Stdio) {
    let (reader, writer) = pipe().unwrap();
    let mut filler = writer.try_clone().unwrap();
    // Stands still as soon as the pipe is full; ends with the reader.
    thread::spawn(move || while filler.write_all(&[b'x'; 1 << 12]).is_ok() {});
    (reader, writer.into())
}

#[test]
fn posts_are_judged_and_the_end_comes_soon_whatever_becomes_of_the_log() {
    let folder = shipped_with("");
    let check = |sink: &str, made: &dyn Fn(Command) -> Command| {
        let broker = Broker::start();
        broker.produce(POSTS, (0..20).map(post));
        let mut command = made(run(folder.path(), &broker.address()));
        let mut process = command.env("RUST_LOG", "trace").spawn().unwrap();
        wait_until(sink, || broker.outcomes() == 20);
        let (code, took) = terminate(&mut process);
        assert_eq!(code, Some(0), "{sink}");
        assert!(took < LIMIT, "{sink}: {took:?}");
    };
    let to = |mut command: Command, sink: Stdio| {
        command.stderr(sink);
        command
    };
    check("full", &|command| to(command, File::options().write(true).open("/dev/full").unwrap().into()));
    check("closed", &|command| without_stderr(&command));
    let readers = std::cell::RefCell::new(Vec::new());
    check("blocked", &|command| {
        let (reader, sink) = full_pipe();
        readers.borrow_mut().push(reader);
        to(command, sink)
    });
    check("nobody reads any more", &|command| to(command, pipe().unwrap().1.into()));
    check("slow", &|command| {
        let (mut reader, writer) = pipe().unwrap();
        thread::spawn(move || {
            let mut byte = [0; 1];
            while reader.read(&mut byte).is_ok_and(|read| read > 0) {
                thread::park_timeout(Duration::from_millis(5));
            }
        });
        to(command, writer.into())
    });
}

#[test]
fn a_broker_that_cannot_be_reached_is_told_of_once_and_what_was_done_is_said() {
    let folder = shipped_with("");
    let mut process = run(folder.path(), "127.0.0.1:1").stderr(Stdio::piped()).spawn().unwrap();
    let code = ended(&mut process);
    let mut said = String::new();
    process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(code, Some(69), "{said}");
    let count = |part: &str| said.lines().filter(|line| line.contains(part)).count();
    assert_eq!(count("a broker cannot be reached"), 1, "{said}");
    assert_eq!(count("librdkafka"), 0, "{said}");
    assert_eq!(count("stopped"), 3, "{said}");
    let sentence = said.lines().last().unwrap();
    assert!(sentence.starts_with("triage: kafka: no broker of `127.0.0.1:1` can be used: nobody listens there"), "{said}");
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error_and_no_abort() {
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let program = triage(&[]).get_program().to_owned();
    let mut command = Command::new(&program);
    let output = command.args(["schema", "telkomcare.post.v1"]).stdout(full()).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(69), "{said}");
    assert!(said.starts_with("triage: the answer cannot be written: "), "{said}");
    // With nowhere to complain, the code still says it.
    let code = |arguments: &[&str]| Command::new(&program).args(arguments).stdout(full()).stderr(full()).status().unwrap().code();
    assert_eq!(code(&["schema", "telkomcare.post.v1"]), Some(69));
    assert_eq!(code(&["schema", "hilang"]), Some(2));
    assert_eq!(code(&["--no-such-option"]), Some(2));
}
