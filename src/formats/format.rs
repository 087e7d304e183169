//! The closed set of input formats and their names.

/// A format that the ingest stage reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Our own post, `telkomcare.post.v1`.
    CanonicalPost,
    /// Our own case event, `telkomcare.case_event.v1`.
    CaseEvent,
    /// X API v2: filtered stream, search pages, timelines.
    XV2,
    /// X Activity API.
    XActivity,
    /// X API v1.1 and the exports of scrapers that imitate it.
    XV1,
    /// Deletions and edits on X.
    XCompliance,
    /// Facebook page webhook, `feed` and `mention`.
    FacebookPage,
    /// Instagram webhook, `comments`, `live_comments` and `mentions`.
    Instagram,
    /// E-mail as an inbound parser delivers it.
    Email,
    /// Sprinklr message webhook and listening objects.
    Sprinklr,
    /// Brandwatch mention.
    Brandwatch,
    /// Talkwalker stream chunks.
    Talkwalker,
    /// A feed that a field map of the rules describes; records call it by the name of the map.
    FieldMap,
    /// Meltwater hook batch.
    Meltwater,
}

const ALL: [Format; 13] = [
    Format::CanonicalPost,
    Format::CaseEvent,
    Format::XV2,
    Format::XActivity,
    Format::XV1,
    Format::XCompliance,
    Format::FacebookPage,
    Format::Instagram,
    Format::Email,
    Format::Sprinklr,
    Format::Brandwatch,
    Format::Talkwalker,
    Format::Meltwater,
];

/// Returns the formats that have a reader in Rust, in the order of the documentation.
pub fn formats() -> &'static [Format] {
    &ALL
}

impl Format {
    /// Returns the name in the header `format` and in `source_format`.
    pub fn name(self) -> &'static str {
        match self {
            Format::CanonicalPost => crate::post::POST_SCHEMA,
            Format::CaseEvent => crate::post::CASE_EVENT_SCHEMA,
            Format::XV2 => "x_v2",
            Format::XActivity => "x_activity",
            Format::XV1 => "x_v1",
            Format::XCompliance => "x_compliance",
            Format::FacebookPage => "facebook_page",
            Format::Instagram => "instagram",
            Format::Email => "email",
            Format::Sprinklr => "sprinklr",
            Format::Brandwatch => "brandwatch",
            Format::Talkwalker => "talkwalker",
            Format::Meltwater => "meltwater",
            Format::FieldMap => "field_map",
        }
    }

    /// Returns the format of that name, case aside.
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name.trim()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back() {
        for &format in formats() {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name(" X_V2 "), Some(Format::XV2));
        assert_eq!(Format::from_name("csv"), None);
    }
}
