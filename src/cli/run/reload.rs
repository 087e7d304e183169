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
use crate::kafka::{Accepted, Recent};
use crate::ops::{Outcome, Reloads};
use crate::problem::Reporter;
use crate::rules::{self, Rules};

/// How soon a wish is heard.
const LISTEN: Duration = Duration::from_millis(250);
/// A folder, which may have many files, is looked at once in so many times.
const LOOK_EVERY: usize = 2;

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
    /// Where it is noted that new rules may come into use, and what the group has accepted already; `None`: nobody asks.
    pub(super) accepted: Option<Arc<Accepted>>,
    /// Rules that find hand-offs can be used.
    pub(super) handoffs: bool,
    /// Who is told what becomes of rules that were read.
    pub(super) told: Arc<Reloads>,
    /// What was read last could not come into use: it is worth a line when the rules are those in use again.
    pub(super) troubled: bool,
}

/// Looks for changes for ever. `watch`: of the folders, too, not only for `wishes`.
pub(super) fn run(mut sets: Vec<InUse>, mut silencing: Silencing, watch: bool, wishes: &Wishes) {
    for turn in 0_usize.. {
        let watch = watch && turn.is_multiple_of(LOOK_EVERY);
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
            if seen.is_some_and(|seen| !set.read(seen, asked, forced)) {
                let again = if forced { &wishes.force } else { &wishes.reload };
                again.store(true, Ordering::Relaxed);
            }
        }
        std::thread::park_timeout(LISTEN);
    }
}

impl InUse {
    /// Makes it of rules that decide nothing.
    pub(super) fn tried(watch: Watch, shared: Arc<ArcSwap<Rules>>, told: Arc<Reloads>) -> Self {
        InUse { name: "shadow", watch, shared, guard: None, accepted: None, handoffs: true, told, troubled: false }
    }

    /// Reads the folder, which looks like `seen`, and brings its rules into use if nothing speaks against them. `false`:
    /// the folder has changed meanwhile, so what was read may be a mixture.
    fn read(&mut self, seen: Fingerprint, asked: bool, forced: bool) -> bool {
        let compiled = compile(self.watch.folder());
        if !self.watch.was_read(seen) {
            return false;
        }
        let before = self.shared.load_full();
        let was_troubled = std::mem::replace(&mut self.troubled, true);
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
                self.troubled = false;
                self.insist(&rules.hash, forced);
                // Another file of the folder has changed, which is nothing to speak of.
                if asked || was_troubled {
                    tracing::info!(set = self.name, rules = rules.hash, "the rules are the same");
                }
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
            Ok(rules) => {
                let outcome = self.exchange(&before, rules, forced);
                self.troubled = outcome == Outcome::Refused;
                outcome
            }
        };
        self.told.tell(self.name, outcome);
        true
    }

    /// Brings the rules in use back into use for the whole group, which has accepted others since, if that is `forced`.
    fn insist(&self, hash: &str, forced: bool) {
        let Some(accepted) = self.accepted.as_ref().filter(|_| forced) else { return };
        if let Some(before) = accepted.newest().filter(|newest| newest.hash != hash) {
            tracing::info!(set = self.name, before = before.hash, now = hash, forced, "these rules stand again for the whole group");
            accepted.take(hash);
        }
    }

    /// Brings `rules` into use in place of those of `before`, or refuses them.
    fn exchange(&self, before: &Rules, rules: Rules, forced: bool) -> Outcome {
        // What another process has brought into use was accepted for all of them.
        let theirs = self.accepted.as_ref().and_then(|accepted| accepted.newest()).is_some_and(|newest| newest.hash == rules.hash);
        let trial = self.guard.as_ref().filter(|_| !theirs).map(|(guard, recent)| (guard, Trial::of(before, &rules, &recent.all())));
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
        if let Some(accepted) = &self.accepted {
            accepted.take(&rules.hash);
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
