//! A mistake in configuration as data: where it is, what is wrong, how to mend it.
//!
//! Whoever reads a document reports to a [`Reporter`] and goes on, so that one run shows every mistake. Knows nothing
//! of the documents, of TOML or of terminals.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};

/// Longest part of a source line that [`Problems::render`] shows, in characters.
const EXCERPT: usize = 110;

/// Whether the configuration can be used in spite of the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The configuration is refused.
    Error,
    /// The configuration is used, but probably does not mean what its author thinks.
    Warning,
}

/// A place in a configuration document. Cheap to clone: later steps keep it to report what they find out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Spot {
    /// The file as the user named it, or the environment variable or option that gave the value.
    #[serde(serialize_with = "as_str")]
    pub file: Arc<str>,
    /// Line from 1; 0 if the place has no lines (a whole file, a variable, an option).
    #[serde(skip_serializing_if = "is_zero")]
    pub line: u32,
    /// Column from 1, in characters; 0 where `line` is.
    #[serde(skip_serializing_if = "is_zero")]
    pub column: u32,
}

impl Spot {
    /// A place without lines: a file that cannot be read, an environment variable, an option.
    pub fn whole(name: impl Into<Arc<str>>) -> Self {
        Spot { file: name.into(), line: 0, column: 0 }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}:{}", self.file, self.column),
        }
    }
}

/// A value and the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spotted<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub spot: Spot,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// Where.
    #[serde(flatten)]
    pub at: Spot,
    /// What is wrong, one sentence without a full stop.
    pub what: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The source line, where it may be shown.
    #[serde(skip)]
    excerpt: Option<String>,
}

impl Problem {
    /// A mistake that makes the configuration unusable.
    pub fn error(at: &Spot, what: impl Into<String>) -> Self {
        Problem { severity: Severity::Error, at: at.clone(), what: what.into(), hint: None, excerpt: None }
    }

    /// A mistake that is only worth a look.
    pub fn warning(at: &Spot, what: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(at, what) }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem with "did you mean ..?" if one of `candidates` is close to `name`, else with the list of
    /// them if it is short enough to be read.
    #[must_use]
    pub fn suggest<'a>(self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        let candidates: Vec<&str> = candidates.into_iter().collect();
        match did_you_mean(name, candidates.iter().copied()) {
            Some(close) => self.hint(format!("did you mean `{close}`?")),
            None if (1..=24).contains(&candidates.len()) => self.hint(format!("possible here: `{}`", candidates.join("`, `"))),
            None => self,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.at, self.severity, self.what)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        })
    }
}

/// Everything found wrong, ordered by file, line and column. Its text is one line a problem.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems {
    list: Vec<Problem>,
}

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.extend([problem]);
    }

    /// Whether the configuration has to be refused.
    pub fn has_errors(&self) -> bool {
        self.errors() > 0
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.list.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    /// How many problems there are, warnings included.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// In order.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.list.iter()
    }

    /// For people: each problem with its source line and a caret below the place.
    pub fn render(&self) -> String {
        let mut out = String::new();
        for problem in &self.list {
            out.push_str(&format!("{}: {}: {}\n", problem.at, problem.severity, problem.what));
            if let Some(line) = &problem.excerpt {
                out.push_str(&caret(line, &problem.at));
            }
            if let Some(hint) = &problem.hint {
                out.push_str(&format!("  hint: {hint}\n"));
            }
        }
        out
    }
}

/// The source line behind its number, and a caret below the column.
fn caret(line: &str, at: &Spot) -> String {
    let before = (at.column as usize).saturating_sub(1);
    let skipped = before.saturating_sub(EXCERPT / 2);
    let cut = if skipped > 0 { ".." } else { "" };
    let shown: String = line.chars().skip(skipped).take(EXCERPT).collect();
    let indent: String = line.chars().skip(skipped).take(before - skipped).map(|c| if c == '\t' { c } else { ' ' }).collect();
    let number = format!("{:>5}", at.line);
    let (margin, start) = (" ".repeat(number.len()), " ".repeat(cut.len()));
    format!("{number} | {cut}{}\n{margin} | {start}{indent}^\n", shown.trim_end())
}

impl Extend<Problem> for Problems {
    fn extend<I: IntoIterator<Item = Problem>>(&mut self, problems: I) {
        self.list.extend(problems);
        self.list.sort_by(|a, b| a.at.cmp(&b.at));
        self.list.dedup();
    }
}

impl FromIterator<Problem> for Problems {
    fn from_iter<I: IntoIterator<Item = Problem>>(problems: I) -> Self {
        let mut all = Problems::default();
        all.extend(problems);
        all
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.list.iter().enumerate() {
            let separator = if i > 0 { "\n" } else { "" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Where the steps of loading report to. Shared by reference among all documents of one load.
///
/// ```
/// use triage::problem::{Problem, Reporter, Spot};
///
/// let reporter = Reporter::default();
/// let at = Spot { file: "rules.toml".into(), line: 12, column: 7 };
/// reporter.report(Problem::error(&at, "unknown signal `complant`").suggest("complant", ["complaint", "shouting"]));
///
/// let problems = reporter.into_problems();
/// assert!(problems.has_errors());
/// assert_eq!(problems.to_string(), "rules.toml:12:7: error: unknown signal `complant` (did you mean `complaint`?)");
/// ```
#[derive(Debug, Default)]
pub struct Reporter {
    found: RefCell<Vec<Problem>>,
    texts: RefCell<FxHashMap<Arc<str>, Arc<str>>>,
}

impl Reporter {
    /// Notes a problem.
    pub fn report(&self, problem: Problem) {
        self.found.borrow_mut().push(problem);
    }

    /// Notes an error that needs no advice.
    pub fn error(&self, at: &Spot, what: impl Into<String>) {
        self.report(Problem::error(at, what));
    }

    /// Notes a warning that needs no advice.
    pub fn warning(&self, at: &Spot, what: impl Into<String>) {
        self.report(Problem::warning(at, what));
    }

    /// Allows lines of `file` to be shown with problems. Never called for a document that may hold secrets.
    pub fn show_lines_of(&self, file: &Arc<str>, text: &Arc<str>) {
        self.texts.borrow_mut().insert(file.clone(), text.clone());
    }

    /// Whether an error was noted so far.
    pub fn has_errors(&self) -> bool {
        self.found.borrow().iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All that was noted, in order.
    pub fn into_problems(self) -> Problems {
        let texts = self.texts.into_inner();
        let lines: FxHashMap<&Arc<str>, Vec<&str>> = texts.iter().map(|(file, text)| (file, text.lines().collect())).collect();
        let excerpt = |at: &Spot| lines.get(&at.file)?.get((at.line as usize).checked_sub(1)?).map(|&line| line.to_owned());
        self.found.into_inner().into_iter().map(|problem| Problem { excerpt: excerpt(&problem.at), ..problem }).collect()
    }
}

/// The candidate that `name` was probably meant to be: at most a third of its letters wrong.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    let with_typos = candidates.into_iter().map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate));
    with_typos.filter(|(typos, _)| *typos <= allowed).min().map(|(_, candidate)| candidate)
}

fn as_str<S: Serializer>(file: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(file)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &str, line: u32, column: u32) -> Spot {
        Spot { file: file.into(), line, column }
    }

    #[test]
    fn suggests_what_is_close_and_nothing_else() {
        let check = |name: &str, expected: Option<&str>| {
            let candidates = ["posts", "within", "complaint", "gap", "max_followers", "min_followers"];
            assert_eq!(did_you_mean(name, candidates), expected, "{name}");
        };
        check("postss", Some("posts"));
        check("psots", Some("posts"));
        check("widthin", Some("within"));
        check("complain", Some("complaint"));
        check("min_follower", Some("min_followers"));
        check("gas", Some("gap"));
        check("regex", None);
        check("", None);
    }

    #[test]
    fn problems_are_ordered_and_said_once() {
        let reporter = Reporter::default();
        for spot in [at("b", 1, 1), at("a", 10, 1), at("a", 2, 9), at("a", 2, 1), at("a", 2, 1)] {
            reporter.error(&spot, "wrong");
        }
        reporter.warning(&Spot::whole("a"), "odd");
        let problems = reporter.into_problems();
        let expected = "a: warning: odd\na:2:1: error: wrong\na:2:9: error: wrong\na:10:1: error: wrong\nb:1:1: error: wrong";
        assert_eq!(problems.to_string(), expected);
        assert_eq!((problems.len(), problems.errors()), (5, 4));
    }

    #[test]
    fn the_caret_stands_below_the_character_not_the_byte() {
        let reporter = Reporter::default();
        reporter.show_lines_of(&"a".into(), &"x\n\té² y = 1\n".into());
        reporter.report(Problem::error(&at("a", 2, 5), "wrong").hint("mend it"));
        assert_eq!(reporter.into_problems().render(), "a:2:5: error: wrong\n    2 | \té² y = 1\n      | \t   ^\n  hint: mend it\n");
    }

    #[test]
    fn a_long_line_is_cut_around_the_place() {
        let reporter = Reporter::default();
        reporter.show_lines_of(&"a".into(), &format!("{}!{}", "x".repeat(500), "y".repeat(500)).into());
        reporter.error(&at("a", 1, 501), "wrong");
        let rendered = reporter.into_problems().render();
        let lines: Vec<&str> = rendered.lines().collect();
        assert_eq!(lines[1].find('!'), lines[2].find('^'));
        assert!(lines[1].len() < 130);
    }

    #[test]
    fn json_names_the_place_flat() {
        let problems: Problems =
            [Problem::error(&at("a", 2, 3), "wrong"), Problem::warning(&Spot::whole("b"), "odd").hint("h")].into_iter().collect();
        let expected = r#"[{"severity":"error","file":"a","line":2,"column":3,"what":"wrong"},{"severity":"warning","file":"b","what":"odd","hint":"h"}]"#;
        assert_eq!(serde_json::to_string(&problems).unwrap(), expected);
    }
}
