//! `triage capture`: recorded posts as fixtures, with pseudonyms in place of people.

mod key;
mod known;
mod links;
mod scrub;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use self::key::Key;
use self::scrub::Scrubber;
use super::backtest::Recording;
use super::input::{self, Line, Unread};
use super::page::{self, tell};
use super::{ConfigFolder, Exit, Stop, count, load_rules};
use crate::post::{CaseEvent, Input, Millis, Post};
use crate::record::Output;
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;

/// Writes recorded posts with customers' names, handles, ids, numbers, addresses and the user parts of links replaced, in
/// the text too, and says whether the verdicts are still the same. Accounts that the configuration knows stay. The same
/// key gives the same pseudonyms, so that series stay together; without the key nobody gets back to the people.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Capture {
    #[command(flatten)]
    config: ConfigFolder,
    #[command(flatten)]
    recording: Recording,
    /// File with the secret key, at least 16 bytes
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The secret key itself
    #[arg(long, env = "CAPTURE_KEY", hide_env_values = true, value_name = "SECRET", hide = true, conflicts_with = "key_file")]
    key: Option<String>,
    /// Write the posts to FILE, one a line; `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: PathBuf,
}

const AFTER_HELP: &str = "\
The key comes from --key-file or from the environment variable CAPTURE_KEY.
Names of other people inside a text are not recognised: read through what you pass on.

Example:
  head -c 32 /dev/urandom | base64 > key && triage capture --topic telkomcare.triage.inbox --from 1h --key-file key --out posts.jsonl";

/// What is written: the record's time goes with it.
#[derive(Serialize)]
struct Written<'a, T> {
    #[serde(flatten)]
    record: &'a T,
    record_timestamp: Millis,
}

impl Capture {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let key = self.key()?;
        let rules = load_rules(&self.config.folder)?;
        let scrubber = Scrubber::new(&rules, key)?;
        let file = Some(&self.out).filter(|out| out.as_os_str() != "-").map(fs_err::File::create).transpose();
        let mut file = file.map_err(|error| Stop::usage(error.to_string()))?;
        let mut capture = Capturing {
            rules: &rules,
            scrubber,
            before: Replay::default(),
            after: Replay::default(),
            unread: Unread::default(),
            differ: Vec::new(),
        };
        let mut written = 0;
        let mut lines = self.recording.open(&self.config)?;
        while let Some(line) = lines.next().transpose()? {
            for json in capture.line(&line, lines.hint) {
                written += 1;
                let Some(out) = &mut file else {
                    page::document(&json);
                    continue;
                };
                writeln!(out, "{json}").map_err(|error| Stop::usage(format!("cannot write the posts: {error}")))?;
            }
        }
        capture.unread.finish();
        let differ = capture.differ.len();
        tell!("{} captured; {} decided otherwise than the original", count(written, "record"), count(differ, "verdict"));
        capture.differ.iter().take(20).for_each(|id| tell!("  {id}"));
        Ok(Exit::Ok)
    }

    fn key(&self) -> Result<Key, Stop> {
        let secret = match (&self.key_file, &self.key) {
            (Some(path), _) => fs_err::read(path).map_err(|error| Stop::usage(error.to_string()))?,
            (None, Some(key)) => key.as_bytes().to_vec(),
            (None, None) => return Err(Stop::usage("pseudonyms need a secret key: --key-file FILE, or CAPTURE_KEY in the environment")),
        };
        let secret = secret.trim_ascii();
        if secret.len() < 16 {
            return Err(Stop::usage("the key is shorter than 16 bytes: `head -c 32 /dev/urandom | base64` makes one"));
        }
        Key::new(secret).ok_or_else(|| Stop::usage("this key cannot be used"))
    }
}

/// Original and capture side by side.
struct Capturing<'r> {
    rules: &'r Rules,
    scrubber: Scrubber<'r>,
    before: Replay,
    after: Replay,
    unread: Unread,
    /// Pseudonymous ids of posts whose verdict has changed.
    differ: Vec<String>,
}

impl Capturing<'_> {
    fn line(&mut self, line: &Line, hint: Option<&'static str>) -> Vec<String> {
        match input::read(line, self.rules) {
            Ok((all, bad)) => {
                self.unread.add(1, hint, &bad);
                all.iter().filter_map(|recorded| self.record(recorded)).collect()
            }
            Err(bad) => {
                self.unread.add(1, hint, &[bad]);
                Vec::new()
            }
        }
    }

    fn record(&mut self, recorded: &Recorded<'_>) -> Option<String> {
        let at = recorded.at;
        let (input, customer, json) = match &recorded.input {
            Input::Post(post) => {
                let post = self.scrubber.post(post);
                let json = serde_json::to_string(&Written { record: &post, record_timestamp: at }).ok()?;
                (Input::Post(Box::new(post.clone())), self.rules.own.customer_of(&post), json)
            }
            Input::CaseEvent(event) => {
                let event: CaseEvent<'_> = self.scrubber.case_event(event);
                let json = serde_json::to_string(&Written { record: &event, record_timestamp: at }).ok()?;
                let customer = event.customer().unwrap_or_else(|| recorded.customer.clone());
                (Input::CaseEvent(Box::new(event)), customer, json)
            }
        };
        let captured = Recorded { input, customer, at, source: recorded.source.clone() };
        let same = said(&self.before.step(self.rules, recorded)) == said(&self.after.step(self.rules, &captured));
        if let (false, Input::Post(post)) = (same, &captured.input) {
            self.differ.push(id_of(post));
        }
        Some(json)
    }
}

fn id_of(post: &Post<'_>) -> String {
    post.post_id.as_str().to_owned()
}

/// Returns what must stay the same: class, route and reason, signals and conditions of the case.
fn said(outputs: &[Output<'_>]) -> Option<[Vec<String>; 3]> {
    let verdict = outputs.first().and_then(Output::verdict)?;
    let decided = [verdict.class, verdict.route, verdict.reason.unwrap_or_default()].map(str::to_owned);
    let signals = verdict.signals.iter().map(|signal| (*signal).to_owned()).collect();
    Some([decided.into(), signals, verdict.case.as_ref().map(|case| case.conditions.clone()).unwrap_or_default()])
}
