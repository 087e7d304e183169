//! What should have come of complaints that name an area: each told of once, and what the areas make of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use triage::config::service::Service;
use triage::outage::{AreaReport, AreaState};
use triage::rules::Rules;

use super::broker::{Record, consume};
use super::oracle::{COMMITTED, Findings, json};

/// The complaint of the load that names an area.
pub const COMPLAINT: &str = "@TelkomCare internet indihome di Garut mati total, tolong diperbaiki";

/// Compares what the stage `outages` of `service`, if it is on, has read and written with what it should have.
pub fn examine(service: &Service, rules: &Rules, findings: &mut Findings) {
    let (Some(topics), Some(outages)) = (&service.topics.outages, &rules.outages) else { return };
    let reports = consume(&service.kafka, &topics.areas, COMMITTED);
    told_once(service, &reports, findings);
    let mut states: BTreeMap<String, AreaState> = BTreeMap::new();
    let mut expected: Vec<(String, Vec<u8>)> = Vec::new();
    for record in &reports {
        let value = record.value.clone().unwrap_or_default();
        let report: AreaReport<'_> = serde_json::from_slice(&value).expect("a report");
        let source = format!("{}/{}/{}", topics.areas, record.partition, record.offset);
        let state = states.entry(record.key_text()).or_default();
        expected.extend(state.count(outages.thresholds, &report, &source).map(|outage| (record.key_text(), json(&outage))));
    }
    let of = |topic: &str| -> Vec<(String, Vec<u8>)> {
        let records = consume(&service.kafka, topic, COMMITTED).into_iter();
        records
            .filter(|record| !record.key_text().starts_with('\0'))
            .map(|record| (record.key_text(), record.value.unwrap_or_default()))
            .collect()
    };
    if of(&topics.outages) != expected || expected.is_empty() {
        findings.add("outages", format!("{} are told of, {} should be", of(&topics.outages).len(), expected.len()));
    }
    let journal: BTreeMap<String, Vec<u8>> = of(&topics.areas_state).into_iter().collect();
    if journal != states.iter().map(|(area, state)| (area.clone(), json(state))).collect() {
        findings.add("area states", format!("the journal has {} areas, {} should be there", journal.len(), states.len()));
    }
}

/// Each complaint that somebody sees and that names the area is handed on, once.
fn told_once(service: &Service, reports: &[Record], findings: &mut Findings) {
    let sources: Vec<String> = reports.iter().map(|record| record.header("triage.source").expect("a source")).collect();
    let told: BTreeSet<String> = sources.iter().cloned().collect();
    if told.len() < sources.len() {
        findings.add("area reports", format!("{} are there twice", sources.len() - told.len()));
    }
    let seen =
        [&service.topics.agents, &service.topics.escalations].into_iter().flat_map(|topic| consume(&service.kafka, topic, COMMITTED));
    let names_it = |record: &Record| {
        let value: Value = serde_json::from_slice(record.value.as_deref().unwrap_or_default()).expect("JSON");
        let verdict = if value["triage"].is_object() { &value["triage"] } else { &value };
        verdict["post"]["text"] == COMPLAINT
    };
    let expected: BTreeSet<String> = seen.filter(names_it).filter_map(|record| record.header("triage.source")).collect();
    expected
        .symmetric_difference(&told)
        .for_each(|source| findings.add("area reports", format!("{source}: told {}", told.contains(source))));
}
