//! The topics: their names, the shape each must have, and how to make and check them.

use std::fmt::Write as _;

use super::settings::MAX_RECORD_BYTES;

/// The topics that the service writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Canonical posts and case events, keyed by customer.
    Inbox,
    /// What an agent must see.
    Agents,
    /// What needs no reply.
    Oot,
    /// Hard complaints and what becomes of them.
    Escalations,
    /// What is nobody's work.
    Skipped,
    /// What could not be read or written.
    DeadLetters,
    /// The state of each customer.
    Journal,
}

impl Topic {
    /// All of them, in the order of the documentation.
    pub const ALL: [Topic; 7] =
        [Topic::Inbox, Topic::Agents, Topic::Oot, Topic::Escalations, Topic::Skipped, Topic::DeadLetters, Topic::Journal];

    /// The name in metrics and logs.
    pub fn label(self) -> &'static str {
        match self {
            Topic::Inbox => "inbox",
            Topic::Agents => "agents",
            Topic::Oot => "oot",
            Topic::Escalations => "escalations",
            Topic::Skipped => "skipped",
            Topic::DeadLetters => "dead-letters",
            Topic::Journal => "state",
        }
    }
}

/// What the topics are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Posts as the feeds deliver them.
    pub posts: String,
    /// Reports about cases.
    pub case_events: String,
    /// See [`Topic::Inbox`].
    pub inbox: String,
    /// See [`Topic::Agents`].
    pub agents: String,
    /// See [`Topic::Oot`].
    pub oot: String,
    /// See [`Topic::Escalations`].
    pub escalations: String,
    /// See [`Topic::Skipped`].
    pub skipped: String,
    /// See [`Topic::DeadLetters`].
    pub dead_letters: String,
    /// See [`Topic::Journal`].
    pub journal: String,
}

impl Names {
    /// The names under `prefix`: `telkomcare` gives those of the contract.
    pub fn under(prefix: &str) -> Self {
        let name = |rest: &str| format!("{prefix}.{rest}");
        Names {
            posts: name("posts"),
            case_events: name("case-events"),
            inbox: name("triage.inbox"),
            agents: name("triage.agents"),
            oot: name("triage.oot"),
            escalations: name("triage.escalations"),
            skipped: name("triage.skipped"),
            dead_letters: name("triage.dead-letters"),
            journal: name("triage.state"),
        }
    }

    /// The name of `topic`.
    pub fn of(&self, topic: Topic) -> &str {
        match topic {
            Topic::Inbox => &self.inbox,
            Topic::Agents => &self.agents,
            Topic::Oot => &self.oot,
            Topic::Escalations => &self.escalations,
            Topic::Skipped => &self.skipped,
            Topic::DeadLetters => &self.dead_letters,
            Topic::Journal => &self.journal,
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        Names::under("telkomcare")
    }
}

/// What is asked of the topics.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What they are called.
    pub names: Names,
    /// Partitions of the inbox and so of the journal; the others get as many.
    pub partitions: i32,
    /// Copies of each record; -1: the brokers' default.
    pub replication: i32,
    /// How long posts and verdicts are kept, in milliseconds.
    pub retention_ms: i64,
    /// How long escalations are kept, in milliseconds.
    pub escalations_retention_ms: i64,
}

const DAY_MS: i64 = 86_400_000;

impl Default for Plan {
    fn default() -> Self {
        Plan { names: Names::default(), partitions: 12, replication: -1, retention_ms: 30 * DAY_MS, escalations_retention_ms: 731 * DAY_MS }
    }
}

impl Plan {
    /// The settings that `topic` must have, by Kafka's names.
    pub fn config(&self, topic: Topic) -> Vec<(&'static str, String)> {
        let mut config = vec![
            // Output records carry the timestamp of their input.
            ("message.timestamp.type", "CreateTime".to_owned()),
            ("max.message.bytes", (MAX_RECORD_BYTES + OVERHEAD_BYTES).to_string()),
        ];
        match topic {
            Topic::Journal => config.push(("cleanup.policy", "compact".to_owned())),
            _ => config.push(("cleanup.policy", "delete".to_owned())),
        }
        match topic {
            Topic::Journal => (),
            Topic::Escalations => config.push(("retention.ms", self.escalations_retention_ms.to_string())),
            _ => config.push(("retention.ms", self.retention_ms.to_string())),
        }
        config
    }
}

/// What a broker counts on top of a record.
const OVERHEAD_BYTES: u32 = 4_096;

/// A topic as the brokers have it.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) partitions: i32,
    /// Settings by name; empty where we may not read them.
    pub(super) config: Vec<(String, String)>,
}

/// How `found` differs from what `plan` asks of `topic`: one sentence each.
pub(super) fn differences(plan: &Plan, topic: Topic, inbox_partitions: Option<i32>, found: Option<&Found>) -> Vec<String> {
    let name = plan.names.of(topic);
    let Some(found) = found else {
        return vec![format!("{name} does not exist")];
    };
    let mut said = Vec::new();
    match (topic, inbox_partitions) {
        (Topic::Journal, Some(inbox)) if found.partitions != inbox => {
            said.push(format!("{name} has {} partitions, but must have the inbox's {inbox}", found.partitions));
        }
        (Topic::Journal, _) => (),
        _ if found.partitions != plan.partitions => {
            said.push(format!("{name} has {} partitions, the settings say {}", found.partitions, plan.partitions));
        }
        _ => (),
    }
    for (setting, wanted) in plan.config(topic) {
        let Some((_, is)) = found.config.iter().find(|(name, _)| name == setting) else { continue };
        let fits = match setting {
            "max.message.bytes" => is.parse::<u64>().is_ok_and(|bytes| bytes >= u64::from(MAX_RECORD_BYTES)),
            _ => *is == wanted,
        };
        if !fits {
            said.push(sentence(name, setting, is, &wanted));
        }
    }
    said
}

fn sentence(topic: &str, setting: &str, is: &str, wanted: &str) -> String {
    let mut text = format!("{topic} has {setting} = {is}, but needs {wanted}");
    let why = match setting {
        "message.timestamp.type" => "records must keep the timestamp of the post they come from",
        "cleanup.policy" if wanted == "compact" => "or the state of customers is deleted with time",
        "cleanup.policy" => "each record stands for itself",
        "max.message.bytes" => "larger verdicts and dead letters are refused by the broker",
        _ => return text,
    };
    let _ = write!(text, ": {why}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(partitions: i32, config: &[(&str, &str)]) -> Found {
        Found { partitions, config: config.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    #[test]
    fn names_are_those_of_the_contract() {
        let names: Vec<String> = Topic::ALL.iter().map(|&topic| Names::default().of(topic).to_owned()).collect();
        let ends = ["inbox", "agents", "oot", "escalations", "skipped", "dead-letters", "state"];
        assert_eq!(names, ends.map(|end| format!("telkomcare.triage.{end}")));
        assert!(Topic::ALL.iter().zip(ends).all(|(topic, end)| topic.label() == end));
    }

    #[test]
    fn escalations_outlive_posts_and_the_journal_outlives_both() {
        let plan = Plan::default();
        let retention = |topic| plan.config(topic).into_iter().find(|(name, _)| *name == "retention.ms").map(|(_, value)| value);
        assert_eq!(retention(Topic::Oot).as_deref(), Some("2592000000"));
        assert_eq!(retention(Topic::Escalations).as_deref(), Some("63158400000"));
        assert_eq!(retention(Topic::Journal), None);
    }

    #[test]
    fn every_difference_is_a_sentence() {
        let plan = Plan { partitions: 4, ..Plan::default() };
        let check = |topic: Topic, inbox: Option<i32>, found: Option<Found>, expected: &[&str]| {
            assert_eq!(differences(&plan, topic, inbox, found.as_ref()), expected);
        };
        check(Topic::Oot, None, None, &["telkomcare.triage.oot does not exist"]);
        check(Topic::Oot, None, Some(found(6, &[])), &["telkomcare.triage.oot has 6 partitions, the settings say 4"]);
        check(Topic::Journal, Some(6), Some(found(6, &[])), &[]);
        check(Topic::Journal, Some(6), Some(found(4, &[])), &["telkomcare.triage.state has 4 partitions, but must have the inbox's 6"]);
        check(
            Topic::Journal,
            None,
            Some(found(4, &[("cleanup.policy", "delete")])),
            &["telkomcare.triage.state has cleanup.policy = delete, but needs compact: or the state of customers is deleted with time"],
        );
        check(
            Topic::Agents,
            None,
            Some(found(4, &[("retention.ms", "604800000"), ("max.message.bytes", "2097152"), ("message.timestamp.type", "CreateTime")])),
            &["telkomcare.triage.agents has retention.ms = 604800000, but needs 2592000000"],
        );
    }
}
