//! New rules while the service runs: taken over when they are right, refused when they are not, or only tried.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use triage::config::service::Service;

use super::broker::{Record, consume_all, produce, service, service_with, wait_until};
use super::process::outcomes;
use super::program::{Process, ended, shipped, terminate, triage_with};
use super::ruleset::Rules;
use super::stages::posts;

/// A class before all others: whatever is no complaint is put aside.
pub const NO_COMPLAINT: &str = r#"[[classes]]
name = "skipped"
reason = "no_complaint"
when = { none = ["complaint"] }
route = "skipped"
feeds = false

[[classes]]"#;

/// Silences that hold nobody.
const SILENCE: &str =
    "[[silence]]\nname = \"a\"\nauthor = \"TL 1\"\nreason = \"contoh\"\nphrase = \"los merah\"\nfrom = 2025-01-07\nuntil = 2025-01-08\n";

pub fn change(rules: &Rules, from: &str, to: &str) {
    rules.write(&rules.with(from, to));
}

/// A service and the posts it has been given.
pub struct Running {
    pub service: Service,
    process: Option<Process>,
    log: PathBuf,
    pub fed: usize,
    _logs: TempDir,
}

impl Running {
    pub fn start(service: Service, rules: &Path, environment: &[(&str, &Path)]) -> Self {
        let logs = TempDir::new().expect("a folder");
        let log = logs.path().join("log");
        let mut command = triage_with(rules, &service, &["run"]);
        command.envs(environment.iter().copied()).stderr(Stdio::from(fs_err::File::create(&log).expect("a log").into_file()));
        let process = Process(command.spawn().expect("triage starts"));
        Running { service, process: Some(process), log, fed: 0, _logs: logs }
    }

    /// Feeds `count` more posts and waits for their verdicts; the rules that they name.
    pub fn feed(&mut self, count: usize) -> BTreeSet<String> {
        let fed: Vec<Record> = posts(self.fed + count, 5).into_iter().skip(self.fed).collect();
        let ids: BTreeSet<String> = fed.iter().map(|record| post_id(&record.text())).collect();
        produce(&self.service.kafka, &self.service.topics.posts[0], fed);
        self.fed += count;
        wait_until("verdicts", || outcomes(&self.service) == self.fed);
        let verdicts = verdicts(&self.service).into_iter().map(|record| record.text());
        verdicts.filter(|verdict| ids.contains(&post_id(verdict))).map(|verdict| field(&verdict, "rules")).collect()
    }

    pub fn wait_for(&self, said: &str) {
        wait_until(said, || self.said(said) > 0);
    }

    /// In how many lines of the log `part` occurs.
    pub fn said(&self, part: &str) -> usize {
        fs_err::read_to_string(&self.log).expect("a log").lines().filter(|line| line.contains(part)).count()
    }

    pub fn signal(&self, signal: &str) {
        let process = self.process.as_ref().expect("it runs").0.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().expect("kill").success());
    }

    /// Waits for its end; the exit code.
    pub fn ended(&mut self) -> Option<i32> {
        self.process.take().and_then(ended)
    }

    pub fn finish(mut self) {
        assert_eq!(self.process.take().and_then(terminate), Some(0));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", fs_err::read_to_string(&self.log).unwrap_or_default());
        }
    }
}

pub fn field(document: &str, name: &str) -> String {
    let document: Value = serde_json::from_str(document).expect("JSON");
    let verdict = document.get("triage").unwrap_or(&document);
    verdict[name].as_str().unwrap_or_default().to_owned()
}

fn post_id(document: &str) -> String {
    field(document, "post_id")
}

pub fn verdicts(service: &Service) -> Vec<Record> {
    let topics = &service.topics;
    [&topics.agents, &topics.oot, &topics.escalations, &topics.skipped]
        .iter()
        .flat_map(|topic| consume_all(&service.kafka, topic))
        .collect()
}

#[test]
fn right_rules_are_taken_over_and_wrong_ones_are_not() {
    let rules = Rules::copy();
    let mut running = Running::start(service("reload", 2), &rules.path(), &[]);
    let first = running.feed(40);
    assert_eq!(first.len(), 1, "{first:?}");

    change(&rules, "share = 0.02", "share = 0.03");
    running.wait_for("rules read again");
    let second = running.feed(40);
    assert!(second.len() == 1 && second.is_disjoint(&first), "{first:?} {second:?}");

    change(&rules, "[time]", "[time");
    running.wait_for("the rules have errors: keeping those in use");
    running.wait_for("the head of the table is not closed");
    assert_eq!(running.feed(10), second, "after a mistake");

    change(&rules, "[time", "[time]");
    running.wait_for("the rules are the same");
    let same = running.said("the rules are the same");
    fs_err::write(rules.path().join("notes.md"), "of no rule").expect("written");
    fs_err::write(rules.path().join("silences.toml"), SILENCE).expect("written");
    running.wait_for("silences read again");
    running.signal("-HUP");
    wait_until("an answer to the signal", || running.said("the rules are the same") > same);
    assert_eq!(running.said("the rules are the same"), same + 1, "another file is nothing to speak of");
    change(&rules, "[[classes]]", NO_COMPLAINT);
    running.wait_for("more than the share of 0.05 that [reload.guard] allows");
    running.wait_for("signal continuation");
    assert_eq!(running.feed(10), second, "after rules that silence nearly everybody");

    running.signal("-USR1");
    running.wait_for("forced=true");
    let forced = running.feed(10);
    assert!(forced.len() == 1 && forced.is_disjoint(&second), "{forced:?}");
    running.finish();
}

#[test]
fn a_feed_is_read_from_when_a_map_describes_it() {
    let rules = Rules::copy();
    let running = Running::start(service("field-map", 1), &rules.path(), &[]);
    let Service { kafka, topics, .. } = &running.service;
    let items =
        r#"{"uid":7,"when":1763000000000,"by":{"id":9},"body":"@TelkomCare internet mati"},{"when":"besok"},{"id":"a8","body":"halo"}"#;
    let feed =
        || produce(kafka, &topics.posts[0], [Record::new("any", &format!(r#"{{"vendor":"contoh","network":"TW","items":[{items}]}}"#))]);
    let codes =
        || consume_all(kafka, &topics.dead_letters).iter().filter_map(|letter| letter.header("triage.error.code")).collect::<Vec<_>>();
    feed();
    wait_until("a dead letter", || codes() == ["unknown_format"]);

    change(&rules, "maps = []", "maps = \"feeds/contoh.toml\"");
    running.wait_for("rules read again");
    feed();
    wait_until("verdicts", || outcomes(&running.service) == 2);
    assert_eq!(
        verdicts(&running.service).iter().map(|verdict| post_id(&verdict.text())).collect::<BTreeSet<_>>(),
        ["7", "a8"].map(str::to_owned).into()
    );
    let inbox = consume_all(kafka, &topics.inbox);
    assert!(inbox.iter().all(|record| field(&record.text(), "source_format") == "contoh_feed"));
    assert_eq!(inbox.iter().map(Record::key_text).collect::<BTreeSet<_>>(), ["x:9", "x:post:a8"].map(str::to_owned).into());
    assert_eq!(codes(), ["unknown_format", "bad_items"]);
    running.finish();
}

#[test]
fn rules_that_are_only_tried_say_where_they_differ() {
    let tried = Rules::copy();
    change(&tried, "[[classes]]", NO_COMPLAINT);
    let service = service_with("shadow", 2, &[("shadow.config", &tried.path().to_string_lossy())]);
    let mut running = Running::start(service, &shipped(), &[("TRIAGE_SHADOW__CONFIG", &tried.path())]);
    let live = running.feed(60);
    assert_eq!(live.len(), 1, "what is only tried decides nothing: {live:?}");
    let topics = &running.service.topics;
    let shadow = topics.shadow.as_deref().expect("a topic");
    let told = || -> Vec<Value> {
        let records = consume_all(&running.service.kafka, shadow);
        records.iter().map(|record| serde_json::from_str(&record.text()).expect("JSON")).collect()
    };
    let agents = consume_all(&running.service.kafka, &topics.agents).into_iter().map(|record| record.text());
    let no_complaint: BTreeSet<String> =
        agents.filter(|verdict| !verdict.contains("\"complaint\"")).map(|verdict| post_id(&verdict)).collect();
    assert!((1..60).contains(&no_complaint.len()), "{}", no_complaint.len());
    // A transaction ends in one partition before it ends in another.
    wait_until("every post that the tried rules put aside is told", || {
        let said: BTreeSet<String> = told().iter().map(|record| post_id(&record.to_string())).collect();
        no_complaint.is_subset(&said)
    });
    let differing = told();
    for record in &differing {
        assert_ne!(record["live"]["rules"], record["shadow"]["rules"]);
        assert_eq!(record["live"]["rules"].as_str(), live.first().map(String::as_str));
        assert_ne!(record["live"]["route"], record["shadow"]["route"], "{record:#}");
    }
    running.finish();
}
