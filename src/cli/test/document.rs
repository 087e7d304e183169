//! A file of rule tests, read so that every mistake in it is reported at once.

use std::path::{Path, PathBuf};

use super::expected::Expected;
use super::look::Look;
use super::post::Draft;
use crate::config::reader::{Document, Source, Table, Value};
use crate::post::CustomerKey;
use crate::problem::{Problem, Reporter, Spot};
use crate::replay::Recorded;
use crate::rules::Rules;

/// Tests that one folder may hold.
const MAX_TESTS: usize = 20_000;
/// Posts that one test may have.
const MAX_POSTS: usize = 500;

#[derive(Debug)]
pub struct RuleTest {
    /// What it shows; no other test is called so.
    pub name: String,
    /// The sentence that it stands for.
    pub clause: Option<String>,
    /// Why the expectations are right.
    pub why: Option<String>,
    pub spot: Spot,
    /// Ids that are quiz posts in this test.
    pub quiz_posts: Vec<String>,
    /// The party whose sender the customer of the test is, and his key.
    pub sender: Option<(String, CustomerKey)>,
    /// Its posts and case events in the order of their arrival.
    pub steps: Vec<Step>,
}

/// A post or a case event, and what must come of it.
#[derive(Debug)]
pub struct Step {
    /// Its number among the posts of the test, from 1.
    pub number: usize,
    /// Where it is written.
    pub spot: Spot,
    pub recorded: Recorded<'static>,
    /// What must come of it.
    pub expected: Expected,
    /// Looks at the wall clock before the next step.
    pub looks: Vec<Look>,
}

impl RuleTest {
    /// Gives `rules` the quiz posts and the sender of this test, in place of those of another.
    pub fn lend_to(&self, rules: &mut Rules) {
        rules.with_quiz_posts(&self.quiz_posts);
        rules.with_sender(self.sender.as_ref().map(|(party, key)| (party.as_str(), key.as_str())));
    }

    /// Returns whether `text` is in its name or in the name of its file, in upper or lower case.
    pub fn is_called(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let file = Path::new(&*self.spot.file).file_name().map(|name| name.to_string_lossy().to_lowercase());
        self.name.to_lowercase().contains(&text) || file.is_some_and(|file| file.contains(&text))
    }
}

/// Reads all `*.toml` in `folder`, in the order of their names. Wrong tests are reported and left out.
pub fn read_all(folder: &Path, rules: &Rules, reporter: &Reporter) -> Vec<RuleTest> {
    let sources = files(folder, reporter).into_iter().filter_map(|file| Source::read(&file, None, reporter));
    let mut tests: Vec<RuleTest> = Vec::new();
    for test in sources.flat_map(|source| read(&source, rules, reporter)) {
        match tests.iter().find(|other| other.name == test.name) {
            Some(first) => {
                let what = format!("a test is called `{}` already, at {}", test.name, first.spot);
                reporter.report(Problem::error(&test.spot, what).hint("give each test a name of its own"));
            }
            None => tests.push(test),
        }
    }
    tests
}

pub fn read(source: &Source, rules: &Rules, reporter: &Reporter) -> Vec<RuleTest> {
    let document = Document::parse(source, reporter);
    let root = document.root();
    let tables = root.required("test").tables();
    root.finish();
    if let Some(table) = tables.get(MAX_TESTS) {
        reporter.error(&table.spot(), format!("there are more than {MAX_TESTS} tests, the rest is not read"));
    }
    tables.into_iter().take(MAX_TESTS).filter_map(|table| read_test(table, rules)).collect()
}

fn files(folder: &Path, reporter: &Reporter) -> Vec<PathBuf> {
    match fs_err::read_dir(folder) {
        Ok(entries) => {
            let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
            let mut files: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml")).collect();
            files.sort_unstable();
            files
        }
        Err(_) => {
            let problem = Problem::error(&Spot::whole(folder.display().to_string()), "there is no such folder to take the tests from");
            reporter.report(problem.hint("make it and put files such as `hard.toml` in it"));
            Vec::new()
        }
    }
}

fn read_test(table: Table<'_>, rules: &Rules) -> Option<RuleTest> {
    let (spot, reporter) = (table.spot(), table.reporter());
    let name = table.required("name").string();
    let clause = table.optional("clause").string();
    let why = table.optional("why").string();
    let quiz_posts = table.optional("quiz_posts").strings();
    let party = table.optional("party");
    let mut draft = Draft::new(rules, &table);
    let sender = read_party(&party, rules).map(|party| (party, draft.customer()));
    let posts = table.required("post").tables();
    table.finish();
    if let Some(post) = posts.get(MAX_POSTS) {
        reporter.error(&post.spot(), format!("a test may have {MAX_POSTS} posts at most"));
    }
    let count = posts.len();
    let mut steps: Vec<Step> = Vec::new();
    let mut looks = 0;
    for (number, post) in (1..).zip(posts.into_iter().take(MAX_POSTS)) {
        if post.has("expect_reminder") {
            looks += 1;
            read_look(post, number, &mut draft, &mut steps);
        } else {
            steps.extend(read_step(post, number, &mut draft, rules));
        }
    }
    let nothing = || steps.iter().all(|step| step.expected.is_empty() && step.looks.is_empty());
    if count > 0 && steps.len() + looks == count && nothing() {
        let problem = Problem::error(&spot, "the test expects nothing");
        reporter.report(problem.hint("give at least one of its posts an `expect`"));
    }
    Some(RuleTest { name: name?, clause, why, spot, quiz_posts, sender, steps })
}

/// A party of the list.
fn read_party(value: &Value<'_>, rules: &Rules) -> Option<String> {
    let named = value.spotted_string()?;
    let known = || rules.handoffs.parties.names();
    if !known().any(|name| name == named.value) {
        let problem = Problem::error(&named.spot, format!("no party is called `{}`", named.value));
        value.reporter().report(problem.suggest(&named.value, known()));
    }
    Some(named.value)
}

/// A look at the wall clock, which belongs to the step before it.
fn read_look(table: Table<'_>, number: usize, draft: &mut Draft<'_>, steps: &mut [Step]) {
    let at = draft.moment(&table);
    let look = Look::read(&table, number, draft.customer(), at);
    match steps.last_mut() {
        Some(step) => step.looks.push(look),
        None => {
            let problem = Problem::error(&table.spot(), "the clock is looked at before anything has happened");
            table.reporter().report(problem.hint("put the posts of the case above it"));
        }
    }
    table.finish();
}

fn read_step(table: Table<'_>, number: usize, draft: &mut Draft<'_>, rules: &Rules) -> Option<Step> {
    let spot = table.spot();
    let expect = table.optional("expect");
    let expected = expect.table().map(|expect| Expected::read(expect, rules)).unwrap_or_default();
    let recorded = draft.read(&table);
    table.finish();
    Some(Step { number, spot, recorded: recorded?, expected, looks: Vec::new() })
}
