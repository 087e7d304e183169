//! Where `triage run` answers those who watch it, if it is told to.

use std::sync::Arc;

use super::reload::Wishes;
use super::{Sources, now};
use crate::cli::{Exit, Stop, log};
use crate::config::service::Service;
use crate::ops::{self, Answers, Reloads, Snapshot, Watched};

/// Takes the port that the settings name, if they name one, and answers on it from now on. The lanes come later.
pub(super) fn listen(service: &Service, sources: &Sources, told: &Arc<Reloads>, wishes: &Wishes) -> Result<Arc<Watched>, Stop> {
    let (rules, silences) = (Arc::clone(&sources.rules), Arc::clone(&sources.silences));
    let watched = Arc::new(Watched::new(rules, silences, Arc::clone(told), now).with_shadow(sources.shadow.clone()));
    let Some(address) = service.ops.listen else { return Ok(watched) };
    let token = service.ops.token().map_err(|error| Stop::Because(Exit::Configuration, format!("ops.token_file: {error}")))?;
    let cannot = |error| Stop::Because(Exit::Unavailable, format!("[ops] cannot listen on {address}: {error}"));
    let listening = ops::bind(address).map_err(cannot)?;
    // Who asks for port 0 is told which it is.
    let address = listening.address().map_err(cannot)?;
    let seen = Arc::clone(&watched);
    let snapshot = move || Snapshot { dropped: log::dropped(), ..seen.snapshot() };
    listening.serve(Answers::new(snapshot, Arc::clone(&wishes.reload), token)).map_err(cannot)?;
    tracing::info!(%address, "answering those who watch");
    Ok(watched)
}
