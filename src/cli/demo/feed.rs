//! What is fed to the demonstration: the samples of the program or the visitor's own posts, line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use serde::Deserialize;

use super::super::input::spread;
use super::super::page::tell;
use super::super::{Stop, run};
use crate::formats::{self, FieldMaps, Item, Raw};
use crate::post::{Millis, OwnAccounts};

const SAMPLES: &str = include_str!("../../../config/samples/demo.jsonl");

pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    pub(super) at: Millis,
    /// It comes from the ticketing side.
    pub(super) is_case_event: bool,
}

/// Raw records in the order of their lines; empty lines are left out.
pub(super) struct Feed {
    input: Box<dyn BufRead>,
    line: u64,
    at_start: bool,
    /// Timestamp of the last record: stands in where a line gives none.
    last: Millis,
    own: OwnAccounts,
    maps: FieldMaps,
}

/// When a recorded line says that its record was written.
#[derive(Deserialize)]
struct Timestamp {
    record_timestamp: Option<Millis>,
}

impl Feed {
    /// Returns the lines of `path`, `-` being standard input; without a path the samples.
    pub(super) fn open(path: Option<&Path>, own: OwnAccounts, maps: FieldMaps) -> Result<Self, Stop> {
        let input: Box<dyn Read> = match path {
            None => Box::new(Cursor::new(SAMPLES)),
            Some(path) if path == Path::new("-") => Box::new(std::io::stdin()),
            Some(path) => Box::new(File::open(path).map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?),
        };
        Ok(Feed { input: Box::new(BufReader::new(input)), line: 0, at_start: true, last: run::now(), own, maps })
    }

    fn sample(&mut self, bytes: Vec<u8>) -> Sample {
        let recorded = serde_json::from_slice::<Timestamp>(&bytes).ok().and_then(|line| line.record_timestamp);
        let raw = Raw { bytes: &bytes, format: None, received_at: recorded.unwrap_or(self.last), own: &self.own, maps: &self.maps };
        let reading = formats::read(&raw).ok();
        let last_item = reading.as_ref().and_then(|reading| reading.items.last());
        let is_case_event = matches!(last_item, Some(Item::CaseEvent(_)));
        let written = last_item.map(|item| match item {
            Item::Post(post) => post.created_at,
            Item::CaseEvent(event) => event.at,
        });
        self.last = recorded.or(written).unwrap_or(self.last);
        Sample { at: self.last, is_case_event, bytes }
    }
}

impl Iterator for Feed {
    type Item = Result<Sample, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut bytes = Vec::new();
            match self.input.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => self.line += 1,
                Err(error) => return Some(Err(Stop::usage(format!("cannot read line {} of the input: {error}", self.line + 1)))),
            }
            let content = bytes.trim_ascii();
            if !content.is_empty() {
                if let (true, Some(hint)) = (std::mem::take(&mut self.at_start), spread(content)) {
                    tell!("hint: {hint}");
                }
                let content = content.to_vec();
                return Some(Ok(self.sample(content)));
            }
        }
    }
}
