//! One core, one post: canonical JSON bytes to verdict JSON bytes with the shipped rules, beside the floor in the same
//! run: parsing and serialising the same posts without judging them. And the same with the lexicons made 3 and 10
//! times as large, with the classes alone made 10 times as large, and for customers who have written much: the cost must
//! not grow with them.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

mod sample;

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::measurement::WallTime;
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use triage::author::{AuthorState, MAX_POSTS};
use triage::engine;
use triage::engine::Workspace;
use triage::json;
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

/// Which phrases are there several times.
#[derive(Clone, Copy)]
enum Enlarged {
    /// Those of all lexicons.
    All,
    /// The members of classes.
    Classes,
}

/// The shipped rules with `times` as many phrases: copies of all entries, each with a word of its own.
fn enlarged(which: Enlarged, times: usize) -> Rules {
    let folder = tempfile::tempdir().expect("a folder");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    for entry in walk(&shipped) {
        let relative = entry.strip_prefix(&shipped).expect("below the folder");
        let target = folder.path().join(relative);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("writable");
        let below = if let Enlarged::All = which { "lexicon" } else { "lexicon/classes" };
        let is_lexicon = relative.starts_with(below) && entry.extension().is_some_and(|extension| extension == "txt");
        let text = std::fs::read_to_string(&entry).expect("readable");
        std::fs::write(&target, if is_lexicon { copies(&text, times) } else { text }).expect("writable");
    }
    rules(folder.path())
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
            Output::Triage(_, record) => json::write(out, record).expect("to memory"),
            Output::Escalation(record) => json::write(out, record).expect("to memory"),
            Output::Handoff(record) => json::write(out, record).expect("to memory"),
            Output::DeadLetter { .. } => {}
        }
    }
}

/// Milliseconds between the posts of a customer who has written much: in none of them does he write many at once.
const APART: i64 = 20 * 60 * 1000;

/// Customers of whom as much is remembered as can be, each with an open case, and the next post of each.
fn busy(rules: &Rules) -> (Vec<AuthorState>, Vec<Vec<u8>>) {
    let (mut work, mut out) = (Workspace::default(), Vec::new());
    let calm: Vec<&str> = sample::TEXTS.iter().copied().filter(|text| !text.contains("media") && !text.contains("surat")).collect();
    let mut customer = |number: usize| {
        let mut state = AuthorState::default();
        for past in 0..MAX_POSTS {
            let text = calm[(number + past) % calm.len()];
            let at = sample::written_at(0) - APART * (MAX_POSTS - past) as i64;
            judge(&mut work, rules, &mut state, &sample::canonical_at(1_000 + number * 100 + past, number, text, at), &mut out);
        }
        assert_eq!(state.posts.len(), MAX_POSTS, "as many as are remembered");
        assert!(state.case.is_some(), "a case is open");
        state
    };
    let states = (0..sample::TEXTS.len()).map(&mut customer).collect();
    (states, posts())
}

fn posts() -> Vec<Vec<u8>> {
    sample::TEXTS.iter().enumerate().map(|(number, text)| sample::canonical(number, number, text)).collect()
}

/// How long `posts` take, one of each customer, whose states are `states` before.
fn bench_posts(group: &mut BenchmarkGroup<'_, WallTime>, name: String, rules: &Rules, states: &[AuthorState], posts: &[Vec<u8>]) {
    let mut work = Workspace::default();
    let mut out = Vec::with_capacity(1 << 16);
    group.bench_function(name, |bencher| {
        bencher.iter_batched_ref(
            || states.to_vec(),
            |states| {
                out.clear();
                for (post, state) in posts.iter().zip(states) {
                    judge(&mut work, rules, state, black_box(post), &mut out);
                }
                black_box(out.len())
            },
            BatchSize::SmallInput,
        );
    });
}

fn bench(criterion: &mut Criterion) {
    let posts = posts();
    let bytes: usize = posts.iter().map(Vec::len).sum();
    let mut group = criterion.benchmark_group("post");
    group.throughput(Throughput::ElementsAndBytes { elements: posts.len() as u64, bytes: bytes as u64 });
    let mut out = Vec::with_capacity(1 << 16);
    group.bench_function("floor: parse and serialise", |bencher| {
        bencher.iter(|| {
            out.clear();
            for post in &posts {
                let post: Post<'_> = serde_json::from_slice(black_box(post)).expect("a post");
                json::write(&mut out, &post).expect("to memory");
            }
            black_box(out.len())
        });
    });
    let fresh = vec![AuthorState::default(); posts.len()];
    for times in [1, 3, 10] {
        let rules = enlarged(Enlarged::All, times);
        bench_posts(&mut group, format!("triage, lexicon x{times} ({} phrases)", rules.book.len()), &rules, &fresh, &posts);
    }
    bench_posts(&mut group, "triage, classes x10".to_owned(), &enlarged(Enlarged::Classes, 10), &fresh, &posts);
    let rules = enlarged(Enlarged::All, 1);
    let (states, posts) = busy(&rules);
    bench_posts(&mut group, format!("triage, {MAX_POSTS} posts remembered and a case"), &rules, &states, &posts);
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(40);
    targets = bench
}
criterion_main!(benches);
