//! Which of the records that nobody would look at are marked for a person to check all the same.
//!
//! Decided by the post's id alone, so a post is marked on every run or on none. Knows no verdict.

use sha2::{Digest, Sha256};

use crate::config::reader::Table;

/// A share of all posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QualitySample {
    /// Ids whose hash is not above this belong to it; `None`: none does.
    highest: Option<u64>,
}

impl QualitySample {
    /// Reads `[quality_sample]`: `share` of the records that leave the agents' queue, 0 to 1, by default none.
    pub(super) fn read(table: Table<'_>) -> Self {
        let share = table.optional("share").number(0.0..=1.0).unwrap_or(0.0);
        table.finish();
        QualitySample::of(share)
    }

    fn of(share: f64) -> Self {
        // A cast of a float takes the nearest value that there is.
        QualitySample { highest: (share > 0.0).then_some((share * u64::MAX as f64) as u64) }
    }

    /// Returns whether the post with this id belongs to it.
    pub fn takes(self, post_id: &str) -> bool {
        let Some(highest) = self.highest else { return false };
        let hash = Sha256::digest(post_id.as_bytes());
        hash.iter().take(8).fold(0, |number, &byte| number << 8 | u64::from(byte)) <= highest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_takes_its_part_of_all_ids() {
        let check = |share: f64, least: usize, most: usize| {
            let sample = QualitySample::of(share);
            let taken = (0..10_000).filter(|number| sample.takes(&format!("19900{number}"))).count();
            assert!((least..=most).contains(&taken), "{share}: {taken}");
        };
        check(0.0, 0, 0);
        check(0.02, 150, 250);
        check(0.5, 4_850, 5_150);
        check(1.0, 10_000, 10_000);
    }

    #[test]
    fn a_larger_share_takes_what_a_smaller_one_takes() {
        let (small, large) = (QualitySample::of(0.1), QualitySample::of(0.3));
        assert!((0..1_000).map(|number| number.to_string()).all(|id| !small.takes(&id) || large.takes(&id)));
    }
}
