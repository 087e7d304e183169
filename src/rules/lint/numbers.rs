//! Numbers that can be used but lie outside what makes sense.

use crate::config::points::Points;
use crate::config::reader::{DAY, SECOND, show_duration};
use crate::problem::{Problem, Reporter, Spot};
use crate::rules::Rules;
use crate::signals::kind::burst::Burst;
use crate::signals::kind::capitals::CapitalsLimit;
use crate::signals::kind::score::Score;
use crate::signals::{Kind, Ref, Signal};

pub(super) fn lint(rules: &Rules, reporter: &Reporter) {
    for signal in &rules.signals {
        let found = match &signal.kind {
            Kind::Capitals(limit) => capitals(limit),
            Kind::Burst(burst) => window(burst),
            Kind::Score(score) => sum(rules, score),
            Kind::Pattern(pattern) if pattern.regex.is_match(b"") => {
                Some(("the expression matches every text".to_owned(), "ask for at least one character"))
            }
            _ => None,
        };
        if let Some((what, hint)) = found {
            report(reporter, &signal.at, signal, &what, hint);
        }
    }
    let limits = &rules.limits;
    if let Some(at) = rules.conditions.first().map(|condition| Spot::whole(condition.at.file.clone())) {
        if limits.idle_ttl > limits.max_age {
            let what = format!(
                "`idle_ttl` ({}) never matters: `max_age` ({}) is shorter",
                show_duration(limits.idle_ttl),
                show_duration(limits.max_age)
            );
            reporter.report(Problem::warning(&at, what).hint("a case is idle for a shorter time than it may last"));
        }
        if rules.hard.watch_at > rules.conditions.len() {
            let what =
                format!("no case is ever watched: `watch_at` is {}, there are {} conditions", rules.hard.watch_at, rules.conditions.len());
            reporter.report(Problem::warning(&at, what).hint("watch from one condition less than a hard case needs"));
        }
        if let Some(clocks) = rules.escalation.clocks.as_ref().filter(|clocks| clocks.callback < clocks.monitor) {
            let (callback, monitor) = (show_duration(clocks.callback), show_duration(clocks.monitor));
            let what = format!("`callback` ({callback}) comes round more often than `monitor` ({monitor})");
            reporter.report(Problem::warning(&at, what).hint("W-10 5.2: progress is looked at every hour, the customer called every six"));
        }
    }
}

fn report(reporter: &Reporter, at: &Spot, signal: &Signal, what: &str, hint: &str) {
    reporter.report(Problem::warning(at, format!("signal `{}`: {what}", signal.name)).hint(hint));
}

type Oddity = Option<(String, &'static str)>;

fn capitals(limit: &CapitalsLimit) -> Oddity {
    if limit.min_share < 0.4 {
        let what = format!("`min_share` {} calls a text shouted that is mostly in small letters", limit.min_share);
        return Some((what, "0.5 to 0.9 tells shouting from names and acronyms"));
    }
    if limit.min_letters < 4 {
        return Some((format!("`min_letters` {} calls `OK` shouting", limit.min_letters), "8 to 15 is a short sentence"));
    }
    (limit.run_letters < limit.run_words).then(|| {
        (format!("`run_letters` {} is always reached by {} words", limit.run_letters, limit.run_words), "a word has about five letters")
    })
}

fn window(burst: &Burst) -> Oddity {
    let shortest = burst.within.iter().min().copied().unwrap_or(0);
    let longest = burst.within.iter().max().copied().unwrap_or(0);
    if shortest < i64::from(burst.posts) * SECOND {
        let what = format!("nobody writes {} posts in {}", burst.posts, show_duration(shortest));
        return Some((what, "W-10: 5 minutes, for mail 15"));
    }
    (longest >= DAY).then(|| (format!("`within` {} is no short time", show_duration(longest)), "W-10: 5 minutes, for mail 15"))
}

/// Finds a threshold that no sum reaches, or that every sum does.
fn sum(rules: &Rules, score: &Score) -> Oddity {
    if score.of.is_some() {
        return None;
    }
    let entries = rules.book.entries().filter(|(_, info)| !info.exclude);
    let listed = entries.filter_map(|(_, info)| score.groups.get(usize::from(info.group)));
    let named = score.names.iter().map(|(_, weight)| weight);
    let most: Points = listed.chain(named).copied().filter(|weight| *weight > Points::NONE).sum();
    if most < score.threshold {
        return Some((
            format!("no post reaches `threshold` {}: all weights together make {}", score.threshold.value(), most.value()),
            "lower it, or add weights",
        ));
    }
    if score.threshold <= Points::NONE {
        return Some((format!("a post without any of it reaches `threshold` {}", score.threshold.value()), "raise it above 0"));
    }
    let nothing = score.names.iter().find(|(name, weight)| *weight == Points::NONE && !matches!(name, Ref::Condition(_)));
    nothing.map(|_| ("a weight of 0 adds nothing".to_owned(), "remove the line"))
}
