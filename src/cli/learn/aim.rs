//! What is to be told better: a class, a flag or a condition, as labels and rules call it.

use super::super::Stop;
use crate::config::points::Points;
use crate::rules::Rules;
use crate::signals::{Kind, Ref, SignalId};
use crate::text::GroupId;

/// Which one; labels need not say anything else.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct Aim {
    /// Tell posts of this class better, such as promo: the `class` of the labels
    #[arg(long, value_name = "NAME", alias = "target")]
    class: Option<String>,
    /// Tell better whether posts are this, such as complaint: a flag of the labels, of the name of a signal
    #[arg(long, value_name = "NAME")]
    flag: Option<String>,
    /// Tell better whether posts meet this condition of the hard complaint, such as media_threat: a flag of the labels
    #[arg(long, value_name = "NAME")]
    condition: Option<String>,
}

impl Aim {
    /// Returns its name, which `rules` know.
    ///
    /// # Errors
    /// [`Stop::Because`] if they do not, with what they know.
    pub fn name(&self, rules: &Rules) -> Result<&str, Stop> {
        let is_class = |name: &str| rules.classes.iter().any(|class| class.name == name);
        let is_condition = |name: &str| rules.condition_named(name).is_some();
        let is_flag = |name: &str| rules.signal_named(name).is_some() || is_condition(name);
        let classes = || rules.classes.iter().map(|class| class.name.as_str()).collect::<Vec<_>>().join(", ");
        let conditions = || rules.conditions.iter().map(|condition| condition.name.as_str()).collect::<Vec<_>>().join(", ");
        match (&self.class, &self.flag, &self.condition) {
            (Some(name), ..) if is_class(name) || is_flag(name) => Ok(name),
            (_, Some(name), _) if is_flag(name) => Ok(name),
            (.., Some(name)) if is_condition(name) => Ok(name),
            (Some(name), ..) => Err(Stop::usage(format!("there is no class called `{name}`; classes are {}", classes()))),
            (_, Some(name), _) => Err(Stop::usage(format!("no signal and no condition is called `{name}`"))),
            (.., Some(name)) => Err(Stop::usage(format!("there is no condition called `{name}`; conditions are {}", conditions()))),
            (None, None, None) => Err(Stop::usage("say what to tell better: --class, --flag or --condition")),
        }
    }
}

/// Returns the signals that the class, signal or condition called `aim` stands on, those that a score adds up included.
pub fn signals(rules: &Rules, aim: &str) -> Vec<SignalId> {
    let class = || rules.classes.iter().find(|class| class.name == aim).map(|class| class.leaves.clone());
    let condition = rules.condition_named(aim).map(|condition| condition.leaves.clone());
    let mut found = condition.or_else(|| Some(rules.leaves_of(rules.signal_named(aim)?))).or_else(class).unwrap_or_default();
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        next += 1;
        let Kind::Score(score) = &rules.signal(id).kind else { continue };
        let added = score.names.iter().filter_map(|(name, _)| if let Ref::Signal(id) = name { Some(*id) } else { None });
        for leaf in added.chain(score.of).flat_map(|id| rules.leaves_of(id)) {
            if !found.contains(&leaf) {
                found.push(leaf);
            }
        }
    }
    found
}

/// Returns the scores among what `aim` stands on.
pub fn scores<'r>(rules: &'r Rules, aim: &str) -> Vec<&'r str> {
    let signals = signals(rules, aim).into_iter().map(|id| rules.signal(id));
    signals.filter(|signal| matches!(signal.kind, Kind::Score(_))).map(|signal| signal.name.as_str()).collect()
}

/// Returns whether the class, signal or condition called `aim` may stand on entries of a group, by its number.
pub fn groups(rules: &Rules, aim: &str) -> impl Fn(usize) -> bool {
    let count = rules.book.entries().map(|(_, info)| usize::from(info.group) + 1).max().unwrap_or(0);
    let signals = signals(rules, aim);
    let counts = |group: usize| {
        signals.iter().any(|id| match &rules.signal(*id).kind {
            Kind::Phrases(phrases) => GroupId::try_from(group).is_ok_and(|group| phrases.looks_for(group)),
            Kind::Score(score) => score.groups.get(group).is_some_and(|weight| *weight != Points::NONE),
            _ => false,
        })
    };
    let counted: Vec<bool> = (0..count).map(counts).collect();
    move |group| counted.get(group).copied().unwrap_or(false)
}
