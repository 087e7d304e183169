//! Many independent jobs on all cores. Knows nothing of what they are.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Does all `jobs`, each core with a workplace of its own. Returns the results in the order of the jobs.
pub fn on_all_cores<J: Sync, W, R: Send>(jobs: &[J], workplace: impl Fn() -> W + Sync, work: impl Fn(&mut W, &J) -> R + Sync) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut place = workplace();
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return done };
            done.push((number, work(&mut place, job)));
        }
    };
    let mut results: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores.min(jobs.len())).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}
