//! Reminders over a day of virtual time, with crashes: per case exactly those that are due, none twice, none after the case is
//! closed. The oracle walks from one due time to the next and shares no code with the program.
//!
//! No broker: the journal is a map, the lane's part is played by the test. The same on a real broker is `e2e`'s. Over
//! thousands of posts; with `TRIAGE_LONG=1` over 864,000 of 500 cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and measures"
)]

mod cost;
mod oracle;
mod process;

use std::time::Instant;

use fastrand::Rng;
use triage::author::AuthorState;

use self::oracle::{Expected, life, sorted};
use self::process::{HARD, LATER, Process, Record, event, post};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// 2026-03-02T03:00:00Z, ten in the morning in Jakarta.
const START: i64 = 1_772_420_400_000;

#[test]
fn a_day_with_crashes_brings_exactly_what_is_due() {
    let long = std::env::var_os("TRIAGE_LONG").is_some_and(|value| value == "1");
    let (cases, posts) = if long { (500, 864_000) } else { (25, 3_000) };
    let begun = Instant::now();
    let mut dice = Rng::with_seed(14);
    let mut expected: Vec<Expected> = (0..cases).map(|_| Expected::default()).collect();
    // Everything that happens, in order: the time, whose it is, what, and an estimate.
    let mut plan: Vec<(i64, usize, &str, Option<i64>)> = Vec::new();
    for case in 0..cases {
        plan.extend(life(&mut dice, case).into_iter().map(|(at, what, eta)| (at, case, what, eta)));
    }
    // Those who only write.
    let others = cases * 2;
    plan.extend((plan.len()..posts).map(|_| (START + dice.i64(0..24 * HOUR), cases + dice.usize(0..others), "post", None)));
    plan.sort_by_key(|(at, ..)| *at);
    let record = |number: usize, (at, who, what, eta): (i64, usize, &str, Option<i64>)| match what {
        "opened" => post(number, &who.to_string(), at, HARD),
        "post" => post(number, &who.to_string(), at, LATER[number % LATER.len()]),
        event_name => event(number, &who.to_string(), at, event_name, eta),
    };
    let (mut process, mut next, mut crashes) = (Process::new(), 0, 0);
    let mut now = START;
    while now <= START + 24 * HOUR {
        now += SECOND;
        let end = next + plan[next..].iter().take_while(|(at, ..)| *at <= now).count();
        let batch: Vec<Record> = (next..end).map(|number| record(number, plan[number])).collect();
        // Three crashes a minute: in a transaction of posts, in one of reminders, between them.
        let crash = if dice.u8(0..20) == 0 { dice.u8(1..4) } else { 0 };
        crashes += usize::from(crash > 0);
        if !batch.is_empty() {
            if crash == 1 {
                process.process(&batch, false);
            }
            process.process(&batch, true);
            for (at, case, what, eta) in plan[next..end].iter().filter(|(_, case, ..)| *case < cases) {
                expected[*case].happens(what, *at, *eta);
            }
            next = end;
        }
        if crash == 3 {
            process.crash();
        }
        if crash == 2 {
            process.tick(now, false);
            // Until it runs again nobody looks.
            now += dice.i64(0..10) * SECOND;
            continue;
        }
        process.tick(now, true);
        expected.iter_mut().for_each(|expected| expected.tick(now));
    }
    process.check_ids();
    let mut reminders = 0;
    for (case, expected) in expected.into_iter().enumerate() {
        let seen = process.reminders(&format!("x:{case}"));
        reminders += seen.len();
        assert_eq!(sorted(seen), sorted(expected.reminders), "case {case}: left what was written, right what was due");
    }
    assert!(reminders > cases * 3, "{reminders} reminders");
    println!("{posts} posts, {cases} cases, {crashes} crashes: {reminders} reminders as due, in {:.1} s", begun.elapsed().as_secs_f64());
}

/// A process with one hard case, opened at the start.
fn opened() -> Process {
    let mut process = Process::new();
    process.process(&[post(1, "17", START, HARD)], true);
    process.tick(START, true);
    process
}

#[test]
fn after_three_hours_of_downtime_there_is_one_catch_up_of_each() {
    let mut process = opened();
    for minute in 1..=230 {
        process.tick(START + minute * MINUTE, true);
    }
    process.crash();
    for minute in 410..=482 {
        process.tick(START + minute * MINUTE, true);
    }
    let (monitor, callback) = ("reminder_monitor".to_owned(), "reminder_callback".to_owned());
    let due: Vec<(String, i64, u64)> =
        process.reminders("x:17").into_iter().map(|(kind, at, missed)| (kind, (at - START) / HOUR, missed)).collect();
    let expected = [(1, 0), (2, 0), (3, 0), (6, 2), (7, 0), (8, 0)].map(|(hour, missed)| (monitor.clone(), hour, missed));
    assert_eq!(due.iter().filter(|(kind, ..)| *kind == monitor).cloned().collect::<Vec<_>>(), expected);
    assert_eq!(due.iter().filter(|(kind, ..)| *kind == callback).cloned().collect::<Vec<_>>(), [(callback, 6, 0)]);
    process.check_ids();
}

#[test]
fn a_backlog_gives_one_reminder_that_says_what_was_missed() {
    let mut process = Process::new();
    process.process(&[post(1, "17", START, HARD)], true);
    process.tick(START + 5 * HOUR + MINUTE, true);
    assert_eq!(process.reminders("x:17"), [("reminder_monitor".to_owned(), START + 5 * HOUR, 4)]);
}

#[test]
fn a_clock_that_jumps_brings_neither_a_storm_nor_silence() {
    // Real minutes, and how far the clock is ahead of them from when on.
    let check = |jumps: &[(i64, i64)], crash: bool| {
        let mut process = opened();
        let mut sent = Vec::new();
        for real in 1..=20 * 60 {
            let ahead = jumps.iter().filter(|(from, _)| *from <= real).map(|(_, ahead)| *ahead).next_back().unwrap_or(0);
            let before = process.written.len();
            if crash && jumps.iter().any(|(from, _)| *from == real) {
                process.crash();
            }
            process.tick(START + (real + ahead) * MINUTE, true);
            let looks = process.written[before..].iter().filter(|(_, kind, _)| kind == "reminder_monitor").count();
            assert!(looks <= 1);
            sent.extend((looks > 0).then_some(real));
        }
        process.check_ids();
        let gaps: Vec<i64> = sent.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (count, jumps) = (sent.len() as i64, jumps.len() as i64);
        assert!((20 - jumps..=20 + jumps).contains(&count), "{jumps} jumps: {count} reminders in 20 hours, {gaps:?}");
        // An interval, and the hour that the clock went back.
        assert!(gaps.iter().all(|gap| *gap <= 120), "{gaps:?}");
        assert!(gaps.iter().filter(|gap| **gap < 50).count() as i64 <= 2 * jumps, "{gaps:?}");
    };
    for crash in [false, true] {
        check(&[], crash);
        for minute in [240, 241, 250, 265, 275, 299, 300] {
            check(&[(minute, -60)], crash);
            check(&[(minute, 60)], crash);
            check(&[(minute, 60), (minute + 20, 0)], crash);
            check(&[(minute, 60), (minute + 200, 0)], crash);
            check(&[(minute, -60), (minute + 30, 0)], crash);
        }
    }
    // Far ahead for a moment: the days that did not pass are not waited for.
    check(&[(250, 5 * 24 * 60), (251, 0)], false);
}

#[test]
fn a_case_that_nobody_touches_ends_once() {
    let mut process = opened();
    for hour in 1..=24 * 8 {
        process.tick(START + hour * HOUR, hour % 5 > 0);
    }
    let kinds: Vec<&str> = process.written.iter().map(|(_, kind, _)| kind.as_str()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "expired").count(), 1);
    assert_eq!(kinds.last(), Some(&"expired"));
    let state = AuthorState::decode(process.journal.values().next().expect("a state")).expect("a state");
    assert!(state.case.is_none());
}
