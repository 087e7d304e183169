//! Whatever the input, one record costs time linear in its size. Eight times as much may take four times longer than
//! eight times, on the best of several tries: a square would take sixty-four times.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test")]

#[path = "../benches/hostile/mod.rs"]
mod hostile;

use std::path::Path;
use std::time::Duration;

use triage::problem::Reporter;
use triage::rules::compile;
use triage::verdict::Workspace;

const SMALL: usize = 64 << 10;
const TIMES: u32 = 8;
const SLACK: u32 = 4;
/// The machine may be busy with something else: any good try is proof.
const TRIES: usize = 5;

#[test]
fn no_record_costs_more_than_its_size() {
    let rules = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &Reporter::default()).expect("the shipped rules");
    let mut work = Workspace::default();
    for (name, make) in hostile::KINDS {
        let (small, large) = (make(SMALL), make(SMALL * TIMES as usize));
        let mut tried: Vec<(Duration, Duration)> = Vec::new();
        let linear = (0..TRIES).any(|_| {
            let small = (0..2).map(|_| hostile::time(&mut work, &rules, &small)).min().unwrap();
            let large = hostile::time(&mut work, &rules, &large);
            tried.push((small, large));
            large <= small * TIMES * SLACK
        });
        assert!(linear, "{name}: {tried:?}");
    }
}
