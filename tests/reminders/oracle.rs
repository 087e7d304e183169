//! What must be reminded of, walked from one due time to the next, and what happens to cases. Shares no code with the program.

use fastrand::Rng;

use super::{HOUR, MINUTE, SECOND, START};

/// A reminder: its type, when it was due, how many were missed.
type Reminder = (String, i64, u64);

/// Something that happens to a case: when, what, an estimate.
type Event = (i64, &'static str, Option<i64>);

/// What must be reminded of in one case, walked from one due time to the next.
#[derive(Debug, Default)]
pub struct Expected {
    looks: Option<i64>,
    calls: Option<i64>,
    pub reminders: Vec<Reminder>,
}

impl Expected {
    pub fn happens(&mut self, event: &str, at: i64, unit_eta: Option<i64>) {
        match (event, unit_eta) {
            ("opened", _) => (self.looks, self.calls) = (Some(at + HOUR), Some(at + 6 * HOUR)),
            ("resolved", _) => (self.looks, self.calls) = (None, None),
            ("callback_done", _) if self.calls.is_some() => self.calls = Some(at + 6 * HOUR),
            ("progress", Some(eta)) if self.calls.is_some() => self.calls = Some(eta),
            _ => (),
        }
    }

    pub fn tick(&mut self, now: i64) {
        for (kind, next, interval) in [("reminder_monitor", &mut self.looks, HOUR), ("reminder_callback", &mut self.calls, 6 * HOUR)] {
            let mut found = None;
            while let Some(due) = next.filter(|due| *due <= now) {
                found = Some((kind.to_owned(), due, found.map_or(0, |(_, _, missed)| missed + 1)));
                *next = Some(due + interval);
            }
            self.reminders.extend(found);
        }
    }
}

pub fn sorted(mut reminders: Vec<Reminder>) -> Vec<Reminder> {
    reminders.sort_by_key(|(kind, at, _)| (*at, kind.clone()));
    reminders
}

/// What happens to a case, each with its time: what the inbox gets of it and what the oracle is told.
pub fn life(dice: &mut Rng, number: usize) -> Vec<Event> {
    let opened = START + dice.i64(0..20 * HOUR) / SECOND * SECOND + number as i64 % 7;
    let mut life = vec![(opened, "opened", None)];
    let mut at = opened;
    loop {
        at += dice.i64(10 * MINUTE..5 * HOUR);
        if at > START + 24 * HOUR {
            return life;
        }
        let eta = at + dice.i64(20 * MINUTE..9 * HOUR);
        match dice.u8(0..8) {
            0 => life.push((at, "tl_assigned", None)),
            1..3 => life.push((at, "callback_done", None)),
            // An estimate is the last word on when to call.
            3 => {
                life.push((at, "progress", Some(eta)));
                at = eta + MINUTE;
            }
            4 => {
                life.push((at, "resolved", None));
                return life;
            }
            _ => life.push((at, "post", None)),
        }
    }
}
