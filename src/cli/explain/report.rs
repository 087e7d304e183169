//! One decision for people: the class, the text with what was found in it, every condition, the case.

use std::fmt;

use anstyle::{AnsiColor, Style};

use super::insight::{Capitals, Insight};
use super::underline::{Mark, underline};
use crate::cli::{count, reason};
use crate::engine::Input;
use crate::record::{Destination, EscalationRecord, Output, TriageRecord};
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
    /// What arrived.
    pub recorded: &'a Recorded<'a>,
    /// What came of it.
    pub outputs: &'a [Output<'a>],
    /// What stands behind the verdict, where something was judged.
    pub insight: Option<&'a Insight>,
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.title(f)?;
        let first = self.outputs.first();
        match (first, first.and_then(Output::verdict)) {
            (_, Some(verdict)) => self.verdict(f, verdict)?,
            (Some(Output::Escalation(record)), None) => escalation(f, record)?,
            (Some(Output::DeadLetter { code, message }), None) => writeln!(f, "  dead letter {code}: {message}")?,
            (Some(Output::Triage(..)) | None, None) => {}
        }
        for output in self.outputs.iter().skip(1) {
            match output {
                Output::Escalation(record) => writeln!(f, "  besides: {} -> escalations", record.kind.name())?,
                Output::Triage(_, record) => writeln!(f, "  besides: a copy of {} -> {}", record.post_id, record.route)?,
                Output::DeadLetter { code, .. } => writeln!(f, "  besides: a dead letter, {code}")?,
            }
        }
        Ok(())
    }
}

impl Explanation<'_> {
    fn title(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let customer = self.recorded.customer.as_str();
        match &self.recorded.input {
            Input::Post(post) => {
                let version = post.version.as_ref().map(|version| format!("@{}", &**version)).unwrap_or_default();
                writeln!(f, "{HEAD}{}{version}{HEAD:#} {FAINT}of {customer}, {}{FAINT:#}", &*post.post_id, post.created_at)
            }
            Input::CaseEvent(event) => {
                writeln!(f, "{HEAD}{}{HEAD:#} {FAINT}case event about {customer}, {}{FAINT:#}", &*event.event_id, event.at)
            }
        }
    }

    fn verdict(&self, f: &mut fmt::Formatter<'_>, verdict: &TriageRecord<'_>) -> fmt::Result {
        write!(f, "  {HEAD}{}{HEAD:#}", verdict.class)?;
        match self.outputs.first() {
            Some(Output::Escalation(record)) => writeln!(f, " -> {} ({})", verdict.route, record.kind.name())?,
            Some(Output::Triage(Destination::Skipped, _)) => writeln!(f)?,
            _ => writeln!(f, " -> {}", verdict.route)?,
        }
        row(f, "note", verdict.note)?;
        row(f, "reason", verdict.reason)?;
        row(f, "clause", self.rules.classes.iter().find(|class| class.name == verdict.class).and_then(|class| class.clause.as_deref()))?;
        row(f, "replaces", Some(verdict.supersedes.join(", ").as_str()).filter(|all| !all.is_empty()))?;
        row(f, "late", verdict.late.then_some("older than the newest post of the customer by more than is allowed"))?;
        let future = verdict.future.then(|| format!("the post claims a later time than its record; counted at {}", verdict.event_time));
        row(f, "future", future.as_deref())?;
        self.text(f, verdict)?;
        self.insight.map_or(Ok(()), |insight| seen(f, insight))?;
        if verdict.class != "skipped" || !verdict.evidence.is_empty() {
            self.conditions(f, verdict)?;
            row(f, "signals", Some(if verdict.signals.is_empty() { "none".to_owned() } else { verdict.signals.join(", ") }.as_str()))?;
            case(f, verdict)?;
        }
        self.insight.map_or(Ok(()), |insight| alternatives(f, insight))
    }

    /// The text with a line of carets for everything that was found in it.
    fn text(&self, f: &mut fmt::Formatter<'_>, verdict: &TriageRecord<'_>) -> fmt::Result {
        let Input::Post(post) = &self.recorded.input else { return Ok(()) };
        row(f, "subject", post.subject.as_deref().map(reason::printable).as_deref())?;
        let mut marks: Vec<Mark> = Vec::new();
        for piece in verdict.evidence.iter().filter(|piece| piece.met) {
            let Some([start, end]) = piece.span else { continue };
            let speaks_for = piece.condition.as_deref().or(piece.signal.as_deref()).unwrap_or_default().to_owned();
            let mark = Mark { span: (start as usize, end as usize), label: speaks_for };
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        writeln!(f, "\n{}", underline(&post.text, &marks, "    | "))
    }

    fn conditions(&self, f: &mut fmt::Formatter<'_>, verdict: &TriageRecord<'_>) -> fmt::Result {
        for condition in &self.rules.conditions {
            let name = condition.name.as_str();
            let pieces = || verdict.evidence.iter().filter(|piece| piece.condition.as_deref() == Some(name));
            let met = pieces().any(|piece| piece.met);
            let (style, word) = if met { (MET, "met") } else { (FAINT, "not met") };
            writeln!(f, "  {style}{word:<8}{style:#} {name:<14}{FAINT}{}{FAINT:#}", condition.clause)?;
            pieces().try_for_each(|piece| writeln!(f, "{:>11}{}", "", reason::found(piece)))?;
        }
        let decided: Vec<&Evidence<'_>> = verdict.evidence.iter().filter(|piece| piece.condition.is_none()).collect();
        for (piece, title) in decided.iter().zip(["because"].into_iter().chain(std::iter::repeat(""))) {
            writeln!(f, "  {title:<8} {}", reason::found(piece))?;
        }
        Ok(())
    }
}

/// What the rules saw of the text.
fn seen(f: &mut fmt::Formatter<'_>, insight: &Insight) -> fmt::Result {
    row(f, "words", Some(insight.words.as_str()))?;
    let capitals = |capitals: &Capitals| format!("{} of {} letters", capitals.upper, capitals.letters);
    let (own, all) = (&insight.capitals, &insight.capitals_with_acronyms);
    let run = format!("longest run {} of {}", count(own.run_words as usize, "word"), count(own.run_letters as usize, "letter"));
    let acronyms = if own.letters == all.letters { String::new() } else { format!("; with acronyms {}", capitals(all)) };
    writeln!(f, "  capitals {}, {run}{acronyms}\n", capitals(own))
}

/// The classes that lost, and what would have made a hard complaint of it.
fn alternatives(f: &mut fmt::Formatter<'_>, insight: &Insight) -> fmt::Result {
    let lost = insight.classes.iter().filter(|tried| !tried.won);
    for (tried, title) in lost.zip(["not"].into_iter().chain(std::iter::repeat(""))) {
        writeln!(f, "  {title:<8} {:<14} {FAINT}{}{FAINT:#}", tried.class, tried.why_not.as_deref().unwrap_or("not tried"))?;
    }
    let Some(near) = &insight.near_miss else { return Ok(()) };
    if near.any_of.is_empty() {
        return row(f, "far", Some(format!("{} more things are missing for a hard complaint", near.missing).as_str()));
    }
    for (what, title) in near.any_of.iter().zip(["near"].into_iter().chain(std::iter::repeat(""))) {
        writeln!(f, "  {title:<8} hard with {what}")?;
    }
    Ok(())
}

fn case(f: &mut fmt::Formatter<'_>, verdict: &TriageRecord<'_>) -> fmt::Result {
    let Some(case) = &verdict.case else { return row(f, "case", Some("none")) };
    let state = match (case.hard, case.watch) {
        (true, _) => "hard",
        (false, true) => "not hard, to be watched",
        (false, false) => "not hard",
    };
    let conditions = if case.conditions.is_empty() { "no conditions".to_owned() } else { case.conditions.join(", ") };
    row(f, "case", Some(format!("{}: {state}; {conditions}", case.id).as_str()))?;
    let anchor = case.anchor_post_id.as_ref().map(|anchor| format!("goes on with the series that {anchor} began"));
    row(f, "series", anchor.as_deref())
}

fn escalation(f: &mut fmt::Formatter<'_>, record: &EscalationRecord<'_>) -> fmt::Result {
    writeln!(f, "  {HEAD}{}{HEAD:#} -> escalations", record.kind.name())?;
    let conditions = if record.conditions.is_empty() { "no conditions".to_owned() } else { record.conditions.join(", ") };
    row(f, "case", Some(format!("{}: {conditions}", record.case_id).as_str()))
}

fn row(f: &mut fmt::Formatter<'_>, title: &str, text: Option<&str>) -> fmt::Result {
    text.map_or(Ok(()), |text| writeln!(f, "  {title:<8} {text}"))
}
