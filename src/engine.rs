//! The order of the phases, and nothing else: one record and the customer's state become records.
//!
//! A fold: the same inputs with the same times give the same outputs and the same state, whatever the clock says.

mod found;
mod workspace;

pub use self::found::Piece;
pub use self::workspace::Workspace;
use self::workspace::view;
use crate::author::{self, AuthorState};
use crate::case::{self, CaseChange, Tick, handoff};
use crate::post::{CaseEvent, Input, Post};
use crate::record::{Arrival, Output};
use crate::route;
use crate::rules::{Rules, Silences};
use crate::signals;
use crate::verdict::{self, Candidate};

/// Takes one step of the fold: changes `state` as `input` asks and returns what is to be written. The first output is the
/// terminal record of the input; what follows are additional ones.
pub fn step<'a>(
    work: &mut Workspace,
    rules: &'a Rules,
    state: &mut AuthorState,
    input: &'a Input<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let mut outputs = match input {
        Input::Post(post) => judge(work, rules, state, post, arrival),
        Input::CaseEvent(event) => apply(work, rules, state, event, arrival),
    };
    case::complete(rules, state, &mut outputs);
    outputs
}

/// The way of the wall clock: what is due in a customer's case, and the ends of silences that held it (D66, D80, D89). No
/// terminal record: there is no input.
pub fn tick<'a>(rules: &'a Rules, silences: &Silences, state: &mut AuthorState, tick: &Tick<'a>) -> Vec<Output<'a>> {
    let mut outputs = case::remind(rules, state, tick);
    outputs.extend(case::end_silences(rules, silences, state, tick));
    case::complete(rules, state, &mut outputs);
    case::hush_due(silences, state, tick, &mut outputs);
    outputs
}

/// Takes a post through the phases: recognise, read (unless it was read ahead), look, put aside by content, count, decide,
/// remember, tell. Only recognising, counting and remembering change the state.
fn judge<'a>(
    work: &mut Workspace,
    rules: &'a Rules,
    state: &mut AuthorState,
    post: &'a Post<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let expected = work.take_expected();
    let known = author::recognise(rules, state, post, arrival);
    if let Some(reason) = known.unread {
        work.give_back(expected);
        work.note_forgotten(known.forgot);
        return route::tell_unread(rules, post, reason, known, arrival);
    }
    work.take_in(rules, post, expected);
    let Workspace { reading, by_group, accounts, history, findings, classification, moot_too, .. } = work;
    let view = view((reading, by_group, accounts), rules, post, known.written_at, arrival.with_text);
    let history = state.history(&rules.own, post, history);
    signals::look(rules.sought(*moot_too || arrival.every_condition), &view, &history, findings);
    let (aside, conditions) = (rules.put_aside(&findings.names), rules.conditions_met(&findings.names));
    let change = if aside.is_none() && known.countable {
        let change = case::count(rules, state, post, &known, &conditions, findings.met(rules.complaint), arrival.at);
        case::note_hints(rules, state, findings);
        change
    } else {
        CaseChange::default()
    };
    let handoff = handoff::open(rules, state, &known, &view, findings, arrival);
    let candidate = Candidate { view, aside, conditions: &conditions, change, explained: arrival.every_condition };
    let verdict = verdict::decide(rules, &candidate, findings, classification);
    let forgot = state.remember_judged(post, &known, &verdict.judged(), arrival.at);
    work.note_forgotten(forgot | handoff.as_ref().is_some_and(|handoff| handoff.forgot));
    let mut outputs = route::tell(rules, state, post, verdict, known, arrival);
    outputs.extend(handoff.map(|handoff| handoff.output));
    outputs
}

/// Takes a case event through its phases: what has expired, then what it does to the case.
fn apply<'a>(
    work: &mut Workspace,
    rules: &'a Rules,
    state: &mut AuthorState,
    event: &'a CaseEvent<'a>,
    arrival: &Arrival<'a>,
) -> Vec<Output<'a>> {
    let expired = state.expire(&rules.limits, arrival);
    let case::Applied { mut outputs, forgot } = case::apply(rules, state, event, arrival);
    work.note_forgotten(forgot);
    outputs.extend(route::tell_expired(rules, expired.as_ref(), arrival));
    outputs
}

#[cfg(test)]
mod tests;
