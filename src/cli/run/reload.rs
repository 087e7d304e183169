//! Brings new rules into use while the service runs: when their folder changes, or when a signal asks for it.
//!
//! A rule set is compiled completely before it takes the place of the one in use, which the lanes see between two of
//! their transactions. With anything wrong the one in use stays, and the log says why. Decides nothing about posts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::guard::Trial;
use super::silences::Silencing;
use arc_swap::ArcSwap;

use crate::config::service::Guard;
use crate::config::watch::{Fingerprint, Watch};
use crate::kafka::Recent;
use crate::ops::{Outcome, Reloads};
use crate::problem::Reporter;
use crate::rules::{self, Rules};

/// How often a folder is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// What the outside asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    /// Read the rules again (SIGHUP).
    pub(super) reload: Arc<AtomicBool>,
    /// The same, and never mind the guard (SIGUSR1).
    pub(super) force: Arc<AtomicBool>,
}

/// A rule set in use and the folder that it came from.
pub(super) struct InUse {
    /// How the log calls it.
    pub(super) name: &'static str,
    pub(super) watch: Watch,
    /// Where the lanes see it.
    pub(super) shared: Arc<ArcSwap<Rules>>,
    /// What new rules are tried on before.
    pub(super) guard: Option<(Guard, Arc<Recent>)>,
    /// Rules that find hand-offs can be used.
    pub(super) handoffs: bool,
    /// Who is told what becomes of rules that were read.
    pub(super) told: Arc<Reloads>,
}

/// Looks for changes for ever. `watch`: of the folders, too, not only for `wishes`.
pub(super) fn run(mut sets: Vec<InUse>, mut silencing: Silencing, watch: bool, wishes: &Wishes) {
    loop {
        let forced = wishes.force.swap(false, Ordering::Relaxed);
        let asked = wishes.reload.swap(false, Ordering::Relaxed) || forced;
        if let (Some(outcome), Some(set)) = (silencing.look(asked, watch), sets.first()) {
            set.told.tell("silences", outcome);
        }
        for set in &mut sets {
            let seen = match (asked, watch) {
                (true, _) => Some(Fingerprint::of(set.watch.folder())),
                (false, true) => set.watch.changed(),
                (false, false) => None,
            };
            if seen.is_some_and(|seen| !set.read(seen, forced)) {
                let again = if forced { &wishes.force } else { &wishes.reload };
                again.store(true, Ordering::Relaxed);
            }
        }
        std::thread::park_timeout(LOOK);
    }
}

impl InUse {
    /// Reads the folder, which looks like `seen`, and brings its rules into use if nothing speaks against them. `false`:
    /// the folder has changed meanwhile, so what was read may be a mixture.
    fn read(&mut self, seen: Fingerprint, forced: bool) -> bool {
        let compiled = compile(self.watch.folder());
        if !self.watch.was_read(seen) {
            return false;
        }
        let before = self.shared.load_full();
        let outcome = match compiled {
            Err(errors) => {
                tracing::error!(
                    set = self.name,
                    in_use = before.hash,
                    errors = errors.len(),
                    "the rules have errors: keeping those in use"
                );
                errors.iter().for_each(|error| tracing::error!(set = self.name, "{error}"));
                Outcome::Errors
            }
            // Words of summaries are no part of the hash: they decide nothing.
            Ok(rules) if rules.hash == before.hash && rules.summary == before.summary => {
                tracing::info!(set = self.name, rules = rules.hash, "the rules are the same");
                Outcome::Unchanged
            }
            Ok(rules) if !self.handoffs && rules.finds_handoffs() => {
                tracing::error!(
                    set = self.name,
                    in_use = before.hash,
                    refused = rules.hash,
                    "the new rules name senders of hand-offs, and there is no topic for them: keeping those in use; enable it in [handoff] \
                     of triage.toml and start anew"
                );
                Outcome::Refused
            }
            Ok(rules) => self.exchange(&before, rules, forced),
        };
        self.told.tell(self.name, outcome);
        true
    }

    fn exchange(&self, before: &Rules, rules: Rules, forced: bool) -> Outcome {
        let trial = self.guard.as_ref().map(|(guard, recent)| (guard, Trial::of(before, &rules, &recent.all())));
        let (posts, leaving) = trial.as_ref().map_or((0, 0), |(_, trial)| (trial.posts, trial.leaving));
        if let Some((guard, trial)) = trial.filter(|(guard, trial)| !forced && !trial.passes(guard)) {
            tracing::error!(
                set = self.name,
                in_use = before.hash,
                refused = rules.hash,
                posts,
                leaving,
                because = trial.because(),
                "the new rules would take {leaving} of the last {posts} posts away from the agents, more than the share of {} that \
                 [reload.guard] allows: keeping those in use; SIGUSR1 takes them all the same",
                guard.max_share
            );
            return Outcome::Refused;
        }
        tracing::info!(set = self.name, before = before.hash, now = rules.hash, posts, leaving, forced, "rules read again");
        self.shared.store(Arc::new(rules));
        Outcome::Accepted
    }
}

/// Returns the rules in `folder`, or what is wrong with them.
fn compile(folder: &Path) -> Result<Rules, Vec<String>> {
    let reporter = Reporter::default();
    let rules = rules::compile(folder, &reporter);
    rules.ok_or_else(|| reporter.into_problems().iter().map(ToString::to_string).collect())
}
