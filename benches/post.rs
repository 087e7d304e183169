//! One core, one post: canonical JSON bytes to verdict JSON bytes with the shipped rules, beside the floor in the same
//! run: parsing and serialising the same posts without judging them. And the same with the lexicons made 3 and 10
//! times as large: the cost must not grow with them.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

mod sample;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use triage::author::AuthorState;
use triage::engine;
use triage::engine::Workspace;
use triage::post::{Input, Post};
use triage::problem::Reporter;
use triage::record::{Arrival, Output};
use triage::rules::{Rules, compile};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn rules(folder: &Path) -> Rules {
    let reporter = Reporter::default();
    let rules = compile(folder, &reporter);
    rules.unwrap_or_else(|| panic!("{}", reporter.into_problems()))
}

/// The shipped rules with `times` as many phrases: copies of all entries, each with a word of its own.
fn enlarged(times: usize, folder: &Path) -> Rules {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    for entry in walk(&shipped) {
        let relative = entry.strip_prefix(&shipped).expect("below the folder");
        let target = folder.join(relative);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("writable");
        let is_lexicon = relative.starts_with("lexicon") && entry.extension().is_some_and(|extension| extension == "txt");
        let text = std::fs::read_to_string(&entry).expect("readable");
        std::fs::write(&target, if is_lexicon { copies(&text, times) } else { text }).expect("writable");
    }
    rules(folder)
}

fn copies(lexicon: &str, times: usize) -> String {
    let mut out = String::new();
    for line in lexicon.lines() {
        out.push_str(line);
        out.push('\n');
        let is_phrase = !line.trim().is_empty() && !line.starts_with(['#', '!', '@']) && !line.contains(['*', ':']);
        for copy in 1..if is_phrase { times } else { 1 } {
            let (pattern, guards) =
                line.split_once(" | ").map_or((line, String::new()), |(pattern, guards)| (pattern, format!(" | {guards}")));
            out.push_str(&format!("{pattern} kopi{copy}{guards}\n"));
        }
    }
    out
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

fn judge(work: &mut Workspace, rules: &Rules, state: &mut AuthorState, bytes: &[u8], out: &mut Vec<u8>) {
    let input = Input::read(bytes).expect("a post");
    let Input::Post(post) = &input else { return };
    let customer = rules.own.customer_of(post);
    let arrival = Arrival {
        customer: customer.as_str(),
        at: post.created_at,
        source: "telkomcare.triage.inbox/3/123456",
        with_text: true,
        every_condition: false,
    };
    for output in engine::step(work, rules, state, &input, &arrival) {
        match &output {
            Output::Triage(_, record) => sonic_rs::to_writer(&mut *out, record).expect("to memory"),
            Output::Escalation(record) => sonic_rs::to_writer(&mut *out, record).expect("to memory"),
            Output::Handoff(record) => sonic_rs::to_writer(&mut *out, record).expect("to memory"),
            Output::DeadLetter { .. } => {}
        }
    }
}

fn bench(criterion: &mut Criterion) {
    let posts: Vec<Vec<u8>> = sample::TEXTS.iter().enumerate().map(|(number, text)| sample::canonical(number, number, text)).collect();
    let bytes: usize = posts.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("post");
    group.throughput(Throughput::ElementsAndBytes { elements: posts.len() as u64, bytes: bytes as u64 });
    let mut out = Vec::with_capacity(1 << 16);
    group.bench_function("floor: parse and serialise", |bencher| {
        bencher.iter(|| {
            out.clear();
            for post in &posts {
                let post: Post<'_> = serde_json::from_slice(black_box(post)).expect("a post");
                serde_json::to_writer(&mut out, &post).expect("to memory");
            }
            black_box(out.len())
        });
    });
    for times in [1, 3, 10] {
        let folder = tempfile::tempdir().expect("a folder");
        let rules = enlarged(times, folder.path());
        let mut work = Workspace::default();
        group.bench_function(format!("triage, lexicon x{times} ({} phrases)", rules.book.len()), |bencher| {
            bencher.iter_batched_ref(
                || posts.iter().map(|_| AuthorState::default()).collect::<Vec<_>>(),
                |states| {
                    out.clear();
                    for (post, state) in posts.iter().zip(states) {
                        judge(&mut work, &rules, state, black_box(post), &mut out);
                    }
                    black_box(out.len())
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(40);
    targets = bench
}
criterion_main!(benches);
