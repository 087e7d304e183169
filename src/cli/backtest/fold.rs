//! Recorded posts on several threads, each customer on one of them: states need their customer's posts in order, and
//! nothing of other customers'. What is written comes in the order of the input all the same.

use std::hash::Hasher;
use std::num::NonZeroUsize;
use std::thread;

use rustc_hash::FxHasher;

use super::super::Stop;
use super::super::input::{self, BadLine, Line};
use super::lines::Lines;
use crate::replay::Recorded;
use crate::rules::Rules;

/// Lines that are in memory at a time.
const CHUNK: usize = 16_384;

/// What came of a chunk of lines.
#[derive(Debug, Default)]
pub struct Chunk {
    /// How many they were.
    pub lines: usize,
    /// How to make lines of the input, if it seems to be none.
    pub hint: Option<&'static str>,
    /// What cannot be read.
    pub bad: Vec<BadLine>,
    /// What the workers wrote, in the order of the input.
    pub written: Vec<Vec<u8>>,
}

/// Returns as many workers as there are processors, or as many as were asked for.
pub fn threads(asked: Option<NonZeroUsize>) -> usize {
    asked.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get)
}

/// Hands each recorded input to the worker of its customer, with its number in the input.
pub fn fold<W: Send>(
    mut lines: Lines,
    rules: &Rules,
    workers: &mut [W],
    judge: impl Fn(&mut W, usize, &Recorded<'_>) -> Option<Vec<u8>> + Sync,
    mut each: impl FnMut(Chunk) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut before = 0;
    loop {
        let chunk: Vec<Line> = lines.by_ref().take(CHUNK).collect::<Result<_, _>>()?;
        if chunk.is_empty() {
            lines.bar.finish_and_clear();
            return Ok(());
        }
        let (inputs, bad) = read(&chunk, rules, workers.len());
        let written = share_out(before, &inputs, workers, &judge);
        before += inputs.len();
        each(Chunk { lines: chunk.len(), hint: lines.hint, bad, written })?;
    }
}

fn read<'a>(chunk: &'a [Line], rules: &'a Rules, threads: usize) -> (Vec<Recorded<'a>>, Vec<BadLine>) {
    let parts = thread::scope(|scope| {
        let size = chunk.len().div_ceil(threads.max(1));
        let parts: Vec<_> = chunk.chunks(size).map(|lines| scope.spawn(move || read_part(lines, rules))).collect();
        parts.into_iter().map(join).collect::<Vec<_>>()
    });
    let (inputs, bad): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    (inputs.into_iter().flatten().collect(), bad.into_iter().flatten().collect())
}

fn read_part<'a>(lines: &'a [Line], rules: &'a Rules) -> (Vec<Recorded<'a>>, Vec<BadLine>) {
    let (mut inputs, mut bad) = (Vec::with_capacity(lines.len()), Vec::new());
    for line in lines {
        match input::read(line, rules) {
            Ok((recorded, more)) => {
                inputs.extend(recorded);
                bad.extend(more);
            }
            Err(one) => bad.push(one),
        }
    }
    (inputs, bad)
}

fn share_out<W: Send>(
    before: usize,
    inputs: &[Recorded<'_>],
    workers: &mut [W],
    judge: &(impl Fn(&mut W, usize, &Recorded<'_>) -> Option<Vec<u8>> + Sync),
) -> Vec<Vec<u8>> {
    let count = workers.len().max(1);
    let mut shares: Vec<Vec<(usize, &Recorded<'_>)>> = vec![Vec::new(); count];
    for (at, recorded) in (before..).zip(inputs) {
        shares[worker_of(recorded.customer.as_str(), count)].push((at, recorded));
    }
    let mut written = thread::scope(|scope| {
        let parts: Vec<_> = workers
            .iter_mut()
            .zip(shares)
            .map(|(worker, share)| {
                scope.spawn(move || {
                    let judged = share.into_iter().filter_map(|(at, recorded)| Some((at, judge(worker, at, recorded)?)));
                    judged.collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(join).collect::<Vec<_>>()
    });
    written.sort_unstable_by_key(|(at, _)| *at);
    written.into_iter().map(|(_, bytes)| bytes).collect()
}

fn worker_of(customer: &str, workers: usize) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(customer.as_bytes());
    usize::try_from(hasher.finish() >> 32).unwrap_or(0) % workers
}

fn join<T>(handle: thread::ScopedJoinHandle<'_, T>) -> T {
    handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
