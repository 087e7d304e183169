//! A post that goes on with what the customer has just written (W-21, "Multi Tweet / Multi Post"; D55 to D63).
//!
//! Close in time, no reply of the brand between, and not a new subject: in doubt a further post belongs to the
//! series, because an agent reads the series anyway; only what plainly opens another matter needs an answer of its own.

use smallvec::SmallVec;

use crate::config::lexicon::Weight;
use crate::config::reader::{DAY, SECOND, Table};
use crate::post::{Millis, Platform};
use crate::signals::{Findings, History, LoadedGroup, Measure, PartNumber, Place, Ref, Scope, Series, View, What};

/// A signal over the customer's newest series.
#[derive(Debug)]
pub struct Continuation {
    /// For each platform: the gap to the nearest post of the series is less than that many milliseconds.
    pub gap: [i64; Platform::ALL.len()],
    /// Milliseconds from its first post up to which a post may join a series, inclusive.
    pub max_session: i64,
    /// Where a further post needs no answer; elsewhere it is linked to the series and answered.
    pub platforms: Vec<Platform>,
    /// A reply of the brand between ends the series.
    pub reset_on_brand_reply: bool,
    /// For each group of the book: the subject that its entries name.
    pub subjects: Box<[Option<Subject>]>,
    /// For each group of the book: whether its entries are units, after which a number is none of a part.
    pub units: Box<[Option<()>]>,
    /// Says that another matter begins.
    pub new_topic: Option<Ref>,
    /// The post is a numbered part: one that follows those before it never opens a subject.
    pub numbered: Option<Ref>,
    /// What a new subject must come with: a question, a request, a fault.
    pub asks: Vec<Ref>,
}

/// What the entries of a group say about the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// They name this subject.
    Named(Box<str>),
    /// A brand that is a subject of its own only where nothing else is named.
    Brand(Box<str>),
    /// Something that belongs to every subject, or a word too common to tell.
    Common,
}

impl Continuation {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, history: &History<'_>, findings: &mut Findings) -> Measure {
        let within = self.gap[view.post.platform as usize];
        let seconds = |millis: i64| f32::from(u16::try_from(millis / 1000).unwrap_or(u16::MAX));
        let Some(series) = &history.series else { return Measure { met: false, value: 0.0, threshold: seconds(within) } };
        let stays = || says_nothing_yet(series, history) || !self.opens_subject(view, series, findings);
        let joins = series.place.map_or_else(|| self.may_join(view, series) && stays(), |first| !first);
        if joins {
            findings.note(What::Fact("goes on with the series"), Place::Elsewhere);
        }
        let gap = nearest(series.times, view.written_at).map_or(i64::MAX, |at| at.since(view.written_at).abs());
        let met = joins && self.platforms.contains(&view.post.platform);
        Measure { met, value: seconds(gap), threshold: seconds(within) }
    }

    /// Returns whether time, place and replies allow the post to belong to the series.
    fn may_join(&self, view: &View<'_, '_>, series: &Series<'_>) -> bool {
        let at = view.written_at;
        let Some(near) = nearest(series.times, at) else { return false };
        let close = near.since(at).abs() < self.gap[view.post.platform as usize];
        let in_session = at.since(series.first_at) <= self.max_session;
        close && in_session && !(self.reset_on_brand_reply && reply_between(series, near, at)) && same_thread(view, series)
    }

    /// Returns whether the post opens another matter (D57, D58).
    fn opens_subject(&self, view: &View<'_, '_>, series: &Series<'_>, findings: &Findings) -> bool {
        let is = |name: Ref| findings.names.has(name);
        if self.numbered.is_some_and(is) && self.follows(view, series) {
            return false;
        }
        if self.new_topic.is_some_and(is) {
            return true;
        }
        let Content { named, brands, words } = self.read(view);
        let subjects = if named.is_empty() { brands } else { named };
        let names_new = !subjects.is_empty() && !subjects.iter().any(|subject| series.subjects.iter().any(|named| **named == **subject));
        let shares_word = words.iter().any(|word| series.words.contains(word));
        names_new && !shares_word && self.asks.iter().any(|&ask| is(ask))
    }

    /// Returns whether the number that the post gives itself goes on from the posts of the series: part 10 after a
    /// single post is a date, and `1/2 hari` a fraction (D59).
    fn follows(&self, view: &View<'_, '_>, series: &Series<'_>) -> bool {
        let Some(number) = PartNumber::of_text(&view.post.text) else { return true };
        usize::from(number.part) <= series.times.len() + 1 && !self.unit_follows(number.at.end, view)
    }

    fn unit_follows(&self, end: usize, view: &View<'_, '_>) -> bool {
        let words = &view.facts.tokens[..view.facts.words];
        let Some(next) = words.iter().position(|token| !token.in_subject && token.bytes.0 as usize >= end) else { return false };
        let is_unit = |group: u16| self.units.get(usize::from(group)).is_some_and(Option::is_some);
        view.hits.iter().any(|hit| hit.first as usize == next && is_unit(hit.group))
    }

    /// Returns the subjects that a post names, and the fingerprints of its telling words: what the next post is
    /// compared with.
    pub fn content<'a>(&'a self, view: &View<'_, '_>) -> (SmallVec<[&'a str; 4]>, SmallVec<[u32; 32]>) {
        let Content { mut named, brands, words } = self.read(view);
        named.extend(brands);
        (named, words)
    }

    fn read(&self, view: &View<'_, '_>) -> Content<'_> {
        let mut content = Content::default();
        let mut common: SmallVec<[bool; 64]> = SmallVec::from_elem(false, view.facts.words);
        for hit in view.hits {
            let names = match self.subjects.get(usize::from(hit.group)).and_then(Option::as_ref) {
                Some(Subject::Named(name)) => Some((&mut content.named, &**name)),
                Some(Subject::Brand(name)) => Some((&mut content.brands, &**name)),
                Some(Subject::Common) => {
                    let end = (hit.end as usize).min(common.len());
                    common.iter_mut().take(end).skip(hit.first as usize).for_each(|token| *token = true);
                    None
                }
                None => None,
            };
            if let Some((names, name)) = names.filter(|(names, name)| !names.contains(name)) {
                names.push(name);
            }
        }
        let words = view.facts.tokens[..view.facts.words].iter().zip(&common);
        content.words.extend(words.filter(|(token, common)| token.fingerprint != 0 && !**common).map(|(token, _)| token.fingerprint));
        content
    }
}

/// What a post is about.
#[derive(Default)]
struct Content<'a> {
    /// Subjects named outright.
    named: SmallVec<[&'a str; 4]>,
    /// Brands, which count where no subject is named.
    brands: SmallVec<[&'a str; 4]>,
    /// Fingerprints of the words that tell something.
    words: SmallVec<[u32; 32]>,
}

/// Returns whether the series is a complaint that has told nothing: what comes after a mere insult says what the matter is, it
/// is no other matter.
fn says_nothing_yet(series: &Series<'_>, history: &History<'_>) -> bool {
    history.complaint_open && series.subjects.is_empty() && series.words.is_empty()
}

fn nearest(times: &[Millis], at: Millis) -> Option<Millis> {
    times.iter().copied().min_by_key(|time| time.since(at).abs())
}

/// Returns whether a reply of the brand stands between: it arrived between or was written between (D61).
fn reply_between(series: &Series<'_>, near: Millis, at: Millis) -> bool {
    let (from, to) = (near.min(at), near.max(at));
    series.answered || series.replies.iter().any(|&reply| reply >= from && reply <= to)
}

/// Returns whether both stand in one thread: on a page that is what hangs under one post (D56).
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
    /// Reads `gap`, `max_session`, `platforms`, `reset_on_brand_reply`, `subjects`, `common`, `units`, `new_topic`,
    /// `numbered` and `asks`.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let gap = scope.channels().durations(table, "gap");
        let max_session = table.required("max_session").duration(SECOND..=DAY);
        let known = Platform::ALL.map(|platform| (platform.name(), platform));
        let platforms = table.required("platforms").items().iter().filter_map(|item| item.one_of(&known)).collect();
        let reset_on_brand_reply = table.optional("reset_on_brand_reply").bool().unwrap_or(true);
        let subjects = table.required("subjects").spotted_string().and_then(|file| scope.lexicons.lexicon(&file)).unwrap_or_default();
        let common = scope.lexicons.listed(&table.optional("common"), |_| true);
        let units = scope.lexicons.listed(&table.optional("units"), |_| true);
        let new_topic = table.optional("new_topic").spotted_string().and_then(|name| scope.name(&name));
        let numbered = table.optional("numbered").spotted_string().and_then(|name| scope.name(&name));
        let asks = table.required("asks").spotted_strings().iter().filter_map(|name| scope.name(name)).collect();
        let named = |group: &LoadedGroup| match group.weight {
            Weight::Marker => Subject::Common,
            Weight::Name => Subject::Brand(group.name.as_ref().into()),
            _ => Subject::Named(group.name.as_ref().into()),
        };
        let mut table_of_subjects = scope.lexicons.table_of(&subjects, |group| Some(named(group)));
        for group in &common {
            if let Some(place) = table_of_subjects.get_mut(usize::from(group.id)) {
                *place = Some(Subject::Common);
            }
        }
        let subjects = table_of_subjects;
        let units = scope.lexicons.table_of(&units, |_| Some(()));
        let (gap, max_session) = (gap?, max_session?);
        Some(Continuation { gap, max_session, platforms, reset_on_brand_reply, subjects, units, new_topic, numbered, asks })
    }
}
