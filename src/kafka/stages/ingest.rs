//! The first stage: a raw record becomes canonical ones, each keyed by the customer whose case it belongs to. Keeps no
//! state.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::formats::{self, BadItem, Raw};
use crate::rules::Rules;

use super::dead_letter::dead_letter;
use super::headers::{FORMAT, ITEM, REPLAYED, SOURCE};
use super::record::{Header, Inbound, Outbox, Outgoing, copy_headers};
use super::stage::Stage;
use crate::kafka::topics::topic::Topic;

/// Headers of a raw record that mean something else on a canonical one.
const NOT_KEPT: [&str; 4] = [FORMAT, SOURCE, ITEM, REPLAYED];

/// The most bad items that a dead letter names one by one.
const MOST_NAMED: usize = 20;

/// The stage. Of the rules it uses the brand's own accounts: a reply of the brand belongs to the customer's case.
pub struct Ingest {
    shared: Arc<ArcSwap<Rules>>,
    rules: Arc<Rules>,
}

impl Ingest {
    /// With the rules that `shared` holds whenever a transaction begins.
    pub fn new(shared: Arc<ArcSwap<Rules>>) -> Self {
        let rules = shared.load_full();
        Ingest { shared, rules }
    }

    fn reject(&self, record: &Inbound<'_>, code: &str, message: &str, out: &mut Outbox) {
        out.push(dead_letter(self.name(), &self.rules.hash, record, code, message));
    }
}

impl Stage for Ingest {
    fn name(&self) -> &'static str {
        "ingest"
    }

    fn rules(&self) -> String {
        self.rules.hash.clone()
    }

    fn begin(&mut self) {
        self.rules = self.shared.load_full();
    }

    fn process(&mut self, record: &Inbound<'_>, out: &mut Outbox) {
        let headers = record.headers();
        let format = headers.iter().find(|(name, _)| *name == FORMAT).and_then(|(_, value)| std::str::from_utf8((*value)?).ok());
        let raw = Raw { bytes: record.value.unwrap_or_default(), format, received_at: record.timestamp, own: &self.rules.own };
        let reading = match formats::read(&raw) {
            Ok(reading) => reading,
            Err(rejected) => {
                // Heartbeats and tombstones are dead letters of a sound feed.
                out.unreadable = rejected.code != "no_post";
                return self.reject(record, rejected.code, &rejected.message, out);
            }
        };
        let source = record.source();
        let total = reading.items.len();
        for (place, item) in reading.items.iter().enumerate() {
            let mut value = Vec::with_capacity(raw.bytes.len() / total + 128);
            item.write_json(&mut value);
            let mut headers = copy_headers(record, |name| !NOT_KEPT.contains(&name));
            headers.push(header(SOURCE, source.clone()));
            headers.push(header(ITEM, format!("{}/{total}", place + 1)));
            let key = Some(item.customer(&self.rules.own).as_str().as_bytes().to_vec());
            out.push(Outgoing { to: Topic::Inbox, partition: None, key, value: Some(value), headers, timestamp: Some(record.timestamp) });
        }
        if !reading.bad.is_empty() {
            self.reject(record, "bad_items", &name_all(&reading.bad, total), out);
        }
    }
}

fn header(name: &'static str, value: String) -> Header {
    (Cow::Borrowed(name), Some(value.into_bytes()))
}

/// Which items of a batch could not be read, and why.
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
