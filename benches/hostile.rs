//! What the worst records cost: for each kind the time of one post at three sizes, beside it the time per kilobyte and
//! how much longer sixteen times as much takes. Linear is 16.

#![allow(clippy::expect_used, clippy::print_stdout, missing_docs, reason = "a benchmark")]

#[path = "hostile/mod.rs"]
mod hostile;

use std::path::Path;
use std::time::Duration;

use triage::problem::Reporter;
use triage::rules::compile;
use triage::verdict::Workspace;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const SIZES: [usize; 3] = [64 << 10, 256 << 10, 1 << 20];
const TRIES: usize = 5;

fn main() {
    let rules = compile(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config"), &Reporter::default()).expect("the shipped rules");
    let mut work = Workspace::default();
    println!("{:38} {:>9} {:>9} {:>9} {:>8} {:>9}", "one post full of", "64 KiB", "256 KiB", "1 MiB", "us/KiB", "1M : 64K");
    for (name, make) in hostile::KINDS {
        let best = |record: &[u8], work: &mut Workspace| (0..TRIES).map(|_| hostile::time(work, &rules, record)).min().unwrap_or_default();
        let times = SIZES.map(|size| best(&make(size), &mut work));
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
        let [small, middle, large] = times;
        println!(
            "{name:38} {:>9} {:>9} {:>9} {:>8.1} {:>9.1}",
            milliseconds(small),
            milliseconds(middle),
            milliseconds(large),
            large.as_secs_f64() * 1e6 / 1024.0,
            large.as_secs_f64() / small.as_secs_f64()
        );
    }
}
