//! Connections: how many at once, how long each may take, how much it may say before it is understood. A client that keeps to
//! none of it is disconnected, and no lane notices.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime;
use tokio::sync::Semaphore;
use tokio::time;

use super::routes::{Answers, routes};

/// Connections at once; a further one is closed unheard.
const MOST_CONNECTIONS: usize = 64;
/// Bytes of a request up to its body, and how long it may take to say them.
const MOST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
const HEAD_PATIENCE: Duration = Duration::from_secs(5);
/// From the first byte of a request to the last of its answer. One connection serves one request.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long not to accept connections when the system has none left to give.
const RECOVERY: Duration = Duration::from_millis(100);

/// A port that is ours and not answered yet.
#[derive(Debug)]
pub struct Listening(TcpListener);

/// Takes the port.
///
/// # Errors
/// That of the system: it is in use, or not ours to take.
pub fn bind(address: SocketAddr) -> io::Result<Listening> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(Listening(listener))
}

impl Listening {
    /// Returns where.
    ///
    /// # Errors
    /// That of the system.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Answers from now on, on a thread of its own, as long as the process lives.
    ///
    /// # Errors
    /// That of the system: no thread, no runtime.
    pub fn serve(self, answers: Answers) -> io::Result<()> {
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let serve = move || runtime.block_on(accept(self.0, answers));
        thread::Builder::new().name("ops".to_owned()).spawn(serve).map(drop)
    }
}

async fn accept(listener: TcpListener, answers: Answers) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let routes = routes(Arc::new(answers));
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            time::sleep(RECOVERY).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let routes = routes.clone();
        tokio::spawn(async move {
            converse(stream, routes).await;
            drop(place);
            Ok::<(), Infallible>(())
        });
    }
}

/// Hears one request of `client` and answers it, or hangs up on who takes too long or says too much. Needs a runtime with time.
pub async fn converse(client: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, routes: Router) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).keep_alive(false);
    builder.max_headers(MOST_HEADERS).max_header_size(MOST_HEAD).max_buf_size(MOST_HEAD);
    let service = TowerToHyperService::new(routes);
    // Whatever becomes of it is the client's business.
    let _: Result<_, _> = time::timeout(PATIENCE, builder.serve_connection(TokioIo::new(client), service)).await;
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "how long clients are borne with is measured")]
mod tests;
