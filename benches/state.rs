//! The journal record of a customer, written and read, beside JSON of the same states: one who has complained once, one with
//! a hard case, one with as many posts as are remembered and a hard case.

#![allow(clippy::expect_used, missing_docs, reason = "a benchmark")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use triage::author::{AuthorState, MAX_POSTS, Remembered};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn read(json: &str) -> AuthorState {
    serde_json::from_str(json).expect("a state")
}

/// A state with as many posts as there can be.
fn full(mut state: AuthorState) -> AuthorState {
    let latest = state.posts[0].clone();
    for number in state.posts.len()..MAX_POSTS {
        let number = i64::try_from(number).expect("few");
        let id = (1_876_464_070_184_090_000 + number).to_string();
        state.posts.push(Remembered { id: id.into(), at: state.last_record.plus(-number), ..latest.clone() });
    }
    let case = state.case.as_mut().expect("a case");
    let posts = state.posts.iter().map(|post| &post.id);
    posts.clone().take(16).for_each(|id| case.add_complaint(id));
    posts.for_each(|id| case.add_post(id, state.last_record));
    state
}

fn bench(criterion: &mut Criterion) {
    let first = read(include_str!("../src/author/codec/first_post.json"));
    let hard = read(include_str!("../src/author/codec/hard_case.json"));
    let full = full(hard.clone());
    let mut group = criterion.benchmark_group("state");
    let mut buffer = Vec::with_capacity(1 << 16);
    for (name, state) in [("first post", &first), ("hard case", &hard), ("64 posts and a hard case", &full)] {
        let record = state.encode().expect("something to remember");
        let json = serde_json::to_vec(state).expect("JSON");
        group.bench_function(format!("{name}: write ({} bytes)", record.len()), |bencher| {
            bencher.iter(|| {
                buffer.clear();
                black_box(state).encode_into(&mut buffer)
            });
        });
        group.bench_function(format!("{name}: write JSON ({} bytes)", json.len()), |bencher| {
            bencher.iter(|| {
                buffer.clear();
                serde_json::to_writer(&mut buffer, black_box(state)).expect("to memory");
            });
        });
        group.bench_function(format!("{name}: read"), |bencher| bencher.iter(|| AuthorState::decode(black_box(&record))));
        group.bench_function(format!("{name}: read JSON"), |bencher| bencher.iter(|| AuthorState::decode(black_box(&json))));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(40);
    targets = bench
}
criterion_main!(benches);
