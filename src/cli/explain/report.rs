//! One decision for people: the class, the text with what was found in it, every condition, the case.

use anstyle::{AnsiColor, Style};

use super::insight::{Capitals, Insight};
use super::why::Why;
use crate::cli::page::{Page, one_line};
use crate::cli::underline::{Mark, underline};
use crate::cli::{count, reason};
use crate::post::Input;
use crate::record::{Destination, EscalationRecord, HandoffRecord, Output, TriageRecord, UNREAD};
use crate::replay::Recorded;
use crate::rules::Rules;
use crate::signals::Evidence;

const HEAD: Style = Style::new().bold();
const MET: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// What came of one post or case event.
pub struct Explanation<'a> {
    /// The rules that decided.
    pub rules: &'a Rules,
    pub recorded: &'a Recorded<'a>,
    /// What came of it.
    pub outputs: &'a [Output<'a>],
    /// What stands behind the verdict, where something was judged.
    pub insight: Option<&'a Insight>,
    /// The field map that read the post, and from where each field comes.
    pub read_by: Option<&'a str>,
}

impl Explanation<'_> {
    pub fn page(&self) -> Page {
        let mut page = Page::default();
        self.title(&mut page);
        row(&mut page, "map", self.read_by);
        let first = self.outputs.first();
        match (first, first.and_then(Output::verdict)) {
            (_, Some(verdict)) => self.verdict(&mut page, verdict),
            (Some(Output::Escalation(record)), None) => escalation(&mut page, record),
            (Some(Output::Handoff(record)), None) => handoff(&mut page, record),
            (Some(Output::DeadLetter { code, message }), None) => writeln!(page, "  dead letter {code}: {message}"),
            (Some(Output::Triage(..)) | None, None) => {}
        }
        for output in self.outputs.iter().skip(1) {
            match output {
                Output::Escalation(record) => writeln!(page, "  besides: {} -> escalations", record.kind.name()),
                Output::Handoff(record) => {
                    writeln!(page, "  besides: {} -> handoff", record.step);
                    handoff(&mut page, record);
                }
                Output::Triage(_, record) => {
                    writeln!(page, "  besides: a copy of {} -> {}", one_line(record.post_id), record.route);
                }
                Output::DeadLetter { code, .. } => writeln!(page, "  besides: a dead letter, {code}"),
            }
        }
        writeln!(page);
        page
    }

    fn title(&self, page: &mut Page) {
        let customer = one_line(self.recorded.customer.as_str());
        let (id, what, at) = match &self.recorded.input {
            Input::Post(post) => {
                let version = post.version.as_ref().map(|version| format!("@{}", &**version)).unwrap_or_default();
                (format!("{}{version}", &*post.post_id), "of", post.created_at)
            }
            Input::CaseEvent(event) => (event.event_id.to_string(), "case event about", event.at),
        };
        page.styled(HEAD, format_args!("{}", one_line(&id)));
        write!(page, " ");
        page.styled(FAINT, format_args!("{what} {customer}, {at}"));
        writeln!(page);
    }

    fn verdict(&self, page: &mut Page, verdict: &TriageRecord<'_>) {
        write!(page, "  ");
        page.styled(HEAD, format_args!("{}", verdict.class));
        match self.outputs.first() {
            Some(Output::Escalation(record)) => writeln!(page, " -> {} ({})", verdict.route, record.kind.name()),
            Some(Output::Triage(Destination::Skipped, _)) => writeln!(page),
            _ => writeln!(page, " -> {}", verdict.route),
        }
        row(page, "note", verdict.note);
        row(page, "reason", verdict.reason);
        row(page, "clause", self.rules.classes.iter().find(|class| class.name == verdict.class).and_then(|class| class.clause.as_deref()));
        row(page, "replaces", Some(verdict.supersedes.join(", ").as_str()).filter(|all| !all.is_empty()));
        row(page, "late", verdict.late.then_some("older than the newest post of the customer by more than is allowed"));
        let future = verdict.future.then(|| format!("the post claims a later time than its record; counted at {}", verdict.event_time));
        row(page, "future", future.as_deref());
        self.text(page, verdict);
        if let Some(insight) = self.insight {
            seen(page, insight);
        }
        if verdict.class != UNREAD || !verdict.evidence.is_empty() {
            self.conditions(page, verdict);
            row(page, "signals", Some(if verdict.signals.is_empty() { "none".to_owned() } else { verdict.signals.join(", ") }.as_str()));
            case(page, verdict);
            if let Some(Output::Escalation(record)) = self.outputs.first() {
                ticket(page, record);
            }
        }
        if let Some(insight) = self.insight {
            alternatives(page, insight);
        }
    }

    /// The text with a line of carets for everything that was found in it.
    fn text(&self, page: &mut Page, verdict: &TriageRecord<'_>) {
        let Input::Post(post) = &self.recorded.input else { return };
        row(page, "subject", post.subject.as_deref());
        let mut marks: Vec<Mark> = Vec::new();
        for piece in verdict.evidence.iter().filter(|piece| piece.met) {
            let Some([start, end]) = piece.span else { continue };
            let speaks_for = piece.condition.as_deref().or(piece.signal.as_deref()).unwrap_or_default().to_owned();
            let mark = Mark { span: (start as usize, end as usize), label: speaks_for };
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        writeln!(page, "\n{}", underline(&post.text, &marks, "    | "));
    }

    fn conditions(&self, page: &mut Page, verdict: &TriageRecord<'_>) {
        for condition in &self.rules.conditions {
            let name = condition.name.as_str();
            let pieces = || verdict.evidence.iter().filter(|piece| piece.condition.as_deref() == Some(name));
            let met = pieces().any(|piece| piece.met);
            let (style, word) = if met { (MET, "met") } else { (FAINT, "not met") };
            write!(page, "  ");
            page.styled(style, format_args!("{word:<8}"));
            write!(page, " {name:<14}");
            page.styled(FAINT, format_args!("{}", condition.clause));
            writeln!(page);
            let because = self.insight.and_then(|insight| insight.unmet.iter().find(|unmet| !met && unmet.condition == name));
            let because = because.map(|unmet| unmet.why.because.as_slice()).unwrap_or_default();
            let told = |signal: &str| because.iter().any(|why| why.what.strip_prefix(signal).is_some_and(|rest| rest.starts_with(':')));
            let shown: Vec<&Evidence<'_>> = pieces().filter(|piece| !told(piece.signal.as_deref().unwrap_or_default())).collect();
            merged(&shown).iter().for_each(|piece| writeln!(page, "{:>11}{}", "", reason::found(piece)));
            nested(page, because, 11);
        }
        let decided: Vec<&Evidence<'_>> = verdict.evidence.iter().filter(|piece| piece.condition.is_none()).collect();
        for (piece, title) in merged(&decided).iter().zip(["because"].into_iter().chain(std::iter::repeat(""))) {
            row(page, title, Some(&reason::found(piece)));
        }
    }
}

/// Returns the pieces, those of one signal at one place as one: they are several entries for the same words.
fn merged<'a>(pieces: &[&Evidence<'a>]) -> Vec<Evidence<'a>> {
    let mut merged: Vec<Evidence<'a>> = Vec::new();
    for piece in pieces {
        let same = |known: &&mut Evidence<'_>| known.span.is_some() && known.span == piece.span && known.signal == piece.signal;
        match (merged.iter_mut().find(same), &piece.entry) {
            (Some(known), Some(entry)) => {
                let all = known.entry.iter().map(|known| &**known).chain([&**entry]).collect::<Vec<_>>().join(", ");
                known.entry = Some(all.into());
            }
            (Some(_), None) => {}
            (None, _) => merged.push((*piece).clone()),
        }
    }
    merged
}

/// What came near, each part below the one that it is a part of.
fn nested(page: &mut Page, all: &[Why], indent: usize) {
    for why in all {
        write!(page, "{:indent$}", "");
        page.styled(FAINT, format_args!("{}", one_line(&why.what)));
        writeln!(page);
        nested(page, &why.because, indent + 2);
    }
}

/// What the rules saw of the text.
fn seen(page: &mut Page, insight: &Insight) {
    row(page, "words", Some(insight.words.as_str()));
    let capitals = |capitals: &Capitals| format!("{} of {} letters", capitals.upper, capitals.letters);
    let (own, all) = (&insight.capitals, &insight.capitals_with_acronyms);
    let run = format!("longest run {} of {}", count(own.run_words as usize, "word"), count(own.run_letters as usize, "letter"));
    let acronyms = if own.letters == all.letters { String::new() } else { format!("; with acronyms {}", capitals(all)) };
    writeln!(page, "  capitals {}, {run}{acronyms}\n", capitals(own));
}

/// The classes that lost, and what would have made a hard complaint of it.
fn alternatives(page: &mut Page, insight: &Insight) {
    let lost = insight.classes.iter().filter(|tried| !tried.won);
    for (tried, title) in lost.zip(["not"].into_iter().chain(std::iter::repeat(""))) {
        write!(page, "  {title:<8} {:<14} ", tried.class);
        page.styled(FAINT, format_args!("{}", tried.why_not.as_deref().unwrap_or("not tried")));
        writeln!(page);
        nested(page, &tried.because, 28);
    }
    let Some(near) = &insight.near_miss else { return };
    if near.any_of.is_empty() {
        return row(page, "far", Some(format!("{} more things are missing for a hard complaint", near.missing).as_str()));
    }
    for (what, title) in near.any_of.iter().zip(["near"].into_iter().chain(std::iter::repeat(""))) {
        writeln!(page, "  {title:<8} hard with {what}");
    }
}

fn case(page: &mut Page, verdict: &TriageRecord<'_>) {
    let Some(case) = &verdict.case else { return row(page, "case", Some("none")) };
    let state = match (case.hard, case.watch) {
        (true, _) => "hard",
        (false, true) => "not hard, to be watched",
        (false, false) => "not hard",
    };
    let conditions = if case.conditions.is_empty() { "no conditions".to_owned() } else { case.conditions.join(", ") };
    row(page, "case", Some(format!("{}: {state}; {conditions}", case.id).as_str()));
    let anchor = case.anchor_post_id.as_ref().map(|anchor| format!("goes on with the series that {anchor} began"));
    row(page, "series", anchor.as_deref());
}

fn escalation(page: &mut Page, record: &EscalationRecord<'_>) {
    write!(page, "  ");
    page.styled(HEAD, format_args!("{}", record.kind.name()));
    writeln!(page, " -> escalations");
    let conditions = if record.conditions.is_empty() { "no conditions".to_owned() } else { record.conditions.join(", ") };
    row(page, "case", Some(format!("{}: {conditions}", record.case_id).as_str()));
    ticket(page, record);
}

/// What an escalation carries for a ticket.
fn ticket(page: &mut Page, record: &EscalationRecord<'_>) {
    row(page, "links", Some(record.links.join(" ").as_str()).filter(|all| !all.is_empty()));
    row(page, "hints", Some(record.hints.join(", ").as_str()).filter(|all| !all.is_empty()));
}

fn handoff(page: &mut Page, record: &HandoffRecord<'_>) {
    row(page, "handoff", Some(format!("{}: {}, {}", record.case_id, record.step, record.criteria.join(", ")).as_str()));
    row(page, "missing", Some(record.missing.join(", ").as_str()).filter(|all| !all.is_empty()));
}

fn row(page: &mut Page, title: &str, text: Option<&str>) {
    if let Some(text) = text {
        writeln!(page, "  {title:<8} {}", one_line(text));
    }
}
