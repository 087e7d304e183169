//! Brings changed silences into use while the service runs, beside the rules and apart from them: a mistake in one does not
//! keep back the other, and no trial on posts is asked.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::config::watch::{Fingerprint, Watch};
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
    /// Those that `shared` holds, which were read of `file`.
    pub(super) fn new(rules: &Path, file: &Path, shared: Arc<ArcSwap<Silences>>) -> Self {
        let folder = file.parent().unwrap_or(rules);
        // As before it was ever looked at: read once more than need be rather than once too little.
        let watch = Watch::new(folder, Fingerprint::default());
        Silencing { rules: rules.to_owned(), file: file.to_owned(), watch, shared }
    }

    /// Reads them again if `asked` to or, where changes are looked for (`watch`), if their folder has changed.
    pub(super) fn look(&mut self, asked: bool, watch: bool) {
        let seen = match (asked, watch) {
            (true, _) => Some(Fingerprint::of(self.watch.folder())),
            (false, true) => self.watch.changed(),
            (false, false) => None,
        };
        let Some(seen) = seen else { return };
        let reporter = Reporter::default();
        let silences = rules::silences(&self.rules, &self.file, &reporter);
        if !self.watch.was_read(seen) {
            return;
        }
        let errors: Vec<String> = reporter.into_problems().iter().map(ToString::to_string).collect();
        match silences {
            Some(silences) => {
                let (before, now) = (self.shared.load().len(), silences.len());
                self.shared.store(Arc::new(silences));
                tracing::info!(before, now, "silences read again");
            }
            None => {
                tracing::error!(errors = errors.len(), "the silences have errors: keeping those in use");
                errors.iter().for_each(|error| tracing::error!("{error}"));
            }
        }
    }
}
