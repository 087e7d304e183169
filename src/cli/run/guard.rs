//! Whether new rules may come into use: both rule sets judge the posts seen last, and a set that would take too many of
//! them away from the agents is refused, with what is responsible.

use std::collections::BTreeMap;

use crate::compare::{Cause, Change, Comparison, Difference, leaves_the_queue};
use crate::config::service::Guard;
use crate::kafka::{Judged, Past};
use crate::post::{CustomerKey, Input};
use crate::record::Output;
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;

/// Entries that a refusal names.
const NAMED: usize = 10;

/// Posts that a refusal names where no entry can be.
const NAMED_POSTS: usize = 3;

/// What new rules would do to the posts seen last.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Trial {
    /// Posts judged by both.
    pub(super) posts: usize,
    /// Of them: somebody looks at them by the rules in use, and nobody would by the new ones.
    pub(super) leaving: usize,
    /// What is responsible for those, with the number of posts; the worst first.
    pub(super) responsible: Vec<(String, usize)>,
}

impl Trial {
    /// Tries `after` on `recent`, which `before` has judged.
    pub(super) fn of(before: &Rules, after: &Rules, recent: &[Judged]) -> Self {
        let mut comparison = Comparison::new(before, after);
        let mut trial = Trial::default();
        let mut responsible: BTreeMap<String, usize> = BTreeMap::new();
        for judged in recent {
            // It was read once already.
            let Ok(input) = Input::read(&judged.value) else { continue };
            let customer = CustomerKey::from(judged.customer.to_string());
            let recorded = Recorded { input, customer, at: judged.at, source: String::new() };
            trial.posts += 1;
            let Some(flip) = comparison.step(&recorded).filter(Difference::leaves) else { continue };
            trial.leaving += 1;
            for name in names(&flip) {
                *responsible.entry(name).or_default() += 1;
            }
        }
        trial.responsible = responsible.into_iter().collect();
        trial.responsible.sort_by_key(|(_, posts)| std::cmp::Reverse(*posts));
        trial.responsible.truncate(NAMED);
        trial
    }

    /// Tries `after` on `past`, of which it is known what became of them. The rules that have judged them are not at hand, so
    /// nothing tells which entry is responsible: some of the posts are named instead.
    pub(super) fn of_past(after: &Rules, past: &[Past]) -> Self {
        let (mut replay, mut trial) = (Replay::default(), Trial::default());
        for Past { judged, place, seen } in past {
            let Ok(input) = Input::read(&judged.value) else { continue };
            let is_post = matches!(input, Input::Post(_));
            let customer = CustomerKey::from(judged.customer.to_string());
            let recorded = Recorded { input, customer, at: judged.at, source: place.to_string() };
            let outputs = replay.step(after, &recorded);
            let Some(verdict) = outputs.first().and_then(Output::verdict).filter(|_| is_post) else { continue };
            trial.posts += 1;
            if *seen && leaves_the_queue(verdict.route) {
                trial.leaving += 1;
                trial.responsible.push((format!("{place} as {}", verdict.reason.unwrap_or(verdict.class)), 1));
            }
        }
        trial.responsible.truncate(NAMED_POSTS);
        trial
    }

    /// Returns whether `guard` lets the rules come into use.
    pub(super) fn passes(&self, guard: &Guard) -> bool {
        self.leaving as f64 <= guard.max_share * self.posts as f64
    }

    /// Returns what is responsible, in a line.
    pub(super) fn because(&self) -> String {
        let part = |(name, posts): &(String, usize)| if *posts == 1 { name.clone() } else { format!("{name} ({posts})") };
        let parts: Vec<String> = self.responsible.iter().map(part).collect();
        parts.join(", ")
    }
}

/// Returns what is responsible for a flip, by name: entries of lexicons where there are any.
fn names(flip: &Difference) -> Vec<String> {
    let mut names = Vec::new();
    for cause in &flip.causes {
        match cause {
            Cause::Signal { signal, entries, .. } if entries.is_empty() => names.push(format!("signal {signal}")),
            Cause::Signal { signal, entries, .. } => names.extend(entries.iter().map(|entry| {
                let lost = if entry.change == Change::Lost { "no longer " } else { "" };
                let place = entry.place.as_deref().map(|place| format!(" at {place}")).unwrap_or_default();
                format!("{lost}`{}`{place} in signal {signal}", entry.entry)
            })),
            Cause::Unread { reason } => names.push(format!("skipped unread as {reason}")),
            Cause::Case => names.push("the case of the customer".to_owned()),
            Cause::Rules { differ } if differ.is_empty() => names.push("the rules as a whole".to_owned()),
            Cause::Rules { differ } => names.extend(differ.iter().cloned()),
        }
    }
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fixture;
    use crate::post::Millis;

    const POST: &str = r#"{"schema":"telkomcare.post.v1","event_kind":"create","platform":"x","post_id":"ID","created_at":"2026-03-02T03:00:00Z","author":{"id":"ID","handle":"pelanggan_ID"},"text":"TEXT"}"#;

    fn recent(texts: &[&str]) -> Vec<Judged> {
        let judged = |(number, text): (usize, &&str)| {
            let value = POST.replace("ID", &number.to_string()).replace("TEXT", text);
            Judged { customer: format!("x:{number}").into(), at: Millis::new(1_772_420_400_000), value: value.into_bytes().into() }
        };
        texts.iter().enumerate().map(judged).collect()
    }

    #[test]
    fn rules_that_silence_customers_are_named_with_their_entries() {
        let folder = regex::Regex::new(r" at \S*/").unwrap();
        let texts = ["internet mati lagi", "los merah", "los merah sejak kemarin", "min internet mati"];
        let check = |changes: &[(&str, &str, &str)], leaving: usize, because: &str, passes: [bool; 2]| {
            let trial = Trial::of(&fixture::rules(), &fixture::changed(changes), &recent(&texts));
            let said = folder.replace_all(&trial.because(), " at ").into_owned();
            assert_eq!((trial.posts, trial.leaving, said.as_str()), (4, leaving, because), "{changes:?}");
            let guards = [0.0, 0.5].map(|max_share| Guard { posts: 10, max_share });
            assert_eq!(guards.map(|guard| trial.passes(&guard)), passes, "{changes:?}");
        };
        check(&[], 0, "", [true, true]);
        check(
            &[("complaint.txt", "internet mati\n", "")],
            2,
            "no longer `internet mati` at complaint.txt:2:1 in signal complaint (2)",
            [false, true],
        );
        check(
            &[("complaint.txt", "internet mati\nlos merah\n", "")],
            4,
            "no longer `internet mati` at complaint.txt:2:1 in signal complaint (2), no longer `los merah` at complaint.txt:3:1 in signal complaint (2)",
            [false, false],
        );
        let aside = "[[classes]]\nname = \"skipped\"\nreason = \"all\"\nwhen = { any = [\"complaint\", \"_own\"] }\nroute = \"skipped\"\nfeeds = false\n[[classes]]";
        check(&[("rules.toml", "[[classes]]", aside)], 4, "the order of the classes (4)", [false, false]);
    }
}
