//! `[handoff]`: which complaints that others hand in become hand-offs to the desk of CT-0 and PRANPC (W-02), and what their
//! records say besides what the text gives.
//!
//! Without senders in the list of parties there are none.

mod form;
mod value;

use self::form::FormPatterns;
use crate::config::parties;
use crate::config::reader::{DAY, Table, Value};
use crate::post::{Millis, Parties};
use crate::problem::{Problem, Spotted};
use crate::record::HandoffForm;
use crate::signals::{Scope, SignalId};

/// When there are hand-offs, and what is known of all of them.
#[derive(Debug, Default)]
pub struct Handoffs {
    /// Who hands complaints in.
    pub parties: Parties,
    /// What makes a complaint of theirs one that is handed off: any of them does.
    pub criteria: Vec<Criterion>,
    /// The form that the record stands for.
    pub form: String,
    /// Where voice recordings are looked for.
    pub application: String,
    /// The format of a voice recording.
    pub format: String,
    /// How long a hand-off is kept, in milliseconds from its arrival.
    pub kept: i64,
    /// Programs by the months of arrears from which on they apply, the fewest first.
    programs: Vec<(u32, String)>,
    patterns: FormPatterns,
}

/// A criterion of W-02 5.2.
#[derive(Debug)]
pub struct Criterion {
    /// Its name in records.
    pub name: String,
    /// The sentence of the work instruction.
    pub clause: String,
    /// The signal that finds it.
    pub signal: SignalId,
}

impl Handoffs {
    /// Reads `[handoff]`, which may be absent.
    pub(super) fn compile(root: &Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Self> {
        if !root.has("handoff") {
            return Some(Handoffs::default());
        }
        let table = root.section("handoff");
        let parties = read_parties(&table.required("parties"), scope);
        let criteria: Vec<_> = table.required("criteria").tables().into_iter().map(|table| read_criterion(table, scope)).collect();
        let (form, application) = (table.required("form").string(), table.required("application").string());
        let format = table.required("format").string();
        let kept = table.required("kept").duration(DAY..=3660 * DAY);
        let programs = read_programs(&table.required("programs"));
        let patterns = FormPatterns::read_from(table.section("read"));
        table.finish();
        Some(Handoffs {
            parties: parties?,
            criteria: criteria.into_iter().collect::<Option<_>>()?,
            form: form?,
            application: application?,
            format: format?,
            kept: kept?,
            programs: programs?,
            patterns: patterns?,
        })
    }

    /// What of the form stands in `text`, which arrived at `received`.
    pub fn read(&self, text: &str, received: Millis) -> HandoffForm {
        self.patterns.read(text, received)
    }

    /// The day of `until`, as a date.
    pub fn day_of(until: Millis) -> String {
        form::day(until).to_string()
    }

    /// The program whose customers have `months` of arrears (D103).
    pub fn program(&self, months: u32) -> Option<&str> {
        self.programs.iter().rev().find(|(from, _)| months >= *from).map(|(_, name)| name.as_str())
    }
}

fn read_parties(named: &Value<'_>, scope: &mut Scope<'_, '_>) -> Option<Parties> {
    let source = scope.lexicons.read(&named.spotted_string()?)?;
    scope.lexicons.note_source(&source);
    Some(parties::parse(&source, scope.reporter))
}

fn read_criterion(table: Table<'_>, scope: &mut Scope<'_, '_>) -> Option<Criterion> {
    let (name, clause) = (table.required("name").string(), table.required("clause").string());
    let signal = table.required("signal").spotted_string();
    table.finish();
    let signal = scope.signal(&signal?);
    Some(Criterion { name: name?, clause: clause?, signal: signal? })
}

fn read_programs(list: &Value<'_>) -> Option<Vec<(u32, String)>> {
    let mut programs: Vec<(u32, String)> = Vec::new();
    for table in list.tables() {
        let name = table.required("name").string();
        let from = table.required("from_months");
        let months = from.integer(1..=120);
        if months.is_some_and(|months| programs.last().is_some_and(|(before, _)| months <= *before)) {
            let problem = Problem::error(&from.spot(), "the programs do not stand in the order of their months");
            table.reporter().report(problem.hint("begin with the fewest months of arrears"));
        }
        table.finish();
        programs.push((months?, name?));
    }
    Some(programs)
}

/// A word with the number that it stands for, in lower case.
fn numbers(table: &Table<'_>, largest: u64) -> Vec<(String, u64)> {
    let of = |(name, value): (Spotted<String>, Value<'_>)| Some((name.value.to_lowercase(), value.integer(1..=largest)?));
    table.entries().into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests;
