//! From the documents in a folder to a rule set: the one compile function of start-up, reload, `check`, `test`,
//! `explain` and `backtest`.

use std::path::Path;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::words::Words;
use super::{Class, ClockSettings, Condition, Escalation, Hard, Limits, QualitySample, Rules, accounts, leaves};
use crate::config::reader::{DAY, Document, Folder, MINUTE, Overlay, SECOND, Source, Table, Value};
use crate::problem::{Problem, Reporter, Spot, Spotted};
use crate::signals::burst::{Burst, Channels};
use crate::signals::compiler::Compiler;
use crate::signals::{Agenda, Derived, Expression, Kind, Ref, Signal, SignalId, Test};
use crate::signals::{campaign, capitals, continuation, mentions, part, pattern, phrases, profile, score, tags};
use crate::text::{Acronyms, PhraseBookBuilder, VocabularyBuilder};

/// Signals that one rule set may have.
const MAX_SIGNALS: usize = 1_000;

/// Compiles the rule set in `folder`, whose main document is `rules.toml`. All problems go to `reporter`; `None` if
/// the rules cannot be used.
pub fn compile(folder: &Path, reporter: &Reporter) -> Option<Rules> {
    compile_changed(&Folder::new(folder), Overlay::default(), reporter)
}

/// Returns the same for a folder of which a document may be edited in memory, with values in `overlay` in place of
/// those in `rules.toml`, which the hash does not tell.
pub fn compile_changed(folder: &Folder, overlay: Overlay, reporter: &Reporter) -> Option<Rules> {
    let source = folder.read("rules.toml", None, reporter)?;
    let document = Document::parse_with(&source, overlay, reporter);
    let root = document.root();
    let rules = Reading::begin(folder, &root, &source, reporter).and_then(|reading| reading.finish(&root));
    root.finish();
    document.finish_overlay();
    rules.filter(|_| !reporter.has_errors())
}

/// A rule set while it is being read.
struct Reading<'a> {
    compiler: Compiler<'a>,
    acronyms: Acronyms,
    channels: Channels,
    names: Vec<Spotted<String>>,
    tables: Vec<Value<'a>>,
}

impl<'a> Reading<'a> {
    /// Reads what signals stand on: the spelling of words and the names of all signals and conditions.
    fn begin(folder: &Folder, root: &'a Table<'a>, source: &Source, reporter: &'a Reporter) -> Option<Self> {
        let words = Words::read(folder, root.section("text"), reporter);
        let (names, tables) = root.section("signals").entries().into_iter().unzip();
        let conditions = root.section("conditions").entries().into_iter().map(|(name, _)| name).collect();
        let names: Vec<Spotted<String>> = names;
        if names.len() > MAX_SIGNALS {
            reporter.error(&root.spot(), format!("there are more than {MAX_SIGNALS} signals"));
            return None;
        }
        let book = PhraseBookBuilder::new(VocabularyBuilder::new(words.slang, words.clitics));
        let mut compiler = Compiler::new(folder, reporter, book, names.clone(), conditions);
        compiler.note_source(source);
        words.sources.iter().for_each(|source| compiler.note_source(source));
        compiler.read_classes(&words.classes);
        let channels = Channels::compile(root.section("channel_class"));
        Some(Reading { compiler, acronyms: words.acronyms, channels, names, tables })
    }

    fn finish(mut self, root: &Table<'_>) -> Option<Rules> {
        let case = root.section("case");
        let complaint = case.required("complaint").spotted_string().and_then(|name| self.compiler.signal(&name));
        let limits = read_limits(&case, root.section("time"));
        case.finish();
        let own = accounts::read(root.section("accounts"), &mut self.compiler);
        let (signals, depends) = self.read_signals(complaint.unwrap_or(0));
        let (conditions, condition_refs) = self.read_conditions(root);
        let hard = read_hard(root.section("hard"), &mut self.compiler);
        let classes = self.read_classes(root);
        let escalation = read_escalation(root.section("escalation"));
        let quality_sample = QualitySample::read(root.section("quality_sample"));
        let tagging = super::class::read_tagging(&root.section("tagging"));
        let order = self.order(&Dependencies { signals: depends, conditions: condition_refs });
        self.warn_of_unused(&signals, complaint);
        self.refuse_other_than_scores(&signals);
        let signals: Option<Vec<Signal>> = signals.into_iter().collect();
        let hash = hash(self.compiler.sources());
        let facts = self.compiler.facts();
        let groups = self.compiler.group_count();
        let (book, vocabulary) = self.compiler.build_book();
        let (mut signals, mut conditions, mut classes) = (signals?, conditions?, classes?);
        super::ready::make_ready(&mut signals, &mut conditions, &mut classes);
        let agenda = Agenda::new(&signals, order?, groups);
        let of_kind =
            |wanted: fn(&Kind) -> bool| signals.iter().position(|signal| wanted(&signal.kind)).and_then(|at| SignalId::try_from(at).ok());
        let complaint = complaint?;
        Some(Rules {
            complaint_leaves: leaves(&Expression::Name(Ref::Signal(complaint)), &signals),
            continuation: of_kind(|kind| matches!(kind, Kind::Continuation(_))),
            reads_profiles: of_kind(|kind| matches!(kind, Kind::Profile(_))).is_some(),
            hash,
            vocabulary,
            book,
            acronyms: self.acronyms,
            own,
            signals,
            agenda,
            facts,
            conditions,
            hard: hard?,
            escalation: escalation?,
            classes,
            limits: limits?,
            tagging,
            quality_sample,
            complaint,
        })
    }

    fn read_signals(&mut self, complaint: SignalId) -> (Vec<Option<Signal>>, Vec<Vec<Ref>>) {
        let mut signals = Vec::new();
        let mut depends = Vec::new();
        self.compiler.take_dependencies();
        for (name, value) in self.names.clone().into_iter().zip(std::mem::take(&mut self.tables)) {
            let signal = value.table().and_then(|table| self.read_signal(&name, table, complaint));
            let mut refs = self.compiler.take_dependencies();
            if matches!(signal.as_ref().map(|signal| &signal.kind), Some(Kind::Burst(_))) {
                refs.push(Ref::Signal(complaint));
            }
            self.refuse_outcomes(&name, &refs);
            depends.push(refs);
            signals.push(signal);
        }
        (signals, depends)
    }

    fn read_signal(&mut self, name: &Spotted<String>, table: Table<'_>, complaint: SignalId) -> Option<Signal> {
        let kind = match table.optional("kind").spotted_string() {
            Some(kind) => self.read_kind(&kind, &table, complaint),
            None if table.has("when") => self.compiler.expression(&table.optional("when")).map(derived),
            None => {
                let problem = Problem::error(&name.spot, format!("the signal `{}` says neither `kind` nor `when`", name.value));
                self.compiler.reporter.report(problem.hint(format!("`kind` is one of `{}`", KINDS.join("`, `"))));
                None
            }
        };
        let clause = table.optional("clause").string();
        table.optional("about").string();
        let known = table.optional("kind").string().is_none_or(|kind| KINDS.contains(&kind.as_str()));
        if known {
            table.finish();
        }
        Some(Signal { name: name.value.clone(), clause, kind: kind?, at: name.spot.clone() })
    }

    fn read_kind(&mut self, kind: &Spotted<String>, table: &Table<'_>, complaint: SignalId) -> Option<Kind> {
        let compiler = &mut self.compiler;
        match kind.value.as_str() {
            "phrases" => phrases::Phrases::compile(table, compiler).map(Kind::Phrases),
            "pattern" => pattern::Pattern::compile(table).map(Kind::Pattern),
            "part" => part::Part::compile(table).map(Kind::Part),
            "mentions" => mentions::Mentions::compile(table, compiler).map(Kind::Mentions),
            "hashtags" => tags::Hashtags::compile(table, compiler).map(Kind::Hashtags),
            "capitals" => capitals::CapitalsLimit::compile(table).map(Kind::Capitals),
            "profile" => profile::Profile::compile(table, compiler).map(Kind::Profile),
            "campaign" => campaign::Campaign::compile(table, compiler).map(Kind::Campaign),
            "burst" => Burst::compile(table, &self.channels, complaint).map(Kind::Burst),
            "continuation" => {
                continuation::Continuation::compile(table, &self.channels, compiler).map(|kind| Kind::Continuation(Box::new(kind)))
            }
            "score" => score::Score::compile(table, compiler).map(Kind::Score),
            other => {
                let problem = Problem::error(&kind.spot, format!("there is no kind of signal `{other}`"));
                compiler.reporter.report(problem.suggest(other, KINDS));
                None
            }
        }
    }

    /// What a post does to its case is known only when it has been counted: signals cannot ask for it.
    fn refuse_outcomes(&self, name: &Spotted<String>, refs: &[Ref]) {
        for name_of in refs.iter().filter_map(|name| if let Ref::Builtin(fact) = name { Some(fact) } else { None }) {
            if name_of.is_outcome() {
                let what = format!("the signal `{}` asks for `{}`, which is known only after all signals", name.value, name_of.name());
                self.compiler.reporter.report(Problem::error(&name.spot, what).hint("ask for it in the `when` of a class"));
            }
        }
    }

    fn read_conditions(&mut self, root: &Table<'_>) -> (Option<Vec<Condition>>, Vec<Vec<Ref>>) {
        let mut conditions = Some(Vec::new());
        let mut refs = Vec::new();
        self.compiler.take_dependencies();
        for (name, value) in root.section("conditions").entries() {
            let condition = value.table().and_then(|table| {
                let clause = table.required("clause").string();
                let when = self.compiler.expression(&table.required("when"));
                table.finish();
                Some(Condition::new(name, clause?, when?))
            });
            refs.push(self.compiler.take_dependencies());
            conditions = conditions.zip(condition).map(|(mut all, condition)| {
                all.push(condition);
                all
            });
        }
        (conditions, refs)
    }

    fn read_classes(&mut self, root: &Table<'_>) -> Option<Vec<Class>> {
        let tables = root.required("classes").tables();
        let mut classes = Some(Vec::new());
        let mut feeding: Option<Spot> = None;
        let mut always: Option<String> = None;
        for table in tables {
            let spot = table.spot();
            let class = Class::compile(table, &mut self.compiler);
            if let Some(class) = &class {
                self.check_order(class, &spot, &mut feeding, &mut always);
            }
            classes = classes.zip(class).map(|(mut all, class)| {
                all.push(class);
                all
            });
        }
        if always.is_none() && !self.compiler.reporter.has_errors() {
            let problem = Problem::error(&root.spot(), "no class takes the posts that no other class takes");
            self.compiler.reporter.report(problem.hint("end with a class without `when`, routed to the agents"));
        }
        classes
    }

    fn check_order(&self, class: &Class, spot: &Spot, feeding: &mut Option<Spot>, always: &mut Option<String>) {
        if let Some(before) = always {
            let problem = Problem::error(spot, format!("the class `{}` can never be reached", class.name));
            self.compiler.reporter.report(problem.hint(format!("`{before}` before it has no `when` and takes every post")));
        }
        if class.feeds {
            feeding.get_or_insert_with(|| spot.clone());
        } else if let Some(before) = feeding {
            let problem = Problem::error(spot, format!("the class `{}` does not feed the case but stands below one that does", class.name));
            self.compiler.reporter.report(problem.hint(format!("move it above {before}: what is no complaint is sorted out first")));
        }
        if class.when.is_none() {
            always.get_or_insert_with(|| class.name.clone());
        }
    }

    /// Returns an order in which no signal comes before what it refers to, directly or through a condition.
    fn order(&self, depends: &Dependencies) -> Option<Vec<SignalId>> {
        let mut order = Vec::new();
        let mut state = vec![Visit::Ahead; depends.signals.len()];
        for id in 0..depends.signals.len() {
            self.visit(id, depends, &mut state, &mut order)?;
        }
        Some(order)
    }

    fn visit(&self, id: usize, depends: &Dependencies, state: &mut [Visit], order: &mut Vec<SignalId>) -> Option<()> {
        match state[id] {
            Visit::Done => return Some(()),
            Visit::Under => {
                let name = &self.names[id];
                self.compiler.reporter.error(&name.spot, format!("the signal `{}` refers to itself in a circle", name.value));
                return None;
            }
            Visit::Ahead => state[id] = Visit::Under,
        }
        for other in depends.of(id) {
            self.visit(other, depends, state, order)?;
        }
        state[id] = Visit::Done;
        order.push(SignalId::try_from(id).ok()?);
        Some(())
    }

    fn refuse_other_than_scores(&self, signals: &[Option<Signal>]) {
        for (id, name) in self.compiler.scores() {
            let kind = signals.get(usize::from(*id)).and_then(Option::as_ref).map(|signal| &signal.kind);
            if kind.is_some_and(|kind| !matches!(kind, Kind::Score(_))) {
                let problem = Problem::error(&name.spot, format!("`{}` is no score: it has no sum to go on with", name.value));
                self.compiler.reporter.report(problem.hint("name a signal of `kind = \"score\"`"));
            }
        }
    }

    fn warn_of_unused(&self, signals: &[Option<Signal>], complaint: Option<SignalId>) {
        for (id, signal) in (0_u16..).zip(signals) {
            let Some(signal) = signal else { continue };
            if signal.is_helper() && !self.compiler.is_used(id) && complaint != Some(id) {
                let problem = Problem::warning(&self.names[usize::from(id)].spot, format!("nothing uses the helper `{}`", signal.name));
                self.compiler.reporter.report(problem.hint("a signal whose name begins with `_` is not shown either: remove it or use it"));
            }
        }
    }
}

fn derived(when: Expression) -> Kind {
    Kind::Derived(Derived { test: Test::of(&when, &[]), when })
}

/// What signals and conditions refer to.
struct Dependencies {
    signals: Vec<Vec<Ref>>,
    conditions: Vec<Vec<Ref>>,
}

impl Dependencies {
    /// Returns the signals that signal `id` refers to.
    fn of(&self, id: usize) -> impl Iterator<Item = usize> {
        let through = |name: &Ref| match name {
            Ref::Condition(condition) => self.conditions.get(usize::from(*condition)).map(Vec::as_slice).unwrap_or_default().to_vec(),
            other => vec![*other],
        };
        let names = self.signals[id].iter().flat_map(through);
        names.filter_map(|name| if let Ref::Signal(other) = name { Some(usize::from(other)) } else { None })
    }
}

#[derive(Clone, Copy)]
enum Visit {
    Ahead,
    Under,
    Done,
}

const KINDS: [&str; 11] =
    ["phrases", "pattern", "part", "mentions", "hashtags", "capitals", "profile", "campaign", "burst", "continuation", "score"];

fn read_limits(case: &Table<'_>, time: Table<'_>) -> Option<Limits> {
    let idle_ttl = case.required("idle_ttl").duration(SECOND..=30 * DAY);
    let max_age = case.required("max_age").duration(SECOND..=365 * DAY);
    let hard_ttl = case.required("hard_ttl").duration(SECOND..=365 * DAY);
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
    })
}

fn read_hard(table: Table<'_>, compiler: &mut Compiler<'_>) -> Option<Hard> {
    let when: Option<Expression> = compiler.expression_over_conditions(&table.required("when"));
    let watch_at = table.required("watch_at").integer(1..=50);
    table.finish();
    Some(Hard { when: when?, watch_at: watch_at? })
}

fn read_escalation(table: Table<'_>) -> Option<Escalation> {
    let notify = table.optional("notify").strings();
    let kept = table.optional("clocks").bool().unwrap_or(true);
    let monitor = table.required("monitor").duration(MINUTE..=30 * DAY);
    let callback = table.required("callback").duration(MINUTE..=30 * DAY);
    let basis = table.required("basis").string();
    table.finish();
    let clocks = ClockSettings { monitor: monitor?, callback: callback?, basis: basis? };
    Some(Escalation { notify, clocks: kept.then_some(clocks) })
}

/// Returns the hash of the documents in `sources`: the same ones give the same, wherever they lie.
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
