//! Where recorded posts come from: a file, standard input, or a part of a topic.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::input::{Line, spread};
use super::super::settings::KafkaOptions;
use super::super::since::Since;
use super::super::{ConfigFolder, Exit, Stop, run};
use crate::kafka::{self, Edge};

/// Which posts are read.
#[derive(Debug, clap::Args)]
pub struct Recording {
    /// Posts and case events, one JSON document a line, in any supported format; `-` is standard input
    #[arg(long, value_name = "FILE", required_unless_present = "topic", conflicts_with = "topic")]
    input: Option<PathBuf>,
    /// Read this topic instead, such as the inbox, in the order of its timestamps; no group's offsets are touched
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// First record of the topic: an offset, a time, a day or how long ago, such as 24h
    #[arg(long, value_name = "WHERE", requires = "topic")]
    from: Option<Where>,
    /// End of the part of the topic, not read itself; without it what is there now
    #[arg(long, value_name = "WHERE", requires = "topic")]
    to: Option<Where>,
    #[command(flatten)]
    kafka: KafkaOptions,
}

/// A place in a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Offset(i64),
    When(Since),
}

impl FromStr for Where {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(offset) if offset >= 0 => Ok(Where::Offset(offset)),
            _ => text.parse().map(Where::When).map_err(
                |_| "write an offset as 1200, a time as 2026-01-31T08:00:00+07:00, a day (UTC) as 2026-01-31, or how long ago as 24h",
            ),
        }
    }
}

/// Lines one by one, and how far they have got.
pub struct Lines {
    source: Box<dyn Iterator<Item = Result<Line, Stop>>>,
    /// How to make lines of what is read, if its first line begins a document of several lines.
    pub hint: Option<&'static str>,
    /// The first line is still to come.
    at_start: bool,
    /// How far reading has got.
    pub bar: ProgressBar,
}

impl Recording {
    /// Opens what was asked for.
    pub fn open(&self, config: &ConfigFolder) -> Result<Lines, Stop> {
        match (&self.topic, &self.input) {
            (Some(topic), _) => self.topic(topic, config),
            (None, Some(path)) => file(path),
            (None, None) => Err(Stop::usage("say what to read: --input FILE or --topic TOPIC")),
        }
    }

    fn topic(&self, topic: &str, config: &ConfigFolder) -> Result<Lines, Stop> {
        let service = self.kafka.load(config)?;
        let now = run::now();
        let edge = |place: Option<Where>| {
            place.map(|place| match place {
                Where::Offset(offset) => Edge::Offset(offset),
                Where::When(since) => Edge::Time(since.moment(now)),
            })
        };
        let records = kafka::stored(&service, topic, edge(self.from), edge(self.to))?;
        let bar = bar(records.len() as u64);
        Ok(Lines::new(Line::of_stored(topic, records).map(Ok), bar))
    }
}

/// Returns the lines of the file at `path`; `-` is standard input.
pub fn file(path: &Path) -> Result<Lines, Stop> {
    let (input, size): (Box<dyn Read>, u64) = if path == Path::new("-") {
        (Box::new(std::io::stdin()), 0)
    } else {
        let opened = fs_err::File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size, file) = opened.map_err(|error| Stop::Because(Exit::Usage, error.to_string()))?;
        (Box::new(file), size)
    };
    let shown = path.display().to_string();
    let bar = bar(size);
    let progress = bar.clone();
    let lines = (1..).zip(BufReader::with_capacity(1 << 20, input).split(b'\n')).filter_map(move |(number, line)| match line {
        Ok(mut bytes) => {
            progress.inc(bytes.len() as u64 + 1);
            while bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
            let blank = bytes.iter().all(u8::is_ascii_whitespace);
            (!blank).then(|| Ok(Line { number, bytes, at: None, format: None, source: format!("input/0/{}", number - 1) }))
        }
        Err(error) => Some(Err(Stop::usage(format!("cannot read {shown}: {error}")))),
    });
    Ok(Lines::new(lines, bar))
}

/// Returns a bar for so much work; hidden where nobody watches.
pub fn bar(length: u64) -> ProgressBar {
    if length == 0 || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {eta} left");
    ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Lines {
    fn new(source: impl Iterator<Item = Result<Line, Stop>> + 'static, bar: ProgressBar) -> Self {
        Lines { source: Box::new(source), hint: None, at_start: true, bar }
    }
}

impl Iterator for Lines {
    type Item = Result<Line, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.source.next()?;
        if let (true, Ok(first)) = (std::mem::take(&mut self.at_start), &line) {
            self.hint = spread(&first.bytes);
        }
        Some(line)
    }
}
