//! Exactly-once under fire: processes that kill themselves at chosen points, stand still, come and go, and a broker that
//! dies, while posts keep coming. Needs a program that can kill itself: `cargo test --features failpoints --test storm`;
//! `TRIAGE_LONG=1` for many more of everything.
//!
//! `load` writes the posts, `crew` runs the processes, `calm` waits for the end, `oracle` says what should have come of
//! it all, `ticks` what of it the clock did, `areas` the same of outages; `kills`, `members`, `brokers`, `cluster`, `reloads` and, through the `proxy`, `endings` bring the trouble, and `mixture` all that a desk does besides; `recovery` measures how
//! long it lasts. `seeded` makes sure that all this would notice a program that is wrong: one with a mistake of `bugs`,
//! built by `seeded_program`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test against the real thing"
)]

mod areas;
#[allow(dead_code, reason = "the other tests need more of it")]
#[path = "../e2e/broker.rs"]
mod broker;
mod brokers;
mod bugs;
mod calm;
mod cluster;
mod crew;
mod endings;
mod kills;
mod load;
mod members;
mod mixture;
mod oracle;
#[allow(dead_code, reason = "the other tests need more of it")]
#[path = "../e2e/program.rs"]
mod program;
mod proxy;
mod recovery;
mod reloads;
#[allow(dead_code, reason = "the other tests need more of it")]
#[path = "../e2e/ruleset.rs"]
mod ruleset;
mod seeded;
mod seeded_program;
#[path = "../e2e/texts.rs"]
mod texts;
mod ticks;
