//! The clocks of a hard case: who is reminded of what and when, and when the case ends by itself (D33, D80 to D84).
//!
//! All of it follows from the case and the time: nothing is remembered but what was reminded last. Nothing here knows how
//! often it is asked, so a pause of any length gives one reminder of a clock, which says how many were missed.

use super::{escalation, id};
use crate::author::{AuthorState, Case, Reminded, Reminder};
use crate::post::Millis;
use crate::record::{Arrival, Clocks, EscalationRecord, EscalationType, Output};
use crate::rules::{ClockSettings, Hours, Rules};

/// The wall clock, at which a customer's case is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Tick<'a> {
    /// Whose case.
    pub customer: &'a str,
    /// What the clock says.
    pub now: Millis,
    /// Records quote posts.
    pub with_text: bool,
}

/// When the wall clock next brings about something in `state`, as far as can be told at `now`; `None` if only a record can,
/// as always where the rules keep no clocks.
pub fn due(rules: &Rules, state: &AuthorState, now: Millis) -> Option<Millis> {
    let case = state.case.as_ref().filter(|_| rules.escalation.clocks.is_some())?;
    let reminders = Reminder::ALL.into_iter().filter_map(|kind| Some(clock(rules, case, kind)?.due(now)));
    reminders.chain(state.hard_case_ends(&rules.limits)).min()
}

/// What is due: the records that say so, the earliest first. Afterwards nothing is, up to the time of the tick.
pub fn remind<'a>(rules: &'a Rules, state: &mut AuthorState, tick: &Tick<'a>) -> Vec<Output<'a>> {
    if due(rules, state, tick.now).is_none_or(|due| due > tick.now) {
        return Vec::new();
    }
    if let Some((case, at)) = state.end_hard_case(&rules.limits, tick.now) {
        let record = escalation(rules, &case, EscalationType::Expired, &tick.arrival(at));
        return vec![Output::Escalation(record)];
    }
    let Some(case) = &mut state.case else { return Vec::new() };
    if !tick.with_text {
        case.drop_quotes();
    }
    let mut strikes = Vec::new();
    for kind in Reminder::ALL {
        let Some(clock) = clock(rules, case, kind) else { continue };
        let (reminded, strike) = (clock.mended(tick.now), clock.strike(tick.now));
        if let Some(reminded) = reminded.or(strike.map(|strike| strike.reminded)) {
            case.reminded.note(kind, reminded);
        }
        strikes.extend(strike.map(|strike| (kind, strike)));
    }
    strikes.sort_by_key(|(_, strike)| strike.reminded.at);
    strikes.into_iter().map(|(kind, strike)| Output::Escalation(record(rules, case, kind, strike, tick))).collect()
}

/// Lets pass, without a reminder, what is due up to `now`: the case was closed meanwhile.
pub fn let_pass(rules: &Rules, case: &mut Case, now: Millis) {
    for kind in Reminder::ALL {
        let strike = clock(rules, case, kind).and_then(|clock| clock.strike(now));
        if let Some(strike) = strike {
            case.reminded.note(kind, strike.reminded);
        }
    }
}

/// What the records say of the clocks: the next reminders after `now`.
pub fn clocks(rules: &Rules, case: &Case, now: Millis) -> Option<Clocks> {
    let next = |kind| clock(rules, case, kind).map(|clock| clock.next_after(now));
    let basis = rules.escalation.clocks.as_ref()?.basis.clone();
    let monitor_due = Some(next(Reminder::Monitor)?);
    Some(Clocks { monitor_due, callback_due: next(Reminder::Callback), basis })
}

/// Returns since when the customer should have been called again, if that time has come by `now`.
pub fn callback_missed(rules: &Rules, case: &Case, now: Millis) -> Option<Millis> {
    Some(clock(rules, case, Reminder::Callback)?.next(None)).filter(|due| *due <= now)
}

/// Returns whether, at `now`, a team leader should have taken `case`, and whether the customer should have been called again
/// (D113).
pub fn overdue(rules: &Rules, case: Option<&Case>, now: Millis) -> [bool; 2] {
    let Some(case) = case else { return [false; 2] };
    let until_taken = clock(rules, case, Reminder::AssignTl).or_else(|| clock(rules, case, Reminder::Monitor));
    let untaken = until_taken.filter(|_| case.tl_name.is_none()).is_some_and(|clock| clock.next(None) <= now);
    [untaken, callback_missed(rules, case, now).is_some()]
}

impl<'a> Tick<'a> {
    /// As whose answer the record of something due at `at` is written.
    pub(super) fn arrival(&self, at: Millis) -> Arrival<'a> {
        Arrival { customer: self.customer, at, source: "", with_text: self.with_text, every_condition: false }
    }
}

fn record<'a>(rules: &'a Rules, case: &Case, kind: Reminder, strike: Strike, tick: &Tick<'a>) -> EscalationRecord<'a> {
    let Reminded { n, at } = strike.reminded;
    let (kind, name) = match kind {
        Reminder::AssignTl => (EscalationType::ReminderAssignTl, "assign_tl"),
        Reminder::Monitor => (EscalationType::ReminderMonitor, "monitor"),
        Reminder::Callback => (EscalationType::ReminderCallback, "callback"),
    };
    EscalationRecord {
        id: format!("{}:{name}:{n}", id(tick.customer, case)),
        missed: Some(strike.missed),
        clocks: clocks(rules, case, tick.now),
        ..escalation(rules, case, kind, &tick.arrival(at))
    }
}

/// One clock of a case.
struct Clock<'r> {
    /// From when its intervals are counted.
    opened_at: Millis,
    series: Series,
    last: Option<Reminded>,
    hours: &'r Hours,
}

/// Times at equal intervals.
struct Series {
    first: Millis,
    interval: i64,
}

/// A reminder that is due.
#[derive(Debug, Clone, Copy)]
struct Strike {
    reminded: Reminded,
    /// Others that were due before it.
    missed: u64,
}

/// The clock of that kind, if it runs.
fn clock<'r>(rules: &'r Rules, case: &Case, kind: Reminder) -> Option<Clock<'r>> {
    let settings = rules.escalation.clocks.as_ref()?;
    let opened_at = case.opened_at.filter(|_| case.hard)?;
    let series = match kind {
        Reminder::AssignTl => Series::from(opened_at, settings.assign_tl.filter(|_| case.tl_name.is_none())?),
        Reminder::Monitor => Series::from(opened_at, settings.monitor),
        Reminder::Callback => callbacks(settings, case, opened_at),
    };
    Some(Clock { opened_at, series, last: case.reminded.last(kind), hours: &settings.hours })
}

/// An interval after the last call, and again; where the unit has said since when it will be done, from then on (W-10 5.2:
/// "minimal setiap 6 jam jika kondisi masih progress atau sesuai waktu penyelesaian dari unit terkait").
fn callbacks(settings: &ClockSettings, case: &Case, opened_at: Millis) -> Series {
    let called = case.last_callback.unwrap_or(opened_at);
    match case.unit_eta.filter(|eta| *eta > called) {
        Some(first) => Series { first, interval: settings.callback },
        None => Series::from(called, settings.callback),
    }
}

impl Series {
    /// Every `interval` from `start` on.
    fn from(start: Millis, interval: i64) -> Self {
        Series { first: start.plus(interval), interval }
    }

    /// Its next time after `last`.
    fn after(&self, last: Option<Millis>) -> Millis {
        let passed = last.filter(|last| *last >= self.first);
        passed.map_or(self.first, |last| self.first.plus((last.since(self.first) / self.interval + 1) * self.interval))
    }
}

impl Clock<'_> {
    /// The next reminder after `last`.
    fn next(&self, last: Option<Millis>) -> Millis {
        self.hours.opening(self.series.after(last))
    }

    /// When it has to be looked at.
    fn due(&self, now: Millis) -> Millis {
        if self.mended(now).is_some() { now } else { self.next(self.last.map(|last| last.at)) }
    }

    /// Its next reminder after `now`.
    fn next_after(&self, now: Millis) -> Millis {
        let last = self.mended(now).or(self.last).map(|last| last.at);
        self.next(last.max(Some(now)))
    }

    /// What stands for the last reminder if that lies in the future: the wall clock was ahead then, or is behind now. Where
    /// it is not by much, the next one is only late.
    fn mended(&self, now: Millis) -> Option<Reminded> {
        let last = self.last.filter(|last| last.at.since(now) > self.series.interval / 2)?;
        Some(Reminded { n: last.n, at: now })
    }

    /// The last time up to `now`, and how many there are before it from `first` on.
    fn last_until(&self, first: Millis, now: Millis) -> (Millis, u64) {
        if self.hours.are_all() {
            let more = now.since(first) / self.series.interval;
            return (first.plus(more * self.series.interval), more.unsigned_abs());
        }
        let (mut at, mut before) = (first, 0);
        loop {
            let next = self.next(Some(at));
            if next > now {
                return (at, before);
            }
            (at, before) = (next, before + 1);
        }
    }

    /// The one reminder for everything that is due.
    fn strike(&self, now: Millis) -> Option<Strike> {
        let first = Some(self.next(self.last.map(|last| last.at))).filter(|first| *first <= now)?;
        let (at, missed) = self.last_until(first, now);
        // Intervals since the opening, but never a number that was given before: intervals change with the rules.
        let counted = u64::try_from(at.since(self.opened_at) / self.series.interval).unwrap_or(0);
        let n = counted.max(self.last.map_or(1, |last| last.n.saturating_add(1)));
        Some(Strike { reminded: Reminded { n, at }, missed })
    }
}

#[cfg(test)]
mod tests;
