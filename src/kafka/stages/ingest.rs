//! The first stage: a raw record becomes canonical ones, each keyed by the customer whose case it belongs to. Keeps no
//! state.

use std::fmt::Write as _;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::formats::{self, BadItem, Raw};
use crate::rules::Rules;

use super::dead_letter::Reason;
use super::headers::{ATTEMPT, FORMAT, ITEM, REPLAYED, SOURCE};
use super::outbox::Outbox;
use super::record::Inbound;
use super::stage::Stage;
use crate::kafka::topics::topic::Topic;

/// Headers of a raw record that mean something else on a canonical one.
const NOT_KEPT: [&str; 5] = [FORMAT, SOURCE, ITEM, REPLAYED, ATTEMPT];

/// The most bad items that a dead letter names one by one.
const MOST_NAMED: usize = 20;

/// The stage `ingest`. Of the rules it uses the brand's own accounts (a reply of the brand belongs to the customer's case) and
/// the field maps.
pub struct Ingest {
    shared: Arc<ArcSwap<Rules>>,
    rules: Arc<Rules>,
}

impl Ingest {
    /// Makes the stage; it goes by the rules that `shared` holds whenever a transaction begins.
    pub fn new(shared: Arc<ArcSwap<Rules>>) -> Self {
        let rules = shared.load_full();
        Ingest { shared, rules }
    }

    fn reject(&self, record: &Inbound<'_>, code: &str, message: &str, out: &mut Outbox) {
        Reason { stage: self.name(), rules: &self.rules.hash, code, message }.letter(record, out);
    }
}

impl Stage for Ingest {
    type Reader = ();

    fn name(&self) -> &'static str {
        "ingest"
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
        let format = record.headers().find(|(name, _)| *name == FORMAT).and_then(|(_, value)| std::str::from_utf8(value?).ok());
        let Rules { own, maps, .. } = &*self.rules;
        let raw = Raw { bytes: record.value.unwrap_or_default(), format, received_at: record.timestamp, own, maps };
        let reading = match formats::read(&raw) {
            Ok(reading) => reading,
            Err(rejected) => {
                // Heartbeats and tombstones are dead letters of a sound feed.
                out.unreadable = Some(rejected.code).filter(|code| *code != "no_post");
                return self.reject(record, rejected.code, &rejected.message, out);
            }
        };
        let total = reading.items.len();
        for (place, item) in reading.items.iter().enumerate() {
            out.push(Topic::Inbox)
                .key(item.customer(&self.rules.own).as_str().as_bytes())
                .value_with(|bytes| item.write_json(bytes))
                .headers_of(record, |name| !NOT_KEPT.contains(&name))
                .header(SOURCE, record.source())
                .header(ITEM, format_args!("{}/{total}", place + 1))
                .at(record.timestamp);
        }
        if !reading.bad.is_empty() {
            self.reject(record, "bad_items", &name_all(&reading.bad, total), out);
        }
    }
}

/// Says which items of a batch could not be read, and why; the first ones one by one.
fn name_all(bad: &[BadItem], good: usize) -> String {
    let mut text = format!("{} of {} items could not be read:", bad.len(), bad.len() + good);
    for item in bad.iter().take(MOST_NAMED) {
        let _ = write!(text, " item {} ({}): {}", item.index + 1, item.code, item.message);
    }
    if bad.len() > MOST_NAMED {
        let _ = write!(text, " and {} more", bad.len() - MOST_NAMED);
    }
    text
}
