//! What the rules saw in a post, which classes lost and why, and what would have made its case a hard complaint.
//!
//! Read off the production step; the case is asked with the same rule for hard complaints.

use serde::Serialize;

use super::why::{Asked, Why};
use crate::author::Case;
use crate::case::is_hard;
use crate::cli::page::one_line;
use crate::cli::reason;
use crate::post::{Input, Post};
use crate::record::{Output, TriageRecord};
use crate::replay::{Recorded, Replay};
use crate::rules::Rules;
use crate::text::{Acronyms, Facts};
use crate::verdict::Classification;

/// What stands behind a verdict.
#[derive(Debug, Serialize)]
pub struct Insight {
    /// The text as the lexicons read it; words that no lexicon knows as they stand, in lower case.
    pub words: String,
    /// Its capitals, acronyms and names aside.
    pub capitals: Capitals,
    /// The same with the acronyms.
    pub capitals_with_acronyms: Capitals,
    /// The classes in order of precedence up to the one that won, each with what kept it from winning.
    pub classes: Vec<Tried>,
    /// The conditions that the post does not meet, each with what it fails by.
    pub unmet: Vec<Unmet>,
    /// What one change would have made the case hard; where none would, how far it is. `None`: it is hard, or the post is
    /// not counted in a case.
    pub near_miss: Option<NearMiss>,
}

#[derive(Debug, Serialize)]
pub struct Capitals {
    pub upper: u32,
    /// Letters that have a case.
    pub letters: u32,
    /// Words of the longest run of words in capitals.
    pub run_words: u32,
    pub run_letters: u32,
}

/// A class that was tried.
#[derive(Debug, Serialize)]
pub struct Tried {
    pub class: String,
    pub won: bool,
    /// What kept it from winning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// What came near, and what it fails by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Why>,
}

/// A condition that the post does not meet.
#[derive(Debug, Serialize)]
pub struct Unmet {
    pub condition: String,
    #[serde(flatten)]
    pub why: Why,
}

/// How far a case is from being hard.
#[derive(Debug, Serialize)]
pub struct NearMiss {
    /// Each of these alone would have made it hard, with what is missing for it in this post.
    pub any_of: Vec<String>,
    /// Conditions and complaints that are missing otherwise.
    pub missing: usize,
}

impl Insight {
    /// Returns what stands behind `outputs`, which the last step of `replay` gave; `None` if nothing was judged.
    pub fn of(rules: &Rules, replay: &Replay, recorded: &Recorded<'_>, outputs: &[Output<'_>]) -> Option<Self> {
        let decision = replay.workspace().classification()?;
        let Input::Post(post) = &recorded.input else { return None };
        let verdict = outputs.first()?.verdict()?;
        let case = replay.state(recorded.customer.as_str()).and_then(|state| state.case.as_ref());
        let counted = case.filter(|case| decision.after.is_some() && !case.hard);
        let asked = Asked { rules, names: &decision.before, work: replay.workspace(), post };
        let unmet = rules.conditions.iter().filter_map(|condition| {
            let why = asked.not(&condition.when)?;
            Some(Unmet { condition: condition.name.clone(), why })
        });
        let plain = facts(post, rules, &Acronyms::default());
        Some(Insight {
            words: words(post, replay.workspace().facts(), rules),
            capitals: Capitals::of(replay.workspace().facts()),
            capitals_with_acronyms: Capitals::of(&plain),
            classes: tried(&asked, decision),
            unmet: unmet.collect(),
            near_miss: counted.map(|case| near_miss(rules, case, verdict)),
        })
    }
}

fn facts(post: &Post<'_>, rules: &Rules, acronyms: &Acronyms) -> Facts {
    let mut facts = Facts::default();
    facts.read(&post.text, post.subject.as_deref(), post.platform, &rules.vocabulary, acronyms);
    facts
}

fn words(post: &Post<'_>, facts: &Facts, rules: &Rules) -> String {
    let text = |in_subject: bool| if in_subject { post.subject.as_deref().unwrap_or_default() } else { &*post.text };
    let spelt = |token: &crate::text::Token| {
        let written = || text(token.in_subject).get(token.bytes.0 as usize..token.bytes.1 as usize).unwrap_or_default().to_lowercase();
        rules.vocabulary.spelling(token.readings[0]).map_or_else(written, str::to_owned)
    };
    let words: Vec<String> = facts.tokens.iter().take(facts.words).map(spelt).collect();
    one_line(&words.join(" "))
}

impl Capitals {
    fn of(facts: &Facts) -> Self {
        let capitals = &facts.capitals;
        Capitals { upper: capitals.upper, letters: capitals.letters(), run_words: capitals.run_words, run_letters: capitals.run_letters }
    }
}

/// The classes up to the one that won, those whose posts are not counted being tried first.
fn tried(asked: &Asked<'_>, decision: &Classification) -> Vec<Tried> {
    let up_to = asked.rules.classes.iter().take(decision.class + 1).enumerate();
    let class = |(number, class): (usize, &crate::rules::Class)| {
        let won = number == decision.class;
        let names = decision.after.as_ref().filter(|_| class.feeds).unwrap_or(&decision.before);
        let why = class.when.as_ref().filter(|_| !won).and_then(|when| Asked { names, ..*asked }.not(when));
        let (why_not, because) = why.map_or((None, Vec::new()), |why| (Some(why.what), why.because));
        Tried { class: class.name.clone(), won, why_not, because }
    };
    up_to.map(class).collect()
}

fn near_miss(rules: &Rules, case: &Case, verdict: &TriageRecord<'_>) -> NearMiss {
    let with = |case: &Case, condition: &str| {
        let mut case = case.clone();
        case.add_condition(condition, verdict.post_id);
        case
    };
    let missing: Vec<&str> = rules.conditions.iter().map(|condition| condition.name.as_str()).filter(|name| !case.has(name)).collect();
    let mut any_of: Vec<String> = Vec::new();
    for name in missing.iter().filter(|name| is_hard(rules, &with(case, name))) {
        let pieces = verdict.evidence.iter().filter(|piece| !piece.met && piece.condition.as_deref() == Some(name));
        let pieces: Vec<String> = pieces.map(reason::found).collect();
        any_of.push(if pieces.is_empty() { (*name).to_owned() } else { format!("{name} ({})", pieces.join(", ")) });
    }
    let complaint = rules.signal(rules.complaint).name.as_str();
    let mut case = case.clone();
    let mut steps = usize::from(case.complaints.is_empty());
    if steps == 1 {
        case.add_complaint(verdict.post_id);
        if is_hard(rules, &case) {
            any_of.push(complaint.to_owned());
        }
    }
    for name in missing {
        if !is_hard(rules, &case) {
            case = with(&case, name);
            steps += 1;
        }
    }
    NearMiss { missing: steps, any_of }
}
