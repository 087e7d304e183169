//! The third stage, off by default: complaints by area become outages. What it counts is decided by
//! [`crate::outage`]; here stand the areas of its partitions, and over them what the open transaction has changed.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustc_hash::FxHashMap;

use super::dead_letter::Reason;
use super::headers::SOURCE;
use super::outbox::Outbox;
use super::record::Inbound;
use super::stage::Stage;
use crate::kafka::topics::topic::Topic;
use crate::outage::{AreaReport, AreaState};
use crate::rules::Rules;

/// The areas of a partition by name. There are some hundred in all: they stay as they are read.
type Areas = FxHashMap<String, AreaState>;

/// The stage. Of the rules it uses the thresholds of `[outages]`.
pub struct Outages {
    shared: Arc<ArcSwap<Rules>>,
    rules: Arc<Rules>,
    partitions: FxHashMap<i32, Areas>,
    /// What the open transaction has changed.
    overlay: FxHashMap<i32, Areas>,
}

impl Outages {
    /// With the rules that `shared` holds whenever a transaction begins.
    pub fn new(shared: Arc<ArcSwap<Rules>>) -> Self {
        let rules = shared.load_full();
        Outages { shared, rules, partitions: FxHashMap::default(), overlay: FxHashMap::default() }
    }

    fn state(&mut self, partition: i32, area: &str) -> &mut AreaState {
        let known = self.partitions.get(&partition).and_then(|areas| areas.get(area));
        let changed = self.overlay.entry(partition).or_default();
        if !changed.contains_key(area) {
            changed.insert(area.to_owned(), known.cloned().unwrap_or_default());
        }
        changed.entry(area.to_owned()).or_default()
    }
}

impl Stage for Outages {
    type Reader = ();

    fn name(&self) -> &'static str {
        "outages"
    }

    fn rules(&self) -> String {
        self.rules.hash.clone()
    }

    fn begin(&mut self) {
        self.rules = self.shared.load_full();
    }

    fn lend_reader(&mut self) {}

    fn take_back(&mut self, (): ()) {}

    fn process<'r>(&mut self, record: &Inbound<'r>, (): (), out: &mut Outbox) {
        let report: AreaReport<'_> = match serde_json::from_slice(record.value.unwrap_or_default()) {
            Ok(report) => report,
            Err(error) => {
                let message = format!("the record is no report of an area: unreadable at line {}, column {}", error.line(), error.column());
                let rules = self.rules.hash.clone();
                return Reason { stage: self.name(), rules: &rules, code: "not_canonical", message: &message }.letter(record, out);
            }
        };
        // Rules that have come since know no areas.
        let Some(thresholds) = self.rules.outages.as_ref().map(|outages| outages.thresholds) else { return };
        let source = record.source().to_string();
        if let Some(outage) = self.state(record.partition, &report.area).count(thresholds, &report, &source) {
            let value = serde_json::to_vec(&outage).unwrap_or_default();
            out.push(Topic::Outages).key(report.area.as_bytes()).value(value.as_slice()).header(SOURCE, &source).at(record.timestamp);
        }
    }

    fn journal(&mut self, out: &mut Outbox) {
        for (&partition, areas) in &self.overlay {
            for (area, state) in areas {
                let value = serde_json::to_vec(state).unwrap_or_default();
                out.push(Topic::AreasJournal).partition(partition).key(area.as_bytes()).value(value.as_slice());
            }
        }
    }

    fn committed(&mut self) {
        for (partition, areas) in self.overlay.drain() {
            self.partitions.entry(partition).or_default().extend(areas);
        }
    }

    fn aborted(&mut self) {
        self.overlay.clear();
    }

    fn restore(&mut self, partition: i32, key: &[u8], value: Option<&[u8]>) -> Result<(), String> {
        let area = std::str::from_utf8(key).map_err(|_| "a key is not text".to_owned())?;
        let areas = self.partitions.entry(partition).or_default();
        match value {
            Some(value) => drop(areas.insert(area.to_owned(), serde_json::from_slice(value).map_err(|error| error.to_string())?)),
            None => drop(areas.remove(area)),
        }
        Ok(())
    }

    fn forget(&mut self, partition: i32) {
        self.partitions.remove(&partition);
    }
}
