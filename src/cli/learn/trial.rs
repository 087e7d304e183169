//! What a change would do to the recorded posts: the rules are compiled as if it were saved, and judge them all anew.
//! Knows nothing of what is changed.

use std::collections::BTreeSet;

use indicatif::ProgressBar;
use rustc_hash::FxHashSet;

use crate::cli::cores::on_all_cores;
use crate::cli::labels::{Labels, says};
use crate::compare::leaves_the_queue;
use crate::config::reader::{Folder, Overrides};
use crate::post::{Input, Post};
use crate::problem::Reporter;
use crate::record::Output;
use crate::replay::{Recorded, Replay};
use crate::rules::{self, Rules};

/// The recorded posts, what labels say of them, and what is decided about them as long as nothing is changed.
pub struct Trials<'a> {
    inputs: &'a [Recorded<'a>],
    labels: &'a Labels,
    aim: &'a str,
    /// By input.
    before: Vec<Option<Outcome>>,
    /// By input: it may leave the agents' queue, for its label says so.
    may_leave: Vec<bool>,
    /// Names of signals and conditions that labels can judge.
    flags: FxHashSet<&'a str>,
}

/// What was decided about a post, beside its label.
#[derive(Debug, Clone, PartialEq)]
struct Outcome {
    /// What the label says of the aim; `None`: it was not judged.
    wanted: Option<bool>,
    /// What the rules say.
    says: bool,
    /// What the label says otherwise: flags and the class.
    mistakes: BTreeSet<String>,
    /// It left the agents' queue.
    left: bool,
}

impl Outcome {
    fn misses_the_aim(&self) -> bool {
        self.wanted.is_some_and(|wanted| wanted != self.says)
    }
}

/// The inputs whose verdict a change makes right or wrong, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    /// The aim is told right, and nothing else wrong.
    pub right: Vec<usize>,
    /// Something is wrong that was right, be it the aim, the class or a flag.
    pub wrong: Vec<usize>,
    /// They leave the agents' queue, and no label says that they may.
    pub leave: Vec<usize>,
}

impl Effect {
    /// Returns whether it mends more than it spoils and takes no post away from the agents that must be seen.
    pub fn is_good(&self) -> bool {
        self.leave.is_empty() && self.right.len() > self.wrong.len()
    }
}

/// How posts with labels fare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// The aim was judged.
    pub labelled: usize,
    /// Labelled so, and not found.
    pub missed: usize,
    /// Found, and labelled otherwise.
    pub taken_wrongly: usize,
}

impl<'a> Trials<'a> {
    /// Judges `inputs` with `rules` as they are.
    pub fn new(rules: &'a Rules, inputs: &'a [Recorded<'a>], labels: &'a Labels, aim: &'a str) -> Self {
        let unseen = |name: &String| rules.classes.iter().any(|class| class.name == *name && class.route.is_unseen());
        let may_leave = |recorded: &Recorded<'_>| {
            let classes = post_of(recorded).map(|post| labels.classes(&post.post_id)).unwrap_or_default();
            !classes.is_empty() && classes.iter().all(unseen)
        };
        let signals = rules.signals.iter().map(|signal| signal.name.as_str());
        let flags = signals.chain(rules.conditions.iter().map(|condition| condition.name.as_str())).collect();
        let mut trials = Trials { inputs, labels, aim, before: Vec::new(), may_leave: inputs.iter().map(may_leave).collect(), flags };
        trials.before = trials.judge(rules, |_| true);
        trials
    }

    /// Returns how the labelled posts fare as long as nothing is changed.
    pub fn standing(&self) -> Standing {
        let judged = || self.before.iter().flatten().filter(|outcome| outcome.wanted.is_some());
        let taken_wrongly = judged().filter(|outcome| outcome.misses_the_aim() && outcome.says).count();
        let missed = judged().filter(|outcome| outcome.misses_the_aim() && !outcome.says).count();
        Standing { labelled: judged().count(), missed, taken_wrongly }
    }

    /// Returns the posts of which the rules do not say what the label says, by number; `true`: they are missed.
    pub fn misjudged(&self) -> impl Iterator<Item = (usize, bool, &'a Post<'a>)> {
        let wrong = self.before.iter().enumerate().filter_map(|(at, outcome)| Some((at, outcome.as_ref()?)));
        wrong.filter(|(_, outcome)| outcome.misses_the_aim()).filter_map(|(at, outcome)| Some((at, !outcome.says, self.post(at)?)))
    }

    /// Returns the posts among the inputs.
    pub fn posts(&self) -> impl Iterator<Item = &'a Post<'a>> {
        self.inputs.iter().filter_map(post_of)
    }

    /// Returns the post that input number `at` is; `None` for a case event.
    pub fn post(&self, at: usize) -> Option<&'a Post<'a>> {
        self.inputs.get(at).and_then(post_of)
    }

    /// Returns what the rules in `folder` would do; `None` if they cannot be used. If there are `hopes`, it ends with the
    /// customers of these posts unless one of the posts becomes right.
    pub fn effect(&self, folder: &Folder, hopes: &[usize]) -> Option<Effect> {
        let rules = rules::compile_changed(folder, Overrides::default(), &Reporter::default())?;
        let customers: FxHashSet<&str> =
            hopes.iter().filter_map(|&at| self.inputs.get(at)).map(|recorded| recorded.customer.as_str()).collect();
        let hopeful = |at: usize| customers.contains(self.inputs[at].customer.as_str());
        if !hopes.is_empty() {
            let tried = self.changed(&self.judge(&rules, hopeful));
            if !hopes.iter().any(|at| tried.right.contains(at)) {
                return Some(Effect::default());
            }
        }
        Some(self.changed(&self.judge(&rules, |_| true)))
    }

    /// Does so for every change, on all cores; how far it has got is shown on a terminal.
    pub fn effects<C: Sync>(
        &self,
        changes: &[C],
        edit: impl Fn(&C) -> Option<(Folder, Vec<usize>)> + Sync,
        bar: &ProgressBar,
    ) -> Vec<Option<Effect>> {
        let effects = on_all_cores(
            changes,
            || (),
            |(), change| {
                let effect = edit(change).and_then(|(folder, hopes)| self.effect(&folder, &hopes));
                bar.inc(1);
                effect
            },
        );
        bar.finish_and_clear();
        effects
    }

    /// Judges the inputs that `takes` takes; the first verdict on a post counts.
    fn judge(&self, rules: &Rules, takes: impl Fn(usize) -> bool) -> Vec<Option<Outcome>> {
        let (mut replay, mut seen) = (Replay::default(), FxHashSet::default());
        let mut outcome = |(at, recorded): (usize, &Recorded<'_>)| {
            let outputs = if takes(at) { replay.step(rules, recorded) } else { return None };
            let verdict = outputs.first().and_then(Output::verdict)?;
            let post = post_of(recorded).filter(|post| seen.insert(post.post_id.to_string()))?;
            Some(Outcome {
                wanted: self.labels.tells(&post.post_id, self.aim),
                says: verdict.class == self.aim || says(verdict, self.aim),
                mistakes: self.labels.mistakes(verdict, |name| self.flags.contains(name)),
                left: leaves_the_queue(verdict.route),
            })
        };
        self.inputs.iter().enumerate().map(&mut outcome).collect()
    }

    fn changed(&self, after: &[Option<Outcome>]) -> Effect {
        let mut effect = Effect::default();
        for (at, (before, after)) in self.before.iter().zip(after).enumerate() {
            let (Some(before), Some(after)) = (before, after) else { continue };
            if after.left && !before.left && !self.may_leave[at] {
                effect.leave.push(at);
            }
            let new_mistake = after.mistakes.difference(&before.mistakes).next().is_some();
            if new_mistake || (after.misses_the_aim() && !before.misses_the_aim()) {
                effect.wrong.push(at);
            } else if before.misses_the_aim() && !after.misses_the_aim() {
                effect.right.push(at);
            }
        }
        effect
    }
}

fn post_of<'a>(recorded: &'a Recorded<'_>) -> Option<&'a Post<'a>> {
    if let Input::Post(post) = &recorded.input { Some(post) } else { None }
}
