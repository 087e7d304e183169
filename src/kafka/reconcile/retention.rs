//! What may have been deleted from an output: a record whose outcome is not there is missing only where the outcome
//! would still have to be there.
//!
//! Brokers delete from the beginning of a partition, and a stage writes what comes from one partition in its order. So
//! what was deleted comes from before the first record that is left; where nothing is left, its age tells. Pure.

/// The beginning of one output partition from which records were deleted.
#[derive(Debug)]
pub(super) struct RetentionEdge {
    /// First offset of each source partition that the records left come from.
    first: Vec<Option<i64>>,
    /// Only records older than this were deleted; `None`: records of any age.
    horizon: Option<i64>,
}

impl RetentionEdge {
    /// Begins with no record seen, for `sources` source partitions.
    pub(super) fn new(sources: usize, horizon: Option<i64>) -> Self {
        RetentionEdge { first: vec![None; sources], horizon }
    }

    /// Notes that the next record that is left comes from `offset` of `source`.
    pub(super) fn see(&mut self, source: usize, offset: i64) {
        if let Some(first) = self.first.get_mut(source) {
            first.get_or_insert(offset);
        }
    }

    /// Returns whether an outcome of the record at `offset` of `source`, written at `at`, may have been deleted.
    pub(super) fn may_hide(&self, source: usize, offset: i64, at: i64) -> bool {
        let first = self.first.get(source).copied().flatten();
        self.horizon.is_none_or(|horizon| at < horizon) && first.is_none_or(|first| offset < first)
    }
}

/// Clocks of brokers may be ahead of ours by so much.
const CLOCK_SKEW: i64 = 60 * 60 * 1000;

/// Returns the time (milliseconds since the epoch) from which on no record can have been deleted from a topic that is
/// `config`ured so; `None`: no time can be told.
pub(super) fn horizon(config: &[(String, String)], now: i64) -> Option<i64> {
    let number = |wanted: &str| config.iter().find(|(name, _)| name == wanted)?.1.parse::<i64>().ok();
    let by_time_only = number("retention.bytes") == Some(-1);
    let retention = number("retention.ms").filter(|&retention| retention > 0 && by_time_only)?;
    Some(now.saturating_sub(retention).saturating_add(CLOCK_SKEW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_is_older_than_what_is_left() {
        let mut seen = RetentionEdge::new(2, Some(1_000));
        seen.see(0, 50);
        seen.see(0, 40);
        let check = |edge: &RetentionEdge, source: usize, offset: i64, at: i64, hides: bool| {
            assert_eq!(edge.may_hide(source, offset, at), hides, "{source} {offset} {at}");
        };
        check(&seen, 0, 49, 999, true);
        check(&seen, 0, 50, 999, false);
        check(&seen, 0, 49, 1_000, false);
        check(&seen, 1, 999, 999, true);
        check(&seen, 1, 999, 1_000, false);
        check(&RetentionEdge::new(1, None), 0, 5, i64::MAX, true);
    }

    #[test]
    fn the_age_of_what_is_deleted_is_known_where_only_time_deletes() {
        let check = |config: &[(&str, &str)], expected: Option<i64>| {
            let config: Vec<(String, String)> = config.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!(horizon(&config, 5_000), expected, "{config:?}");
        };
        check(&[("retention.ms", "1000"), ("retention.bytes", "-1")], Some(4_000 + CLOCK_SKEW));
        check(&[("retention.ms", "1000"), ("retention.bytes", "9")], None);
        check(&[("retention.ms", "-1"), ("retention.bytes", "-1")], None);
        check(&[], None);
    }
}
