//! A post as it is remembered: what the journal keeps of it. Knows neither rules nor its text.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::json;
use super::unknown::UnknownOfPost;
use crate::post::Millis;

/// A post that was judged, or skipped unread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    /// The id of the post, which all its versions share.
    #[serde(rename = "i")]
    pub id: SmolStr,
    /// The newest version seen; `None` for the original.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub version: Option<SmolStr>,
    /// A fingerprint of the text of that version; 0 where it was not noted.
    #[serde(rename = "h", default, skip_serializing_if = "is_zero")]
    pub text: u32,
    /// Fingerprints of the texts that came under the same version before.
    #[serde(rename = "g", default, skip_serializing_if = "Vec::is_empty")]
    pub texts_before: Vec<u32>,
    /// That version is an edit.
    #[serde(rename = "e", default, skip_serializing_if = "is_false")]
    pub edited: bool,
    /// When its first version was written.
    #[serde(rename = "t", with = "json::number")]
    pub at: Millis,
    /// Time of the record of its newest version.
    #[serde(rename = "r", with = "json::number")]
    pub seen: Millis,
    /// Its conversation, if another post began it.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<SmolStr>,
    /// It counts in windows and in the case.
    #[serde(rename = "f", default, skip_serializing_if = "is_false")]
    pub feeds: bool,
    /// It is addressed to the brand, whether it counts or not.
    #[serde(rename = "a", default, skip_serializing_if = "is_false")]
    pub addressed: bool,
    /// The brand wrote it.
    #[serde(rename = "o", default, skip_serializing_if = "is_false")]
    pub by_brand: bool,
    /// It is a complaint.
    #[serde(rename = "c", default, skip_serializing_if = "is_false")]
    pub complaint: bool,
    /// It belongs to the newest series.
    #[serde(rename = "s", default, skip_serializing_if = "is_false")]
    pub in_series: bool,
    /// It was taken away.
    #[serde(rename = "d", default, skip_serializing_if = "is_false")]
    pub deleted: bool,
    /// The verdict on it that counts in the case went to the agents.
    #[serde(rename = "q", default, skip_serializing_if = "is_false")]
    pub with_agents: bool,
    /// What a newer program has written of it.
    #[serde(skip)]
    pub unknown: Option<Box<UnknownOfPost>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !*flag
}
