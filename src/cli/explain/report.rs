//! One decision for people: the class, the text with what was found in it, every condition, the case.

use std::fmt;

use anstyle::{AnsiColor, Style};

use super::underline::{Mark, underline};
use crate::cli::reason;
use crate::engine::Input;
use crate::record::{EscalationRecord, Output, TriageRecord};
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
                Output::Escalation(record) => writeln!(f, "  besides, to the escalations: {} of {}", record.kind.name(), record.case_id)?,
                Output::Triage(_, record) => writeln!(f, "  besides, to the {}: {}", record.route, record.post_id)?,
                Output::DeadLetter { code, .. } => writeln!(f, "  besides, a dead letter: {code}")?,
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
        let kind = self.outputs.first().and_then(|output| if let Output::Escalation(record) = output { Some(record.kind) } else { None });
        let kind = kind.map(|kind| format!(" as {}", kind.name())).unwrap_or_default();
        writeln!(f, "  {HEAD}{}{HEAD:#}, to the {}{kind}", verdict.class, verdict.route)?;
        row(f, "note", verdict.note)?;
        row(f, "reason", verdict.reason)?;
        row(f, "clause", self.rules.classes.iter().find(|class| class.name == verdict.class).and_then(|class| class.clause.as_deref()))?;
        row(f, "replaces", Some(verdict.supersedes.join(", ").as_str()).filter(|all| !all.is_empty()))?;
        row(f, "late", verdict.late.then_some("older than the newest post of the customer by more than is allowed"))?;
        let future = verdict.future.then(|| format!("the post claims a later time than its record; counted at {}", verdict.event_time));
        row(f, "future", future.as_deref())?;
        self.text(f, verdict)?;
        if verdict.class != "skipped" || !verdict.evidence.is_empty() {
            self.conditions(f, verdict)?;
            row(f, "signals", Some(if verdict.signals.is_empty() { "none".to_owned() } else { verdict.signals.join(", ") }.as_str()))?;
            case(f, verdict)?;
        }
        Ok(())
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
    writeln!(f, "  {HEAD}{}{HEAD:#}, to the escalations", record.kind.name())?;
    let conditions = if record.conditions.is_empty() { "no conditions".to_owned() } else { record.conditions.join(", ") };
    row(f, "case", Some(format!("{}: {conditions}", record.case_id).as_str()))
}

fn row(f: &mut fmt::Formatter<'_>, title: &str, text: Option<&str>) -> fmt::Result {
    text.map_or(Ok(()), |text| writeln!(f, "  {title:<8} {text}"))
}
