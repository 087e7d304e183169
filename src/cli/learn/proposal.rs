//! The proposal: what would be written otherwise, for people and as a copy of the configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::super::Stop;
use super::examples::{Examples, Feature};
use super::model::Fitted;
use crate::rules::Rules;
use crate::text::EntryId;

/// Smaller changes are noise.
const SMALL: f64 = 0.05;
/// A new phrase that is worth less is not worth a line.
const WORTHWHILE: f64 = 0.3;

#[derive(Debug)]
pub struct Proposal {
    score: String,
    /// The threshold of the score, and those of the scores that go on with its sum, as written and as proposed.
    thresholds: Vec<(String, f64, f64)>,
    /// Groups by file and name, with the weights as written and as proposed.
    groups: Vec<(String, String, f64, f64)>,
    names: Vec<(String, f64, f64)>,
    /// New phrases with their weights, posts, and of these such as are meant.
    phrases: Vec<(String, f64, usize, usize)>,
}

impl Proposal {
    /// Returns what `learned` says of the configuration.
    pub fn new(rules: &Rules, examples: &Examples, learned: &Fitted, most: usize) -> Self {
        let (mut groups, mut names, mut phrases) = (Vec::new(), Vec::new(), Vec::new());
        for ((feature, column), &weight) in examples.features.iter().zip(&examples.columns).zip(&learned.weights) {
            let weight = rounded(weight);
            let changed = !column.rows.is_empty() && (weight - column.prior).abs() >= SMALL;
            match feature {
                Feature::Group(group) if changed => {
                    let entries = (0..rules.book.len()).filter_map(|entry| EntryId::try_from(entry).ok());
                    let mut entries = entries.map(|entry| rules.book.entry(entry)).filter(|info| info.group == *group);
                    let Some(spot) = entries.next().map(|info| &info.at) else { continue };
                    let name = group_at(Path::new(&*spot.file), spot.line);
                    groups.extend(name.map(|name| (spot.file.to_string(), name, column.prior, weight)));
                }
                Feature::Name(name) if changed => names.push((name.clone(), column.prior, weight)),
                Feature::Gram(gram) if weight.abs() >= WORTHWHILE => {
                    let meant = column.rows.iter().filter(|(row, _)| examples.targets[*row as usize]).count();
                    phrases.push((gram.clone(), weight, column.rows.len(), meant));
                }
                _ => {}
            }
        }
        phrases.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(&b.0)));
        phrases.truncate(most);
        let shift = -learned.bias - examples.threshold;
        let own = std::iter::once((examples.score.clone(), examples.threshold));
        let all = own.chain(examples.followers.iter().cloned());
        let thresholds = all.map(|(name, before)| (name, before, rounded(before + shift))).collect();
        Proposal { score: examples.score.clone(), thresholds, groups, names, phrases }
    }

    /// Copies the configuration in `from` to `to`, with the changes.
    pub fn write(&self, from: &Path, to: &Path) -> Result<(), Stop> {
        if to.exists() {
            return Err(Stop::usage(format!("{} exists already: name a folder that does not", to.display())));
        }
        let failed = |error: std::io::Error| Stop::usage(format!("cannot write the proposal: {error}"));
        copy(from, to).map_err(failed)?;
        let rules = to.join("rules.toml");
        let text = fs_err::read_to_string(&rules).map_err(failed)?;
        fs_err::write(&rules, self.edited_rules(&text)?).map_err(failed)?;
        let mut by_file: BTreeMap<PathBuf, Vec<(&str, f64)>> = BTreeMap::new();
        for (file, name, _, weight) in &self.groups {
            let inside = Path::new(file).strip_prefix(from).map_err(|_| Stop::usage(format!("{file} is not in {}", from.display())))?;
            by_file.entry(to.join(inside)).or_default().push((name, *weight));
        }
        if let Some(file) = self.phrase_file(&text) {
            by_file.entry(to.join(file)).or_default();
        }
        let home = self.phrase_file(&text).map(|file| to.join(file));
        for (file, weights) in by_file {
            let text = fs_err::read_to_string(&file).map_err(failed)?;
            let mut edited = edited_lexicon(&text, &weights);
            if home.as_deref() == Some(&*file) {
                edited.push_str(&self.new_groups());
            }
            fs_err::write(&file, edited).map_err(failed)?;
        }
        Ok(())
    }

    /// Returns the list that the score names first.
    fn phrase_file(&self, rules: &str) -> Option<String> {
        let mut lines = rules.lines().skip_while(|line| line.trim() != format!("[signals.{}]", self.score)).skip(1);
        let own = lines.by_ref().take_while(|line| !line.starts_with('['));
        own.filter_map(|line| line.trim().strip_prefix("file")).find_map(|rest| Some(rest.split('"').nth(1)?.to_owned()))
    }

    fn edited_rules(&self, text: &str) -> Result<String, Stop> {
        let signals = format!("[signals.{}.signals]", self.score);
        let (mut section, mut done) = (String::new(), 0);
        let mut out = String::with_capacity(text.len() + 64);
        for line in text.lines() {
            let trimmed = line.trim();
            if trimmed.starts_with('[') {
                section = trimmed.split('#').next().unwrap_or_default().trim().to_owned();
            }
            let key = trimmed.split('=').next().unwrap_or_default().trim().trim_matches('"');
            let weight = self.names.iter().find(|(name, ..)| section == signals && name == key);
            let threshold = self.thresholds.iter().find(|(score, ..)| key == "threshold" && section == format!("[signals.{score}]"));
            done += usize::from(weight.is_some());
            match weight.or(threshold.filter(|(_, before, after)| (before - after).abs() >= SMALL)) {
                Some((_, before, after)) => {
                    let written = line.split('=').next().unwrap_or_default();
                    out.push_str(&format!("{written}= {after:.2}    # learned, was {before}\n"));
                }
                None => out.push_str(&format!("{line}\n")),
            }
        }
        if done < self.names.len() {
            return Err(Stop::usage(format!("rules.toml does not write the weights as lines of {signals}: put them there, one a line")));
        }
        Ok(out)
    }

    /// Groups of new phrases, by weight.
    fn new_groups(&self) -> String {
        let mut by_weight: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
        for (phrase, weight, ..) in &self.phrases {
            #[expect(clippy::cast_possible_truncation, reason = "a weight of two digits")]
            by_weight.entry((weight * 10.0).round() as i64).or_default().push(phrase);
        }
        let group = |(tenths, phrases): (i64, Vec<&str>)| {
            let sign = if tenths < 0 { "minus_" } else { "" };
            let (whole, rest) = (tenths.abs() / 10, tenths.abs() % 10);
            let weight = format!("{}{whole}.{rest}", if tenths < 0 { "-" } else { "" });
            format!("\n#@group learned_{sign}{whole}_{rest} weight={weight}\n{}\n", phrases.join("\n"))
        };
        by_weight.into_iter().rev().map(group).collect()
    }
}

fn rounded(weight: f64) -> f64 {
    (weight * 100.0).round() / 100.0
}

/// Returns the name of the group that line `line` of a list stands in.
fn group_at(file: &Path, line: u32) -> Option<String> {
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

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs_err::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<44} {:>8} {:>9}", format!("proposed for {}", self.score), "written", "proposed")?;
        for (score, before, after) in &self.thresholds {
            writeln!(f, "{:<44} {before:>8.2} {after:>9.2}", format!("threshold {score}"))?;
        }
        for (_, name, before, after) in &self.groups {
            writeln!(f, "{:<44} {before:>8.2} {after:>9.2}", format!("group {name}"))?;
        }
        for (name, before, after) in &self.names {
            writeln!(f, "{:<44} {before:>8.2} {after:>9.2}", format!("signal {name}"))?;
        }
        if !self.phrases.is_empty() {
            writeln!(f, "\n{:<44} {:>8} {:>9} {:>6}", "new phrase", "weight", "posts", "meant")?;
        }
        self.phrases.iter().try_for_each(|(phrase, weight, posts, meant)| writeln!(f, "{phrase:<44} {weight:>8.2} {posts:>9} {meant:>6}"))
    }
}
