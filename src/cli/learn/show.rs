//! What was learned, for people and programs: every proposal with the posts that it would change.

use std::fmt;

use serde::Serialize;

use super::change::What;
use super::lacking::{Lacking, Search};
use super::measure::Figures;
use super::proposal::Proposal;
use super::trial::{Effect, Standing, Trials};
use super::words::Why;
use crate::cli::underline::{Mark, underline};

/// All that was learned.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The class, flag or condition that is to be told better.
    pub aim: String,
    #[serde(flatten)]
    pub standing: Standing,
    pub words: Words,
    /// Absent without `--score`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The scores that the aim stands on.
    pub scores: Vec<String>,
    /// Posts that are shown for each proposal and kind.
    #[serde(skip)]
    pub samples: usize,
}

/// Words for classes.
#[derive(Debug, Serialize)]
pub struct Words {
    tried: usize,
    /// Tried words with which a post would leave the agents' queue that must not.
    silencing: usize,
    proposed: Vec<Word>,
}

/// A word for a class.
#[derive(Debug, Serialize)]
struct Word {
    word: String,
    /// The line to be added.
    member: String,
    class: String,
    /// File and line where it is to be added.
    at: String,
    why: String,
    same_in: Vec<String>,
    #[serde(flatten)]
    posts: Posts,
}

/// The changes of a score.
#[derive(Debug, Serialize)]
pub struct Score {
    name: String,
    pub figures: Figures,
    changes: Vec<Weight>,
    /// Not proposed: posts would leave the agents' queue that must not.
    left_out: Vec<String>,
}

/// A change of a score.
#[derive(Debug, Serialize)]
struct Weight {
    what: String,
    written: f64,
    proposed: f64,
    /// For a new phrase: the labelled posts it stands in, and how many of them are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<(usize, usize)>,
    #[serde(flatten)]
    posts: Posts,
}

/// The posts that a proposal makes right or wrong.
#[derive(Debug, Serialize)]
struct Posts {
    right: Vec<Shown>,
    wrong: Vec<Shown>,
}

/// A post, as it is shown to those whose file it is from.
#[derive(Debug, Serialize)]
struct Shown {
    post_id: String,
    text: String,
}

impl Words {
    pub fn of(search: &Search, trials: &Trials<'_>) -> Self {
        let Search { found, tried, silencing } = search;
        Words { tried: *tried, silencing: *silencing, proposed: found.iter().map(|one| Word::of(one, trials)).collect() }
    }
}

impl Word {
    fn of(lacking: &Lacking, trials: &Trials<'_>) -> Self {
        let Lacking { candidate, at, effect, same_in } = lacking;
        let why = match &candidate.why {
            Why::FormOf(member) => format!("a form of `{member}`, which is in the class"),
            Why::Like(member) => format!("spelled almost like `{member}`, which is in the class"),
            Why::Completes(entry, at) => format!("completes `{entry}` ({}:{})", at.file, at.line),
        };
        Word {
            word: candidate.word.clone(),
            member: candidate.member.clone(),
            class: candidate.class.clone(),
            at: format!("{}:{}", at.file, at.line),
            why,
            same_in: same_in.clone(),
            posts: Posts::of(effect, trials),
        }
    }
}

impl Score {
    pub fn of(proposal: &Proposal, figures: Figures, trials: &Trials<'_>) -> Self {
        let changes = proposal.changes.iter().map(|(change, effect)| Weight {
            what: change.title(),
            written: change.before,
            proposed: change.after,
            found: if let What::Phrase { posts, meant, .. } = change.what { Some((posts, meant)) } else { None },
            posts: Posts::of(effect, trials),
        });
        let left_out = proposal.left_out.iter().map(|change| format!("{} {:.2}", change.title(), change.after)).collect();
        Score { name: proposal.score.clone(), figures, changes: changes.collect(), left_out }
    }
}

impl Posts {
    fn of(effect: &Effect, trials: &Trials<'_>) -> Self {
        let shown = |posts: &[usize]| {
            let posts = posts.iter().filter_map(|&at| trials.post(at));
            posts.map(|post| Shown { post_id: post.post_id.to_string(), text: post.text.to_string() }).collect()
        };
        Posts { right: shown(&effect.right), wrong: shown(&effect.wrong) }
    }

    fn show(&self, f: &mut fmt::Formatter<'_>, word: Option<&str>, most: usize) -> fmt::Result {
        for (title, posts) in [("right", &self.right), ("wrong", &self.wrong)] {
            for Shown { post_id, text } in posts.iter().take(most) {
                writeln!(f, "   {title}  {post_id}")?;
                write!(f, "{}", underline(text, &word.map(|word| marks(text, word)).unwrap_or_default(), "    | "))?;
            }
            if posts.len() > most {
                writeln!(f, "   {title}  {} more", posts.len() - most)?;
            }
        }
        Ok(())
    }
}

/// Where `word` stands in `text`.
fn marks(text: &str, word: &str) -> Vec<Mark> {
    let symbols: Vec<char> = text.chars().collect();
    let mut marks = Vec::new();
    let mut start = 0;
    for part in symbols.split(|c| !c.is_alphanumeric()) {
        if part.iter().flat_map(|c| c.to_lowercase()).eq(word.chars()) {
            marks.push(Mark { span: (start, start + part.len()), label: String::new() });
        }
        start += part.len() + 1;
    }
    marks
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Standing { labelled, missed, taken_wrongly } = self.standing;
        writeln!(f, "{}: {labelled} labelled posts, {missed} missed, {taken_wrongly} taken wrongly", self.aim)?;
        self.show_words(f)?;
        match &self.score {
            Some(score) => self.show_score(f, score),
            None if self.scores.is_empty() => Ok(()),
            None => writeln!(f, "\nIt stands on scores too; --score proposes weights for one: {}", self.scores.join(", ")),
        }
    }
}

impl Report {
    fn show_words(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Words { tried, silencing, proposed } = &self.words;
        writeln!(f, "\nwords for classes: {tried} tried, {} mend more posts than they spoil", proposed.len())?;
        if *silencing > 0 {
            writeln!(f, "({silencing} are not proposed: a post would leave the agents' queue that must not)")?;
        }
        for Word { word, member, class, at, why, same_in, posts } in proposed {
            let (right, wrong) = (posts.right.len(), posts.wrong.len());
            writeln!(f, "\n`{member}` into {{{class}}} at {at}: {right} right, {wrong} wrong\n   {why}")?;
            if !same_in.is_empty() {
                writeln!(f, "   does the same in {{{}}}", same_in.join("}, {"))?;
            }
            posts.show(f, Some(word), self.samples)?;
        }
        Ok(())
    }

    fn show_score(&self, f: &mut fmt::Formatter<'_>, score: &Score) -> fmt::Result {
        writeln!(f, "\n{}", score.figures)?;
        writeln!(
            f,
            "{:<44} {:>8} {:>9} {:>6} {:>6} {:>13}",
            format!("proposed for {}", score.name),
            "written",
            "proposed",
            "right",
            "wrong",
            "posts (meant)"
        )?;
        for Weight { what, written, proposed, found, posts } in &score.changes {
            let found = found.map(|(posts, meant)| format!("{posts} ({meant})")).unwrap_or_default();
            let row = format!("{what:<44} {written:>8.2} {proposed:>9.2} {:>6} {:>6} {found:>13}", posts.right.len(), posts.wrong.len());
            writeln!(f, "{}", row.trim_end())?;
            posts.show(f, None, self.samples)?;
        }
        if !score.left_out.is_empty() {
            writeln!(f, "not proposed, a post would leave the agents' queue that must not: {}", score.left_out.join(", "))?;
        }
        Ok(())
    }
}
