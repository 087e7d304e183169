//! Everything that needs a real Apache Kafka: one node for this binary, see `broker`. Run with `cargo test --test e2e`.
//!
//! What must hold for any stage belongs in `lane`, what the two real stages make of posts in `stages`, numbers in
//! `throughput`.

mod broker;
mod counting;
mod lane;
mod process;
mod stages;
mod throughput;
