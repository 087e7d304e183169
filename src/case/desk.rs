//! What the desk's reports leave in the case: names, the unit's estimate, the last call.
//!
//! Reports may overtake each other: of each thing the newest one that speaks of it is right, whenever it arrives (D72).

use crate::author::Case;
use crate::post::{CaseEvent, CaseEventKind, Millis, Str};
use crate::record::Arrival;
use crate::rules::Rules;

/// When `event` happened, as far as that can be believed: no later than its record, but for the skew of clocks.
pub(super) fn believed(rules: &Rules, event: &CaseEvent<'_>, arrival: &Arrival<'_>) -> Millis {
    event.at.min(arrival.at.plus(rules.limits.max_future_skew))
}

/// Notes in `case` what `event`, made at `at`, says of it. An estimate beyond the time that a hard case lives is not believed:
/// nobody would be called any more.
pub(super) fn note(rules: &Rules, case: &mut Case, event: &CaseEvent<'_>, at: Millis) {
    let eta = event.unit_eta.filter(|eta| eta.since(at) <= rules.limits.hard_ttl);
    note_said(&mut case.tl_name, &mut case.reported.tl_name, text(event.tl_name.as_ref()), at);
    note_said(&mut case.pic_tiket, &mut case.reported.pic_tiket, text(event.pic_tiket.as_ref()), at);
    note_said(&mut case.unit_eta, &mut case.reported.unit_eta, eta, at);
    case.note_step(event.event.name(), at);
    match event.event {
        CaseEventKind::CallbackDone => {
            let begun = case.opened_at.unwrap_or(case.first_at);
            case.last_callback = Some(at.max(case.last_callback.unwrap_or(begun)));
        }
        CaseEventKind::Reopened => case.reopened_at = Some(case.reopened_at.map_or(at, |last| last.max(at))),
        CaseEventKind::TlAssigned
        | CaseEventKind::Acknowledged
        | CaseEventKind::Progress
        | CaseEventKind::Resolved
        | CaseEventKind::Dismissed
        | CaseEventKind::Returned
        | CaseEventKind::Forget
        | CaseEventKind::Handoff(_) => {}
    }
}

/// Takes over what was `said` at `at`, unless what is `known` was said later.
fn note_said<T>(known: &mut Option<T>, known_since: &mut Option<Millis>, said: Option<T>, at: Millis) {
    if said.is_some() && known_since.is_none_or(|since| at >= since) {
        (*known, *known_since) = (said, Some(at));
    }
}

fn text<T: for<'t> From<&'t str>>(text: Option<&Str<'_>>) -> Option<T> {
    text.and_then(Str::non_blank).map(T::from)
}
