//! Clients of the port that keep to no limit: many at once, slow, too large, asking for what is not there. As many requests a
//! second as are bearable on the machine that the clients share with the program. What posts notice of them is measured:
//! `cargo test --release --test e2e pests -- --ignored --nocapture`

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::broker::{service, wait_until};
use super::latency::{PARTITIONS, WARM_UP, WINDOW, feed, reader, show};
use super::ops::Watched;
use super::program::terminate;

/// Connections that say half a request and then nothing: more than the program takes.
const SLOW: usize = 100;

/// Those that ask, each again and again with this pause.
const ASKING: usize = 8;
const PAUSE: Duration = Duration::from_millis(5);

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody else's port, where everybody is hung up on once they have said something; as long as the test runs.
fn victim() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        // Those that say nothing more are held, as the program does for a while.
        let mut held = Vec::new();
        for stream in listener.incoming().filter_map(Result::ok) {
            let mut said = [0; 1 << 14];
            let count = (&stream).read(&mut said).unwrap_or(0);
            if said[..count].ends_with(b" HT") && held.len() < SLOW {
                held.push(stream);
            }
        }
    });
    address
}

/// They go on until they are called off.
struct Pests {
    stop: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Pests {
    /// Lets them loose on who listens at `address`.
    fn set_upon(address: &str) -> Self {
        let (stop, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let start = |pest: fn(&str, &AtomicBool, &AtomicUsize, usize), number: usize| {
            let (address, stop, asked) = (address.to_owned(), Arc::clone(&stop), Arc::clone(&asked));
            thread::spawn(move || pest(&address, &stop, &asked, number))
        };
        let threads = (0..ASKING).map(|number| start(ask, number)).chain([start(dawdle, 0)]).collect();
        Pests { stop, asked, threads }
    }

    /// Waits for the last of them; what they have done.
    fn call_off(self) -> String {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        format!("{} requests, {SLOW} connections that say nothing more", self.asked.load(Ordering::Relaxed))
    }
}

/// A request that is not to be answered with what it asks for.
fn request(number: usize) -> Vec<u8> {
    let request = match number % 6 {
        0 => "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        1 => "GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        2 => format!("GET /status HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(40_000)),
        3 => format!("POST /-/reload HTTP/1.1\r\nHost: x\r\nOrigin: https://x\r\nContent-Length: 100000\r\n\r\n{}", "a".repeat(100_000)),
        4 => "GET /../../status HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        _ => "\u{0}nonsense\r\n\r\n".to_owned(),
    };
    request.into_bytes()
}

fn ask(address: &str, stop: &AtomicBool, asked: &AtomicUsize, mut number: usize) {
    while !stop.load(Ordering::Relaxed) {
        // Hung up on, refused or answered: all the same to them.
        drop(TcpStream::connect(address).and_then(|mut stream| {
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(&request(number))?;
            stream.read_to_end(&mut Vec::new())
        }));
        asked.fetch_add(1, Ordering::Relaxed);
        number += 1;
        thread::park_timeout(PAUSE);
    }
}

/// Holds connections, and replaces those that are hung up on.
fn dawdle(address: &str, stop: &AtomicBool, _: &AtomicUsize, _: usize) {
    let begin = || {
        let mut stream = TcpStream::connect(address).ok()?;
        stream.set_nonblocking(true).ok()?;
        stream.write_all(b"GET /status HT").ok()?;
        Some(stream)
    };
    let mut held: Vec<Option<TcpStream>> = Vec::new();
    held.resize_with(SLOW, || None);
    while !stop.load(Ordering::Relaxed) {
        for place in &mut held {
            let is_open = place
                .as_mut()
                .is_some_and(|stream| matches!(stream.read(&mut [0; 64]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock));
            if !is_open {
                *place = begin();
            }
        }
        thread::park_timeout(Duration::from_millis(100));
    }
}

/// Clients that keep to no limit of the port, beside a running program: how long posts are under way without them, while as many
/// clients of somebody else share its machine, and with them, in turn.
#[test]
#[ignore = "measures; takes three minutes"]
fn clients_without_manners_slow_no_post() {
    let service = service("manners", PARTITIONS);
    let watched = Watched::start(&service);
    wait_until("readiness", || watched.ask("GET", "/health/ready").0 == 200);
    let (windows, stranger) = (6, victim());
    let reading = std::thread::spawn(reader(&service, WARM_UP + windows * WINDOW));
    let mut sent = feed(&service, 0..WARM_UP);
    for window in 0..windows {
        let pests = [None, Some(&stranger), Some(&watched.address)][window % 3].map(|address| Pests::set_upon(address));
        let numbers = WARM_UP + window * WINDOW..WARM_UP + (window + 1) * WINDOW;
        sent.extend(feed(&service, numbers));
        if let Some(pests) = pests {
            println!("{}", pests.call_off());
        }
    }
    let seen = reading.join().expect("a reader");
    for window in 0..windows {
        let numbers = WARM_UP + window * WINDOW..WARM_UP + (window + 1) * WINDOW;
        show(["alone", "with them at somebody else's port", "with them at this port"][window % 3], &sent[numbers.clone()], &seen[numbers]);
    }
    wait_until("an answer to who behaves", || watched.ask("GET", "/health/ready").0 == 200);
    assert_eq!(terminate(watched.process), Some(0));
}
