//! Hand-offs that a sender has handed in: what later steps need of them (D104).
//!
//! Names of criteria and steps are opaque here. Steps may come in any order and more than once: of two of the same kind the
//! later one stands.

use serde::Serialize;
use smol_str::SmolStr;

use super::unknown::Unknown;
use super::{AuthorState, MetCondition, json};
use crate::post::Millis;
use crate::record::HandoffForm;

/// Hand-offs remembered of one sender.
pub const MAX_HANDOFFS: usize = 64;
/// Steps kept of one hand-off, the latest of each kind.
const MAX_STEPS: usize = 16;
/// Longest text kept of a step, in characters.
const MAX_TEXT: usize = 2_000;

/// A hand-off.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Handoff {
    /// Id of the mail.
    pub id: SmolStr,
    /// When it arrived.
    #[serde(with = "json::number")]
    pub received_at: Millis,
    /// It is kept until then.
    #[serde(with = "json::number")]
    pub until: Millis,
    /// The party that handed it in.
    pub party: SmolStr,
    /// The criteria that it meets, and why.
    pub criteria: Vec<MetCondition>,
    /// What its text gives of the form.
    pub form: HandoffForm,
    /// The latest step of each kind, sorted by name.
    pub steps: Vec<DoneStep>,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Unknown,
}

/// A step that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DoneStep {
    /// Its name.
    pub step: SmolStr,
    /// When.
    #[serde(with = "json::number")]
    pub at: Millis,
    /// Who did it, as the desk names people.
    pub by: Option<SmolStr>,
    /// What he wrote or named.
    pub text: Option<SmolStr>,
}

impl DoneStep {
    /// A step; a text that is too long is cut.
    pub fn new(step: &str, at: Millis, by: Option<&str>, text: Option<&str>) -> Self {
        let cut = |text: &str| match text.char_indices().nth(MAX_TEXT) {
            Some((end, _)) => SmolStr::from(format!("{}…", &text[..end])),
            None => text.into(),
        };
        DoneStep { step: step.into(), at, by: by.map(cut), text: text.map(cut) }
    }
}

impl Handoff {
    /// The latest step called `name`.
    pub fn step(&self, name: &str) -> Option<&DoneStep> {
        self.steps.iter().find(|done| done.step == name)
    }

    /// Notes a step. Whatever comes first, the later one stands; of two at the same time the greater text, so that order
    /// and repetition change nothing.
    pub fn note(&mut self, done: DoneStep) {
        match self.steps.binary_search_by(|known| known.step.cmp(&done.step)) {
            Ok(at) => {
                if self.steps[at] < done {
                    self.steps[at] = done;
                }
            }
            Err(at) if self.steps.len() < MAX_STEPS => self.steps.insert(at, done),
            Err(_) => {}
        }
    }

    /// Drops every quotation, and of entries what they show of the text.
    fn drop_quotes(&mut self) {
        let pieces = self.criteria.iter_mut().flat_map(|criterion| &mut criterion.evidence);
        pieces.for_each(|reason| reason.piece.quote = None);
    }
}

impl AuthorState {
    /// The hand-off that began with the mail `id`.
    pub fn handoff_mut(&mut self, id: &str) -> Option<&mut Handoff> {
        self.handoffs.iter_mut().find(|handoff| handoff.id == id)
    }

    /// Remembers a hand-off. Where there are too many, the oldest that is done, as `is_done` says, is forgotten, else the
    /// oldest; whether one was.
    pub fn add_handoff(&mut self, handoff: Handoff, is_done: impl Fn(&Handoff) -> bool) -> bool {
        let full = self.handoffs.len() >= MAX_HANDOFFS;
        if full {
            let victim = self.handoffs.iter().position(is_done).unwrap_or(0);
            self.handoffs.remove(victim);
        }
        self.handoffs.push(handoff);
        full
    }

    /// Drops hand-offs that have been kept long enough at record time `now`, and where texts are not kept the quotations of
    /// the others.
    pub(super) fn expire_handoffs(&mut self, now: Millis, with_text: bool) {
        self.handoffs.retain(|handoff| now <= handoff.until);
        if !with_text {
            self.handoffs.iter_mut().for_each(Handoff::drop_quotes);
        }
    }

    /// The mail `id` was taken away: its quotations go (D9).
    pub(super) fn blank_handoff(&mut self, id: &str) {
        if let Some(handoff) = self.handoff_mut(id) {
            handoff.drop_quotes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room_and_one_that_is_done_first() {
        let check = |done: &[usize], victims: &[&str]| {
            let mut state = AuthorState::default();
            for number in 0..MAX_HANDOFFS + victims.len() {
                let mut handoff = Handoff { id: number.to_string().into(), ..Handoff::default() };
                if done.contains(&number) {
                    handoff.note(DoneStep::new("sent", Millis::new(1), None, None));
                }
                let forgot = state.add_handoff(handoff, |handoff| handoff.step("sent").is_some());
                assert_eq!(forgot, number >= MAX_HANDOFFS);
            }
            assert_eq!(state.handoffs.len(), MAX_HANDOFFS);
            for victim in victims {
                assert!(state.handoff_mut(victim).is_none(), "{victim}");
            }
        };
        check(&[], &["0", "1"]);
        check(&[5], &["5", "0"]);
        check(&[5, 3], &["3", "5", "0"]);
    }

    #[test]
    fn a_long_text_is_cut() {
        let done = DoneStep::new("chronology_written", Millis::new(1), None, Some(&"é".repeat(MAX_TEXT + 1)));
        assert_eq!(done.text.unwrap().chars().count(), MAX_TEXT + 1);
    }
}
