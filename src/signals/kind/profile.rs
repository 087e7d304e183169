//! Who the author is: public official, influential person, press (W-10, TelkomCare, fifth condition; D49, D50).

use rustc_hash::FxHashSet;

use crate::config::lexicon::Weight;
use crate::config::moment::{Edge, moment};
use crate::config::reader::Table;
use crate::post::Millis;
use crate::problem::Problem;
use crate::signals::{Findings, History, LoadedGroup, Measure, Place, Scope, View, What, handles};
use crate::text::{GroupId, Hit};

/// A signal over the author's profile.
#[derive(Debug)]
pub struct Profile {
    /// That many followers suffice, without any word.
    pub min_followers: u64,
    /// For each group of the book: with how many followers a word of it in the profile suffices; `None`: with none.
    pub groups: Box<[Option<u64>]>,
    /// Kinds of verification that suffice.
    pub verified: Vec<Box<str>>,
    /// A tick without a type suffices in posts from before that time; `None`: in none.
    pub legacy_verified_until: Option<Millis>,
    /// Known accounts, in lower case.
    pub handles: FxHashSet<Box<str>>,
}

impl Profile {
    pub(super) fn evaluate(&self, view: &View<'_, '_>, _: &History<'_>, findings: &mut Findings) -> Measure {
        let threshold = as_points(self.min_followers);
        let Some(author) = &view.post.author else { return Measure { met: false, value: 0.0, threshold } };
        let followers = author.followers.unwrap_or(0);
        let before = findings.noted();
        let mut found = |what| findings.note(what, Place::Elsewhere);
        if author.handle.as_ref().is_some_and(|handle| self.handles.contains(handle.to_lowercase().trim_start_matches('@'))) {
            found(What::Fact("known account"));
        }
        if author.verified_type.as_ref().is_some_and(|kind| self.verified.iter().any(|listed| **listed == **kind)) {
            found(What::Fact("verified account"));
        }
        if author.verified_legacy == Some(true) && self.legacy_verified_until.is_some_and(|until| view.written_at < until) {
            found(What::Fact("verified when it was not for sale"));
        }
        if followers >= self.min_followers {
            found(What::Fact("followers"));
        }
        view.profile_hits.iter().filter(|hit| self.hit_counts(hit, followers)).for_each(|hit| found(What::ProfileEntry(hit.entry)));
        Measure { met: findings.noted() > before, value: as_points(followers), threshold }
    }

    fn hit_counts(&self, hit: &Hit, followers: u64) -> bool {
        self.least_followers(hit.group).is_some_and(|min| followers >= min)
    }

    /// Returns whether words of `group` count, with enough followers.
    pub fn looks_for(&self, group: GroupId) -> bool {
        self.least_followers(group).is_some()
    }

    fn least_followers(&self, group: GroupId) -> Option<u64> {
        self.groups.get(usize::from(group)).copied().flatten()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of followers shown to people")]
fn as_points(followers: u64) -> f32 {
    followers as f32
}

impl Profile {
    /// Reads `file`, `groups` (each with the followers it takes), `min_followers`, `verified`, `legacy_verified_until` and `handles`,
    /// tables with `file` and `groups`.
    pub fn compile(table: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        let min_followers = table.required("min_followers").integer(1..=1_000_000_000_i64);
        let limits = table.optional("groups").table();
        let loaded = match table.required("file").spotted_string() {
            Some(file) => scope.lexicons.lexicon(&file).unwrap_or_default(),
            None => Vec::new(),
        };
        let mut groups = Vec::new();
        for (name, value) in limits.iter().flat_map(Table::entries) {
            let followers = value.integer(0..=1_000_000_000_i64).and_then(|followers| u64::try_from(followers).ok());
            match loaded.iter().find(|group| *group.name == *name.value) {
                Some(group) => groups.push((group.clone(), followers)),
                None if loaded.is_empty() => {}
                None => {
                    let problem = Problem::error(&name.spot, format!("the lexicon has no group `{}`", name.value));
                    scope.reporter.report(problem.suggest(&name.value, loaded.iter().map(|group| &*group.name)));
                }
            }
        }
        let known: Vec<_> = table.optional("handles").tables().into_iter().flat_map(|list| listed(list, scope)).collect();
        let chosen: Vec<_> = groups.iter().map(|(group, _)| group.clone()).collect();
        let limit = |id| groups.iter().find(|(group, _)| group.id == id).and_then(|&(_, followers)| followers);
        Some(Profile {
            min_followers: u64::try_from(min_followers?).ok()?,
            groups: scope.lexicons.table_of(&chosen, |group| limit(group.id)),
            verified: table.optional("verified").strings().into_iter().map(Into::into).collect(),
            legacy_verified_until: moment(&table.optional("legacy_verified_until"), Edge::Start),
            handles: handles(&known).collect(),
        })
    }
}

fn listed(list: Table<'_>, scope: &mut Scope<'_, '_>) -> Vec<LoadedGroup> {
    let groups = scope.lexicons.groups(&list, |weight| !matches!(weight, Weight::Off | Weight::Exclude));
    list.finish();
    groups
}
