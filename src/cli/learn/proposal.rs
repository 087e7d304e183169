//! What a score would be written like: the changes that learning says and that take no post away from the agents, as
//! lines and as a copy of the configuration.

use std::path::Path;

use indicatif::ProgressBar;

use super::super::Stop;
use super::change::{self, Change, What, group_at};
use super::examples::{Examples, Feature};
use super::model::Fitted;
use super::trial::{Effect, Trials};
use crate::config::reader::Folder;
use crate::rules::Rules;

/// Smaller changes are noise.
const SMALL: f64 = 0.05;
/// A new phrase that is worth less is not worth a line.
const WORTHWHILE: f64 = 0.3;

/// The changes of one score.
#[derive(Debug)]
pub struct Proposal {
    pub score: String,
    /// Each with what it alone does to the posts; thresholds first, new phrases last.
    pub changes: Vec<(Change, Effect)>,
    /// Changes that are not proposed, for posts would leave the agents' queue that must not.
    pub left_out: Vec<Change>,
}

impl Proposal {
    /// Returns what `learned` says of the configuration in `folder`, with at most `most` new phrases.
    pub fn new(
        rules: &Rules,
        folder: &Folder,
        (examples, learned): (&Examples, &Fitted),
        most: usize,
        trials: &Trials<'_>,
        bar: &ProgressBar,
    ) -> Result<Self, Stop> {
        let score = examples.score.clone();
        let all = changes(rules, examples, learned, most);
        change::documents(folder, &score, &all.iter().collect::<Vec<_>>())?;
        bar.set_length(all.len() as u64);
        let alone = |change: &Change| {
            let documents = change::documents(folder, &score, &[change]).ok()?;
            Some((change::saved(folder, &documents), Vec::new()))
        };
        let effects = trials.effects(&all, alone, bar);
        let mut proposal = Proposal { score, changes: Vec::new(), left_out: Vec::new() };
        for (change, effect) in all.into_iter().zip(effects) {
            match effect.filter(|effect| effect.leave.is_empty()) {
                Some(effect) => proposal.changes.push((change, effect)),
                None => proposal.left_out.push(change),
            }
        }
        proposal.leave_out_what_silences(folder, trials)?;
        Ok(proposal)
    }

    /// What does no harm alone may do so together: the changes from the first one on with which posts leave are left out.
    fn leave_out_what_silences(&mut self, folder: &Folder, trials: &Trials<'_>) -> Result<(), Stop> {
        let is_safe = |count: usize| -> Result<bool, Stop> {
            let effect = trials.effect(&self.first(folder, count)?, &[]);
            Ok(effect.is_some_and(|effect| effect.leave.is_empty()))
        };
        let (mut safe, mut unsafe_from) = (0, self.changes.len() + 1);
        let mut next = self.changes.len();
        while safe + 1 < unsafe_from {
            if is_safe(next)? {
                safe = next;
            } else {
                unsafe_from = next;
            }
            next = usize::midpoint(safe, unsafe_from);
        }
        self.left_out.extend(self.changes.split_off(safe).into_iter().map(|(change, _)| change));
        Ok(())
    }

    /// Returns `folder` as if the first `count` changes were saved.
    fn first(&self, folder: &Folder, count: usize) -> Result<Folder, Stop> {
        let changes: Vec<&Change> = self.changes.iter().take(count).map(|(change, _)| change).collect();
        Ok(change::saved(folder, &change::documents(folder, &self.score, &changes)?))
    }

    /// Copies the configuration in `from` to `to`, with the changes.
    pub fn write(&self, from: &Path, to: &Path) -> Result<(), Stop> {
        if to.exists() {
            return Err(Stop::usage(format!("{} exists already: name a folder that does not", to.display())));
        }
        let failed = |error: std::io::Error| Stop::usage(format!("cannot write the proposal: {error}"));
        let changes: Vec<&Change> = self.changes.iter().map(|(change, _)| change).collect();
        let documents = change::documents(&Folder::new(from), &self.score, &changes)?;
        copy(from, to).map_err(failed)?;
        for (path, text) in documents {
            let inside = path.strip_prefix(from).map_err(|_| Stop::usage(format!("{} is not in {}", path.display(), from.display())))?;
            fs_err::write(to.join(inside), text).map_err(failed)?;
        }
        Ok(())
    }
}

/// Returns what is worth being written otherwise.
fn changes(rules: &Rules, examples: &Examples, learned: &Fitted, most: usize) -> Vec<Change> {
    let shift = -learned.bias - examples.threshold;
    let own = std::iter::once((examples.score.clone(), examples.threshold)).chain(examples.followers.iter().cloned());
    let thresholds = own.map(|(name, before)| Change { what: What::Threshold(name), before, after: rounded(before + shift) });
    let mut changes: Vec<Change> = thresholds.filter(|change| (change.after - change.before).abs() >= SMALL).collect();
    let mut phrases = Vec::new();
    for ((feature, column), &weight) in examples.features.iter().zip(&examples.columns).zip(&learned.weights) {
        let (before, after) = (column.prior, rounded(weight));
        let changed = !column.rows.is_empty() && (after - before).abs() >= SMALL;
        match feature {
            Feature::Group(group) if changed => {
                let Some((_, info)) = rules.book.entries().find(|(_, info)| info.group == *group) else { continue };
                let name = group_at(Path::new(&*info.at.file), info.at.line);
                changes.extend(name.map(|name| Change { what: What::Group { file: info.at.file.to_string(), name }, before, after }));
            }
            Feature::Name(name) if changed => changes.push(Change { what: What::Name(name.clone()), before, after }),
            Feature::Gram(text) if after.abs() >= WORTHWHILE => {
                let meant = column.rows.iter().filter(|(row, _)| examples.targets[*row as usize]).count();
                phrases.push(Change { what: What::Phrase { text: text.clone(), posts: column.rows.len(), meant }, before: 0.0, after });
            }
            _ => {}
        }
    }
    phrases.sort_by(|a, b| b.after.abs().total_cmp(&a.after.abs()).then_with(|| a.title().cmp(&b.title())));
    phrases.truncate(most);
    changes.extend(phrases);
    changes
}

fn rounded(weight: f64) -> f64 {
    (weight * 100.0).round() / 100.0
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
