//! What a look at the clock costs. Slow without optimisation: `cargo test --release --test reminders -- --ignored --nocapture`

use std::sync::Arc;
use std::time::Instant;

use triage::kafka::{Outbox, Stage, Triage};
use triage::post::Millis;

use super::process::{HARD, LATER, Process, RULES, post};
use super::{HOUR, MINUTE, SECOND, START};

#[test]
#[ignore = "measures"]
fn a_look_at_the_clock_costs_what_is_due_and_not_what_is_known() {
    const CUSTOMERS: usize = 1_000_000;
    const OPEN: usize = 10_000;
    let state = |text: &str| {
        let mut process = Process::new();
        process.process(&[post(1, "17", START, text)], true);
        process.journal.into_values().next().expect("a state")
    };
    let (ordinary, hard) = (state(LATER[0]), state(HARD));
    let mut stage = Triage::new(Arc::clone(&RULES), true);
    let begun = Instant::now();
    for customer in 0..CUSTOMERS {
        let record = if customer < OPEN { &hard } else { &ordinary };
        stage.restore(0, format!("x:{customer}").as_bytes(), Some(record)).expect("a state");
    }
    let restored = begun.elapsed();
    let mut look = |now: i64| {
        let mut out = Outbox::default();
        let begun = Instant::now();
        stage.begin();
        stage.tick(0, Millis::new(now), &mut out);
        let took = begun.elapsed();
        stage.journal(&mut out);
        stage.committed();
        (took, out.len())
    };
    let (first, _) = look(START + MINUTE);
    // Fewer than there are between two sweeps, which look at every customer.
    let quiet: Vec<_> = (0..500).map(|second| look(START + MINUTE + second * SECOND)).collect();
    assert!(quiet.iter().all(|(_, written)| *written == 0));
    let mut times: Vec<_> = quiet.iter().map(|(took, _)| *took).collect();
    times.sort();
    let (usual, slowest) = (times[times.len() / 2], times[times.len() - 1]);
    let (busy, written) = look(START + HOUR);
    println!(
        "{CUSTOMERS} customers, {OPEN} open cases: restored in {:.2} s, the first look {first:?}, one with nothing due {usual:?}, at most {slowest:?}, one with {written} records {busy:?}",
        restored.as_secs_f64()
    );
    assert!(usual.as_micros() < 1_000, "{usual:?}");
}
