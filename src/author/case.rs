//! The open case of a customer: the conditions seen since it began, with their evidence.

use serde::{Deserialize, Deserializer, Serialize};
use smol_str::SmolStr;

use super::json;
use super::remembered::is_false;
use super::reminded::Reminders;
use super::told::{Group, Hold, Step};
use super::unknown::Unknown;
use crate::post::{Millis, same_id};
use crate::signals::Evidence;

/// Posts kept as witnesses of one condition, and of the complaint.
const MAX_WITNESSES: usize = 16;
/// Pieces of evidence kept for one condition.
const MAX_EVIDENCE: usize = 3;
/// Posts listed in records about the case.
const MAX_LISTED: usize = 32;
/// Conversations remembered of the case.
const MAX_CONVERSATIONS: usize = 8;
/// Bytes of an address that is kept.
const MAX_URL: usize = 512;
/// Hints kept.
const MAX_HINTS: usize = 8;
/// Steps of the desk that are remembered of a case: one of each kind.
const MAX_STEPS: usize = 16;
/// Silences that are remembered as holding a case.
const MAX_HOLDS: usize = 8;

/// A case: from the first post that an agent must see until it is resolved, dismissed or idle (D25, D27).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Id of its first post.
    #[serde(rename = "i")]
    pub id: SmolStr,
    /// When that was written.
    #[serde(rename = "t", with = "json::number")]
    pub first_at: Millis,
    /// When its newest post was written.
    #[serde(rename = "l", with = "json::number")]
    pub last_at: Millis,
    /// Posts that are complaints.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub complaints: Vec<SmolStr>,
    /// Conditions met, sorted by name.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<MetCondition>,
    /// Its posts, the latest last.
    #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
    pub posts: Vec<SmolStr>,
    /// Conversations in which they stand, the latest last; those that the customer began himself go by their first post.
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    pub conversations: Vec<SmolStr>,
    /// It is a hard complaint.
    #[serde(rename = "h", default, skip_serializing_if = "is_false")]
    pub hard: bool,
    /// When it became one: the time of that record.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub opened_at: Option<Millis>,
    /// Team leader who has it.
    #[serde(rename = "tl", default, skip_serializing_if = "Option::is_none")]
    pub tl_name: Option<SmolStr>,
    /// Owner of the ticket.
    #[serde(rename = "pic", default, skip_serializing_if = "Option::is_none")]
    pub pic_tiket: Option<SmolStr>,
    /// When the customer was called last.
    #[serde(rename = "cb", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub last_callback: Option<Millis>,
    /// When the unit expects to be done.
    #[serde(rename = "eta", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub unit_eta: Option<Millis>,
    /// When it was opened again the last time.
    #[serde(rename = "ro", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub reopened_at: Option<Millis>,
    /// When the desk said what it said.
    #[serde(rename = "ra", default, skip_serializing_if = "Reported::is_empty")]
    pub reported: Reported,
    /// Where people can see its posts, as far as that is known, the latest last.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// What its posts hint at.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<SmolStr>,
    /// What its team leader was reminded of last.
    #[serde(rename = "r", default, skip_serializing_if = "Reminders::is_empty")]
    pub reminded: Reminders,
    /// The first of the follow-ups that a reader tells of once.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// What the desk did, in the order of time.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Silences that hold it.
    #[serde(rename = "q", default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Unknown,
}

/// When the newest report was made that says something, as far as its clock can be believed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Who has the case.
    #[serde(rename = "tl", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub tl_name: Option<Millis>,
    /// Who owns the ticket.
    #[serde(rename = "pic", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub pic_tiket: Option<Millis>,
    /// When the unit expects to be done.
    #[serde(rename = "eta", default, skip_serializing_if = "Option::is_none", with = "json::optional_number")]
    pub unit_eta: Option<Millis>,
}

impl Reported {
    fn is_empty(&self) -> bool {
        *self == Reported::default()
    }
}

/// Where people can see a post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its id.
    #[serde(rename = "p")]
    pub post: SmolStr,
    /// The address.
    #[serde(rename = "u")]
    pub url: SmolStr,
}

/// A condition met in a case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MetCondition {
    /// Its name in the rules of the time.
    #[serde(rename = "n")]
    pub name: SmolStr,
    /// The posts that met it.
    #[serde(rename = "p")]
    pub posts: Vec<SmolStr>,
    /// Why it was met: the first pieces of evidence.
    #[serde(rename = "e", default, deserialize_with = "owned_reasons")]
    pub evidence: Vec<Reason>,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Unknown,
}

/// A piece of evidence that a case keeps.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Reason {
    /// The evidence itself, which the record shows.
    pub piece: Evidence<'static>,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Unknown,
}

impl Case {
    /// Returns a case that begins with the post `id`, written at `at`.
    pub fn begin(id: &str, at: Millis) -> Self {
        Case { id: id.into(), first_at: at, last_at: at, ..Case::default() }
    }

    /// Returns whether the case is named after the post `id`.
    pub fn is_first(&self, id: &str) -> bool {
        *self.id == *id
    }

    /// Returns whether condition `name` is met.
    pub fn has(&self, name: &str) -> bool {
        self.conditions.iter().any(|condition| *condition.name == *name)
    }

    /// Names of the conditions met, sorted.
    pub fn condition_names(&self) -> impl Iterator<Item = &str> {
        self.conditions.iter().map(|condition| &*condition.name)
    }

    /// Counts the post `id`, written at `at`.
    pub fn add_post(&mut self, id: &str, at: Millis) {
        self.last_at = self.last_at.max(at);
        if !self.posts.iter().any(|known| same_id(known, id)) {
            if self.posts.len() == MAX_LISTED {
                self.posts.remove(1);
            }
            self.posts.push(id.into());
        }
    }

    /// Notes that a post of it stands in `conversation`.
    pub fn add_conversation(&mut self, conversation: &str) {
        if self.conversations.last().is_some_and(|latest| *latest == conversation) {
            return;
        }
        self.conversations.retain(|known| *known != conversation);
        if self.conversations.len() == MAX_CONVERSATIONS {
            self.conversations.remove(0);
        }
        self.conversations.push(conversation.into());
    }

    /// Returns whether the post `id` in `conversation`, an answer to `parent`, goes on with one of the case's other
    /// posts.
    pub fn holds(&self, id: &str, conversation: Option<&str>, parent: Option<&str>) -> bool {
        let is = |known: &str, id: Option<&str>| id.is_some_and(|id| same_id(known, id));
        let is_other = |known: &str| (is(known, conversation) || is(known, parent)) && !same_id(known, id);
        let same = conversation.is_some_and(|conversation| self.conversations.iter().any(|known| *known == conversation));
        same || self.posts.iter().any(|known| is_other(known))
    }

    /// Notes that the post `id` is a complaint.
    pub fn add_complaint(&mut self, id: &str) {
        push_witness(&mut self.complaints, id);
    }

    /// Notes that the post `id` meets condition `name`; `true` if it was not met before.
    pub fn add_condition(&mut self, name: &str, id: &str) -> bool {
        let place = self.conditions.binary_search_by(|condition| (*condition.name).cmp(name));
        let (at, is_new) = match place {
            Ok(at) => (at, false),
            Err(at) => {
                self.conditions.insert(at, MetCondition { name: name.into(), ..MetCondition::default() });
                (at, true)
            }
        };
        push_witness(&mut self.conditions[at].posts, id);
        is_new
    }

    /// Notes why condition `name` is met, if it is one and there is room.
    pub fn add_evidence(&mut self, name: &str, evidence: &Evidence<'_>) {
        let Ok(at) = self.conditions.binary_search_by(|condition| (*condition.name).cmp(name)) else { return };
        let kept = &mut self.conditions[at].evidence;
        if kept.len() < MAX_EVIDENCE {
            kept.push(Reason { piece: evidence.clone().into_owned(), unknown: Unknown::default() });
        }
    }

    /// Takes in what was counted in `other`, a later case of the same customer, with at most `links` links in all.
    pub fn take_in(&mut self, other: Case, links: usize) {
        self.last_at = self.last_at.max(other.last_at);
        for id in &other.posts {
            self.add_post(id, other.first_at);
        }
        other.complaints.iter().for_each(|id| self.add_complaint(id));
        other.conversations.iter().for_each(|conversation| self.add_conversation(conversation));
        other.links.iter().for_each(|link| self.add_link(&link.post, &link.url, links));
        other.hints.iter().for_each(|hint| self.add_hint(hint));
        other.holds.iter().for_each(|hold| self.hold(&hold.by, hold.since, false));
        for condition in other.conditions {
            for id in &condition.posts {
                self.add_condition(&condition.name, id);
            }
            condition.evidence.iter().for_each(|reason| self.add_evidence(&condition.name, &reason.piece));
        }
    }

    /// Takes back what the post `id` contributed: it was edited and is judged anew (D7).
    pub fn take_back(&mut self, id: &str) {
        self.keep_posts(|post| post != id);
    }

    /// Keeps only what posts contributed for which `keep` says so; a condition without a witness is gone.
    pub fn keep_posts(&mut self, keep: impl Fn(&str) -> bool) {
        self.complaints.retain(|post| keep(post));
        for condition in &mut self.conditions {
            condition.posts.retain(|post| keep(post));
            condition.evidence.retain(|reason| keep(&reason.piece.post_id));
        }
        self.conditions.retain(|condition| !condition.posts.is_empty());
    }

    /// Drops every quotation: texts were kept when they were taken and are not any more (D70).
    pub fn drop_quotes(&mut self) {
        self.pieces().for_each(|piece| piece.quote = None);
    }

    /// Notes where people can see the post `id`, with at most `most` links in all: the first one stays, then the oldest goes.
    pub fn add_link(&mut self, id: &str, url: &str, most: usize) {
        if most == 0 || url.len() > MAX_URL || self.links.iter().any(|link| *link.post == *id) {
            return;
        }
        if self.links.len() >= most {
            self.links.remove(1.min(most - 1));
        }
        self.links.push(Link { post: id.into(), url: url.into() });
    }

    /// Notes that a post of it hints at `hint`.
    pub fn add_hint(&mut self, hint: &str) {
        if self.hints.len() < MAX_HINTS && !self.hints.iter().any(|known| **known == *hint) {
            self.hints.push(hint.into());
        }
    }

    /// Blanks every quotation of the post `id`, and where it could be seen (D9).
    pub fn blank(&mut self, id: &str) {
        self.links.retain(|link| *link.post != *id);
        self.pieces().filter(|piece| piece.post_id == *id).for_each(|piece| {
            piece.quote = None;
            piece.entry = None;
        });
    }

    /// Notes that the desk did `kind` at `at`; the latest of a kind holds.
    pub fn note_step(&mut self, kind: &str, at: Millis) {
        let full = self.steps.len() >= MAX_STEPS;
        match self.steps.iter_mut().find(|step| step.kind == kind) {
            Some(step) => step.at = at.max(step.at),
            None if !full => self.steps.push(Step { kind: kind.into(), at }),
            None => {}
        }
        self.steps.sort_by_key(|step| step.at);
    }

    /// Notes that the silence `by` holds it from `since` on; `whole`, if that begins with its opening.
    pub fn hold(&mut self, by: &str, since: Millis, whole: bool) {
        if self.holds.len() < MAX_HOLDS && !self.holds.iter().any(|hold| hold.by == by) {
            self.holds.push(Hold { by: by.into(), since, whole });
        }
    }

    /// Notes that somebody was told of it in spite of all silences.
    pub fn told(&mut self) {
        self.holds.iter_mut().for_each(|hold| hold.whole = false);
    }

    fn pieces(&mut self) -> impl Iterator<Item = &mut Evidence<'static>> {
        self.conditions.iter_mut().flat_map(|condition| &mut condition.evidence).map(|reason| &mut reason.piece)
    }
}

/// Reads evidence, independent of the bytes it was read from.
fn owned_reasons<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Reason>, D::Error> {
    let evidence: Vec<Evidence<'de>> = Deserialize::deserialize(deserializer)?;
    let owned = evidence.into_iter().map(Evidence::into_owned);
    Ok(owned.map(|piece| Reason { piece, unknown: Unknown::default() }).collect())
}

fn push_witness(witnesses: &mut Vec<SmolStr>, id: &str) {
    if witnesses.len() < MAX_WITNESSES && !witnesses.iter().any(|known| **known == *id) {
        witnesses.push(id.into());
    }
}
