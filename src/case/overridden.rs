//! Which verdicts an escalation takes from the agents: two people must not answer one customer (D75).

use crate::author::{AuthorState, Case};

/// The verdicts on posts of `case` that wait with the agents, as `post@version`, but for that on the post `except`: what an
/// escalation of the case overrides (D75). A post that is not remembered any more is taken to be one that did.
pub fn with_agents(state: &AuthorState, case: &Case, except: &str) -> Vec<String> {
    let verdict = |id: &str| match state.posts.iter().find(|known| *known.id == *id) {
        Some(known) => known.with_agents.then(|| known.verdict()),
        None => Some(format!("{id}@{id}")),
    };
    case.posts.iter().filter(|id| **id != *except).filter_map(|id| verdict(id)).collect()
}
