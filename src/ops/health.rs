//! Whether the program can do its work. That nobody writes anything is no illness (D111).

use serde::{Deserialize, Serialize};

use super::snapshot::{LaneSnapshot, Snapshot};
use crate::kafka::Phase;

/// How the program is, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every lane has its partitions and their state.
    Ready,
    /// A lane has yet to get them.
    Starting,
    /// A lane cannot go on: no broker answers, or it has failed and begins anew.
    Degraded,
}

/// How the program is, and why it is not better. No reason holds anything but our own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// How it is.
    pub state: State,
    /// Why it is not ready, once for each stage.
    pub reasons: Vec<String>,
}

impl Health {
    /// Tells it of `snapshot`.
    pub fn of(snapshot: &Snapshot) -> Self {
        if snapshot.lanes.is_empty() {
            return Health { state: State::Starting, reasons: vec!["no lane has begun".to_owned()] };
        }
        let lanes = || snapshot.lanes.iter().map(|lane| (lane.stage, of_lane(lane)));
        let state = lanes().map(|(_, (state, _))| state).max().unwrap_or(State::Ready);
        let mut reasons: Vec<String> = lanes().filter_map(|(stage, (_, reason))| Some(format!("{stage}: {}", reason?))).collect();
        reasons.dedup();
        Health { state, reasons }
    }
}

fn of_lane(lane: &LaneSnapshot) -> (State, Option<&'static str>) {
    match lane.measures.phase {
        Phase::Failing => (State::Degraded, Some("a lane has failed and begins anew")),
        _ if lane.measures.is_cut_off() => (State::Degraded, Some("no broker can be reached")),
        Phase::Joining => (State::Starting, Some("a lane waits for its partitions")),
        Phase::Restoring => (State::Starting, Some("a lane reads the state of its partitions back")),
        Phase::Running => (State::Ready, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::ClientStatistics;
    use crate::ops::snapshot::tests::snapshot;

    #[test]
    fn the_worst_lane_tells_how_the_program_is() {
        let check = |phases: &[Phase], brokers_up: usize, state: State, reasons: &[&str]| {
            let mut snapshot = snapshot();
            let lane = snapshot.lanes[0].clone();
            snapshot.lanes = phases.iter().map(|_| lane.clone()).collect();
            for (lane, phase) in snapshot.lanes.iter_mut().zip(phases) {
                lane.measures.phase = phase.clone();
                lane.measures.clients[0] = Some(ClientStatistics { brokers_up, ..ClientStatistics::default() });
            }
            assert_eq!(Health::of(&snapshot), Health { state, reasons: reasons.iter().map(ToString::to_string).collect() }, "{phases:?}");
        };
        check(&[], 1, State::Starting, &["no lane has begun"]);
        check(&[Phase::Running, Phase::Running], 1, State::Ready, &[]);
        check(&[Phase::Running, Phase::Joining], 1, State::Starting, &["triage: a lane waits for its partitions"]);
        check(&[Phase::Joining, Phase::Joining], 1, State::Starting, &["triage: a lane waits for its partitions"]);
        check(
            &[Phase::Restoring, Phase::Failing],
            1,
            State::Degraded,
            &["triage: a lane reads the state of its partitions back", "triage: a lane has failed and begins anew"],
        );
        check(&[Phase::Running], 0, State::Degraded, &["triage: no broker can be reached"]);
    }
}
