//! `[reload]`, `[shadow]` and `[silences]`: how new rules come into use, how they are tried on live posts before, and what team
//! leaders are not told of meanwhile.

use std::path::PathBuf;

use super::super::reader::{DAY, MINUTE, SECOND, Table};

/// How new rules come into use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reload {
    /// `watch`: a change of the folder is taken over by itself, not only when a signal asks for it. Default yes.
    pub watch: bool,
    /// `patience`: how long this process may go on with rules that others of its group have replaced, in milliseconds, 1 s to
    /// 1 d. Default 10 m.
    pub patience: i64,
    /// `[reload.guard]`. Default on.
    pub guard: Guard,
}

/// When rules are refused for what they would do to the posts seen last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guard {
    /// `posts`: both rule sets judge so many of the last posts, 10 to 100,000. Default 2000.
    pub posts: usize,
    /// `max_share`: the largest further share of them that may leave the agents' queue, 0 to 1. Default 0.05; 1 turns the
    /// guard off, and no post is kept for it.
    pub max_share: f64,
}

/// A second rule set that judges every post too; its verdicts are compared and never acted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadow {
    /// `config`: its folder.
    pub config: PathBuf,
}

/// What team leaders are not to be told of for a while.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silences {
    /// `file`: the document, which may be absent. Default `silences.toml` beside the rules.
    pub file: Option<PathBuf>,
}

impl Silences {
    pub(super) fn read(table: Table<'_>) -> Silences {
        let file = table.optional("file").path();
        table.finish();
        Silences { file }
    }
}

impl Reload {
    pub(super) fn read(table: Table<'_>) -> Reload {
        let watch = table.optional("watch").bool().unwrap_or(true);
        let patience = table.optional("patience").duration(SECOND..=DAY).unwrap_or(10 * MINUTE);
        let reload = Reload { watch, patience, guard: Guard::read(table.section("guard")) };
        table.finish();
        reload
    }
}

impl Guard {
    fn read(table: Table<'_>) -> Guard {
        let posts = table.optional("posts").integer(10..=100_000_usize).unwrap_or(2_000);
        let max_share = table.optional("max_share").number(0.0..=1.0).unwrap_or(0.05);
        table.finish();
        Guard { posts, max_share }
    }
}

impl Shadow {
    /// `None`: there is no second rule set.
    pub(super) fn read(table: Table<'_>) -> Option<Shadow> {
        let config = table.optional("config").path();
        table.finish();
        config.map(|config| Shadow { config })
    }
}
