//! Entry point: everything is in the library.

/// The per-post path allocates many small strings.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    triage::cli::main()
}
