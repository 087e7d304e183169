//! Routes by methods by tokens, and clients that keep to no limit.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::*;
use crate::config::service::Service;
use crate::kafka::{ClientStatistics, Phase};
use crate::ops::snapshot::Snapshot;
use crate::ops::snapshot::tests::snapshot;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A server on a port of its own, and the wish that it may set.
struct Served {
    address: SocketAddr,
    reload: Arc<AtomicBool>,
}

fn serve(snapshot: Snapshot, token: Option<&str>) -> Served {
    let options: Vec<(String, String)> = token.map(|token| ("ops.token".to_owned(), token.to_owned())).into_iter().collect();
    let token = Service::load(None, std::iter::empty(), &options).unwrap().ops.token().unwrap();
    let (listening, reload) = (bind("127.0.0.1:0".parse().unwrap()).unwrap(), Arc::new(AtomicBool::new(false)));
    let address = listening.address().unwrap();
    listening.serve(Answers::new(move || snapshot.clone(), Arc::clone(&reload), token)).unwrap();
    Served { address, reload }
}

fn ready() -> Snapshot {
    let mut snapshot = snapshot();
    snapshot.lanes[0].measures.phase = Phase::Running;
    snapshot
}

impl Served {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE + HEAD_PATIENCE)).unwrap();
        stream
    }

    /// Everything that is answered to these bytes until the connection is closed; empty where it is reset.
    fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        let mut answer = Vec::new();
        // One who is cut off in the middle of a request is answered nothing, or what was said before.
        let _ = stream.write_all(bytes).and_then(|()| stream.read_to_end(&mut answer).map(drop));
        String::from_utf8(answer).unwrap()
    }

    fn ask(&self, method: &str, path: &str, headers: &str) -> String {
        self.say(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").as_bytes())
    }
}

fn code(answer: &str) -> u16 {
    answer.split(' ').nth(1).map_or(0, |code| code.parse().unwrap())
}

#[test]
fn routes_by_methods_by_tokens() {
    let right = format!("Authorization: Bearer {TOKEN}\r\n");
    let wrong = [String::new(), right.replace('0', "1"), right.replace("Bearer ", ""), format!("{}x\r\n", right.trim_end())];
    // Route, methods and what is answered to who may ask.
    let table: [(&str, [u16; 3]); 9] = [
        ("/health/live", [200, 405, 405]),
        ("/health/ready", [200, 405, 405]),
        ("/metrics", [200, 405, 405]),
        ("/status", [200, 405, 405]),
        ("/-/reload", [405, 202, 405]),
        ("/", [404, 404, 404]),
        ("/metrics/../status", [404, 404, 404]),
        ("/..%2f..%2fetc/passwd", [404, 404, 404]),
        ("//status", [404, 404, 404]),
    ];
    for (path, codes) in table {
        // A server each: none asks so often that it is too much.
        let (open, closed) = (serve(ready(), None), serve(ready(), Some(TOKEN)));
        for (method, expected) in ["GET", "POST", "DELETE"].into_iter().zip(codes) {
            assert_eq!(code(&open.ask(method, path, "")), expected, "{method} {path} without a token");
            assert_eq!(code(&closed.ask(method, path, &right)), expected, "{method} {path} with the token");
            for wrong in &wrong {
                let refused = if path.starts_with("/health/") { expected } else { 401 };
                assert_eq!(code(&closed.ask(method, path, wrong)), refused, "{method} {path} with {wrong:?}");
            }
        }
        assert_eq!(open.reload.load(Ordering::Relaxed), path == "/-/reload", "{path}");
    }
}

#[test]
fn nobody_is_asked_to_reload_by_a_strange_page_or_without_a_token() {
    let served = serve(ready(), Some(TOKEN));
    assert_eq!(code(&served.ask("POST", "/-/reload", "")), 401);
    assert_eq!(code(&served.ask("POST", "/-/reload", &format!("Origin: https://x\r\nAuthorization: Bearer {TOKEN}\r\n"))), 403);
    assert!(!served.reload.load(Ordering::Relaxed));
    assert_eq!(code(&served.ask("POST", "/-/reload", &format!("Authorization: Bearer {TOKEN}\r\n"))), 202);
    assert!(served.reload.load(Ordering::Relaxed));
}

#[test]
fn a_probe_is_told_how_the_program_is() {
    let check = |snapshot: Snapshot, expected: u16, said: &str| {
        let answer = serve(snapshot, None).ask("GET", "/health/ready", "");
        assert_eq!(code(&answer), expected, "{answer}");
        assert!(answer.ends_with(said), "{answer}");
    };
    check(ready(), 200, r#"{"state":"ready","reasons":[]}"#);
    check(snapshot(), 503, r#"{"state":"starting","reasons":["triage: a lane waits for its partitions"]}"#);
    let mut away = ready();
    away.lanes[0].measures.clients[0] = Some(ClientStatistics::default());
    check(away, 503, r#"{"state":"degraded","reasons":["triage: no broker can be reached"]}"#);
}

#[test]
fn requests_that_are_too_large_are_refused() {
    let check = |request: String, codes: &[u16]| {
        let answer = serve(ready(), None).say(request.as_bytes());
        assert!(codes.contains(&code(&answer)), "{:?} to {} bytes", answer.lines().next(), request.len());
    };
    let head = "GET /status HTTP/1.1\r\nHost: x\r\n";
    check(format!("{head}X: {}\r\n\r\n", "a".repeat(4_000)), &[200]);
    check(format!("{head}X: {}\r\n\r\n", "a".repeat(MOST_HEAD)), &[431, 0]);
    check(format!("{head}{}\r\n", "X: a\r\n".repeat(2 * MOST_HEADERS)), &[431, 0]);
    check(format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(100_000)), &[414, 431, 0]);
    check(format!("{head}Content-Length: 1000\r\n\r\n{}", "a".repeat(1_000)), &[200]);
    check(format!("{head}Content-Length: 100000\r\n\r\n{}", "a".repeat(100_000)), &[413, 0]);
    check(format!("{head}Transfer-Encoding: chunked\r\n\r\n2000\r\n{}\r\n0\r\n\r\n", "a".repeat(0x2000)), &[413, 0]);
    check("nonsense\r\n\r\n".to_owned(), &[400]);
}

#[test]
fn who_asks_too_often_is_told_so_and_keeps_nobody_out() {
    let served = serve(ready(), Some(TOKEN));
    let strangers: Vec<u16> = (0..60).map(|_| code(&served.ask("GET", "/metrics", ""))).collect();
    assert!(strangers.contains(&401) && strangers.contains(&429), "{strangers:?}");
    assert_eq!(code(&served.ask("GET", "/metrics", &format!("Authorization: Bearer {TOKEN}\r\n"))), 200);
}

#[test]
fn slow_and_many_clients_are_disconnected() {
    let served = serve(ready(), None);
    let begun = Instant::now();
    let mut idle: Vec<TcpStream> = (0..MOST_CONNECTIONS).map(|_| served.connect()).collect();
    idle.iter_mut().for_each(|stream| stream.write_all(b"GET /status HT").unwrap());
    // Which connections the server has taken already is its own affair, so this is asked until there is no place left.
    while code(&served.ask("GET", "/health/live", "")) == 200 {
        assert!(begun.elapsed() < HEAD_PATIENCE, "there is always a place left");
    }
    for stream in &mut idle {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        assert!(matches!(code(&answer), 0 | 408), "{answer}");
    }
    assert!(begun.elapsed() < HEAD_PATIENCE + PATIENCE, "{:?}", begun.elapsed());
    while code(&served.ask("GET", "/health/live", "")) != 200 {
        assert!(begun.elapsed() < HEAD_PATIENCE + PATIENCE, "nobody is answered any more");
    }
}
