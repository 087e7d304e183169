//! Rules that the group has accepted: what the next transaction must record of those in use, and whether they may judge at all
//! (D115, D116).

use rdkafka::consumer::{BaseConsumer, Consumer};

use super::batch::Work;
use super::{Lane, nothing};
use crate::kafka::clients::context::Membership;
use crate::kafka::errors::recovery::Call;
use crate::kafka::errors::refusal::Refusal;
use crate::kafka::errors::trouble::Trouble;
use crate::kafka::journal::accepted::Standing;
use crate::kafka::journal::owner::{META_KEY, Meta};
use crate::kafka::stages::stage::Stage;
use crate::kafka::topics::topic::Topic;

/// The partition of the inbox whose lane begins a group: the others wait until its rules are recorded.
const FIRST: i32 = 0;

impl<S: Stage> Work<'_, S> {
    /// Adds to the outbox, for each partition whose journal says other rules, those that judge it from this transaction on.
    pub(super) fn record_rules(&mut self) {
        let (Some(accepted), Some(meta)) = (&self.settings.accepted, &self.consents.meta) else { return };
        let ours = accepted.of(&self.stage.rules());
        let journal = self.settings.journal.unwrap_or(Topic::Journal);
        for position in self.positions.all() {
            if self.consents.certain.get(&position.partition) == Some(&ours) || self.consents.changes(position.partition) {
                continue;
            }
            let value = serde_json::to_vec(&Meta { rules: Some(ours.clone()), ..meta.clone() }).unwrap_or_default();
            self.outbox.push(journal).partition(position.partition).key(META_KEY).value(value.as_slice());
            self.consents.open.insert(position.partition, ours.clone());
        }
    }

    /// Returns whether the lane must wait until others have recorded with which rules the group begins.
    fn waits_for_the_first(&self) -> bool {
        let positions = self.positions.all();
        let begins = self.settings.accepted.as_ref().is_some_and(|accepted| accepted.begins());
        begins && !positions.is_empty() && positions.iter().all(|position| position.partition != FIRST)
    }

    /// Returns whether the rules in use may judge the partitions of this lane. Rules that the group has replaced may go on for a
    /// while where they have judged before, and nowhere else; then the process is refused.
    fn may_judge(&self) -> Result<bool, Trouble> {
        let Some(accepted) = &self.settings.accepted else { return Ok(true) };
        if self.waits_for_the_first() {
            return Ok(false);
        }
        let hash = self.stage.rules();
        match accepted.standing(&hash) {
            Standing::InOrder => return Ok(true),
            Standing::Overdue(theirs) => {
                let (group, ours, theirs) = (self.settings.group.clone(), hash, theirs.hash);
                return Err(Refusal::RulesReplaced { group, ours, theirs }.into());
            }
            Standing::Replaced(_) => (),
        }
        let judged_before = |partition: i32| self.consents.certain.get(&partition).is_some_and(|found| found.hash == hash);
        Ok(self.positions.all().iter().all(|position| judged_before(position.partition)))
    }
}

impl<S: Stage> Lane<'_, S> {
    /// Lets partitions wait that were judged by rules which have replaced those in use, and reads on once the same are in use
    /// here. Returns whether the lane may work.
    pub(super) fn follow_rules(&mut self, consumer: &BaseConsumer<Membership>) -> Result<bool, Trouble> {
        if self.waits_for_rules {
            self.work.stage.begin();
        }
        let may = self.work.may_judge()?;
        if may && self.waits_for_rules {
            tracing::info!(target: "kafka", stage = self.work.stage.name(), "the rules of the group are in use: reading on");
            self.waits_for_rules = false;
            self.read_on(consumer)?;
        } else if !may && !self.waits_for_rules {
            self.tell_why();
            self.waits_for_rules = true;
            consumer.assign(&nothing()).map_err(|error| Trouble::of(Call::Other, "assign", &error).outside())?;
        }
        Ok(may)
    }

    /// Says why nothing is read.
    fn tell_why(&self) {
        let stage = self.work.stage.name();
        if self.work.waits_for_the_first() {
            tracing::info!(target: "kafka", stage, "the group begins: not reading before its first rules are recorded");
        } else {
            let (ours, theirs) = (self.work.stage.rules(), self.settings.accepted.as_ref().and_then(|accepted| accepted.newest()));
            let theirs = theirs.map(|theirs| theirs.hash);
            tracing::warn!(
                target: "kafka",
                stage,
                ours,
                theirs,
                "partitions were judged by rules that have replaced ours: not reading them before the same rules are in use here"
            );
        }
    }
}
