//! Everything that answers are made of, at one moment.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::reloads::{Kept, Reloads};
use crate::kafka::{Counts, LaneReport, Measures, Supervisor};
use crate::post::Millis;
use crate::rules::{Rules, Silences};

/// What is looked at. The lanes come later: whoever asks before is told that they have not begun.
pub struct Watched {
    /// The rules that decide.
    rules: Arc<ArcSwap<Rules>>,
    /// Those that are only tried.
    shadow: Option<Arc<ArcSwap<Rules>>>,
    /// What team leaders are not to be told of for a while.
    silences: Arc<ArcSwap<Silences>>,
    /// What became of rules that were read again.
    reloads: Arc<Reloads>,
    /// The wall clock.
    clock: fn() -> Millis,
    lanes: ArcSwap<Vec<(&'static str, Arc<LaneReport>)>>,
}

impl Watched {
    /// Makes it without lanes.
    pub fn new(rules: Arc<ArcSwap<Rules>>, silences: Arc<ArcSwap<Silences>>, reloads: Arc<Reloads>, clock: fn() -> Millis) -> Self {
        Watched { rules, shadow: None, silences, reloads, clock, lanes: ArcSwap::default() }
    }

    /// The same with rules that are only tried.
    pub fn with_shadow(mut self, shadow: Option<Arc<ArcSwap<Rules>>>) -> Self {
        self.shadow = shadow;
        self
    }

    /// Looks at the lanes of `running` from now on.
    pub fn watch(&self, running: &Supervisor) {
        self.lanes.store(Arc::new(running.reports().map(|(stage, report)| (stage, Arc::clone(report))).collect()));
    }

    /// Returns how it all is now.
    pub fn snapshot(&self) -> Snapshot {
        let hash = |rules: &Arc<ArcSwap<Rules>>| rules.load().hash.clone();
        let lane = |(stage, report): &(&'static str, Arc<LaneReport>)| {
            let (counts, measures) = (report.counts(), report.measures());
            LaneSnapshot { stage, counts, measures }
        };
        Snapshot {
            now: (self.clock)(),
            rules: hash(&self.rules),
            shadow: self.shadow.as_ref().map(hash),
            silences: self.silences.load().len(),
            reloads: self.reloads.kept(),
            dropped: 0,
            lanes: self.lanes.load().iter().map(lane).collect(),
        }
    }
}

/// A lane at that moment.
#[derive(Debug, Clone)]
pub struct LaneSnapshot {
    /// The name of its stage.
    pub stage: &'static str,
    /// What it has done.
    pub counts: Counts,
    /// What it has measured.
    pub measures: Measures,
}

impl LaneSnapshot {
    /// Returns how many records it has not taken in, and for how many seconds the oldest of them has been waiting.
    pub fn lag(&self, now: Millis) -> (i64, f64) {
        let partitions = &self.measures.partitions;
        let records = partitions.iter().filter_map(|partition| partition.lag()).sum();
        (records, partitions.iter().map(|partition| partition.lag_seconds(now)).fold(0.0, f64::max))
    }
}

/// How it all is.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// What the wall clock says.
    pub now: Millis,
    /// Short hash of the rules that the next transactions use.
    pub rules: String,
    /// That of the rules that are only tried.
    pub shadow: Option<String>,
    /// How many silences are in the document.
    pub silences: usize,
    /// What became of rules that were read again.
    pub reloads: Kept,
    /// Lines of the log that were dropped: who writes the log fills it in.
    pub dropped: u64,
    /// The lanes, stage by stage.
    pub lanes: Vec<LaneSnapshot>,
}

impl Snapshot {
    /// Returns the stages that run, each once.
    pub fn stages(&self) -> Vec<&'static str> {
        let mut stages: Vec<_> = self.lanes.iter().map(|lane| lane.stage).collect();
        stages.dedup();
        stages
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One lane, which has done nothing.
    pub(in crate::ops) fn snapshot() -> Snapshot {
        let lane = LaneSnapshot { stage: "triage", counts: Counts::default(), measures: Measures::default() };
        let (shadow, reloads) = Default::default();
        Snapshot { now: Millis::new(1_000), rules: "ab12".into(), shadow, silences: 0, reloads, dropped: 0, lanes: vec![lane] }
    }
}
