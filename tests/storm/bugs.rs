//! Mistakes that the storm must notice: each `bugs/NAME.patch` makes one in the sources of the program. Here it is only
//! said what the sources would be; `seeded_program` builds them, apart.
//!
//! A patch that no longer applies is made again: make the mistake by hand, `git diff -U1 src`, put the sentence that says
//! what it is in front, and take the mistake back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};

/// Sources with a mistake in them: path from the root of the project, text.
pub type Sources = BTreeMap<PathBuf, String>;

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> PathBuf {
    root().join("tests/storm/bugs")
}

/// The names of all mistakes.
pub fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("a folder of patches");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a patch").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "patch"))
        .map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The sources that the mistake `name` changes, as it leaves them; else a sentence that says what does not apply.
pub fn made(name: &str) -> Result<Sources, String> {
    let patch = std::fs::read_to_string(folder().join(format!("{name}.patch"))).expect("a patch");
    let mut sources = Sources::new();
    for file in PatchSet::parse(&patch, ParseOptions::unidiff()) {
        let file = file.map_err(|error| format!("{name}.patch cannot be read: {error}"))?;
        let FileOperation::Modify { modified, .. } = file.operation().strip_prefix(1) else {
            return Err(format!("{name}.patch does more than change files"));
        };
        let fails = |why: &dyn std::fmt::Display| format!("{name}.patch does not apply to {modified}: {why}");
        let text = std::fs::read_to_string(root().join(&*modified)).map_err(|error| fails(&error))?;
        let patch = file.patch().as_text().expect("sources are text");
        let changed = diffy::apply(&text, patch).map_err(|error| fails(&error))?;
        sources.insert(PathBuf::from(&*modified), changed);
    }
    Ok(sources)
}
