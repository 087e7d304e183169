//! Recorded posts from a file or standard input: one JSON document a line, in any supported format.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::{Exit, Stop};
use crate::engine::Input;
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

/// The inputs in one line, `name` and its number being their source.
pub fn read_line<'a>(line: &'a str, number: usize, name: &str, own: &OwnAccounts) -> Result<Vec<Recorded<'a>>, BadLine> {
    let recorded_at = serde_json::from_str::<Timestamp>(line).ok().and_then(|line| line.record_timestamp);
    let input =
        crate::engine::read(line.as_bytes()).map_err(|message| BadLine { line: number, code: "bad_json", message: message.into() })?;
    let source = format!("{name}/0/{}", number - 1);
    let (customer, written_at) = match &input {
        Input::Post(post) => (own.customer_of(post), post.created_at),
        Input::CaseEvent(event) => (event.customer().unwrap_or_else(|| String::new().into()), event.at),
    };
    Ok(vec![Recorded { input, customer, at: recorded_at.unwrap_or(written_at), source }])
}
