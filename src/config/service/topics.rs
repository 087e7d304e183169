//! `[topics]`: names of the topics and how those of the program are created.

use std::collections::BTreeMap;

use super::super::reader::{DAY, HOUR, Table, Value};
use crate::problem::{Problem, Spot};

const LEGAL: &str = "use up to 249 of A-Z, a-z, 0-9, `.`, `_` and `-`";

/// Topics by name. The defaults of our own ones begin with `output_prefix` (default `telkomcare.triage.`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topics {
    /// `posts`: topics with posts in any known format. Default `telkomcare.posts`.
    pub posts: Vec<String>,
    /// `case_events`: topic with the events of the ticketing side. Default `telkomcare.case-events`.
    pub case_events: String,
    /// `inbox`: canonical posts and events by customer. Default `<prefix>inbox`.
    pub inbox: String,
    /// `agents`: what agents answer. Default `<prefix>agents`.
    pub agents: String,
    /// `oot`: what is tagged and left alone. Default `<prefix>oot`.
    pub oot: String,
    /// `escalations`: hard complaints. Default `<prefix>escalations`.
    pub escalations: String,
    /// `skipped`: what nobody needs to see. Default `<prefix>skipped`.
    pub skipped: String,
    /// `dead_letters`: records that could not be read. Default `<prefix>dead-letters`.
    pub dead_letters: String,
    /// `state`: journal of what the program remembers. Default `<prefix>state`.
    pub state: String,
    /// `shadow`: verdicts of the rules in `[shadow]` that differ; `None` where there are no such rules. Default
    /// `<prefix>shadow`.
    pub shadow: Option<String>,
    /// The topics of the stage `outages`; `None` where it is off.
    pub outages: Option<OutageTopics>,
    /// `handoff`: hand-offs to the desk of CT-0 and PRANPC; `None` where `[handoff]` does not enable them. Default
    /// `telkomcare.ct0.handoff`.
    pub handoff: Option<String>,
    /// `partitions` of a topic the program creates, 1 to 1000. Default 12. The inbox and the journal must have the same
    /// number, and it must not change while posts are remembered.
    pub partitions: i32,
    /// `replication` of a topic the program creates, 1 to 9. Default: what the brokers are set to.
    pub replication: Option<i32>,
    /// `[topics.retention]`: how long records are kept; the journal is compacted instead.
    pub retention: Retention,
}

/// The topics of the stage `outages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageTopics {
    /// `areas`: complaints by area. Default `<prefix>areas`.
    pub areas: String,
    /// `areas_state`: journal of what is remembered of areas. Default `<prefix>areas-state`.
    pub areas_state: String,
    /// `outages`: areas of which several customers complain. Default `<prefix>outages`.
    pub outages: String,
}

/// How long the records of a topic are kept, in milliseconds, 1 h to 3660 d.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Default 30 d.
    pub inbox: i64,
    /// Default 30 d.
    pub agents: i64,
    /// Default 30 d.
    pub oot: i64,
    /// Default 731 d.
    pub escalations: i64,
    /// Default 30 d.
    pub skipped: i64,
    /// Default 30 d.
    pub dead_letters: i64,
    /// Default 30 d.
    pub shadow: i64,
    /// Default 7 d.
    pub areas: i64,
    /// Default 30 d.
    pub outages: i64,
    /// Default 731 d.
    pub handoff: i64,
}

impl Topics {
    /// `shadow`: there are rules in `[shadow]`. `outages`: the stage of that name is on. `handoff`: `[handoff]` enables
    /// hand-offs.
    pub(super) fn read(table: Table<'_>, shadow: bool, outages: bool, handoff: bool) -> Topics {
        let prefix = table.optional("output_prefix");
        let names = Names { table: &table, prefix: read_prefix(&prefix), prefix_spot: prefix.spot() };
        let posts = table.optional("posts");
        let topics = Topics {
            posts: if posts.is_present() { posts.strings() } else { vec!["telkomcare.posts".to_owned()] },
            case_events: table.optional("case_events").string().unwrap_or_else(|| "telkomcare.case-events".to_owned()),
            inbox: names.own("inbox"),
            agents: names.own("agents"),
            oot: names.own("oot"),
            escalations: names.own("escalations"),
            skipped: names.own("skipped"),
            dead_letters: names.own("dead_letters"),
            state: names.own("state"),
            shadow: Some(names.own("shadow")).filter(|_| shadow),
            outages: Some(OutageTopics::read(&names)).filter(|_| outages),
            handoff: table.optional("handoff").string().or_else(|| Some("telkomcare.ct0.handoff".to_owned())).filter(|_| handoff),
            partitions: table.optional("partitions").integer(1..=1000).unwrap_or(12),
            replication: table.optional("replication").integer(1..=9),
            retention: Retention::read(table.section("retention")),
        };
        names.check(&topics, &posts);
        table.finish();
        topics
    }
}

impl OutageTopics {
    fn read(names: &Names<'_>) -> OutageTopics {
        OutageTopics { areas: names.own("areas"), areas_state: names.own("areas_state"), outages: names.own("outages") }
    }

    fn named(&self) -> [(&'static str, &String); 3] {
        [("areas", &self.areas), ("areas_state", &self.areas_state), ("outages", &self.outages)]
    }
}

impl Retention {
    fn read(table: Table<'_>) -> Retention {
        let of = |key: &str, default: i64| table.optional(key).duration(HOUR..=3660 * DAY).unwrap_or(default);
        let retention = Retention {
            inbox: of("inbox", 30 * DAY),
            agents: of("agents", 30 * DAY),
            oot: of("oot", 30 * DAY),
            escalations: of("escalations", 731 * DAY),
            skipped: of("skipped", 30 * DAY),
            dead_letters: of("dead_letters", 30 * DAY),
            shadow: of("shadow", 30 * DAY),
            areas: of("areas", 7 * DAY),
            outages: of("outages", 30 * DAY),
            handoff: of("handoff", 731 * DAY),
        };
        table.finish();
        retention
    }
}

/// Reads names of topics and checks them against each other.
struct Names<'a> {
    table: &'a Table<'a>,
    prefix: String,
    prefix_spot: Spot,
}

impl Names<'_> {
    fn own(&self, key: &str) -> String {
        self.table.optional(key).string().unwrap_or_else(|| format!("{}{}", self.prefix, key.replace('_', "-")))
    }

    /// Every name must be one that Kafka allows, and no two the same: the program would read what it writes.
    fn check(&self, topics: &Topics, posts: &Value<'_>) {
        let reporter = self.table.reporter();
        let own = [
            ("case_events", &topics.case_events),
            ("inbox", &topics.inbox),
            ("agents", &topics.agents),
            ("oot", &topics.oot),
            ("escalations", &topics.escalations),
            ("skipped", &topics.skipped),
            ("dead_letters", &topics.dead_letters),
            ("state", &topics.state),
        ];
        let own = own.into_iter().chain(topics.shadow.iter().map(|name| ("shadow", name)));
        let own = own.chain(topics.outages.iter().flat_map(OutageTopics::named));
        let own = own.chain(topics.handoff.iter().map(|name| ("handoff", name)));
        let posts_spot = posts.spot();
        let spot_of = |key: &str| match self.table.optional(key) {
            value if value.is_present() => value.spot(),
            _ => self.prefix_spot.clone(),
        };
        let mut all: Vec<(&str, &String, Spot)> = topics.posts.iter().map(|name| ("posts", name, posts_spot.clone())).collect();
        all.extend(own.map(|(key, name)| (key, name, spot_of(key))));
        if topics.posts.is_empty() {
            reporter.error(&posts_spot, "at least one topic with posts is needed");
        }
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for (key, name, spot) in &all {
            if !is_topic(name) {
                reporter.report(Problem::error(spot, format!("`{name}` cannot be the name of a topic")).hint(LEGAL));
            } else if let Some(other) = seen.insert(name, key) {
                reporter.error(spot, format!("`{other}` and `{key}` are the same topic, `{name}`"));
            }
        }
    }
}

fn read_prefix(value: &Value<'_>) -> String {
    match value.string() {
        Some(prefix) if prefix.is_empty() || is_topic(&prefix) => return prefix,
        Some(prefix) => {
            value.reporter().report(Problem::error(&value.spot(), format!("names of topics cannot begin with `{prefix}`")).hint(LEGAL))
        }
        None => {}
    }
    "telkomcare.triage.".to_owned()
}

fn is_topic(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    (1..=249).contains(&name.len()) && name.chars().all(allowed) && name != "." && name != ".."
}
