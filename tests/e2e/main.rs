//! Everything that needs a real Apache Kafka: one node for this binary, see `broker`. Run with `cargo test --test e2e`.
//!
//! What must hold for any stage belongs in `lane`, what the two real stages make of posts in `stages`, the commands that
//! look on in files of their names, numbers in `throughput`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test against the real thing"
)]

mod broker;
mod counting;
mod dead_letters;
mod lane;
mod process;
mod reconcile;
mod stages;
mod throughput;
