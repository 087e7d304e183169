//! `triage schema`: the JSON Schema of a record, or of a document that people write.

use super::page::{Page, say};
use super::{Exit, Stop};
use crate::record::schema;

/// Documents that people write, for editors.
const DOCUMENTS: [(&str, &str); 6] = [
    ("rules.toml", include_str!("../../config/schemas/rules.json")),
    ("triage.toml", include_str!("../../config/schemas/triage.json")),
    ("campaigns.toml", include_str!("../../config/schemas/campaigns.json")),
    ("ct0.toml", include_str!("../../config/schemas/ct0.json")),
    ("feed.toml", include_str!("../../config/schemas/feed.json")),
    ("tests.toml", include_str!("../../config/schemas/tests.json")),
];

/// Prints the JSON Schema of a record that triage reads or writes, or of a document in its configuration.
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// Name of the record, such as telkomcare.triage.v1, or of the document, such as rules.toml; without it the names are
    /// listed
    name: Option<String>,
}

impl Schema {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let names = || schema::NAMES.into_iter().chain(DOCUMENTS.map(|(name, _)| name)).collect::<Vec<_>>();
        let Some(name) = self.name else {
            say!("{}", names().join("\n"));
            return Ok(Exit::Ok);
        };
        let written = DOCUMENTS.iter().find(|(known, _)| *known == name).map(|(_, schema)| (*schema).to_owned());
        let document = written
            .or_else(|| schema::document(&name))
            .ok_or_else(|| Stop::usage(format!("there is no schema `{name}`; there are {}", names().join(", "))))?;
        Page::of(document).show();
        Ok(Exit::Ok)
    }
}
