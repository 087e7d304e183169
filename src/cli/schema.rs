//! `triage schema`: the JSON Schema of a record.

use super::{Exit, Stop};
use crate::record::schema;

/// Prints the JSON Schema of a record that triage reads or writes.
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// Name of the record, such as telkomcare.triage.v1; without it the names are listed
    name: Option<String>,
}

impl Schema {
    pub(super) fn run(self) -> Result<Exit, Stop> {
        let Some(name) = self.name else {
            anstream::println!("{}", schema::NAMES.join("\n"));
            return Ok(Exit::Ok);
        };
        let document = schema::document(&name)
            .ok_or_else(|| Stop::usage(format!("there is no record `{name}`; there are {}", schema::NAMES.join(", "))))?;
        anstream::print!("{document}");
        Ok(Exit::Ok)
    }
}
