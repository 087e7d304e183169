//! Tables: each kind of event in each state of the case, and single lives worth a look.

use super::*;

const KINDS: [CaseEventKind; 8] = [
    CaseEventKind::Acknowledged,
    CaseEventKind::TlAssigned,
    CaseEventKind::Progress,
    CaseEventKind::CallbackDone,
    CaseEventKind::Resolved,
    CaseEventKind::Dismissed,
    CaseEventKind::Returned,
    CaseEventKind::Reopened,
];

/// How a life came to its state.
type Begin = fn() -> Life;

/// States of the case `1` that an event can meet.
const STATES: [(&str, Begin); 8] = [
    ("nothing known", Life::default),
    ("open", || with(&[(COMPLAINT, 0)], None)),
    ("hard", || with(&[(HARD, 0)], None)),
    ("closed since a day", || with(&[(HARD, -DAY)], Some(-DAY + HOUR))),
    ("closed since a day, another open", || with(&[(HARD, -DAY), (COMPLAINT, 0)], Some(-DAY + HOUR))),
    ("closed since a day, another hard", || with(&[(HARD, -DAY), (HARD, 0)], Some(-DAY + HOUR))),
    ("closed since eight days", || with(&[(HARD, -8 * DAY)], Some(-8 * DAY + HOUR))),
    ("opened again", || {
        let mut life = with(&[(HARD, -DAY)], Some(-DAY + HOUR));
        life.event(event(CaseEventKind::Reopened, "1", 0));
        life
    }),
];

/// A life with posts `1`, `2` .., the first case resolved at that time.
fn with(posts: &[(&str, i64)], resolved: Option<i64>) -> Life {
    let mut life = Life::default();
    for (number, &(text, after)) in (1..).zip(posts) {
        life.post(post(&number.to_string(), after, text));
        if let Some(end) = resolved.filter(|_| number == 1) {
            life.event(event(CaseEventKind::Resolved, "1", end));
        }
    }
    life
}

/// `event` about the case `1`, two hours later, by a clock that is wrong by `skew`.
fn happens(life: &mut Life, kind: CaseEventKind, skew: i64) -> String {
    let mut event = event(kind, "1", 2 * HOUR + skew);
    event.post_id = (kind == CaseEventKind::Returned).then(|| "1".into());
    event.tl_name = (kind == CaseEventKind::TlAssigned).then(|| "TL 1".into());
    let told = life.event_at(event, at(2 * HOUR));
    format!("{told} -> {}", life.case())
}

#[test]
fn every_event_in_every_state_of_its_case() {
    let mut page = String::new();
    for (name, begin) in STATES {
        page += &format!("{name}\n");
        for kind in KINDS {
            page += &format!("  {:13} {}\n", kind.name(), happens(&mut begin(), kind, 0));
        }
    }
    insta::assert_snapshot!("every_event", page);
}

#[test]
fn a_wrong_clock_does_no_harm() {
    let mut page = String::new();
    for (clock, skew) in [("thirty years slow", -30 * 365 * DAY), ("thirty years fast", 30 * 365 * DAY)] {
        for (name, begin) in STATES.into_iter().filter(|(name, _)| ["hard", "closed since a day", "opened again"].contains(name)) {
            page += &format!("{name}, the clock {clock}\n");
            for kind in KINDS {
                let mut life = begin();
                page += &format!("  {:13} {}\n", kind.name(), happens(&mut life, kind, skew));
                // The next post is a follow-up or begins a case: nobody is shut out for years.
                page += &format!("                then {} -> {}\n", life.post(post("9", 3 * HOUR, HARD)), life.case());
            }
        }
    }
    insta::assert_snapshot!("wrong_clocks", page);
}

#[test]
fn a_case_ended_by_a_slow_clock_is_remembered_as_long_as_any_other() {
    for skew in [0, -HOUR, -9000 * DAY] {
        let ended = || {
            let mut life = with(&[(HARD, 0)], None);
            life.event_at(event(CaseEventKind::Resolved, "1", 2 * DAY + skew), at(2 * DAY));
            life
        };
        assert_eq!(ended().event(event(CaseEventKind::Reopened, "1", 9 * DAY)), "[reopened of 1, clocks run]", "{skew}");
        // Its first post, sent again, begins no case that is called like it.
        let mut life = ended();
        life.post(post("1", 8 * DAY, HARD));
        assert_eq!(life.case(), "none", "{skew}");
    }
}

#[test]
fn no_case_is_called_like_the_one_that_ended() {
    let mut life = with(&[(HARD, 0)], Some(HOUR));
    life.event(event(CaseEventKind::Reopened, "1", 2 * DAY));
    // The post itself is forgotten by now, and comes again as if it had just been written.
    assert_eq!(life.post(post("1", 3 * DAY, COMPLAINT)), "[followup of 1, clocks run]");
    let ended = life.event_at(event(CaseEventKind::Resolved, "1", 3 * DAY - HOUR), at(3 * DAY));
    assert_eq!((ended.as_str(), life.case().as_str()), ("[resolved of 1], [callback_on_close of 1]", "none"));
}

#[test]
fn what_does_not_fit_is_a_dead_letter() {
    let check = |change: fn(&mut CaseEvent<'static>), code: &str| {
        let mut life = with(&[(HARD, 0)], None);
        let before = life.case();
        let mut event = event(CaseEventKind::Progress, "1", HOUR);
        change(&mut event);
        assert_eq!((life.event_at(event, at(HOUR)), life.case()), (format!("dead letter {code}"), before));
    };
    check(|event| event.event_id = " ".into(), "unusable_event");
    check(|event| event.event = CaseEventKind::Returned, "unusable_event");
    check(|event| (event.event, event.post_id) = (CaseEventKind::Returned, Some(" ".into())), "unusable_event");
    check(|event| event.case_id = "x:17:2".into(), "unknown_case");
    // Another customer's case, wherever the event was sent.
    check(|event| event.case_id = "x:18:1".into(), "unknown_case");
    check(|event| (event.event, event.case_id) = (CaseEventKind::Resolved, "x:18:1".into()), "unknown_case");
    check(|event| (event.event, event.case_id) = (CaseEventKind::Reopened, "x:18:1".into()), "unknown_case");
}

#[test]
fn an_event_that_names_no_case_is_about_the_open_one_or_the_one_that_ended_last() {
    let check = |life: &mut Life, kind, expected: &str| {
        assert_eq!(life.event(event(kind, "", 2 * HOUR)), expected);
    };
    check(&mut with(&[(HARD, 0)], None), CaseEventKind::Acknowledged, "[acknowledged of 1, clocks run]");
    check(&mut with(&[(HARD, 0)], Some(HOUR)), CaseEventKind::Acknowledged, "dead letter unknown_case");
    check(&mut with(&[(HARD, 0)], Some(HOUR)), CaseEventKind::Reopened, "[reopened of 1, clocks run]");
}

#[test]
fn the_copy_of_a_returned_post_shows_the_text_that_the_event_carries() {
    for (text, with_text, shown) in [(None, true, None), (Some("mati lagi"), true, Some("mati lagi")), (Some("mati lagi"), false, None)] {
        let mut state = crate::author::AuthorState::default();
        let arrival = crate::record::Arrival { customer: CUSTOMER, at: at(0), source: "inbox/0/1", with_text, every_condition: false };
        state.remember(crate::author::Remembered { id: "1".into(), ..Default::default() });
        let event = CaseEvent { post_id: Some("1".into()), text: text.map(Into::into), ..event(CaseEventKind::Returned, "", 0) };
        let applied = crate::case::apply(&RULES, &mut state, &event, &arrival);
        let copy = applied.outputs[1].verdict().unwrap();
        assert_eq!((copy.post_id, copy.post.as_ref().unwrap().text), ("1", shown));
    }
}

#[test]
fn an_estimate_and_a_call_move_the_clock() {
    let arrives = |life: &mut Life, event: CaseEvent<'static>, at: Millis| {
        life.step(Input::CaseEvent(Box::new(event)), at, |outputs| match &outputs[0] {
            Output::Escalation(record) => (record.clocks.as_ref().unwrap().callback_due.unwrap().get() - START) / HOUR,
            other => panic!("{other:?}"),
        })
    };
    let due = |life: &mut Life, event: CaseEvent<'static>| {
        let at = event.at;
        arrives(life, event, at)
    };
    let mut life = with(&[(HARD, 0)], None);
    assert_eq!(due(&mut life, event(CaseEventKind::Acknowledged, "1", HOUR)), 6);
    let estimate = |after: i64, eta: i64| CaseEvent { unit_eta: Some(at(eta)), ..event(CaseEventKind::Progress, "1", after) };
    assert_eq!(due(&mut life, estimate(2 * HOUR, 9 * HOUR)), 9);
    // An older report that comes late, and a date that nobody can mean.
    assert_eq!(due(&mut life, estimate(HOUR, 20 * HOUR)), 9);
    assert_eq!(due(&mut life, estimate(3 * HOUR, 800 * DAY)), 9);
    assert_eq!(due(&mut life, event(CaseEventKind::CallbackDone, "1", 10 * HOUR)), 16);
    // A call of which the report came late was not the last one.
    assert_eq!(arrives(&mut life, event(CaseEventKind::CallbackDone, "1", 4 * HOUR), at(11 * HOUR)), 16);
}

#[test]
fn ends_of_a_case_that_was_opened_again_are_further_steps() {
    let mut life = with(&[(HARD, 0)], Some(HOUR));
    life.event(event(CaseEventKind::Reopened, "1", 2 * HOUR));
    let closing = event(CaseEventKind::Resolved, "1", 3 * HOUR);
    let ids = life.step(Input::CaseEvent(Box::new(closing)), at(3 * HOUR), |outputs| {
        let id = |output: &Output<'_>| if let Output::Escalation(record) = output { record.id.clone() } else { String::new() };
        outputs.iter().map(id).collect::<Vec<_>>()
    });
    let reopened = at(2 * HOUR).get();
    assert_eq!(ids, [format!("x:17:1:resolved:resolved-{}", 3 * HOUR), format!("x:17:1:callback_on_close:{reopened}")]);
}

#[test]
fn a_ticket_has_what_it_needs() {
    let mut life = Life::default();
    let look = |life: &mut Life, input: Input<'static>, at: Millis| {
        life.step(input, at, |outputs| match outputs.first() {
            Some(Output::Escalation(record)) => (record.links.clone(), record.hints.clone()),
            _ => Default::default(),
        })
    };
    life.post(post("1", 0, COMPLAINT));
    life.event(event(CaseEventKind::Resolved, "1", HOUR));
    life.post(post("2", 2 * HOUR, COMPLAINT));
    let (links, hints) = look(&mut life, Input::Post(Box::new(post("3", 3 * HOUR, HARD))), at(3 * HOUR));
    assert_eq!(links, ["https://x.com/warga_contoh/status/2", "https://x.com/warga_contoh/status/3"]);
    assert_eq!(hints, ["lapul_candidate"]);
    // A deleted post cannot be seen any more, and a mistake is no case to be repeated.
    let gone = Post { event_kind: crate::post::EventKind::Delete, ..post("2", 4 * HOUR, "") };
    life.post(gone);
    let (links, _) = look(&mut life, Input::CaseEvent(Box::new(event(CaseEventKind::Dismissed, "2", 5 * HOUR))), at(5 * HOUR));
    assert_eq!(links, ["https://x.com/warga_contoh/status/3"]);
    let (_, hints) = look(&mut life, Input::Post(Box::new(post("4", 9 * DAY, HARD))), at(9 * DAY));
    assert_eq!(hints, [""; 0]);
    let forced = post("5", 9 * DAY + HOUR, "@IndiHomeCare tiket saya ditutup sepihak padahal internet masih mati");
    assert_eq!(look(&mut life, Input::Post(Box::new(forced)), at(9 * DAY + HOUR)).1, ["force_close_complaint"]);
}

#[test]
fn a_case_keeps_few_links_and_the_first() {
    let mut life = Life::default();
    for number in 1..=20 {
        life.post(post(&number.to_string(), number * HOUR, COMPLAINT));
    }
    let links = life.step(Input::Post(Box::new(post("21", 21 * HOUR, HARD))), at(21 * HOUR), |outputs| match &outputs[0] {
        Output::Escalation(record) => record.links.iter().map(|link| link.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    });
    assert_eq!(links, ["1", "15", "16", "17", "18", "19", "20", "21"]);
}

#[test]
fn the_end_of_a_hard_case_by_rule_can_be_undone() {
    let mut life = with(&[(HARD, 0)], None);
    let told = life.post(post("2", 8 * DAY, COMPLAINT));
    assert_eq!((told.as_str(), life.case().as_str()), ("agents:normal, [expired of 1]", "2"));
    assert_eq!(life.event(event(CaseEventKind::Reopened, "1", 9 * DAY)), "[reopened of 1, clocks run, instead of 2@2]");
    assert_eq!(life.case(), "1 hard");
    // It lives on from there.
    assert_eq!(life.post(post("3", 15 * DAY, COMPLAINT)), "[followup of 1, clocks run]");
}
