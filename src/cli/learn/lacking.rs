//! The words that mend labelled posts: each candidate is tried, the good ones are ranked.

use std::collections::BTreeMap;

use indicatif::ProgressBar;

use super::trial::{Effect, Trials};
use super::words::{self, Candidate};
use crate::config::reader::Folder;
use crate::problem::Spot;
use crate::rules::Rules;

/// A word for a class, and what it does.
#[derive(Debug)]
pub struct Lacking {
    pub candidate: Candidate,
    /// Where the line is to be added.
    pub at: Spot,
    pub effect: Effect,
    /// Other classes in which it would do the same.
    pub same_in: Vec<String>,
}

/// What came of all that was tried.
#[derive(Debug, Default)]
pub struct Search {
    /// The best first, each word once.
    pub found: Vec<Lacking>,
    /// How many words were tried in how many classes.
    pub tried: usize,
    /// Of them: a post would leave the agents' queue that must not.
    pub silencing: usize,
}

/// Tries `candidates` in `folder` and returns at most `most` words.
pub fn try_all(rules: &Rules, folder: &Folder, candidates: Vec<Candidate>, trials: &Trials<'_>, most: usize, bar: &ProgressBar) -> Search {
    bar.set_length(candidates.len() as u64);
    let edit = |candidate: &Candidate| Some((words::with_member(folder, rules, candidate)?.0, candidate.posts.clone()));
    let effects = trials.effects(&candidates, edit, bar);
    let mut search = Search { tried: candidates.len(), ..Search::default() };
    search.silencing = effects.iter().flatten().filter(|effect| !effect.leave.is_empty()).count();
    let tried = candidates.into_iter().zip(effects).filter_map(|(candidate, effect)| {
        let effect = effect.filter(Effect::is_good)?;
        let (_, at) = words::with_member(folder, rules, &candidate)?;
        Some(Lacking { candidate, at, effect, same_in: Vec::new() })
    });
    search.found = ranked(tried.collect(), most);
    search
}

/// Returns each word once, in the class in which it mends most and spoils least.
fn ranked(mut all: Vec<Lacking>, most: usize) -> Vec<Lacking> {
    // What was tried first stays first among equals: more speaks for it.
    all.sort_by_key(|one| std::cmp::Reverse(gain(&one.effect)));
    let mut found: Vec<Lacking> = Vec::new();
    // Several words may be forms of one root: what is added serves them all.
    let mut served: BTreeMap<String, usize> = BTreeMap::new();
    for one in all {
        let known = served.get(&one.candidate.word).copied();
        let known = known.or_else(|| found.iter().position(|best| best.candidate.member == one.candidate.member));
        served.insert(one.candidate.word.clone(), known.unwrap_or(found.len()));
        let Some(best) = known.and_then(|at| found.get_mut(at)) else {
            found.push(one);
            continue;
        };
        let class = one.candidate.class;
        let is_new = best.candidate.class != class && !best.same_in.contains(&class);
        if is_new && best.effect == one.effect && best.candidate.member == one.candidate.member {
            best.same_in.push(class);
        }
    }
    found.truncate(most);
    found
}

/// What it mends, what it spoils taken off; of two that mend as much the one that spoils less.
fn gain(effect: &Effect) -> (isize, std::cmp::Reverse<usize>) {
    let signed = |posts: &[usize]| isize::try_from(posts.len()).unwrap_or(isize::MAX);
    (signed(&effect.right) - signed(&effect.wrong), std::cmp::Reverse(effect.wrong.len()))
}
