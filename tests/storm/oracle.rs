//! What should have come of the inbox, and how what is there differs from it.
//!
//! Shares no code path with a lane: the inbox is read to its end, and each record goes through the engine on its own, in
//! order, over a plain map. No batch, no transaction, no journal, no restore.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use triage::author::AuthorState;
use triage::case::{self, Tick};
use triage::config::service::Service;
use triage::engine;
use triage::engine::Workspace;
use triage::post::{Input, Millis};
use triage::problem::Reporter;
use triage::record::{Arrival, Destination, Output};
use triage::rules::{self, Rules, Silences};

use super::areas;
use super::broker::{Record, consume, consume_each};
use super::ticks::Ticks;

pub const COMMITTED: &str = "read_committed";

/// An output: topic, key, value.
pub type Line = (&'static str, String, Vec<u8>);

type States = BTreeMap<(i32, String), AuthorState>;

/// How many differences of a kind are shown.
const SHOWN: usize = 5;

/// What was found wrong, by name, and what was looked at.
#[derive(Debug, Default)]
pub struct Findings {
    wrong: BTreeMap<&'static str, Vec<String>>,
    outputs: usize,
    customers: usize,
    late: usize,
    future: usize,
    duplicates: usize,
}

impl Findings {
    pub fn add(&mut self, kind: &'static str, what: impl Into<String>) {
        self.wrong.entry(kind).or_default().push(what.into());
    }

    /// Names of what is wrong.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.wrong.keys().copied().collect()
    }

    /// Fails if anything is wrong.
    pub fn assert_none(&self, test: &str) {
        assert_eq!(self.kinds(), [""; 0], "{test}");
        assert!(self.late > 0 && self.future > 0 && self.duplicates > 0, "{test}: the load must hold posts of every kind");
    }

    /// Says what was seen.
    pub fn show(&self, test: &str) {
        let count = |kind| self.wrong.get(kind).map_or(0, Vec::len);
        println!(
            "{test}: {} outputs of {} customers; lost {}, duplicate {}, reordered {}, unexpected {}, states {}; late {}, future {}, repeated {}",
            self.outputs,
            self.customers,
            count("lost"),
            count("duplicate"),
            count("reordered"),
            count("unexpected"),
            count("state"),
            self.late,
            self.future,
            self.duplicates
        );
        for (kind, all) in &self.wrong {
            println!("{test}: {kind}: {}", all.len());
            all.iter().take(SHOWN).for_each(|one| println!("    {one}"));
        }
    }
}

/// The rules in `folder`, and the silences beside them.
fn rules_in(folder: &Path) -> (Rules, Silences) {
    let reporter = Reporter::default();
    let found = rules::compile(folder, &reporter).zip(rules::silences(folder, &folder.join("silences.toml"), &reporter));
    found.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))
}

/// Compares everything that `service` has written, with the rules in `folder`, with what it should have written.
pub fn examine(service: &Service, folder: &Path, raw: usize) -> Findings {
    let (rules, silences) = rules_in(folder);
    let inbox = consume(&service.kafka, &service.topics.inbox, COMMITTED);
    let mut findings = Findings::default();
    feeds(service, raw, &inbox, &mut findings);
    let actual = written(service);
    let mut ticks = Ticks::found(service);
    let (expected, states) = fold(&rules, &silences, &service.topics.inbox, &inbox, &mut ticks);
    findings.outputs = expected.len();
    findings.customers = states.len();
    for (_, _, value) in &actual {
        let text = String::from_utf8_lossy(value);
        findings.late += usize::from(text.contains("\"late\":true"));
        findings.future += usize::from(text.contains("\"future\":true"));
        findings.duplicates += usize::from(text.contains("\"reason\":\"duplicate\""));
    }
    compare(&expected, &actual, &mut findings);
    for ((_, customer), state) in &states {
        let believed = state.last_record.plus(rules.limits.max_future_skew);
        if state.newest.is_some_and(|newest| newest > believed) {
            findings.add("poisoned window", customer.clone());
        }
    }
    compare_states(service, &states, &mut findings);
    areas::examine(service, &rules, &mut findings);
    findings
}

/// Each raw record is in the inbox or a dead letter, once, and those of one customer are in order.
fn feeds(service: &Service, count: usize, inbox: &[Record], findings: &mut Findings) {
    let mut raw: BTreeSet<String> = BTreeSet::new();
    for topic in [&service.topics.posts[0], &service.topics.case_events] {
        consume_each(&service.kafka, topic, COMMITTED, |record| {
            raw.insert(format!("{topic}/{}/{}", record.partition, record.offset));
        });
    }
    // A broker that dies forgets which batches it has taken, so the load may be written twice: an input like any other.
    if raw.len() < count {
        findings.add("feed", format!("{} of {count} raw records are there", raw.len()));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut last: HashMap<(String, String), i64> = HashMap::new();
    for record in inbox {
        let source = record.header("triage.source").expect("a source");
        let (partition, offset) = source.rsplit_once('/').expect("a place");
        let offset: i64 = offset.parse().expect("an offset");
        if last.insert((record.key_text(), partition.to_owned()), offset).is_some_and(|before| before >= offset) {
            findings.add("feed reordered", source.clone());
        }
        *seen.entry(source).or_default() += 1;
    }
    for letter in consume(&service.kafka, &service.topics.dead_letters, COMMITTED) {
        if letter.header("triage.error.stage").as_deref() == Some("ingest") {
            let part = |name: &str| letter.header(&format!("triage.source.{name}")).expect("a source");
            *seen.entry(format!("{}/{}/{}", part("topic"), part("partition"), part("offset"))).or_default() += 1;
        }
    }
    raw.iter().filter(|source| !seen.contains_key(*source)).for_each(|source| findings.add("feed lost", source.clone()));
    seen.iter().filter(|(_, times)| **times > 1).for_each(|(source, _)| findings.add("feed duplicate", source.clone()));
    seen.keys().filter(|source| !raw.contains(*source)).for_each(|source| findings.add("feed unexpected", source.clone()));
}

/// The fold, one record after the other, and in between what `ticks` found of the clock's doing.
fn fold(rules: &Rules, silences: &Silences, topic: &str, inbox: &[Record], ticks: &mut Ticks) -> (Vec<Line>, States) {
    let mut lines = Vec::new();
    let mut states = States::new();
    for record in inbox {
        let (partition, customer) = (record.partition, record.key_text());
        let value = record.value.clone().unwrap_or_default();
        let letter = || ("dead-letters", customer.clone(), value.clone());
        let Ok(input) = Input::read(&value) else {
            lines.push(letter());
            continue;
        };
        let source = format!("{topic}/{partition}/{}", record.offset);
        let at = Millis::new(record.timestamp);
        let arrival = Arrival { customer: &customer, at, source: &source, with_text: true, every_condition: false };
        let state = states.entry((partition, customer.clone())).or_default();
        let mut work = Workspace::default();
        let mut outputs = engine::step(&mut work, rules, state, &input, &arrival);
        case::hush(silences, state, &input, &arrival, &mut outputs);
        for output in &outputs {
            lines.push(match output {
                Output::Triage(destination, record) => (label(*destination), customer.clone(), json(record)),
                Output::Escalation(record) => ("escalations", customer.clone(), json(record)),
                Output::Handoff(record) => ("handoff", customer.clone(), json(record)),
                Output::DeadLetter { .. } => letter(),
            });
        }
        ticks.told(&customer, outputs.iter().filter(|output| matches!(output, Output::Escalation(_))).count());
        let tick = |state: &mut AuthorState, now| {
            let tick = Tick { customer: &customer, now, with_text: true };
            let outputs = engine::tick(rules, silences, state, &tick);
            outputs.iter().filter_map(|output| if let Output::Escalation(record) = output { Some(json(record)) } else { None }).collect()
        };
        lines.extend(ticks.due(&customer, state, tick).into_iter().map(|value| ("escalations", customer.clone(), value)));
    }
    (lines, states)
}

pub fn json(record: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(record).expect("JSON")
}

fn label(destination: Destination) -> &'static str {
    match destination {
        Destination::Agents => "agents",
        Destination::Oot => "oot",
        Destination::Escalations => "escalations",
        Destination::Skipped => "skipped",
    }
}

/// What readers see, in the order of the partitions.
fn written(service: &Service) -> Vec<Line> {
    let topics = &service.topics;
    let fixed = [
        ("agents", &topics.agents),
        ("oot", &topics.oot),
        ("escalations", &topics.escalations),
        ("skipped", &topics.skipped),
        ("dead-letters", &topics.dead_letters),
    ];
    let all = fixed.into_iter().chain(topics.handoff.iter().map(|topic| ("handoff", topic)));
    let of = |(label, topic): (&'static str, &String)| {
        let records = consume(&service.kafka, topic, COMMITTED);
        let ours = records
            .into_iter()
            .filter(move |record| label != "dead-letters" || record.header("triage.error.stage").as_deref() == Some("triage"));
        ours.map(move |record| (label, record.key_text(), record.value.unwrap_or_default()))
    };
    all.flat_map(of).collect()
}

fn compare(expected: &[Line], actual: &[Line], findings: &mut Findings) {
    let mut places: HashMap<&Line, Vec<usize>> = HashMap::new();
    for (place, line) in expected.iter().enumerate() {
        places.entry(line).or_default().push(place);
    }
    let mut seen: HashMap<&Line, usize> = HashMap::new();
    let mut last: HashMap<(&str, &str), usize> = HashMap::new();
    for line in actual {
        let shown = || format!("{} {} {}", line.0, line.1, String::from_utf8_lossy(&line.2));
        let Some(places) = places.get(line) else {
            findings.add("unexpected", shown());
            continue;
        };
        let times = seen.entry(line).or_default();
        *times += 1;
        let Some(&place) = places.get(*times - 1) else {
            findings.add("duplicate", shown());
            continue;
        };
        if last.insert((line.0, &line.1), place).is_some_and(|before| before > place) {
            findings.add("reordered", shown());
        }
    }
    for (line, places) in &places {
        for _ in seen.get(line).copied().unwrap_or_default()..places.len() {
            findings.add("lost", format!("{} {} {}", line.0, line.1, String::from_utf8_lossy(&line.2)));
        }
    }
}

/// The journal's last word on each customer is the state.
fn compare_states(service: &Service, states: &States, findings: &mut Findings) {
    let mut journal: BTreeMap<(i32, String), Vec<u8>> = BTreeMap::new();
    consume_each(&service.kafka, &service.topics.state, COMMITTED, |record| {
        let key = (record.partition, record.key_text());
        match record.value {
            _ if key.1.starts_with('\0') => (),
            Some(value) => drop(journal.insert(key, value)),
            None => drop(journal.remove(&key)),
        }
    });
    for (key, state) in states {
        let found = journal.remove(key);
        if found != state.encode() {
            let show = |value: Option<Vec<u8>>| value.map(|value| AuthorState::decode(&value));
            findings.add("state", format!("{key:?}: journal {:?}, should be {:?}", show(found), show(state.encode())));
        }
    }
    journal.keys().for_each(|key| findings.add("state", format!("{key:?} is nobody's")));
}
