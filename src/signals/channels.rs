//! Channels: platforms are social media or not, and what counts as a short time depends on that.

use crate::config::reader::{DAY, SECOND, Table};
use crate::post::Platform;

/// Which platforms are social media; W-10 gives them shorter times than the others.
#[derive(Debug, Clone)]
pub struct Channels {
    /// By platform, in the order of [`Platform::ALL`]: whether it is social media.
    pub social: [bool; Platform::ALL.len()],
}

impl Channels {
    /// Reads the `[channel_class]` table. Of platforms that it does not name all but mail are social media.
    pub fn compile(table: Table<'_>) -> Self {
        let class = |platform: Platform| table.optional(platform.name()).one_of(&[("social", true), ("non_social", false)]);
        let social = Platform::ALL.map(|platform| class(platform).unwrap_or(platform != Platform::Email));
        table.finish();
        Channels { social }
    }

    /// Reads `key`, one duration or one for each class of channel, a second to a day. Returns milliseconds by platform; `None`
    /// if something is wrong, which is reported.
    pub fn durations(&self, table: &Table<'_>, key: &str) -> Option<[i64; Platform::ALL.len()]> {
        let value = table.required(key);
        if !value.is_table() {
            return value.duration(SECOND..=DAY).map(|all| [all; Platform::ALL.len()]);
        }
        let classes = value.table()?;
        let social = classes.required("social").duration(SECOND..=DAY);
        let other = classes.required("non_social").duration(SECOND..=DAY);
        classes.finish();
        let (social, other) = (social?, other?);
        Some(self.social.map(|is_social| if is_social { social } else { other }))
    }
}
