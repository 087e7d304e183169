//! Recognises an arriving post by what is remembered of its author: what has expired, whether the post is known already,
//! whether anybody need read it, and which earlier version of it is taken back.
//!
//! Reads no text. Changes the memory to what it would be had the customer not written this post yet, and remembers a post
//! that nobody need read.

use super::{Acquaintance, AuthorState, Case, Remembered};
use crate::post::{EventKind, Millis, Platform, Post};
use crate::record::{Arrival, Skip};
use crate::rules::{Limits, Rules};

/// What is known of a post without its text.
#[derive(Debug, Default)]
pub struct Recognised {
    /// Why nobody need read it; `None`: it must be read.
    pub unread: Option<Skip>,
    /// When it was written, as far as it can be believed.
    pub event_time: Millis,
    /// The same of its first version.
    pub written_at: Millis,
    /// It came later than is usual (`allowed_lateness`), or is a mail whose date is not believed.
    pub late: bool,
    /// It claims to come from the future.
    pub future: bool,
    /// It can count in a case: it is not settled already, nor much older than the case.
    pub countable: bool,
    /// The version that it takes the place of.
    pub replaced: Option<Replaced>,
    /// The hard case that had ended when it came.
    pub expired: Option<Case>,
    /// Another post had to be forgotten for it before its time.
    pub forgot: bool,
}

/// The version of a post that a newer one takes the place of.
#[derive(Debug)]
pub struct Replaced {
    /// Where it is remembered.
    pub(super) place: usize,
    /// Its name in records, `<post>@<version>`.
    pub superseded: String,
    /// What tells the newer version from the others.
    pub version: String,
    /// Conditions that the case had with it, sorted; none if there is no case.
    pub conditions: Vec<String>,
}

/// Recognises `post`, which must not be counted before this is done.
pub fn recognise(rules: &Rules, state: &mut AuthorState, post: &Post<'_>, arrival: &Arrival<'_>) -> Recognised {
    let expired = state.expire(&rules.limits, arrival);
    let mut known = dated(&rules.limits, post, arrival.at);
    let acquaintance = state.acquaintance(post);
    known.unread = unread(rules, state, post, acquaintance, &mut known, arrival.at);
    if known.unread.is_some() {
        return Recognised { expired, ..known };
    }
    let newest = state.newest.unwrap_or(known.event_time);
    known.late |= newest.since(known.event_time) > rules.limits.allowed_lateness;
    known.expired = expired.or(state.expire_case(&rules.limits, known.event_time, arrival.at));
    state.newest = Some(newest.max(known.event_time));
    if let Acquaintance::Version(place) = acquaintance {
        known.written_at = state.posts.get(place).map_or(known.event_time, |first| first.at);
        known.replaced = state.take_back(place, post);
    }
    known.countable = state.may_count(&rules.limits, &post.post_id, known.written_at);
    known
}

/// Tells when `post`, which arrived at `arrived`, was written: what it claims where that can be believed, else when it came.
fn dated(limits: &Limits, post: &Post<'_>, arrived: Millis) -> Recognised {
    let future = post.created_at > arrived.plus(limits.max_future_skew);
    let stale = is_stale_mail(limits, post, arrived);
    let event_time = if future || stale { arrived } else { post.created_at };
    Recognised { event_time, written_at: event_time, future, late: stale, ..Recognised::default() }
}

/// Returns whether `post` is a mail that claims to be much older than its record: the clock of its sender is wrong or it lay
/// about for days. It counts from when it came (D13).
fn is_stale_mail(limits: &Limits, post: &Post<'_>, arrived: Millis) -> bool {
    let oldest = limits.max_mail_age.filter(|_| post.platform == Platform::Email);
    oldest.is_some_and(|oldest| arrived.since(post.created_at) > oldest)
}

/// Returns why nobody need read `post`, the reasons in this order (D5). What must be remembered of such a post is.
fn unread(
    rules: &Rules,
    state: &mut AuthorState,
    post: &Post<'_>,
    acquaintance: Acquaintance,
    known: &mut Recognised,
    seen: Millis,
) -> Option<Skip> {
    match post.event_kind {
        EventKind::Delete => return Some(state.delete(post)),
        EventKind::Engagement => return Some(Skip::Engagement),
        EventKind::Create | EventKind::Edit | EventKind::Unknown if acquaintance == Acquaintance::Duplicate => {
            return Some(Skip::Duplicate);
        }
        EventKind::Create | EventKind::Edit | EventKind::Unknown => {}
    }
    let reason = of_no_customer(rules, post)?;
    let by_brand = reason == Skip::OwnPost;
    if by_brand {
        state.note_reply(known.event_time);
    }
    if acquaintance == Acquaintance::New {
        known.forgot = state.remember(Remembered { by_brand, ..Remembered::of(post, known.event_time, seen) });
    }
    Some(reason)
}

/// Returns why nobody need read a post that says by itself that no customer wrote it.
fn of_no_customer(rules: &Rules, post: &Post<'_>) -> Option<Skip> {
    if rules.own.wrote(post) {
        Some(Skip::OwnPost)
    } else if post.auto_reply && rules.handoffs.parties.of(post).is_none() {
        // What a party's own system hands in is no answer of a machine (D100).
        Some(Skip::AutoReply)
    } else {
        post.is_repost.then_some(Skip::Repost)
    }
}

/// Returns whether `post` must be read if it is not known already, which only what is remembered of its author tells.
pub fn is_to_be_read(rules: &Rules, post: &Post<'_>) -> bool {
    !matches!(post.event_kind, EventKind::Delete | EventKind::Engagement) && of_no_customer(rules, post).is_none()
}

impl AuthorState {
    /// Notes that a post was taken away: its quotations go, its conditions stay (D9).
    fn delete(&mut self, post: &Post<'_>) -> Skip {
        self.blank_handoff(&post.post_id);
        self.all_cases().for_each(|case| case.blank(&post.post_id));
        let known = self.posts.iter_mut().find(|known| *known.id == *post.post_id);
        match known {
            Some(known) if known.deleted => Skip::Duplicate,
            Some(known) => {
                known.deleted = true;
                Skip::Delete
            }
            None => Skip::Delete,
        }
    }

    /// Takes back what the version remembered at `place` contributed: `post` takes its place.
    fn take_back(&mut self, place: usize, post: &Post<'_>) -> Option<Replaced> {
        let earlier = self.posts.get(place)?;
        let (superseded, version) = (earlier.verdict(), earlier.name_of_next(post));
        let mut conditions = Vec::new();
        if let Some(case) = &mut self.case {
            conditions.extend(case.condition_names().map(str::to_owned));
            case.take_back(&earlier.id);
        }
        Some(Replaced { place, superseded, version, conditions })
    }

    /// Returns whether the post `id`, written at `at`, can count: what is settled stays settled, and what is much older than the
    /// case is no part of it (D64, D67). The first post of a case that has ended begins no other one of its name (D74).
    fn may_count(&self, limits: &Limits, id: &str, at: Millis) -> bool {
        let too_old = self.case.as_ref().is_some_and(|case| case.first_at.since(at) > limits.idle_ttl);
        !self.is_settled(at) && !too_old && !self.has_closed(id)
    }
}
