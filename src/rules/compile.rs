//! From the documents in a folder to a rule set: the one compile function of start-up, reload, `check`, `test`,
//! `explain` and `backtest`.

use std::path::Path;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::words::Words;
use super::{
    Class, Condition, EvidenceLimits, Handoffs, Hard, Limits, Outages, QualitySample, Rules, Summary, accounts, leaves, order, summary,
};
use crate::config::reader::{DAY, Document, Folder, Overrides, SECOND, Source, Table, Value};
use crate::formats::FieldMaps;
use crate::post::OwnAccounts;
use crate::problem::{Problem, Reporter, Spot, Spotted};
use crate::signals::kind::derived::Derived;
use crate::signals::{
    Agenda, Builtin, Channels, Compiled, Declared, Expression, Kind, Lexicons, Ref, Refers, Relevance, Scope, Signal, SignalId,
};
use crate::text::{Acronyms, Openers, PhraseBook, PhraseBookBuilder, VocabularyBuilder};

/// Signals that one rule set may have.
const MAX_SIGNALS: usize = 1_000;

/// Compiles the rule set in `folder`, whose main document is `rules.toml`. All problems go to `reporter`; `None` if
/// the rules cannot be used.
pub fn compile(folder: &Path, reporter: &Reporter) -> Option<Rules> {
    compile_changed(&Folder::new(folder), Overrides::default(), reporter)
}

/// The same for a folder of which a document may be edited in memory, with values in `overrides` in place of those in
/// `rules.toml`, which the hash does not tell.
pub fn compile_changed(folder: &Folder, overrides: Overrides, reporter: &Reporter) -> Option<Rules> {
    let source = folder.read("rules.toml", None, reporter)?;
    let document = Document::parse_with(&source, overrides, reporter);
    let root = document.root();
    let rules = Reading::begin(folder, &root, &source, reporter).and_then(|reading| reading.finish(&root));
    root.finish();
    document.finish_overrides();
    rules.filter(|_| !reporter.has_errors())
}

/// A rule set while it is being read.
struct Reading<'a> {
    lexicons: Lexicons<'a>,
    declared: Declared,
    acronyms: Acronyms,
    styled_letters: Option<u32>,
    own: OwnAccounts,
    maps: FieldMaps,
    limits: Option<Limits>,
    /// The signals, each with its name and its table.
    tables: Vec<(Spotted<String>, Value<'a>)>,
}

impl<'a> Reading<'a> {
    /// Reads what signals stand on: the spelling of words, the names of all signals and conditions, our accounts.
    fn begin(folder: &Folder, root: &'a Table<'a>, source: &Source, reporter: &'a Reporter) -> Option<Self> {
        let words = Words::read(folder, root.section("text"), reporter);
        let tables = root.section("signals").entries();
        let signals: Vec<Spotted<String>> = tables.iter().map(|(name, _)| name.clone()).collect();
        let conditions = root.section("conditions").entries().into_iter().map(|(name, _)| name).collect();
        if signals.len() > MAX_SIGNALS {
            reporter.error(&root.spot(), format!("there are more than {MAX_SIGNALS} signals"));
            return None;
        }
        let book = PhraseBookBuilder::new(VocabularyBuilder::new(words.slang, words.clitics));
        let mut lexicons = Lexicons::new(folder, reporter, book);
        lexicons.note_source(source);
        words.sources.iter().for_each(|source| lexicons.note_source(source));
        lexicons.read_classes(&words.classes);
        let channels = Channels::compile(root.section("channel_class"));
        let mut declared = Declared { signals, conditions, channels, complaint: None };
        let case = root.section("case");
        let named = case.required("complaint").spotted_string();
        declared.complaint = Scope::compile(&mut lexicons, &declared, |scope| scope.signal(&named?)).part;
        let limits = read_limits(&case, root.section("time"));
        case.finish();
        let maps = read_maps(folder, root.section("feeds"), &mut lexicons, reporter);
        let own = accounts::read(root.section("accounts"), &mut lexicons);
        Some(Reading { lexicons, declared, acronyms: words.acronyms, styled_letters: words.styled_letters, own, maps, limits, tables })
    }

    fn finish(mut self, root: &Table<'_>) -> Option<Rules> {
        let signals = self.read_signals();
        let conditions = self.read_conditions(root);
        let hard = read_hard(root.section("hard"), &mut self.lexicons, &self.declared);
        let classes = self.read_classes(root);
        let handoffs = Scope::compile(&mut self.lexicons, &self.declared, |scope| Handoffs::compile(root, scope));
        let (escalation, words) = super::escalation::read(root.section("escalation"), &mut self.lexicons, &self.declared);
        let summary = self.read_summary(words);
        let evidence = read_evidence(root.section("evidence"));
        let outages = Outages::read(root.has("outages").then(|| root.section("outages")), &mut self.lexicons);
        let quality_sample = QualitySample::read(root.section("quality_sample"));
        let tagging = super::class::read_tagging(&root.section("tagging"));
        let needed = order::needed(&refers(&signals), &refers(&conditions));
        let order = order::of(&self.declared, &needed, self.lexicons.reporter());
        let told = [&refers(&conditions)[..], &[&handoffs.refers]].concat();
        let told = told.iter().flat_map(|part| order::signals_of(part, &[])).chain(self.declared.complaint).collect();
        let named = || {
            refers(&signals)
                .into_iter()
                .chain(refers(&conditions))
                .chain(refers(&classes))
                .chain([&handoffs.refers])
                .flat_map(|refers| &refers.names)
        };
        self.warn_of_unused(&signals, &named().copied().collect::<Vec<_>>());
        self.refuse_other_than_scores(&signals);
        let facts = Builtin::ALL.iter().map(|&(_, fact)| fact).filter(|&fact| named().any(|name| *name == Ref::Builtin(fact))).collect();
        let hash = hash(self.lexicons.sources());
        let groups = self.lexicons.group_count();
        let (book, vocabulary) = self.lexicons.build_book();
        let (mut signals, mut conditions, mut classes) = (all(signals)?, all(conditions)?, all(classes)?);
        super::ready::make_ready(&mut signals, &mut conditions, &mut classes);
        let uses = super::ready::uses((told, needed), &signals, &classes, escalation.as_ref());
        let order = order?;
        let relevance = Relevance::new(&signals, order.clone(), uses);
        let agenda = Agenda::new(&signals, order, groups);
        let continuation = signals.iter().position(|signal| matches!(signal.kind, Kind::Continuation(_)));
        let complaint = self.declared.complaint?;
        Some(Rules {
            complaint_leaves: leaves(&Expression::Name(Ref::Signal(complaint)), &signals),
            continuation: continuation.and_then(|at| SignalId::try_from(at).ok()),
            profile_openers: profile_openers(&signals, &book),
            hash,
            vocabulary,
            book,
            acronyms: self.acronyms,
            own: self.own,
            maps: self.maps,
            signals,
            agenda,
            relevance,
            facts,
            conditions,
            hard: hard?,
            escalation: escalation?,
            summary: summary?,
            handoffs: handoffs.part?,
            evidence: evidence?,
            styled_letters: self.styled_letters,
            classes,
            limits: self.limits?,
            tagging,
            quality_sample,
            outages,
            complaint,
        })
    }

    fn read_signals(&mut self) -> Vec<Compiled<Signal>> {
        let mut signals = Vec::new();
        for (name, value) in std::mem::take(&mut self.tables) {
            let read = |scope: &mut Scope<'_, '_>| value.table().and_then(|table| read_signal(&name, table, scope));
            let signal = Scope::compile(&mut self.lexicons, &self.declared, read);
            refuse_outcomes(&name, &signal.refers, self.lexicons.reporter());
            signals.push(signal);
        }
        signals
    }

    fn read_conditions(&mut self, root: &Table<'_>) -> Vec<Compiled<Condition>> {
        let mut conditions = Vec::new();
        for (name, value) in root.section("conditions").entries() {
            conditions.push(Scope::compile(&mut self.lexicons, &self.declared, |scope| {
                let table = value.table()?;
                let clause = table.required("clause").string();
                let when = scope.expression(&table.required("when"));
                table.finish();
                Some(Condition::new(name, clause?, when?))
            }));
        }
        conditions
    }

    fn read_classes(&mut self, root: &Table<'_>) -> Vec<Compiled<Class>> {
        let mut classes = Vec::new();
        let mut feeding: Option<Spot> = None;
        let mut always: Option<String> = None;
        for table in root.required("classes").tables() {
            let spot = table.spot();
            let class = Scope::compile(&mut self.lexicons, &self.declared, |scope| Class::compile(table, scope));
            if let Some(class) = &class.part {
                self.check_order(class, &spot, &mut feeding, &mut always);
            }
            classes.push(class);
        }
        if always.is_none() && !self.lexicons.reporter().has_errors() {
            let problem = Problem::error(&root.spot(), "no class takes the posts that no other class takes");
            self.lexicons.reporter().report(problem.hint("end with a class without `when`, routed to the agents"));
        }
        classes
    }

    /// The words of summaries, from the document that `named` names: `Some(None)` if none is named, `None` if it is wrong.
    fn read_summary(&self, named: Option<Spotted<String>>) -> Option<Option<Summary>> {
        let Some(named) = named else { return Some(None) };
        let conditions: Vec<&str> = self.declared.conditions.iter().map(|name| name.value.as_str()).collect();
        let source = self.lexicons.read(&named)?;
        summary::read(&source, &conditions, self.lexicons.reporter()).map(Some)
    }

    fn check_order(&self, class: &Class, spot: &Spot, feeding: &mut Option<Spot>, always: &mut Option<String>) {
        if let Some(before) = always {
            let problem = Problem::error(spot, format!("the class `{}` can never be reached", class.name));
            self.lexicons.reporter().report(problem.hint(format!("`{before}` before it has no `when` and takes every post")));
        }
        if class.feeds {
            feeding.get_or_insert_with(|| spot.clone());
        } else if let Some(before) = feeding {
            let problem = Problem::error(spot, format!("the class `{}` does not feed the case but stands below one that does", class.name));
            self.lexicons.reporter().report(problem.hint(format!("move it above {before}: what is no complaint is sorted out first")));
        }
        if class.when.is_none() {
            always.get_or_insert_with(|| class.name.clone());
        }
    }

    fn refuse_other_than_scores(&self, signals: &[Compiled<Signal>]) {
        for Spotted { value: id, spot } in signals.iter().flat_map(|signal| &signal.refers.scores) {
            let kind = signals.get(usize::from(*id)).and_then(|signal| signal.part.as_ref()).map(|signal| &signal.kind);
            if kind.is_some_and(|kind| !matches!(kind, Kind::Score(_))) {
                let name = self.declared.signals.get(usize::from(*id)).map_or("", |name| name.value.as_str());
                let problem = Problem::error(spot, format!("`{name}` is no score: it has no sum to go on with"));
                self.lexicons.reporter().report(problem.hint("name a signal of `kind = \"score\"`"));
            }
        }
    }

    fn warn_of_unused(&self, signals: &[Compiled<Signal>], named: &[Ref]) {
        for (id, signal) in (0_u16..).zip(signals) {
            let Some(signal) = &signal.part else { continue };
            if signal.is_helper() && !named.contains(&Ref::Signal(id)) && self.declared.complaint != Some(id) {
                let problem = Problem::warning(&signal.at, format!("nothing uses the helper `{}`", signal.name));
                self.lexicons
                    .reporter()
                    .report(problem.hint("a signal whose name begins with `_` is not shown either: remove it or use it"));
            }
        }
    }
}

fn read_signal(name: &Spotted<String>, table: Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Signal> {
    let named = table.optional("kind").spotted_string();
    let known = named.as_ref().is_none_or(|kind| Kind::NAMES.contains(&kind.value.as_str()));
    let kind = match named {
        Some(named) => Kind::compile(&named, &table, scope),
        None if table.has("when") => Derived::compile(&table.optional("when"), scope).map(Kind::Derived),
        None => {
            let problem = Problem::error(&name.spot, format!("the signal `{}` says neither `kind` nor `when`", name.value));
            scope.reporter.report(problem.hint(format!("`kind` is one of `{}`", Kind::NAMES.join("`, `"))));
            None
        }
    };
    let clause = table.optional("clause").string();
    table.optional("about").string();
    if known {
        table.finish();
    }
    Some(Signal { name: name.value.clone(), clause, kind: kind?, at: name.spot.clone() })
}

/// What a post does to its case is known only when it has been counted: signals cannot ask for it.
fn refuse_outcomes(name: &Spotted<String>, refers: &Refers, reporter: &Reporter) {
    for fact in refers.names.iter().filter_map(|name| if let Ref::Builtin(fact) = name { Some(fact) } else { None }) {
        if fact.is_outcome() {
            let what = format!("the signal `{}` asks for `{}`, which is known only after all signals", name.value, fact.name());
            reporter.report(Problem::error(&name.spot, what).hint("ask for it in the `when` of a class"));
        }
    }
}

/// What each of `parts` refers to.
fn refers<T>(parts: &[Compiled<T>]) -> Vec<&Refers> {
    parts.iter().map(|part| &part.refers).collect()
}

/// The parts; `None` if one of them cannot be used.
fn all<T>(parts: Vec<Compiled<T>>) -> Option<Vec<T>> {
    parts.into_iter().map(|part| part.part).collect()
}

/// Reads the field maps that `feeds.maps` names.
fn read_maps(folder: &Folder, table: Table<'_>, lexicons: &mut Lexicons<'_>, reporter: &Reporter) -> FieldMaps {
    let named = table.optional("maps").spotted_strings();
    let sources: Vec<Source> = named.iter().filter_map(|name| folder.read(&name.value, Some(&name.spot), reporter)).collect();
    sources.iter().for_each(|source| lexicons.note_source(source));
    table.finish();
    FieldMaps::compile(&sources, reporter)
}

fn read_limits(case: &Table<'_>, time: Table<'_>) -> Option<Limits> {
    let idle_ttl = case.required("idle_ttl").duration(SECOND..=30 * DAY);
    let max_age = case.required("max_age").duration(SECOND..=365 * DAY);
    let hard_ttl = case.required("hard_ttl").duration(SECOND..=365 * DAY);
    let reopen_within = case.optional("reopen_within").duration(SECOND..=365 * DAY);
    let allowed_lateness = time.required("allowed_lateness").duration(0..=DAY);
    let max_future_skew = time.required("max_future_skew").duration(0..=DAY);
    let max_mail_age = time.optional("max_mail_age").duration(DAY..=365 * DAY);
    time.finish();
    Some(Limits {
        allowed_lateness: allowed_lateness?,
        max_future_skew: max_future_skew?,
        max_mail_age,
        idle_ttl: idle_ttl?,
        max_age: max_age?,
        hard_ttl: hard_ttl?,
        reopen_within,
    })
}

fn read_hard(table: Table<'_>, lexicons: &mut Lexicons<'_>, declared: &Declared) -> Option<Hard> {
    let when = Scope::compile(lexicons, declared, |scope| scope.expression_over_conditions(&table.required("when"))).part;
    let watch_at = table.required("watch_at").integer(1..=50);
    table.finish();
    Some(Hard { when: when?, watch_at: watch_at? })
}

fn read_evidence(table: Table<'_>) -> Option<EvidenceLimits> {
    let close = table.required("close").number(0.0..=1.0);
    let most = table.required("most").integer(1..=16);
    table.finish();
    #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
    let close = close? as f32;
    Some(EvidenceLimits { close, most: most? })
}

/// The same documents give the same hash, wherever they lie.
fn hash(sources: &[(String, std::sync::Arc<str>)]) -> String {
    let by_name: FxHashMap<&str, &str> = sources.iter().map(|(name, text)| (name.as_str(), &**text)).collect();
    let mut names: Vec<&str> = by_name.keys().copied().collect();
    names.sort_unstable();
    let mut hasher = Sha256::new();
    for name in names {
        let file = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        hasher.update(file.as_bytes());
        hasher.update([0]);
        hasher.update(by_name[name].as_bytes());
        hasher.update([0]);
    }
    hasher.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the words that entries begin with which the profile signals among `signals` look for; `None`: there is none.
fn profile_openers(signals: &[Signal], book: &PhraseBook) -> Option<Openers> {
    let profiles: Vec<_> =
        signals.iter().filter_map(|signal| if let Kind::Profile(profile) = &signal.kind { Some(profile) } else { None }).collect();
    (!profiles.is_empty()).then(|| book.openers(|group| profiles.iter().any(|profile| profile.looks_for(group))))
}
