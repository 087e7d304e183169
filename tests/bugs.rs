//! The mistakes that `tests/storm` must notice can still be made. Builds nothing and needs no Kafka, so it belongs to
//! every `cargo test`; whether they are noticed is the long form of the storm.

#![allow(clippy::expect_used, reason = "a test")]

#[path = "storm/bugs.rs"]
mod bugs;

#[test]
fn every_patch_applies() {
    let problems: Vec<String> = bugs::names().iter().filter_map(|name| bugs::made(name).err()).collect();
    assert!(problems.is_empty(), "{}\nHow to make one again: tests/storm/bugs.rs", problems.join("\n"));
}
