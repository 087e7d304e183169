//! `triage backtest` over a million made-up posts, verdicts written: posts a second on two threads. Another number of
//! posts: `cargo bench --bench backtest -- 100000`.

#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods, clippy::expect_used, reason = "a benchmark")]

mod synthetic;

use std::io::{BufWriter, Write};
use std::process::Command;
use std::time::Instant;

fn main() {
    let asked = std::env::args().filter_map(|argument| argument.parse::<usize>().ok()).next();
    let posts = asked.unwrap_or(1_000_000);
    let folder = tempfile::TempDir::new().expect("a folder");
    let (input, verdicts) = (folder.path().join("posts.jsonl"), folder.path().join("verdicts.jsonl"));
    let mut out = BufWriter::new(std::fs::File::create(&input).expect("a file"));
    for made in synthetic::Day::new(1, posts).take(posts) {
        writeln!(out, "{}", made.json).expect("written");
    }
    out.flush().expect("written");
    let begun = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_triage"))
        .args(["backtest", "--threads", "2", "--config"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/config"))
        .arg("--input")
        .arg(&input)
        .arg("--verdicts")
        .arg(&verdicts)
        .status();
    assert!(status.expect("triage runs").success());
    let took = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a count of posts")]
    let rate = posts as f64 / took;
    println!("{posts} posts in {took:.1} s with 2 threads: {rate:.0} posts/s, reading and writing included");
}
