//! How the demonstration looks: a line for each record that came out, and the account at the end.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Format;
use super::super::reason::{found, printable};
use super::broker::Seen;
use super::ledger::Summary;
use crate::kafka::Topic;
use crate::signals::Evidence;

/// Most characters of a post on its line.
const MOST_TEXT: usize = 60;
/// Most pieces of evidence on a line.
const MOST_EVIDENCE: usize = 2;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// What is about to happen.
pub(super) fn opening(format: Format, rules: &str) {
    if format == Format::Human {
        anstream::println!("Both stages of the service on a broker inside this process, with rules {rules}. Times are UTC.");
        anstream::println!("The embedded broker proves nothing about exactly-once: it forgets what a transaction commits.");
        anstream::println!("Starting the broker and joining the groups takes a few seconds ..\n");
    }
}

/// A record that came out.
pub(super) fn record(format: Format, seen: &Seen) {
    let dead = seen.topic == Topic::DeadLetters;
    let record: Value = if dead { Value::Null } else { serde_json::from_slice(&seen.value).unwrap_or_default() };
    let (code, message) = (seen.header("triage.error.code"), seen.header("triage.error.message"));
    match (format, dead) {
        (Format::Json, true) => anstream::println!("{}", json!({"topic": seen.topic.label(), "code": code, "message": message})),
        (Format::Json, false) => anstream::println!("{}", json!({"topic": seen.topic.label(), "record": record})),
        (Format::Human, true) => line(seen.topic, "", "-", "", &[format!("{code}: {}", printable(message))]),
        (Format::Human, false) if record["triage"].is_object() => {
            let kind = record["type"].as_str().unwrap_or_default();
            verdict(seen.topic, &record["triage"], Some(format!("escalation {kind}, tell {}", list(&record["notify"]))));
        }
        (Format::Human, false) if record["class"].is_string() => verdict(seen.topic, &record, None),
        (Format::Human, false) => step(seen.topic, &record),
    }
}

/// A step in the life of an escalation that no post brought about.
fn step(topic: Topic, record: &Value) {
    let text = |name: &str| record[name].as_str().unwrap_or_default();
    let why = format!("case {} {}", text("case_id"), text("type"));
    line(topic, text("at"), "case event", text("customer"), &[printable(&why)]);
}

fn verdict(topic: Topic, verdict: &Value, first: Option<String>) {
    let post = &verdict["post"];
    let time = post["created_at"].as_str().or(verdict["event_time"].as_str()).unwrap_or_default();
    let handle = post["handle"].as_str().map(|handle| format!("@{handle}"));
    let who = handle.or_else(|| post["name"].as_str().map(str::to_owned)).unwrap_or_else(|| "-".to_owned());
    let text = cut(post["text"].as_str().unwrap_or_default());
    let mut why: Vec<String> = first.into_iter().collect();
    why.extend(reasons(verdict));
    line(topic, time, verdict["class"].as_str().unwrap_or("-"), &format!("{} {text}", printable(&who)), &why);
}

/// Note, reason, conditions and the first pieces of evidence.
fn reasons(verdict: &Value) -> Vec<String> {
    let mut why = Vec::new();
    why.extend(verdict["note"].as_str().map(str::to_owned));
    why.extend(verdict["reason"].as_str().map(str::to_owned));
    let conditions = list(&verdict["case"]["conditions"]);
    if !conditions.is_empty() {
        why.push(format!("conditions: {conditions}"));
    }
    let supersedes = list(&verdict["supersedes"]);
    if !supersedes.is_empty() {
        why.push(format!("replaces {supersedes}"));
    }
    let evidence = verdict["evidence"].as_array().into_iter().flatten().filter_map(|piece| Evidence::deserialize(piece).ok());
    why.extend(evidence.filter(|piece| piece.met).take(MOST_EVIDENCE).map(|piece| found(&piece)));
    let signals = list(&verdict["signals"]);
    if why.is_empty() && !signals.is_empty() {
        why.push(format!("signals: {signals}"));
    }
    why
}

fn line(topic: Topic, time: &str, class: &str, what: &str, why: &[String]) {
    let colour = match topic {
        Topic::Escalations => AnsiColor::Red,
        Topic::Agents => AnsiColor::Green,
        Topic::Oot => AnsiColor::Blue,
        Topic::DeadLetters => AnsiColor::Magenta,
        _ => AnsiColor::BrightBlack,
    };
    let style = colour.on_default().bold();
    let time = time.get(11..19).unwrap_or("--:--:--");
    let why = why.join("; ");
    anstream::println!("{DIM}{time}{DIM:#} {style}{class:<14} -> {:<12}{style:#} {what}", topic.label());
    if !why.is_empty() {
        anstream::println!("{:9}{DIM}why: {why}{DIM:#}", "");
    }
}

/// The account.
pub(super) fn closing(format: Format, summary: &Summary) {
    if format == Format::Json {
        anstream::println!("{}", json!({ "summary": summary }));
        return;
    }
    anstream::println!("\n{BOLD}{:<36}{:>6}{BOLD:#}", "raw records in", summary.raw_records);
    row("  became canonical records", summary.raw_read);
    row("  dead letters", summary.raw_dead_letters);
    anstream::println!("{BOLD}{:<36}{:>6}{BOLD:#}  (one raw record may hold several)", "canonical inbox records", summary.inbox_records);
    rows(&summary.terminal);
    anstream::println!("{BOLD}{:<36}{:>6}{BOLD:#}", "additional records", summary.additional.values().sum::<u64>());
    rows(&summary.additional);
    anstream::println!("{BOLD}by class{BOLD:#}");
    rows(&summary.classes);
    if !summary.dead_letters.is_empty() {
        anstream::println!("{BOLD}dead letters by code{BOLD:#}");
        rows(&summary.dead_letters);
    }
    if summary.unaccounted.is_empty() {
        anstream::println!("\n{BOLD}none unaccounted for{BOLD:#}");
    } else {
        anstream::println!("\n{BOLD}unaccounted for{BOLD:#}: {}", summary.unaccounted.join(", "));
    }
}

fn rows<K: AsRef<str>>(counts: &BTreeMap<K, u64>) {
    counts.iter().for_each(|(name, &number)| row(&format!("  {}", name.as_ref()), number));
}

fn row(name: &str, number: u64) {
    anstream::println!("{name:<36}{number:>6}");
}

/// The strings of `value`, separated by commas.
fn list(value: &Value) -> String {
    let all: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    printable(&all.join(", "))
}

/// The beginning of a text, on one line.
fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(MOST_TEXT).collect();
    if short.len() < text.len() {
        short.push_str("..");
    }
    printable(&short)
}
