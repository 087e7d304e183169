//! `[ops]`: where the program answers those who watch it, and whom.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::super::reader::{Table, Value};
use super::kafka::Secret;
use crate::problem::Problem;

/// A token that is shorter can be guessed.
const SHORTEST_TOKEN: usize = 16;

/// Where the program answers those who watch it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ops {
    /// `listen`: address and port. Default none: nothing is listened on.
    pub listen: Option<SocketAddr>,
    /// `token`: what whoever asks must show; better given by variable or by `token_file`. Needed beyond loopback.
    pub token: Option<Secret>,
    /// `token_file`: file that holds the token and nothing else.
    pub token_file: Option<PathBuf>,
}

impl Ops {
    /// Returns the token, read from its file where that is how it is given; without the line end there.
    ///
    /// # Errors
    /// The file cannot be read, or holds none that is long enough.
    pub fn token(&self) -> std::io::Result<Option<Secret>> {
        let Some(file) = &self.token_file else { return Ok(self.token.clone()) };
        let token = Secret::read(file)?;
        if token.expose().len() < SHORTEST_TOKEN {
            let message = format!("{}: a token has at least {SHORTEST_TOKEN} characters", file.display());
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, message));
        }
        Ok(Some(token))
    }

    pub(super) fn read(table: Table<'_>) -> Ops {
        let (listen, token, token_file) = (table.optional("listen"), table.optional("token"), table.optional("token_file"));
        table.finish();
        let ops = Ops { listen: address(&listen), token: secret(&token), token_file: token_file.path() };
        let report = |value: &Value<'_>, text: &str, hint: &str| value.reporter().report(Problem::error(&value.spot(), text).hint(hint));
        if token.is_present() && token_file.is_present() {
            report(&token_file, "`token` and `token_file` are both given", "leave one of them away");
        }
        let given = token.is_present() || token_file.is_present();
        if ops.listen.is_some_and(|address| !address.ip().is_loopback()) && !given {
            report(&listen, "beyond loopback a token is needed", "give `token_file`, or listen on 127.0.0.1");
        }
        ops
    }
}

/// An address with its port; an empty text is none.
fn address(value: &Value<'_>) -> Option<SocketAddr> {
    let text = value.string().filter(|text| !text.is_empty())?;
    text.parse().map_err(|_| value.wrong::<()>("an address with a port, such as 127.0.0.1:9464")).ok()
}

fn secret(value: &Value<'_>) -> Option<Secret> {
    let token = value.string()?;
    if token.len() >= SHORTEST_TOKEN {
        return Some(Secret::new(token));
    }
    let problem = Problem::error(&value.spot(), format!("a token has at least {SHORTEST_TOKEN} characters"));
    value.reporter().report(problem.hint("`openssl rand -hex 32` makes one"));
    None
}
