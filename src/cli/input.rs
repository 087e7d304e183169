//! Recorded posts from a file or standard input: one JSON document a line, in any supported format.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::{Exit, Stop};
use crate::engine::Input;
use crate::formats::{self, Item, Raw};
use crate::post::{Millis, OwnAccounts};
use crate::replay::Recorded;

/// What a line says beside its post: when its record was written.
#[derive(Deserialize)]
struct Timestamp {
    #[serde(default)]
    record_timestamp: Option<Millis>,
}

/// A line that cannot be read.
#[derive(Debug)]
pub struct BadLine {
    /// From 1.
    pub line: usize,
    /// Short name of the reason.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
}

/// The lines of `path`; `-` is standard input.
pub fn lines(path: &Path) -> Result<Vec<String>, Stop> {
    let input: Box<dyn Read> = if path == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        let file = fs_err::File::open(path).map_err(|error| Stop::Because(Exit::Usage, error.to_string()))?;
        Box::new(file)
    };
    let lines: Result<Vec<String>, _> = BufReader::new(input).lines().collect();
    let lines = lines.map_err(|error| Stop::usage(format!("cannot read {}: {error}; it must be UTF-8 text", path.display())))?;
    Ok(lines.into_iter().filter(|line| !line.trim().is_empty()).collect())
}

/// The inputs in one line, in any supported format, `name` and the line's number being their source. An item of a batch
/// that cannot be read takes the others with it: what was recorded here should be whole.
pub fn read_line<'a>(line: &'a str, number: usize, name: &str, own: &OwnAccounts) -> Result<Vec<Recorded<'a>>, BadLine> {
    let recorded_at = serde_json::from_str::<Timestamp>(line).ok().and_then(|line| line.record_timestamp);
    let raw = Raw { bytes: line.as_bytes(), format: None, received_at: recorded_at.unwrap_or_default() };
    let bad = |code, message| BadLine { line: number, code, message };
    let reading = formats::read(&raw).map_err(|rejected| bad(rejected.code, rejected.message))?;
    if let Some(item) = reading.bad.into_iter().next() {
        return Err(bad(item.code, format!("Item {} of the batch: {}", item.index, item.message)));
    }
    let source = format!("{name}/0/{}", number - 1);
    let recorded = |item: Item<'a>| {
        let customer = item.customer(own);
        let (input, written_at) = match item {
            Item::Post(post) => {
                let written_at = post.created_at;
                (Input::Post(Box::new(post)), written_at)
            }
            Item::CaseEvent(event) => {
                let written_at = event.at;
                (Input::CaseEvent(Box::new(event)), written_at)
            }
        };
        Recorded { input, customer, at: recorded_at.unwrap_or(written_at), source: source.clone() }
    };
    Ok(reading.items.into_iter().map(recorded).collect())
}
