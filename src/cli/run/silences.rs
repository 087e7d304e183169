//! Brings changed silences into use while the service runs, beside the rules and apart from them: a mistake in one does not
//! keep back the other, and no trial on posts is asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::config::watch::{Fingerprint, Watch};
use crate::ops::Outcome;
use crate::problem::Reporter;
use crate::rules::{self, Silences};

/// The silences in use, and where they come from.
pub(super) struct Silencing {
    /// The rule set's folder, whose words they are read with.
    rules: PathBuf,
    file: PathBuf,
    watch: Watch,
    /// Where the lanes see them.
    shared: Arc<ArcSwap<Silences>>,
}

impl Silencing {
    /// Those that `shared` holds, which were read of `file` as `watch` knows its folder.
    pub(super) fn new(rules: &Path, file: PathBuf, watch: Watch, shared: Arc<ArcSwap<Silences>>) -> Self {
        Silencing { rules: rules.to_owned(), file, watch, shared }
    }

    /// Reads them again if `asked` to or, where changes are looked for (`watch`), if their folder has changed; returns what became
    /// of them if they were read.
    pub(super) fn look(&mut self, asked: bool, watch: bool) -> Option<Outcome> {
        let seen = match (asked, watch) {
            (true, _) => Some(Fingerprint::of(self.watch.folder())),
            (false, true) => self.watch.changed(),
            (false, false) => None,
        };
        let seen = seen?;
        let reporter = Reporter::default();
        let silences = rules::silences(&self.rules, &self.file, &reporter);
        if !self.watch.was_read(seen) {
            return None;
        }
        let errors: Vec<String> = reporter.into_problems().iter().map(ToString::to_string).collect();
        match silences {
            Some(silences) => {
                // Even where they say the same: the words that they are read with may have changed.
                let before = self.shared.swap(Arc::new(silences));
                let now = self.shared.load();
                if now.are(&before) {
                    return Some(Outcome::Unchanged);
                }
                tracing::info!(before = before.len(), now = now.len(), "silences read again");
                Some(Outcome::Accepted)
            }
            None => {
                tracing::error!(errors = errors.len(), "the silences have errors: keeping those in use");
                errors.iter().for_each(|error| tracing::error!("{error}"));
                Some(Outcome::Errors)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixture;

    #[test]
    fn silences_come_and_go_with_their_document() {
        let folder = fixture::folder();
        let file = folder.path().join("silences.toml");
        let shared: Arc<ArcSwap<Silences>> = Arc::default();
        let watch = Watch::new(folder.path(), Fingerprint::of(folder.path()));
        let mut silencing = Silencing::new(folder.path(), file.clone(), watch, Arc::clone(&shared));
        let mut check = |text: Option<&str>, in_use: usize| {
            match text {
                Some(text) => fs_err::write(&file, text).unwrap(),
                None => fs_err::remove_file(&file).unwrap(),
            }
            silencing.look(false, false);
            silencing.look(false, true);
            silencing.look(false, true);
            assert_eq!(shared.load().len(), in_use, "{text:?}");
        };
        let one = "[[silence]]\nname = \"a\"\nauthor = \"TL 1\"\nreason = \"contoh\"\nphrase = \"los merah\"\nfrom = 2025-01-07\nuntil = 2025-01-08\n";
        check(Some(one), 1);
        check(Some(&one.replace("author", "auhtor")), 1);
        check(Some(&one.replace("los merah", "{nothing}")), 1);
        check(Some(""), 0);
        check(Some(&one.repeat(2).replacen("\"a\"", "\"b\"", 1)), 2);
        check(None, 0);
    }
}
