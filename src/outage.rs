//! Outages (P-16: "gamas"): several customers complain and name the same area within a short time.
//!
//! A fold like that of the customers, over what is remembered of an area. Event time alone moves it. Knows no text and no
//! lexicon: which areas a post names is said by whoever reports it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::post::{Millis, Str};

/// The `schema` of an outage record.
pub const OUTAGE_SCHEMA: &str = "telkomcare.outage.v1";

/// Customers of one area that are told apart; more make the outage no larger.
const MAX_CUSTOMERS: usize = 2_000;
/// Posts listed in a record, the latest.
const MAX_LISTED: usize = 32;

/// When customers of one area make an outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// So many customers.
    pub customers: usize,
    /// Within this time, in milliseconds.
    pub within: i64,
}

/// A complaint that names an area: what the triage stage hands on, keyed by area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AreaReport<'a> {
    /// The area, as the list has it.
    #[serde(borrow)]
    pub area: Str<'a>,
    /// Who complains.
    #[serde(borrow)]
    pub customer: Str<'a>,
    /// The post.
    #[serde(borrow)]
    pub post_id: Str<'a>,
    /// When it was written.
    pub at: Millis,
}

/// What is remembered of an area.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaState {
    /// The latest complaint of each customer within the time, the oldest first.
    #[serde(rename = "c", default)]
    complaints: Vec<Complaint>,
    /// The outage that goes on.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    outage: Option<Ongoing>,
}

/// The latest complaint of a customer. Of him only a print is kept: enough to tell him from others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Complaint {
    #[serde(rename = "k")]
    customer: u64,
    #[serde(rename = "p")]
    post: SmolStr,
    #[serde(rename = "t", with = "milliseconds")]
    at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Ongoing {
    #[serde(rename = "i")]
    id: String,
    #[serde(rename = "t", with = "milliseconds")]
    since: Millis,
    /// Customers that were told of last.
    #[serde(rename = "n")]
    told: usize,
}

/// An outage, or how far it has grown: readers keep the latest of an `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OutageRecord<'a> {
    /// The name of the record: `telkomcare.outage.v1`.
    pub schema: &'static str,
    /// `<area>:<first post>`: the same as long as the outage goes on.
    pub id: &'a str,
    /// The area, as `lists/areas.txt` has it.
    pub area: &'a str,
    /// Customers who complained within the time that counts.
    pub customers: usize,
    /// Their latest posts, the latest last.
    pub posts: Vec<&'a str>,
    /// When the first of them was written.
    pub since: Millis,
    /// It counts as over from then on, unless somebody complains before.
    pub until: Millis,
    /// `topic/partition/offset` of the complaint that made it known.
    pub source: &'a str,
}

impl AreaState {
    /// Counts `report`, which stands at `source`. Returns what is to be told: that there is an outage, or that it has twice
    /// as many customers as when it was told of last. A report older than the time that counts changes nothing.
    pub fn count<'a>(&'a mut self, thresholds: Thresholds, report: &'a AreaReport<'_>, source: &'a str) -> Option<OutageRecord<'a>> {
        let newest = self.complaints.last().map_or(report.at, |last| last.at.max(report.at));
        let first = newest.plus(-thresholds.within);
        self.complaints.retain(|complaint| complaint.at > first);
        if self.complaints.is_empty() {
            self.outage = None;
        }
        if report.at <= first {
            return None;
        }
        self.note(report);
        let customers = self.complaints.len();
        let told = self.outage.as_ref().map(|outage| outage.told);
        if customers < told.map_or(thresholds.customers, |told| 2 * told) {
            return None;
        }
        let oldest = self.complaints.first()?;
        let outage =
            self.outage.get_or_insert_with(|| Ongoing { id: format!("{}:{}", &*report.area, oldest.post), since: oldest.at, told: 0 });
        outage.told = customers;
        let listed = &self.complaints[customers.saturating_sub(MAX_LISTED)..];
        Some(OutageRecord {
            schema: OUTAGE_SCHEMA,
            id: &outage.id,
            area: &report.area,
            customers,
            posts: listed.iter().map(|complaint| &*complaint.post).collect(),
            since: outage.since,
            until: newest.plus(thresholds.within),
            source,
        })
    }

    /// Puts the complaint where its time belongs; of a customer only the latest stays.
    fn note(&mut self, report: &AreaReport<'_>) {
        let customer = print(&report.customer);
        let known = self.complaints.iter().position(|complaint| complaint.customer == customer);
        match known {
            Some(place) if self.complaints[place].at > report.at => return,
            Some(place) => drop(self.complaints.remove(place)),
            None if self.complaints.len() == MAX_CUSTOMERS => drop(self.complaints.remove(0)),
            None => {}
        }
        let place = self.complaints.partition_point(|complaint| complaint.at <= report.at);
        self.complaints.insert(place, Complaint { customer, post: (*report.post_id).into(), at: report.at });
    }
}

/// A print of the customer's key that is the same in every process.
fn print(customer: &str) -> u64 {
    Sha256::digest(customer.as_bytes()).iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte))
}

/// Times as numbers.
mod milliseconds {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::post::Millis;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.get())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Millis, D::Error> {
        i64::deserialize(deserializer).map(Millis::new)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const THRESHOLDS: Thresholds = Thresholds { customers: 3, within: 30 * MINUTE };

    fn report(customer: u32, minute: i64) -> AreaReport<'static> {
        let post_id = format!("{customer}-{minute}").into();
        AreaReport { area: "garut".into(), customer: format!("x:{customer}").into(), post_id, at: Millis::new(minute * MINUTE) }
    }

    /// Counts complaints, each a customer and a minute; what was told: customers, first and last post.
    fn told(complaints: &[(u32, i64)]) -> Vec<String> {
        let mut state = AreaState::default();
        let mut told = Vec::new();
        for &(customer, minute) in complaints {
            // As it is after a restart.
            let written = serde_json::to_string(&state).unwrap();
            state = serde_json::from_str(&written).unwrap();
            if let Some(record) = state.count(THRESHOLDS, &report(customer, minute), "areas/0/1") {
                told.push(format!("{} {} {}", record.id, record.customers, record.posts.join(",")));
            }
        }
        told
    }

    #[test]
    fn customers_of_one_area_make_an_outage() {
        let check = |complaints: &[(u32, i64)], expected: &[&str]| assert_eq!(told(complaints), expected, "{complaints:?}");
        check(&[(1, 0), (2, 5), (3, 10)], &["garut:1-0 3 1-0,2-5,3-10"]);
        // One customer who writes three times is one.
        check(&[(1, 0), (1, 5), (1, 10), (2, 12)], &[]);
        // Half an hour is the edge.
        check(&[(1, 0), (2, 5), (3, 30)], &[]);
        check(&[(1, 0), (2, 5), (3, 29)], &["garut:1-0 3 1-0,2-5,3-29"]);
        // Told again when there are twice as many, under the same id.
        check(&[(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)], &["garut:1-0 3 1-0,2-1,3-2", "garut:1-0 6 1-0,2-1,3-2,4-3,5-4,6-5"]);
        // It goes on as long as somebody complains, and after a pause another one begins.
        check(&[(1, 0), (2, 1), (3, 2), (1, 25), (2, 50), (3, 51), (4, 52)], &["garut:1-0 3 1-0,2-1,3-2"]);
        check(&[(1, 0), (2, 1), (3, 2), (1, 60), (2, 61), (3, 62)], &["garut:1-0 3 1-0,2-1,3-2", "garut:1-60 3 1-60,2-61,3-62"]);
        // Late ones count where they belong, or not at all.
        check(&[(1, 40), (2, 41), (3, 20)], &["garut:3-20 3 3-20,1-40,2-41"]);
        check(&[(1, 40), (2, 41), (3, 11)], &[]);
        check(&[(1, 40), (2, 41), (2, 20), (3, 42)], &["garut:1-40 3 1-40,2-41,3-42"]);
    }

    proptest! {
        #[test]
        fn repeated_reports_change_nothing(complaints in prop::collection::vec((0_u32..6, 0_i64..60), 1..30)) {
            let twice: Vec<(u32, i64)> = complaints.iter().flat_map(|&complaint| [complaint, complaint]).collect();
            prop_assert_eq!(told(&complaints), told(&twice));
        }

        #[test]
        fn nothing_is_told_of_too_few(complaints in prop::collection::vec((0_u32..2, 0_i64..300), 1..60)) {
            prop_assert!(told(&complaints).is_empty());
        }
    }
}
