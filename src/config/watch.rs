//! Whether a folder has changed, and is at rest again.
//!
//! By asking, not by being told: what an editor does (write beside, rename), what Kubernetes does (exchange a link to a
//! folder) and what a network file system does look the same then. Reads no file's contents.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How deep folders are looked into, so that links in a circle end.
const DEEPEST: usize = 8;

/// Files beyond this number are not looked at.
const MOST_FILES: usize = 10_000;

/// What can be seen of a folder without opening a file; links are followed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fingerprint(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

/// A folder that is looked at now and then.
#[derive(Debug)]
pub struct Watch {
    folder: PathBuf,
    /// As it was when somebody last read it.
    known: Fingerprint,
    /// As it was a look ago, if it has changed since.
    moving: Option<Fingerprint>,
}

impl Fingerprint {
    /// Returns the fingerprint of `folder` as it is now. What cannot be read counts as absent.
    pub fn of(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        look(folder, DEEPEST, &mut files);
        Fingerprint(files)
    }
}

fn look(folder: &Path, depth: usize, files: &mut BTreeMap<PathBuf, (u64, Option<SystemTime>)>) {
    let Ok(entries) = fs_err::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        match fs_err::metadata(&path) {
            Ok(found) if found.is_dir() && depth > 0 => look(&path, depth - 1, files),
            Ok(found) if found.is_file() && files.len() < MOST_FILES => drop(files.insert(path, (found.len(), found.modified().ok()))),
            Ok(_) | Err(_) => (),
        }
    }
}

impl Watch {
    /// Watches `folder`, which looked like `known` when it was read.
    pub fn new(folder: &Path, known: Fingerprint) -> Self {
        Watch { folder: folder.to_owned(), known, moving: None }
    }

    /// Returns the folder that is watched, as it was named.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Looks at the folder: its fingerprint, if that is another than when it was last read and the same as at the last
    /// look. Whoever writes many files is let finish.
    pub fn changed(&mut self) -> Option<Fingerprint> {
        let now = Fingerprint::of(&self.folder);
        if now == self.known {
            self.moving = None;
            return None;
        }
        if self.moving.as_ref() == Some(&now) {
            return self.moving.take();
        }
        self.moving = Some(now);
        None
    }

    /// Notes that the folder was read while it looked like `known`, and returns whether it still does. If not, what was
    /// read may be a mixture.
    pub fn was_read(&mut self, known: Fingerprint) -> bool {
        let same = Fingerprint::of(&self.folder) == known;
        if same {
            self.known = known;
        }
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs_err::write(path, text).expect("written");
    }

    /// Looks until the folder is at rest; whether it has changed.
    fn settles(watch: &mut Watch) -> bool {
        let found = watch.changed().or_else(|| watch.changed());
        found.is_some_and(|found| watch.was_read(found))
    }

    #[test]
    fn every_way_to_change_a_folder_is_seen_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs_err::create_dir_all(at("real/one")).expect("made");
        fs_err::create_dir_all(at("real/two")).expect("made");
        write(&at("real/one/rules.toml"), "a");
        write(&at("real/two/rules.toml"), "ab");
        let link = at("config");
        std::os::unix::fs::symlink(at("real/one"), &link).expect("linked");
        let mut watch = Watch::new(&link, Fingerprint::of(&link));
        assert!(!settles(&mut watch), "nothing has changed");
        let mut check = |what: &str, change: &dyn Fn()| {
            change();
            assert!(settles(&mut watch), "{what}");
            assert!(!settles(&mut watch), "{what}, seen again");
        };
        check("written", &|| write(&link.join("rules.toml"), "abc"));
        check("a file more", &|| write(&link.join("more.txt"), ""));
        check("renamed over", &|| {
            write(&link.join("rules.toml~"), "abcd");
            fs_err::rename(link.join("rules.toml~"), link.join("rules.toml")).expect("renamed");
        });
        check("removed", &|| fs_err::remove_file(link.join("more.txt")).expect("removed"));
        check("a link exchanged", &|| {
            std::os::unix::fs::symlink(at("real/two"), at("next")).expect("linked");
            fs_err::rename(at("next"), &link).expect("renamed");
        });
        check("the folder gone", &|| fs_err::remove_file(&link).expect("removed"));
    }

    #[test]
    fn a_folder_that_is_being_written_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut watch = Watch::new(folder.path(), Fingerprint::of(folder.path()));
        for number in 0..5 {
            write(&folder.path().join(number.to_string()), "");
            assert_eq!(watch.changed(), None);
        }
        let found = watch.changed().expect("at rest");
        write(&folder.path().join("late"), "");
        assert!(!watch.was_read(found), "changed while it was read");
        assert!(settles(&mut watch));
    }
}
