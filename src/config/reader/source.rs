//! The text of one document with the way from an offset to line and column, and the folder that documents lie in.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::problem::{Problem, Reporter, Spot, did_you_mean};

/// Largest document that is read, in bytes.
const MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Lines with broken UTF-8 that are named one by one.
const MAX_BROKEN_LINES: usize = 5;

/// A folder with documents, some of which may say something else than on disk: what would be if they were edited.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    /// The last edit of a document holds.
    edited: Vec<(PathBuf, Arc<str>)>,
}

impl Folder {
    /// Returns the folder at `path` as it is.
    pub fn new(path: &Path) -> Self {
        Folder { path: path.to_owned(), edited: Vec::new() }
    }

    /// Returns the same folder, its document `name` saying `text`.
    #[must_use]
    pub fn edited(&self, name: &str, text: &str) -> Self {
        self.edited_at(&self.path(name), text)
    }

    /// Returns the same for the document at `path` in the folder.
    #[must_use]
    pub fn edited_at(&self, path: &Path, text: &str) -> Self {
        let mut folder = self.clone();
        folder.edited.push((path.to_owned(), text.into()));
        folder
    }

    /// Returns the file that `name` stands for.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads the document `name`, as [`Source::read`] does.
    pub fn read(&self, name: &str, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Source> {
        self.read_path(&self.path(name), named_at, reporter)
    }

    /// Reads the document at `path` in the folder. One that lies elsewhere, by its name or by a link, is reported and not
    /// read (D126): whoever may write rules may not make the program read what else is on the machine.
    pub fn read_path(&self, path: &Path, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Source> {
        if let Some((_, text)) = self.edited.iter().rev().find(|(edited, _)| edited == path) {
            return Some(Source::new(&path.display().to_string(), text));
        }
        if !self.holds(path) {
            let file = path.strip_prefix(&self.path).unwrap_or(path).display();
            let spot = named_at.cloned().unwrap_or_else(|| Spot::whole(path.display().to_string()));
            let problem = Problem::error(&spot, format!("`{file}` lies outside the folder of the rules"));
            reporter.report(problem.hint("copy the file into the folder, and name it from there"));
            return None;
        }
        Source::read(path, named_at, reporter)
    }

    /// Whether `path` is in the folder. What is not there at all may be: reading it says so.
    fn holds(&self, path: &Path) -> bool {
        let Ok(inside) = path.strip_prefix(&self.path) else { return false };
        if !inside.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return false;
        }
        match (self.path.canonicalize(), path.canonicalize()) {
            (Ok(folder), Ok(file)) => file.starts_with(folder),
            _ => true,
        }
    }
}

/// A document as it was read: UTF-8, without a byte order mark.
#[derive(Debug)]
pub struct Source {
    file: Arc<str>,
    folder: PathBuf,
    text: Arc<str>,
    /// Offset of the first byte of each line.
    starts: Vec<usize>,
}

/// One line, without its end.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Number from 1.
    pub number: u32,
    /// The line without its end.
    pub text: &'a str,
}

impl Source {
    /// Returns a document that is in memory.
    pub fn new(file: &str, text: &str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let folder = Path::new(file).parent().map(Path::to_owned).unwrap_or_default();
        Source { file: file.into(), folder, text: text.into(), starts }
    }

    /// Reads the document at `path`, which `named_at` refers to (`None`: the user named it). A file that cannot be
    /// read is reported there, and so is what is no file: a pipe would be waited for. Problems will show its lines.
    pub fn read(path: &Path, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Self> {
        let source = Source::reported(path, read_file(path), named_at, reporter)?;
        reporter.show_lines_of(&source.file, &source.text);
        Some(source)
    }

    /// As [`Source::read`], for a document that may hold secrets and may come through a pipe: problems name the line but do
    /// not show it.
    pub fn read_confidential(path: &Path, reporter: &Reporter) -> Option<Self> {
        Source::reported(path, read_bounded(path), None, reporter)
    }

    fn reported(path: &Path, read: Result<Vec<u8>, Error>, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Self> {
        match read {
            Ok(bytes) => Some(Source::from_bytes(&path.display().to_string(), &bytes, reporter)),
            Err(error) => {
                reporter.report(unreadable(path, named_at, &error));
                None
            }
        }
    }

    /// Returns the document `bytes`; what is not UTF-8 is reported.
    pub fn from_bytes(file: &str, bytes: &[u8], reporter: &Reporter) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let source = Source::new(file, &String::from_utf8_lossy(bytes));
        let broken = bytes.split(|&byte| byte == b'\n').zip(1..).filter_map(|(line, number)| {
            let valid = std::str::from_utf8(line).err()?.valid_up_to();
            let column = String::from_utf8_lossy(line.get(..valid)?).chars().count() + 1;
            Some((number, column as u32))
        });
        for (line, column) in broken.take(MAX_BROKEN_LINES) {
            let spot = Spot { file: source.file.clone(), line, column };
            reporter.report(Problem::error(&spot, "this is not UTF-8 text").hint("save the file with the encoding UTF-8"));
        }
        source
    }

    /// Returns the name of the document in messages.
    pub fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// Returns the folder that relative paths in the document start from.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns the text of the file, every line of it.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Returns the place of the byte `offset`.
    pub fn spot(&self, offset: usize) -> Spot {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |before| before.chars().count()) + 1;
        Spot { file: self.file.clone(), line: line as u32, column: column as u32 }
    }

    /// Returns the place `before` bytes into the text of `line`.
    pub fn spot_in(&self, line: Line<'_>, before: usize) -> Spot {
        let column = line.text.get(..before).map_or(0, |text| text.chars().count()) + 1;
        Spot { file: self.file.clone(), line: line.number, column: column as u32 }
    }

    /// Returns the lines in order.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.text.lines().zip(1..).map(|(text, number)| Line { number, text })
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let found = std::fs::metadata(path)?;
    // A folder says so itself.
    if !found.is_file() && !found.is_dir() {
        return Err(Error::other("it is no regular file"));
    }
    read_bounded(path)
}

/// Reads whatever is at `path`, but no more than a document may have.
fn read_bounded(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Error::other(format!("it is larger than {} MiB", MAX_BYTES / 1024 / 1024)));
    }
    Ok(bytes)
}

fn unreadable(path: &Path, named_at: Option<&Spot>, error: &Error) -> Problem {
    let missing = error.kind() == ErrorKind::NotFound;
    let reason = if missing { "there is no such file".to_owned() } else { error.to_string() };
    let problem = match named_at {
        Some(spot) => Problem::error(spot, format!("cannot read `{}`: {reason}", path.display())),
        None => Problem::error(&Spot::whole(path.display().to_string()), format!("cannot read the file: {reason}")),
    };
    match neighbour(path).filter(|_| missing) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem,
    }
}

/// Returns a file beside `path` whose name is almost the same.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(path.parent()?).ok()?;
    let names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    did_you_mean(wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_becomes_line_and_character() {
        let source = Source::new("dir/a.toml", "one\né = 2\n\n x");
        let check = |offset: usize, line: u32, column: u32| {
            assert_eq!(source.spot(offset), Spot { file: "dir/a.toml".into(), line, column }, "{offset}");
        };
        check(0, 1, 1);
        check(3, 1, 4);
        check(4, 2, 1);
        check(7, 2, 3);
        check(11, 3, 1);
        check(13, 4, 2);
        check(14, 4, 3);
        assert_eq!(source.folder(), Path::new("dir"));
    }

    #[test]
    fn rules_read_nothing_but_files_of_their_folder() {
        let outside = tempfile::tempdir().unwrap();
        let config = outside.path().join("config");
        std::fs::create_dir_all(config.join("lexicon")).unwrap();
        std::fs::write(outside.path().join("secret"), "rahasia").unwrap();
        std::fs::write(config.join("lexicon/a.txt"), "satu").unwrap();
        let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, config.join(name)).unwrap();
        link(&outside.path().join("secret"), "out.txt");
        link(outside.path(), "up");
        link(&config.join("lexicon/a.txt"), "in.txt");
        link(Path::new("/dev/zero"), "zero.txt");
        let made = std::process::Command::new("mkfifo").arg(config.join("pipe.txt")).status().unwrap();
        assert!(made.success());
        std::fs::write(config.join("huge.txt"), vec![b'x'; MAX_BYTES as usize + 1]).unwrap();
        // The folder itself may be a link, as Kubernetes makes them.
        let linked = outside.path().join("linked");
        std::os::unix::fs::symlink(&config, &linked).unwrap();
        let check = |name: &str, expected: Result<&str, &str>| {
            for folder in [&config, &linked] {
                let reporter = Reporter::default();
                let read = Folder::new(folder).read(name, None, &reporter).map(|source| source.text().to_string());
                let said = reporter.into_problems().to_string();
                assert!(!said.contains("rahasia"), "{said}");
                match expected {
                    Ok(text) => assert_eq!((read.as_deref(), said.as_str()), (Some(text), "")),
                    Err(part) => assert!(read.is_none() && said.contains(part), "{name}: {said}"),
                }
            }
        };
        check("lexicon/a.txt", Ok("satu"));
        check("in.txt", Ok("satu"));
        let outside = "lies outside the folder of the rules";
        for name in ["../secret", "lexicon/../../secret", "/etc/hostname", "out.txt", "up/secret", "zero.txt"] {
            check(name, Err(outside));
        }
        check("lexicon/../lexicon/a.txt", Err(outside));
        check("pipe.txt", Err("it is no regular file"));
        check("huge.txt", Err("it is larger than 16 MiB"));
        check("absent.txt", Err("there is no such file"));
        // Settings may come through a pipe, but not without end.
        let reporter = Reporter::default();
        assert!(Source::read_confidential(Path::new("/dev/zero"), &reporter).is_none());
        assert!(reporter.into_problems().to_string().contains("it is larger than"));
    }

    #[test]
    fn the_mark_of_windows_editors_is_dropped() {
        let reporter = Reporter::default();
        let source = Source::from_bytes("a", b"\xEF\xBB\xBFx = 1\r\ny", &reporter);
        assert_eq!(source.lines().map(|line| line.text).collect::<Vec<_>>(), ["x = 1", "y"]);
        assert!(reporter.into_problems().is_empty());
    }
}
