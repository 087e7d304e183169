//! Whose journal it is, and which rules its group has accepted: what a record of each partition says, and what is refused.

use serde::{Deserialize, Serialize};

use super::accepted::Acceptance;
use crate::kafka::errors::refusal::Refusal;

/// Key of the record that says whose journal this is, in each partition. No customer's key begins like that.
pub(in crate::kafka) const META_KEY: &[u8] = b"\0meta";

/// Whose journal it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::kafka) struct Meta {
    /// The consumer group that writes it.
    pub(in crate::kafka) group: String,
    /// Partitions of the inbox when it was begun.
    pub(in crate::kafka) partitions: i32,
    /// The rules that judge this partition; none in journals of before. Programs of before do not look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::kafka) rules: Option<Acceptance>,
}

impl Meta {
    /// Refuses a journal that says of itself what `found` does, unless that is what `self` says.
    pub(in crate::kafka) fn check(&self, found: &Meta, inbox: &str, journal: &str) -> Result<(), Refusal> {
        if found.group != self.group {
            return Err(Refusal::OtherGroup { journal: journal.into(), owner: found.group.clone(), group: self.group.clone() });
        }
        if found.partitions != self.partitions {
            let (now, then) = (self.partitions, found.partitions);
            return Err(Refusal::PartitionCount { inbox: inbox.into(), journal: journal.into(), now, then });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_group_and_another_count_are_refused() {
        let ours = Meta { group: "a".into(), partitions: 4, rules: None };
        let check = |group: &str, partitions: i32, part: &str| {
            let found = Meta { group: group.into(), partitions, rules: None };
            let said = ours.check(&found, "inbox", "state").map_err(|refusal| refusal.to_string()).err().unwrap_or_default();
            assert!(said.contains(part) && said.is_empty() == part.is_empty(), "{said}");
        };
        check("a", 4, "");
        check("b", 4, "belongs to group `b`, not to `a`");
        check("a", 3, "inbox has 4 partitions, but the journal state was written for 3");
    }
}
