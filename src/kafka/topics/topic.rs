//! The topics that the service writes, and how each is called.

use crate::config::service::{OutageTopics, Topics};

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
    /// Where rules that are only tried would have decided otherwise.
    Shadow,
    /// Complaints by area, between the triage stage and that of outages.
    Areas,
    /// What is remembered of each area.
    AreasJournal,
    /// Areas of which several customers complain.
    Outages,
}

impl Topic {
    /// All of them, in the order of the documentation.
    pub const ALL: [Topic; 11] = [
        Topic::Inbox,
        Topic::Agents,
        Topic::Oot,
        Topic::Escalations,
        Topic::Skipped,
        Topic::DeadLetters,
        Topic::Journal,
        Topic::Shadow,
        Topic::Areas,
        Topic::AreasJournal,
        Topic::Outages,
    ];

    /// Returns those that `topics` needs: no other rules, no topic for what they say; the same for outages.
    pub fn needed(topics: &Topics) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(|&topic| match topic {
            Topic::Shadow => topics.shadow.is_some(),
            Topic::Areas | Topic::AreasJournal | Topic::Outages => topics.outages.is_some(),
            _ => true,
        })
    }

    /// Whose records the brokers keep until there is a newer one of the same key.
    pub fn is_journal(self) -> bool {
        matches!(self, Topic::Journal | Topic::AreasJournal)
    }

    /// Returns the name in summaries and logs.
    pub fn label(self) -> &'static str {
        match self {
            Topic::Inbox => "inbox",
            Topic::Agents => "agents",
            Topic::Oot => "oot",
            Topic::Escalations => "escalations",
            Topic::Skipped => "skipped",
            Topic::DeadLetters => "dead-letters",
            Topic::Journal => "state",
            Topic::Shadow => "shadow",
            Topic::Areas => "areas",
            Topic::AreasJournal => "areas-state",
            Topic::Outages => "outages",
        }
    }
}

/// Returns the name of `topic`; empty for one that is not needed.
pub fn name(topics: &Topics, topic: Topic) -> &str {
    let of_outages = |name: fn(&OutageTopics) -> &String| topics.outages.as_ref().map_or("", |outages| name(outages));
    match topic {
        Topic::Inbox => &topics.inbox,
        Topic::Agents => &topics.agents,
        Topic::Oot => &topics.oot,
        Topic::Escalations => &topics.escalations,
        Topic::Skipped => &topics.skipped,
        Topic::DeadLetters => &topics.dead_letters,
        Topic::Journal => &topics.state,
        Topic::Shadow => topics.shadow.as_deref().unwrap_or_default(),
        Topic::Areas => of_outages(|outages| &outages.areas),
        Topic::AreasJournal => of_outages(|outages| &outages.areas_state),
        Topic::Outages => of_outages(|outages| &outages.outages),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::service::Service;

    /// The topics that a user gets with these options.
    fn topics(options: &[(&str, &str)]) -> Topics {
        let options: Vec<(String, String)> = options.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect();
        Service::load(None, std::iter::empty(), &options).expect("settings").topics
    }

    #[test]
    fn names_are_those_of_the_contract() {
        let topics = topics(&[("shadow.config", "next"), ("outages.on", "true")]);
        let ends =
            ["inbox", "agents", "oot", "escalations", "skipped", "dead-letters", "state", "shadow", "areas", "areas-state", "outages"];
        assert_eq!(Topic::ALL.map(|topic| name(&topics, topic)), ends.map(|end| format!("telkomcare.triage.{end}")));
        assert_eq!(Topic::ALL.map(Topic::label), ends);
        assert!(Topic::ALL.iter().enumerate().all(|(place, &topic)| topic as usize == place));
    }
}
