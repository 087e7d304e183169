//! The quiz registry, `lists/campaigns.toml`: which posts and tags belong to a quiz of the brand, and when.

use std::path::Path;

use super::moment::{Edge, moment};
use super::reader::{Document, Source, Table, Value};
use crate::post::Millis;
use crate::problem::{Problem, Reporter, Spot, Spotted};

/// Quizzes a registry may hold.
const MAX_QUIZZES: usize = 5_000;

/// The registry of quizzes, `lists/campaigns.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Campaigns {
    /// In the order of the document.
    pub quizzes: Vec<Quiz>,
}

/// One quiz. It recognises entries by `posts` or, within its time, by `tags`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiz {
    /// Name, for people and messages; no two quizzes share one.
    pub name: String,
    /// Handles of the accounts that hold it, lower case and without `@`.
    pub hosts: Vec<String>,
    /// Hashtags, lower case and without `#`.
    pub tags: Vec<String>,
    /// Ids of the quiz posts: entries answer them or stand in their conversation.
    pub posts: Vec<String>,
    /// First moment; always, if absent.
    pub from: Option<Millis>,
    /// Last moment, inclusive; for ever, if absent.
    pub until: Option<Millis>,
    /// Where it is written.
    pub spot: Spot,
}

impl Campaigns {
    /// Reads the registry at `path`, which is named at `named_at`. `None` if it cannot be read; wrong quizzes are
    /// reported and left out.
    pub fn load(path: &Path, named_at: Option<&Spot>, reporter: &Reporter) -> Option<Campaigns> {
        let source = Source::read(path, named_at, reporter)?;
        Some(Campaigns::parse(&source, reporter))
    }

    /// Returns the registry in `source`.
    pub fn parse(source: &Source, reporter: &Reporter) -> Campaigns {
        let document = Document::parse(source, reporter);
        let root = document.root();
        let tables = root.optional("quiz").tables();
        root.finish();
        if let Some(table) = tables.get(MAX_QUIZZES) {
            reporter.error(&table.spot(), format!("there are more than {MAX_QUIZZES} quizzes, the rest is not read"));
        }
        let mut quizzes: Vec<Quiz> = Vec::new();
        for quiz in tables.into_iter().take(MAX_QUIZZES).filter_map(read_quiz) {
            match quizzes.iter().find(|other| other.name == quiz.name) {
                Some(first) => {
                    let what = format!("the quiz `{}` is there already, at {}", quiz.name, first.spot);
                    reporter.report(Problem::error(&quiz.spot, what).hint("give each quiz a name of its own"));
                }
                None => quizzes.push(quiz),
            }
        }
        Campaigns { quizzes }
    }
}

fn read_quiz(table: Table<'_>) -> Option<Quiz> {
    let (spot, reporter) = (table.spot(), table.reporter());
    let name = table.required("name").string();
    let hosts = names(&table.optional("hosts"), '@');
    let tags = names(&table.optional("tags"), '#');
    let posts = ids(&table.optional("posts"));
    let begin = table.optional("from");
    let from = moment(&begin, Edge::Start);
    let until = moment(&table.optional("until"), Edge::End);
    if tags.is_empty() && posts.is_empty() && !table.has("tags") && !table.has("posts") {
        let problem = Problem::error(&spot, "nothing tells that a post belongs to this quiz");
        reporter.report(problem.hint("give `posts`, `tags` or both"));
    }
    if from.zip(until).is_some_and(|(from, until)| from > until) {
        reporter.error(&begin.spot(), "the quiz ends before it begins");
    }
    table.finish();
    Some(Quiz { name: name?, hosts, tags, posts, from, until, spot })
}

/// Handles or tags in lower case without their `mark`; empty ones are reported.
fn names(value: &Value<'_>, mark: char) -> Vec<String> {
    let name = |Spotted { value: text, spot }: Spotted<String>| {
        let name = text.trim().trim_start_matches(mark).to_lowercase();
        if name.is_empty() {
            value.reporter().error(&spot, format!("`{text}` names nothing"));
        }
        let belongs = |c: char| c == '_' || if mark == '@' { c.is_ascii_alphanumeric() || c == '.' } else { c.is_alphanumeric() };
        if let Some(odd) = name.chars().find(|&c| !belongs(c)) {
            let what = format!("no post can have `{mark}{name}`: `{odd}` cannot stand in it");
            value.reporter().report(Problem::warning(&spot, what).hint("write it as it stands in posts"));
        }
        (!name.is_empty()).then_some(name)
    };
    value.spotted_strings().into_iter().filter_map(name).collect()
}

/// Ids of posts; what cannot be one is reported.
fn ids(value: &Value<'_>) -> Vec<String> {
    let id = |Spotted { value: id, spot }: Spotted<String>| {
        if id.is_empty() || id.contains(|c: char| c.is_whitespace() || c == '/') {
            let problem = Problem::warning(&spot, format!("no post has the id `{id}`"));
            value.reporter().report(problem.hint("write the id alone, not its link: the digits at the end of it"));
        }
        id
    };
    value.spotted_strings().into_iter().map(id).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Campaigns, String) {
        let reporter = Reporter::default();
        let source = Source::new("campaigns.toml", text);
        reporter.show_lines_of(source.file(), source.text());
        let campaigns = Campaigns::parse(&source, &reporter);
        (campaigns, reporter.into_problems().render())
    }

    #[test]
    fn a_registry() {
        let (campaigns, problems) = read(concat!(
            "[[quiz]]\nname = \"tebak gambar\"\nhosts = [\"@TelkomCare\"]\ntags = \"#TebakGambar\"\nposts = [\"17\"]\n",
            "from = 2025-01-30\nuntil = \"2025-01-31\"\n[[quiz]]\nname = \"b\"\nposts = [\"18\"]\n",
            "from = \"2025-01-31T09:00:00+07:00\"\nuntil = 2025-01-31T09:00:00Z\n",
        ));
        assert_eq!(problems, "");
        insta::assert_debug_snapshot!(campaigns);
    }

    #[test]
    fn mistakes() {
        let cases = [
            ("misspelt table", "[[quizz]]\nname = \"a\"\nposts = \"1\"\n"),
            ("one bracket", "[quiz]\nname = \"a\"\nposts = \"1\"\n"),
            ("no name, misspelt key", "[[quiz]]\nnme = \"a\"\nposts = \"1\"\n"),
            ("nothing to recognise", "[[quiz]]\nname = \"a\"\nhosts = \"telkom\"\n"),
            ("ids without quotes", "[[quiz]]\nname = \"a\"\nposts = [123, 456]\n"),
            ("no times", "[[quiz]]\nname = \"a\"\nposts = \"1\"\nfrom = \"31-01-2025\"\nuntil = \"2025-02-30\"\n"),
            ("time without zone", "[[quiz]]\nname = \"a\"\nposts = \"1\"\nfrom = 2025-01-31T09:00:00\n"),
            ("impossible date", "[[quiz]]\nname = \"a\"\nposts = \"1\"\nfrom = 2025-13-01\n"),
            ("a number for a time", "[[quiz]]\nname = \"a\"\nposts = \"1\"\nfrom = 2025\n"),
            ("ends before it begins", "[[quiz]]\nname = \"a\"\nposts = \"1\"\nfrom = 2025-02-01\nuntil = 2025-01-31\n"),
            ("the same name twice", "[[quiz]]\nname = \"a\"\nposts = \"1\"\n[[quiz]]\nname = \"a\"\ntags = \"x\"\n"),
            (
                "a tag, a host and a post that cannot be",
                "[[quiz]]\nname = \"a\"\ntags = \"#tebak-gambar\"\nhosts = \"@telkom care\"\nposts = \"https://x.com/TelkomCare/status/17\"\n",
            ),
            ("empty tag", "[[quiz]]\nname = \"a\"\ntags = [\"#\", \"b\"]\n"),
        ];
        let rendered: String = cases.iter().map(|(name, text)| format!("## {name}\n{}\n", read(text).1)).collect();
        insta::assert_snapshot!(rendered);
    }
}
