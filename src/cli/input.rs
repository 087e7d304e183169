//! Recorded posts from a file, standard input or a topic: one JSON document each, in any supported format.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::page::{one_line, tell};
use super::{Exit, Stop};
use crate::formats::{self, Item, Raw};
use crate::kafka::Stored;
use crate::post::{Input, Millis, OwnAccounts};
use crate::replay::Recorded;
use crate::rules::Rules;

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
    pub message: String,
}

/// What could not be read, told as it is found.
#[derive(Debug, Default)]
pub struct Unread {
    lines: usize,
    bad: usize,
    hint: Option<&'static str>,
}

impl Unread {
    /// Lines that are named; the others are counted.
    const NAMED: usize = 20;

    /// Notes that so many `lines` were read, of which some are `bad`; what the first of all lines hints at.
    pub fn add(&mut self, lines: usize, hint: Option<&'static str>, bad: &[BadLine]) {
        self.lines += lines;
        self.hint = hint;
        for BadLine { line, code, message } in bad {
            self.bad += 1;
            if self.bad <= Self::NAMED {
                tell!("line {line}: {code}: {}", one_line(message));
            }
        }
    }

    /// Says how many more there are, and what may be wrong with all of them.
    pub fn finish(&self) {
        if self.bad > Self::NAMED {
            tell!("and {} more that cannot be read", self.bad - Self::NAMED);
        }
        if let Some(hint) = self.hint.filter(|_| self.lines > 1 && self.bad * 2 >= self.lines) {
            tell!("hint: {hint}");
        }
    }
}

/// Returns how to make lines of a document whose `first` line does not end it.
pub fn spread(first: &[u8]) -> Option<&'static str> {
    let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii();
    let goes_on = || serde_json::from_slice::<IgnoredAny>(first).is_err_and(|error| error.is_eof());
    match first.first() {
        Some(b'[') if goes_on() => Some(ARRAY),
        Some(b'{') if goes_on() => {
            Some("the input seems to be JSON documents over several lines each; make one line of each with `jq -c . FILE`")
        }
        _ => None,
    }
}

/// Returns the same for a line that must be one document and no array.
pub fn not_a_line(line: &str) -> Option<&'static str> {
    spread(line.as_bytes()).or_else(|| line.trim_start().starts_with('[').then_some(ARRAY))
}

/// What to do about an array where documents are wanted.
const ARRAY: &str = "the input seems to be one JSON array; make one line of each of its items with `jq -c '.[]' FILE`";

/// Returns the lines of `path`; `-` is standard input.
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

/// One document to be read.
#[derive(Debug)]
pub struct Line {
    /// From 1.
    pub number: usize,
    pub bytes: Vec<u8>,
    /// The timestamp of its record, where it is from a topic.
    pub at: Option<Millis>,
    /// The format that its record names.
    pub format: Option<String>,
    /// `topic/partition/offset`.
    pub source: String,
}

impl Line {
    /// Returns the records of `topic`.
    pub fn of_stored(topic: &str, records: Vec<Stored>) -> impl Iterator<Item = Line> + use<> {
        let topic = topic.to_owned();
        (1..).zip(records).map(move |(number, record)| Line {
            number,
            bytes: record.value,
            at: Some(record.at),
            format: record.format,
            source: format!("{topic}/{}/{}", record.partition, record.offset),
        })
    }
}

/// Returns the inputs in one line, `name` and its number being their source. Items of a batch that cannot be read are
/// named.
pub fn read_line<'a>(line: &'a str, number: usize, name: &str, rules: &'a Rules) -> Result<(Vec<Recorded<'a>>, Vec<BadLine>), BadLine> {
    let source = format!("{name}/0/{}", number - 1);
    let raw = Raw { bytes: line.as_bytes(), format: None, received_at: Millis::default(), own: &rules.own, maps: &rules.maps };
    read_raw(raw, number, None, &source)
}

/// Returns the inputs in one line.
pub fn read<'a>(line: &'a Line, rules: &'a Rules) -> Result<(Vec<Recorded<'a>>, Vec<BadLine>), BadLine> {
    let raw =
        Raw { bytes: &line.bytes, format: line.format.as_deref(), received_at: Millis::default(), own: &rules.own, maps: &rules.maps };
    read_raw(raw, line.number, line.at, &line.source)
}

fn read_raw<'a>(raw: Raw<'a>, number: usize, at: Option<Millis>, source: &str) -> Result<(Vec<Recorded<'a>>, Vec<BadLine>), BadLine> {
    let recorded_at = at.or_else(|| timestamp(raw.bytes));
    let raw = Raw { received_at: recorded_at.unwrap_or_default(), ..raw };
    let reading = formats::read(&raw).map_err(|rejected| BadLine { line: number, code: rejected.code, message: rejected.message })?;
    let items = reading.items.into_iter().map(|item| recorded(item, recorded_at, source.to_owned(), raw.own)).collect();
    let bad = reading.bad.into_iter().map(|bad| BadLine { line: number, code: bad.code, message: bad.message });
    Ok((items, bad.collect()))
}

fn timestamp(bytes: &[u8]) -> Option<Millis> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains("\"record_timestamp\""))?;
    serde_json::from_str::<Timestamp>(text).ok()?.record_timestamp
}

fn recorded<'a>(item: Item<'a>, recorded_at: Option<Millis>, source: String, own: &OwnAccounts) -> Recorded<'a> {
    let customer = item.customer(own);
    let (input, written_at) = match item {
        Item::Post(post) => {
            let at = post.created_at;
            (Input::Post(Box::new(post)), at)
        }
        Item::CaseEvent(event) => {
            let at = event.at;
            (Input::CaseEvent(Box::new(event)), at)
        }
    };
    Recorded { input, customer, at: recorded_at.unwrap_or(written_at), source }
}
