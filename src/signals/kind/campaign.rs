//! Quizzes that the brand runs: posts under them, and posts with their tag, while they run.

use rustc_hash::FxHashMap;

use crate::config::campaigns::Campaigns;
use crate::config::reader::Table;
use crate::post::Millis;
use crate::signals::{Findings, History, Measure, Place, Scope, View, What};

/// A signal over the quiz registry.
#[derive(Debug)]
pub struct Campaign {
    /// What proves that a post belongs to a quiz.
    pub by: By,
    /// The quizzes, those of a rule test after those of the registry.
    pub quizzes: Vec<Quiz>,
    /// How many of them are in the registry.
    registered: usize,
    /// Ids of quiz posts, and tags in lower case, each with the numbers of its quizzes.
    pub index: FxHashMap<Box<str>, Vec<u16>>,
}

/// What proves that a post belongs to a quiz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// It answers a quiz post.
    Post,
    /// It carries the tag of a quiz.
    Tag,
    /// It names the host of a quiz.
    Host,
}

/// A quiz of the registry, or one that a rule test lends.
#[derive(Debug)]
pub struct Quiz {
    /// What people call it.
    pub name: String,
    /// It counts from then on, inclusive; `None`: from the beginning.
    pub from: Option<Millis>,
    /// It counts until then, inclusive; `None`: without end.
    pub until: Option<Millis>,
}

impl Campaign {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let quiz = match self.by {
            By::Post => {
                [&view.post.parent_id, &view.post.conversation_id].into_iter().flatten().find_map(|id| self.running(id, view.written_at))
            }
            By::Tag => view.facts.tags.iter().find_map(|tag| self.running(&tag.name, view.written_at)),
            By::Host => view.facts.handles.iter().find_map(|handle| self.running(&handle.name, view.written_at)),
        };
        if let Some(quiz) = quiz {
            findings.note(What::Quiz(quiz), Place::Elsewhere);
        }
        Measure::one(quiz.is_some())
    }

    /// Registers one more quiz with these posts, in place of the one registered so before; for rule tests.
    pub fn lend(&mut self, posts: &[String]) {
        self.quizzes.truncate(self.registered);
        let Ok(number) = u16::try_from(self.registered) else { return };
        self.index.values_mut().for_each(|quizzes| quizzes.retain(|&quiz| quiz < number));
        if self.by == By::Post {
            self.quizzes.push(Quiz { name: "a quiz of a rule test".to_owned(), from: None, until: None });
            posts.iter().for_each(|post| self.index.entry(post.as_str().into()).or_default().push(number));
        }
    }

    fn running(&self, key: &str, at: Millis) -> Option<u16> {
        let runs = |quiz: &Quiz| quiz.from.is_none_or(|from| at >= from) && quiz.until.is_none_or(|until| at <= until);
        self.index.get(key)?.iter().copied().find(|&number| self.quizzes.get(usize::from(number)).is_some_and(runs))
    }
}

impl Campaign {
    /// Reads `registry`, a file of quizzes, and `evidence`: `post`, `tag` or `host`.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let by = table.required("evidence").one_of(&[("post", By::Post), ("tag", By::Tag), ("host", By::Host)]);
        let file = table.required("registry").spotted_string()?;
        let source = scope.lexicons.read(&file)?;
        scope.lexicons.note_source(&source);
        let campaigns = Campaigns::parse(&source, scope.reporter);
        let by = by?;
        let mut index: FxHashMap<Box<str>, Vec<u16>> = FxHashMap::default();
        for (number, quiz) in (0_u16..).zip(&campaigns.quizzes) {
            let keys = match by {
                By::Post => &quiz.posts,
                By::Tag => &quiz.tags,
                By::Host => &quiz.hosts,
            };
            for key in keys {
                let key = if by == By::Post { key.clone() } else { key.trim_start_matches(['#', '@']).to_lowercase() };
                index.entry(key.into()).or_default().push(number);
            }
        }
        let quizzes: Vec<Quiz> =
            campaigns.quizzes.into_iter().map(|quiz| Quiz { name: quiz.name, from: quiz.from, until: quiz.until }).collect();
        Some(Campaign { by, registered: quizzes.len(), quizzes, index })
    }
}
