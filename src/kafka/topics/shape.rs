//! The shape that each topic must have, and how one that is there differs from it. Asks no broker.

use std::fmt::Write as _;

use super::topic::{Topic, name};
use crate::config::service::Topics;
use crate::kafka::clients::settings::MAX_RECORD_BYTES;

/// Returns the settings that `topic` must have, by Kafka's names.
pub(in crate::kafka) fn config(topics: &Topics, topic: Topic) -> Vec<(&'static str, String)> {
    let retention = &topics.retention;
    let retention = match topic {
        Topic::Inbox => Some(retention.inbox),
        Topic::Agents => Some(retention.agents),
        Topic::Oot => Some(retention.oot),
        Topic::Escalations => Some(retention.escalations),
        Topic::Skipped => Some(retention.skipped),
        Topic::DeadLetters => Some(retention.dead_letters),
        Topic::Shadow => Some(retention.shadow),
        Topic::Handoff => Some(retention.handoff),
        Topic::Areas => Some(retention.areas),
        Topic::Outages => Some(retention.outages),
        Topic::Journal | Topic::AreasJournal => None,
    };
    let mut config = vec![
        // Output records carry the timestamp of their input.
        ("message.timestamp.type", "CreateTime".to_owned()),
        ("max.message.bytes", (MAX_RECORD_BYTES + OVERHEAD_BYTES).to_string()),
        ("cleanup.policy", if retention.is_some() { "delete" } else { "compact" }.to_owned()),
    ];
    config.extend(retention.map(|retention| ("retention.ms", retention.to_string())));
    config
}

/// What a broker counts on top of a record.
const OVERHEAD_BYTES: u32 = 4_096;

/// A topic as the brokers have it.
#[derive(Debug, Clone, Default)]
pub(in crate::kafka) struct Found {
    pub(in crate::kafka) partitions: i32,
    /// Settings by name; empty where we may not read them.
    pub(in crate::kafka) config: Vec<(String, String)>,
}

/// Returns how `found` differs from what `topics` asks of `topic`: one sentence each.
pub(in crate::kafka) fn differences(topics: &Topics, topic: Topic, inbox_partitions: Option<i32>, found: Option<&Found>) -> Vec<String> {
    let name = name(topics, topic);
    let Some(found) = found else {
        return vec![format!("{name} does not exist")];
    };
    let mut said = Vec::new();
    match (topic, inbox_partitions) {
        (Topic::Journal, Some(inbox)) if found.partitions != inbox => {
            said.push(format!("{name} has {} partitions, but must have the inbox's {inbox}", found.partitions));
        }
        (Topic::Journal, _) => (),
        _ if found.partitions != topics.partitions => {
            said.push(format!("{name} has {} partitions, the settings say {}", found.partitions, topics.partitions));
        }
        _ => (),
    }
    for (setting, wanted) in config(topics, topic) {
        let Some((_, is)) = found.config.iter().find(|(other, _)| other == setting) else { continue };
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
    use crate::config::service::Service;

    fn found(partitions: i32, config: &[(&str, &str)]) -> Found {
        Found { partitions, config: config.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect() }
    }

    /// The topics that a user gets with these options.
    fn topics(options: &[(&str, &str)]) -> Topics {
        let options: Vec<(String, String)> = options.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        Service::load(None, std::iter::empty(), &options).expect("settings").topics
    }

    #[test]
    fn escalations_outlive_posts_and_the_journal_outlives_both() {
        let topics = topics(&[]);
        let retention = |topic| config(&topics, topic).into_iter().find(|(name, _)| *name == "retention.ms").map(|(_, value)| value);
        assert_eq!(retention(Topic::Oot).as_deref(), Some("2592000000"));
        assert_eq!(retention(Topic::Escalations).as_deref(), Some("63158400000"));
        assert_eq!(retention(Topic::Journal), None);
    }

    #[test]
    fn every_difference_is_a_sentence() {
        let topics = topics(&[("topics.partitions", "4")]);
        let check = |topic: Topic, inbox: Option<i32>, found: Option<Found>, expected: &[&str]| {
            assert_eq!(differences(&topics, topic, inbox, found.as_ref()), expected);
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
