//! The page for Prometheus: every name that is promised and no other, and what its numbers are.

use std::collections::BTreeSet;

use super::*;
use crate::ops::snapshot::tests::snapshot;

/// What begins with `# TYPE triage_`.
fn families(text: &str) -> BTreeSet<String> {
    text.lines().filter_map(|line| Some(line.strip_prefix("# TYPE ")?.split(' ').next()?.to_owned())).collect()
}

#[test]
fn every_metric_has_the_name_that_is_promised() {
    let page = include_str!("../../../config/names.md");
    let section = page.split("\n## Metrics\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let promised: BTreeSet<String> =
        section.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned())).collect();
    assert_eq!(families(&metrics(&snapshot()).unwrap()), promised, "left what the program writes, right what config/names.md says");
}

#[test]
fn what_two_lanes_did_is_added_up() {
    let mut snapshot = snapshot();
    let lane = &mut snapshot.lanes[0];
    (lane.counts.committed, lane.counts.aborted) = (4, 1);
    (lane.measures.rules, lane.measures.last_commit) = ("ab12".into(), Some(Millis::new(1_500)));
    lane.measures.tally.dead_letter("bad_json");
    lane.measures.consumed.add("telkomcare.triage.inbox", 7);
    lane.measures.tally.skipped.add("delete", 2);
    let mut other = lane.clone();
    other.measures.last_commit = Some(Millis::new(2_500));
    snapshot.lanes.push(other);
    snapshot.reloads.counts = [1, 0, 2, 0];
    let text = metrics(&snapshot).unwrap();
    for line in [
        r#"triage_transactions_total{stage="triage",result="committed"} 8"#,
        r#"triage_transactions_total{stage="triage",result="aborted"} 2"#,
        r#"triage_dead_letters_total{stage="triage",code="bad_json"} 2"#,
        r#"triage_posts_consumed_total{stage="triage",topic="telkomcare.triage.inbox"} 14"#,
        r#"triage_skipped_total{reason="delete"} 4"#,
        r#"triage_last_commit_timestamp_seconds{stage="triage"} 2.5"#,
        r#"triage_rules_in_use{hash="ab12"} 2"#,
        r#"triage_rules_info{hash="ab12"} 1"#,
        r#"triage_config_reloads_total{result="accepted"} 1"#,
        r#"triage_config_reloads_total{result="refused"} 2"#,
        "triage_config_last_reload_successful 1",
        "triage_late_posts_total 0",
        "triage_open_cases 0",
        r#"triage_cases_overdue{type="callback"} 0"#,
        r#"triage_step_duration_seconds_bucket{le="+Inf"} 0"#,
    ] {
        assert!(text.lines().any(|written| written == line), "{line} is not in\n{text}");
    }
}
