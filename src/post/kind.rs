//! What happened to a post.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::lenient::{self, Keep, Text};

/// What happened to a post.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The author wrote it.
    #[default]
    Create,
    /// Its author changed it.
    Edit,
    /// It was taken away.
    Delete,
    /// Somebody liked, shared or viewed it: nothing was written.
    Engagement,
    /// The feed says something that no one here knows: a post until somebody has looked at it.
    Unknown,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [EventKind; 5] = [EventKind::Create, EventKind::Edit, EventKind::Delete, EventKind::Engagement, EventKind::Unknown];
}

impl Keep<'_> for EventKind {
    fn text(text: Text<'_, '_>) -> Option<Self> {
        Some(match text.as_str().trim().to_ascii_lowercase().as_str() {
            "" | "create" => EventKind::Create,
            "edit" => EventKind::Edit,
            "delete" => EventKind::Delete,
            "engagement" => EventKind::Engagement,
            _ => EventKind::Unknown,
        })
    }
    fn odd() -> Option<Self> {
        Some(EventKind::Unknown)
    }
}

impl<'de> Deserialize<'de> for EventKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient::or_default(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_is_no_post() {
        let check = |json: &str, kind: EventKind| assert_eq!(serde_json::from_str::<EventKind>(json).expect(json), kind, "{json}");
        check("null", EventKind::Create);
        check(r#"" ""#, EventKind::Create);
        check(r#""create""#, EventKind::Create);
        check(r#""Edit""#, EventKind::Edit);
        check(r#""DELETE""#, EventKind::Delete);
        check(r#""engagement""#, EventKind::Engagement);
        for unknown in [r#""post""#, r#""like""#, r#""created""#, r#""update""#, r#""mention""#, r#""unknown""#, "7", "true", "{}", "[]"] {
            check(unknown, EventKind::Unknown);
        }
    }
}
