//! Everything that needs a real Apache Kafka: one node for this binary, see `broker`. Run with `cargo test --test e2e`.
//!
//! What must hold for any stage belongs in `lane`, what the two real stages make of posts in `stages`, what a process has
//! to survive in `process` (started by `program`), how it gets in in `login`, a day of an operator, with what the program
//! may and may not do, in `operator`, how fast a backlog is worked through in `pace`, what many posts of all kinds must not
//! bring into disorder in `variety` (longer with `TRIAGE_LONG=1`), what brokers may answer in `injection`, the commands that
//! look on or replay in files of their names, rules of two processes in `accepted`, numbers in `throughput`, `everything`,
//! `latency`, `pests` and `restore`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test against the real thing"
)]

mod accepted;
mod backtest;
#[allow(dead_code, reason = "tests/storm needs more of it")]
mod broker;
mod cases;
mod counting;
mod dead_letters;
mod everything;
mod explain;
mod handoff;
mod injection;
mod lane;
mod latency;
mod login;
mod operator;
mod ops;
mod outages;
mod pace;
mod pests;
mod process;
mod program;
mod reconcile;
mod reload;
mod reminders;
mod restore;

mod ruleset;
#[path = "../../benches/sample/mod.rs"]
mod sample;
mod stages;
#[path = "../../benches/synthetic/mod.rs"]
mod synthetic;
mod texts;
mod throughput;
mod variety;

/// The same as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
