//! Whatever the input, one record costs time linear in its size. A record of eight times the size may cost four times
//! what eight records cost, on the best of several tries: a square would cost eight times that.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test")]

#[path = "../benches/hostile/mod.rs"]
mod hostile;

use std::path::Path;
use std::time::Duration;

use triage::engine::Workspace;
use triage::problem::Reporter;
use triage::rules::compile;

const SMALL: usize = 64 << 10;
const TIMES: usize = 8;
const SLACK: u32 = 4;
/// The machine may be busy with something else: any good try is proof.
const TRIES: usize = 5;

#[test]
fn no_record_costs_more_than_its_size() {
    let rules = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &Reporter::default()).expect("the shipped rules");
    let mut work = Workspace::default();
    for (name, make) in hostile::KINDS {
        let (small, large) = (make(SMALL), make(SMALL * TIMES));
        let mut tried: Vec<(Duration, Duration)> = Vec::new();
        let linear = (0..TRIES).any(|_| {
            let small = hostile::time(&mut work, &rules, &small, TIMES);
            let large = hostile::time(&mut work, &rules, &large, 1);
            tried.push((small, large));
            large <= small * SLACK
        });
        assert!(linear, "{name}: {tried:?}");
    }
}
