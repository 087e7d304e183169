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
    /// Complaints handed in for others, and how far their form is.
    Handoff,
}

impl Topic {
    /// All of them, in the order of the documentation.
    pub const ALL: [Topic; 12] = [
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
        Topic::Handoff,
    ];

    /// Returns those that `topics` needs: no other rules, no topic for what they say; the same for outages and hand-offs.
    pub fn needed(topics: &Topics) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(|&topic| !name(topics, topic).is_empty())
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
            Topic::Handoff => "handoff",
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
        Topic::Handoff => topics.handoff.as_deref().unwrap_or_default(),
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
        let all = topics(&[("shadow.config", "next"), ("handoff.enabled", "true"), ("outages.on", "true")]);
        let ends = "inbox agents oot escalations skipped dead-letters state shadow areas areas-state outages handoff";
        let ends: [&str; Topic::ALL.len()] = ends.split(' ').collect::<Vec<_>>().try_into().expect("as many");
        let full = |end: &str| if end == "handoff" { "telkomcare.ct0.handoff".to_owned() } else { format!("telkomcare.triage.{end}") };
        assert_eq!(Topic::ALL.map(|topic| name(&all, topic)), ends.map(full));
        assert_eq!(Topic::ALL.map(Topic::label), ends);
        let needed = Topic::needed(&topics(&[])).map(Topic::label).collect::<Vec<_>>();
        assert_eq!(needed, ends[..7], "what is off needs no topic");
        assert!(Topic::ALL.iter().enumerate().all(|(place, &topic)| topic as usize == place));
    }
}
