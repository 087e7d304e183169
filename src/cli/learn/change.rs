//! One number or phrase of a score written otherwise, and the documents in which that is written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::Stop;
use crate::config::reader::Folder;
use crate::problem::Reporter;

/// A change of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub what: What,
    /// As written; 0 for what is new.
    pub before: f64,
    pub after: f64,
}

/// What is written otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The threshold of this score.
    Threshold(String),
    /// The weight of a group of a list.
    Group { file: String, name: String },
    /// What a signal or fact adds.
    Name(String),
    /// A new phrase, the posts it stands in, and how many of them are meant.
    Phrase { text: String, posts: usize, meant: usize },
}

impl Change {
    /// Returns what it changes, for people.
    pub fn title(&self) -> String {
        match &self.what {
            What::Threshold(score) => format!("threshold {score}"),
            What::Group { name, .. } => format!("group {name}"),
            What::Name(name) => format!("signal {name}"),
            What::Phrase { text, .. } => format!("phrase {text}"),
        }
    }
}

/// Returns the documents of `folder` that `changes` of `score` write otherwise, with what they say then.
///
/// # Errors
/// [`Stop::Because`] if a document cannot be read, or does not write a weight on a line of its own.
pub fn documents(folder: &Folder, score: &str, changes: &[&Change]) -> Result<BTreeMap<PathBuf, String>, Stop> {
    let mut documents = BTreeMap::new();
    let rules = folder.path("rules.toml");
    let text = read(folder, &rules)?;
    documents.insert(rules, edited_rules(&text, score, changes)?);
    let mut weights: BTreeMap<PathBuf, Vec<(&str, f64)>> = BTreeMap::new();
    for change in changes {
        if let What::Group { file, name } = &change.what {
            weights.entry(PathBuf::from(file)).or_default().push((name, change.after));
        }
    }
    for (file, weights) in weights {
        let edited = edited_lexicon(&read(folder, &file)?, &weights);
        documents.insert(file, edited);
    }
    let new = new_groups(changes);
    if let Some(home) = phrase_file(&text, score).filter(|_| !new.is_empty()).map(|file| folder.path(&file)) {
        let known = documents.remove(&home).map_or_else(|| read(folder, &home), Ok)?;
        documents.insert(home, format!("{}\n{new}", known.trim_end()));
    }
    Ok(documents)
}

/// Returns the folder as if `documents` were saved.
pub fn saved(folder: &Folder, documents: &BTreeMap<PathBuf, String>) -> Folder {
    documents.iter().fold(folder.clone(), |folder, (path, text)| folder.edited_at(path, text))
}

fn read(folder: &Folder, path: &Path) -> Result<String, Stop> {
    let reporter = Reporter::default();
    let source = folder.read_path(path, None, &reporter);
    source.map(|source| source.text().to_string()).ok_or_else(|| Stop::Configuration(reporter.into_problems()))
}

/// The list that the score names first.
fn phrase_file(rules: &str, score: &str) -> Option<String> {
    let mut lines = rules.lines().skip_while(|line| line.trim() != format!("[signals.{score}]")).skip(1);
    let own = lines.by_ref().take_while(|line| !line.starts_with('['));
    own.filter_map(|line| line.trim().strip_prefix("file")).find_map(|rest| Some(rest.split('"').nth(1)?.to_owned()))
}

fn edited_rules(text: &str, score: &str, changes: &[&Change]) -> Result<String, Stop> {
    let signals = format!("[signals.{score}.signals]");
    let (mut section, mut done) = (String::new(), 0);
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with('[') {
            section = trimmed.split('#').next().unwrap_or_default().trim().to_owned();
        }
        let key = trimmed.split('=').next().unwrap_or_default().trim().trim_matches('"');
        let written_here = |change: &&&Change| match &change.what {
            What::Name(name) => section == signals && name == key,
            What::Threshold(score) => key == "threshold" && section == format!("[signals.{score}]"),
            What::Group { .. } | What::Phrase { .. } => false,
        };
        match changes.iter().find(written_here) {
            Some(Change { before, after, .. }) => {
                done += 1;
                let written = line.split('=').next().unwrap_or_default();
                out.push_str(&format!("{written}= {after:.2}    # learned, was {before}\n"));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    let wanted = changes.iter().filter(|change| matches!(change.what, What::Name(_) | What::Threshold(_))).count();
    if done < wanted {
        return Err(Stop::usage(format!("rules.toml does not write the weights as lines of {signals}: put them there, one a line")));
    }
    Ok(out)
}

/// Groups of new phrases, by weight.
fn new_groups(changes: &[&Change]) -> String {
    let mut by_weight: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
    for change in changes {
        if let What::Phrase { text, .. } = &change.what {
            #[expect(clippy::cast_possible_truncation, reason = "a weight of two digits")]
            by_weight.entry((change.after * 10.0).round() as i64).or_default().push(text);
        }
    }
    let group = |(tenths, phrases): (i64, Vec<&str>)| {
        let sign = if tenths < 0 { "minus_" } else { "" };
        let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
        let weight = format!("{}{whole}.{rest}", if tenths < 0 { "-" } else { "" });
        format!("\n#@group learned_{sign}{whole}_{rest} weight={weight}\n{}\n", phrases.join("\n"))
    };
    by_weight.into_iter().rev().map(group).collect()
}

/// Returns the name of the group that line `line` of a list stands in.
pub fn group_at(file: &Path, line: u32) -> Option<String> {
    let text = fs_err::read_to_string(file).ok()?;
    let before: Vec<&str> = text.lines().take(line as usize).collect();
    before.iter().rev().find_map(|line| Some(header(line)?.to_owned()))
}

fn header(line: &str) -> Option<&str> {
    line.trim().strip_prefix("#@group")?.split_whitespace().next()
}

fn edited_lexicon(text: &str, weights: &[(&str, f64)]) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    for line in text.lines() {
        match header(line).and_then(|name| weights.iter().find(|(other, _)| *other == name)) {
            Some((name, weight)) => out.push_str(&format!("#@group {name} weight={weight:.2}\n")),
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}
