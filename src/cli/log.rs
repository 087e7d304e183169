//! What becomes of the log while the service runs: nobody ever waits for it, and nothing ends because of it (D123).
//!
//! Lines wait in memory, up to a limit, for a thread that writes them. When that thread stands still (a pipe that nobody
//! reads) or fails (a full disk, a terminal that is gone), further lines are dropped and counted. At the end the rest is given
//! a moment. `tracing-appender`'s writer does the same, but prints with `println!` and `eprintln!` when it cannot end in time
//! or flush: both panic on a full disk, which ends the process. Knows nothing of what the lines say.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

/// Lines that wait, in bytes; further ones are dropped.
const MOST_BYTES: usize = 1 << 20;

/// How long the end of the process waits for the rest of the log.
pub(super) const LAST_LINES: Duration = Duration::from_secs(1);

static SINK: OnceLock<Sink> = OnceLock::new();

/// A writer with a thread of its own.
struct Sink {
    queue: Mutex<Sender<Vec<u8>>>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Bytes that are not written yet.
    waiting: Mutex<usize>,
    written: Condvar,
    /// Lines that nobody will ever see.
    dropped: AtomicU64,
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, usize> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// Hands every further line of the process to a thread that writes it to `out`. A second call changes nothing.
pub(super) fn begin(out: impl Write + Send + 'static) {
    if SINK.get().is_none()
        && let Some(sink) = Sink::start(out)
    {
        let _ = SINK.set(sink);
    }
}

/// Takes `lines` to be written. `false`: there is nobody to write them yet.
pub(super) fn send(lines: &[u8]) -> bool {
    SINK.get().map(|sink| sink.send(lines)).is_some()
}

/// Waits until all is written, but no longer than `patience`.
pub(super) fn flush(patience: Duration) {
    if let Some(sink) = SINK.get() {
        sink.flush(patience);
    }
}

/// Returns how many lines of the log were dropped so far: what the metric `log_lines_dropped_total` counts.
pub fn dropped() -> u64 {
    SINK.get().map_or(0, |sink| sink.shared.dropped.load(Ordering::Relaxed))
}

/// From now on a mistake of the program itself is told in the log, which waits for nobody. Of its text only what is written in
/// the code is told: the rest may quote a post.
pub(super) fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        let reason = panic.payload().downcast_ref::<&'static str>().copied();
        tracing::error!(at, reason, "a mistake in the program");
        flush(LAST_LINES);
    }));
}

impl Sink {
    /// Returns nothing where there can be no thread: then lines are written by whoever says them.
    fn start(out: impl Write + Send + 'static) -> Option<Self> {
        let (queue, lines) = channel();
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        thread::Builder::new().name("log".to_owned()).spawn(move || write_all(out, &lines, &theirs)).ok()?;
        Some(Sink { queue: Mutex::new(queue), shared })
    }

    fn send(&self, lines: &[u8]) {
        let mut waiting = self.shared.waiting();
        if *waiting + lines.len() > MOST_BYTES {
            return self.shared.drop_one();
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.send(lines.to_vec()) {
            Ok(()) => *waiting += lines.len(),
            Err(_) => self.shared.drop_one(),
        }
    }

    fn flush(&self, patience: Duration) {
        drop(self.shared.written.wait_timeout_while(self.shared.waiting(), patience, |waiting| *waiting > 0));
    }
}

fn write_all(mut out: impl Write, lines: &Receiver<Vec<u8>>, shared: &Shared) {
    let mut told = 0;
    for line in lines {
        let failed = out.write_all(&line).and_then(|()| out.flush()).is_err();
        if failed {
            shared.drop_one();
        }
        let mut waiting = shared.waiting();
        *waiting -= line.len();
        let room = *waiting < MOST_BYTES / 2;
        drop(waiting);
        shared.written.notify_all();
        let dropped = shared.dropped.load(Ordering::Relaxed);
        if !failed && room && dropped > told {
            told = dropped;
            tracing::warn!(dropped, "lines of the log were lost: they could not be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, ErrorKind};
    use std::sync::mpsc::sync_channel;

    use super::*;

    /// Says of each line what becomes of it, and keeps what was written.
    struct Out<F>(F, Arc<Mutex<Vec<u8>>>);

    impl<F: FnMut() -> io::Result<()>> Write for Out<F> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            (self.0)()?;
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn start(each: impl FnMut() -> io::Result<()> + Send + 'static) -> (Sink, Arc<Mutex<Vec<u8>>>) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        (Sink::start(Out(each, Arc::clone(&kept))).unwrap(), kept)
    }

    fn dropped(sink: &Sink) -> u64 {
        sink.shared.dropped.load(Ordering::Relaxed)
    }

    #[test]
    fn lines_are_written_in_order_and_the_end_waits_for_them() {
        let (sink, kept) = start(|| Ok(()));
        for number in 0..1_000 {
            sink.send(format!("{number}\n").as_bytes());
        }
        sink.flush(Duration::from_secs(60));
        let expected: String = (0..1_000).map(|number| format!("{number}\n")).collect();
        assert_eq!((String::from_utf8(kept.lock().unwrap().clone()).unwrap(), dropped(&sink)), (expected, 0));
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_later_lines_are_written() {
        let mut tries = 0;
        let (sink, kept) = start(move || {
            tries += 1;
            if tries <= 3 { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
        });
        (0..5).for_each(|_| sink.send(b"x\n"));
        sink.flush(Duration::from_secs(60));
        assert_eq!((kept.lock().unwrap().as_slice(), dropped(&sink)), (b"x\nx\n".as_slice(), 3));
    }

    #[test]
    fn nobody_waits_for_a_writer_that_stands_still_and_memory_is_bounded() {
        let (go, wait) = sync_channel::<()>(0);
        let (sink, kept) = start(move || wait.recv().map_err(|_| ErrorKind::BrokenPipe.into()));
        let line = [b'x'; 1 << 10];
        (0..3_000).for_each(|_| sink.send(&line));
        assert_eq!(*sink.shared.waiting(), MOST_BYTES);
        assert_eq!(dropped(&sink), 3_000 - 1_024);
        sink.flush(Duration::from_millis(10));
        assert_eq!(*sink.shared.waiting(), MOST_BYTES, "the end has not waited for it");
        // It moves again, and then fails for good.
        (0..10).for_each(|_| go.send(()).unwrap());
        drop(go);
        sink.flush(Duration::from_secs(60));
        assert_eq!((kept.lock().unwrap().len(), dropped(&sink)), (10 << 10, 3_000 - 10));
    }
}
