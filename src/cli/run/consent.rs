//! Whether the rules that a process starts with may come into use: they are those of its group, the guard lets them pass, or
//! somebody has consented (D115). Asks before the process joins the group, so that one which is refused disturbs nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::super::{Exit, Stop};
use super::guard::Trial;
use crate::config::service::{Service, Stages};
use crate::kafka::{Acceptance, Accepted, Admin, Group};
use crate::rules::Rules;

/// How often the group's offsets are asked which rules are in use.
const LOOK: Duration = Duration::from_secs(2);

/// How long the thread sleeps before it looks whether the process ends.
const NAP: Duration = Duration::from_millis(100);

/// Returns what the process knows of the rules that its group has accepted, those of `rules` among them; `None` where it judges
/// nothing; until `stop` it learns what others of the group bring into use. `consent` is the hash of rules that somebody has
/// consented to.
pub(super) fn ask(service: &Service, rules: &Rules, consent: Option<&str>, stop: &Arc<AtomicBool>) -> Result<Option<Arc<Accepted>>, Stop> {
    if service.run.stages == Stages::Outages || !is_there(service)? {
        return Ok(None);
    }
    let group = Group::new(service)?;
    // Also where only the inbox is filled: a second group would fill it a second time (D117).
    group.owns_journal()?;
    if service.run.stages == Stages::Ingest {
        return Ok(None);
    }
    let accepted = Accepted::new(Duration::from_millis(service.reload.patience.unsigned_abs()));
    let theirs = group.accepted()?;
    if let Some(theirs) = &theirs {
        accepted.learn(theirs);
    }
    if let Some(theirs) = theirs.filter(|theirs| theirs.hash != rules.hash) {
        consider(service, &group, rules, consent, &theirs)?;
    }
    accepted.take(&rules.hash);
    let accepted = Arc::new(accepted);
    watch(service, &accepted, stop).map_err(|error| Stop::Because(Exit::Unavailable, format!("cannot start a thread: {error}")))?;
    Ok(Some(accepted))
}

/// Returns whether there are topics to ask of. Those that are missing are for the lanes to tell.
fn is_there(service: &Service) -> Result<bool, Stop> {
    let admin = Admin::new(&service.kafka)?;
    for topic in [&service.topics.inbox, &service.topics.state] {
        if admin.partitions(topic)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses `rules` unless the guard lets them take the place of `theirs`, or somebody has consented.
fn consider(service: &Service, group: &Group<'_>, rules: &Rules, consent: Option<&str>, theirs: &Acceptance) -> Result<(), Stop> {
    let (before, now) = (theirs.hash.as_str(), rules.hash.as_str());
    if consent == Some(now) {
        tracing::info!(before, now, "rules accepted by --accept-rules");
        return Ok(());
    }
    let guard = service.reload.guard;
    if guard.max_share >= 1.0 {
        tracing::info!(before, now, "the group had other rules, and no guard is set: taking those of this process");
        return Ok(());
    }
    let trial = Trial::of_past(rules, &group.last(guard.posts)?);
    let (posts, leaving) = (trial.posts, trial.leaving);
    if trial.passes(&guard) {
        tracing::info!(before, now, posts, leaving, "the group had other rules, and the guard lets those of this process pass");
        return Ok(());
    }
    let because = trial.because();
    let sentence = format!(
        "group `{}` has accepted the rules {before}, and the rules {now} of this process would take {leaving} of its last {posts} posts away from \
         the agents, more than the share of {} that [reload.guard] allows ({because}): start it with the rules {before}, or with \
         `--accept-rules {now}` to bring these into use for the whole group",
        service.run.group, guard.max_share
    );
    Err(Stop::Because(Exit::Refused, sentence))
}

/// From now until `stop`, learns what other processes of the group bring into use, and says so.
fn watch(service: &Service, accepted: &Arc<Accepted>, stop: &Arc<AtomicBool>) -> std::io::Result<()> {
    let (service, accepted, stop) = (service.clone(), Arc::clone(accepted), Arc::clone(stop));
    let look = move || {
        let Ok(group) = Group::new(&service) else { return };
        while !stop.load(Ordering::Relaxed) {
            // That brokers are away is the lanes' to tell.
            if group.tell(&accepted).is_ok_and(|news| news) {
                tell_mixture(&accepted);
            }
            // Lanes wait for what is recorded first.
            let naps = if accepted.begins() { 1 } else { LOOK.as_millis() / NAP.as_millis() };
            (0..naps).take_while(|_| !stop.load(Ordering::Relaxed)).for_each(|_| thread::park_timeout(NAP));
        }
    };
    thread::Builder::new().name("rules".to_owned()).spawn(look).map(drop)
}

fn tell_mixture(accepted: &Accepted) {
    let (in_use, newest) = (accepted.in_use(), accepted.newest().map(|newest| newest.hash));
    let parts: Vec<String> = in_use.iter().map(|(hash, partitions)| format!("{hash} ({partitions})")).collect();
    match parts.len() {
        0 | 1 => tracing::info!(rules = parts.join(", "), "one rule set in the group"),
        _ => tracing::warn!(rules = parts.join(", "), newest, "rules differ within the group (partitions)"),
    }
}
