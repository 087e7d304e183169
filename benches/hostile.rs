//! What the worst records cost: for each kind the time of one post at three sizes, beside it the time per kilobyte and
//! how much longer sixteen times as much takes. Linear is 16.

#![allow(clippy::expect_used, clippy::print_stdout, missing_docs, reason = "a benchmark")]

#[path = "hostile/mod.rs"]
mod hostile;

use std::path::Path;
use std::time::Duration;

use triage::engine::Workspace;
use triage::problem::Reporter;
use triage::rules::compile;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [64 << 10, 256 << 10, 1 << 20];
const TRIES: usize = 3;

fn main() {
    let rules = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &Reporter::default()).expect("the shipped rules");
    let mut work = Workspace::default();
    println!("{:38} {:>9} {:>9} {:>9} {:>8} {:>9}", "one post full of", "64 KiB", "256 KiB", "1 MiB", "us/KiB", "1M : 64K");
    for (name, make) in hostile::KINDS {
        let seconds = SIZES.map(|size| {
            let (record, times) = (make(size), SIZES[2] / size);
            let best = (0..TRIES).map(|_| hostile::time(&mut work, &rules, &record, times)).min().unwrap_or(Duration::MAX);
            best.as_secs_f64() / f64::from(u32::try_from(times).unwrap_or(1))
        });
        let milliseconds = |seconds: f64| format!("{:.1} ms", seconds * 1e3);
        let [small, middle, large] = seconds;
        let (rate, ratio) = (large * 1e6 / 1024.0, large / small);
        println!("{name:38} {:>9} {:>9} {:>9} {rate:>8.1} {ratio:>9.1}", milliseconds(small), milliseconds(middle), milliseconds(large));
    }
}
