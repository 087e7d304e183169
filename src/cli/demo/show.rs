//! How the demonstration looks: a line for each record that came out, and the account at the end.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::Format;
use super::super::page::{self, Page, one_line, say};
use super::super::reason::found;
use super::broker::Seen;
use super::ledger::Summary;
use crate::kafka::{Topic, headers};
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
        say!("Both stages of the service on a broker inside this process, with rules {rules}. Times are UTC.");
        say!("The embedded broker proves nothing about exactly-once: it forgets what a transaction commits.");
        say!("Starting the broker and joining the groups takes a few seconds ..\n");
    }
}

/// A record that came out.
pub(super) fn record(format: Format, seen: &Seen) {
    let dead = seen.topic == Topic::DeadLetters;
    let record: Value = if dead { Value::Null } else { serde_json::from_slice(&seen.value).unwrap_or_default() };
    let (code, message) = (seen.header(headers::ERROR_CODE), seen.header(headers::ERROR_MESSAGE));
    match (format, dead) {
        (Format::Json, true) => print(&json!({"topic": seen.topic.label(), "code": code, "message": message})),
        (Format::Json, false) => print(&json!({"topic": seen.topic.label(), "record": record})),
        (Format::Human, true) => line(seen.topic, "", "-", "", &[format!("{code}: {}", one_line(message))]),
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
    line(topic, text("at"), "case event", text("customer"), &[one_line(&why)]);
}

fn verdict(topic: Topic, verdict: &Value, first: Option<String>) {
    let post = &verdict["post"];
    let time = post["created_at"].as_str().or(verdict["event_time"].as_str()).unwrap_or_default();
    let handle = post["handle"].as_str().map(|handle| format!("@{handle}"));
    let who = handle.or_else(|| post["name"].as_str().map(str::to_owned)).unwrap_or_else(|| "-".to_owned());
    let text = cut(post["text"].as_str().unwrap_or_default());
    let mut why: Vec<String> = first.into_iter().collect();
    why.extend(reasons(verdict));
    line(topic, time, verdict["class"].as_str().unwrap_or("-"), &format!("{} {text}", one_line(&who)), &why);
}

/// Returns note, reason, conditions and the first pieces of evidence.
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
    let mut page = Page::default();
    page.styled(DIM, format_args!("{time}"));
    write!(page, " ");
    page.styled(style, format_args!("{class:<14} -> {:<12}", topic.label()));
    writeln!(page, " {what}");
    if !why.is_empty() {
        write!(page, "{:9}", "");
        page.styled(DIM, format_args!("why: {why}"));
        writeln!(page);
    }
    page.show();
}

/// A document on a line of its own.
fn print(document: &Value) {
    page::document(&document.to_string());
}

pub(super) fn closing(format: Format, summary: &Summary) {
    if format == Format::Json {
        print(&json!({ "summary": summary }));
        return;
    }
    let mut page = Page::default();
    total(&mut page, "\nraw records in", summary.raw_records, "");
    row(&mut page, "  became canonical records", summary.raw_read);
    row(&mut page, "  dead letters", summary.raw_dead_letters);
    total(&mut page, "canonical inbox records", summary.inbox_records, "  (one raw record may hold several)");
    rows(&mut page, &summary.terminal);
    total(&mut page, "additional records", summary.additional.values().sum::<u64>(), "");
    rows(&mut page, &summary.additional);
    head(&mut page, "by class");
    rows(&mut page, &summary.classes);
    if !summary.dead_letters.is_empty() {
        head(&mut page, "dead letters by code");
        rows(&mut page, &summary.dead_letters);
    }
    if summary.unaccounted.is_empty() {
        head(&mut page, "\nnone unaccounted for");
    } else {
        page.styled(BOLD, format_args!("\nunaccounted for"));
        writeln!(page, ": {}", summary.unaccounted.join(", "));
    }
    page.show();
}

fn head(page: &mut Page, title: &str) {
    page.styled(BOLD, format_args!("{title}"));
    writeln!(page);
}

fn total(page: &mut Page, title: &str, number: u64, remark: &str) {
    let width = 36 + title.matches('\n').count();
    page.styled(BOLD, format_args!("{title:<width$}{number:>6}"));
    writeln!(page, "{remark}");
}

fn rows<K: AsRef<str>>(page: &mut Page, counts: &BTreeMap<K, u64>) {
    counts.iter().for_each(|(name, &number)| row(page, &format!("  {}", name.as_ref()), number));
}

fn row(page: &mut Page, name: &str, number: u64) {
    writeln!(page, "{name:<36}{number:>6}");
}

/// Returns the strings of `value`, separated by commas.
fn list(value: &Value) -> String {
    let all: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    one_line(&all.join(", "))
}

/// Returns the beginning of a text, on one line.
fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(MOST_TEXT).collect();
    if short.len() < text.len() {
        short.push_str("..");
    }
    one_line(&short)
}
