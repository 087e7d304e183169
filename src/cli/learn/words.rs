//! Words that the rules may lack: unknown words of misjudged posts, each with the classes in which it would be missed.
//!
//! Proposes what to try and where to write it; whether it mends anything shows when it is tried.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::near::NearMisses;
use super::trial::Trials;
use crate::config::reader::Folder;
use crate::post::Post;
use crate::problem::{Reporter, Spot};
use crate::rules::Rules;
use crate::text::{EntryId, Facts, Search, WordClass, affixes};

/// Letters that a word must have to be proposed.
const SHORTEST: usize = 3;
/// Letters from which one may be mistyped, and from which two may.
const TYPOS: [usize; 2] = [5, 9];
/// Letters of a member that another word may be a form of.
const SHORTEST_ROOT: usize = 4;

/// A word as a member of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The word as the posts write it.
    pub word: String,
    /// The line to be added: the word, or the root of which it is a form.
    pub member: String,
    pub class: String,
    /// Why it is tried.
    pub why: Why,
    /// The misjudged posts it stands in.
    pub posts: Vec<usize>,
    /// Entries that lack nothing but it.
    entries: usize,
    /// Words that the closest of them passes over.
    skipped: usize,
    /// How many other posts have the word.
    elsewhere: usize,
}

/// Why a word may belong into a class.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is a form of this member.
    FormOf(String),
    /// It is spelled almost like this member.
    Like(String),
    /// This entry, which stands there, lacks nothing but it.
    Completes(String, Spot),
}

/// What speaks for one candidate while they are being gathered.
#[derive(Default)]
struct Evidence {
    posts: BTreeSet<usize>,
    entries: BTreeSet<EntryId>,
    /// Words that the closest entry passes over, and why it is tried.
    why: Option<(usize, Why)>,
}

/// Returns the words to be tried, at most `most`, those first for which most speaks; each word's best class before any
/// word's second.
pub fn candidates(rules: &Rules, trials: &Trials<'_>, counts: impl Fn(usize) -> bool, most: usize) -> Vec<Candidate> {
    let near = NearMisses::new(rules, counts);
    let members = plain_members(rules);
    let mut found: BTreeMap<(String, String, String), Evidence> = BTreeMap::new();
    let (mut facts, mut search, mut hits) = (Facts::default(), Search::default(), Vec::new());
    for (at, missed, post) in trials.misjudged() {
        facts.read(&post.text, post.subject.as_deref(), post.platform, &rules.vocabulary, &rules.acronyms);
        rules.book.find_unguarded(&facts, &mut search, &mut hits);
        let free: BTreeMap<usize, String> = unknown(rules, &facts, post);
        let mut note = |word: &String, member: String, class: &str, entry: Option<EntryId>, why: (usize, Why)| {
            let evidence = found.entry((word.clone(), member, class.to_owned())).or_default();
            evidence.posts.insert(at);
            evidence.entries.extend(entry);
            evidence.why = evidence.why.take().map_or(Some(why.clone()), |known| Some(known.min(why)));
        };
        for word in free.values() {
            related(word, &members).into_iter().for_each(|(member, class, why)| note(word, member, class, None, (0, why)));
        }
        if missed {
            let tokens: Vec<usize> = free.keys().copied().collect();
            for miss in near.of(&facts, rules.book.seen(&search), &tokens) {
                let (word, info) = (&free[&miss.token], rules.book.entry(miss.entry));
                let why = (miss.skipped, Why::Completes(info.text.to_string(), info.at.clone()));
                note(word, word.clone(), &miss.class, Some(miss.entry), why);
            }
        }
    }
    let posts_with = posts_with_words(trials);
    let all = found.into_iter().filter_map(|((word, member, class), Evidence { posts, entries, why })| {
        let (skipped, why) = why?;
        let elsewhere = posts_with.get(&word).map_or(0, |number| number.saturating_sub(posts.len()));
        Some(Candidate { word, member, class, why, posts: posts.into_iter().collect(), entries: entries.len(), skipped, elsewhere })
    });
    in_turn(all.collect(), most)
}

/// Returns the best class of every word, then the second of every word, and so on.
fn in_turn(mut all: Vec<Candidate>, most: usize) -> Vec<Candidate> {
    all.sort_by(|a, b| strength(b).cmp(&strength(a)).then_with(|| a.why.cmp(&b.why)).then_with(|| key(a).cmp(&key(b))));
    let mut before: BTreeMap<String, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, Candidate)> = Vec::new();
    for candidate in all {
        let rank = before.entry(candidate.word.clone()).or_default();
        *rank += 1;
        ranked.push((*rank, candidate));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, candidate)| candidate).take(most).collect()
}

/// More posts; a form or a misspelling of a member; a word that other posts do not have; close to the rest of its entry; in
/// more entries.
fn strength(candidate: &Candidate) -> (usize, bool, Reverse<usize>, Reverse<usize>, usize) {
    let Candidate { posts, why, elsewhere, skipped, entries, .. } = candidate;
    (posts.len(), !matches!(why, Why::Completes(..)), Reverse(*elsewhere), Reverse(*skipped), *entries)
}

/// Returns in how many posts each word stands, as written but for capitals.
fn posts_with_words(trials: &Trials<'_>) -> FxHashMap<String, usize> {
    let mut posts_with = FxHashMap::default();
    for post in trials.posts() {
        let words = post.text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
        words.collect::<FxHashSet<String>>().into_iter().for_each(|word| *posts_with.entry(word).or_default() += 1);
    }
    posts_with
}

/// What tells two candidates apart.
fn key(candidate: &Candidate) -> (&str, &str) {
    (&candidate.member, &candidate.class)
}

/// The words of a text that stand in no class, by token, as the lexicons would spell them: no names, tags or numbers.
fn unknown(rules: &Rules, facts: &Facts, post: &Post<'_>) -> BTreeMap<usize, String> {
    let mut free = BTreeMap::new();
    for (at, token) in facts.tokens.iter().enumerate().take(facts.words) {
        let in_class = token.readings.iter().any(|&reading| reading != 0 && rules.book.classes_of(reading).next().is_some());
        let text = if token.in_subject { post.subject.as_deref().unwrap_or_default() } else { &*post.text };
        let written = text.get(token.bytes.0 as usize..token.bytes.1 as usize).unwrap_or_default();
        let named = facts.links.iter().any(|link| link.start <= token.span.start && token.span.start < link.end);
        let spelled = rules.vocabulary.spelling(token.readings[0]).map_or_else(|| written.to_lowercase(), str::to_owned);
        let is_word = |text: &str| text.chars().count() >= SHORTEST && text.chars().all(char::is_alphabetic);
        if !in_class && !named && is_word(&spelled) && written.chars().all(char::is_alphanumeric) {
            free.insert(at, spelled);
        }
    }
    free
}

/// Members of classes that are one plain word, with their classes.
fn plain_members<'r>(rules: &'r Rules) -> Vec<(&'r str, &'r str)> {
    let of_class = |class: &'r WordClass| class.members.iter().map(|member| (&*member.text, &*class.name));
    let mut all: Vec<(&str, &str)> = rules.book.classes().iter().flat_map(of_class).collect();
    all.retain(|(member, _)| member.strip_prefix('~').unwrap_or(member).chars().all(char::is_alphabetic));
    all
}

/// Returns what to add to which class, since `word` is a form of a member, or spelled almost like it.
fn related<'m>(word: &str, members: &[(&str, &'m str)]) -> Vec<(String, &'m str, Why)> {
    let letters = word.chars().count();
    let typos = TYPOS.iter().filter(|&&from| letters >= from).count();
    let mut found = Vec::new();
    for (member, class) in members {
        let bare = member.trim_start_matches('~');
        if !member.starts_with('~') && is_form(word, bare) {
            found.push((format!("~{bare}"), *class, Why::FormOf((*member).to_owned())));
        } else if bare.chars().count().abs_diff(letters) <= typos && (1..=typos).contains(&strsim::damerau_levenshtein(word, bare)) {
            found.push((word.to_owned(), *class, Why::Like((*member).to_owned())));
        }
    }
    found
}

/// Returns whether `word` is `root` with affixes. The first letter of a root may be lost (`kirim`, `mengirim`).
fn is_form(word: &str, root: &str) -> bool {
    let rest = root.get(1..).unwrap_or_default();
    root.len() >= SHORTEST_ROOT && word.len() > root.len() && word.contains(rest) && affixes::forms(root).iter().any(|form| form == word)
}

/// Returns the folder with `candidate` added below the members of its class, and the place of the new line.
pub fn with_member(folder: &Folder, rules: &Rules, candidate: &Candidate) -> Option<(Folder, Spot)> {
    let class = rules.book.class(&candidate.class)?;
    let own = class.members.iter().filter(|member| member.at.file == class.at.file);
    let after = own.map(|member| member.at.line).max().unwrap_or(class.at.line);
    let path = Path::new(&*class.at.file);
    let text = folder.read_path(path, None, &Reporter::default())?;
    let mut lines: Vec<&str> = text.text().lines().collect();
    lines.insert((after as usize).min(lines.len()), &candidate.member);
    let edited = folder.edited_at(path, &(lines.join("\n") + "\n"));
    Some((edited, Spot { file: class.at.file.clone(), line: after + 1, column: 1 }))
}
