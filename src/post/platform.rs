//! Where posts are written: the closed set of platforms that keys, settings and notes go by.
//!
//! What a platform means (its windows, whether a page is the brand's, which note a class has) is said where it is asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a post was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// X, formerly Twitter.
    #[serde(alias = "twitter")]
    X,
    /// Facebook: posts and comments on pages.
    Facebook,
    /// Instagram: comments and mentions.
    Instagram,
    /// E-mail: the only non-social channel of W-10.
    Email,
    /// Everything else, direct messages among it.
    #[default]
    #[serde(other)]
    Other,
}

impl Platform {
    /// All platforms, in the order of the documentation.
    pub const ALL: [Platform; 5] = [Platform::X, Platform::Facebook, Platform::Instagram, Platform::Email, Platform::Other];

    /// Returns the name in records, keys and configuration.
    pub fn name(self) -> &'static str {
        match self {
            Platform::X => "x",
            Platform::Facebook => "facebook",
            Platform::Instagram => "instagram",
            Platform::Email => "email",
            Platform::Other => "other",
        }
    }
}
