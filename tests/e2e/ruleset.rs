//! A copy of the shipped rules that a test may change.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::program::shipped;

/// Where the rules are, and what an analyst and a deployment do to them.
pub struct Rules {
    folder: TempDir,
    versions: usize,
}

impl Rules {
    /// Copies the shipped rules.
    pub fn copy() -> Self {
        let mut rules = Rules { folder: TempDir::new().expect("a folder"), versions: 0 };
        rules.deploy("", "");
        rules
    }

    /// The folder to be named to the program: a link, as Kubernetes makes it.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// Its main document.
    pub fn document(&self) -> PathBuf {
        self.path().join("rules.toml")
    }

    /// The main document in which `from` has become `to`.
    pub fn with(&self, from: &str, to: &str) -> String {
        let rules = fs_err::read_to_string(self.document()).expect("rules");
        assert!(rules.contains(from), "{from} is not in the rules");
        rules.replacen(from, to, 1)
    }

    /// Writes the main document as an editor does: beside, then over.
    pub fn write(&self, text: &str) {
        let beside = self.path().join("rules.toml.new");
        fs_err::write(&beside, text).expect("written");
        fs_err::rename(beside, self.document()).expect("renamed");
    }

    /// Names areas, as the stage `outages` needs them: what stands in the document is only to be uncommented.
    pub fn name_areas(&self) {
        let lines = ["# [outages]", "# areas = ", "# customers = ", "# within = "];
        self.write(&lines.iter().fold(self.with("", ""), |text, line| text.replacen(line, &line[2..], 1)));
    }

    /// Names the address from which a party hands in.
    pub fn name_sender(&self, address: &str) {
        let list = self.path().join("lists/ct0.toml");
        let parties = fs_err::read_to_string(&list).expect("the list");
        fs_err::write(&list, parties.replacen("email = []", &format!("email = [\"{address}\"]"), 1)).expect("written");
    }

    /// Puts a fresh copy of the shipped rules, in which `from` has become `to`, in place of the folder, as a whole.
    pub fn deploy(&mut self, from: &str, to: &str) {
        self.versions += 1;
        let version = self.folder.path().join(self.versions.to_string());
        for part in ["feeds", "lexicon", "lexicon/classes", "lists"] {
            fs_err::create_dir_all(version.join(part)).expect("made");
            let files = fs_err::read_dir(shipped().join(part)).expect("read").map(|file| file.expect("a file"));
            for file in files.filter(|file| file.path().is_file()) {
                fs_err::copy(file.path(), version.join(part).join(file.file_name())).expect("copied");
            }
        }
        fs_err::copy(shipped().join("summary.toml"), version.join("summary.toml")).expect("copied");
        let rules = fs_err::read_to_string(shipped().join("rules.toml")).expect("rules");
        assert!(rules.contains(from), "{from} is not in the rules");
        fs_err::write(version.join("rules.toml"), rules.replacen(from, to, 1)).expect("written");
        self.exchange(&version);
    }

    /// Lets the link point to `target`.
    pub fn exchange(&self, target: &Path) {
        let next = self.folder.path().join("next");
        std::os::unix::fs::symlink(target, &next).expect("linked");
        fs_err::rename(next, self.path()).expect("renamed");
    }
}
