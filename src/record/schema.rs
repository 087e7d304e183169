//! The JSON Schema of every record that is read or written under a name of ours.

use schemars::{Schema, schema_for};

use super::{ESCALATION_SCHEMA, EscalationRecord, HANDOFF_SCHEMA, HandoffRecord, SHADOW_SCHEMA, ShadowRecord, TRIAGE_SCHEMA, TriageRecord};
use crate::outage::{OUTAGE_SCHEMA, OutageRecord};
use crate::post::{CASE_EVENT_SCHEMA, CaseEvent, POST_SCHEMA, Post};

/// Names of the records that have a schema.
pub const NAMES: [&str; 7] =
    [POST_SCHEMA, CASE_EVENT_SCHEMA, TRIAGE_SCHEMA, ESCALATION_SCHEMA, SHADOW_SCHEMA, OUTAGE_SCHEMA, HANDOFF_SCHEMA];

/// Returns the schema of the record called `name`.
pub fn schema(name: &str) -> Option<Schema> {
    let mut schema = match name {
        POST_SCHEMA => schema_for!(Post<'_>),
        CASE_EVENT_SCHEMA => schema_for!(CaseEvent<'_>),
        TRIAGE_SCHEMA => schema_for!(TriageRecord<'_>),
        ESCALATION_SCHEMA => schema_for!(EscalationRecord<'_>),
        SHADOW_SCHEMA => schema_for!(ShadowRecord<'_>),
        OUTAGE_SCHEMA => schema_for!(OutageRecord<'_>),
        HANDOFF_SCHEMA => schema_for!(HandoffRecord<'_>),
        _ => return None,
    };
    schema.insert("title".to_owned(), name.into());
    Some(schema)
}

/// Returns the schema of `name` as the file `config/schemas/<name>.json` holds it.
pub fn document(name: &str) -> Option<String> {
    let mut document = serde_json::to_string_pretty(&schema(name)?).ok()?;
    document.push('\n');
    Some(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files are what other teams validate against. `INSTA_UPDATE=always cargo test schemas` writes them anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the same switch as the snapshots have")]
    fn the_files_in_config_are_these_schemas() {
        for name in NAMES {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/schemas").join(format!("{name}.json"));
            let expected = document(name).unwrap();
            if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, &expected).unwrap();
            }
            assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), expected, "{}", path.display());
        }
    }
}
