//! Rules that one process of a group uses and another does not: what the group has accepted is recorded, and nobody judges by
//! anything else unless the guard lets it pass or somebody consents.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use triage::config::service::Service;

use super::broker::{consume_all, produce, service, wait_until};
use super::process::outcomes;
use super::program::{Process, triage_with};
use super::reload::{NO_COMPLAINT, Running, change, field, verdicts};
use super::ruleset::Rules;
use super::stages::posts;

/// What the journal says last of the rules of each partition.
fn recorded(service: &Service) -> BTreeMap<i32, String> {
    let metas = consume_all(&service.kafka, &service.topics.state).into_iter().filter(|record| record.key_text() == "\0meta");
    let rules = metas.map(|record| (record.partition, serde_json::from_str::<Value>(&record.text()).expect("JSON")));
    rules.map(|(partition, meta)| (partition, meta["rules"]["hash"].as_str().unwrap_or_default().to_owned())).collect()
}

fn everywhere(hash: &str) -> BTreeMap<i32, String> {
    BTreeMap::from([(0, hash.to_owned()), (1, hash.to_owned())])
}

/// `triage run` that is expected to end by itself; exit code and its last line.
fn run(service: &Service, rules: &Path, more: &[&str]) -> (Option<i32>, String) {
    let output = triage_with(rules, service, &[&["run"], more].concat()).stdout(Stdio::null()).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said.lines().last().unwrap_or_default().to_owned())
}

fn only(hashes: &BTreeSet<String>) -> String {
    assert_eq!(hashes.len(), 1, "{hashes:?}");
    hashes.first().cloned().unwrap_or_default()
}

/// The rules of each partition's verdicts in the order of the inbox, repetitions left out.
fn history(service: &Service) -> BTreeMap<i32, Vec<String>> {
    let mut judged: BTreeMap<i32, BTreeMap<i64, String>> = BTreeMap::new();
    for record in verdicts(service) {
        let source = record.header("triage.source").expect("a source");
        let place: Vec<&str> = source.rsplit('/').collect();
        let (offset, partition) = (place[0].parse().expect("an offset"), place[1].parse().expect("a partition"));
        judged.entry(partition).or_default().insert(offset, field(&record.text(), "rules"));
    }
    let in_order = |judged: BTreeMap<i64, String>| {
        let mut hashes: Vec<String> = judged.into_values().collect();
        hashes.dedup();
        hashes
    };
    judged.into_iter().map(|(partition, judged)| (partition, in_order(judged))).collect()
}

#[test]
fn refused_rules_are_used_by_no_other_process_and_after_no_restart() {
    let (right, wrong) = (Rules::copy(), Rules::copy());
    change(&wrong, "[[classes]]", NO_COMPLAINT);
    let service = service("accepted", 2);
    let patience = [("TRIAGE_RELOAD__PATIENCE", Path::new("2s"))];
    let mut first = Running::start(service.clone(), &right.path(), &patience);
    let ours = only(&first.feed(60));
    wait_until("the rules in the journal", || recorded(&service) == everywhere(&ours));

    // Beside the running process, and once it has ended.
    let check = || {
        let (code, said) = run(&service, &wrong.path(), &[]);
        assert!(
            code == Some(77) && said.contains(&ours) && said.contains("--accept-rules") && said.contains(" of its last 60 posts"),
            "{said}"
        );
        said.split("the rules ").nth(2).and_then(|rest| rest.split(' ').next()).unwrap_or_default().to_owned()
    };
    let theirs = check();
    first.signal("-TERM");
    assert_eq!(first.ended(), Some(0));
    assert_eq!(check(), theirs);
    let (code, said) = run(&service, &wrong.path(), &["--accept-rules", &ours]);
    assert_eq!(code, Some(77), "consent is to a hash: {said}");
    let fed = first.fed;
    let mut first = Running::start(service.clone(), &right.path(), &patience);
    first.fed = fed;
    assert_eq!(only(&first.feed(20)), ours);

    // With consent the other rules stand, and the process that still has the old ones ends in time.
    let mut command = triage_with(&wrong.path(), &service, &["run", "--accept-rules", &theirs]);
    let mut second = Process(command.stdout(Stdio::null()).spawn().expect("triage starts"));
    assert_eq!(first.ended(), Some(77));
    assert_eq!(first.said(&format!("has accepted the rules {theirs}, and this process still has {ours}")), 2, "in the log and at the end");
    wait_until("the other rules in the journal", || recorded(&service) == everywhere(&theirs));
    assert_eq!(only(&first.feed(20)), theirs);
    second.kill();

    // Back: what the agents would see again needs nobody's consent.
    let fed = first.fed;
    let mut third = Running::start(service.clone(), &right.path(), &[]);
    third.fed = fed;
    third.wait_for("the guard lets those of this process pass");
    assert_eq!(only(&third.feed(20)), ours);
    third.finish();
    for (partition, hashes) in history(&service) {
        assert_eq!(hashes, [ours.clone(), theirs.clone(), ours.clone()], "partition {partition}");
    }
}

#[test]
fn of_two_that_begin_a_group_at_once_one_brings_its_rules() {
    // Neither may take the place of the other, so that it does not matter which is a moment late.
    let both = [Rules::copy(), Rules::copy()];
    change(&both[0], "[[classes]]", NO_COMPLAINT);
    change(&both[1], "[[classes]]", &NO_COMPLAINT.replace("none =", "all ="));
    let service = service("begin", 4);
    let count = 200;
    produce(&service.kafka, &service.topics.posts[0], posts(count, 40));
    let start = |rules: &Rules| {
        let mut command = triage_with(&rules.path(), &service, &["run"]);
        Process(command.env("TRIAGE_RELOAD__PATIENCE", "2s").stdout(Stdio::null()).spawn().expect("triage starts"))
    };
    let mut running: Vec<Process> = both.iter().map(start).collect();
    let mut code = None;
    wait_until("the refusal of one", || {
        code = running.iter_mut().find_map(|process| process.0.try_wait().expect("a status"));
        code.is_some()
    });
    assert_eq!(code.and_then(|code| code.code()), Some(77));
    wait_until("verdicts", || outcomes(&service) == count);
    only(&verdicts(&service).iter().map(|record| field(&record.text(), "rules")).collect());
}

#[test]
fn rules_that_one_process_takes_over_are_those_of_the_group() {
    let (rules, late) = (Rules::copy(), Rules::copy());
    let service = service("rollout", 2);
    let mut first = Running::start(service.clone(), &rules.path(), &[]);
    let before = only(&first.feed(20));
    let second = Running::start(service.clone(), &late.path(), &[]);
    // It judges its part of the group before the rules change: the partitions of the other stage may come sooner.
    second.wait_for("partitions assigned stage=\"triage\"");
    assert_eq!(only(&first.feed(20)), before);
    change(&rules, "share = 0.02", "share = 0.03");
    second.wait_for("rules differ within the group");
    assert_eq!(recorded(&service).into_values().collect::<BTreeSet<_>>().len(), 2, "each partition says who judges it");
    // The other partition is not judged by the older rules once its process has ended.
    first.signal("-TERM");
    assert_eq!(first.ended(), Some(0));
    second.wait_for("not reading them before the same rules are in use here");
    change(&late, "share = 0.02", "share = 0.03");
    second.wait_for("the rules of the group are in use: reading on");
    let now = only(&first.feed(20));
    assert_ne!(now, before);
    wait_until("the new rules in the journal", || recorded(&service) == everywhere(&now));
    second.finish();
}

#[test]
fn a_second_group_does_not_double_the_inbox() {
    let rules = Rules::copy();
    let service = service("owner", 2);
    let mut first = Running::start(service.clone(), &rules.path(), &[]);
    first.feed(40);
    first.finish();
    let before = consume_all(&service.kafka, &service.topics.inbox).len();
    let mut other = service.clone();
    other.run.group = format!("{}-other", service.run.group);
    for stage in ["both", "triage", "ingest"] {
        let (code, said) = run(&other, &rules.path(), &["--stage", stage]);
        let sentence = format!("belongs to group `{}-triage`, not to `{}-triage`", service.run.group, other.run.group);
        assert!(code == Some(77) && said.contains(&sentence), "{stage}: {said}");
    }
    assert_eq!(consume_all(&service.kafka, &service.topics.inbox).len(), before, "nothing of the feed came twice");
}
