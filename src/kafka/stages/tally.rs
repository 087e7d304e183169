//! What a stage has decided in the open transaction, as numbers under names of closed sets: classes, conditions and routes of
//! the configuration, types, codes and reasons of the program. They count once the transaction is committed.
//!
//! Nothing in it names a customer or a post.

use smol_str::SmolStr;

use crate::record::{Destination, EscalationRecord, TriageRecord};
use crate::signals::Evidence;

/// Numbers by name. There are a few names: looking through them costs less than a hash would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named(Vec<(SmolStr, u64)>);

impl Named {
    /// Adds `more` to what goes by `name`.
    pub fn add(&mut self, name: &str, more: u64) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, number)) => *number += more,
            None => self.0.push((name.into(), more)),
        }
    }

    /// Returns the names with what was counted, those of nothing left out.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().filter(|(_, number)| *number > 0).map(|(name, number)| (name.as_str(), *number))
    }

    /// Returns what goes by `name`.
    pub fn get(&self, name: &str) -> u64 {
        self.iter().find(|(known, _)| *known == name).map_or(0, |(_, number)| number)
    }

    fn merge(&mut self, other: &Named) {
        other.iter().for_each(|(name, number)| self.add(name, number));
    }

    /// Back to nothing; the names stay, for the next transaction has much the same.
    fn reset(&mut self) {
        self.0.iter_mut().for_each(|(_, number)| *number = 0);
    }
}

/// What was decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Verdicts by class and route: `normal agents`. A class is a word, so the two can be taken apart.
    verdicts: Vec<(SmolStr, &'static str, u64)>,
    /// Posts that meet a condition themselves, by condition.
    pub conditions: Named,
    /// Records on the topic of escalations, by type; reminders have those of their own.
    pub escalations: Named,
    /// The reminders among them, by type.
    pub reminders: Named,
    /// Skipped posts by reason.
    pub skipped: Named,
    /// Dead letters by code.
    pub dead_letters: Named,
    /// Posts older than the newest of their author by more than the allowed lateness.
    pub late: u64,
    /// Dead letters of the record at hand that stand for something unreadable or unusable: heartbeats do not.
    pub unusable: u64,
}

impl Tally {
    /// Counts a verdict.
    pub fn verdict(&mut self, verdict: &TriageRecord<'_>) {
        self.add_verdict(verdict.class, verdict.route, 1);
        if let Some(reason) = verdict.reason.filter(|_| verdict.route == Destination::Skipped.name()) {
            self.skipped.add(reason, 1);
        }
        self.late += u64::from(verdict.late);
        let evidence = &verdict.evidence;
        for (place, piece) in evidence.iter().enumerate() {
            let Some(condition) = piece.condition.as_deref().filter(|_| piece.met) else { continue };
            if !evidence[..place].iter().any(|earlier| is_for(earlier, condition)) {
                self.conditions.add(condition, 1);
            }
        }
    }

    /// Counts a record for team leaders.
    pub fn escalation(&mut self, record: &EscalationRecord<'_>) {
        let name = record.kind.name();
        match name.strip_prefix("reminder_") {
            Some(reminder) => self.reminders.add(reminder, 1),
            None => self.escalations.add(name, 1),
        }
    }

    /// Counts a dead letter.
    pub fn dead_letter(&mut self, code: &str) {
        self.dead_letters.add(code, 1);
        self.unusable += u64::from(code != "no_post");
    }

    /// Returns the verdicts: class, route, number.
    pub fn verdicts(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.verdicts.iter().filter(|(.., number)| *number > 0).map(|(class, route, number)| (class.as_str(), *route, *number))
    }

    /// Adds what `other` has counted.
    pub fn merge(&mut self, other: &Tally) {
        other.verdicts().for_each(|(class, route, number)| self.add_verdict(class, route, number));
        for (mine, theirs) in self.named_mut().into_iter().zip(other.named()) {
            mine.merge(theirs);
        }
        self.late += other.late;
    }

    /// Back to nothing.
    pub fn reset(&mut self) {
        self.verdicts.iter_mut().for_each(|(.., number)| *number = 0);
        self.named_mut().into_iter().for_each(Named::reset);
        (self.late, self.unusable) = (0, 0);
    }

    fn add_verdict(&mut self, class: &str, route: &'static str, more: u64) {
        match self.verdicts.iter_mut().find(|(known, to, _)| *to == route && known == class) {
            Some((.., number)) => *number += more,
            None => self.verdicts.push((class.into(), route, more)),
        }
    }

    fn named(&self) -> [&Named; 5] {
        [&self.conditions, &self.escalations, &self.reminders, &self.skipped, &self.dead_letters]
    }

    fn named_mut(&mut self) -> [&mut Named; 5] {
        [&mut self.conditions, &mut self.escalations, &mut self.reminders, &mut self.skipped, &mut self.dead_letters]
    }
}

fn is_for(piece: &Evidence<'_>, condition: &str) -> bool {
    piece.met && piece.condition.as_deref() == Some(condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_merged_counts_and_what_is_reset_does_not() {
        let (mut total, mut open) = (Tally::default(), Tally::default());
        for _ in 0..2 {
            open.add_verdict("normal", "agents", 1);
            open.dead_letter("bad_json");
            open.dead_letter("no_post");
            assert_eq!(open.unusable, 1);
            total.merge(&open);
            open.reset();
            assert_eq!((open.verdicts().count(), open.dead_letters.iter().count(), open.unusable), (0, 0, 0));
        }
        assert_eq!(total.verdicts().collect::<Vec<_>>(), [("normal", "agents", 2)]);
        assert_eq!((total.dead_letters.get("bad_json"), total.dead_letters.get("no_post"), total.dead_letters.get("x")), (2, 2, 0));
    }
}
