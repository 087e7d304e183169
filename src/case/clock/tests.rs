//! What rule tests cannot say: hours, other intervals, closed cases, numbers. Times are minutes after a Monday, eight in the
//! morning in Jakarta.

use std::path::Path;

use super::*;
use crate::config::reader::{Folder, MINUTE, Overrides};
use crate::problem::Reporter;
use crate::rules;

/// 2026-03-02T08:00:00+07:00.
const MONDAY: i64 = 1_772_413_200_000;

/// The shipped rules with these lines of `[escalation]`.
fn rules(lines: &[(&str, &str)]) -> Rules {
    let folder = Folder::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"));
    let mut text = std::fs::read_to_string(folder.path("rules.toml")).unwrap();
    for (line, instead) in lines {
        assert!(text.contains(line), "{line}");
        text = text.replacen(line, instead, 1);
    }
    let reporter = Reporter::default();
    let rules = rules::compile_changed(&folder.edited("rules.toml", &text), Overrides::default(), &reporter);
    rules.unwrap_or_else(|| panic!("{}", reporter.into_problems().render()))
}

fn at(minute: i64) -> Millis {
    Millis::new(MONDAY + minute * MINUTE)
}

/// A customer whose case became hard then.
fn opened(minute: i64) -> AuthorState {
    let case = Case { hard: true, opened_at: Some(at(minute)), ..Case::begin("1", at(minute)) };
    AuthorState { last_record: at(minute), case: Some(case), ..AuthorState::default() }
}

/// What a look then writes, as `kind:number missed`; and that nothing is due afterwards.
fn look(rules: &Rules, state: &mut AuthorState, minute: i64) -> String {
    let tick = Tick { customer: "x:17", now: at(minute), with_text: true };
    let written = remind(rules, state, &tick).into_iter().map(|output| match output {
        Output::Escalation(record) => {
            let id = record.id.strip_prefix("x:17:1:").unwrap_or(&record.id).to_owned();
            record.missed.map_or(id.clone(), |missed| format!("{id} {missed}"))
        }
        other => panic!("{other:?}"),
    });
    let written = written.collect::<Vec<_>>().join(", ");
    assert!(due(rules, state, at(minute)).is_none_or(|due| due > at(minute)), "{written}");
    written
}

fn check(rules: &Rules, state: &mut AuthorState, looks: &[(i64, &str)]) {
    for (minute, written) in looks {
        assert_eq!(look(rules, state, *minute), *written, "minute {minute}");
    }
}

#[test]
fn outside_of_the_hours_nobody_is_reminded() {
    let hours = rules(&[("hours = []", r#"hours = ["mon-fri 08:00-17:00"]"#), ("holidays = []", r#"holidays = ["2026-03-03"]"#)]);
    // Opened at 15:30; until Wednesday, eight o'clock, everything waits, and is one reminder then.
    let mut state = opened(450);
    check(&hours, &mut state, &[(509, ""), (510, "monitor:1 0"), (600, ""), (24 * 60, ""), (48 * 60 - 1, "")]);
    assert_eq!(due(&hours, &state, at(600)), Some(at(48 * 60)));
    check(&hours, &mut state, &[(48 * 60, "monitor:40 0, callback:6 0"), (48 * 60 + 29, ""), (48 * 60 + 30, "monitor:41 0")]);
    // Nothing ran from Wednesday until Friday, nine o'clock: those of the nights count once.
    check(&hours, &mut state, &[(97 * 60, "callback:14 5, monitor:89 19")]);
}

#[test]
fn that_nobody_has_the_case_is_said_until_somebody_has() {
    let rules = rules(&[("assign_tl_reminder = \"off\"", "assign_tl_reminder = \"15m\"")]);
    let mut state = opened(0);
    check(&rules, &mut state, &[(14, ""), (15, "assign_tl:1 0"), (47, "assign_tl:3 1"), (60, "assign_tl:4 0, monitor:1 0")]);
    if let Some(case) = &mut state.case {
        case.tl_name = Some("TL 1".into());
    }
    check(&rules, &mut state, &[(90, ""), (120, "monitor:2 0")]);
}

#[test]
fn a_number_is_never_given_twice_whatever_becomes_of_the_intervals() {
    let (hourly, often) = (rules(&[]), rules(&[("monitor = \"1h\"", "monitor = \"10m\"")]));
    let mut state = opened(0);
    check(&hourly, &mut state, &[(60, "monitor:1 0"), (120, "monitor:2 0")]);
    check(&often, &mut state, &[(130, "monitor:13 0"), (140, "monitor:14 0")]);
    check(&hourly, &mut state, &[(180, "monitor:15 0"), (240, "monitor:16 0")]);
}

#[test]
fn without_clocks_nothing_happens_by_the_wall_clock() {
    let none = rules(&[("clocks = true", "clocks = false")]);
    let mut state = opened(0);
    let before = state.clone();
    check(&none, &mut state, &[(60, ""), (60 * 24 * 30, "")]);
    assert_eq!((due(&none, &state, at(60)), &state), (None, &before));
}

#[test]
fn what_was_due_while_a_case_was_closed_is_let_pass() {
    let rules = rules(&[]);
    let mut state = opened(0);
    check(&rules, &mut state, &[(60, "monitor:1 0")]);
    let_pass(&rules, state.case.as_mut().unwrap(), at(430));
    check(&rules, &mut state, &[(431, ""), (480, "monitor:8 0"), (720, "monitor:12 3, callback:2 0")]);
}

#[test]
fn a_case_of_long_ago_costs_no_more_than_one_of_today() {
    let rules = rules(&[("monitor = \"1h\"", "monitor = \"1s\"")]);
    let mut state = opened(-60 * 24 * 365 * 50);
    state.last_record = at(0);
    let written = look(&rules, &mut state, 0);
    assert!(written.contains("monitor:1576800000 1576799999"), "{written}");
}
