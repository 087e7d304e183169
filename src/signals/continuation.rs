//! A post that goes on with what the customer has just written (W-21, "Multi Tweet / Multi Post"; A16 to A21).
//!
//! Close in time, no reply of the brand between, and not a new subject: in doubt a further post belongs to the
//! series, because an agent reads the series anyway; only what plainly opens another matter needs an answer of its own.

use smallvec::SmallVec;

use super::burst::Channels;
use super::compiler::{Compiler, LoadedGroup};
use super::{Findings, History, Place, Ref, Series, Trace, View, What};
use crate::config::lexicon::Weight;
use crate::config::reader::{DAY, SECOND, Table};
use crate::post::{Millis, Platform};
use crate::text::GroupId;

/// A signal over the customer's newest series.
#[derive(Debug)]
pub struct Continuation {
    /// For each platform: the gap to the nearest post of the series is less than that many milliseconds.
    pub gap: [i64; Platform::ALL.len()],
    /// Milliseconds from its first post after which a series is over; exceeded only by more.
    pub max_session: i64,
    /// Where a further post needs no answer; elsewhere it is linked to the series and answered.
    pub platforms: Vec<Platform>,
    /// A reply of the brand between ends the series.
    pub reset_on_brand_reply: bool,
    /// For each group of the book: the subject that its entries name.
    pub subjects: Box<[Option<Subject>]>,
    /// Says that another matter begins.
    pub new_topic: Option<Ref>,
    /// The post is a numbered part, which never opens a subject.
    pub numbered: Option<Ref>,
    /// What a new subject must come with: a question, a request, a fault.
    pub asks: Vec<Ref>,
}

/// What the entries of a group say about the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// This subject.
    Named(Box<str>),
    /// Something that belongs to every subject.
    Neutral,
    /// A word too common to tell.
    Common,
}

impl Continuation {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) -> (bool, f32, f32) {
        let within = self.gap[view.post.platform as usize];
        let seconds = |millis: i64| f32::from(u16::try_from(millis / 1000).unwrap_or(u16::MAX));
        let Some(series) = &history.series else { return (false, 0.0, seconds(within)) };
        let joins = series.place.map_or_else(|| self.may_join(view, series) && !self.opens_subject(view, series, findings), |first| !first);
        if joins {
            findings.traces.push(Trace { what: What::Fact("goes on with the series"), place: Place::Elsewhere, weight: 1.0 });
        }
        let gap = nearest(series.times, view.written_at).map_or(i64::MAX, |at| at.since(view.written_at).abs());
        (joins && self.platforms.contains(&view.post.platform), seconds(gap), seconds(within))
    }

    /// Whether time, place and replies allow the post to belong to the series.
    fn may_join(&self, view: &View<'_, '_>, series: &Series<'_>) -> bool {
        let at = view.written_at;
        let Some(near) = nearest(series.times, at) else { return false };
        let close = near.since(at).abs() < self.gap[view.post.platform as usize];
        let in_session = at.since(series.first_at) <= self.max_session;
        close && in_session && !(self.reset_on_brand_reply && reply_between(series, near, at)) && same_thread(view, series)
    }

    /// Whether the post opens another matter (2.9, 14).
    fn opens_subject(&self, view: &View<'_, '_>, series: &Series<'_>, findings: &Findings) -> bool {
        let is = |name: Ref| findings.names.has(name);
        if self.numbered.is_some_and(is) {
            return false;
        }
        if self.new_topic.is_some_and(is) {
            return true;
        }
        let (subjects, words) = self.content(view);
        let names_new = !subjects.is_empty() && !subjects.iter().any(|subject| series.subjects.iter().any(|named| **named == **subject));
        let shares_word = words.iter().any(|word| series.words.contains(word));
        names_new && !shares_word && self.asks.iter().any(|&ask| is(ask))
    }

    /// The subjects that a post names, and the fingerprints of its telling words: what the next post is compared with.
    pub fn content<'a>(&'a self, view: &View<'_, '_>) -> (SmallVec<[&'a str; 4]>, SmallVec<[u32; 32]>) {
        let subject = |group: GroupId| self.subjects.get(usize::from(group)).and_then(Option::as_ref);
        let mut named: SmallVec<[&str; 4]> = SmallVec::new();
        let mut masked = vec![false; view.facts.tokens.len()];
        for hit in view.hits {
            match subject(hit.group) {
                Some(Subject::Named(name)) if !named.contains(&&**name) => named.push(name),
                Some(Subject::Neutral | Subject::Common) => masked[hit.first as usize..hit.end as usize].fill(true),
                Some(Subject::Named(_)) | None => {}
            }
        }
        let told = |at: usize| !masked[at];
        let words = view.facts.tokens[..view.facts.words].iter().enumerate();
        let words = words.filter(|&(at, token)| token.fingerprint != 0 && told(at));
        (named, words.map(|(_, token)| token.fingerprint).collect())
    }
}

fn nearest(times: &[Millis], at: Millis) -> Option<Millis> {
    times.iter().copied().min_by_key(|time| time.since(at).abs())
}

/// A reply stands between if it arrived between or was written between (2.9, 15).
fn reply_between(series: &Series<'_>, near: Millis, at: Millis) -> bool {
    let (from, to) = (near.min(at), near.max(at));
    series.answered || series.replies.iter().any(|&reply| reply >= from && reply <= to)
}

/// On a page a thread is what hangs under one post (2.9, 13).
fn same_thread(view: &View<'_, '_>, series: &Series<'_>) -> bool {
    match view.post.platform {
        Platform::Facebook | Platform::Instagram => {
            let parent = view.post.parent_id.as_ref().and_then(|id| id.non_blank());
            parent.is_none_or(|parent| series.parent == Some(parent))
        }
        Platform::X | Platform::Email | Platform::Other => true,
    }
}

impl Continuation {
    /// Reads `gap`, `max_session`, `platforms`, `reset_on_brand_reply`, `subjects`, `common`, `new_topic`, `numbered`
    /// and `asks`.
    pub fn compile(table: &Table<'_>, channels: &Channels, compiler: &mut Compiler<'_>) -> Option<Self> {
        let gap = channels.durations(table, "gap");
        let max_session = table.required("max_session").duration(SECOND..=DAY);
        let known = Platform::ALL.map(|platform| (platform.name(), platform));
        let platforms = table.required("platforms").items().iter().filter_map(|item| item.one_of(&known)).collect();
        let reset_on_brand_reply = table.optional("reset_on_brand_reply").bool().unwrap_or(true);
        let subjects = table.required("subjects").spotted_string().and_then(|file| compiler.lexicon(&file)).unwrap_or_default();
        let common = table.optional("common").spotted_string().and_then(|file| compiler.lexicon(&file)).unwrap_or_default();
        let new_topic = table.optional("new_topic").spotted_string().and_then(|name| compiler.name(&name));
        let numbered = table.optional("numbered").spotted_string().and_then(|name| compiler.name(&name));
        let asks = table.required("asks").spotted_strings().iter().filter_map(|name| compiler.name(name)).collect();
        let named = |group: &LoadedGroup| match group.weight {
            Weight::Marker => Subject::Neutral,
            _ => Subject::Named(group.name.as_ref().into()),
        };
        let mut table_of_subjects = compiler.table_of(&subjects, |group| Some(named(group)));
        for group in &common {
            if let Some(place) = table_of_subjects.get_mut(usize::from(group.id)) {
                *place = Some(Subject::Common);
            }
        }
        let subjects = table_of_subjects;
        Some(Continuation { gap: gap?, max_session: max_session?, platforms, reset_on_brand_reply, subjects, new_topic, numbered, asks })
    }
}
